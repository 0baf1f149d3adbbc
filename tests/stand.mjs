// What the suites stand on: the real sandbox, relay (workerd, storage on disk) and page, on ports of their own.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Agent, setGlobalDispatcher } from "undici";
import { startPage } from "../www/demo/page.mjs";
import { bundleWorker, demoBindings, startRelay } from "../www/demo/relay.mjs";
import { startSandbox } from "../www/demo/sandbox.mjs";

// workerd closes a connection over which nothing has come for 5 s. Node lets one go after 4, and by that clock of a busy
// machine it may meet the end of it.
setGlobalDispatcher(new Agent({ keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000 }));

export const root = fileURLToPath(new URL("../", import.meta.url));
export const sandboxBinary = process.env.SANDBOX_BIN ?? `${root}target/debug/fieldpost-sandbox`;

/** @typedef {Awaited<ReturnType<typeof stand>>} Stand */
/** @typedef {{ modules: import("../www/demo/relay.mjs").Module[], outdir: string }} Code */
/**
 * How a relay is started again.
 * @typedef {Partial<Code> & { cron?: boolean, bindings?: Record<string, string> }} Again
 */

/**
 * Starts a stand. `timeScale` divides the relay's waiting times; `bindings` overrides the Worker's; `wasm: false` serves
 * the page under a policy that forbids WebAssembly; `between` puts something between the relay and the sandbox; `storage`
 * is a folder that the relay's storage begins as; `code` is another Worker than `worker`, bundled: `{ modules, outdir }`; with `inspectorPort`
 * (0 for any) the relay's heap can be looked at; `flags` are compatibility flags of workerd's; `silent` keeps its own words to itself.
 * @param {{
 *   timeScale?: number, bindings?: Record<string, string>, wasm?: boolean, worker?: string, storage?: string,
 *   between?: (sandbox: string) => string | Promise<string>, inspectorPort?: number, code?: Code, flags?: string[],
 *   silent?: boolean,
 * }} how
 */
