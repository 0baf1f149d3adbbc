// How a person finds leads, on real workerd: lists over all shards, search by hashes, one lead with every attempt, and the
// day's counts, which say the same as the metrics, the status and the rows themselves.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

let at;
let people = 0;
before(async () => {
  at = await stand({
    worker: `${root}tests/console.worker.mjs`,
    bindings: { SHARDS: "3" },
  });
});
after(() => at.stop());

const AUTH = { authorization: "Bearer demo-operator" };
const SEES = { ...AUTH, "fieldpost-value-key": "demo-operator-values" };
const WRITES = { marketo: "marketo.lead.submitForm", prospects: "prospects.prospect.upsert" };
const read = async (path, headers = AUTH) =>
  (await fetch(`${at.relay}/operator/${path}`, { headers })).json();
const tell = async (path, said, headers = AUTH) => {
  const response = await fetch(`${at.relay}/operator/${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(said),
  });
  return { status: response.status, said: await response.json() };
};
const search = async (said, headers) => (await tell("search", said, headers)).said;
const sql = async (query) =>
  (
    await (
      await fetch(`${at.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) })
    ).json()
  ).flat();

async function send(values = {}, own = {}) {
  const email = `find${++people}@example.org`;
  const response = await fetch(at.form, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email, ...values },
      { key: crypto.randomUUID(), ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  assert.equal(response.status, 202);
  return { id: (await response.json()).id, email: values.email ?? email };
}
const settled = (id, state) =>
  until(async () => (await read(`lead?id=${id}`)).state === state, `${id} to be ${state}`);

describe("what a person finds", () => {
  test("a lead is found by its e-mail, phone and id while it waits, and when it is delivered", async () => {
    await at.faults([{ operation: WRITES.marketo, fault: "status", status: 503, times: 100_000 }]);
    const { id, email } = await send({ phone: "(212) 456-7890" });
    const other = await send();
    const texts = [
      id,
      `${id}/marketo`,
      email,
      email.toUpperCase(),
      "+1 212 456 7890",
      "212.456.7890",
    ];
    const found = async (text) => (await search({ text })).leads.map((lead) => lead.id);
    for (const text of texts) assert.deepEqual(await found(text), [id], text);
    await at.clear();
    for (const one of [id, other.id]) await settled(one, "delivered");
    for (const text of texts) assert.deepEqual(await found(text), [id], `${text}, delivered`);
    assert.deepEqual(await found("nobody@example.org"), []);
    // Hashes are all that is left of the person.
    const [{ rows }] = await sql("SELECT count(*) AS rows FROM leads WHERE lead LIKE '%find%'");
    assert.equal(rows, 0);
  });

  test("whom a lead is about is said with the key for values alone, and while it is known", async () => {
    await at.faults([{ operation: WRITES.marketo, fault: "status", status: 503, times: 100_000 }]);
    const { id, email } = await send();
    const [plain] = (await search({ text: id })).leads;
    assert.ok(!JSON.stringify(plain).includes(email) && !("who" in plain));
    const [seen] = (await search({ text: id }, SEES)).leads;
    assert.match(seen.who, new RegExp(email));
    assert.equal(
      (await tell("search", {}, { ...AUTH, "fieldpost-value-key": "wrong" })).status,
      403,
    );
    const lead = await read(`lead?id=${id}`);
    assert.ok(!JSON.stringify(lead).includes(email) && lead.kept === true && !("values" in lead));
    assert.equal((await read(`lead?id=${id}`, SEES)).values.email, email);
    await at.clear();
    await settled(id, "delivered");
    assert.equal((await search({ text: id }, SEES)).leads[0].who, null);
    assert.equal((await read(`lead?id=${id}`, SEES)).values, null);
  });

  test("every attempt stands in its lead's story, with what came of it", async () => {
    await at.faults([
      { operation: WRITES.prospects, fault: "status", status: 503, times: 1 },
      {
        operation: WRITES.marketo,
        fault: "code",
        code: 1003,
        message: "Invalid value for field 'firstName' and value 'Ann'",
        times: 1,
      },
    ]);
    const { id } = await send();
    await settled(id, "dead");
    // The parameter that the system complains of stands beside the code, by the owner's name for it; what was typed does not.
    const named = ({ code, param }) => code === "marketo.1003" && param === "firstName";
    const [dead] = (await read(`lead?id=${id}`)).deliveries;
    assert.ok(named(dead) && dead.attempts.some(named), JSON.stringify(dead));
    assert.ok((await read(`leads?id=${id}`)).some(named));
    const { leads } = await read("attention?phase=dead");
    assert.ok(leads.some(({ deliveries }) => deliveries.some(named)));
    const [{ deliveries: rows }] = (await search({ text: id })).leads;
    assert.ok(named(rows[0]));
    assert.ok(!JSON.stringify(await read(`lead?id=${id}`)).includes("Ann"));
    await until(
      async () =>
        (await read(`lead?id=${id}`)).deliveries.every(({ phase }) =>
          ["done", "dead"].includes(phase),
        ),
      "both systems",
    );
    await tell("replay", { ids: [id] });
    await settled(id, "delivered");
    const { deliveries, accepted } = await read(`lead?id=${id}`);
    const [marketo, prospects] = deliveries;
    const calls = ({ attempts }) =>
      attempts
        .filter(({ operation }) => operation === WRITES.marketo || operation === WRITES.prospects)
        .map(({ kind, code }) => `${kind} ${code}`);
    assert.deepEqual(calls(marketo), ["refused marketo.1003", "stored created"]);
    assert.deepEqual(calls(prospects), ["unknown http.503", "stored created"]);
    for (const { attempts } of deliveries) {
      const times = attempts.map(({ at: time }) => time);
      assert.deepEqual(times, times.toSorted());
      assert.ok(times.every((time) => time >= accepted && time <= Date.now()));
      assert.ok(attempts.every(({ took }) => took >= 0 && took < 60_000));
    }
    assert.match(prospects.record, /^prospect-/);
    assert.ok(marketo.sentOn >= accepted && prospects.sentOn === null);
  });

  test("pages are stable and whole, whatever comes meanwhile, and filters mean what they say", async () => {
    await at.faults([{ operation: WRITES.marketo, fault: "code", code: 1003, times: 7 }]);
    const since = Date.now();
    const sent = [];
    for (let n = 0; n < 23; n++) sent.push(await send({}, n % 5 === 0 ? { token: "forged" } : {}));
    const ids = sent.map(({ id }) => id);
    await until(
      async () =>
        (await search({ from: since, limit: 200 })).leads.every(({ deliveries }) =>
          deliveries.every(({ phase }) => ["done", "dead", "review"].includes(phase)),
        ),
      "all of them to settle",
    );
    const paged = async (filter, limit) => {
      const found = [];
      for (let cursor = ""; cursor !== null; ) {
        const page = await search({ ...filter, limit, cursor });
        assert.ok(page.leads.length <= limit);
        found.push(...page.leads);
        cursor = page.next;
        // The newest comes while somebody reads.
        if (found.length === limit) await send();
      }
      return found;
    };
    const all = await paged({ from: since }, 4);
    assert.deepEqual(
      all.map(({ id }) => id).filter((id) => ids.includes(id)),
      ids.toReversed(),
    );
    const every = (await search({ from: since, limit: 200 })).leads;
    for (const state of ["person", "review", "dead", "waiting", "delivered", "discarded"]) {
      const wanted = every.filter((lead) =>
        state === "person" ? ["review", "dead"].includes(lead.state) : lead.state === state,
      );
      const found = await paged({ from: since, state }, 3);
      assert.deepEqual(
        found.map(({ id }) => id).filter((id) => ids.includes(id)),
        wanted.map(({ id }) => id).filter((id) => ids.includes(id)),
        state,
      );
    }
    assert.equal((await paged({ from: since, state: "review" }, 2)).length, 5);
    assert.equal((await paged({ from: since, code: "marketo.1003" }, 2)).length, 7);
    assert.equal(
      (await paged({ from: since, code: "marketo.1003", account: "prospects" }, 5)).length,
      0,
    );
    assert.equal((await paged({ from: since, form: "other" }, 5)).length, 0);
    assert.deepEqual((await search({ to: since - 60 * 60 * 1000 })).leads, []);
    for (const [said, code] of [
      [{ state: "lost" }, "search.state"],
      [{ text: "Ann" }, "search.text"],
    ])
      assert.deepEqual([(await tell("search", said)).said.code], [code]);
  });

  test("the day's counts are those of status, metrics, lists and rows", async () => {
    // The places are asked one after the other, so nothing may be on its way meanwhile.
    await until(
      async () => (await read("status")).shards.every(({ queued }) => queued === 0),
      "everything to rest",
    );
    const { day, leads, deliveries, days, took, groups } = await read("today?days=30&zone=0");
    const of = (rows, which) => rows.filter(which).reduce((sum, { n }) => sum + n, 0);
    const { shards } = await read("status");
    for (const standing of ["queued", "review", "dead"]) {
      const status = shards.reduce((sum, shard) => sum + shard[standing], 0);
      assert.equal(
        of(leads, (row) => row.standing === standing),
        status,
        standing,
      );
      const state = standing === "queued" ? "waiting" : standing;
      assert.equal((await search({ state, limit: 200 })).leads.length, status, state);
    }
    const [{ done, all }] = (
      await sql(
        "SELECT (SELECT count(*) FROM deliveries WHERE phase = 'done') AS done, (SELECT count(*) FROM leads) AS all_leads",
      )
    )
      .map(({ done, all_leads }) => ({ done, all: all_leads }))
      .reduce(
        ([sum], one) => [{ done: sum.done + one.done, all: sum.all + one.all }],
        [{ done: 0, all: 0 }],
      );
    assert.equal(
      of(days, ({ what }) => what === "delivered"),
      done,
    );
    assert.ok(
      days.every((row) => row.day === day || row.day === day - 1),
      "whole days",
    );
    assert.equal(
      of(days, ({ what }) => what === "accepted"),
      all,
    );
    assert.equal(
      of(deliveries, ({ phase }) => phase === "review"),
      10,
    );
    assert.ok(took.of > 0 && took.median <= took.p95);
    assert.ok(groups.some(({ code, leads }) => code === "marketo.1003" && leads === 7));
    // What was counted stays counted when the relay begins anew.
    await at.killRelay();
    await at.startRelay();
    const again = await read("today?days=30&zone=0");
    assert.deepEqual(
      again.days.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
      days.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    );
  });

  test("who is erased is found by nothing any more", async () => {
    const { id, email } = await send();
    await settled(id, "delivered");
    await tell("erase", { email }, SEES);
    assert.deepEqual((await search({ text: email })).leads, []);
    assert.deepEqual(await sql(`SELECT 1 FROM known_persons WHERE lead = '${id}'`), []);
    await at.faults([{ operation: WRITES.marketo, fault: "status", status: 503, times: 100_000 }]);
    const waiting = await send();
    await tell("erase", { email: waiting.email }, SEES);
    assert.deepEqual((await search({ text: waiting.email })).leads, []);
    assert.equal((await read(`lead?id=${waiting.id}`)).state, "erased");
    await at.clear();
  });
});
