// What strangers leave behind: many connections with wrong operator keys, forms that are not there, forged tokens and wrong
// types of body, beside as many requests to a Worker that only echoes. Nothing may stay in memory of any of them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { Pool, WebSocket } from "undici";
import { body, resident, root, stand, workerds } from "../stand.mjs";

const ECHO = `export default { async fetch(request) { return new Response(await request.text()); } };`;

const form = "application/x-www-form-urlencoded";
const lead = (n, own) => String(body({ firstName: "Ann", lastName: "Lee", email: `stranger${n}@example.org`, company: "Harbor Plumbing" }, own));

/** What strangers send; each is a request of its own, with nothing in it that was there before. */
const KINDS = {
  "a wrong operator key": (n) => ({ method: "GET", path: "/operator/status", headers: { authorization: `Bearer not-the-key-${n}` } }),
  "a wrong value key": (n) => ({ method: "GET", path: `/operator/export?code=c${n}`, headers: { authorization: "Bearer demo-operator", "fieldpost-value-key": `not-the-key-${n}` } }),
  "an unknown form": (n) => ({ method: "POST", path: `/leads/form${n}`, headers: { "content-type": form }, body: lead(n) }),
  "a forged token": (n) => ({ method: "POST", path: "/leads/contact", headers: { "content-type": form }, body: lead(n, { key: `stranger-${n}`, token: `1.${n.toString(36)}.${n}.${"0".repeat(64)}` }) }),
  "a wrong type": (n) => ({ method: "POST", path: "/leads/contact", headers: { "content-type": `text/x-${n}` }, body: lead(n) }),
  "a wrong origin": (n) => ({ method: "POST", path: "/leads/contact", headers: { "content-type": form, origin: `https://stranger${n}.example` }, body: lead(n) }),
  "half a body": (n) => ({ method: "POST", path: "/leads/contact", headers: { "content-type": "application/json" }, body: `{"email":"stranger${n}` }),
  "a wrong value": (n) => ({ method: "POST", path: "/leads/contact", headers: { "content-type": form }, body: lead(n).replace("%40", "") }),
};

/** What a Worker's heap holds, in MB: a snapshot collects all garbage first. */
async function heapOf(inspector) {
  const targets = await (await fetch(new URL("/json", String(inspector).replace("ws", "http")))).json();
  const socket = new WebSocket(targets.find(({ id }) => id === "core:user:").webSocketDebuggerUrl);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  let last = 0;
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    // The snapshot's own pieces are many, and not what is asked for.
    if (data.startsWith('{"id"')) waiting.get(JSON.parse(data).id)?.(JSON.parse(data).result);
  };
  const ask = (method) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method, params: {} }));
    });
  await ask("HeapProfiler.takeHeapSnapshot");
  const { usedSize, backingStorageSize } = await ask("Runtime.getHeapUsage");
  socket.close();
  return (usedSize + backingStorageSize) / (1 << 20);
}

/** Sends one request after another over each of `connections` until `over` says so; counts the answers by kind and status. */
async function press(origin, make, connections, over) {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const answers = {};
  let sent = 0;
  const one = ({ kind, ...request }) =>
    new Promise((resolve) => {
      let status = "broken";
      const done = () => {
        const name = `${kind}: ${status}`;
        answers[name] = (answers[name] ?? 0) + 1;
        resolve();
      };
      pool.dispatch({ ...request, headers: { accept: "application/json", ...request.headers } }, {
        onRequestStart() {},
        onResponseStart(_, code) {
          status = code;
        },
        onResponseData() {},
        onResponseEnd: done,
        onResponseError() {
          status = "broken";
          done();
        },
      });
    });
  await Promise.all(Array.from({ length: connections }, async () => {
    while (!over(sent)) await one(make(sent++));
  }));
  await pool.destroy();
  return { sent, answers };
}

const rounded = (given) => Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value.toFixed(2))]));

/**
 * `seconds` of strangers for the relay, and as many requests for the echo, in three parts each. `ratio` is what the relay's
 * workerd has in memory at the end beside what the echo's has; `heap` what is not garbage after the first part and the last.
 */
export async function strangersRun({ seconds = 60, connections = 32 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "fieldpost-strangers-"));
  const before = new Set(workerds());
  const bare = new Miniflare({ unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }], inspectorPort: 0, cf: false, modules: true, script: ECHO, compatibilityDate: "2026-04-01" });
  const url = (await bare.unsafeGetDirectURL()).origin;
  const echo = { pid: workerds().find((pid) => !before.has(pid)), inspector: await bare.getInspectorURL() };
  const at = await stand({ timeScale: 1, worker: `${root}tests/faults/worker.mjs`, inspectorPort: 0, bindings: { SYSTEMS: "marketo", REVIEW: "500" } });
  const relay = { pid: workerds().find((pid) => !before.has(pid) && pid !== echo.pid), inspector: at.inspector };
  const kinds = Object.entries(KINDS);
  const make = (n) => {
    const [kind, of] = kinds[n % kinds.length];
    return { kind, ...of(n) };
  };
  const echoed = (n) => {
    const { headers, body: text = lead(n) } = make(n);
    return { kind: "echo", method: "POST", path: "/", headers: { ...headers, "content-type": form }, body: text };
  };
  const answers = {};
  let sent = 0;
  try {
    const parts = [];
    // Before the three parts a short one, in which both meet each kind.
    for (const share of [0.2, 1 / 3, 1 / 3, 1 / 3]) {
      const end = performance.now() + share * seconds * 1_000;
      const done = await press(at.direct, (n) => make(sent + n), connections, () => performance.now() > end);
      await press(url, (n) => echoed(sent + n), connections, (n) => n >= done.sent);
      sent += done.sent;
      for (const [name, count] of Object.entries(done.answers)) answers[name] = (answers[name] ?? 0) + count;
      const memory = { relay: resident(relay.pid), echo: resident(echo.pid) };
      // The snapshots need memory of their own, in both.
      parts.push({ memory: rounded(memory), heap: rounded({ relay: await heapOf(relay.inspector), echo: await heapOf(echo.inspector) }) });
    }
    const [, first, , last] = parts;
    return {
      requests: sent, answers, parts,
      ratio: Number((last.memory.relay / last.memory.echo).toFixed(3)),
      heap: Number((last.heap.relay / first.heap.relay).toFixed(3)),
    };
  } finally {
    await at.stop();
    await bare.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.log(JSON.stringify(await strangersRun({ seconds: Number(process.env.STRANGERS ?? 60) }), null, 1));
