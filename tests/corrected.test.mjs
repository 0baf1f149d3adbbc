// A lead that every system has is corrected from what is kept of it: it goes once more, to the record that it was, and nobody becomes
// a second person. What is kept can be taken out. On real workerd, with values locked at rest.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

const bindings = {
  SHARDS: "2",
  PARDOT: "yes",
  STORAGE_KEY: "a key of what the outboxes store",
  RETENTION: JSON.stringify({ values: 7 }),
};
let at;
let people = 0;
before(async () => {
  at = await stand({ worker: `${root}tests/console.worker.mjs`, bindings, timeScale: 60 });
});
after(() => at.stop());
beforeEach(() => at.clear());

const SEES = {
  authorization: "Bearer demo-operator",
  "fieldpost-value-key": "demo-operator-values",
};
const operator = (path, init = {}) =>
  fetch(`${at.relay}/operator/${path}`, { headers: SEES, ...init });
const read = async (path) => (await operator(path)).json();
const tell = async (path, said) => {
  const answer = await operator(path, { method: "POST", body: JSON.stringify(said) });
  return { status: answer.status, ...(await answer.json()) };
};
const sql = async (query) =>
  (
    await (
      await fetch(`${at.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) })
    ).json()
  ).flat();
const settled = (id, state) =>
  until(async () => (await read(`lead?id=${id}`)).state === state, `${id}: ${state}`);
const stored = async (email) =>
  (await at.leads()).filter((lead) => lead.email === email).map(({ system }) => system);
const EACH = ["marketo", "pardot", "prospects"];

async function send() {
  const email = `kept${++people}@example.org`;
  const answer = await fetch(at.form, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email, notes: "hello", terms: "yes" },
      { key: crypto.randomUUID(), page: "https://page.example/kept" },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  const { id } = await answer.json();
  await settled(id, "delivered");
  return { id, email };
}

test("every system gets the new values, and no second person", async () => {
  const { id, email } = await send();
  const { values } = await read(`lead?id=${id}`);
  const { status, rows } = await tell("correct", { id, values: { ...values, firstName: "Bea" } });
  assert.deepEqual([status, rows.map(({ moved }) => moved)], [200, [true, true, true]]);
  await settled(id, "delivered");
  const held = (await at.leads()).filter((lead) => lead.email === email);
  assert.deepEqual(held.map(({ system }) => system).sort(), EACH);
  for (const { system, fields } of held) assert.match(JSON.stringify(fields), /"Bea"/, system);
  const lead = await read(`lead?id=${id}`);
  assert.deepEqual([lead.values.firstName, lead.source.page], ["Bea", "https://page.example/kept"]);
  assert.deepEqual(
    (await tell("search", { text: email })).leads.map((one) => one.id),
    [id],
  );
  // Once more, after a person.
  const again = await tell("correct", { id, values: { ...values, firstName: "Cleo" } });
  assert.equal(again.status, 200);
  await settled(id, "delivered");
  assert.equal((await stored(email)).length, 3);
});

test("another e-mail changes the record where the system can be told which one, and elsewhere nothing", async () => {
  const { id, email } = await send();
  const { values } = await read(`lead?id=${id}`);
  const other = `mended-${email}`;
  const { rows } = await tell("correct", { id, values: { ...values, email: other } });
  assert.deepEqual(
    rows.map(({ account, moved, code }) => [account, moved, code]),
    [
      ["marketo", false, "correct.person"],
      ["pardot", true, undefined],
      ["prospects", false, "correct.person"],
    ],
  );
  await settled(id, "delivered");
  assert.deepEqual(await stored(other), ["pardot"]);
  assert.deepEqual((await stored(email)).sort(), ["marketo", "prospects"]);
  // It is found by what it says now.
  assert.equal((await tell("search", { text: email })).leads.length, 0);
  assert.deepEqual(
    (await tell("search", { text: other })).leads.map((one) => one.id),
    [id],
  );
});

test("the form's rules hold, and what is not kept is not corrected", async () => {
  const { id } = await send();
  const { values } = await read(`lead?id=${id}`);
  const wrong = await tell("correct", { id, values: { ...values, email: "no address" } });
  assert.deepEqual([wrong.status, wrong.code], [422, "correct.values"]);
  assert.equal((await read(`lead?id=${id}`)).state, "delivered");
  await sql(`DELETE FROM kept_values WHERE lead = '${id}'`);
  const gone = await tell("correct", { id, values });
  assert.deepEqual([gone.status, gone.code], [409, "correct.which"]);
});

test("what is kept is taken out whole, and erased with the person while it goes once more", async () => {
  const { id, email } = await send();
  for (const format of ["json", "ndjson", "csv", "import"])
    assert.match(
      await (await operator(`export?phase=done&format=${format}`)).text(),
      new RegExp(email),
      format,
    );
  const operation = "marketo.lead.submitForm";
  await at.faults([{ operation, fault: "status", status: 503, times: 100_000 }]);
  const { values } = await read(`lead?id=${id}`);
  await tell("correct", { id, values: { ...values, firstName: "Bea" } });
  await until(
    async () => (await read(`lead?id=${id}`)).deliveries.some(({ phase }) => phase === "waiting"),
    "a delivery that waits",
  );
  // What waits and what it takes is counted as that of any lead.
  const { shards } = await read("status");
  assert.deepEqual(shards.map(({ queued }) => queued).sort(), [0, 1]);
  assert.deepEqual(await sql(`SELECT 1 FROM kept_values WHERE lead = '${id}'`), []);
  const { erased } = await tell("erase", { email });
  assert.equal(erased, 1);
  assert.equal((await read(`lead?id=${id}`)).state, "erased");
  const left = JSON.stringify([
    await sql(`SELECT lead, visitor, known FROM leads WHERE id = '${id}'`),
    await sql(`SELECT * FROM known_persons WHERE lead = '${id}'`),
    await sql(`SELECT * FROM kept_values WHERE lead = '${id}'`),
  ]);
  assert.doesNotMatch(left, /~1|e:/);
  assert.deepEqual(
    (await read("status")).shards.map(({ queued, bytes }) => queued + bytes),
    [0, 0],
  );
});
