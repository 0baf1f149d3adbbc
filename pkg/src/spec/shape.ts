import { FieldpostError } from "../core/errors.js";
import { Said } from "../core/said.gen.js";
import type { FieldSpec, FormSpec, Issue, Kind } from "../core/types.js";

// What the readers of replies share.

/** More fields than any instance has, and more options than any list on a page. */
export const MAX_ROWS = 2_000;
/** UTF-16 units of a label that are read, and code points of it that are kept. */
const MAX_MARKUP = 2_000;
const MAX_LABEL = 200;

export type Row = Record<string, unknown>;

export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member of a reply, own ones only; nothing where there is no object. */
export const member = (value: unknown, name: string): unknown =>
  isRow(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** The objects of a list; XML readers give a single one without its list. Anything else is refused at `place`. */
export function rows(value: unknown, place: string): Row[] {
  const list = isRow(value) ? [value] : value;
  if (!Array.isArray(list)) throw invalid(place, "value.kind", Said.VALUE_KIND);
  if (list.length > MAX_ROWS) throw invalid(place, "value.too_large", Said.VALUE_TOO_LARGE);
  return list.filter(isRow);
}

export function invalid(field: string, code: string, message: string): FieldpostError {
  const issue: Issue = { field, code, severity: "error", message };
  return new FieldpostError("spec.invalid", `${field}: ${message}`, [issue]);
}

/** Text without the blanks around it; empty for what is no text. */
export const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

/** A yes in JSON, and in what XML readers make of one. */
export const yes = (value: unknown): boolean =>
  value === true || value === 1 || value === "true" || value === "1";

/** A whole number at or around a decimal one: a bound may get looser by it, never stricter. */
export function whole(value: unknown, round: (n: number) => number): number | undefined {
  const digits = typeof value === "number" ? String(value) : text(value);
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(digits) ? round(+digits) + 0 : undefined;
}

/** What people read, without markup, doubled blanks and the signs that forms put around it. */
export function label(value: unknown): string {
  const plain = text(value)
    .slice(0, MAX_MARKUP)
    .replace(/<\/?[a-z][^>]*>/gi, "")
    .replace(/&(nbsp|amp|lt|gt|quot|#39);/g, (_, name: keyof typeof ENTITIES) => ENTITIES[name]);
  return [...plain.replace(/\s+/g, " ").replace(/^[ *]+|[ :*]+$/g, "")]
    .slice(0, MAX_LABEL)
    .join("");
}

const ENTITIES = { nbsp: " ", amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** The values of options, trimmed as the rules trim what comes in; the empty one of a placeholder is none. */
export function choices(values: readonly unknown[], place: string): string[] {
  if (values.length > MAX_ROWS) throw invalid(place, "value.too_large", Said.VALUE_TOO_LARGE);
  return [
    ...new Set(
      values
        .map((value) => (typeof value === "number" ? String(value) : text(value)))
        .filter(Boolean),
    ),
  ];
}

/** A field without the members that say nothing. */
export function field(
  kind: Kind,
  members: { [name in keyof FieldSpec]?: FieldSpec[name] | undefined },
): FieldSpec {
  const said = Object.entries(members).filter(
    ([, value]) => value !== undefined && value !== false && value !== "",
  );
  return { kind, ...Object.fromEntries(said) };
}

/** The first field of a name stays. `fromEntries` makes an own member of `__proto__` too. */
export function spec(fields: Iterable<readonly [string, FieldSpec]>): FormSpec {
  const map = new Map<string, FieldSpec>();
  for (const [name, one] of fields) if (name && !map.has(name)) map.set(name, one);
  return { fields: Object.fromEntries(map) };
}
