// `make demo` as its user sees it: one line when it is ready, and nothing left behind.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePort, root, sandboxBinary, until } from "./stand.mjs";

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`the demo says when it is ready, serves, and takes everything along on ${signal}`, async (t) => {
    const ports = {
      PAGE_PORT: await freePort(),
      RELAY_PORT: await freePort(),
      SANDBOX_PORT: await freePort(),
    };
    const demo = start(t, ports);
    await until(
      () => demo.out.includes("\n") || demo.child.exitCode !== null,
      "the line of the demo",
      60_000,
    );
    const [page, relay, sandbox] = Object.values(ports).map((port) => `http://127.0.0.1:${port}`);
    assert.equal(demo.out, `ready page=${page} relay=${relay} sandbox=${sandbox}\n`, demo.err);

    const html = await (await fetch(page)).text();
    assert.ok(html.includes(`<form action="${relay}/leads/contact"`));
    const { spec } = await (await fetch(`${relay}/leads/contact`)).json();
    assert.deepEqual(Object.keys(spec.fields), [
      "firstName",
      "lastName",
      "email",
      "phone",
      "company",
      "labels",
      "consent",
    ]);
    assert.deepEqual(await (await fetch(`${sandbox}/_sandbox/ledger`)).json(), []);

    const children = await descendants(demo.child.pid);
    const names = children.map(({ name }) => name);
    assert.ok(
      names.includes("workerd") && names.some((name) => name.startsWith("fieldpost-sand")),
      String(names),
    );
    demo.child.kill(signal);
    assert.deepEqual(await demo.exit, [0, null], demo.err);
    await until(
      async () => (await Promise.all(children.map(isAlive))).every((alive) => !alive),
      "the end of the demo's children",
      60_000,
    );
    for (const url of [page, relay, sandbox]) await assert.rejects(fetch(url));
  });
}

test("a port that is taken is named in one sentence, and nothing is started", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.after(() => taken.close());
  const { port } = taken.address();
  const demo = start(t, {
    PAGE_PORT: await freePort(),
    RELAY_PORT: port,
    SANDBOX_PORT: await freePort(),
  });
  assert.deepEqual(await demo.exit, [1, null]);
  assert.equal(
    demo.err,
    `demo: port ${port} for the relay is busy: set RELAY_PORT to another one\n`,
  );
  assert.equal(demo.out, "");
});

/** Starts the demo as the Makefile does. */
function start(t, ports) {
  const env = {
    ...process.env,
    SANDBOX_BIN: sandboxBinary,
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
  };
  const child = spawn(process.execPath, ["www/demo/demo.mjs"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const demo = { child, out: "", err: "", exit: once(child, "close") };
  child.stdout.on("data", (data) => (demo.out += data));
  child.stderr.on("data", (data) => (demo.err += data));
  t.after(async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await demo.exit;
  });
  return demo;
}

/** The processes below `pid`, children of children included. */
async function descendants(pid) {
  const all = (
    await Promise.all(
      (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(processOf),
    )
  ).filter(Boolean);
  const below = (parent) =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

async function processOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const found = /^(\d+) \((.*)\) (\S) (\d+) (?:\S+ ){17}(\d+)/s.exec(stat);
  return (
    found && {
      pid: Number(found[1]),
      name: found[2],
      state: found[3],
      parent: Number(found[4]),
      started: found[5],
    }
  );
}

/** A pid may be given to another process, but not with the same start. */
async function isAlive({ pid, started }) {
  const now = await processOf(pid);
  return now !== null && now.started === started && now.state !== "Z";
}
