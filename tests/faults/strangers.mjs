// What strangers leave behind: many connections with wrong operator keys, forms that are not there, forged tokens and wrong
// types of body, and requests that chance has made, beside as many to a Worker that only echoes. Nothing may stay in memory
// of any of them, and each gets an answer that is documented.
import { connect } from "node:net";
import { Miniflare } from "miniflare";
import { Pool, WebSocket } from "undici";
import { body, resident, root, stand, workerds } from "../stand.mjs";
import { undocumented } from "./documented.mjs";
import { generated } from "./generated.mjs";

const ECHO = `export default { async fetch(request) { return new Response(await request.text()); } };`;

const form = "application/x-www-form-urlencoded";
const lead = (n, own) =>
  String(
    body(
      {
        firstName: "Ann",
        lastName: "Lee",
        email: `stranger${n}@example.org`,
        company: "Harbor Plumbing",
      },
      own,
    ),
  );

/** What strangers send; each is a request of its own, with nothing in it that was there before. */
const KINDS = {
  "a wrong operator key": (n) => ({
    method: "GET",
    path: "/operator/status",
    headers: { authorization: `Bearer not-the-key-${n}` },
  }),
  "a wrong value key": (n) => ({
    method: "GET",
    path: `/operator/export?code=c${n}`,
    headers: { authorization: "Bearer demo-operator", "fieldpost-value-key": `not-the-key-${n}` },
  }),
  "an unknown form": (n) => ({
    method: "POST",
    path: `/leads/form${n}`,
    headers: { "content-type": form },
    body: lead(n),
  }),
  "a forged token": (n) => ({
    method: "POST",
    path: "/leads/contact",
    headers: { "content-type": form },
    body: lead(n, { key: `stranger-${n}`, token: `1.${n.toString(36)}.${n}.${"0".repeat(64)}` }),
  }),
  "a wrong type": (n) => ({
    method: "POST",
    path: "/leads/contact",
    headers: { "content-type": `text/x-${n}` },
    body: lead(n),
  }),
  "a wrong origin": (n) => ({
    method: "POST",
    path: "/leads/contact",
    headers: { "content-type": form, origin: `https://stranger${n}.example` },
    body: lead(n),
  }),
  "half a body": (n) => ({
    method: "POST",
    path: "/leads/contact",
    headers: { "content-type": "application/json" },
    body: `{"email":"stranger${n}`,
  }),
  "a wrong value": (n) => ({
    method: "POST",
    path: "/leads/contact",
    headers: { "content-type": form },
    body: lead(n).replace("%40", ""),
  }),
};

/**
 * In MB: what a process has in memory as it is, what of that is left without garbage, and what its Worker's heap holds. A
 * snapshot needs memory of its own, so it comes last.
 */
async function heldBy({ pid, inspector, origin }) {
  // A Worker that has nothing to do does not always answer its inspector either.
  const waking = setInterval(
    () =>
      fetch(origin).then(
        (said) => said.text(),
        () => {},
      ),
    500,
  );
  const targets = await (
    await fetch(new URL("/json", String(inspector).replace("ws", "http")))
  ).json();
  const socket = new WebSocket(targets.find(({ id }) => id === "core:user:").webSocketDebuggerUrl);
  await new Promise((resolve, reject) =>
    Object.assign(socket, { onopen: resolve, onerror: reject }),
  );
  const memory = resident(pid);
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
  // What a Worker logs and throws an inspector keeps, a thousand of them with their stacks: where there is none, nobody does.
  await ask("Runtime.discardConsoleEntries");
  await ask("HeapProfiler.collectGarbage");
  // When a host collects its garbage is chance, and would be most of a growth.
  const kept = resident(pid);
  // What stays is there at each look; what a timer or an answer still holds is not.
  let heap = Infinity;
  for (let looks = 0; looks < LOOKS; looks++) {
    if (looks > 0) await new Promise((resolve) => setTimeout(resolve, 1_000));
    await ask("HeapProfiler.takeHeapSnapshot");
    const { usedSize, backingStorageSize } = await ask("Runtime.getHeapUsage");
    heap = Math.min(heap, (usedSize + backingStorageSize) / (1 << 20));
  }
  socket.close();
  clearInterval(waking);
  return { memory, kept, heap };
}

