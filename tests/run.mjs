// Runs the JavaScript suites, each in a process of its own. Most of them wait for servers, browsers and the relay's own
// times, so that several share a core; those that measure a pace, a time or the memory run alone.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { pipeline } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

if (!existsSync(CHROMIUM)) {
  const install = "apt-get install --yes --no-install-recommends chromium";
  const contained = existsSync("/.dockerenv") || /docker|containerd|lxc/.test(readFileSync("/proc/1/cgroup", "utf8"));
  if (process.getuid?.() !== 0 || !(process.env.CI || contained)) {
    console.error(`tests: Chromium is missing; run: sudo ${install}`);
    process.exit(1);
  }
  for (const command of ["apt-get update --quiet", install]) {
    const done = spawnSync("sh", ["-c", command], { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    if (done.status !== 0) process.exit(1);
  }
}

/** What measures, or presses a relay as hard as it can: nothing runs beside it. */
const ALONE = ["bounds", "commit", "faults", "full", "guard", "kills", "platform"];
/** The longest of the others, which begin first, so that none of them is left over when all else is done. */
const LONG = ["matrix", "accounts", "browser-outbox"];
/** More than eight would only wait for each other. */
const AT_ONCE = Math.min(8, 2 * availableParallelism());

const named = process.argv.slice(2).map((name) => name.replace(/(\.test\.mjs)?$/, ""));
const all = readdirSync(folder).filter((name) => name.endsWith(".test.mjs")).map((name) => name.slice(0, -9)).sort();
const lacking = [...ALONE, ...LONG, ...named].filter((name) => !all.includes(name));
if (lacking.length > 0) throw new Error(`tests: there is no suite ${lacking.join(", ")}`);

/** Resolves when all of them have ended. */
function ended(suites, concurrency) {
  if (suites.length === 0) return Promise.resolve();
  const events = run({ files: suites.map((name) => `${folder}${name}.test.mjs`), concurrency });
  events.on("test:fail", () => (process.exitCode = 1));
  return pipeline(events.compose(new spec()), process.stdout, { end: false });
}

const wanted = named.length > 0 ? named : all;
const together = [...LONG, ...all.filter((name) => !LONG.includes(name))].filter((name) => wanted.includes(name) && !ALONE.includes(name));
await ended(together, AT_ONCE);
await ended(wanted.filter((name) => ALONE.includes(name)), 1);