export async function stand({
  timeScale = 30,
  bindings = {},
  wasm = true,
  between,
  storage,
  inspectorPort,
  code,
  flags,
  silent,
  worker = `${root}www/demo/worker.mjs`,
} = {}) {
  const folder = await mkdtemp(join(tmpdir(), "fieldpost-"));
  const sandbox = await startSandbox(sandboxBinary, 0);
  const reached = (await between?.(sandbox.url)) ?? sandbox.url;
  if (storage) await cp(storage, `${folder}/storage`, { recursive: true });
  const pagePort = await freePort();
  const relayPort = await freePort();
  const pageUrl = `http://127.0.0.1:${pagePort}`;
  const bundled = code ?? {
    modules: await bundleWorker(worker, `${folder}/worker`),
    outdir: `${folder}/worker`,
  };
  const start = (/** @type {Again} */ how = {}) =>
    startRelay({
      ...bundled,
      ...how,
      port: relayPort,
      storage: `${folder}/storage`,
      inspectorPort,
      flags,
      silent,
      bindings: {
        ...demoBindings(reached, pageUrl),
        TIME_SCALE: String(timeScale),
        ...bindings,
        ...how.bindings,
      },
    });
  let relay = await start();
  const page = await startPage({
    folder: `${root}www`,
    relay: relay.url,
    port: pagePort,
    wasm,
  }).catch(async (error) => {
    // A suite whose stand does not stand would wait for these for ever.
    await Promise.allSettled([relay.stop(), sandbox.stop()]);
    throw error;
  });
  /**
   * Says something to the sandbox, and gives what it answers.
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  const control = async (path, body) => {
    const response = await fetch(
      `${sandbox.url}/_sandbox/${path}`,
      body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
    );
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json().catch(() => null);
  };
  return {
    sandbox: sandbox.url,
    relay: relay.url,
    page: page.url,
    form: `${relay.url}/leads/contact`,
    /** Where workerd keeps the objects' databases. */
    storage: `${folder}/storage`,
    /** The relay's own socket, which another one takes when it is started again. */
    get direct() {
      return relay.direct;
    },
    get inspector() {
      return relay.inspector;
    },
    ledger: () => control("ledger"),
    leads: () => control("leads"),
    faults: (/** @type {object[]} */ script) => control("faults", script),
    config: (/** @type {object} */ patch) => control("config", patch),
    reset: () => control("reset", { tokens: true, config: true, clock: true }),
    /** The relay keeps its tokens: a call with one that is gone is refused before any fault "after the commit" commits. */
    clear: () => control("reset", { config: true, clock: true }),
    expireTokens: () => control("tokens/expire", {}),
    /** workerd gets no chance to finish anything. */
    async killRelay() {
      // Others of this process may have relays of their own.
      const own = workerds().filter((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`:${relayPort}\0`),
      );
      assert.equal(own.length, 1, "the relay's own workerd");
      for (const pid of own) process.kill(Number(pid), "SIGKILL");
      await relay.stop().catch(() => {});
    },
    /** `cron: false`: nothing wakes the relay, not even when it starts. `modules` and `outdir`: another version of it; `bindings`: of this start. */
    async startRelay(/** @type {Again} */ how = {}) {
      relay = await start(how);
    },
    async stop() {
      await Promise.allSettled([relay.stop(), page.stop(), sandbox.stop()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/**
 * Waits until `probe` gives something truthy, and gives that.
 * @template T
 * @param {() => T} probe
 * @param {string} what
 * @returns {Promise<Exclude<Awaited<T>, false | "" | 0 | null | undefined>>}
 */
export async function until(probe, what, timeout = 60_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const found = await probe();
    if (found) return /** @type {Exclude<Awaited<T>, false | "" | 0 | null | undefined>} */ (found);
    if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Asks, and asks once more where nobody has read it: a connection may be closed in the moment when it is used again, because it
 * lay idle, or because the relay refused a body before all of it had come.
 * @param {string | URL} url
 * @param {RequestInit} [init]
 */
export const ask = (url, init) =>
  fetch(url, init).catch((error) => {
    if (!["ECONNRESET", "UND_ERR_SOCKET"].includes(error.cause?.code)) throw error;
    return fetch(url, init);
  });

/**
 * A lead's body as a browser would send it.
 * @param {Record<string, string | string[]>} values
 * @param {Record<string, string>} own
 */
export function body(values, own = {}) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    for (const one of [value].flat()) pairs.append(name, one);
  for (const [name, value] of Object.entries(own)) pairs.append(`_fp_${name}`, value);
  return pairs;
}

/**
 * Posts a lead and reads the relay's answer, within 5 s. The clock is its own, because a fetch whose body is cut short by
 * a signal may never end (nodejs/node#56917).
 * @param {{ form: string, page: string }} at
 * @param {URLSearchParams} lead
 */
export async function submit(at, lead) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise(
    (_, reject) => (timer = setTimeout(() => reject(new Error("late")), 5_000)),
  );
  const answer = async () => {
    const response = await fetch(at.form, {
      method: "POST",
      body: lead,
      headers: { accept: "application/json", origin: at.page },
      signal: AbortSignal.timeout(5_000),
    });
    return { status: response.status, state: (await response.json()).state };
  };
  try {
    return await Promise.race([answer(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The workerd processes that this process has started. */
export const workerds = () =>
  readdirSync("/proc").filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const status = readFileSync(`/proc/${entry}/status`, "utf8");
      return (
        /^Name:\s+workerd$/m.test(status) &&
        new RegExp(`^PPid:\\s+${process.pid}$`, "m").test(status)
      );
    } catch {
      return false;
    }
  });

/**
 * What a process has in memory, in MB.
 * @param {number | string} pid
 */
export const resident = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

/**
 * A port that nobody listens on, and that nobody gets by chance before it is used, or while a relay is down: systems give
 * ports from 32768 on to who asks for any (Linux: ip_local_port_range; others begin higher), and these are
 * below (10080 is none: no browser asks there).
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(11_000, 32_768);
    const server = createServer();
    const isFree = await new Promise((resolve) =>
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)),
    );
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
