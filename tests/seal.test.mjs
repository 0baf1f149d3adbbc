// Leads that waited in a browser: what the page seals, only the relay opens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "./stand.mjs";

const { openSealed, sealKey, unsealed } = await import(`${root}pkg/dist/worker/seal.js`);
const { readLead } = await import(`${root}pkg/dist/worker/body.js`);

const SECRET = "a secret of at least thirty-two characters";
const OTHER = "another secret of thirty-two characters…";
const encoder = new TextEncoder();
const CURVE = { name: "ECDH", namedCurve: "P-256" };

/** The format in the words of its documentation, written a second time. */
async function seal(jwk, key, text) {
  const { subtle } = crypto;
  const pair = await subtle.generateKey(CURVE, false, ["deriveBits"]);
  const relay = await subtle.importKey("jwk", jwk, CURVE, false, []);
  const point = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const shared = await subtle.deriveBits({ name: "ECDH", public: relay }, pair.privateKey, 256);
  const hkdf = await subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const bits = await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: point, info: encoder.encode("fieldpost lead") }, hkdf, 256);
  const aes = await subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt"]);
  const closed = await subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: encoder.encode(key) }, aes, encoder.encode(text));
  return Uint8Array.from([...point, ...new Uint8Array(closed)]);
}

const request = (own, sealed, type = "text/plain;fieldpost=sealed") =>
  new Request("https://relay.example/leads/contact", { method: "POST", headers: { "content-type": type, origin: "https://page.example" }, body: new Blob([`${new URLSearchParams(own)}\n`, sealed]) });

test("the public key is the same each time, belongs to the secret, and is nothing but public", async () => {
  const key = await sealKey(SECRET);
  assert.deepEqual(Object.keys(key).sort(), ["crv", "kty", "x", "y"]);
  assert.deepEqual(await sealKey(SECRET), key);
  assert.notEqual((await sealKey(OTHER)).x, key.x);
});

test("what is sealed opens with its secret, also while secrets rotate, and with no other", async () => {
  const sealed = await seal(await sealKey(SECRET), "key-12345678", "email=ann%40example.org&n=ü");
  assert.equal(await openSealed([SECRET], "key-12345678", sealed), "email=ann%40example.org&n=ü");
  assert.equal(await openSealed([OTHER, SECRET], "key-12345678", sealed), "email=ann%40example.org&n=ü");
  assert.equal(await openSealed([OTHER], "key-12345678", sealed), undefined);
});

test("a lead that was touched, cut or given another key does not open", async () => {
  const sealed = await seal(await sealKey(SECRET), "key-12345678", "email=a");
  assert.equal(await openSealed([SECRET], "key-87654321", sealed), undefined);
  for (let at = 0; at < sealed.length; at++) {
    const touched = sealed.slice();
    touched[at] ^= 1;
    assert.equal(await openSealed([SECRET], "key-12345678", touched), undefined, `byte ${at}`);
  }
  for (const length of [0, 1, 64, 65, 80, sealed.length - 1]) assert.equal(await openSealed([SECRET], "key-12345678", sealed.slice(0, length)), undefined);
});

test("a sealed request reads as the page would have sent it, with the newer token", async () => {
  const sealed = await seal(await sealKey(SECRET), "key-12345678", "email=a%40b.co&note=x%0D%0Ay&_fp_v=1&_fp_key=key-12345678&_fp_token=old&_fp_page=https%3A%2F%2Fp");
  const lead = await readLead(await unsealed(request({ _fp_v: "1", _fp_key: "key-12345678", _fp_token: "new" }, sealed), [SECRET]));
  assert.deepEqual(lead.fields, [["email", "a@b.co"], ["note", "x\r\ny"]]);
  assert.deepEqual({ ...lead.own }, { v: "1", key: "key-12345678", token: "new", page: "https://p" });
});

test("what is not sealed is not touched, and what does not open is refused as a body of a wrong type", async () => {
  const plain = new Request("https://relay.example/", { method: "POST", body: new URLSearchParams("a=1") });
  assert.equal(await unsealed(plain, [SECRET]), plain);
  for (const body of ["", "no line feed", "_fp_key=key-12345678\n", `_fp_key=key-12345678\n${"x".repeat(200)}`, "\n\n\n"]) {
    const broken = new Request("https://relay.example/", { method: "POST", headers: { "content-type": "text/plain;fieldpost=sealed" }, body });
    await assert.rejects(unsealed(broken, [SECRET]).then(readLead), (error) => error.status === 415 && error.code === "body.type", body.slice(0, 20));
  }
  await assert.rejects(unsealed(request({ _fp_key: "k" }, new Uint8Array(65 * 1024)), [SECRET]).then(readLead), (error) => error.status === 413);
  const text = new Request("https://relay.example/", { method: "POST", headers: { "content-type": "text/plain" }, body: "x" });
  await assert.rejects(unsealed(text, [SECRET]).then(readLead), (error) => error.status === 415);
});

test("60,000 bytes still fit, sealed", async () => {
  const text = `a=${"x".repeat(60_000)}`;
  const sealed = await seal(await sealKey(SECRET), "key-12345678", text);
  const lead = await readLead(await unsealed(request({ _fp_v: "1", _fp_key: "key-12345678", _fp_token: "t".repeat(150) }, sealed), [SECRET]));
  assert.equal(lead.fields[0][1].length, 60_000);
});
