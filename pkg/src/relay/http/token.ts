// Form tokens: this makes and compares their MACs; what a token says, `src/relay/token.rs` decides.
import { steady, WORD } from "../../core/edge.js";
import { type Holder, HOLDERS, TOKEN_LIFE } from "../arrival.gen.js";
import { hmac, hmacFits, joined } from "../host/hash.js";

export interface FormToken {
  token: string;
  expires: number;
}

/** What a token says, as bits of `TokenSays`, and what it is known by once it is spent. */
export interface Judged {
  says: number;
  nonce: string;
}

const signed = (form: string, origin: string, issued: string, nonce: string): string =>
  joined(["fieldpost form token", form, origin, issued, nonce]);

/** A token that says when this form was given to a page of this origin, or to somebody who named none. */
export async function issueToken(
  secret: string,
  form: string,
  origin: string,
  now: number,
  holder: Holder = "page",
): Promise<FormToken> {
  const issued = now.toString(36);
  const nonce = HOLDERS[holder] + crypto.randomUUID().replaceAll("-", "");
  return {
    token: `1.${issued}.${nonce}.${await hmac(secret, signed(form, origin, issued, nonce))}`,
    expires: now + TOKEN_LIFE,
  };
}

/** What a token says about the lead it came with. A page of any of the form's origins may have asked for it. */
export async function judgeToken(
  secrets: readonly string[],
  form: string,
  origins: readonly string[],
  token: string,
  now: number,
): Promise<Judged> {
  const words = steady((glue) => glue.readFormToken(token, now)).split(WORD);
  const [ours = "", others = "", issued = "", nonce = "", mac = ""] = words;
  for (const secret of secrets) {
    for (const origin of origins) {
      if (await hmacFits(secret, signed(form, origin, issued, nonce), mac))
        return { says: Number(ours), nonce };
    }
  }
  return { says: Number(others), nonce };
}
