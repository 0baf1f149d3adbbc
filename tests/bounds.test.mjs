// Nothing grows by what a stranger or an operator sends. Each thing that outlives a request is in the table below with what
// bounds it, and one that is not in it fails the first test; the others fill what has a number.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { strangersRun } from "./faults/strangers.mjs";
import { ask, body, root, stand, until } from "./stand.mjs";

/** Its keys are the owner's: forms, accounts, secrets, zones and hosts, as many as the relay's options have. */
const OWNER = "the owner's options";
/** One value, replaced and never added to. */
const ONE = "one";

/** Where it is, what bounds it. A number is held by `Limited`, or by a test below. */
const BOUNDS = {
  "http/answer.ts kept": 100,
  "http/share.ts seen": 50_000,
  "http/share.ts salted": ONE,
  "lead/check.ts forms": OWNER,
  "host/hash.ts keys": 16,
  "http/policy.ts hash": ONE,
  "pages/language.ts NAMES": "the languages",
  "limiter/machine.ts memory": "a token, and who waits: as many as the outboxes have out",
  "limiter/refresh.ts held": OWNER,
  "limiter/machine.ts askers": "as many as the outboxes have out",
  "outbox/polls.ts rings": "256 that wait",
  "http/problem.ts ROWS": "the table of answers",
  "outbox/shards.ts kept": ONE,
  "outbox/shards.ts ids": "200 names for each of the Worker's bindings",
  "options.ts source": ONE,
  "options.ts resolved": ONE,
  "options.ts found": OWNER,
  "lead/persons.ts common": ONE,
  "lead/persons.ts made": OWNER,
  "lead/locked.ts made": OWNER,
  "storage/ruling.ts checked": "one portion of leads, 200",
  "relay.ts DOORS": "the first parts of paths",
  "relay.ts tidied": ONE,
  "limiter/reset.ts formats": 32,
  "http/seal.ts made": 16,
  "core.ts wasm": ONE,
  "core.ts own": ONE,
  "core.ts words": "a sentence for each code",
  "pack.ts tape": "the last answer",
  "pack.ts at": 1,
  "pack.ts names": "the last answer's form",
  "core.ts make": ONE,
  "core.ts input": "three times the largest body",
  "core.ts buffer": ONE,
  "core.ts instance": ONE,
  "core.ts inside": ONE,
  "pack.ts heads": OWNER,
  "edge.ts glue": ONE,
  "host.ts appointed": ONE,
  "host.ts memory": ONE,
  "workerd.ts loaded": ONE,
  "waits.ts waiting": "the owner's own calls, each until its time",
  "outbox/acceptance.ts arrived": "1,000 leads and 16 Mi characters, until the next write",
  "storage/tally.ts saved": ONE,
  "storage/operator-store.ts counters": "300 names",
  "table parts": "the limiter's own bounds (src/relay/limiter.rs)",
  "table meta": "the version, and when the registry looked",
  "table counts": "every number of shards that the owner had",
  "table tally": "one row",
  "table leads":
    "maxReview, maxBytes; what is finished goes after 8 days, or as many as the owner says",
  "table deliveries": "as leads",
  "table renders": "as leads; gone with the delivery",
  "table accounts": OWNER,
  "table sums": "forms, accounts, and codes of what waits for a person",
  "table known_persons": "as leads",
  "table kept_values": "as leads, for as long as the owner says",
  "table reconciled": OWNER,
  "table vanished": "as leads",
  "outbox/reconciler.ts states": OWNER,
  "table hours": "forms and accounts, for 32 days of hours",
  "table later": "200 that are done; what is not done by the people who rule",
  "table sessions": "1,000",
  "table audit": "20,000 lines",
  "table passes": "1,000",
  "table alerts": "10 channels, 500 incidents of each",
  "operator/access.ts known": 1,
  "table spent": 500_000,
  "table running": 10_000,
  "table claims": 2_000_000,
};

