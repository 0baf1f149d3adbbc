// How an e-mail or a phone is spelled.
import { PERSONS } from "./persons.gen.js";

/** By what somebody may be known who is in a text; nothing where it looks like nobody. */
export function looksLike(text: string): string | undefined {
  for (const [kind, { looks }] of Object.entries(PERSONS)) if (looks.test(text)) return kind;
  return undefined;
}

/** A text that may be what it is given for; nothing for any other. */
export function knownAs(kind: keyof typeof PERSONS, given: unknown): string | undefined {
  const { most, is } = PERSONS[kind];
  return typeof given === "string" && given.length <= most && is.test(given) ? given : undefined;
}

/** A text as it is hashed. */
export const plain = (kind: keyof typeof PERSONS, text: string): string =>
  PERSONS[kind].plain.reduce((before, [what, other]) => before.replace(what, other), text);
