// What visitors typed is locked at rest where the owner gave a key, and what is done is kept as long as the owner says: on real
// workerd. Whoever has the storage and not the key reads no value; a key that is gone loses no lead.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

const KEYS = [
  "the first key of what the outboxes store",
  "the second key of what the outboxes store",
];
const common = { SHARDS: "2" };
const keyed = (keys, retention) => ({
  ...common,
  STORAGE_KEY: keys.join(),
  RETENTION: retention ? JSON.stringify(retention) : "",
});
const NONE = { ...common, STORAGE_KEY: "", RETENTION: "" };
const MARKETO = "marketo.lead.submitForm";

let at;
let people = 0;
before(async () => {
  at = await stand({
    worker: `${root}tests/console.worker.mjs`,
    bindings: keyed(KEYS.slice(0, 1)),
    timeScale: 30,
  });
});
after(() => at.stop());
beforeEach(() => at.clear());

const AUTH = { authorization: "Bearer demo-operator" };
const SEES = { ...AUTH, "fieldpost-value-key": "demo-operator-values" };
const operator = (path, init = {}) =>
  fetch(`${at.relay}/operator/${path}`, { headers: SEES, ...init });
const read = async (path) => (await operator(path)).json();
const tell = async (path, said) =>
  (await operator(path, { method: "POST", body: JSON.stringify(said) })).json();
