// Leads under load, a network that breaks and a relay that is killed with -9; the sandbox's ledger judges.
import { body, root, stand, submit, until } from "../stand.mjs";
import { random, startProxy } from "./proxy.mjs";

/** @type {import("../relays.mjs").System[]} */
const SYSTEMS = ["marketo", "pardot", "prospects"];

/**
 * Sends `leads` leads while the relay is killed `kills` times, then waits until all are delivered. No more than about
 * `ahead` leads wait at any time, so that kills meet deliveries as well as acceptances.
 * Once no more than `calm` leads wait after the last kill, the network has peace. `scale` divides the relay's times; with more than 10 a busy machine is slower than a call's deadline, and what came too
 * late looks like an overlap. Throws where a lead is lost, a person is there twice, or a repeat is not marked. Answers what was tried and found.
 * @param {{
 *   kills: number, leads: number, seed?: number, rate?: number, scale?: number, writers?: number,
 *   systems?: import("../relays.mjs").System[], calm?: number, ahead?: number, say?: (line: string) => void,
 * }} how
 */
export async function killRun({
  kills,
  leads,
  seed = 1,
  rate = 2,
  scale = 10,
  writers = 16,
  systems = SYSTEMS,
  calm = 20,
  ahead = Number.POSITIVE_INFINITY,
  say = () => {},
}) {
  const next = random(seed);
  /** @type {Awaited<ReturnType<typeof startProxy>> | undefined} */
  let proxy;
  const at = await stand({
    timeScale: scale,
    worker: `${root}tests/faults/worker.mjs`,
    bindings: { SYSTEMS: systems.join() },
    between: async (sandbox) => {
      proxy = await startProxy(sandbox, { seed, rate });
      return proxy.url;
    },
  });
  const began = Date.now();
  /** Nobody goes on when another one has failed: a process that still writes never ends. */
  let over = false;
  const found = {
    seed,
    kills: 0,
    leads: 0,
    unanswered: 0,
    restart: { p50: 0, max: 0 },
    lost: 0,
    twice: 0,
    overlaps: 0,
    repeats: 0,
    repeated: 0,
    marked: 0,
    /** @type {Record<string, number>} */
    faults: {},
    seconds: 0,
  };
  /** How long each restart took. */
  const restarts = /** @type {number[]} */ ([]);
  try {
    const free = { calls: null, concurrent: null, daily: null };
    const config = {
      latency: 5,
      marketo: { limits: free },
      pardot: { limits: free, lag: 800 },
      prospects: { limits: free },
    };
    await at.config(config);
    /** By person: how many leads of it were acknowledged. */
    const acknowledged = new Map();
    let made = 0;
    /** @returns {Promise<Record<"queued" | "repeated" | "dead", number>[]>} */
    const status = async () =>
      (
        await (
          await fetch(`${at.relay}/operator/status`, {
            headers: { authorization: "Bearer demo-operator" },
          })
        ).json()
      ).shards;
    /**
     * @param {Awaited<ReturnType<typeof status>>} shards
     * @param {"queued" | "repeated" | "dead"} name
     */
    const sum = (shards, name) => shards.reduce((total, shard) => total + shard[name], 0);
    let waiting = 0;
    const look = async () => {
      while (!over && found.leads < leads) {
        const shards = await status().catch(() => undefined);
        if (shards) waiting = sum(shards, "queued");
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    };
    const write = async () => {
      while (!over && made < leads) {
        // The load lasts as long as the kills do: neither runs ahead of the other.
        if (waiting > ahead || made * kills > leads * (found.kills + 1)) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          continue;
        }
        const number = made++;
        // One in twenty comes a second time with another key.
        const person = number > 20 && number % 20 === 0 ? number - 10 : number;
        const email = `k${person}@example.org`;
        const lead = body(
          { firstName: "Ann", lastName: "Lee", email, company: `Lead ${number}` },
          { key: `${seed}-lead-${number}`, v: "1" },
        );
        while (!over) {
          try {
            const { status, state } = await submit(at, lead);
            if (status === 202 || status === 200) break;
            // "unknown" is one that may have been taken: the same lead under its key is sent again.
            if (state !== "retry" && state !== "unknown") throw new Error(`${status} ${state}`);
          } catch (error) {
            if (error instanceof Error && /^\d/.test(error.message)) throw error;
          }
          found.unanswered++;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        if (over) return;
        acknowledged.set(email, (acknowledged.get(email) ?? 0) + 1);
        found.leads++;
      }
    };
    const kill = async () => {
      while (!over && found.kills < kills) {
        await new Promise((resolve) => setTimeout(resolve, 100 + next() * 900));
        // Spread over the load: each kill meets leads that are being taken and leads that are on their way.
        while (!over && found.leads < leads && found.leads * kills < leads * (found.kills - 1))
          await new Promise((resolve) => setTimeout(resolve, 20));
        await at.killRelay();
        const from = Date.now();
        await at.startRelay();
        restarts.push(Date.now() - from);
        found.kills++;
        if (found.kills % 20 === 0) say(`${found.kills} kills, ${found.leads} leads acknowledged`);
      }
    };
    await Promise.all([kill(), look(), ...Array.from({ length: writers }, write)]);
    // What lies behind goes on under a network that breaks; only the last of it may have peace.
    let told = 0;
    await until(
      async () => {
        // Whoever asks all the time is a load of its own.
        await new Promise((resolve) => setTimeout(resolve, 500));
        const shards = await status().catch(() => undefined);
        if (!shards) return false;
        const queued = sum(shards, "queued");
        if (queued < calm && proxy) proxy.rate = 0;
        if (Date.now() - told > 10_000) {
          told = Date.now();
          say(`${queued} wait`);
        }
        return queued === 0;
      },
      "the deliveries",
      60_000 + leads * 200,
    );
    const shards = await status();
    found.marked = sum(shards, "repeated");
    if (sum(shards, "dead") > 0) throw new Error(`${sum(shards, "dead")} dead letters`);

    const people = new Map();
    for (const { system, email, activities } of await at.leads()) {
      const name = `${system} ${email}`;
      if (people.has(name)) found.twice++;
      people.set(name, activities ?? 0);
    }
    for (const [email, count] of acknowledged) {
      for (const system of systems) if (!people.has(`${system} ${email}`)) found.lost++;
      if (systems.includes("marketo")) {
        const activities = people.get(`marketo ${email}`) ?? 0;
        if (activities < count) found.lost++;
        found.repeats += Math.max(0, activities - count);
        // A mark is for a delivery, however often it was repeated.
        if (activities > count) found.repeated++;
      }
    }
    found.overlaps = overlaps(await at.ledger());
    found.faults = proxy?.struck ?? {};
    found.seconds = Math.round((Date.now() - began) / 1000);
  } finally {
    over = true;
    await at.stop();
    await proxy?.stop();
  }
  const sorted = restarts.sort((one, other) => one - other);
  found.restart = { p50: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 };
  const wrong = [];
  if (found.lost > 0) wrong.push(`${found.lost} lost`);
  if (found.twice > 0) wrong.push(`${found.twice} twice`);
  if (found.overlaps > 0) wrong.push(`${found.overlaps} overlapping writes of one person`);
  if (found.repeated > found.marked)
    wrong.push(`${found.repeated} leads with repeats, ${found.marked} marked`);
  if (wrong.length > 0) throw new Error(`${wrong.join(", ")}: ${JSON.stringify(found)}`);
  return found;
}

/**
 * Writes of one person in one system that ran at the same time.
 * @param {{ system: string, operation: string, key: string, in: number, out?: number }[]} ledger
 */
function overlaps(ledger) {
  const last = new Map();
  let count = 0;
  for (const { system, operation, key, in: from, out } of ledger) {
    if (operation === "auth.token" || /\.(read|list|get)$/.test(operation)) continue;
    const name = `${system} ${key}`;
    if ((last.get(name) ?? 0) > from) count++;
    last.set(name, Math.max(last.get(name) ?? 0, out ?? from));
  }
  return count;
}
