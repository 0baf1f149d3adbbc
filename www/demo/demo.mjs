// `make demo`: the sandbox, the relay and the page on this machine, until it is told to stop.
import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { startPage } from "./page.mjs";
import { bundleWorker, demoBindings, startRelay } from "./relay.mjs";
import { startSandbox } from "./sandbox.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const ports = {
  page: Number(process.env.PAGE_PORT ?? 8788),
  relay: Number(process.env.RELAY_PORT ?? 8789),
  sandbox: Number(process.env.SANDBOX_PORT ?? 8790),
};
// Another demo on other ports keeps its own.
const work = `${root}.demo/${ports.relay}`;
const GONE = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };
let made = false;
const running = [];

main().catch(fail);

async function main() {
  for (const [name, port] of Object.entries(ports)) await mustBeFree(name, port);
  stopOnSignals();
  leaveWithMake();
  // A demo begins empty; what a relay keeps lives in its own folder.
  await rm(work, GONE);
  await mkdir(`${work}/storage`, { recursive: true });
  made = true;

  const sandbox = await startSandbox(
    process.env.SANDBOX_BIN ?? `${root}target/debug/fieldpost-sandbox`,
    ports.sandbox,
  );
  running.push(sandbox);
  const pageUrl = `http://127.0.0.1:${ports.page}`;
  const modules = await bundleWorker(`${root}www/demo/worker.mjs`, `${work}/worker`);
  const relay = await startRelay({
    modules,
    outdir: `${work}/worker`,
    port: ports.relay,
    storage: `${work}/storage`,
    bindings: demoBindings(sandbox.url, pageUrl),
  });
  running.push(relay);
  // Miniflare listens too, and would exit before the others have stopped.
  stopOnSignals();
  const page = await startPage({ folder: `${root}www`, relay: relay.url, port: ports.page });
  running.push(page);
  console.log(`ready page=${page.url} relay=${relay.url} sandbox=${sandbox.url}`);
}

async function mustBeFree(name, port) {
  await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", () =>
      reject(
        new Error(
          `port ${port} for the ${name} is busy: set ${name.toUpperCase()}_PORT to another one`,
        ),
      ),
    );
    probe.listen(port, "127.0.0.1", () => probe.close(resolve));
  });
}

function stopOnSignals() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.removeAllListeners(signal).once(signal, stop);
}

let stopping = false;

async function stop() {
  if (stopping) return;
  stopping = true;
  // Even a part that hangs may not keep the others.
  setTimeout(() => process.exit(1), 10_000).unref();
  await Promise.allSettled(running.reverse().map((part) => part.stop()));
  if (made) await rm(work, GONE);
  process.exit(process.exitCode ?? 0);
}

async function fail(error) {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
  await stop();
}

/**
 * `make` that is interrupted alone (`kill -INT`) does not tell its recipe but waits for it, with the signal blocked; and
 * one that is killed leaves it behind. Neither may leave the demo running.
 */
function leaveWithMake() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent || interrupted(parent)) void stop();
  }, 500).unref();
}

function interrupted(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    if (!/^Name:\s+make$/m.test(status)) return false;
    const blocked = Number.parseInt(/^SigBlk:\s+(\S+)$/m.exec(status)?.[1].slice(-8) ?? "0", 16);
    const SIGINT_BIT = 1 << 1;
    return (blocked & SIGINT_BIT) !== 0;
  } catch {
    // No /proc here: Ctrl-C reaches the whole group anyway.
    return false;
  }
}
