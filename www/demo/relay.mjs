// Runs a relay Worker on workerd, with its storage on disk.
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** How often the cron trigger fires here; on Cloudflare once a minute is the most. */
const CRON = 30_000;

/**
 * How esbuild bundles a Worker as wrangler would: one module, with the .wasm beside it.
 * @satisfies {import("esbuild").BuildOptions}
 */
export const AS_WRANGLER = /** @type {const} */ ({
  bundle: true,
  format: "esm",
  target: "es2022",
  conditions: ["workerd", "worker", "browser"],
  external: ["node:*", "cloudflare:*"],
  loader: { ".wasm": "copy" },
  assetNames: "[name]",
  logLevel: "warning",
});

/**
 * A Worker's modules, as Miniflare takes them.
 * @typedef {{ type: "ESModule" | "CompiledWasm", path: string, contents: Buffer }} Module
 */

/**
 * @param {string} entry
 * @param {string} outdir
 * @returns {Promise<Module[]>}
 */
export async function bundleWorker(entry, outdir) {
  const { metafile } = await build({
    ...AS_WRANGLER,
    entryPoints: [entry],
    outdir,
    metafile: true,
  });
  return Promise.all(
    Object.keys(metafile.outputs).map(
      async (path) =>
        /** @type {Module} */ ({
          type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
          path: join(process.cwd(), path),
          contents: await readFile(path),
        }),
    ),
  ).then((modules) => modules.sort((one) => (one.type === "ESModule" ? -1 : 1)));
}

/**
 * Starts the relay; answers its URL and how to stop it. With `inspectorPort` its heap can be looked at; without `cron` nothing
 * wakes it but its own alarms; `silent` keeps workerd's words to itself; what it asks of the world goes to `outbound`, where there is one.
 * @param {{
 *   modules: Module[], outdir: string, port?: number, host?: string, storage: string, bindings: Record<string, string>,
 *   inspectorPort?: number, flags?: string[], cron?: boolean, silent?: boolean,
 *   outbound?: (request: any) => Promise<any>,
 * }} how
 */
export async function startRelay({
  modules,
  outdir,
  port,
  host = "127.0.0.1",
  storage,
  bindings,
  inspectorPort,
  flags = [],
  cron = true,
  silent = false,
  outbound,
}) {
  const miniflare = new Miniflare({
    host,
    port,
    // Beside it a socket of the Worker's own, for measurements: Miniflare puts a Worker of its own before the other one.
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    // Miniflare plays Cloudflare otherwise, and a visitor's own CF-Connecting-IP would be believed.
    cf: {},
    modulesRoot: outdir,
    modules,
    compatibilityDate: "2026-04-01",
    compatibilityFlags: flags,
    bindings,
    durableObjects: {
      OUTBOX: { className: "Outbox", useSQLite: true },
      GATE: { className: "Gate", useSQLite: true },
    },
    durableObjectsPersist: storage,
    unsafeTriggerHandlers: true,
    inspectorPort,
    outboundService: outbound,
    ...(silent && {
      handleRuntimeStdio: (
        /** @type {import("node:stream").Readable} */ stdout,
        /** @type {import("node:stream").Readable} */ stderr,
      ) => [stdout, stderr].forEach((stream) => stream.resume()),
    }),
  });
  const url = await miniflare.ready;
  const wake = async () => {
    try {
      const worker = await miniflare.getWorker();
      await worker.scheduled({ cron: "* * * * *" });
    } catch {
      // The next one comes in half a minute.
    }
  };
  // What was queued when the last relay stopped goes on at once, without waiting for a visitor.
  if (cron) await wake();
  const timer = cron ? setInterval(wake, CRON) : undefined;
  return {
    url: url.origin,
    direct: (await miniflare.unsafeGetDirectURL()).origin,
    inspector: inspectorPort === undefined ? undefined : await miniflare.getInspectorURL(),
    async stop() {
      clearInterval(timer);
      await miniflare.dispose();
    },
  };
}

/**
 * What the relay of the demo is given; the credentials are the sandbox's own and open nothing else.
 * @param {string} sandbox
 * @param {string} page
 */
export function demoBindings(sandbox, page) {
  return {
    PAGE_ORIGIN: page,
    SANDBOX: sandbox,
    SANDBOX_HOST: new URL(sandbox).host,
    SANDBOX_CLIENT_ID: "sandbox-client",
    SANDBOX_CLIENT_SECRET: "sandbox-secret",
    SANDBOX_BUSINESS_UNIT: "0Uv000000000001CAA",
    SANDBOX_KEY: "sandbox-key",
    RELAY_SECRET: "the demo signs its form tokens with this",
    OPERATOR_KEY: "demo-operator",
    VALUE_KEY: "demo-operator-values",
    TIME_SCALE: "1",
  };
}
