import type { Kind } from "./border.gen.js";

/** A clean value: text, a list (labels, choices), a yes or no, a number, or nothing. */
export type Clean = string | string[] | boolean | number | null;

/** One field of a form spec. Lengths are in characters, counts in items. */
export interface FieldSpec {
  /** What the value is, and so which rule it is held to. */
  kind: Kind;
  /** Empty is an error. */
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
  /** See {@link CheckOptions}. */
  literal?: boolean;
  /** See {@link CheckOptions}. */
  international?: boolean;
  /** See {@link CheckOptions}. */
  bytes?: boolean;
  /** Of a `consent`: what the visitor agrees to. The relay keeps it with the lead, and the time. */
  purpose?: string;
  /** Of a `consent`: the text that the visitor sees, which the relay's own page shows, too; or the name of its version. */
  text?: string;
}

/** A form as plain data: its fields by name, and what must hold between them. */
export interface FormSpec {
  /** The fields by name, in their order. */
  fields: Record<string, FieldSpec>;
  /** Of each of these sets at least one must be given: `[["email", "phone"]]`. */
  anyOf?: readonly (readonly string[])[];
}

/** What more is asked of a value. */
export interface CheckOptions {
  /** Empty is an error. */
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

/** Parameters of an operation, with the vendor's own names and nesting. */
export type Params = Record<string, unknown>;
