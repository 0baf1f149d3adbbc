// Saved leads at a relay on real workerd whose rules or secrets have changed since: nobody can ask their visitors, so none
// of them is ever refused.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seal, sealedBody } from "./sealing.mjs";
import { body, root, stand, until } from "./stand.mjs";

const worker = `${root}tests/sealed.worker.mjs`;
const [NEW, OLD] = ["n", "o"].map((letter) => letter.repeat(40));

let at;
before(async () => {
  at = await stand({ worker, bindings: { SEAL_SECRETS: OLD } });
});
after(() => at?.stop());

const again = async (bindings) => {
  await at.killRelay();
  await at.startRelay({ bindings });
};
const call = async (path, { headers = {}, ...init } = {}) => {
  const response = await fetch(at.relay + path, {
    ...init,
    headers: { accept: "application/json", origin: at.page, ...headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    ...JSON.parse(text || "{}"),
    retryAfter: response.headers.get("retry-after"),
  };
};
const operator = (path, init = {}) =>
  fetch(`${at.relay}/operator/${path}`, {
    ...init,
    headers: {
      authorization: "Bearer demo-operator",
      "fieldpost-value-key": "demo-operator-values",
    },
  }).then((response) => response.json());
const form = () => call("/leads/contact");
const person = (name) => ({
  firstName: "Ann",
  lastName: "Lee",
  email: `${name}@example.org`,
  consent: "yes",
});
const send = async (
  values,
  { key = crypto.randomUUID(), sealKey, origin, path = "/leads/contact", own = {} } = {},
) => {
  const { token, sealKey: now } = await form();
  // Right after its token a lead looks like a robot's.
  const text = String(body(values, { v: "1", key, token: "old" }));
  const sealed = await seal(sealKey ?? now, key, text);
  return call(path, {
    method: "POST",
    body: sealedBody({ _fp_v: "1", _fp_key: key, _fp_token: token, ...own }, sealed),
    headers: origin ? { origin } : {},
  });
};
const waiting = async (id) => (await operator("attention")).leads.find((one) => one.lead === id);
const there = async (email) => (await at.leads()).filter((lead) => lead.email === email);

test("a field that is required meanwhile: a person looks, and it goes out once the form is mended", async () => {
  await again({ STRICT: "1" });
  const key = crypto.randomUUID();
  const { sealKey } = await form();
  const said = await send(person("mended"), { key, sealKey });
  assert.deepEqual([said.status, said.state, said.issues], [202, "queued", []]);
  assert.deepEqual(
    (await send(person("mended"), { key, sealKey })).id,
    said.id,
    "the same lead, once",
  );
  const lead = await waiting(said.id);
  assert.deepEqual(
    [lead.raw, lead.issues, lead.deliveries.map(({ phase, code }) => [phase, code])],
    [1, "company:value.required", [["review", "lead.invalid"]]],
  );
  const [row] = (await operator("export")).filter(({ id }) => id === said.id);
  assert.equal(row.issues, "company:value.required");
  assert.ok(JSON.stringify(row.lead).includes("mended@example.org"));
  const stays = await operator(`replay?id=${said.id}`, { method: "POST" });
  assert.deepEqual(
    stays.map(({ moved, code }) => [moved, code]),
    [[false, "lead.invalid"]],
  );
  await again({});
  assert.equal((await operator(`replay?id=${said.id}`, { method: "POST" }))[0].moved, true);
  await until(async () => (await there("mended@example.org")).length === 1, "the lead");
});

test("or once the person lets it: what passes goes out", async () => {
  await again({ STRICT: "1" });
  const said = await send(person("let"));
  const moved = await operator(`replay?id=${said.id}&anyway=1`, { method: "POST" });
  assert.deepEqual(
    moved.map(({ moved }) => moved),
    [true],
  );
  await until(async () => (await there("let@example.org")).length === 1, "the lead");
  assert.equal(await waiting(said.id), undefined);
});

test("a lead that is not sealed is refused as before", async () => {
  const said = await call("/leads/contact", {
    method: "POST",
    body: body(person("open"), { v: "1", key: crypto.randomUUID() }),
  });
  assert.deepEqual(
    [said.status, said.state, said.issues.map(({ field, code }) => [field, code])],
    [422, "refused", [["company", "value.required"]]],
  );
});

test("a key that stands for other entries now: a person looks, and nothing is lost", async () => {
  await again({});
  const key = crypto.randomUUID();
  const first = await send({ ...person("reused"), fp_ref2: "" }, { key });
  const second = await send({ ...person("reused"), fp_ref2: "", company: "Other" }, { key });
  assert.deepEqual([second.status, second.state], [202, "queued"]);
  assert.notEqual(second.id, first.id);
  assert.equal((await waiting(second.id)).deliveries[0].code, "key.reused");
  assert.equal(
    (await send({ ...person("reused"), fp_ref2: "", company: "Other" }, { key })).id,
    second.id,
  );
});

test("no saved lead is called refused, for pages of before would drop it", async () => {
  await again({ SEAL_SECRETS: OLD });
  const sealed = { headers: { "content-type": "text/plain;fieldpost=sealed" } };
  for (const [what, said, status, code] of [
    [
      "another origin",
      await send(person("a"), { origin: "https://evil.example" }),
      403,
      "origin.forbidden",
    ],
    ["no such form", await send(person("a"), { path: "/leads/nowhere" }), 404, "not_found"],
    [
      "another method",
      await call("/leads/contact", { method: "PUT", body: "x", ...sealed }),
      405,
      "method",
    ],
    ["another version", await send(person("a"), { own: { _fp_v: "2" } }), 400, "wire.version"],
    ["a key that is none", await send(person("a"), { key: "a b" }), 400, "key.invalid"],
    [
      "too many fields",
      await send(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, "x"]))),
      400,
      "body.fields",
    ],
    ["too large", await send({ ...person("a"), notes: "x".repeat(66_000) }), 413, "body.size"],
    [
      "not to be opened",
      await call("/leads/contact", { method: "POST", body: "_fp_key=key-12345678\nx", ...sealed }),
      409,
      "seal.unknown",
    ],
  ]) {
    assert.deepEqual(
      [said.status, said.state, said.issues?.[0]?.code],
      [status, "retry", code],
      what,
    );
    assert.match(said.issues[0].message, /^[A-Z].+\.$/);
  }
});

test("65,200 characters that were saved arrive", async () => {
  const notes = "x".repeat(65_000);
  const said = await send({ ...person("large"), notes });
  assert.equal(said.status, 202, JSON.stringify(said));
});

test("the seal's secret is its own: it rotates by itself, and the signing secret opens what it had sealed", async () => {
  await again({ SEAL_SECRETS: "" });
  const { sealKey: before } = await form();
  await again({ SEAL_SECRETS: OLD });
  const { sealKey: old } = await form();
  assert.notEqual(old.x, before.x);
  assert.equal((await send(person("before"), { sealKey: before })).state, "queued");
  await again({
    SEAL_SECRETS: `${NEW} ${OLD}`,
    RELAY_SECRET: "another one that signs the tokens of forms",
  });
  assert.notEqual((await form()).sealKey.x, old.x);
  assert.equal((await send(person("old"), { sealKey: old })).state, "queued");
  const gone = await send(person("gone"), { sealKey: before });
  assert.deepEqual(
    [gone.status, gone.state, gone.issues[0].code, gone.retryAfter],
    [409, "retry", "seal.unknown", "600"],
  );
});
