import { policyOf, STYLE } from "../pages/page.js";

let hash: string | undefined;

/** The policy of a page, which names the hash of its style. */
export async function policy(
  thanks: string | undefined,
  origins: readonly string[],
): Promise<string> {
  const style = new TextEncoder().encode(STYLE);
  hash ??= btoa(
    String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", style))),
  );
  return policyOf(hash, thanks, origins);
}
