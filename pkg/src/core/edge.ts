import type * as Script from "../../wasm/edge/fieldpost.js";
import { SYSTEMS } from "./border.gen.js";
import { captures, older, others } from "./catalogue.gen.js";
import { cross, learn, payload as newest, packParams, start } from "./core.js";
import { FieldpostError } from "./errors.js";
import { appoint, lend } from "./host.js";
import type { Called } from "./outcome.gen.js";
import { nfc } from "./pack.js";
import { judge } from "./pattern.js";
import { Said } from "./said.gen.js";
import { NUMBERED, SENTENCES } from "./sentences.gen.js";
import type { Run, Stepped } from "./steps.gen.js";
import type {
  Account,
  Issue,
  Named,
  OperationInfo,
  Outcome,
  OutcomeOf,
  Params,
  ParamsOf,
  Payload,
  Reply,
} from "./types.js";

/** What the wide calls give as plain objects; the script that wasm-bindgen writes calls all of it `any`. */
interface Given {
  edgeRead: Outcome;
  readSent: Called;
  edgeCheck: Issue[];
  /** What signing in takes: a call, or a key and what it signs; nothing where the key is the token. */
  tokenRequest: Request | [key: string, text: string] | null;
  readToken: Token | Outcome;
  /** The next question of a check, or what was found. */
  checkStep: Request | Issue[];
  render: Rendered & { once: string | null };
  reading: { operation: string; rendered: Rendered };
  stepOutbox: Stepped;
  leaves: number | "late" | "full";
  outboxStatus: { running: number; full: { account: string; form: string; dead: number }[] };
}

/** What a sign-in gave, and for how many milliseconds it may be used. */
export interface Token {
  token: string;
  usable: number;
  /** What it may be used for, where the system says it. */
  scope?: string;
  /** The refresh token that takes the place of the one that was sent; empty where it stays. */
  refresh?: string;
}

/** That script for the edge build, see `src/wasm/edge.rs`: its names and what they take are its own. @internal */
export type EdgeGlue = Omit<typeof Script, keyof Given> & {
  [name in keyof Given]: (...given: Parameters<(typeof Script)[name]>) => Given[name];
};

/** A request as it is kept: without the token. */
export interface Rendered {
  method: string;
  url: string;
  headers: [string, string][];
  body: string | null;
  /** Of a list of holders: whose lead it is for. */
  identity?: string | null;
}

/** What happens to an outbox or to one of its deliveries, as `src/wasm/outbox.rs` reads it. */
export type Happened = { event: string } & Record<string, unknown>;

/** A delivery as it begins: what its row says. All else is the machine's own. */
export type Begun = Partial<Run> &
  Pick<Run, "id" | "account" | "form" | "state" | "phase" | "code" | "hold" | "trouble" | "of">;

/** Between the rows of a text that crosses, and between the words of a row. */
export const [ROW, WORD] = ["\u0002", "\u0001"];

let glue: EdgeGlue;

/** The host's question for what is said with a code: `src/host.rs`. */
const SENTENCE = 7;

const worded = (code: string): string => `${code}|${SENTENCES[code]}`;

/** The sentence of a code; of one that is told by its number, a sign behind the marks, with its name before it. */
const sentence = (code: string): string | false =>
  code.length > 1 ? (SENTENCES[code] ?? false) : worded(NUMBERED[code.charCodeAt(0) - 9] ?? "");

/** What one call in many needs is given back to the host: a memory never becomes smaller by itself. */
const MOST = 32 << 20;

/** Instantiates the edge build: an instance after the first one has the memory of the one before. @internal */
export function startEdge(script: typeof Script, module: WebAssembly.Module): void {
  glue = script as EdgeGlue;
  learn(["", ...NUMBERED.map(worded)].join("\n"));
  appoint((question, text) => (question === SENTENCE ? sentence(text) : judge(question, text)));
  let memory: WebAssembly.Memory | undefined;
  const make = (): ReturnType<typeof script.initSync> => {
    if (memory) glue.__wbg_reset_state(memory.buffer.byteLength > MOST ? undefined : memory);
    // Gives the instance that is there, once there is one.
    const made = glue.initSync({ module });
    memory = made.memory;
    lend(memory);
    return made;
  };
  const own = {
    lacks: () => false,
    expect: () => undefined,
    settle() {
      try {
        if (!glue.isFull()) return;
      } catch {
        // What stops is not used again.
      }
      try {
        start(make, own);
      } catch {
        // What was asked has its answer; the next call is answered by the instance that there is, and tries again.
      }
    },
  };
  start(make, own);
}

/** Issues as one sentence. */
export const said = (issues: readonly Issue[]): string =>
  issues.map(({ field, message }) => `${field}: ${message}`).join(" ");

/** A crossing to the edge build; what Rust throws becomes the package's own error. @internal */
export function edge<T>(act: (glue: EdgeGlue) => T): T {
  try {
    return cross(() => act(glue));
  } catch (error) {
    if (error instanceof FieldpostError || !(error instanceof Error) || !("code" in error))
      throw error;
    const { code, issues } = error as Error & { code: string; issues?: Issue[] };
    throw new FieldpostError(code, said(issues ?? []) || code, issues ?? []);
  }
}

/** Parameters as the wide calls take them. */
export const packed = (params: Params): string => nfc(packParams(params));

const issue = (field: string, code: string, message: string): Issue => ({
  field,
  code,
  severity: "error",
  message,
});

/** A crossing that changes nothing outside: after a trap a fresh instance is asked once more. @internal */
export function steady<T>(act: (glue: EdgeGlue) => T): T {
  try {
    return edge(act);
  } catch (error) {
    if (!isTrap(error)) throw error;
    return edge(act);
  }
}

