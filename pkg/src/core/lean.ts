import { captures } from "./catalogue.gen.js";
import { LATE } from "./border.gen.js";
import { type Builder, learn, type Module, parts, start } from "./core.js";
import { FieldpostError } from "./errors.js";
import { answering, type Peer } from "./host.js";
import { Said } from "./said.gen.js";
import type { Source } from "./source.js";
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

/** What all modules of a page export; see `src/wasm/mod.rs`. */
export interface Part {
  memory: WebAssembly.Memory;
  input(size: number): number;
  output(): number;
}

/** One that answers others. */
interface Answering extends Part {
  answer(question: number, length: number): number;
}

/** A module as it travels: the letters of `carried.ts`, and the words of its codes. */
export interface Carried {
  text: string;
  words: string;
}

/** The rules and the advice that come after the first module. */
let late: WebAssembly.Module | undefined;
let lateSays: Peer | undefined;

/** Instantiates a module. It takes and gives numbers alone, so it needs no more of a script than this. */
export function instantiate<P extends Part>(module: WebAssembly.Module, peer?: Peer): P {
  const answer = answering(() => part.memory, peer);
  const part = new WebAssembly.Instance(module, { host: { answer } }).exports as unknown as P;
  return part;
}

/** Asks an instance. Both sides copy, because each has a memory of its own. */
const asking =
  (of: Answering): Peer =>
  (question, asked) => {
    const at = of.input(asked.length) >>> 0;
    new Uint8Array(of.memory.buffer, at, asked.length).set(asked);
    const length = of.answer(question, asked.length);
    return length < 0 ? undefined : new Uint8Array(of.memory.buffer, of.output() >>> 0, length);
  };

const listen = (): Peer | undefined => late && (lateSays = asking(instantiate(late)));

/** Starts the build for pages; after a trap its parts are made anew with it. */
export function startLean(module: WebAssembly.Module): void {
  learn(WORDS);
  start(
    () => {
      listen();
      return instantiate<Module>(module, (question, asked) => lateSays?.(question, asked));
    },
    { lacks, builder },
  );
}

/** Adds what comes after it. */
export function startLate(module: WebAssembly.Module, words: string): void {
  learn(words);
  late = module;
  listen();
}

/** Whether the rule of a kind is still to come. */
const lacks = (kind: unknown): boolean => !late && (LATE as readonly unknown[]).includes(kind);

/** Whether a form needs rules that come later. */
export const needsLate = (spec?: FormSpec): boolean =>
  !!spec &&
  Object.values(Object(spec.fields) as FormSpec["fields"]).some((field) => lacks(field?.kind));

let build: Builder | undefined;

/** Takes who builds the requests of CRMs: see `build.ts`. */
export function extend(by: Builder): void {
  build = by;
}

/** Who builds a call that this module cannot. */
function builder(operation: string): Builder | undefined {
  if (!/^(marketo|pardot|prospects)\./.test(operation)) return undefined;
  if (!build) throw new FieldpostError("build.missing", Said.BUILD_MISSING);
  return build;
}

/** Compiles at once where the host lets us: to hand so few bytes to another thread takes several times as long. */
export async function compile(source: Source): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  try {
    return new WebAssembly.Module(source as BufferSource);
  } catch {
    // A browser may have a limit for it; and what is no module fails here again.
    return WebAssembly.compile(source as BufferSource).catch((cause: unknown) => {
      if (!WebAssembly.validate(source as BufferSource)) throw cause;
      throw new FieldpostError("wasm.blocked", Said.WASM_BLOCKED, [], { cause });
    });
  }
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
