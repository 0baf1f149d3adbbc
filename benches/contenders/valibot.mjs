import {
  array,
  check,
  email as isEmail,
  maxLength,
  minLength,
  object,
  optional,
  pipe,
  rawTransform,
  safeParse,
  string,
  transform,
  trim,
  union,
} from "valibot";
import { phone } from "./libphonenumber.mjs";
import { body, cleanLabels, lowerDomain, relayBody } from "./shared.mjs";

export { phone };

const name = pipe(string(), trim(), minLength(1), maxLength(80));
const address = pipe(string(), trim(), isEmail(), maxLength(254), transform(lowerDomain));
const number = pipe(
  string(),
  rawTransform(({ dataset, addIssue, NEVER }) => {
    if (!dataset.value) return "";
    const found = phone(dataset.value);
    if (found) return found;
    addIssue({ message: "phone" });
    return NEVER;
  }),
);
const labels = pipe(
  union([array(string()), string()]),
  transform(cleanLabels),
  check((list) => list.length <= 10),
);

// In the order of the operation's parameters, so that the payloads are the same letter for letter.
const schema = object({
  firstName: name,
  lastName: name,
  email: address,
  phone: optional(number),
  labels: optional(labels),
  notes: optional(pipe(string(), maxLength(2000))),
  company: optional(pipe(string(), maxLength(120))),
});

export function lead(values, write = body) {
  const { success, output } = safeParse(schema, values);
  return success ? write(output) : undefined;
}

export const relayLead = (values) => lead(values, relayBody);

export const leadOfJson = (text) => lead(JSON.parse(text));

export function email(text) {
  const { success, output } = safeParse(address, text);
  return success ? output : null;
}
