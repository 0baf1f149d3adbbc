// Leads and deliveries are counted alike everywhere: whatever people and systems do to them, in whatever order, the console's
// numbers, its lists, status, metrics and export say what the rows say. On real workerd; SEED, RUNS and STEPS for others.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { random } from "./faults/proxy.mjs";
import { compared, counts, places, still, sum, truth } from "./places.mjs";
import { body, root, stand, until } from "./stand.mjs";

const SEED = Number(process.env.SEED ?? 29);
const RUNS = Number(process.env.RUNS ?? 1);
const STEPS = Number(process.env.STEPS ?? 20);
const SHARDS = "3";
const WRITES = { marketo: "marketo.lead.submitForm", prospects: "prospects.prospect.upsert" };
/** Values of what is delivered stay for a while, so that it can be corrected. */
const KEPT = {
  STORAGE_KEY: "a key of what the outboxes store",
  RETENTION: JSON.stringify({ values: 7 }),
};
/** What the account of prospects is called: somebody renames it now and then. */
const NAMES = ["prospects", "crm"];

let at;
let named = NAMES[0];
let people = 0;
/** How many there were when this instance of the relay began. */
let since = { accepted: 0, delivered: 0 };
/** What is there no more. */
const gone = { erased: [], forgotten: [] };
before(async () => {
  at = await stand({
    worker: `${root}tests/console.worker.mjs`,
    bindings: { SHARDS, ...KEPT },
    timeScale: 30,
  });
});
after(() => at.stop());

const AUTH = { authorization: "Bearer demo-operator" };
const SEES = { ...AUTH, "fieldpost-value-key": "demo-operator-values" };
const operator = (path, init = {}) =>
  fetch(`${at.relay}/operator/${path}`, { headers: AUTH, ...init });
