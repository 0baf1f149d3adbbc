import type { FieldSpec, FormSpec, Kind } from "../core/types.js";
import {
  choices,
  field,
  isRow,
  label,
  member,
  rows,
  spec,
  text,
  whole,
  yes,
  type Row,
} from "./shape.js";

/**
 * Marketo's types of lead fields (developer guide, "Field types") and what each is here. A reference points at a record
 * of the CRM and a formula is computed: no visitor fills either, so both are left out. A type that is not here is text.
 */
const DATA_TYPES: Readonly<Record<string, Kind | null>> = {
  string: "text",
  text: "text",
  email: "email",
  phone: "phone",
  url: "url",
  boolean: "boolean",
  integer: "integer",
  score: "integer",
  percent: "integer",
  float: "number",
  currency: "number",
  date: "date",
  datetime: "text",
  reference: null,
  formula: null,
};

/** Marketo's `text` holds 30,000 bytes, so never more characters. */
const MAX_TEXT = 30_000;

/** The types of a form's own fields (developer guide, "Forms"). What shows no input is left out. */
const FORM_TYPES: Readonly<Record<string, Kind | null>> = {
  ...DATA_TYPES,
  textarea: "text",
  telephone: "phone",
  number: "number",
  double: "number",
  int: "integer",
  range: "number",
  picklist: "choice",
  select: "choice",
  radio: "choice",
  checkbox: "choices",
  single_checkbox: "boolean",
  hidden: "hidden",
  profiling: null,
  htmltext: null,
  fieldset: null,
  button: null,
};

/** The kinds whose `max` counts characters. */
const LENGTHS: readonly Kind[] = ["text", "email", "phone", "url", "hidden"];

const kindOf = (types: Readonly<Record<string, Kind | null>>, row: Row): Kind | null => {
  const type = text(member(row, "dataType")).toLowerCase();
  return Object.hasOwn(types, type) ? (types[type] as Kind | null) : "text";
};

const maxOf = (kind: Kind, length: unknown): number | undefined => {
  const max = whole(length, Math.floor);
  return max && max > 0 && LENGTHS.includes(kind) ? max : undefined;
};

/**
 * The spec of the lead fields that a program may write: of `GET /rest/v1/leads/describe.json` those with a `rest` part
 * that is not read-only, of `describe2.json` the `updateable` ones, of `leads/schema/fields.json` those not hidden.
 * `length` becomes `max`. Marketo says of no field that it is required.
 *
 * Throws `spec.invalid` with the place in the reply when it is none of the three.
 *
 * @param reply - Marketo's reply.
 * @returns The spec.
 * @throws {FieldpostError} `spec.invalid`, with the places.
 * @example
 * const spec = fromDescribe(await response.json());
 */
export function fromDescribe(reply: unknown): FormSpec {
  return spec(
    described(reply).flatMap(([name, row]) => {
      const kind = kindOf(DATA_TYPES, row);
      if (!kind) return [];
      const bytes = text(member(row, "dataType")).toLowerCase() === "text" ? MAX_TEXT : undefined;
      const max = maxOf(kind, member(row, "length")) ?? bytes;
      return [[name, field(kind, { label: label(member(row, "displayName")), max })] as const];
    }),
  );
}

function described(reply: unknown): [string, Row][] {
  const result = rows(member(reply, "result"), "result");
  const second = member(result[0], "fields");
  if (second !== undefined) {
    return rows(second, "result[0].fields")
      .filter((row) => yes(member(row, "updateable")))
      .map((row) => [text(member(row, "name")), row]);
  }
  return result.flatMap((row): [string, Row][] => {
    const rest = member(row, "rest");
    if (isRow(rest))
      return yes(member(rest, "readOnly")) ? [] : [[text(member(rest, "name")), row]];
    // A row of the schema has its own name; a described field without a `rest` part is none of the REST API.
    return yes(member(row, "isHidden")) ? [] : [[text(member(row, "name")), row]];
  });
}

/**
 * The spec of a Marketo form, from `GET /rest/asset/v1/form/{id}/fields.json`: required, greatest length, values, labels.
 * A field that a visibility rule may hide cannot be required here, because nobody may ever see it.
 *
 * The reply names fields as SOAP does (`FirstName`), `marketo.lead.submitForm` takes REST names (`firstName`): pass the
 * reply of `describe.json` too, and the names become those. Throws `spec.invalid` with the place in the reply.
 *
 * @param reply - Marketo's reply.
 * @param describe - The reply of describe, which knows more of each field.
 * @returns The spec.
 * @throws {FieldpostError} `spec.invalid`, with the places.
 * @example
 * const spec = fromFormFields(await response.json());
 */
export function fromFormFields(reply: unknown, describe?: unknown): FormSpec {
  const names = new Map<string, string>();
  if (describe !== undefined) {
    for (const row of rows(member(describe, "result"), "describe.result")) {
      names.set(
        text(member(member(row, "soap"), "name")),
        text(member(member(row, "rest"), "name")),
      );
    }
  }
  return spec(
    rows(member(reply, "result"), "result").flatMap((row, index) => {
      const id = text(member(row, "id"));
      const one = formField(row, `result[${index}].fieldMetaData.values`);
      return one ? [[(id && names.get(id)) || id, one] as const] : [];
    }),
  );
}

function formField(row: Row, place: string): FieldSpec | undefined {
  const details = member(row, "fieldMetaData");
  const values = member(details, "values");
  const options = Array.isArray(values)
    ? choices(
        values.map((one) => (isRow(one) ? member(one, "value") : one)),
        place,
      )
    : [];
  const rule = text(member(member(row, "visibilityRules"), "ruleType"));
  const required = yes(member(row, "required")) && (rule === "" || rule === "alwaysShow");
  let kind = kindOf(FORM_TYPES, row);
  if (!kind) return undefined;
  if (kind === "choice" && yes(member(details, "multiSelect"))) kind = "choices";
  // A box without values is one yes or no.
  if (kind === "choices" && !options[0]) kind = "boolean";
  // A box that must be ticked is agreement: a no is no answer.
  if (kind === "boolean" && required) kind = "consent";
  const bounded = kind === "number" || kind === "integer";
  return field(kind, {
    required: required && kind !== "hidden",
    label: label(member(row, "label")),
    min: bounded ? whole(member(details, "minValue"), Math.floor) : undefined,
    max: bounded
      ? whole(member(details, "maxValue"), Math.ceil)
      : maxOf(kind, member(row, "maxLength")),
    choices: (kind === "choice" || kind === "choices") && options[0] ? options : undefined,
  });
}
