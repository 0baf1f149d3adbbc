// Runs the JavaScript suites, each in a process of its own. Most of them wait for servers and browsers, so that two share
// two cores; those that measure a pace, a time or the memory run alone.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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

const ALONE = ["bounds", "commit", "faults", "full", "guard", "kills", "matrix", "pace", "platform"].map((name) => `${name}.test.mjs`);

const suites = process.argv.slice(2);
const files = suites.length > 0 ? suites : readdirSync(folder).filter((name) => name.endsWith(".test.mjs")).sort();
const run = (some, atOnce) => {
  if (some.length === 0) return 0;
  const { status } = spawnSync(process.execPath, ["--test", `--test-concurrency=${atOnce}`, "--test-reporter=spec", ...some.map((name) => `${folder}${name}`)], { stdio: "inherit" });
  return status ?? 1;
};
const found = [run(files.filter((name) => !ALONE.includes(name)), 2), run(files.filter((name) => ALONE.includes(name)), 1)];
process.exit(Math.max(...found));
