import { FieldpostError } from "./errors.js";
import { pack, packEntries, unpack } from "./pack.js";
import type { CheckOptions, FieldReport, Form, FormSpec, Issue, Params, Payload, Report, Values } from "./types.js";

/** What both wasm builds export; see `src/wasm/mod.rs`. */
export interface Glue {
  initSync(options: { module: BufferSource | WebAssembly.Module }): unknown;
  __wbg_reset_state(): void;
  form(spec: string): string;
  check(form: number, values: string): string;
  check_field(form: number, name: string, value: string): string;
  check_kind(kind: string, value: string, required: boolean): string;
  form_payload(form: number, values: string, operation: string): string;
  payload(operation: string, params: string): string;
  operations(): string;
}

let glue: Glue | undefined;
/** Counts the instances: a form made by an earlier one is made again. */
let instance = 0;

/** Says that the module is instantiated. */
export function ready(loaded: Glue): void {
  if (glue !== loaded) instance++;
  glue = loaded;
}

/** Whether `load` has finished. */
export const isReady = (): boolean => glue !== undefined;

/** One crossing. After a trap nothing of the instance can be trusted, so the next call gets a fresh one. */
export function cross<T, G extends Glue = Glue>(act: (glue: G) => T): T {
  if (!glue) throw new FieldpostError("wasm.not_ready", "Call and await load() first.");
  try {
    return act(glue as G);
  } catch (cause) {
    if (!(cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError)) throw cause;
    glue.__wbg_reset_state();
    instance++;
    throw new FieldpostError("wasm.trap", "The module stopped; the next call gets a fresh one.", [], { cause });
  }
}

/** The answer of a call that can refuse with `{ code, issues }`. */
export function answer<T>(tape: string): T {
  const said = unpack<T & { code?: string; issues?: Issue[] }>(tape);
  if (said.code) throw new FieldpostError(said.code, said.issues?.map((issue) => `${issue.field}: ${issue.message}`).join(" "), said.issues);
  return said;
}

const checkKind = (kind: string, value: unknown, options?: CheckOptions): FieldReport =>
  unpack(cross((glue) => glue.check_kind(kind, pack(value), options?.required === true)));

/** Checks an e-mail address: `{ ok, value, issues, flags }`. */
export const checkEmail = (text: unknown, options?: CheckOptions): FieldReport => checkKind("email", text, options);

/** Checks a phone number; the value is E.164, like `+12125550123`, beside `national`, `ext` and `region`. */
export const checkPhone = (text: unknown, options?: CheckOptions): FieldReport => checkKind("phone", text, options);

/** Checks labels, as a list or separated by commas; the value is a list. */
export function checkLabels(value: unknown, options?: CheckOptions): FieldReport {
  const report = checkKind("labels", value, options);
  report.value ??= [];
  return report;
}

function packValues(values: Values | string): string {
  const data: unknown = typeof values === "string" ? JSON.parse(values) : values;
  if (typeof data !== "object" || data === null) return "{}";
  return packEntries((Symbol.iterator in data ? data : Object.entries(data)) as Iterable<[string, unknown]>);
}

/** Makes a form of a spec. Throws `spec.invalid` with issues that name the place in the spec. */
export function form(spec: FormSpec): Form {
  const packed = pack(spec);
  let number = 0;
  let made = 0;
  const handle = (): number => {
    if (made !== instance || !made) {
      const said = unpack<{ form?: number; issues?: Issue[] }>(cross((glue) => glue.form(packed)));
      if (said.form === undefined) throw new FieldpostError("spec.invalid", "The form's spec does not fit.", said.issues);
      number = said.form;
      made = instance;
    }
    return number;
  };
  handle();
  return {
    fields: Object.keys(spec.fields),
    check(values) {
      const at = handle();
      return unpack<Report>(cross((glue) => glue.check(at, packValues(values))));
    },
    checkField(name, value) {
      const at = handle();
      return unpack<FieldReport>(cross((glue) => glue.check_field(at, name, pack(value))));
    },
    payload(values, operation) {
      const at = handle();
      const { payload, ...report } = answer<Report & { payload?: Payload }>(
        cross((glue) => glue.form_payload(at, packValues(values), operation)),
      );
      return payload ? { report, payload } : { report };
    },
  };
}

/** Builds an operation's request without host and credentials. Throws `params.invalid` with `issues`. */
export const payload = (operation: string, params: Params): Payload =>
  answer(cross((glue) => glue.payload(operation, pack(params))));
