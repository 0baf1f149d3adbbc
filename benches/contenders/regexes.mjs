// By hand and without a table of area codes: the floor, not a peer. It takes any area code that does not begin with 0 or 1.
import { body, cleanLabels, lowerDomain, relayBody } from "./shared.mjs";

const PHONE =
  /^\s*(?:\+?1[\s.-]*)?\(?([2-9]\d{2})\)?[\s.-]*([2-9]\d{2})[\s.-]*(\d{4})(?:\s*(?:x|ext\.?)\s*(\d{1,7}))?\s*$/i;
const EMAIL =
  /^(?!.*\.\.)[\w!#$%&'*+/=?^`{|}~.-]{1,64}@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d]$/i;

export function phone(text) {
  const [, area, exchange, line, ext] = PHONE.exec(text) ?? [];
  if (!area) return null;
  const number = `+1${area}${exchange}${line}`;
  return ext ? `${number} ext. ${ext}` : number;
}

export function email(text) {
  const address = text.trim();
  return address.length <= 254 && EMAIL.test(address) ? lowerDomain(address) : null;
}

const isText = (value, max) => typeof value === "string" && value.length <= max;

export function lead(values, write = body) {
  const { firstName, lastName, company = "", notes = "" } = values;
  if (
    !isText(firstName, 80) ||
    !isText(lastName, 80) ||
    !isText(company, 120) ||
    !isText(notes, 2000)
  )
    return undefined;
  const clean = { firstName: firstName.trim(), lastName: lastName.trim() };
  const address = email(values.email);
  const number = values.phone ? phone(values.phone) : "";
  const labels = cleanLabels(values.labels ?? []);
  if (!clean.firstName || !clean.lastName || !address || number === null || labels.length > 10)
    return undefined;
  return write({ ...clean, email: address, phone: number, labels, notes, company });
}

export const relayLead = (values) => lead(values, relayBody);

export const leadOfJson = (text) => lead(JSON.parse(text));
