import { within } from "../../core/within.js";
import { facts } from "../host/facts.js";
import { Challenge } from "../arrival.gen.js";
import { ANSWERED, LONGEST_ANSWER, VERIFIED } from "../visitor.gen.js";
import { hashedId } from "../host/hash.js";
import type { TurnstileOptions } from "../options.js";
import { short } from "../calls/reply.js";

const SITEVERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
const DEADLINE = 5_000;

/**
 * Asks Cloudflare whether the visitor's answer to the challenge holds. A token is good once and for 300 s; the lead's own
 * key makes the question repeatable.
 */
export async function verify(
  options: TurnstileOptions,
  hosts: readonly string[],
  token: string | undefined,
  address: string | null,
  key: string,
): Promise<Challenge> {
  const answer = token ?? "";
  const known = ANSWERED[facts(answer !== "", answer.length <= LONGEST_ANSWER)];
  if (known !== undefined) return known;
  const call = options.fetch ?? globalThis.fetch;
  const form = new URLSearchParams({
    secret: options.secret,
    response: answer,
    idempotency_key: await hashedId(`turnstile ${key}`),
  });
  if (address !== null) form.set("remoteip", address);
  try {
    const { ok, text } = await within(DEADLINE, async (signal) => {
      const response = await call(
        new Request(options.siteverify ?? SITEVERIFY, {
          method: "POST",
          body: form,
          redirect: "manual",
        }),
        { signal },
      );
      return { ok: response.ok, text: await short(response) };
    });
    const said = JSON.parse(text) as { success?: unknown; hostname?: unknown; action?: unknown };
    const isHere = (hosts as readonly unknown[]).includes(said.hostname);
    const isMeant = said.action === (options.action ?? said.action);
    return VERIFIED[facts(ok, said.success === true, isHere, isMeant)] as Challenge;
  } catch {
    return Challenge.Unreachable;
  }
}
