// The relay on a machine of your own: the same Worker on workerd, with its storage on disk. Every variable of the environment is
// a binding of the relay.
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { mkdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

const { HOST = "127.0.0.1", PORT = "8787", STORAGE = "storage" } = process.env;
/** How often every outbox is woken, should an alarm have been lost. */
const WAKE = 30_000;

const built = resolve(STORAGE, "worker");
await mkdir(built, { recursive: true });
const { metafile } = await build({
  entryPoints: ["src/relay.js"],
  outdir: built,
  bundle: true,
  format: "esm",
  target: "es2022",
  conditions: ["workerd", "worker", "browser"],
  external: ["node:*", "cloudflare:*"],
  loader: { ".wasm": "copy" },
  assetNames: "[name]",
  logLevel: "warning",
  metafile: true,
});
const modules = await Promise.all(
  Object.keys(metafile.outputs)
    // The module that is run comes first.
    .sort((one) => (one.endsWith(".js") ? -1 : 1))
    .map(async (path) => ({
      type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: join(built, basename(path)),
      contents: await readFile(path),
    })),
);

const miniflare = new Miniflare({
  host: HOST,
  port: Number(PORT),
  // Miniflare plays Cloudflare otherwise, and a visitor's own CF-Connecting-IP would be believed.
  cf: {},
  modulesRoot: built,
  modules,
  compatibilityDate: "2026-04-01",
  bindings: { ...process.env },
  durableObjects: {
    OUTBOX: { className: "Outbox", useSQLite: true },
    GATE: { className: "Gate", useSQLite: true },
  },
  durableObjectsPersist: resolve(STORAGE, "objects"),
  unsafeTriggerHandlers: true,
});
const url = await miniflare.ready;

async function wake() {
  try {
    await (await miniflare.getWorker()).scheduled({ cron: "* * * * *" });
  } catch (error) {
    // The next one comes in half a minute.
    console.error(`wake: ${error.message}`);
  }
}
await wake();
const timer = setInterval(wake, WAKE);

for (const signal of ["SIGINT", "SIGTERM"])
  process.removeAllListeners(signal).once(signal, async () => {
    clearInterval(timer);
    await miniflare.dispose();
    process.exit(0);
  });
console.log(`ready relay=${url.origin}`);
