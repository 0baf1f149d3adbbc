import type { Kind } from "./border.gen.js";
import type { Issue } from "./outcome.gen.js";
import type { State } from "./wire.gen.js";

export type { Account } from "./account.gen.js";
export type { Kind, System } from "./border.gen.js";
export type { Code } from "./codes.gen.js";
export type { Fault, Issue, Outcome, Reason, Severity } from "./outcome.gen.js";
export type { OperationName, Operations } from "./operations.gen.js";

/** A clean value: text, a list (labels, choices), a yes or no, or nothing. */
export type Clean = string | string[] | boolean | null;

/** The verdict on one value. */
export interface FieldReport {
  /** No issue of severity `error`. */
  ok: boolean;
  /** The clean value: trimmed, domain lower-cased, E.164 …; null when empty or wrong. */
  value: Clean;
  issues: Issue[];
  /** E-mail: `role`, `free`, `disposable`. Phone: `toll_free`, `premium`, `personal`, `international` … */
  flags: string[];
  /** Phone only: the number as its country writes it, `(212) 555-0123`. */
  national?: string;
  /** Phone only: the number as the world writes it, `+1 212-555-0123`. */
  international?: string;
  /** Phone only: the extension's digits. */
  ext?: string;
  /** Phone only: `US-NY`, `CA-ON`, `PR` … of the area code, when it is geographic and known. */
  region?: string;
}

/** The verdict on a whole form. */
export interface Report {
  ok: boolean;
  values: Record<string, Clean>;
  issues: Issue[];
}

/** One field of a form spec. Lengths are in characters, counts in items. */
export interface FieldSpec {
  kind: Kind;
  required?: boolean;
  /** What the visitor reads beside the field; used in messages and on the relay's own page. */
  label?: string;
  /** Least number of characters (text), least value (integer, number), least number of items (labels, choices). */
  min?: number;
  /** Greatest number of characters (text), greatest value (integer, number), greatest number of items. */
  max?: number;
  /** The values that `choice` and `choices` allow. */
  choices?: readonly string[];
  /** What the whole of a text, name, e-mail address or URL must match: a regular expression, as HTML's `pattern` says it. */
  pattern?: string;
  /** Required when all that is named here has this value: `{ contactBy: "phone" }`; an empty text is any value. */
  requiredIf?: Readonly<Record<string, string>>;
  /** The field that must have the same value: an address that is typed twice. */
  equalTo?: string;
  /** See {@link CheckOptions}. */
  quoted?: boolean;
  literal?: boolean;
  international?: boolean;
  bytes?: boolean;
  /** Of a `consent`: what the visitor agrees to. The relay keeps it with the lead, and the time. */
  purpose?: string;
  /** Of a `consent`: the text that the visitor sees, which the relay's own page shows, too; or the name of its version. */
  text?: string;
}

export interface FormSpec {
  fields: Record<string, FieldSpec>;
  /** Of each of these sets at least one must be given: `[["email", "phone"]]`. */
  anyOf?: readonly (readonly string[])[];
}

/** What a form can be checked from. A file in a `FormData` is an issue, never text. */
export type Values =
  | FormData
  | URLSearchParams
  | Record<string, unknown>
  | Iterable<readonly [string, unknown]>;

/** Parameters of an operation, with the vendor's own names and nesting. */
export type Params = Record<string, unknown>;

/** The HTTP request of an operation, without host and credentials. */
export interface Payload {
  method: string;
  /** Path and query, from the first slash. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** A reply as plain data; `read` takes this or a `Response`. */
export interface Reply {
  status: number;
  headers?: Headers | Record<string, string>;
  body: string;
}

export interface Form {
  readonly fields: readonly string[];
  check(values: Values): Report;
  checkField(name: string, value: unknown): FieldReport;
  /** Checks and builds in one crossing; `payload` is there when the report is ok. JSON text is taken as it came. A box that was not ticked is sent to nobody. */
  payload(values: Values | string, operation: string): { report: Report; payload?: Payload };
}

export interface CheckOptions {
  required?: boolean;
  /** E-mail: a quoted part before the @ may be, `"ann lee"@example.com`. */
  quoted?: boolean;
  /** E-mail: an address of the net may be the domain, `ann@[192.0.2.1]`. */
  literal?: boolean;
  /** E-mail: letters of any script may stand before the @ (RFC 6531). */
  international?: boolean;
  /** Text: a length counts the bytes of UTF-8, as Marketo's `text` does. */
  bytes?: boolean;
}

export interface SendOptions {
  /** Milliseconds until the call is given up, head and body; default 30,000, and 0 for no end. */
  timeout?: number;
  signal?: AbortSignal;
  /** Lets the request outlive the page; bodies up to 60,000 bytes. */
  keepalive?: boolean;
  fetch?: (request: Request, init?: RequestInit) => Promise<Response>;
}

export interface OperationInfo {
  name: string;
  method: string;
  path: string;
  params: ParamInfo[];
  /** Whether the build for pages has it, too. */
  capture: boolean;
  /** A link to the vendor's page. */
  docs: string;
}

export interface ParamInfo {
  name: string;
  kind: string;
  required: boolean;
  max?: number;
  choices?: string[];
  fields?: ParamInfo[];
}

/** What the relay answers to a page: never a CRM's id or text. */
export interface RelayAnswer {
  v: number;
  id: string | null;
  state: State;
  issues: Issue[];
}

/** What `GET {relay}/leads/{form}` answers. */
export interface RelayForm {
  v: number;
  spec: FormSpec;
  /** Sent back with the lead as `_fp_token`. */
  token: string;
  /** Milliseconds since 1970 when the token ends. */
  expires: number;
  /** The relay's public key (JWK) for leads that wait in the browser; null where the relay has none. */
  sealKey: JsonWebKey | null;
}
