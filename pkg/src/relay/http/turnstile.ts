import { within } from "../../core/within.js";
import { Challenge } from "../arrival.gen.js";
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
  if (!token) return Challenge.Missing;
  // siteverify refuses longer ones.
  if (token.length > 2048) return Challenge.Failed;
  const call = options.fetch ?? globalThis.fetch;
  const form = new URLSearchParams({
    secret: options.secret,
    response: token,
    idempotency_key: await hashedId(`turnstile ${key}`),
  });
  if (address) form.set("remoteip", address);
  try {
    const text = await within(DEADLINE, async (signal) => {
      const response = await call(
        new Request(options.siteverify ?? SITEVERIFY, {
          method: "POST",
          body: form,
          redirect: "manual",
        }),
        { signal },
      );
      return response.ok ? short(response) : "";
    });
    if (!text) return Challenge.Unreachable;
    const said = JSON.parse(text) as { success?: unknown; hostname?: unknown; action?: unknown };
    const here = typeof said.hostname === "string" && hosts.includes(said.hostname);
    const meant = options.action === undefined || said.action === options.action;
    return said.success === true && here && meant ? Challenge.Met : Challenge.Failed;
  } catch {
    return Challenge.Unreachable;
  }
}
