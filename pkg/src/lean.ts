import { type Module, parts, start } from "./core.js";
import { FieldpostError } from "./errors.js";
import { answer } from "./host.js";
import rows from "./operations-lean.js";
import { Said } from "./said.gen.js";
import type { Account, Issue, OperationInfo, Outcome, Params, Reply } from "./types.js";

/** Instantiates the build for pages. It takes and gives numbers alone, so it needs no more of a script than this. */
export const startLean = (module: WebAssembly.Module): void =>
  start(() => new WebAssembly.Instance(module, { host: { answer } }).exports as unknown as Module);

/** Builds the request of an operation for an account. Throws `params.invalid` or `account.invalid` with `issues`. */
export function request(operation: string, params: Params, account: Account): Request {
  const { url, ...init } = parts(operation, params, account);
  return new Request(url, { ...init, redirect: "manual" });
}

/** Reads the relay's answer. The CRMs' own replies are read where their secrets are: by the build for Workers and Node. */
export async function read(operation: string, reply: Response | Reply): Promise<Outcome> {
  if (!operation.startsWith("relay.")) throw new FieldpostError("build.lean", Said.BUILD_LEAN);
  let said: { id?: unknown; state?: unknown; issues?: unknown } | null;
  try {
    said = typeof reply.body === "string" ? JSON.parse(reply.body) : await (reply as Response).json();
  } catch {
    said = null;
  }
  const id = typeof said?.id === "string" || typeof said?.id === "number" ? String(said.id) : undefined;
  const issues = Array.isArray(said?.issues) ? said.issues.map(issue) : [];
  switch (said?.state) {
    case "stored":
      // A page cannot tell created from updated, and need not.
      return { kind: "stored", ...(id === undefined ? {} : { id }), status: "stored", warnings: issues };
    case "queued":
      if (id !== undefined) return { kind: "queued", id };
      break;
    case "refused":
      // Of the values speaks one status alone, as in src/systems/relay/answers.rs: whatever else is wrong, the lead is not.
      return { kind: "refused", issues, ...(reply.status !== 422 && { fault: "target" }) };
    case "retry":
      return { kind: "retry", code: reply.status === 429 ? "http.429" : "relay.busy" };
  }
  return { kind: "unknown", why: "reply.unreadable" };
}

function issue(said: Partial<Record<keyof Issue, unknown>> | null): Issue {
  const text = (name: keyof Issue): string => (typeof said?.[name] === "string" ? said[name] : "");
  const issue: Issue = { field: text("field"), code: text("code"), severity: said?.severity === "warning" ? "warning" : "error", message: text("message") };
  const [limit, suggestion] = [text("limit"), text("suggestion")];
  if (limit) issue.limit = limit;
  if (suggestion) issue.suggestion = suggestion;
  return issue;
}

/** The operations of this build: those that capture a lead. */
export const operations = (): OperationInfo[] => rows;
