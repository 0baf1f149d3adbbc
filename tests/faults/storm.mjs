// What befalls a whole account, or the machine below the relay: tokens that die, a relay that is killed or cannot ring,
// a disk that is full.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { body, root, stand, submit, until } from "../stand.mjs";

const free = { calls: null, concurrent: null, daily: null };
const calm = {
  latency: 5,
  marketo: { limits: free },
  pardot: { limits: free },
  prospects: { limits: free },
};
/** @typedef {import("../stand.mjs").Stand} Stand */
/** @typedef {{ system: string, email: string, activities: number }} Lead */
/** @typedef {{ operation: string, verdict: string, key: string, out?: number }} Call */

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** @returns {Promise<{ shards: Record<"queued" | "dead", number>[] }>} */
const operator = async (/** @type {Stand} */ at, /** @type {string} */ path) =>
  (
    await fetch(`${at.relay}/operator/${path}`, {
      headers: { authorization: "Bearer demo-operator" },
    })
  ).json();
const queued = async (/** @type {Stand} */ at) =>
  (await operator(at, "status")).shards.reduce((sum, shard) => sum + shard.queued, 0);
const start = (more = {}) =>
  stand({ timeScale: 10, worker: `${root}tests/faults/worker.mjs`, ...more });

/** @returns {Promise<Lead[]>} */
const leadsOf = (/** @type {Stand} */ at) => at.leads();
/** @returns {Promise<Call[]>} */
const ledgerOf = (/** @type {Stand} */ at) => at.ledger();

/**
 * Sends a lead; answers its status, 0 where nobody answered.
 * @param {Stand} at
 * @param {string} name
 */
async function send(at, name, company = "Storm") {
  try {
    const lead = body(
      { firstName: "Ann", lastName: "Lee", email: `${name}@example.org`, company },
      { key: `storm-${name}`, v: "1" },
    );
    return (await submit(at, lead)).status;
  } catch {
    return 0;
  }
}

/**
 * @param {Stand} at
 * @param {string[]} names
 */
async function eachOnce(at, names) {
  const people = (await leadsOf(at)).map(({ system, email }) => `${system} ${email}`);
  if (new Set(people).size !== people.length)
    throw new Error(`${people.length - new Set(people).size} are there twice`);
  const missing = names.filter((name) => !people.includes(`marketo ${name}@example.org`));
  if (missing.length > 0) throw new Error(`${missing.length} are lost`);
}

/** Tokens die every two seconds while leads wait: one refresh for each death, no lead refused, no token where it may be read. */
export async function tokenStorm({ leads = 1_000, seconds = 60 } = {}) {
  const limits = { calls: Math.ceil(leads / seconds), window: 1_000, atOnce: 10 };
  const at = await start({ bindings: { SYSTEMS: "marketo", LIMITS: JSON.stringify(limits) } });
  try {
    await at.config(calm);
    const names = Array.from({ length: leads }, (_, n) => `token${n}`);
    for (let n = 0; n < leads; n += 50)
      await Promise.all(names.slice(n, n + 50).map((name) => send(at, name)));
    let deaths = 0;
    for (const end = Date.now() + seconds * 1_000; Date.now() < end; deaths++) {
      await at.expireTokens();
      await pause(2_000);
    }
    await until(async () => (await queued(at)) === 0, "the deliveries", 120_000);
    await eachOnce(at, names);
    const ledger = await ledgerOf(at);
    const tokens = ledger.filter(({ operation }) => operation === "auth.token").length;
    if (tokens > deaths + 1) throw new Error(`${tokens} refreshes for ${deaths} deaths`);
    const { shards } = await operator(at, "status");
    const dead = shards.reduce((sum, shard) => sum + shard.dead, 0);
    if (dead > 0) throw new Error(`${dead} dead letters`);
    const { activities } = {
      activities: (await leadsOf(at)).filter((lead) => lead.activities > 1).length,
    };
    if (activities > 0) throw new Error(`${activities} leads were written twice`);
    return {
      leads,
      deaths,
      tokens,
      refused: ledger.filter(({ verdict }) => /60[12]/.test(verdict)).length,
      lost: 0,
      dead,
    };
  } finally {
    await at.stop();
  }
}

/**
 * How soon a relay that was killed takes leads, and how soon it delivers those that waited. One whose call was out has to
 * wait for the end of that call's lease instead: nobody knows what became of it.
 */
