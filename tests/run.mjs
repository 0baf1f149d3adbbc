// Runs the JavaScript suites one after another, each in a process of its own: they start servers and browsers, and two
// cores are few.
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

const suites = process.argv.slice(2);
const files = (suites.length > 0 ? suites : readdirSync(folder).filter((name) => name.endsWith(".test.mjs")).sort()).map((name) => `${folder}${name}`);
const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files], { stdio: "inherit" });
process.exit(status ?? 1);
