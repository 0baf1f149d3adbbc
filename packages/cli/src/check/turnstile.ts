import { type Finding, finding } from "./finding.js";

const SITEVERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify";

/** Whether Cloudflare knows the secret: an answer that is none is refused for itself, not for the secret. */
export async function judgeTurnstile(secret: string | undefined): Promise<Finding[]> {
  if (!secret) return [];
  try {
    const response = await fetch(SITEVERIFY, {
      method: "POST",
      body: new URLSearchParams({ secret, response: "fieldpost check" }),
      signal: AbortSignal.timeout(5_000),
    });
    const { "error-codes": codes = [] } = (await response.json()) as { "error-codes"?: string[] };
    return codes.includes("invalid-input-secret")
      ? [
          finding(
            "wait",
            "TURNSTILE_SECRET",
            "turnstile.secret",
            "Cloudflare does not know it: each lead waits for a person.",
          ),
        ]
      : [];
  } catch {
    return [
      finding("note", "TURNSTILE_SECRET", "turnstile.away", "Cloudflare could not be asked."),
    ];
  }
}
