// What the relay takes in a second, beside a Worker that only echoes and one that only inserts into a Durable Object:
// in turns and several times in one run, so that the machine cancels out. They are printed, never judged.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { Pool } from "undici";
import { body, resident, root, stand, workerds } from "../stand.mjs";

const BARE = `
  export class Rows {
    constructor(state) {
      this.sql = state.storage.sql;
      this.sql.exec("CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, body TEXT)");
    }
    async fetch(request) {
      this.sql.exec("INSERT INTO rows VALUES (?, ?)", crypto.randomUUID(), await request.text());
      return new Response("stored", { status: 202 });
    }
  }
  export default {
    async fetch(request, env) {
      const text = await request.text();
      if (new URL(request.url).pathname === "/echo") return new Response(text);
      const shard = Math.floor(Math.random() * 4);
      return env.ROWS.get(env.ROWS.idFromName("shard-" + shard)).fetch("https://rows/", { method: "POST", body: text });
    },
  };`;

/** The peer, at a socket of its own: Miniflare's Worker before it would hide half of what a relay costs. */
const startBare = (folder) =>
  new Miniflare({
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    cf: false,
    modules: true,
    script: BARE,
    compatibilityDate: "2026-04-01",
    durableObjects: { ROWS: { className: "Rows", useSQLite: true } },
    durableObjectsPersist: `${folder}/storage`,
  });

/**
 * Sends for `seconds`, or `requests` of them, over `connections`; answers requests per second, p50 and p99 in ms, and the
 * statuses. With a `rate`, each is due at its own moment and its time counts from then, however late it could be sent.
 */
export async function press(
  url,
  make,
  { seconds = 4, connections = 64, headers = {}, requests = Number.POSITIVE_INFINITY, rate } = {},
) {
  const { origin, pathname } = new URL(url);
  // The nearest to the socket that there is: what the load takes of the machine, the relay does not have.
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const times = [];
  const statuses = {};
  const began = performance.now();
  const end = began + seconds * 1000;
  let number = 0;
  const one = (from) =>
    new Promise((resolve) => {
      let status;
      const count = (kind) => {
        statuses[kind] = (statuses[kind] ?? 0) + 1;
        resolve();
      };
      pool.dispatch(
        {
          path: pathname,
          method: "POST",
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            accept: "application/json",
            ...headers,
          },
          body: String(make(number++)),
        },
        {
          onRequestStart() {},
          onResponseStart(_, code) {
            status = code;
          },
          onResponseData() {},
          onResponseEnd() {
            times.push(performance.now() - from);
            count(status);
          },
          onResponseError() {
            count("broken");
          },
        },
      );
    });
  let turn = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end && number < requests) {
        const due = rate && began + (turn++ * 1000) / rate;
        if (due > performance.now())
          await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
        await one(due ?? performance.now());
      }
    }),
  );
  const spent = performance.now() - began;
  await pool.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.floor(times.length * share)] ?? 0);
  return {
    perSecond: Math.round((times.length * 1000) / spent),
    p50: at(0.5),
    p99: at(0.99),
    statuses,
  };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** The pairs: check only against echo, durable accept against a bare insert; of each the median of `rounds`. */
