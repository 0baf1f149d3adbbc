import * as z from "zod";
import { phone } from "./libphonenumber.mjs";
import { body, cleanLabels, lowerDomain, relayBody } from "./shared.mjs";

export { phone };

const name = z.string().trim().min(1).max(80);
const address = z.string().trim().pipe(z.email().max(254)).transform(lowerDomain);
const number = z.string().transform((text, context) => {
  if (!text) return "";
  const found = phone(text);
  if (found) return found;
  context.issues.push({ code: "custom", message: "phone", input: text });
  return z.NEVER;
});
const labels = z
  .union([z.array(z.string()), z.string()])
  .transform(cleanLabels)
  .pipe(z.array(z.string()).max(10));

// In the order of the operation's parameters, so that the payloads are the same letter for letter.
const schema = z.object({
  firstName: name,
  lastName: name,
  email: address,
  phone: number.optional(),
  labels: labels.optional(),
  notes: z.string().max(2000).optional(),
  company: z.string().max(120).optional(),
});

export function lead(values, write = body) {
  const { success, data } = schema.safeParse(values);
  return success ? write(data) : undefined;
}

export const relayLead = (values) => lead(values, relayBody);

export const leadOfJson = (text) => lead(JSON.parse(text));

export function email(text) {
  const { success, data } = address.safeParse(text);
  return success ? data : null;
}
