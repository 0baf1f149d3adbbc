// The release before and this one over one storage, in turn and at the same time: a gradual deployment, a rollback, and the
// minute in which a Worker is new and an object old. `fixtures/version-*` is the release before, made by `record-version.mjs`.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Miniflare } from "miniflare";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { bundleWorker, demoBindings } from "../www/demo/relay.mjs";
import { startSandbox } from "../www/demo/sandbox.mjs";
import { body, root, sandboxBinary, stand, until } from "./stand.mjs";

const BEFORE = `${root}tests/fixtures/version-0de5b66`;
const SYSTEMS = ["marketo", "pardot", "prospects"];
const PAGE = "http://127.0.0.1:1";

let folder;
const versions = {};
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "fieldpost-versions-"));
  const old = join(folder, "old");
  await mkdir(old);
  const files = [
    ["ESModule", "worker.js"],
    ["CompiledWasm", "fieldpost_bg.wasm"],
  ];
  const modules = await Promise.all(
    files.map(async ([type, name]) => {
      const contents = brotliDecompressSync(await readFile(`${BEFORE}/${name}.br`));
      await writeFile(join(old, name), contents);
      return { type, path: join(old, name), contents };
    }),
  );
  versions.old = { modules, outdir: old };
  for (const [name, worker] of [
    ["new", `${root}www/demo/worker.mjs`],
    ["keeps", `${root}tests/versions.worker.mjs`],
  ]) {
    const outdir = join(folder, name);
    versions[name] = { modules: await bundleWorker(worker, outdir), outdir };
  }
});
after(() => rm(folder, { recursive: true, force: true }));

let people = 0;
const lead = (name) => ({
  firstName: "Ann",
  lastName: "Lee",
  email: `${name}@example.org`,
  phone: `(212) 456-${3_000 + people++}`,
  consent: "yes",
});

/** What a test does with a relay, wherever it is. */
function visitorOf(relay, page) {
  const operator = async (path, method = "GET", said = undefined) => {
    const response = await fetch(`${relay()}/operator/${path}`, {
      method,
      body: said && JSON.stringify(said),
      headers: {
        authorization: "Bearer demo-operator",
        "fieldpost-value-key": "demo-operator-values",
      },
    });
    assert.equal(response.status, 200, `${path}: ${response.status}`);
    return response.json();
  };
  const post = (values, own, query = "") =>
    fetch(`${relay()}/leads/contact${query}`, {
      method: "POST",
      body: body(values, { v: "1", ...own }),
      headers: { accept: "application/json", origin: page() },
    });
  const send = async (values, own = {}) => {
    const response = await post(values, { key: `key-of-${values.email.split("@")[0]}`, ...own });
    assert.equal(response.status, 202, values.email);
    return (await response.json()).id;
  };
  const rows = () => operator("leads?limit=5000");
  const phases = async (id) =>
    Object.fromEntries(
      (await rows())
        .filter((row) => row.id.startsWith(id))
        .map(({ account, phase }) => [account, phase]),
    );
  const sum = async () => {
    const { shards } = await operator("status");
    return Object.fromEntries(
      ["queued", "review", "dead"].map((name) => [
        name,
        shards.reduce((all, shard) => all + shard[name], 0),
      ]),
    );
  };
  return { operator, post, send, rows, phases, sum };
}