const read = async (path, headers = AUTH) => (await operator(path, { headers })).json();
const tell = async (path, said, headers = SEES) => {
  const answer = await operator(path, { method: "POST", headers, body: JSON.stringify(said) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
};
/** The rows of each outbox. */
const sql = async (query) =>
  (await fetch(`${at.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) })).json();

async function send({ email, form = "contact", key = crypto.randomUUID(), ...own }) {
  const answer = await fetch(`${at.relay}/leads/${form}`, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email, phone: "(212) 456-7890" },
      { key, ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  const { id } = await answer.json();
  return { status: answer.status, id, email, key };
}

const ask = { operator, read, tell, sql };

/** Compares every place with the rows, once nothing has moved between two looks at these. */
async function alike(what) {
  for (let n = 0; n < 40; n++) {
    const rows = await truth(ask);
    const said = await places(ask);
    if (still(await truth(ask)) === still(rows)) {
      try {
        return compared(rows, said, { named, names: NAMES, since, gone });
      } catch (error) {
        error.message = `${what}: ${error.message}`;
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the relay does not come to rest");
}

/** Runs until nothing goes out any more by itself. */
const rest = () =>
  until(async () => {
    const rows = (
      await sql(
        `SELECT 1 FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE phase IN ('waiting', 'sent') AND hold IS NULL AND account IN ('marketo', '${named}') AND deliveries.lead NOT IN (SELECT value FROM json_each('${JSON.stringify([...stuck])}'))`,
      )
    ).flat();
    return rows.length === 0;
  }, "the relay to come to rest");
/** Leads that the system of prospects does not take. */
const stuck = new Set();

/** What somebody or something does, by its name; `pick` takes a lead of one of these states at random. */
const ACTS = {
  async accept({ next }) {
    for (let n = 0; n < 2; n++)
      await send({ email: mail(), form: next() < 0.3 ? "event" : "contact" });
  },
  async again() {
    const { email, key } = await send({ email: mail() });
    assert.equal((await send({ email, key })).status < 300, true);
  },
  async invalid() {
    assert.equal((await send({ email: "no address" })).status, 422);
  },
  async suspect({ next }) {
    for (let n = 0; n < 2; n++)
      await send({ email: mail(), form: next() < 0.3 ? "event" : "contact", token: "forged" });
  },
  async refused({ next }) {
    const email = mail();
    const systems = next() < 0.5 ? ["marketo"] : ["marketo", "prospects"];
    await at.faults(
      systems.map((system) => ({
        operation: WRITES[system],
        key: email,
        times: 1,
        ...(system === "marketo"
          ? { fault: "code", code: 1003 }
          : { fault: "status", status: 422, body: { error: "no" } }),
      })),
    );
    await send({ email });
  },
  async stuck() {
    const email = mail();
    await at.faults([
      { operation: WRITES.prospects, key: email, fault: "status", status: 503, times: 100_000 },
    ]);
    stuck.add((await send({ email })).id);
  },
  async mend() {
    await at.clear();
    stuck.clear();
  },
  async release({ pick }) {
    const lead = pick("review");
    if (lead) await tell("replay", { ids: [lead.id] });
  },
  async replay({ pick }) {
    const lead = pick("dead");
    if (lead) await tell("replay", { ids: [lead.id] });
  },
  async replayAll() {
    await tell("replay", { phase: "dead", code: "marketo.1003" });
  },
  async later({ next, pick }) {
    const lead = pick("review", "dead");
    if (!lead) return;
    const what = next() < 0.5 ? "replay" : "discard";
    const { name } = await tell(what, { ids: [lead.id], reason: "Robots", later: true });
    if (next() < 0.5) await tell("undo", { name }).catch(() => {});
    await until(
      async () => (await read("pending")).pending.every(({ done }) => done !== null),
      "what was ruled",
    );
  },
  async discard({ pick }) {
    const lead = pick("review", "dead");
    if (lead) await tell("discard", { ids: [lead.id], reason: "Robots" });
  },
  async correct({ pick }) {
    const lead = pick("review", "dead");
    if (lead)
      await tell("correct", {
        id: lead.id,
        values: { firstName: "Bea", lastName: "Lee", email: mail(), phone: "" },
      });
  },
  async erase({ pick }) {
    const lead = pick("review", "dead", "waiting", "delivered");
    if (!lead) return;
    const open = lead.finished === null;
    await tell("erase", { id: lead.id });
    if (open && !lead.test)
      gone.erased.push(...lead.own.map((one) => ({ form: lead.form, ...one })));
  },
  async correctDelivered({ pick }) {
    const lead = pick("delivered");
    const { values } = lead ? await read(`lead?id=${lead.id}`, SEES) : {};
    if (!values) return;
    const { rows } = await tell("correct", {
      id: lead.id,
      values: { ...values, firstName: "Cleo" },
    });
    const again = rows.filter(({ moved }) => moved).map(({ account }) => account);
    // It was delivered once before, and is counted for that.
    if (!lead.test)
      gone.erased.push(
        ...lead.own
          .filter(({ account }) => again.includes(account))
          .map((one) => ({ form: lead.form, ...one })),
      );
  },
  async test({ next }) {
    const accounts = next() < 0.5 ? ["marketo"] : undefined;
    await tell("test", {
      form: next() < 0.3 ? "event" : "contact",
      values: { firstName: "Test", lastName: "Lee", email: mail() },
      accounts,
    });
  },
  async rename() {
    named = NAMES.find((name) => name !== named);
    await restarted();
    const inVain = `SELECT 1 FROM deliveries WHERE phase IN ('waiting', 'sent') AND hold IS NULL AND account NOT IN ('marketo', '${named}')`;
    await until(
      async () => (await sql(inVain)).flat().length === 0,
      "what waits in vain to be marked",
    );
  },
  /** Days later what is over is forgotten, and somebody comes in the same moment. */
  async forget() {
    const { leads, deliveries } = await truth(ask);
    for (const { id, form, finished, test } of leads.flat()) {
      if (finished === null || test) continue;
      const own = deliveries.flat().filter(({ lead }) => lead === id);
      gone.forgotten.push({ form });
      gone.erased.push(...own.map((one) => ({ form, ...one })));
    }
    await sql("UPDATE leads SET finished = 1 WHERE finished IS NOT NULL");
    await restarted();
    const over = "SELECT 1 FROM leads WHERE finished = 1";
    await until(async () => (await sql(over)).flat().length === 0, "what is over to be forgotten");
    await ACTS.accept({ next: () => 1 });
  },
  async move() {
    await tell("move", { from: NAMES.find((name) => name !== named), to: named, sure: true });
  },
};
/** The relay begins anew, and counts from there. */
async function restarted() {
  const { days } = await read("today?days=30&zone=0");
  const of = (wanted) => sum(days, ({ what, n }) => (what === wanted ? n : 0));
  since = { accepted: of("accepted"), delivered: of("delivered") };
  await at.killRelay();
  await at.startRelay({ bindings: { SHARDS, ...KEPT, CRM: named } });
}
const mail = () => `alike${++people}@example.org`;

test("what people and systems do in any order is counted alike everywhere", {
  timeout: 600_000,
}, async () => {
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED + run;
    const next = random(seed);
    let leads = [];
    const done = [];
    const pick = (...states) => {
      const some = leads.filter(({ state }) => states.includes(state));
      return some[Math.floor(next() * some.length)];
    };
    const names = Object.keys(ACTS);
    const shuffled = names
      .map((name) => [next(), name])
      .sort()
      .map(([, name]) => name);
    // Some leads first, so that there is something to act on; then each act once, then whatever comes.
    const first = ["suspect", "refused", "stuck", ...shuffled];
    for (let step = 0; step < STEPS; step++) {
      const name = first[step] ?? names[Math.floor(next() * names.length)];
      done.push(name);
      await ACTS[name]({ next, pick });
      await rest();
      leads = await alike(`seed ${seed}, ${done.join(" ")}`);
    }
    console.log(
      `# seed ${seed}: ${leads.length} leads, ${JSON.stringify(counts(leads, ({ state }) => state))}`,
    );
  }
});
