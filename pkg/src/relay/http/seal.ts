// Leads that waited in a browser come sealed: the page had the relay's public key, and only the relay can open them.
// The private key is made of a secret, which is kept for as long as leads may wait.
import { MAX_BYTES } from "../../core/wire.gen.js";
import { MAX_SEALED } from "../visitor.gen.js";
import { capped, leadOf, readLead, Unreadable } from "./body.js";
import { pairs } from "./pairs.js";
import { scalarOf } from "../host/spelling.js";
import { Limited } from "../host/limited.js";
import type { Lead, Own } from "../lead/lead.js";
import type { SealKey } from "../../core/types.js";
import type { RelayOptions } from "../options.js";

/** What a browser calls a sealed lead; a kind of text, so that no preflight asks for it. */
const SEALED = /^text\/plain;\s*fieldpost=sealed$/i;

const CURVE = { name: "ECDH", namedCurve: "P-256" };
/** An uncompressed point of the curve: 4, x, y. */
const POINT = 65;
/** PKCS #8 (RFC 5958) around an ECPrivateKey (RFC 5915) without the public part: the 32 bytes of the key follow. */
const PKCS8 = "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";

/** Bytes as an encoder gives them: `Uint8Array<ArrayBuffer>`, which TypeScript has no word for before 5.7. */
type Bytes = ReturnType<InstanceType<typeof TextEncoder>["encode"]>;

const encoder = new TextEncoder();
const made = new Limited<string, CryptoKey>(16);

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
const unhex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

async function hkdf(
  of: BufferSource,
  salt: BufferSource,
  info: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", of, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(
    await crypto.subtle.deriveBits(
      { name: "HKDF", hash: "SHA-256", salt, info: encoder.encode(info) },
      key,
      256,
    ),
  );
}

async function privateKey(secret: string): Promise<CryptoKey> {
  let key = made.get(secret);
  // Once in four billion secrets the first bytes are no key.
  for (let turn = 0; !key; turn++) {
    const scalar = scalarOf(
      hex(await hkdf(encoder.encode(secret), new Uint8Array(), `fieldpost seal ${turn}`)),
    );
    if (scalar !== undefined)
      key = await crypto.subtle.importKey("pkcs8", unhex(PKCS8 + scalar), CURVE, true, [
        "deriveBits",
      ]);
  }
  made.set(secret, key);
  return key;
}

/**
 * The public key for `GET /leads/{form}`.
 *
 * @param secret - The relay's seal secret.
 * @returns The public key (JWK) that browsers seal with.
 * @example
 * const key = await sealKey(env.SEAL_SECRET);
 */
export async function sealKey(secret: string): Promise<SealKey> {
  const { kty, crv, x, y } = (await crypto.subtle.exportKey(
    "jwk",
    await privateKey(secret),
  )) as JsonWebKey;
  return { kty, crv, x, y } as SealKey;
}

/**
 * Opens what `seal` in `form/outbox.ts` has sealed for one of the secrets: an ephemeral public key of 65 bytes, and
 * AES-256-GCM under HKDF-SHA-256 of what the two keys share, bound to the lead's key. Undefined when none of them fits.
 */
export async function openSealed(
  secrets: readonly string[],
  key: string,
  sealed: Bytes,
): Promise<string | undefined> {
  const point = sealed.slice(0, POINT);
  for (const secret of secrets) {
    try {
      const theirs = await crypto.subtle.importKey("raw", point, CURVE, false, []);
      const shared = await crypto.subtle.deriveBits(
        { name: "ECDH", public: theirs },
        await privateKey(secret),
        256,
      );
      const aes = await crypto.subtle.importKey(
        "raw",
        await hkdf(new Uint8Array(shared), point, "fieldpost lead"),
        "AES-GCM",
        false,
        ["decrypt"],
      );
      const open = { name: "AES-GCM", iv: new Uint8Array(12), additionalData: encoder.encode(key) };
      return new TextDecoder().decode(await crypto.subtle.decrypt(open, aes, sealed.slice(POINT)));
    } catch {
      // Sealed for another secret, or touched on its way.
    }
  }
  return undefined;
}

/**
 * What a relay opens sealed leads with, the newest first. Those of its signing secrets come last, whether there are others
 * or not: pages that are open may have been given their keys.
 */
export const sealSecrets = ({
  sealSecret = [],
  secret,
}: Pick<RelayOptions, "sealSecret" | "secret">): string[] => [sealSecret, secret].flat();

/** Whether a lead comes that waited in a browser. */
export const isSealed = (request: Request): boolean =>
  SEALED.test(request.headers.get("content-type") ?? "");

/**
 * The lead as the page would have sent it, had it had a connection. A sealed body is one line of the page's newest own
 * fields (`_fp_token` …), a line feed, and the sealed lead. The bounds of a body are the lead's own.
 */
async function readSealed(request: Request, secrets: readonly string[]): Promise<Lead> {
  const bytes = (await capped(request, MAX_SEALED)) as Uint8Array<ArrayBuffer>;
  const end = bytes.indexOf(0x0a);
  const own: Own = leadOf(pairs(new TextDecoder().decode(bytes.slice(0, Math.max(end, 0))))).own;
  const { key } = own;
  // Without its key nobody would know it when it comes again.
  const text =
    key === undefined || key === ""
      ? undefined
      : await openSealed(secrets, key, bytes.slice(end + 1));
  if (text === undefined) throw new Unreadable(409, "seal.unknown");
  if (text.length > MAX_BYTES) throw new Unreadable(413, "body.size");
  const lead = leadOf(pairs(text));
  // What the page says now is newer: a token that is good.
  Object.assign(lead.own, own);
  return { ...lead, sealed: true };
}

/** A lead, whether it waited in a browser or comes from one. */
export const readAny = (request: Request, relay: RelayOptions): Promise<Lead> =>
  isSealed(request) ? readSealed(request, sealSecrets(relay)) : readLead(request);