const sql = async (query) =>
  (
    await (
      await fetch(`${at.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) })
    ).json()
  ).flat();
async function anew(bindings) {
  await at.killRelay();
  await at.startRelay({ bindings });
}

async function send(own = {}) {
  const email = `locked${++people}@example.org`;
  const answer = await fetch(at.form, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email, notes: `note of ${email}`, terms: "yes" },
      { key: crypto.randomUUID(), page: `https://page.example/${email}`, ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  assert.equal(answer.status, 202);
  return { id: (await answer.json()).id, email };
}
/** A lead that marketo does not take for now, with a request of which nobody knows what became. */
async function stuck() {
  await at.faults([{ operation: MARKETO, fault: "status", status: 503, times: 100_000 }]);
  const lead = await send();
  const asked = `SELECT 1 FROM renders WHERE delivery = '${lead.id}/marketo'`;
  await until(async () => (await sql(asked)).length > 0, "the request");
  const taken = `SELECT 1 FROM deliveries WHERE id = '${lead.id}/prospects' AND phase = 'done'`;
  await until(async () => (await sql(taken)).length > 0, "the other system");
  return lead;
}
const settled = (id, state) =>
  until(async () => (await read(`lead?id=${id}`)).state === state, `${id}: ${state}`);
const stored = async (email) =>
  (await at.leads())
    .filter((lead) => lead.email === email)
    .map(({ system }) => system)
    .sort();
/** What stands in values that are not locked: with letters that none of what is locked has. */
const PLAIN = /locked\d+@|"firstName|page\.example/;
const BOTH = ["marketo", "prospects"];
/** Where a lead is that marketo took once the sandbox was emptied. */
const LATE = ["marketo"];
/** All that the outboxes have of leads, but for how deliveries stand. */
const kept = async () =>
  JSON.stringify([
    await sql("SELECT lead, visitor FROM leads"),
    await sql("SELECT request FROM renders"),
    await sql("SELECT * FROM kept_values"),
  ]);

describe("values at rest", () => {
  test("nobody reads them in the storage, and who may see them does; they arrive as they were", async () => {
    const { id, email } = await stuck();
    assert.doesNotMatch(await kept(), PLAIN);
    assert.match(await kept(), /"~1 [0-9a-f]{8} /);
    const lead = await read(`lead?id=${id}`);
    assert.deepEqual(
      [lead.values.email, lead.source.page],
      [email, `https://page.example/${email}`],
    );
    assert.equal(lead.consents[0].text, "You may call me back.");
    assert.match((await tell("search", { text: email })).leads[0].who, new RegExp(email));
    for (const format of ["json", "ndjson", "csv", "import"])
      assert.match(
        await (await operator(`export?format=${format}`)).text(),
        new RegExp(`note of ${email}`),
        format,
      );
    await at.clear();
    await settled(id, "delivered");
    assert.deepEqual(await stored(email), LATE);
  });

  test("what was kept before there was a key is read as it is", async () => {
    await anew(NONE);
    const plain = await stuck();
    assert.match(await kept(), new RegExp(plain.email));
    await anew(keyed(KEYS.slice(0, 1)));
    const locked = await stuck();
    const rows = await read("export");
    assert.deepEqual(
      rows.map(({ lead }) => lead.email),
      [locked.email, plain.email],
    );
    await at.clear();
    for (const { id, email } of [plain, locked]) {
      await settled(id, "delivered");
      assert.deepEqual(await stored(email), LATE);
    }
  });

  test("a key rotates; without the old one its leads wait, say why, and arrive once it is back", async () => {
    const old = await stuck();
    await anew(keyed(KEYS.toReversed()));
    const fresh = await stuck();
    const [first, second] = (
      await sql("SELECT substr(lead, 4, 8) AS key FROM leads WHERE lead IS NOT NULL ORDER BY id")
    ).map(({ key }) => key);
    assert.notEqual(first, second, "the newest locks");
    assert.equal((await read(`lead?id=${old.id}`)).values.email, old.email);
    await anew(keyed(KEYS.slice(1)));
    await at.clear();
    await settled(fresh.id, "delivered");
    const why = async () =>
      (await read(`lead?id=${old.id}`)).deliveries.find(({ account }) => account === "marketo")
        .code;
    await until(async () => (await why()) === "storage.locked", "the code");
    const shown = await read(`lead?id=${old.id}`);
    assert.deepEqual(
      [shown.state, shown.kept, shown.locked, shown.values],
      ["waiting", true, true, null],
    );
    const [row] = await read("export");
    assert.deepEqual([row.id, row.lead, row.locked], [old.id, null, true]);
    await anew(keyed(KEYS.toReversed()));
    await settled(old.id, "delivered");
    assert.deepEqual(await stored(old.email), LATE);
    await anew(keyed(KEYS.slice(0, 1)));
  });

  test("one row's values are no other's", async () => {
    const [one, other] = [await send({ token: "forged" }), await send({ token: "forged" })];
    await sql(
      `UPDATE leads SET lead = (SELECT lead FROM leads WHERE id = '${other.id}') WHERE id = '${one.id}' AND EXISTS (SELECT 1 FROM leads WHERE id = '${other.id}')`,
    );
    const changed =
      "substr(lead, 1, 20) || iif(substr(lead, 21, 1) = 'A', 'B', 'A') || substr(lead, 22)";
    await sql(`UPDATE leads SET lead = ${changed} WHERE id = '${other.id}'`);
    assert.equal((await read(`lead?id=${other.id}`)).locked, true);
    await tell("discard", { phase: "review", reason: "Robots" });
  });

  test("a person corrects what is locked, and what was kept as it came is checked and goes on", async () => {
    await at.faults([{ operation: MARKETO, fault: "code", code: 1003, times: 1 }]);
    const { id } = await send();
    await settled(id, "dead");
    const mended = `mended-locked${people}@example.org`;
    await tell("correct", { id, values: { firstName: "Bea", email: mended } });
    await settled(id, "delivered");
    assert.deepEqual(await stored(mended), ["marketo"]);
    const raw = await send({ token: "forged" });
    await sql(`UPDATE leads SET raw = 1 WHERE id = '${raw.id}'`);
    const rows = await tell("replay", { ids: [raw.id] });
    assert.ok(
      rows.every(({ moved }) => moved),
      JSON.stringify(rows),
    );
    await settled(raw.id, "delivered");
    assert.deepEqual(await stored(raw.email), BOTH);
  });
});

describe("how long what is kept", () => {
  const wake = async (retention) => anew(keyed(KEYS.slice(0, 1), retention));

  test("values of what was delivered stay locked for as long as the owner says, and go with an erasure", async () => {
    await wake({ values: 5, search: 0 });
    const leads = [await send(), await send(), await send()];
    for (const { id } of leads) await settled(id, "delivered");
    assert.equal((await sql("SELECT 1 FROM kept_values")).length, 3);
    assert.doesNotMatch(await kept(), PLAIN);
    assert.equal((await read(`lead?id=${leads[0].id}`)).values.email, leads[0].email);
    assert.deepEqual(
      (await read("export?phase=done")).map(({ lead }) => lead.email),
      leads.map(({ email }) => email).reverse(),
    );
    const csv = await (await operator("export?phase=done&format=csv")).text();
    assert.match(csv, new RegExp(`"${leads[1].email}"`));
    assert.deepEqual(await read("export"), [], "what waits is another list");
    await tell("erase", { id: leads[0].id });
    await wake({ values: 5, search: 0 });
    await tell("erase", { email: leads[1].email });
    assert.deepEqual(
      (await sql("SELECT lead FROM kept_values")).map(({ lead }) => lead),
      [leads[2].id],
    );
    await wake({});
    await until(
      async () => (await sql("SELECT 1 FROM kept_values")).length === 0,
      "the end of the values",
    );
    assert.equal((await read(`lead?id=${leads[2].id}`)).values, null);
  });

  test("hashes and attempts go before the row where the owner says so, and the row after its days", async () => {
    await wake({ leads: 30 });
    const { id, email } = await send();
    await settled(id, "delivered");
    const gone = await send({ token: "forged" });
    await tell("discard", { ids: [gone.id], reason: "Robots" });
    const found = async () => (await tell("search", { text: email })).leads.length;
    const attempts = async () =>
      (await read(`lead?id=${id}`)).deliveries.flatMap((one) => one.attempts).length;
    assert.equal(await found(), 1);
    const DAY = 24 * 60 * 60 * 1000;
    await sql(`UPDATE leads SET finished = ${Date.now() - 9 * DAY} WHERE id = '${id}'`);
    await wake({ leads: 30 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await found(), 1, "30 days are not over");
    assert.ok((await attempts()) > 0);
    await wake({ leads: 30, search: 5, attempts: 5 });
    await until(
      async () => (await found()) === 0 && (await attempts()) === 0,
      "hashes and attempts to go",
    );
    assert.equal((await read(`lead?id=${id}`)).state, "delivered");
    await wake({});
    await until(async () => (await operator(`lead?id=${id}`)).status === 404, "the row to go");
    assert.equal((await read(`lead?id=${gone.id}`)).state, "discarded");
  });

  test("an audit is kept for as long as the owner says", async () => {
    await wake({ audit: 30 });
    const desk = async (query) =>
      (
        await fetch(`${at.relay}/test/desk`, { method: "POST", body: JSON.stringify({ query }) })
      ).json();
    // So many go with each line that is written.
    await desk("DELETE FROM audit WHERE n > (SELECT min(n) + 40 FROM audit)");
    await desk("UPDATE audit SET at = at - 20 * 86400000");
    await tell("search", {});
    assert.ok((await read("audit")).lines.length > 40, "30 days are not over");
    await desk("UPDATE audit SET at = at - 20 * 86400000");
    await tell("search", {});
    const { lines } = await read("audit");
    assert.deepEqual(
      lines.map(({ what }) => what),
      ["search", "search"],
    );
  });
});
