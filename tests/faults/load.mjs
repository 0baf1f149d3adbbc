// What the relay takes in a second, beside a Worker that only echoes and one that only inserts into a Durable Object:
// three measurements in one run, so that the machine cancels out. They are printed, never judged.
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { body, root, stand } from "../stand.mjs";

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

/** Sends for `seconds` over `connections`; answers requests per second, p99 in ms, and the statuses. */
export async function press(url, make, { seconds = 4, connections = 64, headers = {} } = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times = [];
  const statuses = {};
  const end = Date.now() + seconds * 1000;
  let number = 0;
  const one = () =>
    new Promise((resolve) => {
      const text = String(make(number++));
      const from = performance.now();
      const call = request(url, { method: "POST", agent, headers: { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(text), accept: "application/json", ...headers } }, (response) => {
        response.resume().on("end", () => {
          times.push(performance.now() - from);
          statuses[response.statusCode] = (statuses[response.statusCode] ?? 0) + 1;
          resolve();
        });
      });
      call.on("error", () => {
        statuses.broken = (statuses.broken ?? 0) + 1;
        resolve();
      });
      call.end(text);
    });
  const began = Date.now();
  await Promise.all(Array.from({ length: connections }, async () => {
    while (Date.now() < end) await one();
  }));
  agent.destroy();
  times.sort((a, b) => a - b);
  return { perSecond: Math.round((times.length * 1000) / (Date.now() - began)), p99: Math.round(times[Math.floor(times.length * 0.99)] ?? 0), statuses };
}

/** The pair: check only against echo, durable accept against a bare insert. */
export async function loadRun({ seconds = 4 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "fieldpost-load-"));
  const bare = new Miniflare({
    cf: false, modules: true, script: BARE, compatibilityDate: "2026-04-01",
    durableObjects: { ROWS: { className: "Rows", useSQLite: true } }, durableObjectsPersist: `${folder}/storage`,
  });
  const at = await stand({ timeScale: 1, worker: `${root}tests/faults/worker.mjs`, bindings: { SYSTEMS: "marketo" } });
  try {
    // Delivery takes its share of the machine later, not in the measurement.
    await at.faults([{ operation: "auth.token", fault: "status", status: 503, times: 1_000_000 }]);
    const url = (await bare.ready).origin;
    const lead = (number) => body({ firstName: "Ann", lastName: "Lee", email: `load${number}@example.org`, company: "Harbor Plumbing" }, { key: `load-${number}-${Date.now()}`, v: "1" });
    const wrong = (number) => body({ firstName: "Ann", lastName: "Lee", email: `load${number}@@example.org`, company: "Harbor Plumbing" }, { v: "1" });
    const headers = { origin: at.page };
    for (const warm of [`${url}/echo`, `${url}/rows`]) await press(warm, lead, { seconds: 1 });
    await press(at.form, lead, { seconds: 1, headers });
    return {
      echo: await press(`${url}/echo`, lead, { seconds }),
      check: await press(`${at.form}`, wrong, { seconds, headers }),
      insert: await press(`${url}/rows`, lead, { seconds }),
      accept: await press(at.form, lead, { seconds, headers }),
    };
  } finally {
    await at.stop();
    await bare.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}
