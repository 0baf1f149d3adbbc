import { EMAIL, FLAGS, LABELS, OPTIONS, PHONE } from "./border.gen.js";
import { FieldpostError } from "./errors.js";
import {
  begin,
  isRead,
  know,
  nfc,
  pack,
  packEntries,
  packObject,
  readText,
  readValue,
} from "./pack.js";
import { Said } from "./said.gen.js";
import type {
  CheckOptions,
  FieldReport,
  Form,
  FormSpec,
  Issue,
  Named,
  Params,
  ParamsOf,
  Payload,
  Report,
  Values,
} from "./types.js";

/** What both wasm builds export for the hot calls; see `src/wasm/mod.rs`. Sizes and lengths are in bytes. @internal */
export interface Module {
  memory: WebAssembly.Memory;
  input(size: number): number;
  output(): number;
  form(length: number): number;
  check_field(form: number, length: number): number;
  check_kind(kind: number, options: number, length: number): number;
  payload(form: number, length: number): number;
}

/** What the builds have for themselves: a page's rules and operations come in parts, and the edge build frees nothing. */
interface Own {
  lacks(kind: unknown): boolean;
  /** Throws where an operation is in a part that nobody has imported. */
  expect(operation: string): void;
  /** Makes a fresh instance where this one is used up; no crossing is under way. */
  settle?(): void;
}

/** The most letters of one crossing; more is refused before any work starts. */
export const MAX_LETTERS = 1 << 22;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

let wasm: Module | undefined;
let make: () => Module;
let own: Own = { lacks: () => false, expect: () => undefined };
/** Names and sentences of codes, by number: a page's modules know only that. */
const words: string[] = [];
/** Where the packed text of a call goes: kept until memory grows. */
let input = new Uint8Array();
/** Memory as it was then: to ask for it is a call of the host's. */
let buffer: ArrayBuffer;
/** Counts the instances: a form made by an earlier one is made again. */
let instance = 0;
/** Counts the crossings that are under way: what is read in one, may ask for another. */
let inside = 0;

/** Takes the first instance, and remembers how to make another. @internal */
export function start(instantiate: () => Module, of = own): void {
  make = instantiate;
  own = of;
  wasm = make();
  input = new Uint8Array();
  instance++;
}

/** Takes the words of codes: a line each, empty where they are somebody else's. */
export function learn(lines: string): void {
  for (const [number, line] of lines.split("\n").entries()) if (line) words[number] = line;
}

/**
 * Whether `load` has finished.
 *
 * @returns Yes once `check` and the others may be called.
 * @example
 * if (!isReady()) await load();
 */
export const isReady = (): boolean => wasm !== undefined;

/** What is asked before it is there. */
export const notReady = (): FieldpostError =>
  new FieldpostError("wasm.not_ready", Said.WASM_NOT_READY);

/** One crossing. After a trap nothing of the instance can be trusted, so the next call gets a fresh one. @internal */
export function cross<T>(act: (wasm: Module) => T): T {
  if (!wasm) throw notReady();
  inside++;
  try {
    return act(wasm);
  } catch (cause) {
    if (!(cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError)) throw cause;
    start(make);
    throw new FieldpostError("wasm.trap", Said.WASM_TRAP, [], { cause });
  } finally {
    if (!--inside) own.settle?.();
  }
}

/** Makes room where the module reads. */
function room(to: Module, size: number): void {
  if (input.length >= size && input.length) return;
  const most = Math.max(size, 4096);
  const at = to.input(most) >>> 0;
  buffer = to.memory.buffer;
  input = new Uint8Array(buffer, at, most);
}

/** Writes a packed text where the module reads it, in Unicode's form NFC, and gives its length. */
function write(to: Module, text: string): number {
  // Further than anything reaches: the other side says that it is too large.
  if (text.length > MAX_LETTERS) return -1;
  const normal = nfc(text);
  // A letter has three bytes at most.
  room(to, normal.length * 3);
  return encoder.encodeInto(normal, input).written;
}

/** Writes one value; a short text of ASCII goes letter by letter, without a packed string in between. */
function writeValue(to: Module, value: unknown): number {
  if (typeof value === "string" && value.length < 96 && input.length) {
    input[0] = 1;
    let at = 1;
    // The marks and all that is not ASCII take the long way.
    for (
      let code: number;
      at <= value.length && (code = value.charCodeAt(at - 1)) > 8 && code < 128;
    )
      input[at++] = code;
    if (at > value.length) {
      input[at] = 0;
      return at + 1;
    }
  }
  return write(to, pack(value));
}

/** Begins to read the answer of a call. */
function answer(from: Module, length: number, names?: readonly string[]): void {
  const now = input.length ? buffer : from.memory.buffer;
  begin(decoder.decode(new Uint8Array(now, from.output() >>> 0, length)), names);
}

