// Cloudflare's limits, held against the relay by a Worker of the tests (local workerd holds it to none): the calls of one
// event, and objects that are stopped in the middle. Of the six connections of an object see connections.test.mjs. LEADS of a
// backlog; with a lower SCALE the relay's deadlines are longer, for a machine that has other things to do.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { TAKES } from "./faults/capacity.mjs";
import { closeAll, crm, each, emails, held, pause, worst } from "./platform.mjs";
import { until } from "./stand.mjs";

after(closeAll);

const FREE = { calls: null, concurrent: null, daily: null };

const MANY = Number(process.env.LEADS ?? 600);

/** Waits as long as more and more of it is done: a backlog takes its time, and on a busy machine many times that. */
async function drained(left, what) {
  for (let [last, since] = [await left(), Date.now()]; last > 0; ) {
    await pause(500);
    // An outbox that is too busy to say so may go on all the same.
    const now = await left().catch(() => last);
    if (now < last) [last, since] = [now, Date.now()];
    assert.ok(
      Date.now() - since < 120_000,
      `${last} of ${what} are left, and none of them has gone for two minutes`,
    );
  }
}

describe("a backlog goes out in events that each stay below", { concurrency: true }, () => {
  for (const plan of ["free", "paid"]) {
    test(plan, { timeout: 580_000 + 100 * MANY }, async () => {
      const accounts = { one: await crm("prospects"), two: await crm("marketo") };
      const at = await held({
        accounts,
        timeScale: Number(process.env.SCALE ?? 10),
        bindings: { PLAN: plan },
      });
      const leads = emails("backlog", MANY);
      for (const one of Object.values(accounts)) one.busy = true;
      for (let n = 0; n < leads.length; n += 100)
        await Promise.all(leads.slice(n, n + 100).map((email) => at.lead(email)));
      assert.ok((await at.queued()) >= leads.length - 10);
      for (const one of Object.values(accounts)) one.busy = false;
      const began = performance.now();
      await drained(at.queued, "the backlog");
      const meters = await at.meters();
      const most = ["external", "internal"].map((kind) => worst(meters, ({ most }) => most[kind]));
      console.log(
        `# ${plan}: ${leads.length} leads to two accounts in ${Math.round((performance.now() - began) / 100) / 10} s; at most ${most[0]} external and ${most[1]} internal calls of one event, ${worst(meters, ({ alarms }) => alarms)} alarms`,
      );
      assert.equal(
        worst(meters, ({ thrown }) => thrown),
        0,
        "the platform refused a call",
      );
      assert.equal(
        worst(meters, ({ unarmed }) => unarmed),
        0,
        "an alarm at or before now",
      );
      for (const { writes, reads } of Object.values(accounts)) {
        assert.deepEqual([...writes].sort(), [...leads].sort());
        assert.equal(reads, 0, "a look-up");
      }
      assert.equal((await at.operator("status")).shards[0].repeated, 0);
    });
  }
});

describe("what the host refused to send was not sent", () => {
  const TOO_MANY = "Too many subrequests by single Worker invocation.";
  const TODAY = "Exceeded allowed volume of requests in Durable Objects free tier.";
  for (const [what, kind, words, times] of [
    ["calls of a system", "external", TOO_MANY, 25],
    ["calls of an object", "internal", TOO_MANY, 25],
    ["calls of an object, for the day", "internal", TODAY, 25],
  ]) {
    test(what, { timeout: 300_000 }, async () => {
      const accounts = {
        one: await crm("prospects", { latency: 20 }),
        two: await crm("marketo", { latency: 20 }),
      };
      const at = await held({ accounts, timeScale: 30 });
      await at.order({ refuse: { external: 0, internal: 0, [kind]: times }, words });
      const leads = emails("refused", 40);
      await Promise.all(leads.map((email) => at.lead(email)));
      await until(async () => (await at.queued()) === 0, "the leads", 100_000);
      assert.equal((await at.order()).refuse[kind], 0, "nothing was refused");
      for (const { writes, reads } of Object.values(accounts)) {
        assert.deepEqual([...writes].sort(), [...leads].sort());
        assert.equal(reads, 0, "a look-up");
      }
      const { shards, gates } = await at.operator("status");
      assert.equal(shards[0].repeated, 0);
      assert.deepEqual(
        gates.map(({ refusals, closed }) => [refusals, closed]),
        [
          [0, null],
          [0, null],
        ],
        "no sign-in has failed",
      );
      assert.equal(
        (await at.operator("leads?limit=1000")).filter(({ code }) => code !== "stored").length,
        0,
      );
    });
  }
});