export async function recovery({ kills = 5 } = {}) {
  const at = await start({ bindings: { SYSTEMS: "marketo" } });
  const took = {
    accepting: /** @type {number[]} */ ([]),
    delivering: /** @type {number[]} */ ([]),
  };
  try {
    await at.config(calm);
    for (let n = 0; n < kills; n++) {
      // Refused before anything could have happened: a call in doubt would have to wait for its deadline.
      await at.faults([
        { operation: "marketo.lead.submitForm", fault: "code", code: 602, times: 1_000 },
      ]);
      await Promise.all(Array.from({ length: 10 }, (_, lead) => send(at, `before${n}-${lead}`)));
      const answered = async () => {
        const asked = (await ledgerOf(at)).filter(({ key }) => key.startsWith(`before${n}-`));
        return asked.length > 0 && asked.every(({ out }) => out);
      };
      await until(answered, "the refusals");
      await new Promise((resolve) => setTimeout(resolve, 100));
      await at.killRelay();
      await fetch(`${at.sandbox}/_sandbox/faults`, { method: "DELETE" });
      const calls = (await ledgerOf(at)).length;
      const from = Date.now();
      await at.startRelay();
      await until(
        async () => (await send(at, `after${n}-${Date.now()}`)) === 202,
        "a lead that is taken",
      );
      took.accepting.push(Date.now() - from);
      await until(
        async () =>
          (await ledgerOf(at)).slice(calls).some(({ key }) => key.startsWith(`before${n}-`)),
        "a delivery",
      );
      took.delivering.push(Date.now() - from);
    }
    await until(async () => (await queued(at)) === 0, "the deliveries", 60_000);
    return {
      kills,
      acceptingMs: Math.max(...took.accepting),
      deliveringMs: Math.max(...took.delivering),
    };
  } finally {
    await at.stop();
  }
}

/** Every alarm throws before it does anything: what waits goes on all the same, for the cron trigger wakes it. */
export async function brokenAlarms({ leads = 20 } = {}) {
  const at = await start({ bindings: { SYSTEMS: "marketo", BROKEN_ALARMS: "1" } });
  try {
    await at.config(calm);
    // The first try is the lead's own; the second would be an alarm's.
    await at.faults([
      { operation: "marketo.lead.submitForm", fault: "status", status: 503, times: leads },
    ]);
    const names = Array.from({ length: leads }, (_, n) => `alarm${n}`);
    for (const name of names) if ((await send(at, name)) !== 202) throw new Error("not taken");
    const from = Date.now();
    await until(async () => (await queued(at)) === 0, "the deliveries", 95_000);
    await eachOnce(at, names);
    return { leads, resumedMs: Date.now() - from, lost: 0 };
  } finally {
    await at.stop();
  }
}

/** A disk without room: 503, never a lead that is acknowledged and lost; and on again as soon as there is room. */
export async function fullDisk() {
  const folder = join(tmpdir(), `fieldpost-disk-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return { skipped: "no right to mount a small disk" };
  }
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  /** @type {Stand | undefined} */
  let at;
  try {
    const disk = await start({ bindings: { SYSTEMS: "marketo" } });
    at = disk;
    await disk.config(calm);
    await disk.faults([
      { operation: "auth.token", fault: "status", status: 503, times: 1_000_000 },
    ]);
    const taken = /** @type {string[]} */ ([]);
    const statuses = /** @type {Record<number, number>} */ ({});
    // The rest of the disk goes at once, but for what a hundred leads need.
    for (let n = 0; n < 20; n++) if ((await send(disk, `disk${n}`)) === 202) taken.push(`disk${n}`);
    const room = Number(
      execFileSync("df", ["--output=avail", "-k", folder], { encoding: "utf8" }).split("\n")[1],
    );
    const filler = join(folder, "filler");
    writeFileSync(filler, Buffer.alloc(Math.max(0, room - 600) * 1024));
    for (let n = 20; n < 3_000 && (statuses[503] ?? 0) < 20; n++) {
      const status = await send(disk, `disk${n}`, "x".repeat(1_000));
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 202) taken.push(`disk${n}`);
    }
    if (!statuses[503]) throw new Error(`the disk was never full: ${JSON.stringify(statuses)}`);
    const others = Object.keys(statuses).filter((status) => !["202", "503"].includes(status));
    if (others.length > 0) throw new Error(`answers of a full disk: ${JSON.stringify(statuses)}`);
    rmSync(filler);
    const from = Date.now();
    const first = `disk-again-${from}`;
    await until(
      async () => (await send(disk, first)) === 202,
      "a lead that is taken again",
      10_000,
    );
    taken.push(first);
    const resumedMs = Date.now() - from;
    await fetch(`${disk.sandbox}/_sandbox/faults`, { method: "DELETE" });
    await until(async () => (await queued(disk)) === 0, "the deliveries", 60_000);
    await eachOnce(disk, taken);
    return { taken: taken.length, statuses, resumedMs, lost: 0 };
  } finally {
    await at?.stop();
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    execFileSync("umount", ["-l", folder], { stdio: "ignore" });
    rmSync(folder, { recursive: true, force: true });
  }
}
