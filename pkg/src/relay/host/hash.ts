import { Limited } from "./limited.js";

const encoder = new TextEncoder();
/** The keys of the relay's own secrets, as many as rotate. Keys, not promises of keys: on Workers no request may wait for what another one began. */
const keys = new Limited<string, CryptoKey>(16);

const BYTES = Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1));

/** The platform's own where it has one (ECMAScript 2026): a lead is hashed five times. */
const { toHex } = Uint8Array.prototype as { toHex?: (this: Uint8Array) => string };

const hex: (bytes: ArrayBuffer) => string = toHex
  ? (bytes) => toHex.call(new Uint8Array(bytes))
  : (bytes) => Array.from(new Uint8Array(bytes), (byte) => BYTES[byte]).join("");

/** What short texts are hashed out of, one after the other: the platform has its copy when a call returns (Web Cryptography, 14.3). */
const short = new Uint8Array(3 * 1_024);

/** A text's bytes, to be hashed at once. */
const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  text.length > short.length / 3
    ? encoder.encode(text)
    : short.subarray(0, encoder.encodeInto(text, short).written);

/** Parts with their lengths before them, so that no two lists of parts give one text. */
export const joined = (parts: readonly string[]): string =>
  parts.map((part) => `${part.length}:${part}`).join("");

export const digest = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest("SHA-256", bytesOf(text));

export async function sha256(text: string): Promise<string> {
  return hex(await digest(text));
}

/** A UUID (version 8: RFC 9562, section 5.8) that is the same for the same text. */
export async function hashedId(text: string): Promise<string> {
  const hash = await sha256(text);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `a${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}

async function hmacKey(secret: string): Promise<CryptoKey> {
  let key = keys.get(secret);
  if (!key) {
    key = await crypto.subtle.importKey(
      "raw",
      encoder.encode(secret),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign", "verify"],
    );
    keys.set(secret, key);
  }
  return key;
}

/** A key for one purpose, made of a secret (HKDF, RFC 5869). */
export async function derived(secret: string, purpose: string): Promise<string> {
  const from = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveBits",
  ]);
  return hex(
    await crypto.subtle.deriveBits(
      { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(purpose) },
      from,
      256,
    ),
  );
}

export async function hmac(secret: string, text: string): Promise<string> {
  const key = await hmacKey(secret);
  return hex(await crypto.subtle.sign("HMAC", key, bytesOf(text)));
}

/** Whether `mac` is the HMAC of `text`; the comparison takes the same time for every wrong one. */
export async function hmacFits(secret: string, text: string, mac: string): Promise<boolean> {
  // No bytes are nobody's.
  const given = /^[0-9a-f]{64}$/.exec(mac)?.[0].match(/../g) ?? [];
  const bytes = Uint8Array.from(given, (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.verify("HMAC", await hmacKey(secret), bytes, encoder.encode(text));
}

/** Whether two secrets are the same. Each pair of hashes takes the same time, and of neither text anything is kept. */
export async function same(one: string, other: string): Promise<boolean> {
  const [left, right] = (await Promise.all([digest(one), digest(other)])).map(
    (hash) => new Uint32Array(hash),
  ) as [Uint32Array, Uint32Array];
  return left.reduce((differs, word, at) => differs | (word ^ (right[at] as number)), 0) === 0;
}