test("in turn, killed in between: old, new, old, new; nothing is lost and nothing is there twice", {
  timeout: 300_000,
}, async () => {
  const at = await stand({ timeScale: 60, code: versions.old });
  try {
    const { operator, post, send, rows, phases, sum } = visitorOf(
      () => at.relay,
      () => at.page,
    );
    const held = async (email) =>
      (await at.leads())
        .filter((one) => one.email === email)
        .map(({ system }) => system)
        .sort();
    const all = [];
    const lives = ["old", "new", "old", "new"];
    for (const [n, version] of lives.entries()) {
      if (n > 0) {
        await at.killRelay();
        // What waited for a system waits no more; the quota stays used up.
        await at.faults([]);
        await at.startRelay(versions[version]);
      }
      const name = (what) => `${what}${n}`;
      const person = (what) => {
        all.push(lead(name(what)));
        return all.at(-1);
      };
      await at.faults([
        {
          operation: "prospects.prospect.upsert",
          key: `wait${n}@example.org`,
          fault: "status",
          status: 503,
          times: 1_000,
        },
        {
          operation: "pardot.prospect.create",
          key: `sent${n}@example.org`,
          fault: "hang_after",
          ms: 60_000,
        },
        {
          operation: "pardot.prospect.create",
          key: `dead${n}@example.org`,
          fault: "code",
          code: 166,
        },
        {
          operation: "prospects.prospect.upsert",
          key: `doubt${n}@example.org`,
          fault: "reset_after",
        },
        { operation: "marketo.lead.submitForm", fault: "code", code: 607, times: 1_000 },
      ]);
      const ids = {
        wait: await send(person("wait")),
        dead: await send(person("dead")),
        review: await send(person("review"), {
          token: `1.${Date.now().toString(36)}.x.${"0".repeat(64)}`,
        }),
        doubt: await send(person("doubt")),
        sent: await send(person("sent")),
      };
      const now = async (what, account, phase) =>
        until(
          async () => (await phases(ids[what]))[account] === phase,
          `${version} ${n}: ${what} to be ${phase}`,
          60_000,
        );
      await now("dead", "pardot", "dead");
      await now("review", "pardot", "review");
      await now("sent", "pardot", "sent");
      await now("doubt", "prospects", "done");
      await until(
        async () =>
          (await operator("status")).gates.some(
            ({ account, quota }) => account === "marketo" && quota !== null,
          ),
        "the used-up quota",
      );
      // What the lives before had goes on, and waits for a person still.
      assert.deepEqual(
        await sum(),
        { queued: 3 * (n + 1), review: n + 1, dead: n + 1 },
        `${version} ${n}`,
      );
      for (const [what, system] of [
        ["wait", "prospects"],
        ["doubt", "prospects"],
        ["sent", "pardot"],
      ]) {
        for (let life = 0; life < n; life++)
          await until(
            async () => (await held(`${what}${life}@example.org`)).includes(system),
            `${what}${life} in ${version} ${n}`,
            60_000,
          );
      }
      // A key of each life has its answer, and its values.
      for (const one of all) {
        const own = { key: `key-of-${one.email.split("@")[0]}` };
        assert.equal((await post(one, own)).status, 202, one.email);
        assert.equal((await post({ ...one, lastName: "Other" }, own)).status, 422, one.email);
      }
      assert.equal((await rows()).length, 3 * all.length, "no lead was taken twice");
    }
    await at.faults([]);
    assert.ok((await operator("replay?phase=dead", "POST")).every(({ moved }) => moved));
    assert.ok((await operator("replay?phase=review", "POST")).every(({ moved }) => moved));
    // A used-up quota is asked about once in 15 minutes, here 15 seconds.
    await until(
      async () => (await rows()).every(({ phase }) => phase === "done"),
      "all of them",
      60_000,
    );
    for (const { email } of all) assert.deepEqual(await held(email), SYSTEMS, email);
    assert.deepEqual(await sum(), { queued: 0, review: 0, dead: 0 });
    const { shards } = await operator("status");
    assert.equal(
      shards.reduce((bytes, shard) => bytes + shard.bytes, 0),
      0,
      "and nothing is counted that is not there",
    );
  } finally {
    await at.stop();
  }
});

test("a delivered lead that was corrected waits through the release before, and changes its own record", {
  timeout: 120_000,
}, async () => {
  const at = await stand({ timeScale: 60, code: versions.keeps });
  try {
    const { operator, send, phases, sum } = visitorOf(
      () => at.relay,
      () => at.page,
    );
    const { consent: _, phone: __, ...given } = lead("before");
    const id = await send(given);
    const is = (phase) =>
      until(async () => (await phases(id)).pardot === phase, `pardot: ${phase}`, 60_000);
    await is("done");
    const inPardot = async () =>
      (await at.leads()).filter(({ system }) => system === "pardot").map(({ email }) => email);
    assert.deepEqual(await inPardot(), [given.email]);
    await at.faults([
      { operation: "pardot.prospect.update", fault: "status", status: 503, times: 100_000 },
    ]);
    const email = "after@example.org";
    const { rows } = await operator("correct", "POST", { id, values: { ...given, email } });
    assert.deepEqual(
      rows.map(({ account, moved }) => [account, moved]),
      SYSTEMS.map((system) => [system, system === "pardot"]),
    );
    await is("waiting");
    await at.killRelay();
    await at.faults([]);
    await at.startRelay(versions.old);
    // Many times as long as it takes: it does not have the key of what is locked, and neither loses the lead nor makes anybody of it.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    assert.equal((await sum()).queued, 1);
    assert.deepEqual(await inPardot(), [given.email]);
    await at.killRelay();
    await at.startRelay(versions.keeps);
    await is("done");
    assert.deepEqual(await inPardot(), [email], "its own record, and nobody else");
  } finally {
    await at.stop();
  }
});

