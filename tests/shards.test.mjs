// More or fewer shards: no lead is taken twice, and none is left unseen, whatever the numbers were and however many Workers
// with other numbers there are at the same time. On workerd with three Workers over the same objects, and the way to the
// shards by itself, in every order that calls may come in.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { load } from "fieldpost";
import { Miniflare } from "miniflare";
import { bundleWorker } from "../www/demo/relay.mjs";
import { body, root, stand } from "./stand.mjs";

const page = "https://www.example.com";
const key = () => crypto.randomUUID();
let people = 0;

describe("2, then 5, then 3 shards, each while the others are still there", () => {
  let folder;
  let host;
  let verify;
  let asked = 0;
  const by = {};

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "fieldpost-"));
    verify = createServer(async (request, response) => {
      for await (const _ of request);
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 150));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ success: true, hostname: "www.example.com" }));
    });
    await new Promise((resolve) => verify.listen(0, "127.0.0.1", resolve));
    const modules = await bundleWorker(`${root}tests/shards.worker.mjs`, folder);
    const bindings = {
      PAGE_ORIGIN: page,
      RELAY_SECRET: "a secret of thirty-two characters",
      OPERATOR_KEY: "demo-operator",
      VALUE_KEY: "demo-operator-values",
      SITEVERIFY: `http://127.0.0.1:${verify.address().port}/`,
    };
    const worker = (shards) => ({
      name: `with-${shards}`,
      modulesRoot: folder,
      modules,
      compatibilityDate: "2026-04-01",
      bindings: { ...bindings, SHARDS: String(shards) },
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      durableObjects: Object.fromEntries(
        [
          ["OUTBOX", "Outbox"],
          ["GATE", "Gate"],
        ].map(([name, className]) => [
          name,
          { className, useSQLite: true, ...(shards !== 2 && { scriptName: "with-2" }) },
        ]),
      ),
    });
    host = new Miniflare({
      cf: false,
      durableObjectsPersist: `${folder}/storage`,
      workers: [2, 5, 3].map(worker),
    });
    await host.ready;
    for (const shards of [2, 5, 3])
      by[shards] = (await host.unsafeGetDirectURL(`with-${shards}`)).origin;
  });
  after(async () => {
    await host.dispose();
    verify.close();
    await rm(folder, { recursive: true, force: true });
  });

  const lead = (form = "contact") => ({ form, key: key(), email: `shard${++people}@example.org` });
  const send = async (shards, { form, key, email, ...own }) => {
    const given = body({ email }, { ...(key && { key }), ...own });
    const response = await fetch(`${by[shards]}/leads/${form}`, {
      method: "POST",
      body: String(given),
      headers: {
        accept: "application/json",
        origin: page,
        "content-type": "application/x-www-form-urlencoded",
      },
    });
    const { id, issues } = await response.json();
    return { status: response.status, id, code: issues[0]?.code };
  };
  const operator = async (shards, path, init = {}) =>
    (
      await fetch(`${by[shards]}/operator/${path}`, {
        ...init,
        headers: {
          authorization: "Bearer demo-operator",
          "fieldpost-value-key": "demo-operator-values",
        },
      })
    ).json();
  const token = async (shards) =>
    (await (await fetch(`${by[shards]}/leads/contact`, { headers: { origin: page } })).json())
      .token;

  const taken = new Map();
  /** Every lead that was taken so far comes again, at all Workers that there are. */
  const again = async (numbers) => {
    const wrong = [];
    for (const [one, id] of taken) {
      await Promise.all(
        numbers.map(async (shards) => {
          const answer = await send(shards, one);
          if (answer.id !== id || answer.status !== 202) wrong.push({ shards, ...answer });
        }),
      );
    }
    assert.deepEqual(wrong, []);
  };
  /** New leads, each at all of these Workers at once. */
  const fresh = (numbers, count) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const one = lead();
        const answers = await Promise.all(
          [...numbers, ...numbers].map((shards) => send(shards, one)),
        );
        assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202]);
        assert.equal(new Set(answers.map(({ id }) => id)).size, 1, "one lead was taken twice");
        taken.set(one, answers[0].id);
      }),
    );
  const seen = async (shards) => {
    const rows = await operator(shards, "leads?limit=10000");
    assert.equal(rows.length, new Set(rows.map(({ lead }) => lead)).size);
    return rows.map(({ lead }) => lead).sort();
  };

  test("no lead is taken twice, at any moment, and each is seen by all", async () => {
    for (const [numbers, before] of [
      [[2], []],
      [[5], [2]],
      [[5, 2], []],
      [[3], []],
      [[2, 5, 3], []],
      [[3, 5], []],
      [[2], []],
    ]) {
      // The first that the new number hears of are leads of the others.
      await again(numbers);
      await fresh(numbers, 20);
      await again([...new Set([...numbers, ...before])]);
    }
    await again([2, 5, 3]);
    const all = [...taken.values()].sort();
    assert.equal(new Set(all).size, 140);
    for (const shards of [2, 5, 3]) {
      assert.deepEqual(await seen(shards), all, `what ${shards} shards show`);
      assert.deepEqual(
        (await operator(shards, "status")).shards.map(({ shard }) => shard),
        [0, 1, 2, 3, 4].map((n) => `shard-${n}`),
      );
    }
  });

  test("other values under a known key are refused by all of them", async () => {
    const [one] = [...taken.keys()].slice(-1);
    for (const shards of [2, 5, 3])
      assert.deepEqual(
        (await send(shards, { ...one, email: "other@example.org" })).code,
        "key.reused",
      );
  });

  test("a native submit is one lead, whoever takes it", async () => {
    for (let n = 0; n < 10; n++) {
      const one = { ...lead(), key: undefined };
      const ids = await Promise.all(
        [2, 5, 3, 2, 5, 3].map(async (shards) => (await send(shards, one)).id),
      );
      assert.equal(new Set(ids).size, 1);
    }
  });

  test("a form token is good for one lead, whoever takes it", async () => {
    const tokens = await Promise.all(
      [2, 5, 3].flatMap((shards) => Array.from({ length: 8 }, () => token(shards))),
    );
    const ids = new Map();
    for (const own of tokens) {
      await Promise.all(
        [5, 2, 3].map(async (shards) => {
          const { id } = await send(shards, { ...lead(), token: own });
          ids.set(own, [...(ids.get(own) ?? []), id]);
        }),
      );
    }
    const rows = new Map(
      (await operator(3, "leads?limit=10000")).map((row) => [row.lead, row.phase]),
    );
    for (const [, three] of ids)
      assert.ok(
        three.filter((id) => rows.get(id) !== "review").length <= 1,
        "a token let two leads through",
      );
  });

  test("a lead is checked once, whoever checks it", async () => {
    for (let n = 0; n < 6; n++) {
      asked = 0;
      const one = { ...lead("guarded"), "cf-turnstile-response": "x" };
      const answers = await Promise.all(
        [3, 2, 5].map((shards) => send(shards, { ...one, turnstile: "x" })),
      );
      assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409, 409]);
      assert.equal(asked, 1);
    }
  });

  test("whoever uses few shards finds and erases what lies in the others", async () => {
    const [one] = [...taken.keys()].slice(-1);
    const two = lead();
    await send(5, two);
    for (const { email } of [one, two]) {
      assert.deepEqual(
        await operator(2, "erase", { method: "POST", body: JSON.stringify({ email }) }),
        { erased: 1, out: 0 },
      );
    }
    const values = JSON.stringify(await operator(2, "export"));
    assert.ok(!values.includes(one.email) && !values.includes(two.email));
    for (const { email } of [...taken.keys()].slice(0, -1))
      assert.ok(values.includes(email), "what another number took is exported");
  });

  test("a number that nobody uses any more is asked no more, and its shards are seen for ever", async () => {
    const registry = (path, given) =>
      fetch(`${by[2]}/test/${path}`, { method: "POST", body: JSON.stringify(given) });
    const register = async (count) => (await registry("register", { count })).json();
    assert.deepEqual(await register(3), { counts: [2, 5, 3], most: 5 });
    await registry("age", { count: 5, days: 8 });
    assert.deepEqual(await register(3), { counts: [2, 5, 3], most: 5 });
    await registry("age", { count: 5, days: 1.01 });
    assert.deepEqual(await register(3), { counts: [2, 3], most: 5 });
    assert.deepEqual(
      await register(5),
      { counts: [2, 3, 5], most: 5 },
      "and comes last when it comes again",
    );
  });

  test("the cron wakes every shard that there ever was", async () => {
    await fetch(`${by[2]}/test/woken`, { method: "POST" });
    await (await host.getWorker("with-2")).scheduled({ cron: "* * * * *" });
    const woken = await (await fetch(`${by[2]}/test/woken`, { method: "POST" })).json();
    assert.deepEqual(
      woken.sort(),
      [0, 1, 2, 3, 4].map((n) => `shard-${n}`),
    );
  });
});

