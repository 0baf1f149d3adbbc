import type { Credentials } from "../../core/account.gen.js";
import { edge, plainReply, type Token } from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import { SENTENCES } from "../../core/sentences.gen.js";
import type { Outcome, Reply, System } from "../../core/types.js";
import { jwt } from "../host/jwt.js";

/** Makes a call and reads its answer, within its time. */
export type Ask = (request: Request) => Promise<Reply | Response>;

/** Nothing can be done with the key. */
const unusable = (): FieldpostError => {
  const [code, message = ""] = ["account.private_key", SENTENCES["account.private_key"]];
  return new FieldpostError("account.invalid", `privateKey: ${message}`, [
    { field: "privateKey", code, severity: "error", message },
  ]);
};

/**
 * Signs in: a token, or what became of the call. `plain` is the account as the border reads it; `renew` keeps the refresh
 * token that takes the place of the one that was sent, before anything rests on it. Throws `account.invalid` where nothing can be
 * asked, and what `ask` and `renew` throw.
 */
export async function signIn(
  plain: unknown,
  system: System,
  credentials: Credentials,
  ask: Ask,
  renew: (refreshToken: string) => Promise<void>,
): Promise<Token | Outcome> {
  const asked = (signed?: string) =>
    edge((glue) => glue.tokenRequest(plain, credentials, Date.now(), signed));
  let request = asked();
  if (Array.isArray(request)) {
    const signed = await jwt(...request);
    if (signed === undefined) throw unusable();
    request = asked(signed);
  }
  // The key itself is the token.
  if (request === null) return { token: credentials.key ?? "", usable: Number.MAX_SAFE_INTEGER };
  const reply = await plainReply(await ask(request as Request));
  const got = edge((glue) => glue.readToken(reply, system, credentials));
  if ("token" in got && got.refresh !== undefined && got.refresh !== "") await renew(got.refresh);
  return got;
}