/** The Worker and the limiters of one version, the outboxes of the other: each speaks with each. */
for (const [first, second] of [
  ["new", "old"],
  ["old", "new"],
]) {
  describe(`side by side: the Worker and its gates are ${first}, the outboxes ${second}`, () => {
    let sandbox;
    let relay;
    let url;
    before(async () => {
      sandbox = await startSandbox(sandboxBinary, 0);
      const object = (className, scriptName) => ({ className, scriptName, useSQLite: true });
      const worker = (name, { modules, outdir }) => ({
        name,
        modulesRoot: outdir,
        modules,
        compatibilityDate: "2026-04-01",
        bindings: { ...demoBindings(sandbox.url, PAGE), TIME_SCALE: "60" },
        durableObjects: { OUTBOX: object("Outbox", "outboxes"), GATE: object("Gate", "relay") },
      });
      relay = new Miniflare({
        host: "127.0.0.1",
        port: 0,
        cf: false,
        workers: [worker("relay", versions[first]), worker("outboxes", versions[second])],
      });
      url = (await relay.ready).origin;
    });
    after(() => Promise.allSettled([relay?.dispose(), sandbox?.stop()]));

    const { operator, post, send, sum } = visitorOf(
      () => url,
      () => PAGE,
    );
    const control = async (path, given) =>
      (
        await fetch(
          `${sandbox.url}/_sandbox/${path}`,
          given && { method: "POST", body: JSON.stringify(given) },
        )
      )
        .json()
        .catch(() => null);
    /** A page that repeats its lead is told once every system has it. */
    const done = (values, own = {}) =>
      until(
        async () =>
          (await post(values, { key: `key-of-${values.email.split("@")[0]}`, ...own })).status ===
          200,
        "the delivery",
        60_000,
      );

    test("leads are taken once, and delivered", async () => {
      const { token } = await (
        await fetch(`${url}/leads/contact`, { headers: { origin: PAGE } })
      ).json();
      const one = lead(`beside-${first}`);
      const id = await send(one, { token });
      await done(one, { token });
      const own = { key: `key-of-beside-${first}`, token };
      const again = await post(one, own, "?wait=1");
      assert.deepEqual([again.status, (await again.json()).id], [200, id]);
      assert.equal((await post({ ...one, lastName: "Other" }, own)).status, 422);
      const many = Array.from({ length: 12 }, (_, n) => lead(`many${n}-${first}`));
      await Promise.all(many.map((each) => send(each)));
      for (const each of many) await done(each);
      const leads = await control("leads");
      for (const system of SYSTEMS)
        assert.equal(leads.filter((held) => held.system === system).length, 13, system);
    });

    test("what is refused, lost or suspected stands where it should, and is counted", async () => {
      const [dead, lost, spent] = ["dead", "lost", "spent"].map((what) => lead(`${what}-${first}`));
      await control("faults", [
        { operation: "pardot.prospect.create", key: dead.email, fault: "code", code: 166 },
        { operation: "prospects.prospect.upsert", key: lost.email, fault: "reset_after" },
        { operation: "auth.token", fault: "status", status: 503, times: 1 },
      ]);
      await Promise.all([send(dead), send(lost), send(spent, { token: "forged" })]);
      await done(lost);
      await until(
        async () =>
          JSON.stringify(await sum()) === JSON.stringify({ queued: 0, review: 1, dead: 1 }),
        "both",
        60_000,
      );
      const leads = await control("leads");
      assert.equal(
        leads.filter(({ system, email }) => system === "prospects" && email === lost.email).length,
        1,
      );
      const gates = (await operator("status")).gates.map(({ account, running, closed }) => [
        account,
        running,
        closed,
      ]);
      assert.deepEqual(
        gates,
        SYSTEMS.map((system) => [system, 0, null]),
      );
    });

    test("an operator whose Worker cannot read the others' lists is told so, and not half of them", async () => {
      const response = await fetch(`${url}/operator/leads`, {
        headers: { authorization: "Bearer demo-operator" },
      });
      if (response.status === 200) assert.equal((await response.json()).length, 3 * 16);
      else assert.ok(response.status >= 500, `${response.status}`);
    });

    test("the cron wakes the others' outboxes", async () => {
      const worker = await relay.getWorker("relay");
      await worker.scheduled({ cron: "* * * * *" });
    });
  });
}
