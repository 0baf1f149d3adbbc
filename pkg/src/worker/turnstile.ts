import { sha256 } from "./hash.js";
import type { TurnstileOptions } from "./options.js";

const SITEVERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
const DEADLINE = 5_000;

/** `good`, or why not: `missing` and `failed` are for a person to look at, `unreachable` is one sign. */
export type Challenge = "good" | "missing" | "failed" | "unreachable";

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
  if (!token) return "missing";
  // siteverify refuses longer ones.
  if (token.length > 2048) return "failed";
  const call = options.fetch ?? globalThis.fetch;
  const form = new URLSearchParams({ secret: options.secret, response: token, idempotency_key: await uuid(key) });
  if (address) form.set("remoteip", address);
  try {
    const response = await call(new Request(options.siteverify ?? SITEVERIFY, { method: "POST", body: form, redirect: "manual" }), { signal: AbortSignal.timeout(DEADLINE) });
    if (!response.ok) return "unreachable";
    const said = (await response.json()) as { success?: unknown; hostname?: unknown; action?: unknown };
    const here = typeof said.hostname === "string" && hosts.includes(said.hostname);
    const meant = options.action === undefined || said.action === options.action;
    return said.success === true && here && meant ? "good" : "failed";
  } catch {
    return "unreachable";
  }
}

/** A UUID (version 8: RFC 9562, section 5.8) that is the same for the same lead. */
async function uuid(key: string): Promise<string> {
  const hash = await sha256(`turnstile ${key}`);
  return [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `a${hash.slice(17, 20)}`, hash.slice(20, 32)].join("-");
}
