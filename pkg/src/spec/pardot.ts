import type { FormSpec, Kind } from "../core/types.js";
import { choices, field, isRow, label, member, rows, spec, text, yes } from "./shape.js";

/**
 * Pardot's types of custom fields and what each is here, with the most characters that Pardot keeps (Salesforce Help,
 * "Account Engagement field types"). A CRM user is a record of the CRM: no visitor fills it. A type that is not here is
 * text.
 */
const TYPES: Readonly<Record<string, readonly [Kind, number?] | null>> = {
  text: ["text", 56_000],
  textarea: ["text", 65_535],
  number: ["number"],
  date: ["date"],
  "radio button": ["choice"],
  dropdown: ["choice"],
  checkbox: ["choices"],
  "multi-select": ["choices"],
  hidden: ["hidden"],
  "crm user": null,
};

/**
 * The spec of Pardot's custom fields, from `customField/version/{3|4}/do/query` or `do/read`, as JSON or as an XML reader
 * gives it, or from version 5's `objects/custom-fields`. The names are the API names (`field_id`).
 *
 * Versions 3 and 4 do not say which fields are required and which values they take; version 5 says both. A field that
 * records multiple responses keeps its kind: each lead adds one. Throws `spec.invalid` with the place in the reply.
 *
 * @param reply - Pardot's reply.
 * @returns The spec.
 * @throws {FieldpostError} `spec.invalid`, with the places.
 * @example
 * const spec = fromCustomFields(await response.json());
 */
export function fromCustomFields(reply: unknown): FormSpec {
  const [list, place] = listOf(reply);
  return spec(
    rows(list, place).flatMap((row, index) => {
      const type = text(member(row, "type")).toLowerCase();
      const known = Object.hasOwn(TYPES, type) ? TYPES[type] : (["text"] as const);
      if (!known) return [];
      const [kind, max] = known;
      const values = member(row, "values");
      const options = Array.isArray(values)
        ? choices(
            values.map((one) => (isRow(one) ? (member(one, "value") ?? member(one, "name")) : one)),
            `${place}[${index}].values`,
          )
        : [];
      const one = field(kind, {
        required: kind !== "hidden" && yes(member(row, "is_required") ?? member(row, "isRequired")),
        label: label(member(row, "name")),
        max,
        choices: (kind === "choice" || kind === "choices") && options[0] ? options : undefined,
      });
      return [[text(member(row, "field_id") ?? member(row, "fieldId")), one] as const];
    }),
  );
}

/** Where the rows are: a query of versions 3 and 4, one record of theirs, a query of version 5. */
function listOf(reply: unknown): [unknown, string] {
  const result = member(reply, "result");
  // A query that finds nothing has no member for rows.
  if (isRow(result)) return [member(result, "customField") ?? [], "result.customField"];
  const one = member(reply, "customField");
  return one === undefined ? [member(reply, "values"), "values"] : [one, "customField"];
}