const within = (folder) =>
  readdirSync(`${root}pkg/src/${folder}`, { recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [name, `${root}pkg/src/${folder}/${name}`]);
const sources = {
  ...Object.fromEntries([...within("relay"), ...within("client")]),
  ...Object.fromEntries(
    ["core.ts", "edge.ts", "host.ts", "pack.ts", "send.ts", "errors.ts"].map((name) => [
      name,
      `${root}pkg/src/core/${name}`,
    ]),
  ),
  "workerd.ts": `${root}pkg/src/entry/workerd.ts`,
};

/** What may outlive a request: a variable of a module, and a collection that a module or an object has. */
const KEPT = [
  /^(?:export )?let (\w+)/gm,
  /^(?:export )?const (\w+)\b[^=\n]*= (?:new (?:Map|Set|WeakMap|Limited|EventTarget)\b|\[\];|\{\};)/gm,
  /^ +(?:readonly |private |static |override )*(\w+)(?:: [^=\n]+)? = (?:new (?:Map|Set|WeakMap|Limited|EventTarget)\b|\[\];|\{\};)/gm,
];

test("what outlives a request is in the table, and nothing else is", () => {
  const found = [];
  for (const [name, path] of Object.entries(sources)) {
    const text = readFileSync(path, "utf8");
    // The operator's page runs in a browser, not in the Worker.
    if (name.startsWith("pages/operator/")) continue;
    for (const pattern of KEPT)
      for (const [, what] of text.matchAll(pattern)) found.push(`${name} ${what}`);
    for (const [, what] of text.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g))
      found.push(`table ${what}`);
    for (const [, what, most] of text.matchAll(/const (\w+) = new Limited<.*>\(([\d_]+)\)/g)) {
      assert.equal(Number(most.replaceAll("_", "")), BOUNDS[`${name} ${what}`], `${name} ${what}`);
    }
  }
  assert.deepEqual([...new Set(found)].sort(), Object.keys(BOUNDS).sort());
});

test("a map with a bound keeps what is new, and lets the oldest go", async () => {
  const { Limited } = await import("../pkg/dist/relay/host/limited.js");
  const map = new Limited(100);
  for (let n = 0; n < 10_000; n++) map.set(n, n);
  assert.deepEqual([map.size, map.has(9_900), map.has(9_899)], [100, true, false]);
  map.set(9_900, "again");
  assert.equal(map.size, 100);
});

test("two secrets are the same or not, whatever they are, and nothing of them is kept", async () => {
  const { same } = await import("../pkg/dist/relay/host/hash.js");
  for (const [one, other] of [
    ["", ""],
    ["a", "a"],
    ["a", "b"],
    ["a", "aa"],
    ["key", "Key"],
    ["x".repeat(10_000), "x".repeat(10_000)],
    ["é", "e\u0301"],
  ]) {
    assert.equal(await same(one, other), one === other, `${one.slice(0, 9)} ${other.slice(0, 9)}`);
  }
  const { importKey } = crypto.subtle;
  let made = 0;
  crypto.subtle.importKey = (...given) => made++ || importKey.apply(crypto.subtle, given);
  try {
    for (let n = 0; n < 100; n++) await same(`wrong ${n}`, "the key");
  } finally {
    delete crypto.subtle.importKey;
  }
  assert.equal(made, 0);
});