const LOOKS = 4;

/** An answer is late after so many milliseconds, and none after these: a busy machine makes one wait, a hang never ends. */
const LATE = 15_000;
const NEVER = 120_000;
const SILENCE = ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"];

/**
 * Sends requests to one socket, and gives each answer: status, type and text, and how long it took; status 0 where the
 * connection broke, with the type "silence" where it stood open for `never` milliseconds and nothing came.
 */
export function client(origin, connections, never = NEVER) {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: never,
    bodyTimeout: never,
  });
  const dispatched = ({ path, method, headers, body }) =>
    new Promise((resolve) => {
      const answer = { status: 0, type: "", text: "" };
      const parts = [];
      const done = () => resolve({ ...answer, text: String(Buffer.concat(parts)) });
      try {
        pool.dispatch(
          { path, method, body, headers: { accept: "application/json", ...headers } },
          {
            onRequestStart() {},
            onResponseStart(_, status, { "content-type": type = "" }) {
              Object.assign(answer, { status, type });
            },
            onResponseData: (_, part) => parts.push(part),
            onResponseEnd: done,
            onResponseError(_, error) {
              Object.assign(answer, {
                status: 0,
                type: SILENCE.includes(error.code) ? "silence" : String(error.code),
              });
              done();
            },
          },
        );
      } catch (error) {
        resolve({ ...answer, type: String(error.code) });
      }
    });
  const send = async (request) => {
    const began = performance.now();
    const answer = await (request.raw ? byHand(origin, request, never) : dispatched(request));
    return { ...answer, ms: Math.round(performance.now() - began) };
  };
  return { send, stop: () => pool.destroy() };
}

/** Writes bytes to a connection of their own, and reads the first answer that comes. */
function byHand(origin, { raw, end }, never) {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let said = Buffer.alloc(0);
    const read = (isOver) => {
      const at = said.indexOf("\r\n\r\n");
      const head = String(said.subarray(0, Math.max(at, 0)));
      const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1] ?? 0);
      if (status === 100 && at >= 0) {
        said = said.subarray(at + 4);
        return read(isOver);
      }
      const length = /^content-length: (\d+)/im.exec(head);
      const text = said.subarray(at + 4);
      if (!isOver && !(status && length && text.length >= Number(length[1]))) return;
      clearTimeout(timer);
      socket.destroy();
      resolve({
        status,
        type: /^content-type: ([^\r]+)/im.exec(head)?.[1] ?? "",
        text: String(length ? text.subarray(0, Number(length[1])) : text),
      });
    };
    const timer = setTimeout(() => {
      socket.destroy();
      resolve({ status: 0, type: "silence", text: "" });
    }, never);
    socket.on("error", () => {});
    socket.on("close", () => read(true));
    socket.on("data", (part) => {
      said = Buffer.concat([said, part]);
      read(false);
    });
    if (end === "end") socket.end(raw);
    else socket.write(raw);
    if (end === "tear") setTimeout(() => socket.resetAndDestroy(), 10);
  });
}

/** Sends one request after another over each of `connections`, until `over` says so of how many were sent. */
async function press(send, connections, over) {
  let sent = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (!over(sent)) await send(sent++);
    }),
  );
  return sent;
}

const rounded = (given) =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, Number(value.toFixed(2))]),
  );

