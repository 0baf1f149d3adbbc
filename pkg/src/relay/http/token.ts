import { hmac, hmacFits, joined } from "../host/hash.js";

/** How long a page may stay open before its token ends; the page then asks for another one. */
const LIFE = 12 * 60 * 60 * 1000;

/** Faster than this nobody reads a form, but password managers fill one: it is a sign, never a verdict. */
const FAST = 2_000;

/** `forged` and `expired` are reasons to look at a lead; `missing` and `fast` are one sign each. */
export type TokenVerdict = "good" | "fast" | "missing" | "expired" | "forged" | "spent";

/** Who a token was given to stands before its nonce: a page of an origin, whoever asked without one, or the relay's own page. */
const MARKS = { page: "", server: "s", relay: "r" } as const;
export type Holder = keyof typeof MARKS;

/** A token that is good for nothing but the lead that it came with: after its first use by another it is `spent`. */
export const nonceOf = (token: string): string => token.split(".")[2] ?? "";

export interface FormToken {
  token: string;
  expires: number;
}

const signed = (form: string, origin: string, issued: string, nonce: string): string =>
  joined(["fieldpost form token", form, origin, issued, nonce]);

/** Who a token was given to; as true as its signature. The nonce of a page's is hexadecimal. */
export function holderOf(token: string): Holder {
  const nonce = nonceOf(token);
  return nonce.startsWith(MARKS.server)
    ? "server"
    : nonce.startsWith(MARKS.relay)
      ? "relay"
      : "page";
}

/** A token that says when this form was given to a page of this origin, or to somebody who named none. */
export async function issueToken(
  secret: string,
  form: string,
  origin: string,
  now: number,
  holder: Holder = "page",
): Promise<FormToken> {
  const issued = now.toString(36);
  const nonce = MARKS[holder] + crypto.randomUUID().replaceAll("-", "");
  return {
    token: `1.${issued}.${nonce}.${await hmac(secret, signed(form, origin, issued, nonce))}`,
    expires: now + LIFE,
  };
}

/** What a token says about the lead it came with. A page of any of the form's origins may have asked for it. */
export async function judgeToken(
  secrets: readonly string[],
  form: string,
  origins: readonly string[],
  token: string,
  now: number,
): Promise<TokenVerdict> {
  if (!token) return "missing";
  const [version, issued = "", nonce = "", mac = ""] = token.slice(0, 256).split(".");
  if (version !== "1") return "forged";
  for (const secret of secrets) {
    for (const origin of origins) {
      if (!(await hmacFits(secret, signed(form, origin, issued, nonce), mac))) continue;
      const age = now - Number.parseInt(issued, 36);
      // A token of tomorrow is not ours, whatever its signature: a clock of ours was wrong, or is.
      if (age > LIFE || age < -60_000) return "expired";
      return age < FAST ? "fast" : "good";
    }
  }
  return "forged";
}
