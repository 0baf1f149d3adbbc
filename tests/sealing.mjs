// The seal of `pkg/src/form/outbox.ts` in the words of its documentation, written a second time.
const encoder = new TextEncoder();
const CURVE = { name: "ECDH", namedCurve: "P-256" };

/**
 * @param {JsonWebKey} jwk
 * @param {string} key
 * @param {string} text
 */
export async function seal(jwk, key, text) {
  const { subtle } = crypto;
  const pair = await subtle.generateKey(CURVE, false, ["deriveBits"]);
  const relay = await subtle.importKey("jwk", jwk, CURVE, false, []);
  const point = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const shared = await subtle.deriveBits({ name: "ECDH", public: relay }, pair.privateKey, 256);
  const hkdf = await subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const bits = await subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: point, info: encoder.encode("fieldpost lead") },
    hkdf,
    256,
  );
  const aes = await subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt"]);
  const closed = await subtle.encrypt(
    { name: "AES-GCM", iv: new Uint8Array(12), additionalData: encoder.encode(key) },
    aes,
    encoder.encode(text),
  );
  return Uint8Array.from([...point, ...new Uint8Array(closed)]);
}

/**
 * What a page sends of a lead that has waited: a line of its own fields, and the lead.
 * @param {Record<string, string>} own
 * @param {Uint8Array<ArrayBuffer>} sealed
 */
export const sealedBody = (own, sealed) =>
  new Blob([`${new URLSearchParams(own)}\n`, sealed], { type: "text/plain;fieldpost=sealed" });
