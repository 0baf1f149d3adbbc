// How texts from outside are spelled: nothing here knows what becomes of them.

/** An origin as a browser names it: without a slash behind it, a path, or the port that goes without saying. */
export function asBrowsersSay(origin: string): string {
  const text = origin.trim();
  return /^https?:/i.test(text) && URL.canParse(text) ? new URL(text).origin : text;
}

/** The order of P-256 (FIPS 186-5, SP 800-186 3.2.1.3): a private key is below it. */
const ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/** 32 bytes in hex as a private key of P-256; nothing where they are none. */
export const scalarOf = (hex: string): string | undefined =>
  hex < ORDER && /[1-9a-f]/.test(hex) ? hex : undefined;

/** `Retry-After`: in seconds, or as a date. */
export function waitOf(given: string | null): { seconds?: number; at?: number } {
  const [seconds, at] = [Number(given ?? Number.NaN), Date.parse(given ?? "")];
  if (!Number.isNaN(seconds)) return { seconds };
  return Number.isNaN(at) ? {} : { at };
}

/** A whole number; nothing where it is none. */
export function wholeOf(given: string | null): number | undefined {
  const number = given === null ? Number.NaN : Math.trunc(Number(given));
  return Number.isNaN(number) ? undefined : number;
}
