// Leads that come together are written down together, on real workerd: each is on disk before its visitor hears of it, and
// no visitor's fate hangs on another's.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { body, root, stand } from "./stand.mjs";

let at;
let people = 0;
before(async () => {
  at = await stand({ worker: `${root}tests/commit.worker.mjs`, bindings: { SHARDS: "1" } });
  // What is accepted stays: the test counts it.
  await at.faults([{ operation: "auth.token", fault: "status", status: 503, times: 1_000_000 }]);
  // Whoever comes first waits until the module is loaded.
  await send();
});
after(() => at.stop());
beforeEach(() => script({ next: [], calls: [] }));

const script = async (change) => (await fetch(`${at.relay}/test/script`, { method: "POST", body: JSON.stringify(change) })).json();
const send = (values = {}, { key = crypto.randomUUID(), signal } = {}) =>
  fetch(at.form, { method: "POST", signal, headers: { origin: at.page, accept: "application/json" }, body: body({ email: `commit${++people}@example.org`, ...values }, { key }) });
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const held = async () => {
  const { shards } = await (await fetch(`${at.relay}/operator/status`, { headers: { authorization: "Bearer demo-operator" } })).json();
  return shards.reduce((sum, shard) => sum + shard.queued, 0);
};

test("leads that come while a call is out go together, and each is on disk", async () => {
  const before = await held();
  await script({ next: [{ wait: 400 }] });
  const first = send();
  await pause(100);
  const answers = await Promise.all([first, ...Array.from({ length: 40 }, () => send())]);
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202]);
  const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
  assert.equal(new Set(ids).size, 41, "an id for each");
  assert.equal(await held(), before + 41);
  const { calls } = await script({});
  assert.equal(calls[0], 1, "who comes alone goes at once");
  assert.equal(calls.reduce((sum, count) => sum + count), 41);
  assert.ok(calls.length <= 4, `calls of so many leads: ${calls}`);
});

test("the same lead twice in one call is one lead, and its key with other values is refused", async () => {
  const before = await held();
  await script({ next: [{ wait: 300 }] });
  const first = send();
  await pause(100);
  const key = crypto.randomUUID();
  const email = "same@example.org";
  const answers = await Promise.all([first, send({ email }, { key }), send({ email }, { key }), send({ email: "other@example.org" }, { key })]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 202, 202, 422]);
  assert.equal(await held(), before + 2);
});

test("a visitor who leaves takes nobody along", async () => {
  await script({ next: [{ wait: 600 }, { wait: 300 }] });
  const leaves = new AbortController();
  const first = send({}, { signal: leaves.signal });
  await pause(100);
  const next = new AbortController();
  const second = send({}, { signal: next.signal });
  await pause(50);
  const others = Array.from({ length: 5 }, () => send());
  await pause(100);
  // The one whose call is out, and the one who would lead the next.
  leaves.abort();
  next.abort();
  await Promise.allSettled([first, second]);
  const began = Date.now();
  assert.deepEqual((await Promise.all(others)).map(({ status }) => status), [202, 202, 202, 202, 202]);
  assert.ok(Date.now() - began < 2_500, "they need not run out of patience");
});

test("a call that never ends holds up nobody for longer than 3 s", async () => {
  const before = await held();
  await script({ next: [{ wait: 20_000 }] });
  const stuck = new AbortController();
  const first = send({}, { signal: stuck.signal }).catch(() => {});
  await pause(100);
  const began = Date.now();
  const answers = await Promise.all(Array.from({ length: 5 }, () => send()));
  assert.deepEqual(answers.map(({ status }) => status), [202, 202, 202, 202, 202]);
  assert.ok(Date.now() - began < 4_500, `${Date.now() - began} ms`);
  assert.equal(await held(), before + 5);
  const after = Date.now();
  assert.equal((await send()).status, 202);
  assert.ok(Date.now() - after < 1_000, "and the next is not held up at all");
  stuck.abort();
  await first;
});

test("an outbox that fails says so to all whose leads were in the call, and the next are taken", async () => {
  await script({ next: [{ wait: 300 }, { fails: true }] });
  const first = send();
  await pause(100);
  const keys = Array.from({ length: 4 }, () => crypto.randomUUID());
  const [one, ...others] = await Promise.all([first, ...keys.map((key, n) => send({ email: `again${n}@example.org` }, { key }))]);
  assert.equal(one.status, 202);
  assert.deepEqual(others.map(({ status }) => status), [503, 503, 503, 503]);
  assert.equal(others[0].headers.get("retry-after"), "30");
  const again = await Promise.all(keys.map((key, n) => send({ email: `again${n}@example.org` }, { key })));
  assert.deepEqual(again.map(({ status }) => status), [202, 202, 202, 202]);
});

test("a lead that cannot be written is told so, and those beside it are taken", async () => {
  const before = await held();
  await script({ next: [{ wait: 300 }] });
  const first = send();
  await pause(100);
  const answers = await Promise.all([first, send(), send({ company: "cannot be written" }), send()]);
  assert.deepEqual(answers.map(({ status }) => status), [202, 202, 503, 202]);
  assert.equal(await held(), before + 3);
});
