// Runs the JavaScript suites, each in a process of its own: all of them, or those that are named.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

if (!existsSync(CHROMIUM)) {
  const install = "apt-get install --yes --no-install-recommends chromium";
  const contained =
    existsSync("/.dockerenv") ||
    /docker|containerd|lxc/.test(readFileSync("/proc/1/cgroup", "utf8"));
  if (process.getuid?.() !== 0 || !(process.env.CI || contained)) {
    console.error(`tests: Chromium is missing; run: sudo ${install}`);
    process.exit(1);
  }
  for (const command of ["apt-get update --quiet", install]) {
    const done = spawnSync("sh", ["-c", command], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (done.status !== 0) process.exit(1);
  }
}

const cores = availableParallelism();
/** A suite that never ends is one that has failed. */
const TIMEOUT = 900_000;

/** How many suites of a kind run at once, and which: the long ones first, so that none of them is left over when all others are done. */
const KINDS = [
  // What hardly needs a core and mostly waits for the relay's own times. These are divided, so that a machine without a core
  // to spare would be late for them.
  {
    atOnce: Math.min(8, 2 * cores),
    suites: [
      "platform",
      "accounts",
      "faults",
      "matrix",
      "room",
      "trouble",
      "gone",
      "operator-store",
      "canaries",
      "shards",
      "versions",
      "origins",
      "erasure",
      "alerts",
      "reconcile",
      "finding",
      "alike",
      "rulings",
      "locked",
      "trial",
      "corrected",
      "desk",
      "upgrade",
      "persons",
      "sealed",
      "deadlines",
    ],
  },
  // Browsers, and whatever computes.
  {
    atOnce: cores,
    suites: [
      "browser-outbox",
      "answers",
      "browser-attach",
      "browser-markup",
      "browser-look",
      "guard",
      "identical",
    ],
  },
  // What measures a pace, a time or the memory, or presses a relay as hard as it can: nothing runs beside it.
  { atOnce: 1, suites: ["bounds", "commit", "connections", "full", "kills"] },
];

const all = readdirSync(folder)
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => name.slice(0, -9))
  .sort();
const named = process.argv.slice(2).map((name) => name.replace(/\.test\.mjs$/, ""));
const kinds = KINDS.flatMap(({ suites }) => suites);
const lacking = [...kinds, ...named].filter((name) => !all.includes(name));
if (lacking.length > 0) throw new Error(`tests: there is no suite ${lacking.join(", ")}`);
// What is of no kind is short, and computes.
KINDS[1].suites.push(...all.filter((name) => !kinds.includes(name)));

/** @type {string[]} */
const failed = [];
for (const { atOnce, suites } of KINDS) {
  const files = suites
    .filter((name) => named.length === 0 || named.includes(name))
    .map((name) => `${folder}${name}.test.mjs`);
  if (files.length === 0) continue;
  const events = run({ files, concurrency: atOnce, timeout: TIMEOUT });
  events.on("test:fail", ({ file, name, details }) => {
    const error = /** @type {Error & { failureType?: string, cause?: Error }} */ (details.error);
    // A suite fails with its tests: what these say is enough.
    if (error.failureType !== "subtestsFailed")
      failed.push(
        `${basename(String(file))}: ${name}: ${(error.cause ?? error).stack ?? error.cause}`,
      );
  });
  await pipeline(events.compose(new spec()), process.stdout, { end: false });
}
if (failed.length > 0) {
  // Last of all, for whoever keeps only the end of a long output.
  console.error(`tests: ${failed.length} failed\n${failed.join("\n")}`);
  process.exitCode = 1;
}
