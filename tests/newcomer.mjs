// A stranger with Node alone: `npm create fieldpost`, `npm install`, `npm run dev`, and a lead that a real browser sends is in the
// sandbox. From the packed tarballs (`make pack` first), in a home of its own, without Rust in sight; part of `make test-all`.
//   node tests/newcomer.mjs [20.19 22 24]     the versions of Node; else the one that runs this
// What npm has fetched stays in NEWCOMER_CACHE or a temporary folder: the machine's minute is without the network's.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { launch } from "./browser.mjs";
import { blocksOf, pageText } from "./markdown.mjs";
import { startRegistry } from "./registry.mjs";
import { freePort, until } from "./stand.mjs";

/** What the machine may take of the five minutes, ms. */
const MACHINE = 60_000;
const cache = process.env.NEWCOMER_CACHE ?? join(tmpdir(), "fieldpost-newcomer");
const npm = join(
  dirname(execFileSync("sh", ["-c", "readlink -f $(command -v npm)"], { encoding: "utf8" })),
  "npm-cli.js",
);

// The quick start asks for these, and so does what follows, with answers for what is asked of a person.
assert.deepEqual(
  blocksOf(pageText("docs/start.md"))
    .filter(({ words }) => words.includes("start"))
    .flatMap(({ code }) => code.trim().split("\n")),
  ["npm create fieldpost leads", "cd leads", "npm install", "npm run dev"],
);

const registry = await startRegistry();
const browser = await launch();
let failed = 0;
try {
  for (const version of process.argv.length > 2 ? process.argv.slice(2) : [""]) {
    try {
      await newcomer(version);
    } catch (error) {
      failed++;
      console.log(`not ok Node ${version || process.version}: ${error.stack}`);
    }
  }
} finally {
  await browser.close();
  registry.stop();
}
process.exitCode = failed ? 1 : 0;

