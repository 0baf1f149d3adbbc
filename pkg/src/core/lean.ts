import { captures } from "./catalogue.gen.js";
import { type Module, parts, start } from "./core.js";
import { FieldpostError } from "./errors.js";
import { answer } from "./host.js";
import { Said } from "./said.gen.js";
import type {
  Account,
  Issue,
  OperationInfo,
  Outcome,
  Params,
  RelayAnswer,
  Reply,
} from "./types.js";

/** Instantiates the build for pages. It takes and gives numbers alone, so it needs no more of a script than this. */
export const startLean = (module: WebAssembly.Module): void =>
  start(() => new WebAssembly.Instance(module, { host: { answer } }).exports as unknown as Module);

/** The bytes of a module that travels as text: its first byte is 0, so its first letter is the mask. See `pkg/build.mjs`. */
export function unmasked(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  const mask = text.charCodeAt(0);
  // A plain loop: `Uint8Array.from` with a function takes three times as long.
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at) ^ mask;
  return bytes;
}

/** Compiles at once where the host lets us: to hand so few bytes to another thread takes several times as long. */
export async function compile(
  source: BufferSource | WebAssembly.Module,
): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  try {
    return new WebAssembly.Module(source);
  } catch {
    // A browser may have a limit for it; and what is no module fails here again.
    return WebAssembly.compile(source);
  }
}

/** Builds the request of an operation for an account. Throws `params.invalid` or `account.invalid` with `issues`. */
export function request(operation: string, params: Params, account: Account): Request {
  const { url, ...init } = parts(operation, params, account);
  return new Request(url, { ...init, redirect: "manual" });
}

/** Reads the relay's answer. The CRMs' own replies are read where their secrets are: by the build for Workers and Node. */
export async function read(operation: string, reply: Response | Reply): Promise<Outcome> {
  if (!operation.startsWith("relay.")) throw new FieldpostError("build.lean", Said.BUILD_LEAN);
  let said: unknown;
  try {
    said =
      typeof reply.body === "string" ? JSON.parse(reply.body) : await (reply as Response).json();
  } catch {
    // A portal's page, say: it has no members.
  }
  const {
    id: given,
    state,
    issues: all,
  } = Object(said) as { [member in keyof RelayAnswer]?: unknown };
  const id = typeof given === "string" || typeof given === "number" ? `${given}` : "";
  const issues = Array.isArray(all) ? all.map(issue) : [];
  switch (state) {
    case "stored":
      // A page cannot tell created from updated, and need not.
      return { kind: state, ...(id && { id }), status: state, warnings: issues };
    case "queued":
      if (id) return { kind: state, id };
      break;
    case "refused":
      // Of the values speaks one status alone, as in src/crm/systems/relay/answers.rs: whatever else is wrong, the lead is not.
      return { kind: state, issues, ...(reply.status !== 422 && { fault: "target" }) };
    case "retry":
      return {
        kind: state,
        code: reply.status === 429 ? "http.429" : "relay.busy",
        reason: "busy",
      };
  }
  return { kind: "unknown", why: "reply.unreadable" };
}

function issue(said: Partial<Record<keyof Issue, unknown>> | null): Issue {
  const text = (name: keyof Issue): string => (typeof said?.[name] === "string" ? said[name] : "");
  const issue: Issue = {
    field: text("field"),
    code: text("code"),
    severity: said?.severity === "warning" ? "warning" : "error",
    message: text("message"),
  };
  const [limit, suggestion] = [text("limit"), text("suggestion")];
  if (limit) issue.limit = limit;
  if (suggestion) issue.suggestion = suggestion;
  return issue;
}

/** The operations of this build: those that capture a lead. */
export const operations = (): OperationInfo[] => captures();