/** A relay before the sandbox, which nothing wakes but its own alarms. */
async function alone(systems, more = {}) {
  const bindings = {};
  const at = await held({
    accounts: {},
    timeScale: 30,
    between: (sandbox) => {
      // Read when the relay starts.
      bindings.ACCOUNTS = JSON.stringify(
        Object.fromEntries(systems.map((system) => [system, { system, baseUrl: sandbox }])),
      );
    },
    bindings: Object.defineProperty(
      {
        FORMS: JSON.stringify({
          contact: systems,
          ...Object.fromEntries(systems.map((system) => [system, [system]])),
        }),
        ...more,
      },
      "ACCOUNTS",
      { enumerable: true, get: () => bindings.ACCOUNTS },
    ),
  });
  await at.killRelay();
  await at.startRelay({ cron: false });
  return at;
}

const SYSTEMS = ["marketo", "pardot", "prospects"];

describe("an object that is stopped", { concurrency: true }, () => {
  // One lead after the other, each with a death at the next await, until there is none any more.
  for (const [kind, system] of [
    ["outbox", "marketo"],
    ["outbox", "pardot"],
    ["gate", "marketo"],
    ["gate", "pardot"],
  ]) {
    test(`at each await of its own: ${kind}, ${system}`, { timeout: 580_000 }, async () => {
      const at = await alone([system]);
      await at.config({ pardot: { lag: 0 } });
      const deaths = [];
      for (let n = 0; ; n++) {
        await at.order({ deaths: { [kind]: n }, died: [] });
        await at.lead(`stopped${n}@example.org`);
        // Nobody asks the outbox: that would begin it anew.
        await until(
          async () => (await at.order()).done > n,
          `the lead of death ${n} (${deaths.at(-1)})`,
          60_000,
        );
        const { died } = await at.order({ deaths: {} });
        if (died.length === 0) break;
        deaths.push(...died);
      }
      console.log(`# ${kind}, ${system}: ${deaths.length} deaths: ${deaths.join(", ")}`);
      assert.ok(deaths.length >= 2);
      await until(async () => (await at.queued()) === 0, "the leads");
      const people = await at.leads();
      each(people.map(({ email }) => email));
      assert.equal(people.length, deaths.length + 1);
      // A form's activity that is there twice is said to be.
      const marked = (await at.operator("leads?limit=1000")).filter(
        ({ maybe_repeated }) => maybe_repeated,
      ).length;
      const twice = people.filter(
        ({ activities }) => system === "marketo" && activities > 1,
      ).length;
      assert.ok(twice <= marked, `${twice} activities are there twice, ${marked} are marked`);
    });
  }

  test("while it asks about a closed form", { timeout: 300_000 }, async () => {
    const at = await alone(["marketo"]);
    for (let n = 0; n < 6; n++) {
      await at.faults([
        { system: "marketo", fault: "code", code: 609, form: 1029, until: "cleared" },
      ]);
      await at.lead(`closed${n}@example.org`);
      await pause(1_000);
      await at.order({ deaths: { outbox: n }, died: [] });
      await until(async () => (await at.order()).died.length > 0, `death ${n}`);
      await at.faults([]);
      await until(async () => (await at.order()).done > n, `the lead of death ${n}`, 60_000);
    }
  });
});

describe("what a lead takes of the day's limits is what capacity.md says", {
  concurrency: true,
}, () => {
  for (const system of SYSTEMS) {
    test(system, { timeout: 300_000 }, async () => {
      const at = await alone([system]);
      await at.config({
        marketo: { limits: FREE },
        pardot: { limits: FREE, lag: 0 },
        prospects: { limits: FREE },
      });
      const leads = 10;
      let done = 0;
      const total = async () =>
        (await at.meters()).reduce(
          (sum, { rowsWritten, alarms, events }) => ({
            rows: sum.rows + rowsWritten + alarms,
            requests: sum.requests + events,
          }),
          { rows: 0, requests: 0 },
        );
      const deliver = async (name, count) => {
        // One after the other, as on a quiet day: each has its alarm.
        for (const email of emails(name, count)) {
          await at.lead(email);
          done++;
          await until(async () => (await at.order()).done >= done, email);
          await pause(1_300);
        }
      };
      // The objects' tables, and the token.
      await deliver("first", 2);
      const before = await total();
      await deliver("lead", leads);
      const behind = await total();
      const [rows, requests] = [
        (behind.rows - before.rows) / leads,
        (behind.requests - before.requests) / leads,
      ];
      console.log(
        `# ${system}: a lead takes ${rows.toFixed(1)} rows written and ${requests.toFixed(1)} requests of objects`,
      );
      const said = TAKES[system];
      assert.ok(rows <= said.rows && rows > 0.7 * said.rows, `${rows} rows`);
      assert.ok(
        requests <= said.requests && requests > 0.7 * said.requests,
        `${requests} requests`,
      );
    });
  }
});