describe("filled by a stranger", () => {
  let at;
  before(async () => {
    at = await stand({
      worker: `${root}tests/operator-store.worker.mjs`,
      bindings: { SHARDS: "1" },
    });
  });
  after(() => at.stop());
  const fill = async (what, count) =>
    (
      await (
        await ask(`${at.relay}/test/fill`, {
          method: "POST",
          body: JSON.stringify({ what, count }),
        })
      ).json()
    )[0];

  for (const table of ["spent", "running", "claims"]) {
    test(`the table ${table} ends at its bound, and whoever comes next is remembered all the same`, async () => {
      const most = table === "claims" ? 50_000 : BOUNDS[`table ${table}`];
      const { held, newest } = await fill(table, most + 1_500);
      assert.ok(held <= most, `${held}`);
      assert.equal(newest, 1_000);
    });
  }

  test("counters have at most 300 names, and then one for all others", async () => {
    const { held } = await fill("counters", 10_000);
    assert.ok(held <= 304, `${held}`);
    const text = await (
      await fetch(`${at.relay}/operator/metrics`, {
        headers: { authorization: "Bearer demo-operator" },
      })
    ).text();
    assert.match(text, /fieldpost_died_total\{code="other"\} \d{4}/);
  });

  test("leads that arrive at once wait for one write up to a bound; the others are told to come again", async () => {
    const { held, full } = await fill("arrived", 5_000);
    assert.deepEqual([held, full], [1_000, 4_000]);
    assert.ok((await fill("bodies", 100)).held <= 16);
  });

  test("what is finished goes after 8 days, though nothing comes and no alarm rings", async () => {
    assert.equal((await fill("leads", 900)).held, 0);
  });

  test("an outbox has at most ten calls out for each account, whatever waits", async () => {
    await at.faults([
      { operation: "marketo.lead.submitForm", fault: "hang", ms: 1_000, times: 1_000 },
      { operation: "prospects.prospect.upsert", fault: "hang", ms: 1_000, times: 1_000 },
    ]);
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        fetch(at.form, {
          method: "POST",
          body: body(
            { firstName: "Ann", lastName: "Lee", email: `out${n}@example.org` },
            { key: crypto.randomUUID() },
          ),
          headers: { accept: "application/json", origin: at.page },
        }),
      ),
    );
    const { held, accounts, budgets } = await until(async () => {
      const now = await fill("sets", 0);
      return now.held >= 10 && now;
    }, "calls that hang");
    assert.ok(
      held <= 20 && accounts <= 2 && budgets <= held + 2,
      `${held} out, ${accounts} accounts, ${budgets} budgets`,
    );
  });

  test("an operator's body ends at a mebibyte, and its ids at ten thousand", async () => {
    const operator = (text) =>
      ask(`${at.relay}/operator/replay`, {
        method: "POST",
        body: text,
        headers: { authorization: "Bearer demo-operator" },
      });
    assert.equal((await operator(JSON.stringify({ ids: ["x".repeat(2 << 20)] }))).status, 413);
    const chunks = new ReadableStream({
      start: (to) => {
        for (let n = 0; n < 17; n++) to.enqueue(new Uint8Array(1 << 16).fill(32));
        to.close();
      },
    });
    const cut = await fetch(`${at.relay}/operator/replay`, {
      method: "POST",
      duplex: "half",
      body: chunks,
      headers: { authorization: "Bearer demo-operator" },
    }).catch((error) => error);
    // Whoever still sends when the answer is there may find the connection closed.
    assert.ok(
      cut.status === 413 || /ECONNRESET|EPIPE/.test(cut.cause?.code),
      String(cut.status ?? cut.cause),
    );
    assert.equal(
      (await operator(JSON.stringify({ ids: Array.from({ length: 20_000 }, String) }))).status,
      200,
    );
  });
});

test("strangers over 32 connections leave nothing behind", { timeout: 300_000 }, async () => {
  const found = await strangersRun({ seconds: Number(process.env.STRANGERS ?? 9) });
  const others = Object.keys(found.answers).filter((name) => !/: (2|4)\d\d$/.test(name));
  assert.deepEqual(others, [], JSON.stringify(found.answers));
  assert.ok(found.heap <= 1.08, JSON.stringify(found));
  console.log(
    `# ${found.requests} requests, the heap ${found.heap} of what it was after a third, memory ${found.ratio} of the echo's`,
  );
});
