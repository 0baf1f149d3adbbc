// How the body of an operator's call is read. What it asks for is decided elsewhere.
import { RANGES, SPELLED } from "../desk.gen.js";

/** A text that is spelled so, without blanks around it; nothing for any other. */
export function spelled(name: keyof typeof SPELLED, given: unknown): string | undefined {
  const { most, is } = SPELLED[name];
  const text = typeof given === "string" ? given.trim() : "";
  return text.length <= most && is.test(text) ? text : undefined;
}

/** A number that is within its range; nothing for any other. */
export function within(name: keyof typeof RANGES, given: unknown): number | undefined {
  const { least, most } = RANGES[name];
  return typeof given === "number" && given >= least && given <= most ? given : undefined;
}

/** A text of no more than so many signs, of which the empty one says nothing. */
export const said = (given: unknown): string | undefined =>
  typeof given === "string" && given !== "" ? given.slice(0, SPELLED.id.most) : undefined;

/** What a text is that somebody looks for a lead by: the first of these that it is spelled like. */
export function sought(given: unknown): { id?: string; email?: string; phone?: string } {
  const id = spelled("id", given)?.toLowerCase();
  if (id !== undefined) return { id };
  const email = spelled("email", given);
  if (email !== undefined) return { email };
  const phone = spelled("phone", given);
  return phone === undefined ? {} : { phone };
}

/** A sender who is let through: a domain, or an e-mail. */
export function senderOf(given: unknown): { domain?: string; email?: string } {
  const domain = spelled("domain", given)?.toLowerCase();
  if (domain !== undefined) return { domain: domain.replace(/^@/, "") };
  const email = spelled("sender", given)?.toLowerCase();
  return email === undefined ? {} : { email };
}

/** From what to what something moves; nothing where it is not said, or is one and the same. */
export const moved = (from: unknown, to: unknown): string[] =>
  typeof from === "string" && typeof to === "string" && from !== to ? [from, to] : [];