describe("a relay of the release before, which has four shards and told nobody", () => {
  for (const shards of [2, 4, 6]) {
    test(`goes on with ${shards}`, async () => {
      const at = await stand({
        worker: `${root}tests/shards.worker.mjs`,
        storage: `${root}tests/fixtures/state-2`,
        bindings: { SHARDS: String(shards) },
      });
      try {
        const operator = async (path) =>
          (
            await fetch(`${at.relay}/operator/${path}`, {
              headers: { authorization: "Bearer demo-operator" },
            })
          ).json();
        const there = await operator("leads?limit=1000");
        assert.equal(new Set(there.map(({ lead }) => lead)).size, 6, "every lead is seen");
        for (const [n, name] of ["done", "dead", "review", "quota", "doubt", "sent"].entries()) {
          const values = {
            firstName: "Old",
            lastName: "State",
            email: `${name}@example.org`,
            phone: `(212) 456-20${10 + n}`,
            consent: "yes",
          };
          const response = await fetch(at.form, {
            method: "POST",
            body: body(values, { key: `state-2-${name}`, v: "1" }),
            headers: { accept: "application/json", origin: at.page },
          });
          const { id } = await response.json();
          assert.ok(
            there.some(({ lead }) => lead === id),
            `${name} came again as ${id}`,
          );
        }
        assert.equal(new Set((await operator("leads?limit=1000")).map(({ lead }) => lead)).size, 6);
      } finally {
        await at.stop();
      }
    });
  }
});