export async function loadRun({ seconds = 4, rounds = 3, connections = 64 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "fieldpost-load-"));
  const bare = startBare(folder);
  const at = await stand({
    timeScale: 1,
    worker: `${root}tests/faults/worker.mjs`,
    bindings: { SYSTEMS: "marketo" },
  });
  try {
    // Delivery takes its share of the machine later, not in the measurement.
    await at.faults([{ operation: "auth.token", fault: "status", status: 503, times: 1_000_000 }]);
    const url = (await bare.unsafeGetDirectURL()).origin;
    const form = `${at.direct}/leads/contact`;
    let run = 0;
    const lead = (number) =>
      body(
        {
          firstName: "Ann",
          lastName: "Lee",
          email: `load${number}@example.org`,
          company: "Harbor Plumbing",
        },
        { key: `load-${run}-${number}`, v: "1" },
      );
    const wrong = (number) =>
      body(
        {
          firstName: "Ann",
          lastName: "Lee",
          email: `load${number}@@example.org`,
          company: "Harbor Plumbing",
        },
        { v: "1" },
      );
    const headers = { origin: at.page };
    const kinds = {
      echo: () => press(`${url}/echo`, lead, { seconds, connections }),
      check: () => press(form, wrong, { seconds, connections, headers }),
      insert: () => press(`${url}/rows`, lead, { seconds, connections }),
      accept: () => press(form, lead, { seconds, connections, headers }),
    };
    for (const peer of [`${url}/echo`, `${url}/rows`]) await press(peer, lead, { seconds: 1 });
    await press(form, wrong, { seconds: 1, headers });
    const warm = await press(form, lead, { seconds: 2, connections, headers });
    run++;
    // As many connections with room to breathe, before anything has queued: what a visitor waits.
    const half = Math.round(warm.perSecond / 2);
    const paced = {
      rate: half,
      insert: await press(`${url}/rows`, lead, { seconds, connections, rate: half }),
      accept: await press(form, lead, { seconds, connections, headers, rate: half }),
    };
    const found = { echo: [], check: [], insert: [], accept: [] };
    for (let round = 0; round < rounds; round++) {
      for (const [kind, act] of Object.entries(kinds)) {
        run++;
        found[kind].push(await act());
      }
    }
    run++;
    // Three times as many at once as before: what is taken stays taken, and the rest is told to come again.
    const over = await press(form, lead, { seconds, connections: 3 * connections, headers });
    const { shards } = await (
      await fetch(`${at.relay}/operator/status`, {
        headers: { authorization: "Bearer demo-operator" },
      })
    ).json();
    const acknowledged = [warm, paced.accept, ...found.accept, over].reduce(
      (sum, { statuses }) => sum + (statuses[202] ?? 0),
      0,
    );
    const held = shards.reduce((sum, shard) => sum + shard.queued, 0);
    if (held < acknowledged) throw new Error(`${acknowledged} leads acknowledged, ${held} held`);
    const others = Object.keys(over.statuses).filter(
      (status) => !["202", "429", "503"].includes(status),
    );
    if (others.length > 0)
      throw new Error(`answers under overload: ${JSON.stringify(over.statuses)}`);
    const ratio = (one, other) =>
      Number(
        median(found[one].map(({ perSecond }, n) => perSecond / found[other][n].perSecond)).toFixed(
          2,
        ),
      );
    const statuses = (kind) =>
      [...new Set(found[kind].flatMap(({ statuses }) => Object.keys(statuses)))].join();
    return {
      ...Object.fromEntries(
        Object.keys(found).map((kind) => [
          kind,
          {
            perSecond: median(found[kind].map(({ perSecond }) => perSecond)),
            p50: median(found[kind].map(({ p50 }) => p50)),
            p99: median(found[kind].map(({ p99 }) => p99)),
            statuses: statuses(kind),
          },
        ]),
      ),
      checkToEcho: ratio("check", "echo"),
      acceptToInsert: ratio("accept", "insert"),
      paced,
      overload: {
        ...over,
        goodput: Number(
          (over.perSecond / median(found.accept.map(({ perSecond }) => perSecond))).toFixed(2),
        ),
        acknowledged,
        held,
      },
    };
  } finally {
    await at.stop();
    await bare.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What workerd has in memory after so many requests, for an echo and for a form that is checked, in `steps` measurements. */
export async function memoryRun({ requests = 200_000, steps = 8, connections = 32 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "fieldpost-memory-"));
  const before = new Set(workerds());
  const bare = startBare(folder);
  const url = (await bare.unsafeGetDirectURL()).origin;
  const echoes = workerds().find((pid) => !before.has(pid));
  const at = await stand({
    timeScale: 1,
    worker: `${root}tests/faults/worker.mjs`,
    bindings: { SYSTEMS: "marketo" },
  });
  const form = `${at.direct}/leads/contact`;
  const relays = workerds().find((pid) => !before.has(pid) && pid !== echoes);
  try {
    const wrong = (number) =>
      body(
        {
          firstName: "Ann",
          lastName: "Lee",
          email: `load${number}@@example.org`,
          company: "Harbor Plumbing",
        },
        { v: "1" },
      );
    const seen = { echo: [], check: [] };
    for (let step = 0; step < steps; step++) {
      const some = { requests: requests / steps, seconds: 3_600, connections };
      await Promise.all([
        press(`${url}/echo`, wrong, some),
        press(form, wrong, { ...some, headers: { origin: at.page } }),
      ]);
      seen.echo.push(Math.round(resident(echoes)));
      seen.check.push(Math.round(resident(relays)));
    }
    // Beyond the first half, where both have warmed up.
    const slope = (list) =>
      Number(
        (
          ((list.at(-1) - list[steps >> 1]) * 1e6) /
          (requests * (1 - ((steps >> 1) + 1) / steps))
        ).toFixed(0),
      );
    return {
      requests,
      megabytes: seen,
      perMillion: { echo: slope(seen.echo), check: slope(seen.check) },
      ratio: Number((seen.check.at(-1) / seen.echo.at(-1)).toFixed(2)),
    };
  } finally {
    await at.stop();
    await bare.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}
