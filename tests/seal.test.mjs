// Leads that waited in a browser: what the page seals, only the relay opens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seal, sealedBody } from "./sealing.mjs";
import { root } from "./stand.mjs";

const { bounded } = await import(`${root}pkg/dist/relay/http/body.js`);
const { isSealed, openSealed, readAny, sealKey, sealSecrets } = await import(
  `${root}pkg/dist/relay/http/seal.js`
);

const SECRET = "a secret of at least thirty-two characters";
const OTHER = "another secret of thirty-two characters…";
const KEY = "key-12345678";

const request = (own, sealed) =>
  new Request("https://relay.example/leads/contact", {
    method: "POST",
    headers: { origin: "https://page.example" },
    body: sealedBody(own, sealed),
  });
const refused = (status, code) => (error) => error.status === status && error.code === code;

test("the public key is the same each time, belongs to the secret, and is nothing but public", async () => {
  const key = await sealKey(SECRET);
  assert.deepEqual(Object.keys(key).sort(), ["crv", "kty", "x", "y"]);
  assert.deepEqual(await sealKey(SECRET), key);
  assert.notEqual((await sealKey(OTHER)).x, key.x);
});

test("the seal's own secrets come first; what the signing secrets sealed opens, too", () => {
  assert.deepEqual(sealSecrets({ secret: "a" }), ["a"]);
  assert.deepEqual(sealSecrets({ secret: ["a", "b"], sealSecret: "c" }), ["c", "a", "b"]);
  assert.deepEqual(sealSecrets({ secret: "a", sealSecret: ["c", "d"] }), ["c", "d", "a"]);
});

test("what is sealed opens with its secret, also while secrets rotate, and with no other", async () => {
  const sealed = await seal(await sealKey(SECRET), KEY, "email=ann%40example.org&n=ü");
  assert.equal(await openSealed([SECRET], KEY, sealed), "email=ann%40example.org&n=ü");
  assert.equal(await openSealed([OTHER, SECRET], KEY, sealed), "email=ann%40example.org&n=ü");
  assert.equal(await openSealed([OTHER], KEY, sealed), undefined);
});

test("a lead that was touched, cut or given another key does not open", async () => {
  const sealed = await seal(await sealKey(SECRET), KEY, "email=a");
  assert.equal(await openSealed([SECRET], "key-87654321", sealed), undefined);
  for (let at = 0; at < sealed.length; at++) {
    const touched = sealed.slice();
    touched[at] ^= 1;
    assert.equal(await openSealed([SECRET], KEY, touched), undefined, `byte ${at}`);
  }
  for (const length of [0, 1, 64, 65, 80, sealed.length - 1])
    assert.equal(await openSealed([SECRET], KEY, sealed.slice(0, length)), undefined);
});

test("a sealed request reads as the page would have sent it, with the newer token, and nothing else of the line before it", async () => {
  const sealed = await seal(
    await sealKey(SECRET),
    KEY,
    `email=a%40b.co&note=x%0D%0Ay&_fp_v=1&_fp_key=${KEY}&_fp_token=old&_fp_page=https%3A%2F%2Fp`,
  );
  const lead = await readAny(
    request({ _fp_v: "1", _fp_key: KEY, _fp_token: "new", email: "other@b.co" }, sealed),
    { secret: SECRET },
  );
  assert.deepEqual(lead.fields, [
    ["email", "a@b.co"],
    ["note", "x\r\ny"],
  ]);
  assert.deepEqual({ ...lead.own }, { v: "1", key: KEY, token: "new", page: "https://p" });
  assert.equal(lead.sealed, true);
});

test("what does not open has a code of its own", async () => {
  const typed = (type, body = "x") =>
    new Request("https://relay.example/", {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
  for (const [type, is] of [
    ["text/plain;fieldpost=sealed", true],
    ["text/plain; FieldPost=sealed", true],
    ["text/plain", false],
    ["application/x-www-form-urlencoded", false],
  ]) {
    assert.equal(isSealed(typed(type)), is, type);
  }
  for (const body of [
    "",
    "no line feed",
    `_fp_key=${KEY}\n`,
    `_fp_key=${KEY}\n${"x".repeat(200)}`,
    "\n\n\n",
  ]) {
    await assert.rejects(
      readAny(typed("text/plain;fieldpost=sealed", body), { secret: SECRET }),
      refused(409, "seal.unknown"),
      body.slice(0, 20),
    );
  }
  // Without its key a lead would be taken anew each time.
  const keyless = await seal(await sealKey(SECRET), "", "email=a%40b.co");
  for (const own of [{}, { _fp_key: "" }])
    await assert.rejects(
      readAny(request(own, keyless), { secret: SECRET }),
      refused(409, "seal.unknown"),
    );
});

test("a lead that may come open may come sealed, to the last byte and the last field", async () => {
  const key = await sealKey(SECRET);
  const own = { _fp_v: "1", _fp_key: "k".repeat(64), _fp_token: "t".repeat(200) };
  const read = async (text) =>
    readAny(request(own, await seal(key, own._fp_key, text)), { secret: SECRET });
  for (const size of [60_000, 65_200, 65_536])
    assert.equal(
      (await read(`a=${"x".repeat(size - 2)}`)).fields[0][1].length,
      size - 2,
      String(size),
    );
  await assert.rejects(read(`a=${"x".repeat(65_535)}`), refused(413, "body.size"));
  await assert.rejects(read("x".repeat(80_000)), refused(413, "body.size"));
  const fields = (count) => Array.from({ length: count }, (_, n) => `f${n}=x`).join("&");
  assert.equal((await read(fields(100))).fields.length, 100);
  await assert.rejects(
    read(fields(101)).then((lead) => bounded(lead, () => ({}))),
    refused(400, "body.fields"),
  );
  // Of a form that has them all, they all are read; of one that has two, the two.
  for (const [known, count] of [
    [() => Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, true])), 101],
    [() => ({ f0: true, f1: true }), 2],
  ])
    assert.equal(bounded(await read(fields(101)), known).fields.length, count);
});
