import type { Checked, FieldName, Named, ParamsOf, ValueOf } from "./inferred.js";
import type { Issue } from "./outcome.gen.js";
import type { Clean, FormSpec } from "./spec.js";
import type { State } from "./wire.gen.js";

export type { Account } from "./account.gen.js";
export type { Cleaned, Kind, System } from "./border.gen.js";
export type { Code } from "./codes.gen.js";
export type {
  Checked,
  Entered,
  FieldName,
  Named,
  OutcomeOf,
  ParamsOf,
  ValueOf,
} from "./inferred.js";
export type { Fault, Issue, Outcome, Reason, Severity } from "./outcome.gen.js";
export type { CheckOptions, Clean, FieldSpec, FormSpec, Params } from "./spec.js";
export type { OperationName, Operations } from "./operations.gen.js";

/** The verdict on one value. */
export interface FieldReport<Value extends Clean = Exclude<Clean, null>> {
  /** No issue of severity `error`. */
  ok: boolean;
  /** The clean value: trimmed, domain lower-cased, E.164 …; null when empty or wrong. */
  value: Value | null;
  /** What is wrong or worth telling; those of severity `warning` stop nothing. */
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

/**
 * The verdict on a whole form. Where it is `ok`, the values are what the spec says: each required field is there.
 *
 * @example
 * const report = form({ fields: { email: { kind: "email", required: true } } }).check(values);
 * if (report.ok) report.values.email.toLowerCase();
 */
export type Report<Spec extends FormSpec = FormSpec> =
  | {
      /** No issue of severity `error`. */
      ok: true;
      /** The clean values by name; an empty one is absent. */
      values: Checked<Spec>;
      /** Warnings. */
      issues: Issue[];
    }
  | {
      /** An issue of severity `error`: the values stop here. */
      ok: false;
      /** The clean values of the fields that are right. */
      values: Record<string, Clean> extends Checked<Spec> ? Checked<Spec> : Partial<Checked<Spec>>;
      /** What is wrong, and warnings. */
      issues: Issue[];
    };

/** What a form can be checked from. A file in a `FormData` is an issue, never text. */
export type Values =
  | FormData
  | URLSearchParams
  | Record<string, unknown>
  | Iterable<readonly [string, unknown]>;

/** The HTTP request of an operation, without host and credentials. */
export interface Payload {
  /** `GET`, `POST`, `PATCH` or `DELETE`. */
  method: string;
  /** Path and query, from the first slash. */
  path: string;
  /** Names and values. */
  headers: Record<string, string>;
  /** The body, for a method that has one. */
  body: string | null;
}

/** A reply as plain data; `read` takes this or a `Response`. */
export interface Reply {
  /** The HTTP status. */
  status: number;
  /** Names in any case, and values. */
  headers?: Headers | Record<string, string>;
  /** The body as text. */
  body: string;
}

/** A form of a spec: `form(spec)` makes it. */
export interface Form<Spec extends FormSpec = FormSpec> {
  /** The names of its fields, in the spec's order. */
  readonly fields: readonly FieldName<Spec>[];
  /**
   * Checks all values.
   *
   * @param values - A `FormData`, search parameters, an object, or pairs of name and value.
   * @returns The verdict, the clean values, and what is wrong.
   * @throws {FieldpostError} `wasm.not_ready` before `load()` has finished.
   * @example
   * const report = contact.check(new FormData(element));
   */
  check(values: Values): Report<Spec>;
  /**
   * Checks one value as the field of this name.
   *
   * @param name - The field's name.
   * @param value - What was typed.
   * @returns The verdict on it.
   * @throws {FieldpostError} `wasm.not_ready` before `load()` has finished.
   * @example
   * contact.checkField("email", "ann@acme").issues;
   */
  checkField<Name extends FieldName<Spec>>(
    name: Name,
    value: unknown,
  ): FieldReport<ValueOf<Spec["fields"][Name]>>;
  /**
   * Checks and builds in one crossing. To the relay the clean values go as the lead; to a CRM each is a parameter, and a box that
   * was not ticked is none.
   *
   * @param values - As for `check`, or JSON text, which is taken as it came.
   * @param operation - The name of the operation whose request is built.
   * @param params - The operation's other parameters. Where the form has a value of that name, that one counts.
   * @returns The report, and the payload where the report is ok.
   * @throws {FieldpostError} `params.invalid` where the clean values do not fit the operation; `build.missing` on a page without `fieldpost/build`.
   * @example
   * const { report, payload } = contact.payload(typed, "relay.lead.submit", { form: "contact" });
   * if (payload) await fetch(`https://leads.example.com${payload.path}`, payload);
   */
  payload<Name extends string>(
    values: Values | string,
    operation: Named<Name>,
    params?: Partial<ParamsOf<Name>>,
  ): { report: Report<Spec>; payload?: Payload };
}

/** How a request is sent. */
export interface SendOptions {
  /** Milliseconds until the call is given up, head and body; default 30,000, and 0 for no end. */
  timeout?: number;
  /** Gives the call up when it is aborted. */
  signal?: AbortSignal;
  /** Lets the request outlive the page; bodies up to 60,000 bytes. */
  keepalive?: boolean;
  /** Sends in the place of the host's own `fetch`. */
  fetch?: (request: Request, init?: RequestInit) => Promise<Response>;
}

/** What there is to know of an operation. */
export interface OperationInfo {
  /** Its name, as `call` takes it. */
  name: string;
  /** The HTTP method. */
  method: string;
  /** The path, with parameters in braces. */
  path: string;
  /** What it takes. */
  params: ParamInfo[];
  /** Whether the build for pages has it, too. */
  capture: boolean;
  /** A link to the vendor's page. */
  docs: string;
}

/** A parameter of an operation. */
export interface ParamInfo {
  /** The vendor's name of it. */
  name: string;
  /** The kind of its value. */
  kind: string;
  /** Whether it must be given. */
  required: boolean;
  /** The most letters or items. */
  max?: number;
  /** What it may be. */
  choices?: string[];
  /** The members of a record. */
  fields?: ParamInfo[];
}

/** What the relay answers to a page: never a CRM's id or text. */
export interface RelayAnswer {
  /** The version of what relay and page say to each other. */
  v: number;
  /** The relay's id of the lead; null where it took none. */
  id: string | null;
  /** What became of the lead. */
  state: State;
  /** What is wrong with its values, by field. */
  issues: Issue[];
}

/** A public key, as JWK writes it. */
export interface SealKey {
  /** The kind of key. */
  kty?: string;
  /** The curve. */
  crv?: string;
  /** The point on it. */
  x?: string;
  /** The point on it. */
  y?: string;
}

/** What `GET {relay}/leads/{form}` answers. */
export interface RelayForm {
  /** The version of what relay and page say to each other. */
  v: number;
  /** The form's rules. */
  spec: FormSpec;
  /** Sent back with the lead as `_fp_token`. */
  token: string;
  /** Milliseconds since 1970 when the token ends. */
  expires: number;
  /** The relay's public key (JWK) for leads that wait in the browser; null where the relay has none. */
  sealKey: SealKey | null;
}
