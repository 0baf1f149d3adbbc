// Leads whose account or form was renamed or removed: nobody asks about them, so somebody has to hear of them. They are
// counted and shown with the reason, go out by themselves when the way is back, and can be moved or given up.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

const bindings = { SHARDS: "2" };
let at;
let people = 0;
before(async () => {
  at = await stand({ worker: `${root}tests/operator-store.worker.mjs`, bindings });
});
after(() => at.stop());

const WRITES = { marketo: "marketo.lead.submitForm", prospects: "prospects.prospect.upsert" };
const MANY = 100_000;
const AUTH = { authorization: "Bearer demo-operator" };
const operator = (path, init = {}) =>
  fetch(`${at.relay}/operator/${path}`, { ...init, headers: { ...AUTH, ...init.headers } });
const read = async (path) => (await operator(path)).json();
const rule = async (what, which) =>
  (await operator(what, { method: "POST", body: JSON.stringify(which) })).json();
const person = () => `gone${++people}@example.org`;
const rows = async (id) => read(`leads?id=${id}`);
const sql = async (query) =>
  (
    await (
      await fetch(`${at.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) })
    ).json()
  ).flat();
const sums = async () => {
  const { shards } = await read("status");
  return Object.fromEntries(
    ["queued", "review", "dead", "gone", "bytes"].map((name) => [
      name,
      shards.reduce((sum, shard) => sum + shard[name], 0),
    ]),
  );
};
const held = async (email) =>
  (await at.leads())
    .filter((lead) => lead.email === email)
    .map(({ system }) => system)
    .sort();

async function send(values = {}, form = "contact") {
  const email = person();
  const response = await fetch(`${at.relay}/leads/${form}`, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email, ...values },
      { key: crypto.randomUUID() },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  assert.equal(response.status, 202);
  return { id: (await response.json()).id, email };
}

/** Another version of the owner's options. */
async function deploy(own = {}) {
  for (const name of ["ONE", "CRM", "FORM", "SECOND"]) bindings[name] = own[name] ?? "";
  await at.killRelay();
  await at.startRelay();
}

/** Leads that have reached the first account and wait for the second one, which is away. */
async function stuck(count = 1) {
  await at.faults([{ operation: WRITES.prospects, fault: "status", status: 503, times: MANY }]);
  const leads = [];
  for (let n = 0; n < count; n++) leads.push(await send());
  for (const { id } of leads)
    await until(
      async () =>
        (await rows(id)).some(({ account, phase }) => account === "marketo" && phase === "done"),
      "the first account",
    );
  return leads;
}
/** Everything is well again, and what the systems know they still know. */
const calm = () => fetch(`${at.sandbox}/_sandbox/faults`, { method: "DELETE" });
const group = async (code) => (await read("attention")).groups.find((one) => one.code === code);

beforeEach(async () => {
  await at.clear();
  await deploy();
  for (const phase of ["dead", "review"]) await rule("discard", { phase, reason: "the next test" });
  await until(async () => Object.values(await sums()).every((sum) => sum === 0), "an empty relay");
});

describe("an account that is gone", () => {
  test("its leads are counted, grow old, and are shown once with the reason; the form's other account goes on", {
    timeout: 300_000,
  }, async () => {
    const [one] = await stuck();
    await at.faults([{ operation: WRITES.marketo, fault: "status", status: 503, times: MANY }]);
    const both = await send();
    await sql(`UPDATE leads SET accepted = accepted - 100000 WHERE id = '${one.id}'`);
    await deploy({ ONE: "1" });
    await until(async () => (await sums()).gone === 2, "the count");
    const now = await sums();
    assert.deepEqual(
      [now.queued, now.review, now.dead, now.gone],
      [2, 0, 0, 2],
      "a lead that waits is queued, gone or not",
    );
    const { shards } = await read("status");
    for (const name of ["oldest", "oldestForPerson"])
      assert.ok(
        Math.min(...shards.map((shard) => shard[name] ?? Infinity)) < Date.now() - 100_000,
        name,
      );
    const text = await (await operator("metrics")).text();
    assert.equal(
      text
        .split("\n")
        .filter((line) => line.startsWith("fieldpost_leads_gone{"))
        .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0),
      2,
    );
    assert.ok(
      text
        .split("\n")
        .filter((line) => line.startsWith("fieldpost_oldest_for_person_seconds{"))
        .some((line) => Number(line.split(" ").at(-1)) >= 100),
    );
    assert.deepEqual(await group("account.gone"), {
      phase: "waiting",
      code: "account.gone",
      leads: 2,
      account: "prospects",
      form: "contact",
      to: [],
    });
    const { leads } = await read("attention");
    assert.deepEqual(
      leads.map(({ lead }) => lead),
      [both.id, one.id],
      "each once",
    );
    assert.deepEqual(
      leads[0].deliveries.map(({ account, gone }) => [account, gone]),
      [
        ["marketo", null],
        ["prospects", "account.gone"],
      ],
    );
    assert.deepEqual(
      (await read("leads?code=account.gone")).map(({ id }) => id),
      [`${both.id}/prospects`, `${one.id}/prospects`],
    );
    // The other account of the same lead is none the worse.
    await calm();
    await until(
      async () =>
        (await rows(both.id)).find(({ account }) => account === "marketo").phase === "done",
      "the account that is there",
    );
    assert.deepEqual(
      (await rule("replay", { ids: [both.id] })).map(({ account, moved, code }) => [
        account,
        moved,
        code,
      ]),
      [["prospects", false, "account.gone"]],
    );
    // Back again, they go out by themselves.
    await deploy();
    await until(async () => (await sums()).queued === 0, "the deliveries");
    for (const { email } of [one, both])
      assert.deepEqual(await held(email), ["marketo", "prospects"]);
    assert.deepEqual(await sums(), { queued: 0, review: 0, dead: 0, gone: 0, bytes: 0 });
  });

  test("its leads can be given up: one by its id, all by the code", {
    timeout: 300_000,
  }, async () => {
    const leads = await stuck(3);
    await deploy({ ONE: "1" });
    await until(async () => (await sums()).gone === 3, "the count");
    assert.deepEqual(
      (await rule("discard", { ids: [leads[0].id], reason: "no such system any more" })).map(
        ({ account, moved }) => [account, moved],
      ),
      [["prospects", true]],
    );
    assert.equal((await sums()).gone, 2);
    assert.equal(
      (await rule("discard", { code: "account.gone", reason: "no such system any more" })).length,
      2,
    );
    assert.deepEqual(await sums(), { queued: 0, review: 0, dead: 0, gone: 0, bytes: 0 });
    const everything = JSON.stringify([
      await sql("SELECT * FROM leads"),
      await sql("SELECT * FROM deliveries"),
      await sql("SELECT * FROM renders"),
    ]);
    for (const { email } of leads) assert.ok(!everything.includes(email));
  });

  test("its leads can be moved to another account of the same system, each is written once, and what waits for a person still does", {
    timeout: 300_000,
  }, async () => {
    const waiting = await stuck(3);
    await at.faults([
      {
        operation: WRITES.prospects,
        fault: "status",
        status: 422,
        body: { error: "no" },
        times: 1,
      },
    ]);
    await send();
    await deploy({ CRM: "crm" });
    await until(async () => (await sums()).gone >= 3, "the count");
    assert.deepEqual((await group("account.gone")).to, ["crm"]);
    await calm();
    // Whose call was out when the relay stopped moves once that has ended.
    await until(async () => {
      const all = await rule("move", { from: "prospects", to: "crm", sure: true });
      for (const { moved, account, code } of all)
        assert.ok(
          account === "prospects" && (moved || code === "delivery.out"),
          JSON.stringify(all),
        );
      return all.every(({ moved }) => moved);
    }, "the move");
    await until(async () => (await sums()).queued === 0, "the deliveries");
    for (const { email } of waiting) assert.deepEqual(await held(email), ["marketo", "prospects"]);
    assert.equal(
      (await rows(waiting[0].id)).filter(
        ({ account, phase }) => account === "crm" && phase === "done",
      ).length,
      1,
    );
  });

  test("none is moved to another system, to where the form does not go, or to where the lead goes by itself", {
    timeout: 300_000,
  }, async () => {
    const [{ id }] = await stuck();
    await deploy({ CRM: "crm", SECOND: "1" });
    await until(async () => (await sums()).gone === 1, "the count");
    const why = async (move) => {
      const answer = await rule("move", { from: "prospects", ...move });
      return Array.isArray(answer)
        ? answer.map(({ moved, code }) => [moved, code])[0]
        : answer.code;
    };
    assert.deepEqual(await why({ to: "second" }), [false, "account.system"]);
    assert.deepEqual(await why({ to: "marketo" }), [false, "account.twice"]);
    assert.equal(await why({ to: "nobody" }), "move.to");
    assert.equal(await why({}), "move.which");
    assert.equal(await why({ from: "crm", to: "crm" }), "move.which");
    assert.deepEqual(
      (await rows(id)).map(({ account, phase }) => [account, ["waiting", "sent"].includes(phase)]),
      [
        ["prospects", true],
        ["marketo", false],
      ],
    );
  });

  test("of which nobody knows whether the old account has it, a lead moves only when a person is sure; it is looked up first", {
    timeout: 300_000,
  }, async () => {
    await at.faults([
      { operation: WRITES.prospects, fault: "reset_after", times: 1 },
      { operation: "prospects.prospect.list", fault: "status", status: 503, times: MANY },
    ]);
    const lead = await send();
    await until(async () => (await held(lead.email)).length === 2, "the write whose reply is lost");
    await until(
      async () =>
        (await rows(lead.id)).find(({ account }) => account === "prospects").phase === "waiting",
      "the doubt",
    );
    await deploy({ CRM: "crm" });
    await until(async () => (await sums()).gone === 1, "the count");
    await calm();
    const [stays] = await rule("move", { from: "prospects", to: "crm" });
    assert.deepEqual([stays.moved, stays.code], [false, "delivery.doubt"]);
    const [moved] = await rule("move", { from: "prospects", to: "crm", sure: true });
    assert.equal(moved.moved, true);
    await until(async () => (await sums()).queued === 0, "the delivery", 60_000);
    assert.deepEqual(
      await held(lead.email),
      ["marketo", "prospects"],
      "the same CRM under another name has the person once",
    );
  });
});

describe("a form that is gone", () => {
  test("holds up nobody, is shown, and its leads go on under its new name once they pass its rules", {
    timeout: 300_000,
  }, async () => {
    const leads = await stuck(50);
    await deploy({ FORM: "inquiry" });
    await until(async () => (await sums()).gone === 50, "the count");
    const shown = await group("form.gone");
    assert.deepEqual(
      [shown.leads, shown.account, shown.form, shown.to],
      [50, "prospects", "contact", ["inquiry"]],
    );
    // Whoever comes now goes out at once, though fifty are there that cannot.
    await calm();
    const fresh = await send({}, "inquiry");
    await until(async () => (await held(fresh.email)).length === 2, "the new lead", 60_000).catch(
      async (error) =>
        assert.fail(
          `${error.message}: ${JSON.stringify([await rows(fresh.id), (await read("status")).gates])}`,
        ),
    );
    assert.deepEqual(
      (await rule("replay", { ids: [leads[0].id] })).map(({ moved, code }) => [moved, code]),
      [[false, "form.gone"]],
    );
    // A lead of other rules stays, and keeps none of the others.
    await sql(`UPDATE leads SET lead = replace(lead, '@', ' ') WHERE id = '${leads[1].id}'`);
    const moved = await rule("move", { form: { from: "contact", to: "inquiry" } });
    assert.deepEqual(
      moved.filter((row) => !row.moved).map(({ lead, code }) => [lead, code]),
      [[leads[1].id, "lead.invalid"]],
    );
    assert.equal(moved.filter((row) => row.moved).length, 49);
    await until(async () => (await sums()).queued === 1, "the deliveries", 60_000);
    for (const { email } of leads.filter((_, n) => n !== 1))
      assert.deepEqual(await held(email), ["marketo", "prospects"]);
    await rule("discard", { code: "form.gone", reason: "was entered by hand" });
    assert.deepEqual(await sums(), { queued: 0, review: 0, dead: 0, gone: 0, bytes: 0 });
  });
});
