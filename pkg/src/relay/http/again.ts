import { hmac, hmacFits, joined } from "../host/hash.js";
import type { Lead } from "../lead/lead.js";
import type { RelayFormOptions } from "../options.js";
import { canonical } from "../pages/fields.js";

/** By what an outbox knows a lead. */
export interface Identity {
  /** The key, and of a native submit the one of the window before. */
  keys: readonly string[];
  /** Of what the visitor entered, as it came first. */
  bodyHash: string;
}

const text = (form: string, keys: string, bodyHash: string, entered: readonly string[]): string =>
  joined(["fieldpost again", form, keys, bodyHash, joined(entered)]);

/**
 * What the relay's own page carries, so that a lead that is sent again from there is known for the one that it is: a page
 * sends other fields in another order, so its body alone would be another lead. With other entries it is worth nothing,
 * for those are another lead.
 */
export async function sign(
  secret: string,
  name: string,
  form: RelayFormOptions,
  { keys, bodyHash }: Identity,
  fields: Lead["fields"],
): Promise<string> {
  return [
    ...keys,
    bodyHash,
    await hmac(secret, text(name, keys.join(" "), bodyHash, canonical(form.fields, fields))),
  ].join(" ");
}

/** Who a lead is by what `sign` gave to its page; nothing where that is not ours, or the entries are others. */
export async function recognize(
  secrets: readonly string[],
  name: string,
  form: RelayFormOptions,
  signed: string,
  fields: Lead["fields"],
): Promise<Identity | undefined> {
  const parts = signed.split(" ");
  const mac = parts.pop() ?? "";
  const bodyHash = parts.pop() ?? "";
  const entered = text(name, parts.join(" "), bodyHash, canonical(form.fields, fields));
  for (const secret of secrets) {
    if (await hmacFits(secret, entered, mac)) return { keys: parts, bodyHash };
  }
  return undefined;
}