function issues(): Issue[] {
  const all: Issue[] = [];
  while (!isRead()) {
    const issue: Issue = {
      field: readText(),
      code: readText(),
      severity: readText() === "e" ? "error" : "warning",
      message: readText(),
    };
    const { code } = issue;
    const limit = readText();
    const suggestion = readText();
    // A number, behind the marks.
    if (code.length === 1) {
      const [name, sentence] = (words[code.charCodeAt(0) - 8] as string).split("|") as [
        string,
        string,
      ];
      issue.code = name;
      // There may be a place for a limit that is empty.
      issue.message = sentence.replace("{}", () => limit);
    }
    if (limit) issue.limit = limit;
    if (suggestion) issue.suggestion = suggestion;
    all.push(issue);
  }
  return all;
}

function fieldReport(): FieldReport {
  const ok = readValue() as boolean;
  const value = readValue() as FieldReport["value"];
  // Nothing, where there is none.
  const set = readValue() as number;
  const ext = readValue() as string;
  const region = readValue() as string;
  const report: FieldReport = { ok, value, issues: issues(), flags: flags(set) };
  if (ext) report.ext = ext;
  if (region) report.region = region;
  return report;
}

const flags = (set: number): string[] => (set ? FLAGS.filter((_, bit) => (set >> bit) & 1) : []);

function checkKind(kind: number, value: unknown, options?: CheckOptions): FieldReport {
  let bits = 0;
  if (options) OPTIONS.forEach((name, bit) => (bits |= options[name] ? 1 << bit : 0));
  return cross((wasm) => {
    const said = wasm.check_kind(kind, bits, writeValue(wasm, value));
    // The clean value is the one that was typed, or its letters are small from one on.
    if (said < 0) {
      const text = (typeof value === "string" && value ? nfc(value) : null) as string;
      const at = ~said >> 9;
      return {
        ok: true,
        value: at ? text.slice(0, at - 1) + text.slice(at - 1).toLowerCase() : text,
        issues: [],
        flags: flags(~said & 511),
      };
    }
    answer(wasm, said);
    return fieldReport();
  });
}

/**
 * Checks an e-mail address.
 *
 * @param text - What was typed.
 * @param options - What more is asked of it; without `required` nothing is wrong with an empty one.
 * @returns `{ ok, value, issues, flags }`; the value has its domain in small letters.
 * @throws {FieldpostError} `wasm.not_ready` before `load()` has finished.
 * @example
 * checkEmail("Ann@Example.ORG").value; // "Ann@example.org"
 */
export const checkEmail = (text: unknown, options?: CheckOptions): FieldReport<string> =>
  checkKind(EMAIL, text, options) as FieldReport<string>;

/**
 * Checks a phone number.
 *
 * @param text - What was typed.
 * @param options - What more is asked of it; without `required` nothing is wrong with an empty one.
 * @returns The verdict; the value is E.164, like `+12125550123`, beside `national`, `international`, `ext` and `region`.
 * @throws {FieldpostError} `wasm.not_ready` before `load()` has finished.
 * @example
 * checkPhone("(212) 555-0123 x12").ext; // "12"
 */
export const checkPhone = (text: unknown, options?: CheckOptions): FieldReport<string> =>
  withNational(checkKind(PHONE, text, options)) as FieldReport<string>;

/** Adds how North America writes the number, and how the world does. */
function withNational(report: FieldReport): FieldReport {
  const { value } = report;
  if (typeof value === "string" && value.startsWith("+1")) {
    const [area, line] = [value.slice(2, 5), `${value.slice(5, 8)}-${value.slice(8)}`];
    report.national = `(${area}) ${line}`;
    report.international = `+1 ${area}-${line}`;
  }
  return report;
}

/**
 * Checks labels.
 *
 * @param value - A list, or a text with commas.
 * @param options - What more is asked of it; without `required` nothing is wrong with an empty one.
 * @returns The verdict; the value is a list, and an empty one where nothing is left.
 * @throws {FieldpostError} `wasm.not_ready` before `load()` has finished.
 * @example
 * checkLabels("new, warm").value; // ["new", "warm"]
 */
export function checkLabels(
  value: unknown,
  options?: CheckOptions,
): FieldReport<string[]> & { value: string[] } {
  const report = checkKind(LABELS, value, options);
  report.value ??= [];
  return report as FieldReport<string[]> & { value: string[] };
}

/** Named values as one packed text. */
export function packValues(values: Values | string): string {
  const data: unknown = typeof values === "string" ? JSON.parse(values) : values;
  if (typeof data !== "object" || data === null) return "";
  return Symbol.iterator in data
    ? packEntries(data as Iterable<[string, unknown]>)
    : packObject(data);
}

