import parse from "libphonenumber-js/min";

/** E.164 with its extension, or null. */
export function phone(text) {
  const number = parse(text, { defaultCountry: "US", extract: false });
  if (!number?.isValid()) return null;
  return number.ext ? `${number.number} ext. ${number.ext}` : number.number;
}
