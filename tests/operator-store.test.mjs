// What waits for a person, on real workerd: leads are released, given up and counted as leads, whatever number of systems
// they go to; and what they take is known to the byte.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

const worker = `${root}tests/operator-store.worker.mjs`;
const bindings = { SHARDS: "3" };
let at;
let people = 0;
before(async () => {
  at = await stand({ worker, bindings });
});
after(() => at.stop());

const WRITES = { marketo: "marketo.lead.submitForm", prospects: "prospects.prospect.upsert" };
/** The systems refuse what is written about these leads. */
const refusals = (key, systems = Object.keys(WRITES)) =>
  systems.map((system) => ({
    operation: WRITES[system],
    key,
    times: 1,
    ...(system === "marketo"
      ? { fault: "code", code: 1003 }
      : { fault: "status", status: 422, body: { error: "no" } }),
  }));
const person = () => `desk${++people}@example.org`;

const send = (relay, values, own = {}) =>
  fetch(relay.form, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", ...values },
      { key: crypto.randomUUID(), ...own },
    ),
    headers: { accept: "application/json", origin: relay.page },
  });
const operator = (path, init = {}, relay = at) =>
  fetch(`${relay.relay}/operator/${path}`, {
    ...init,
    headers: { authorization: "Bearer demo-operator", ...init.headers },
  });
const read = async (path, relay = at) => (await operator(path, {}, relay)).json();
const rule = async (what, which, relay = at) =>
  (await operator(what, { method: "POST", body: JSON.stringify(which) }, relay)).json();
const rows = async (id, relay = at) =>
  (await read("leads?limit=10000", relay)).filter((row) => row.lead === id);
const phases = async (id, relay = at) =>
  Object.fromEntries((await rows(id, relay)).map(({ account, phase }) => [account, phase]));
const settled = (id, wanted, relay = at) =>
  until(
    async () => {
      const now = await phases(id, relay);
      return Object.entries(wanted).every(([account, phase]) => now[account] === phase);
    },
    `${id} to be ${JSON.stringify(wanted)}`,
  );