/** Throws what a refused call says: its code, and the issues behind it that stop it. */
function refuse(code: string): never {
  const said = issues().filter(({ severity }) => severity === "error");
  throw new FieldpostError(
    code,
    said.map((issue) => `${issue.field}: ${issue.message}`).join(" "),
    said,
  );
}

/** Named parameters as one packed text; what is neither named nor JSON is one wrong value. */
export function packParams(params: Params): string {
  try {
    return packValues(params);
  } catch {
    begin(`params\0value.kind\0e\0${Said.VALUE_KIND}\0\0\0`);
    refuse("params.invalid");
  }
}

/** Method, path or URL, headers, body. */
type Built = [string, string, Record<string, string>, string | null];

/** Reads what was built, or throws what was refused; nothing where a report says why there is none. */
function built(): Built | null {
  const said = readValue();
  if (typeof said === "string") refuse(said);
  return said as Built | null;
}

/** Nothing is called, by nobody. */
const CHECK = `\0${pack(null)}`;

const packet = ([method, path, headers, body]: Built): Payload => ({ method, path, headers, body });

/**
 * Makes a form of a spec. A spec that stands where it is called, or `as const`, gives its values their types.
 *
 * @param spec - The form's fields by name, each with its kind and what must hold.
 * @returns What checks the form's values.
 * @throws {FieldpostError} `spec.invalid` with issues that name the place in the spec; `wasm.not_ready` before `load()` has finished.
 * @example
 * const contact = form({ fields: { email: { kind: "email", required: true } } });
 * const report = contact.check({ email: " ann@acme.co " });
 */
export function form<const Spec extends FormSpec>(spec: Spec): Form<Spec>;
export function form(spec: FormSpec): Form {
  const packed = pack(spec);
  let number = 0;
  let made = 0;
  const handle = (wasm: Module): number => {
    if (made !== instance) {
      answer(wasm, wasm.form(write(wasm, packed)));
      const said = readValue();
      if (said === null) throw new FieldpostError("spec.invalid", Said.SPEC_INVALID, issues());
      number = said as number;
      made = instance;
    }
    return number;
  };
  cross(handle);
  const kindOf = (name: string): unknown => spec.fields[name]?.kind;
  const fields = Object.keys(spec.fields);
  const kinds = fields.map(kindOf);
  know(fields);
  /** Asks of fields of some kinds what the module says to these letters. Nothing is judged without its rule. */
  const ask = (kinds: readonly unknown[], typed: string, act: "check_field" | "payload"): void => {
    if (kinds.some(own.lacks)) throw notReady();
    cross((wasm) => {
      const at = handle(wasm);
      answer(wasm, wasm[act](at, write(wasm, typed)), fields);
    });
  };
  /** Checks values, and builds what comes of it where a call is given. */
  const judge = (call: string, values: Values | string): { report: Report; payload?: Payload } => {
    ask(kinds, call + packValues(values), "payload");
    const report = { ok: readValue(), values: readValue() } as Report;
    const made = built();
    report.issues = issues();
    return made ? { report, payload: packet(made) } : { report };
  };
  return {
    fields,
    check: (values) => judge(CHECK, values).report,
    checkField(name, value) {
      ask([kindOf(name)], packEntries([[name, value ?? null]]), "check_field");
      const report = fieldReport();
      return kindOf(name) === "phone" ? withNational(report) : report;
    },
    payload: (values, operation, params) => judge(calling(operation, params), values),
  };
}

/**
 * Builds an operation's request without host and credentials.
 *
 * @param operation - The operation's name.
 * @param params - Its parameters, with the vendor's own names and nesting.
 * @returns Method, path, headers and body.
 * @throws {FieldpostError} `params.invalid` with `issues`; on a page `build.missing` for a CRM's without `fieldpost/build`.
 * @example
 * payload("pardot.prospect.read", { id: 12 }).path;
 */
export function payload<Name extends string>(
  operation: Named<Name>,
  params: ParamsOf<Name>,
): Payload;
export function payload(operation: string, params: Params): Payload {
  return packet(call(operation, params, null));
}

/** What comes before the parameters of a call. */
function calling(operation: string, account: unknown): string {
  own.expect(operation);
  return `${operation}\0${pack(account)}`;
}

function call(operation: string, params: Params, account: unknown): Built {
  cross((wasm) =>
    answer(wasm, wasm.payload(-1, write(wasm, calling(operation, account) + packParams(params)))),
  );
  return built() as Built;
}

/** Builds a whole request of the parts of one: what `fetch` needs. Throws `params.invalid` or `account.invalid`. */
export function parts(
  operation: string,
  params: Params,
  account: unknown,
): { url: string; method: string; headers: Record<string, string>; body: string | null } {
  // Who gives none is told what is wrong with it.
  const [method, url, headers, body] = call(operation, params, account ?? {});
  return { url, method, headers, body };
}
