// Leads that arrive together are written down together, on real workerd: each is on disk before its visitor hears of it, and
// what is wrong with one is nobody else's affair.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { press } from "./faults/load.mjs";
import { body, root, stand, submit, until } from "./stand.mjs";

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

const send = (values = {}, { key = crypto.randomUUID(), signal } = {}) =>
  fetch(at.form, {
    method: "POST",
    signal,
    headers: { origin: at.page, accept: "application/json" },
    body: body({ email: `commit${++people}@example.org`, ...values }, { key }),
  });
const many = (count, values) => Array.from({ length: count }, () => send(values));
const statuses = async (answers) => (await Promise.all(answers)).map(({ status }) => status);
const held = async () => {
  const { shards } = await (
    await fetch(`${at.relay}/operator/status`, {
      headers: { authorization: "Bearer demo-operator" },
    })
  ).json();
  return shards.reduce((sum, shard) => sum + shard.queued, 0);
};
/** How many leads each write had since the last question. */
const writes = async () => (await fetch(`${at.relay}/test/writes`, { method: "POST" })).json();

test("a burst is written in fewer writes than it has leads, and each lead is on disk", async () => {
  const before = await held();
  await writes();
  const answers = await Promise.all(many(200));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202]);
  const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
  assert.equal(new Set(ids).size, 200, "an id for each");
  // UUIDs of version 7, by which what arrives together stands together.
  for (const id of ids)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const times = ids.map((id) => Number.parseInt(id.slice(0, 13).replace("-", ""), 16));
  for (const time of times)
    assert.ok(Math.abs(Date.now() - time) < 60_000, new Date(time).toISOString());
  assert.equal(await held(), before + 200);
  const counts = await writes();
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    200,
  );
  assert.ok(counts.length < 200, `${counts.length} writes of 200 leads`);
});

test("what was written together is there after a kill", async () => {
  const before = await held();
  const answers = await Promise.all(many(50));
  await at.killRelay();
  await at.startRelay();
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202]);
  assert.ok((await held()) >= before + 50, "an acknowledged lead is gone");
});

test("the same lead many times at once is one lead, and its key with other values is refused", async () => {
  const before = await held();
  const key = crypto.randomUUID();
  const same = Array.from({ length: 20 }, () => send({ email: "same@example.org" }, { key }));
  assert.deepEqual([...new Set(await statuses(same))], [202]);
  assert.equal((await send({ email: "other@example.org" }, { key })).status, 422);
  assert.equal(await held(), before + 1);
});

test("a lead that cannot be written is told so, and those beside it are taken", async () => {
  const before = await held();
  const answers = await statuses([
    ...many(20),
    ...many(3, { company: "cannot be written" }),
    ...many(20),
  ]);
  assert.equal(answers.filter((status) => status === 202).length, 40);
  assert.equal(answers.filter((status) => status === 503).length, 3);
  assert.equal(await held(), before + 40);
  // An outbox that begins anew counts what it finds on disk.
  await at.killRelay();
  await at.startRelay();
  assert.equal(await held(), before + 40);
});

test("visitors who leave take nobody along", async () => {
  const leave = new AbortController();
  const leaving = Array.from({ length: 20 }, () =>
    send({}, { signal: leave.signal }).catch(() => {}),
  );
  const staying = many(20);
  setTimeout(() => leave.abort(), 5);
  assert.deepEqual([...new Set(await statuses(staying))], [202]);
  await Promise.all(leaving);
});

test("of 6,000 leads over 192 connections each is taken or told to come again, and what is taken is there", async () => {
  const before = await held();
  const lead = (number) =>
    body({ email: `crowd${number}@example.org` }, { key: `of-the-crowd-${number}` });
  const { statuses } = await press(at.form, lead, {
    connections: 192,
    requests: 6_000,
    seconds: 120,
    headers: { origin: at.page },
  });
  const others = Object.keys(statuses).filter((status) => !["202", "429", "503"].includes(status));
  assert.deepEqual(others, [], JSON.stringify(statuses));
  assert.ok(
    statuses[202] > 0 && (await held()) - before >= statuses[202],
    JSON.stringify(statuses),
  );
});

test("a lead whose alarm could not be set is not promised, and goes out all the same", async () => {
  const own = await stand({ worker: `${root}tests/commit.worker.mjs`, bindings: { SHARDS: "1" } });
  try {
    await fetch(`${own.relay}/test/alarms?broken=1`, { method: "POST" });
    assert.equal(
      (await submit(own, body({ email: "alarm@example.org" }, { key: crypto.randomUUID() })))
        .status,
      503,
    );
    // Nobody sends it again, and nothing else wakes the outbox.
    await until(
      async () => (await own.leads()).some(({ email }) => email === "alarm@example.org"),
      "the lead",
    );
  } finally {
    await own.stop();
  }
});