const sums = async (relay = at) => {
  const { shards } = await read("status", relay);
  return Object.fromEntries(
    ["queued", "review", "dead", "bytes"].map((name) => [
      name,
      shards.reduce((sum, shard) => sum + shard[name], 0),
    ]),
  );
};
const sql = async (query, relay = at) =>
  (
    await (
      await fetch(`${relay.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) })
    ).json()
  ).flat();

/** A lead that these systems have refused. */
async function dead(systems = Object.keys(WRITES), relay = at) {
  const email = person();
  await relay.faults(refusals(email, systems));
  const { id } = await (await send(relay, { email })).json();
  await settled(id, Object.fromEntries(systems.map((system) => [system, "dead"])), relay);
  return { id, email };
}

/** Nothing is left that would be in the way of the next test. */
beforeEach(async () => {
  await at.clear();
  for (const phase of ["dead", "review"]) await rule("discard", { phase, reason: "the next test" });
  await until(
    async () => Object.entries(await sums()).every(([, sum]) => sum === 0),
    "an empty relay",
  );
});

describe("a lead is asked as a whole", () => {
  test("either delivery's id, or the lead's, sends all of them on that wait for a person", async () => {
    for (const select of [(id) => id, (id) => `${id}/marketo`, (id) => `${id}/prospects`]) {
      const { id } = await dead();
      const moved = await rule("replay", { ids: [select(id)] });
      assert.deepEqual(moved, [
        { id: `${id}/marketo`, lead: id, account: "marketo", moved: true },
        { id: `${id}/prospects`, lead: id, account: "prospects", moved: true },
      ]);
      await settled(id, { marketo: "done", prospects: "done" });
    }
  });

  test("none that is delivered goes again, though it is the one that was named", async () => {
    const { id, email } = await dead(["prospects"]);
    await settled(id, { marketo: "done" });
    const moved = await rule("replay", { ids: [`${id}/marketo`] });
    assert.deepEqual(
      moved.map((row) => [row.id, row.moved]),
      [[`${id}/prospects`, true]],
    );
    await settled(id, { prospects: "done" });
    const writes = (await at.ledger()).filter(
      ({ key, operation, verdict }) =>
        key === email && operation === WRITES.marketo && !verdict.startsWith("fault"),
    );
    assert.equal(writes.length, 1);
    assert.deepEqual(await rule("replay", { ids: [id] }), [], "nothing of it waits for a person");
  });

  test("a reviewed lead is one lead in each place that counts", async () => {
    const { id } = await (await send(at, { email: person() }, { token: "forged" })).json();
    const { id: refused } = await dead();
    const found = await sums();
    assert.deepEqual([found.queued, found.review, found.dead], [0, 1, 1]);
    const text = await (await operator("metrics")).text();
    const metric = (name) =>
      text
        .split("\n")
        .filter((line) => line.startsWith(`${name}{`))
        .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    assert.deepEqual(
      ["queued", "review", "dead"].map((name) => metric(`fieldpost_leads_${name}`)),
      [0, 1, 1],
    );
    const { leads, groups } = await read("attention");
    assert.deepEqual(
      leads.map(({ lead, deliveries }) => [lead, deliveries.length]),
      [
        [refused, 2],
        [id, 2],
      ],
    );
    assert.deepEqual(
      groups.map(({ leads }) => leads),
      [1, 1, 1],
      "review, and each of the two refusals",
    );
    const values = { headers: { "fieldpost-value-key": "demo-operator-values" } };
    assert.deepEqual(
      (await (await operator("export", values)).json()).map((row) => [
        row.id,
        row.deliveries.length,
      ]),
      [
        [refused, 2],
        [id, 2],
      ],
    );
    assert.equal(
      (await (await operator("export?format=csv", values)).text()).trim().split("\r\n").length,
      3,
      "a line for each, and the names",
    );
  });
});

describe("what cannot move", () => {
  test("says why, and keeps nothing else from moving", async () => {
    const broken = await dead();
    const sound = await dead();
    await sql(`UPDATE deliveries SET state = '{' WHERE id = '${broken.id}/marketo'`);
    const moved = await rule("replay", { phase: "dead" });
    assert.deepEqual(
      moved
        .filter((row) => row.moved)
        .map(({ id }) => id)
        .sort(),
      [`${broken.id}/prospects`, `${sound.id}/marketo`, `${sound.id}/prospects`].sort(),
    );
    const [stays] = moved.filter((row) => !row.moved);
    assert.deepEqual([stays.id, stays.code], [`${broken.id}/marketo`, "delivery.state"]);
    assert.match(stays.message, /\w.*\.$/);
    await settled(sound.id, { marketo: "done", prospects: "done" });
    await settled(broken.id, { marketo: "dead", prospects: "done" });
  });

  test("an account that is gone", async () => {
    const both = await dead();
    const again = async (one) => {
      await at.killRelay();
      bindings.ONE = one;
      await at.startRelay();
    };
    await again("1");
    try {
      const moved = await rule("replay", { ids: [both.id] });
      assert.deepEqual(
        moved.map(({ account, moved, code }) => [account, moved, code]),
        [
          ["marketo", true, undefined],
          ["prospects", false, "account.gone"],
        ],
      );
      await settled(both.id, { marketo: "done", prospects: "dead" });
      // It can be given up.
      assert.deepEqual(
        (await rule("discard", { ids: [both.id], reason: "no such system any more" })).map(
          ({ account }) => account,
        ),
        ["prospects"],
      );
      assert.equal((await sums()).bytes, 0);
    } finally {
      await again("");
    }
  });
});

describe("giving up", () => {
  test("needs a reason that names nobody", async () => {
    const { id } = await dead();
    for (const reason of [
      undefined,
      "",
      "   ",
      5,
      "x".repeat(201),
      "spam of a@example.org",
      "he called from 212 456 7890",
    ]) {
      const response = await operator("discard", {
        method: "POST",
        body: JSON.stringify({ ids: [id], reason }),
      });
      assert.deepEqual(
        [response.status, (await response.json()).code],
        [400, "discard.reason"],
        String(reason),
      );
    }
    assert.equal(
      (await operator("discard", { method: "POST", body: JSON.stringify({ reason: "all of it" }) }))
        .status,
      400,
      "everything only where it is said",
    );
    assert.deepEqual(await phases(id), { marketo: "dead", prospects: "dead" });
  });

  test("the values go, hashes and outcome stay, and a page's repeat does not bring it back", async () => {
    const email = person();
    const own = { key: crypto.randomUUID() };
    await at.faults(refusals(email));
    const { id } = await (await send(at, { email, company: "Harbor Plumbing" }, own)).json();
    await settled(id, { marketo: "dead", prospects: "dead" });
    assert.deepEqual(
      (await rule("discard", { ids: [`${id}/marketo`], reason: "a test of ours" })).map(
        (row) => row.moved,
      ),
      [true, true],
    );
    assert.deepEqual(await phases(id), { marketo: "discarded", prospects: "discarded" });
    const row = (await rows(id)).find(({ account }) => account === "marketo");
    assert.deepEqual([row.code, row.reason], ["marketo.1003", "a test of ours"]);
    const everything = JSON.stringify([
      await sql("SELECT * FROM leads"),
      await sql("SELECT * FROM deliveries"),
      await sql("SELECT * FROM renders"),
    ]);
    for (const value of [email, "Harbor"]) assert.ok(!everything.includes(value), value);
    const repeat = await send(at, { email, company: "Harbor Plumbing" }, own);
    const said = await repeat.json();
    assert.deepEqual(
      [repeat.status, said.id, said.state],
      [202, id, "queued"],
      "no system has it, and nobody is told that one does",
    );
    assert.deepEqual(await rule("replay", { ids: [id] }), []);
    assert.deepEqual(await phases(id), { marketo: "discarded", prospects: "discarded" });
    assert.ok(!(await at.leads()).some((lead) => lead.email === email));
    // What is erased is answered alike.
    const gone = person();
    const other = { key: crypto.randomUUID(), token: "forged" };
    await send(at, { email: gone }, other);
    await operator("erase", {
      method: "POST",
      headers: { "fieldpost-value-key": "demo-operator-values" },
      body: JSON.stringify({ email: gone }),
    });
    assert.equal((await (await send(at, { email: gone }, other)).json()).state, "queued");
  });

  test("what still goes on keeps its values until it has arrived", async () => {
    const email = person();
    await at.faults([
      ...refusals(email, ["marketo"]),
      {
        operation: WRITES.prospects,
        key: email,
        fault: "status",
        status: 503,
        retryAfter: 20,
        times: 1,
      },
    ]);
    const { id } = await (await send(at, { email })).json();
    await settled(id, { marketo: "dead" });
    assert.deepEqual(
      (await rule("discard", { ids: [id], reason: "not for this system" })).map(
        ({ account }) => account,
      ),
      ["marketo"],
    );
    await settled(id, { prospects: "done" });
    assert.ok((await at.leads()).some((lead) => lead.email === email));
    assert.equal((await sums()).bytes, 0);
  });

  test("frees the place that the lead had", async () => {
    const small = await stand({ worker, bindings: { SHARDS: "1", maxReview: "1" } });
    try {
      const suspect = async () =>
        (await send(small, { email: person() }, { token: "forged" })).status;
      assert.deepEqual([await suspect(), await suspect()], [202, 429]);
      await rule("discard", { phase: "review", reason: "robots" }, small);
      assert.deepEqual([await suspect(), await suspect()], [202, 429]);
    } finally {
      await small.stop();
    }
  });
});

test("a limit holds over all shards, the newest first", async () => {
  const ids = [];
  for (let n = 0; n < 8; n++) {
    ids.push((await (await send(at, { email: person() }, { token: "forged" })).json()).id);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  const shards = (await read("status")).shards.filter(({ review }) => review > 0);
  assert.ok(shards.length > 1, "they are in several shards");
  for (const path of [
    "leads?limit=3",
    "leads?limit=3&phase=review",
    "leads?limit=3&code=token.forged",
  ]) {
    const found = await read(path);
    assert.equal(found.length, 3, path);
    assert.deepEqual(
      found.map(({ lead }) => lead),
      [ids[7], ids[7], ids[6]],
      path,
    );
  }
  assert.deepEqual(
    (await read("attention?limit=3")).leads.map(({ lead }) => lead),
    [ids[7], ids[6], ids[5]],
  );
  assert.equal((await read("leads?limit=-1&phase=review")).length, 16);
});

describe("somebody hears of everything that was accepted", () => {
  const oldest = async () => {
    const { shards } = await read("status");
    const text = await (await operator("metrics")).text();
    const gauge = (name) =>
      Math.max(
        ...text
          .split("\n")
          .filter((line) => line.startsWith(`${name}{`))
          .map((line) => Number(line.split(" ").at(-1))),
      );
    return [
      shards.filter((one) => one.oldest !== null).map((one) => one.oldest),
      gauge("fieldpost_oldest_seconds"),
      gauge("fieldpost_oldest_for_person_seconds"),
    ];
  };
  for (const [what, act] of [
    ["a dead letter", () => dead()],
    [
      "a lead under review",
      async () => (await send(at, { email: person() }, { token: "forged" })).json(),
    ],
  ]) {
    test(`${what} grows older in the metrics until somebody has looked at it`, async () => {
      const { id } = await act();
      await sql(`UPDATE leads SET accepted = accepted - 100000 WHERE id = '${id}'`);
      await at.killRelay();
      await at.startRelay();
      const [since, age, forPerson] = await oldest();
      assert.equal(since.length, 1);
      assert.ok(age >= 100 && forPerson >= 1, `${age} s, ${forPerson} s`);
      await rule("discard", { ids: [id], reason: "looked at" });
      assert.deepEqual(await oldest(), [[], 0, 0]);
    });
  }
});

describe("bytes", () => {
  const counted = async (relay = at) =>
    (await fetch(`${relay.relay}/test/counted`, { method: "POST" })).json();
  /** What the outboxes keep count of is what there is. */
  const right = async (what, relay = at) => {
    for (const { counted: there, kept, now } of await counted(relay)) {
      assert.deepEqual(
        Object.fromEntries(Object.keys(there).map((name) => [name, now[name]])),
        there,
        `${what}: in memory`,
      );
      assert.deepEqual(
        Object.fromEntries(Object.keys(there).map((name) => [name, kept[name]])),
        there,
        `${what}: on disk`,
      );
    }
  };

  test("are right whatever befalls a lead: taken, rendered, delivered, refused, sent on, given up, erased, and a kill", {
    timeout: 300_000,
  }, async () => {
    for (let round = 0; round < 3; round++) {
      const emails = Array.from({ length: 12 }, person);
      await at.faults([
        ...emails
          .slice(0, 6)
          .flatMap((email) => refusals(email, Math.random() < 0.5 ? ["marketo"] : undefined)),
        ...emails.slice(6, 8).map((key) => ({
          operation: WRITES.marketo,
          key,
          fault: "status",
          status: 503,
          times: 3,
        })),
      ]);
      const answers = await Promise.all(
        emails.map((email, n) =>
          send(
            at,
            { email, company: "Ünïcødé 🚚 " + "x".repeat(n * 50) },
            n % 4 === 3 ? { token: "forged" } : {},
          ),
        ),
      );
      const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
      await right("taken");
      await until(
        async () =>
          (await Promise.all(ids.slice(0, 6).map((id) => phases(id))))
            .flatMap(Object.values)
            .every((phase) => ["dead", "done", "review"].includes(phase)),
        "the refusals",
      );
      await right("refused");
      await Promise.all([
        rule("replay", { ids: ids.slice(0, 2) }),
        rule("discard", { ids: ids.slice(2, 4), reason: "this round" }),
      ]);
      await right("sent on and given up");
      await operator("erase", {
        method: "POST",
        headers: { "fieldpost-value-key": "demo-operator-values" },
        body: JSON.stringify({ email: emails[4] }),
      });
      await operator("erase", {
        method: "POST",
        headers: { "fieldpost-value-key": "demo-operator-values" },
        body: JSON.stringify({ email: emails[7] }),
      });
      await right("erased");
      const late = Promise.allSettled(
        Array.from({ length: 10 }, () => send(at, { email: person() })),
      );
      await new Promise((resolve) => setTimeout(resolve, 20 * round));
      await at.killRelay();
      await late;
      await at.startRelay();
      await right("killed");
    }
    await rule("replay", { phase: "review" });
    await rule("discard", { phase: "dead", reason: "the end" });
    await until(async () => (await sums()).queued === 0, "the rest");
    await right("delivered");
    assert.deepEqual(await sums(), { queued: 0, review: 0, dead: 0, bytes: 0 });
  });

  test("have a bound: 503 above it, for the dead and the reviewed count too; what was accepted goes out, and then there is room", {
    timeout: 300_000,
  }, async () => {
    const small = await stand({ worker, bindings: { SHARDS: "1", ONE: "1", maxBytes: "20000" } });
    try {
      const big = "x".repeat(6_000);
      // No request is made before there is a token; after that two more make less room still.
      await small.faults([
        { operation: "auth.token", fault: "status", status: 503, times: 4 },
        { operation: WRITES.marketo, fault: "status", status: 503, times: 4 },
      ]);
      const taken = [person(), person()];
      const post = async (values, own) => {
        const response = await send(small, values, own);
        return `${response.status} ${(await response.json()).issues.map(({ code }) => code).join()}`;
      };
      assert.equal(await post({ email: taken[0], company: big }), "202 ");
      assert.equal(await post({ email: taken[1], company: big }, { token: "forged" }), "202 ");
      assert.equal(await post({ email: person(), company: big }), "503 outbox.full");
      assert.ok(
        !(await post({ email: person(), company: big }, { token: "forged" })).startsWith("202"),
      );
      assert.ok((await sums(small)).bytes <= 20_000);
      await rule("replay", { phase: "review" }, small);
      await until(
        async () => new Set((await small.leads()).map(({ email }) => email)).size === 2,
        "what was accepted",
      );
      await until(async () => (await sums(small)).bytes === 0, "the room");
      assert.equal(await post({ email: person(), company: big }), "202 ");
    } finally {
      await small.stop();
    }
  });

  test("a row stays under the platform's 2 MB, whatever a lead of 64 KiB becomes", async () => {
    const post = async (form, values) => {
      const parts = new FormData();
      for (const [name, value] of Object.entries({
        firstName: "Ann",
        lastName: "Lee",
        _fp_key: crypto.randomUUID(),
        ...values,
      }))
        parts.append(name, value);
      const response = await fetch(`${at.relay}/leads/${form}`, {
        method: "POST",
        body: parts,
        headers: { accept: "application/json", origin: at.page },
      });
      return { status: response.status, ...(await response.json()) };
    };
    const largest = async () =>
      Math.max(
        ...(
          await sql(
            `SELECT max(n) AS n FROM (SELECT max(octet_length(lead)) AS n FROM leads UNION ALL SELECT max(octet_length(state)) FROM deliveries UNION ALL SELECT max(octet_length(request)) FROM renders)`,
          )
        ).map(({ n }) => n ?? 0),
      );
    await at.faults(
      Object.values(WRITES).map((operation) => ({
        operation,
        fault: "status",
        status: 503,
        times: 2,
      })),
    );
    let seen = 0;
    for (const text of [
      '"'.repeat(60_000),
      "\u0001".repeat(60_000),
      "é".repeat(30_000),
      "🚚".repeat(15_000),
    ]) {
      const { status, id, issues } = await post("contact", { email: person(), company: text });
      assert.equal(status, 202, JSON.stringify(issues));
      seen = Math.max(seen, await largest());
      await settled(id, { marketo: "done", prospects: "done" });
    }
    assert.ok(seen < 2e6, `${seen}`);
    // One that would be larger is not kept, and somebody hears of it.
    const { id } = await post("wide", { email: person(), company: '"'.repeat(60_000) });
    await settled(id, { marketo: "dead" });
    assert.equal((await rows(id))[0].code, "params.size");
  });

  test("the bound is checked when the relay begins: one byte to 8 GiB", async () => {
    for (const [maxBytes, status] of [
      [8 * 1024 ** 3, 200],
      [8 * 1024 ** 3 + 1, 500],
      [0.5, 500],
      [-1, 500],
    ]) {
      const own = await stand({ worker, bindings: { SHARDS: "1", maxBytes: String(maxBytes) } });
      try {
        assert.equal(
          (await fetch(own.form, { headers: { origin: own.page } })).status,
          status,
          String(maxBytes),
        );
      } finally {
        await own.stop();
      }
    }
  });
});