describe("the way to the shards", () => {
  // Which shard is asked next the module says.
  before(() => load());

  /** Outboxes that keep what they were told, and answer when chance has it. */
  function objects(random) {
    const kept = new Map();
    const late = () => new Promise((resolve) => setTimeout(resolve, random() * 3));
    const get = (name) => ({
      async fetch(url, init) {
        await late();
        const of = kept.get(name) ?? { leads: new Map(), claims: new Map() };
        kept.set(name, of);
        const { key, shard, count, counts } = JSON.parse(init.body);
        const what = new URL(url).pathname.slice(1);
        const answer = (() => {
          if (of.leads.has(key)) return { id: of.leads.get(key), state: "queued" };
          if (what === "claim") {
            const name = `${count} ${key}`;
            if (!of.claims.has(name)) of.claims.set(name, shard);
            return { id: "", state: "free", shard: of.claims.get(name) };
          }
          const elsewhere = counts.map((one) => of.claims.get(`${one} ${key}`)).find(Boolean);
          if (elsewhere) return { id: "", state: "moved", shard: elsewhere };
          if (what === "accept") {
            of.leads.set(key, crypto.randomUUID());
            return { id: of.leads.get(key), state: "queued" };
          }
          return { id: "", state: "free" };
        })();
        await late();
        return Response.json(answer, { status: answer.state === "moved" ? 421 : 200 });
      },
    });
    return { get, taken: () => [...kept.values()].flatMap(({ leads }) => [...leads.keys()]) };
  }

  /** One isolate: its own memory of what the registry said. */
  let made = 0;
  async function isolate(objects, own, counts) {
    const module = await import(`../pkg/dist/relay/outbox/shards.js?${++made}`);
    const env = {
      OUTBOX: {
        idFromName: (name) => name,
        get: (name) =>
          name === "shards"
            ? { fetch: async () => Response.json({ counts, most: Math.max(...counts) }) }
            : objects.get(name),
      },
    };
    return (what, key) => module[what](env, { shards: own }, { key, bodyHash: "x" });
  }

  // Who has heard of newer numbers, and who still remembers old ones, differs from isolate to isolate.
  const lists = {
    "all have heard of all": [
      [2, [2, 5, 3]],
      [5, [2, 5, 3]],
      [3, [2, 5, 3]],
    ],
    "one has not heard of the newest": [
      [2, [2]],
      [5, [2, 5]],
      [3, [2, 5, 3]],
    ],
    "the oldest is forgotten by some": [
      [5, [2, 5]],
      [5, [5, 3]],
      [3, [2, 5, 3]],
      [3, [5, 3]],
    ],
    "the oldest has come back": [
      [2, [5, 3, 2]],
      [5, [5, 3]],
      [3, [5, 3, 2]],
    ],
    "one was found later": [
      [4, [4]],
      [4, [7, 4]],
      [5, [7, 4, 5]],
      [5, [4, 5]],
    ],
    "numbers that share shards": [
      [2, [2, 4, 8]],
      [4, [2, 4]],
      [8, [2, 4, 8]],
    ],
    "numbers that share shards, of which some forget one": [
      [4, [2, 4]],
      [4, [4, 8]],
      [8, [2, 4, 8]],
      [8, [4, 8]],
    ],
  };
  for (const [what, isolates] of Object.entries(lists)) {
    test(`${what}: one of them takes a key`, async () => {
      const shared = objects(Math.random);
      const seeks = await Promise.all(
        isolates.map(([own, counts]) => isolate(shared, own, counts)),
      );
      await Promise.all(
        Array.from({ length: 300 }, async (_, n) => {
          const own = `k:${n}-${crypto.randomUUID()}`;
          const ids = await Promise.all(seeks.map((seek) => seek("accept", own)));
          const later = await Promise.all(seeks.map((seek) => seek("known", own)));
          assert.equal(new Set([...ids, ...later].map(({ id }) => id)).size, 1);
        }),
      );
      assert.equal(shared.taken().length, 300);
    });
  }
});