/** The relay of the fault runs, and a Worker that only echoes, each with its process and its inspector. */
async function beside({ silent = false, ...bindings }, act) {
  const before = new Set(workerds());
  const bare = new Miniflare({
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    inspectorPort: 0,
    cf: false,
    modules: true,
    script: ECHO,
    compatibilityDate: "2026-04-01",
    ...(silent && {
      handleRuntimeStdio: (stdout, stderr) => [stdout, stderr].forEach((stream) => stream.resume()),
    }),
  });
  let at;
  try {
    const echo = {
      origin: (await bare.unsafeGetDirectURL()).origin,
      pid: workerds().find((pid) => !before.has(pid)),
      inspector: await bare.getInspectorURL(),
    };
    at = await stand({
      timeScale: 1,
      worker: `${root}tests/faults/worker.mjs`,
      inspectorPort: 0,
      silent,
      bindings: { SYSTEMS: "marketo", REVIEW: "500", ...bindings },
    });
    const relay = {
      origin: at.direct,
      pid: workerds().find((pid) => !before.has(pid) && pid !== echo.pid),
      inspector: at.inspector,
    };
    return await act({ at, relay, echo });
  } finally {
    await at?.stop();
    await bare.dispose();
  }
}

/** What both hold now, in MB. */
async function looked(both) {
  const relay = await heldBy(both.relay);
  const echo = await heldBy(both.echo);
  return {
    memory: rounded({ relay: relay.memory, echo: echo.memory }),
    kept: rounded({ relay: relay.kept, echo: echo.kept }),
    heap: rounded({ relay: relay.heap, echo: echo.heap }),
  };
}

/** Before three parts another one, in which both meet each kind, and their memory becomes as large as that takes. */
const shares = (first) => [first, 1 / 3, 1 / 3, 1 / 3];
/** Strangers do the same again and again: a short one will do. */
const FEW = shares(0.2);
/** What chance makes is new for long: a host's memory grows for some 200,000 of it, and then stays. */
const MANY = shares(1);

const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

/** What has become of the memory in the three parts. `left` is what stays of a request in the heap, in bytes: an object has sixteen at least. */
function grown(parts, requests, all) {
  const [, first, , last] = parts;
  const left =
    ((last.heap.relay - first.heap.relay) * (1 << 20)) /
    ((requests * sum(all.slice(2))) / sum(all));
  const growth = last.kept.relay / first.kept.relay / (last.kept.echo / first.kept.echo);
  return {
    parts,
    growth: Number(growth.toFixed(3)),
    ratio: Number((last.memory.relay / last.memory.echo).toFixed(3)),
    heap: Number((last.heap.relay / first.heap.relay).toFixed(3)),
    left: Number(left.toFixed(1)),
  };
}

/**
 * `seconds` of strangers for the relay, and as many requests for the echo, in three parts each. `ratio` is what the relay's
 * workerd has in memory at the end beside what the echo's has; `growth` and `heap` look at what is not garbage, after the
 * first part and the last.
 */
export const strangersRun = ({ seconds = 60, connections = 32 } = {}) =>
  beside({}, async (both) => {
    const kinds = Object.entries(KINDS);
    const [relay, echo] = [
      client(both.relay.origin, connections),
      client(both.echo.origin, connections),
    ];
    const answers = {};
    let sent = 0;
    const toRelay = async (n) => {
      const [kind, of] = kinds[n % kinds.length];
      const name = `${kind}: ${(await relay.send(of(n))).status || "broken"}`;
      answers[name] = (answers[name] ?? 0) + 1;
    };
    const toEcho = (n) => {
      const { headers, body: text = lead(n) } = kinds[n % kinds.length][1](n);
      return echo.send({
        method: "POST",
        path: "/",
        headers: { ...headers, "content-type": form },
        body: text,
      });
    };
    const parts = [];
    for (const share of FEW) {
      const end = performance.now() + share * seconds * 1_000;
      const from = sent;
      sent += await press(
        (n) => toRelay(from + n),
        connections,
        () => performance.now() > end,
      );
      await press(
        (n) => toEcho(from + n),
        connections,
        (n) => n >= sent - from,
      );
      parts.push(await looked(both));
    }
    await Promise.all([relay.stop(), echo.stop()]);
    return { requests: sent, answers, ...grown(parts, sent, FEW) };
  });

/**
 * `requests` made by chance for the relay, and the same for the echo, in four parts each. `wrong` are answers that no
 * documentation has, or none at all; `late` are those that took their time. A seed makes the same requests again.
 */
