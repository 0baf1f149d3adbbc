// A relay that asks the sandbox whether what the systems have stored is still there, whose clock a test sets forward and whose cron
// rings when a test wants.
import assert from "node:assert/strict";
import { body, root, stand, until } from "./stand.mjs";

const DAY = 24 * 60 * 60 * 1000;
/** A day of the relay, whose times are a tenth. */
export const day = DAY / 10;
export const READS = {
  marketo: "marketo.lead.filter",
  pardot: "pardot.prospect.query",
  prospects: "prospects.prospect.get",
};
export const SYSTEMS = Object.keys(READS);
export const AUTH = { authorization: "Bearer demo-operator" };

export async function reconciling(bindings = {}) {
  const at = await stand({ worker: `${root}tests/reconcile.worker.mjs`, timeScale: 10, bindings });
  let people = 0;
  /** How far the clock is ahead, and was when the relay began. */
  let [ahead, begun] = [0, 0];
  const post = async (path, said) => {
    const response = await fetch(`${at.relay}/test/${path}`, {
      method: "POST",
      body: typeof said === "string" ? said : JSON.stringify(said ?? ""),
    });
    return response.json();
  };
  const sql = (query, of = "") => post("sql", { query, of });
  const read = async (path) =>
    (await fetch(`${at.relay}/operator/${path}`, { headers: AUTH })).json();
  const stored = () => read("stored?days=7&zone=0");

  const later = async (by) => {
    ahead += by;
    await post("later", String(ahead - begun));
  };

  async function send(form) {
    const email = `reconciled${++people}@canary.example.org`;
    const response = await fetch(`${at.relay}/leads/${form}`, {
      method: "POST",
      body: body(
        { firstName: "Zyxcanary", lastName: "Lee", email },
        { key: crypto.randomUUID(), page: "https://canary-page.example/" },
      ),
      headers: { accept: "application/json", origin: at.page },
    });
    const { id } = await response.json();
    assert.equal(response.status, 202);
    return { id, email };
  }

  /** Leads of a form that all its systems have. */
  async function delivered(count, form = "contact") {
    const leads = [];
    for (let n = 0; n < count; n++) leads.push(await send(form));
    await until(
      async () => (await sql("SELECT id FROM leads WHERE finished IS NULL")).length === 0,
      "delivery",
    );
    return leads;
  }

  const reads = async (system) =>
    (await at.ledger()).filter(({ operation }) => operation === READS[system]);

  /** The cron rings until nobody asks any more; says how often. */
  async function asked() {
    let before = "";
    let rings = 0;
    for (let quiet = 0; quiet < 3; ) {
      await post("wake");
      rings++;
      await new Promise((resolve) => setTimeout(resolve, 150));
      const now = JSON.stringify([
        await sql("SELECT account, state FROM reconciled ORDER BY account"),
        (await at.ledger()).length,
      ]);
      quiet = now === before ? quiet + 1 : 0;
      before = now;
    }
    return rings;
  }

  /** How many there are by what the relay says of them, of one account or all. */
  async function counts(account) {
    const { days } = await stored();
    const of = (what) =>
      days
        .filter((one) => one.what === what && (!account || !one.account || one.account === account))
        .reduce((all, { n }) => all + n, 0);
    return [of("accepted"), of("there"), of("vanished"), of("unnamed")];
  }

  /** The system's record of a person, which somebody takes away there. */
  async function remove(system, email) {
    const person = (await at.leads()).find((one) => one.system === system && one.email === email);
    const response = await fetch(
      `${at.sandbox}/_sandbox/leads?system=${system}&id=${encodeURIComponent(person.id)}`,
      { method: "DELETE" },
    );
    assert.deepEqual(await response.json(), { removed: 1 });
    return person.id;
  }

  /** No fault strikes any more. */
  const mend = () => fetch(`${at.sandbox}/_sandbox/faults`, { method: "DELETE" });

  return {
    at,
    post,
    sql,
    read,
    stored,
    later,
    send,
    delivered,
    reads,
    asked,
    counts,
    remove,
    mend,
    now: () => Date.now() + ahead,
    /** Killed, and there again so much later; nothing wakes it. */
    async again(by = 0) {
      ahead += by;
      begun = ahead;
      await at.killRelay();
      await at.startRelay({ cron: false, bindings: { AHEAD: String(ahead) } });
    },
  };
}
