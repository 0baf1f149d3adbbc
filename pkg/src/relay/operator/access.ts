// Cloudflare Access before the console: whoever comes through it brings a signed assertion (a JWT, RS256), which is verified
// here, because nobody else can say that the request came through Access at all.
import { within } from "../../core/within.js";
import { ADMITS, FETCHES, MOST_ASSERTION, SIGNED, SIGNERS } from "../desk.gen.js";
import { Limited } from "../host/limited.js";
import { facts } from "../host/facts.js";
import type { RelayOptions } from "../options.js";

/** An answer with the team's keys is believed for so long, and may take so long. */
const BELIEVED = 60 * 60 * 1000;
const PATIENCE = 5_000;

/** A key that is not known makes nobody ask more often than this. */
const AGAIN = 60_000;

/** A clock may be off by so much. */
const SKEW = 60;

/** A team's keys, and when they were asked for; of the one that was asked last. */
const known = new Limited<string, { at: number; keys: Map<string, CryptoKey> }>(1);

const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );

const object = (text: string): Record<string, unknown> =>
  Object(JSON.parse(new TextDecoder().decode(bytes(text)))) as Record<string, unknown>;

/** The team's public keys, by their names. */
async function keysOf(team: string, ask: typeof fetch): Promise<Map<string, CryptoKey>> {
  const said = await within(PATIENCE, async (signal) => {
    const response = await ask(`${team}/cdn-cgi/access/certs`, { signal, redirect: "manual" });
    return (await response.json()) as { keys?: (JsonWebKey & { kid?: string })[] };
  });
  const keys = new Map<string, CryptoKey>();
  for (const key of (said.keys ?? []).slice(0, 16)) {
    if (!Object.hasOwn(SIGNERS, key.kty ?? "") || typeof key.kid !== "string") continue;
    keys.set(
      key.kid,
      await crypto.subtle.importKey(
        "jwk",
        { kty: "RSA", n: key.n as string, e: key.e as string, alg: "RS256", ext: true },
        { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
        false,
        ["verify"],
      ),
    );
  }
  return keys;
}

async function keyOf(kid: string, team: string, ask: typeof fetch): Promise<CryptoKey | undefined> {
  const now = Date.now();
  const own = known.get(team) ?? { at: 0, keys: new Map<string, CryptoKey>() };
  const age = now - own.at;
  if (FETCHES[facts(known.has(team), age > BELIEVED, own.keys.has(kid), age <= AGAIN)])
    known.set(team, { at: now, keys: await keysOf(team, ask) });
  return known.get(team)?.keys.get(kid);
}

/** Whose assertion it is, as an e-mail in small letters; nothing where it is not Access's, not for this relay, or over. */
export async function asserted(
  request: Request,
  { access }: Pick<RelayOptions, "access">,
): Promise<string | undefined> {
  const assertion = request.headers.get("cf-access-jwt-assertion") ?? "";
  const [head = "", body = "", signature, more] = assertion.split(".");
  if (!access || signature === undefined || more !== undefined) return undefined;
  if (assertion.length > MOST_ASSERTION) return undefined;
  try {
    const { alg, kid } = object(head);
    const team = access.team.replace(/\/$/, "");
    if (!Object.hasOwn(SIGNED, String(alg)) || typeof kid !== "string") return undefined;
    const key = await keyOf(kid, team, access.fetch ?? ((...given) => fetch(...given)));
    const signed = new TextEncoder().encode(`${head}.${body}`);
    if (!key || !(await crypto.subtle.verify("RSASSA-PKCS1-v1_5", key, bytes(signature), signed)))
      return undefined;
    const { iss, aud, exp, nbf, email } = object(body);
    const now = Date.now() / 1000;
    const begins = Number(nbf ?? now);
    const is = facts(
      iss === team,
      [aud].flat().includes(access.audience),
      typeof exp === "number",
      Number(exp) > now - SKEW,
      typeof (nbf ?? now) === "number" && begins < now + SKEW,
      typeof email === "string",
    );
    return ADMITS[is] ? String(email).toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
