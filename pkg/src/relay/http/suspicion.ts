// Why a person should look at a lead before it goes on.
import type { AnswerCode, HeldCode, ThrownCode } from "../../core/codes.gen.js";
import { visitorAddress } from "./address.js";
import { isNear } from "./origin.js";
import { challengeOf, type Submission } from "./submission.js";
import { holderOf, judgeToken, nonceOf } from "./token.js";
import { verify } from "./turnstile.js";

/** Why a lead waits for a person; also one whose key was used, or that stopped the module. */
export type ReviewCode = HeldCode | Extract<AnswerCode | ThrownCode, "key.reused" | "wasm.trap">;

/** What became of a form token: it was another lead's, is now this one's, or nobody can tell. */
export type Spending = "spent" | "free" | "away";

/**
 * The reasons for a person to look before the lead goes on: two signs that have nothing to do with each other, a token
 * that is not ours, was another lead's, or was a server's and comes from another site, or a challenge that was not met.
 * Nothing where the token's outbox is away.
 */
export async function suspicion(
  submission: Submission,
  trapped: boolean,
  key: string,
  spend: (nonce: string) => Promise<Spending>,
): Promise<ReviewCode[] | undefined> {
  const { relay, name, form, lead, request, url, origin: known } = submission;
  const origins = [...form.origins, url.origin, ...(known === null ? [] : [known])];
  const token = lead.own["token"] ?? "";
  const verdict = await judgeToken([relay.secret].flat(), name, origins, token, Date.now());
  if (verdict === "forged" || verdict === "expired") return [`token.${verdict}`];
  const spending = verdict === "missing" ? "free" : await spend(nonceOf(token));
  if (spending === "away") return undefined;
  if (spending === "spent") return ["token.spent"];
  const signs: ReviewCode[] = [];
  if (verdict !== "good") signs.push(`token.${verdict}`);
  if (trapped) signs.push("trap");
  const origin = request.headers.get("origin");
  if (origin === "null" && !isNear(request)) {
    // Nobody's page was given this token, and nobody's page sends it.
    if (verdict !== "missing" && holderOf(token) === "server") return ["origin.null"];
    signs.push("origin.null");
  }
  // Every browser that sends the one sends the other with a POST.
  if (origin === null && request.headers.has("sec-fetch-site")) signs.push("origin.missing");
  if (form.turnstile) {
    const hosts = origins.map((one) => new URL(one).hostname);
    const said = await verify(
      form.turnstile,
      hosts,
      challengeOf(lead),
      visitorAddress(request, relay),
      key,
    );
    if (said === "missing" || said === "failed") return [`turnstile.${said}`];
    if (said === "unreachable") signs.push("turnstile.unreachable");
  }
  return signs.length > 1 ? signs : [];
}