async function newcomer(version) {
  const node = await nodeOf(version);
  const home = mkdtempSync(join(tmpdir(), "fieldpost-home-"));
  const bin = join(home, "bin");
  mkdirSync(bin);
  // Node with its npm, and what every shell has; no cargo, no compiler of ours.
  symlinkSync(node, join(bin, "node"));
  for (const [name, script] of [
    ["npm", npm],
    ["npx", npm.replace(/npm-cli\.js$/, "npx-cli.js")],
  ])
    symlinkSync(script, join(bin, name));
  const env = {
    HOME: home,
    PATH: `${bin}:/usr/bin:/bin`,
    npm_config_registry: registry.url,
    npm_config_cache: join(cache, "npm"),
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
  const run = (command, cwd = home) =>
    new Promise((resolve, reject) =>
      execFile(
        "sh",
        ["-c", command],
        { cwd, env, timeout: 300_000, maxBuffer: 1 << 24 },
        (error, stdout, stderr) =>
          error && ![3, 4].includes(error.code)
            ? reject(new Error(`${command}: ${stderr || stdout || error.message}`))
            : resolve({ stdout, stderr, code: error?.code ?? 0 }),
      ),
    );
  let dev;
  try {
    const { stdout: shown } = await run("node --version; command -v cargo rustc || true");
    assert.match(shown.trim(), /^v[\d.]+$/, "no Rust is in the path");

    // The package alone says what to install.
    const lone = await run("mkdir lone && cd lone && npx --yes fieldpost dev");
    assert.equal(lone.code, 4);
    assert.match(lone.stderr, /npm create fieldpost/);

    const times = [];
    const timed = async (what, work) => {
      const began = Date.now();
      const result = await work;
      times.push([what, Date.now() - began]);
      return result;
    };
    await timed(
      "create",
      run("npm create --yes fieldpost leads -- --system marketo --origin https://www.example.com"),
    );
    const project = join(home, "leads");
    await timed("install", run("npm install --loglevel=error", project));
    const ports = {
      PAGE_PORT: await freePort(),
      RELAY_PORT: await freePort(),
      SANDBOX_PORT: await freePort(),
    };
    dev = spawn("sh", ["-c", "exec npm run --silent dev"], {
      cwd: project,
      env: { ...env, ...ports },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const lines = [];
    let said = "";
    createInterface({ input: dev.stdout }).on("line", (line) => lines.push(line));
    dev.stderr.setEncoding("utf8").on("data", (text) => (said += text));
    await timed(
      "dev",
      until(
        () => {
          assert.equal(dev.exitCode, null, said);
          return lines.length > 0;
        },
        "the ready line",
        120_000,
      ),
    );
    const [, page, relay, sandbox] =
      /^ready page=(\S+) relay=(\S+) sandbox=(\S+)$/.exec(lines[0]) ?? assert.fail(lines[0]);
    const email = "ann.lee@harbor-plumbing.com";
    await timed("lead", lead(page, sandbox, email));

    // Nothing stays behind but the storage.
    const gone = new Promise((resolve) => dev.once("exit", resolve));
    process.kill(-dev.pid, "SIGINT");
    await gone;
    for (const url of [page, relay, sandbox])
      await assert.rejects(fetch(url), `${url} still answers`);
    assert.deepEqual(lines.length, 1, "one line, and no other");
    assert.ok(existsSync(join(project, ".wrangler/state")), "no storage");
    for (const name of [
      "fieldpost",
      "fieldpost-cli",
      "fieldpost-sandbox",
      "fieldpost-sandbox-linux-x64",
    ]) {
      const { scripts = {} } = JSON.parse(
        readFileSync(join(project, "node_modules", name, "package.json"), "utf8"),
      );
      assert.deepEqual(Object.keys(scripts), [], `${name} has scripts`);
    }
    await checked(project, run);
    const total = times.reduce((sum, [, ms]) => sum + ms, 0);
    console.log(
      `ok Node ${shown.trim()}: ${(total / 1000).toFixed(1)} s of the machine (${times.map(([what, ms]) => `${what} ${(ms / 1000).toFixed(1)}`).join(", ")})`,
    );
    if (process.env.NEWCOMER_TIMES !== "show")
      assert.ok(total <= MACHINE, `the machine took ${total} ms of ${MACHINE}`);
  } finally {
    try {
      if (dev && dev.exitCode === null) process.kill(-dev.pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** `check` finds what is wrong and says its name; `deploy` refuses what would store nothing. */
async function checked(project, run) {
  const check = async (flags = "") => {
    const { code, stdout } = await run(`npx fieldpost check --json ${flags}`, project);
    return { code, codes: JSON.parse(stdout).findings.map((one) => one.code) };
  };
  assert.deepEqual(await check(), { code: 0, codes: [] });
  const mistakes = [
    [
      "wrangler.jsonc",
      '"GATE", "class_name": "Gate"',
      '"GATES", "class_name": "Gate"',
      "config.binding",
    ],
    ["wrangler.jsonc", '["Outbox", "Gate"]', '["Outbox"]', "config.migration"],
    ["wrangler.jsonc", "src/relay.js", "src/relays.js", "config.main"],
    [".dev.vars", "RELAY_SECRET=", "RELAY_SECRET=short\nNOTHING=", "secret.short"],
    [
      ".dev.vars",
      "PAGE_ORIGINS=http://localhost:8788",
      "PAGE_ORIGINS=http://localhost:8788/form",
      "origin.exact",
      // Taken as it is meant, and only said.
      0,
    ],
    [
      "public/index.html",
      'action="http://127.0.0.1:8789',
      'action="http://127.0.0.1:9999',
      "page.action",
    ],
    ["src/relay.js", 'kind: "email"', 'kind: "nothing"', "options.kind"],
  ];
  for (const [file, right, wrong, code, exit = 3] of mistakes) {
    const text = readFileSync(join(project, file), "utf8");
    assert.ok(text.includes(right), `${file} has no ${right}`);
    writeFileSync(join(project, file), text.replace(right, wrong));
    const found = await check();
    assert.equal(found.code, exit, `${code}: ${found.codes}`);
    assert.ok(found.codes.includes(code), `${code}: ${found.codes}`);
    writeFileSync(join(project, file), text);
  }
  const refused = await run("npx fieldpost deploy --dry-run", project);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /PAGE_ORIGINS[\s\S]*No lead would be stored/);
  const file = join(project, "wrangler.jsonc");
  writeFileSync(file, readFileSync(file, "utf8").replace("www.example.com", "www.acme.co"));
  const dry = await run("npx fieldpost deploy --dry-run --json", project);
  assert.deepEqual([dry.code, JSON.parse(dry.stdout)], [0, { deployed: false }], dry.stderr);
}

/** Fills the form as somebody does who can use a keyboard, and waits for the lead. */
async function lead(page, sandbox, email) {
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    await tab.goto(page);
    await tab.locator("form[data-fieldpost-state]").waitFor();
    await tab.getByLabel("First name").fill("Ann");
    await tab.getByLabel("Last name").fill("Lee");
    await tab.getByLabel("E-mail").fill(email);
    await tab.getByLabel("Phone").fill("212 456 7890");
    await tab.getByLabel("You may contact me").check();
    // Nobody is that fast, and the relay knows it.
    await tab.waitForTimeout(2_500);
    await tab.getByRole("button", { name: "Send" }).click();
    await tab.getByRole("heading", { name: "Thank you" }).waitFor();
  } finally {
    await context.close();
  }
  await until(async () => {
    const leads = await (await fetch(`${sandbox}/_sandbox/leads`)).json();
    return leads.some((one) => one.email === email && one.fields.phone === "+12124567890");
  }, "the lead in the sandbox");
}

/** Another version of Node comes as npm's package of it. */
async function nodeOf(version) {
  if (!version) return process.execPath;
  const folder = join(cache, `node-${version}`);
  const program = join(folder, "node_modules/node/bin/node");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    execFileSync(
      "npm",
      ["install", "--prefix", folder, "--no-audit", "--no-fund", `node@${version}`],
      { stdio: "ignore" },
    );
  }
  return program;
}
