import { captures } from "./catalogue.gen.js";
import { VISITOR_KINDS, LATE } from "./border.gen.js";
import { learn, type Module, notReady, parts, start } from "./core.js";
import { FieldpostError } from "./errors.js";
import { answering } from "./answering.js";
import { Said } from "./said.gen.js";
import type {
  Account,
  FormSpec,
  Issue,
  Named,
  OperationInfo,
  Outcome,
  OutcomeOf,
  ParamsOf,
  RelayAnswer,
  Reply,
} from "./types.js";
import { WORDS } from "./words.gen.js";

/** A module as it travels: the letters of `carried.ts`, and the words of its codes. */
export interface Carried {
  text: string;
  words: string;
}

/** What the first module asks of others: see `src/wasm/peers.rs`. All of them have its memory, and give addresses in it. */
interface Peer {
  judge(kind: number, field: number, value: number, length: number, writer: number): number;
  advise(about: number, text: number, length: number, out: number): number;
  call(call: number, writer: number, out: number): number;
}

/** The modules that come after the first: the rules and the advice of `late`, and who builds the calls of CRMs. */
export const RULES = 0;
export const CALLS = 1;
type Other = typeof RULES | typeof CALLS;
const compiled: (WebAssembly.Module | undefined)[] = [];
const others: (Peer | undefined)[] = [];

let first: WebAssembly.Exports;

/** Instantiates a module that asks of `host`. It takes and gives numbers alone, so it needs no more of a script than this. */
const instantiate = <P>(module: WebAssembly.Module, host: WebAssembly.ModuleImports): P =>
  new WebAssembly.Instance(module, { host }).exports as P;

function join(other: Other): void {
  const module = compiled[other];
  others[other] = module && instantiate<Peer>(module, { ...first });
}

const host = {
  answer: answering(() => first.memory as WebAssembly.Memory),
  rule: (kind: number, ...asked: [number, number, number, number]): number =>
    (others[kind < VISITOR_KINDS ? RULES : CALLS] as Peer).judge(kind, ...asked),
  advise: (...asked: [number, number, number, number]): number =>
    others[RULES]?.advise(...asked) ?? 0,
  call: (...asked: [number, number, number]): number => others[CALLS]?.call(...asked) ?? 3,
};

/** Starts the build for pages; after a trap its parts are made anew with it. */
export function startLean(module: WebAssembly.Module): void {
  learn(WORDS);
  start(
    () => {
      const lean = instantiate<Module>(module, host);
      first = lean as unknown as WebAssembly.Exports;
      join(RULES);
      join(CALLS);
      return lean;
    },
    { lacks, expect },
  );
}

/** Adds another module. */
export function extend(other: Other, module: WebAssembly.Module, words: string): void {
  learn(words);
  compiled[other] = module;
  join(other);
}

/** Whether the rule of a kind is still to come. */
const lacks = (kind: unknown): boolean =>
  !others[RULES] && (LATE as readonly unknown[]).includes(kind);

/** Whether a form needs rules that come later. */
export const needsLate = (spec?: FormSpec): boolean =>
  !!spec &&
  Object.values(Object(spec.fields) as FormSpec["fields"]).some((field) => lacks(field?.kind));

/** Says that a module will come. */
export const announce = (other: Other): unknown => (compiled[other] = undefined);

/** The calls of CRMs come with an import of their own. */
function expect(operation: string): void {
  if (!others[CALLS] && /^(marketo|pardot|prospects)\./.test(operation))
    throw CALLS in compiled ? notReady() : new FieldpostError("build.missing", Said.BUILD_MISSING);
}

/**
 * Builds the request of an operation for an account.
 *
 * @param operation - The operation's name.
 * @param params - Its parameters, with the vendor's own names and nesting.
 * @param account - Whose system it is: `system`, `baseUrl`.
 * @returns What `fetch` and `send` take.
 * @throws {FieldpostError} `params.invalid` or `account.invalid`, with `issues`; `build.missing` for a CRM's without `fieldpost/build`.
 * @example
 * await send(request("relay.lead.submit", { form: "contact", values }, account));
 */
export function request<Name extends string>(
  operation: Named<Name>,
  params: ParamsOf<Name>,
  account: Account,
): Request {
  const { url, ...init } = parts(operation, params, account);
  return new Request(url, { ...init, redirect: "manual" });
}

/**
 * Reads the relay's answer. The CRMs' own replies are read where their secrets are: by the build for Workers and Node.
 *
 * @param operation - `relay.lead.submit`.
 * @param reply - The response, or its status, headers and body as plain data.
 * @returns What became of the lead.
 * @throws {FieldpostError} `build.lean` for a CRM's operation.
 * @example
 * const outcome = await read("relay.lead.submit", response);
 */
export function read<Name extends string>(
  operation: Named<Name>,
  reply: Response | Reply,
): Promise<OutcomeOf<Name>>;
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

/**
 * The operations of this build: those that capture a lead.
 *
 * @returns Name, method, path, parameters and the vendor's page of each.
 * @example
 * operations().map(({ name }) => name);
 */
export const operations = (): OperationInfo[] => captures();