/** Whether an instance of the module has not been given its pieces. @internal */
export const isMissing = (error: unknown): boolean =>
  error instanceof FieldpostError && error.code === "state.missing";

/** Whether the module has stopped. @internal */
export const isTrap = (error: unknown): boolean =>
  error instanceof FieldpostError && error.code === "wasm.trap";

const optional = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === "string";

/** Of what kind an account's members are, with the code and the sentence of what is not; Rust judges their values. */
const MEMBERS: [name: string, fits: (value: unknown) => boolean, code: string, message: string][] =
  [
    [
      "system",
      (value) => (SYSTEMS as readonly unknown[]).includes(value),
      "account.system",
      Said.ACCOUNT_SYSTEM,
    ],
    ["baseUrl", (value) => typeof value === "string", "account.base_url", Said.ACCOUNT_BASE_URL],
    [
      "version",
      (value) => value === undefined || value === null || typeof value === "number",
      "account.version",
      Said.ACCOUNT_VERSION,
    ],
    ["businessUnit", optional, "account.business_unit", Said.ACCOUNT_BUSINESS_UNIT],
    ["token", optional, "account.token", Said.ACCOUNT_TOKEN],
  ];

/** An account as the border reads it. Throws `account.invalid` where a member is of another kind. */
export function plainAccount(
  account: Account & { allowHost?: string | readonly string[] },
): unknown {
  const given = Object(account) as typeof account & Record<string, unknown>;
  const issues = MEMBERS.filter(([name, fits]) => !fits(given[name])).map(
    ([name, , code, message]) => issue(name, code, message),
  );
  if (issues.length) throw new FieldpostError("account.invalid", said(issues), issues);
  return {
    ...given,
    allowHost: given.allowHost === undefined ? [] : [given.allowHost].flat().map(String),
  };
}

/**
 * Builds the request of an operation for an account.
 *
 * @param operation - The operation's name.
 * @param params - Its parameters, with the vendor's own names and nesting.
 * @param account - Whose system it is: `system`, `baseUrl`, `token`.
 * @returns What `fetch` and `send` take.
 * @throws {FieldpostError} `params.invalid` or `account.invalid`, with `issues`.
 * @example
 * await send(request("pardot.prospect.read", { id: 12 }, account));
 */
export const request = <Name extends string>(
  operation: Named<Name>,
  params: ParamsOf<Name>,
  account: Account,
): Request => edge((glue) => glue.edgeRequest(operation, packed(params), plainAccount(account)));

/** A reply as the border reads it. */
export async function plainReply(reply: Response | Reply): Promise<unknown> {
  const headers = reply.headers ?? {};
  return {
    status: reply.status,
    headers: [...(headers instanceof Headers ? headers : Object.entries(headers))],
    body: typeof reply.body === "string" ? reply.body : await (reply as Response).text(),
  };
}

/**
 * Reads a reply into its outcome; 200 is not success. With the parameters of the call a batch has an outcome for each
 * record, and a field that was asked for and is absent is null.
 *
 * @param operation - The operation that was called.
 * @param reply - The response, or its status, headers and body as plain data.
 * @param params - The parameters of the call.
 * @param version - Of Pardot's API; 4 where nothing is said.
 * @returns What became of the call.
 * @throws {FieldpostError} `wasm.not_ready` before `load()` has finished.
 * @example
 * const outcome = await read("pardot.prospect.read", response);
 * if (outcome.kind === "found") outcome.records;
 */
export async function read<Name extends string>(
  operation: Named<Name>,
  reply: Response | Reply,
  params?: ParamsOf<Name>,
  version?: 3 | 4,
): Promise<OutcomeOf<Name>> {
  const plain = await plainReply(reply);
  return edge((glue) =>
    glue.edgeRead(operation, plain, params && packed(params), version),
  ) as OutcomeOf<Name>;
}

/**
 * What is wrong or worth knowing about an operation's parameters.
 *
 * @param operation - The operation's name.
 * @param params - What it would be called with.
 * @param version - Of Pardot's API; 4 where nothing is said.
 * @returns Errors, and warnings that stop nothing.
 * @throws {FieldpostError} `wasm.not_ready` before `load()` has finished.
 * @example
 * checkParams(name, params).filter(({ severity }) => severity === "error");
 */
export const checkParams = (operation: string, params: Params, version?: 3 | 4): Issue[] =>
  edge((glue) => glue.edgeCheck(operation, packed(params), version));

/**
 * Every operation, as the given version of Pardot's API has it.
 *
 * @param version - Of Pardot's API; 4 where nothing is said.
 * @returns Name, method, path, parameters and the vendor's page of each.
 * @throws {FieldpostError} `wasm.not_ready` before `load()` has finished.
 * @example
 * operations().map(({ name }) => name);
 */
export const operations = (version?: 3 | 4): OperationInfo[] =>
  cross(() => {
    const rows = [...captures(), ...others()];
    if (version !== 3) return rows;
    const old = new Map(older().map((row) => [row.name, row]));
    return rows.map((row) => old.get(row.name) ?? row);
  });

/**
 * Builds an operation's request without host and credentials.
 *
 * @param operation - The operation's name.
 * @param params - Its parameters, with the vendor's own names and nesting.
 * @param version - Of Pardot's API; 4 where nothing is said.
 * @returns Method, path, headers and body.
 * @throws {FieldpostError} `params.invalid` with `issues`.
 * @example
 * payload("pardot.prospect.read", { id: 12 }).path;
 */
export const payload = <Name extends string>(
  operation: Named<Name>,
  params: ParamsOf<Name>,
  version?: 3 | 4,
): Payload => newest<string>(version === 3 ? `${operation}@3` : operation, params);