export const generatedRun = ({
  requests = 400_000,
  connections = 32,
  seed = Date.now() % 1_000_000,
  say = console.log,
} = {}) =>
  beside({ silent: true, VALUE_KEY: "demo-operator-values" }, async (both) => {
    say(`# requests made by chance: STRANGER_SEED=${seed}`);
    const { at } = both;
    const [relay, echo] = [
      client(both.relay.origin, connections),
      client(both.echo.origin, connections),
    ];
    const known = { page: at.page, relay: both.relay.origin, tokens: [] };
    /** New tokens now and then, some of the other form. */
    const renew = async () => {
      // A connection that a host has closed gives none.
      const given = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          const { text } = await relay.send({
            method: "GET",
            path: `/leads/${n % 5 ? "contact" : "other"}`,
            headers: n % 2 ? {} : { origin: at.page },
          });
          return text;
        }),
      );
      known.tokens = given.flatMap((text) =>
        text.startsWith("{") ? [JSON.parse(text).token] : [],
      );
    };
    const statuses = {};
    const wrong = [];
    const late = { answers: 0, slowestMs: 0 };
    let sent = 0;
    const toRelay = async (n) => {
      if (n % 500 === 0) await renew();
      const request = generated(seed, n, known);
      let answer = await relay.send(request);
      // A host closes a connection whose last body nobody has read; the next request on it has to be sent again.
      for (
        let again = 0;
        again < 3 && answer.status === 0 && answer.type !== "silence" && !request.raw;
        again++
      )
        answer = await relay.send(request);
      if (answer.ms > LATE) late.answers++;
      late.slowestMs = Math.max(late.slowestMs, answer.ms);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const why = await judged(request, answer, echo);
      if (why !== undefined)
        wrong.push({
          n,
          why,
          kind: request.kind,
          path: request.path.slice(0, 100),
          status: answer.status,
          type: answer.type,
          text: answer.text.slice(0, 300),
        });
    };
    await renew();
    const parts = [];
    for (const share of MANY) {
      const from = sent;
      sent += await press(
        (n) => toRelay(from + n),
        connections,
        (n) => n >= (share * requests) / sum(MANY),
      );
      await press(
        (n) => echo.send(generated(seed, from + n, known)),
        connections,
        (n) => n >= sent - from,
      );
      parts.push(await looked(both));
    }
    await Promise.all([relay.stop(), echo.stop()]);
    const operator = async (path) =>
      (
        await fetch(`${at.relay}/operator/${path}`, {
          headers: { authorization: "Bearer demo-operator" },
        })
      ).json();
    const traps = (await operator("attention")).groups.filter(({ code }) =>
      /wasm\.trap/.test(code ?? ""),
    );
    return { seed, requests: sent, statuses, late, wrong, traps, ...grown(parts, sent, MANY) };
  });

/**
 * Why an answer must not be; nothing where it may. Bytes that are no request get the host's own word, which is one that a
 * Worker that only echoes gives, too; and who says half of something may be left without an answer, but not waiting for one.
 */
export async function judged(request, { status, type, text, ms }, echo) {
  if (type === "silence") return `no answer in ${ms} ms, and the connection stands open`;
  if (request.raw && status === 0) return undefined;
  // Of an answer to a connection that was torn only the beginning may be there.
  if (request.end === "tear") return status === 500 ? "500" : undefined;
  const isHosts = request.raw && status >= 400 && !/^(?:application\/json|text\/html)/.test(type);
  if (isHosts) {
    const other = await echo.send(request);
    return other.status === status && other.text === text
      ? undefined
      : `${status}, where an echo says ${other.status}`;
  }
  if (status === 500) return `500 ${text.slice(0, 200)}`;
  return undocumented({ ...request, status, type, text, isHead: request.method === "HEAD" });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const requests = Number(process.env.STRANGER_REQUESTS ?? 0);
  const found =
    requests > 0
      ? await generatedRun({
          requests,
          ...(process.env.STRANGER_SEED && { seed: Number(process.env.STRANGER_SEED) }),
        })
      : await strangersRun({ seconds: Number(process.env.STRANGERS ?? 60) });
  console.log(JSON.stringify(found, null, 1));
}
