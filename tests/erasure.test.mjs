// Erasing a person reaches every lead of theirs, however it was typed and whoever wrote it down; and what is kept to find
// them tells nobody who they are. On real workerd.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

const SECRETS = [
  "the first secret of a test that has several",
  "the second secret of a test that has several",
];
const worker = `${root}tests/rows.worker.mjs`;
const VALUES = { "fieldpost-value-key": "demo-operator-values" };

let at;
before(async () => {
  at = await stand({ worker, bindings: { SECRETS: SECRETS[0] } });
});
after(() => at.stop());

const key = () => crypto.randomUUID();
const operator = (path, init = {}, relay = at) =>
  fetch(`${relay.relay}/operator/${path}`, {
    ...init,
    headers: { authorization: "Bearer demo-operator", ...VALUES, ...init.headers },
  });
const sql = async (query, of = "outboxes", relay = at) =>
  (
    await fetch(`${relay.relay}/test/sql`, { method: "POST", body: JSON.stringify({ of, query }) })
  ).json();

/** A lead that waits for a person, and so stays. */
async function hold(values, form = "contact", relay = at) {
  const response = await fetch(`${relay.relay}/leads/${form}`, {
    method: "POST",
    headers: { origin: relay.page, accept: "application/json" },
    body: body(values, { key: key(), token: "forged" }),
  });
  const { id, state, issues } = await response.json();
  assert.equal(state, "queued", JSON.stringify(issues));
  return id;
}
async function erase(person, relay = at) {
  const response = await operator("erase", { method: "POST", body: JSON.stringify(person) }, relay);
  return { status: response.status, ...(await response.json()) };
}
const erased = async (person, relay = at) => (await erase(person, relay)).erased;
const open = async (relay = at) =>
  (await sql("SELECT id FROM leads WHERE finished IS NULL", "outboxes", relay)).length;

describe("a person is found", () => {
  const CASES = [
    [
      "an e-mail of another alphabet by its letters",
      { email: "jo@bücher.example" },
      { email: "Jo@BÜCHER.example" },
    ],
    ["and by its punycode", { email: "jo@bücher.example" }, { email: "jo@xn--bcher-kva.example" }],
    [
      "typed as punycode, by its letters",
      { email: "jo@xn--bcher-kva.example" },
      { email: " jo@bücher.example " },
    ],
    [
      "a second e-mail",
      { email: "one@example.org", other: "two@example.org" },
      { email: "TWO@example.org" },
    ],
    [
      "a phone alone, however it was written",
      { phone: "(212) 456-7890" },
      { phone: "+1 212.456.7890" },
    ],
    ["and the other way round", { phone: "+12124567890" }, { phone: "212 456 7890" }],
    [
      "a phone with an extension, by the phone",
      { phone: "212-456-7890 x45" },
      { phone: "(212) 456-7890" },
    ],
    [
      "a phone, by one with an extension",
      { phone: "212-456-7890" },
      { phone: "(212) 456-7890 ext. 9" },
    ],
    [
      "a second phone, of a lead that has an e-mail",
      { email: "three@example.org", mobile: "312-456-7890" },
      { phone: "3124567890" },
    ],
    ["letters for digits", { phone: "212-456-7387" }, { phone: "212-456-PETS" }],
  ];
  for (const [what, values, person] of CASES) {
    test(what, async () => {
      await hold(values);
      const stays = await hold({ email: "stays@example.org", phone: "412-456-7890" });
      assert.equal(await erased(person), 1);
      assert.deepEqual(
        (await sql("SELECT id FROM leads WHERE finished IS NULL")).map(({ id }) => id),
        [stays],
      );
      assert.equal(await erased({ email: "stays@example.org" }), 1);
    });
  }

  for (const [typed, given] of [
    ["+44 20 7946 0958", "011 44 20 7946 0958"],
    ["0044 20 7946 0958", "+442079460958"],
  ]) {
    test(`a number of another country, ${typed} by ${given}`, async () => {
      await hold({ phone: typed }, "world");
      assert.equal(await erased({ phone: given }), 1);
    });
  }

  test("an e-mail that only one form's rules take", async () => {
    await hold({ email: '"jo lee"@example.org' }, "world");
    assert.equal(await erased({ email: '"Jo Lee"@example.org' }), 1);
  });

  test("by either of two that are given, and counted once", async () => {
    await hold({ email: "both@example.org", phone: "212-456-7891" });
    await hold({ phone: "212-456-7891" });
    await hold({ email: "both@example.org" });
    assert.equal(await erased({ email: "both@example.org", phone: "212-456-7891" }), 3);
  });

  test("in a lead that was kept as it came", async () => {
    const trap = (patch) =>
      fetch(`${at.relay}/test/trap`, { method: "POST", body: JSON.stringify(patch) });
    await trap({ only: "payload", next: 2 });
    await hold({ email: " Jo@BÜCHER.example", phone: "1 (212) 456-7892 x4" });
    assert.deepEqual(
      (await sql("SELECT raw FROM leads WHERE finished IS NULL")).map(({ raw }) => raw),
      [1],
    );
    assert.equal(await erased({ phone: "212-456-7892" }), 1);
    await trap({ only: "payload", next: 2 });
    await hold({ email: " Jo@BÜCHER.example" });
    assert.equal(await erased({ email: "jo@xn--bcher-kva.example" }), 1);
    // Twice the same field, and fields that the form had once.
    for (const person of [
      { email: "twice1@example.org" },
      { email: "twice2@example.org" },
      { email: "jo@xn--bcher-kva.example" },
      { phone: "212-456-7896" },
    ]) {
      await trap({ only: "payload", next: 2 });
      await hold({
        email: ["twice1@example.org", "twice2@example.org"],
        mail: "jo@bücher.example",
        tel: "(212) 456-7896",
      });
      assert.equal(await erased(person), 1, JSON.stringify(person));
    }
  });

  test("in what the release before has written", async () => {
    await hold({ email: "old@example.org", other: "older@example.org", phone: "212-456-7893" });
    await sql("UPDATE leads SET persons_keyed = NULL, body_keyed = NULL WHERE finished IS NULL");
    assert.equal(await erased({ email: "older@example.org" }), 1);
    await hold({ phone: "212-456-7893" });
    await sql("UPDATE leads SET persons_keyed = NULL, body_keyed = NULL WHERE finished IS NULL");
    assert.equal(await erased({ phone: "212-456-7893" }), 1);
    // The one before that knew the first e-mail alone.
    await hold({ email: "oldest@example.org" });
    await sql("UPDATE leads SET persons_keyed = NULL, persons = NULL WHERE finished IS NULL");
    assert.equal(await erased({ email: "oldest@example.org" }), 1);
  });

  test("under a key that rotates, and under one that is gone", { timeout: 300_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "fieldpost-erasure-"));
    try {
      await hold({ email: "rotates@example.org" });
      await hold({ phone: "212-456-7894" });
      // What is written is on disk by then: the answers waited for it.
      await cp(at.storage, folder, { recursive: true });
      for (const secrets of [[SECRETS[1], SECRETS[0]], [SECRETS[1]]]) {
        const later = await stand({
          worker,
          storage: folder,
          bindings: { SECRETS: secrets.join(",") },
        });
        try {
          await hold({ email: "rotates@example.org" }, "contact", later);
          assert.equal(await erased({ email: "rotates@example.org" }, later), 2, secrets.join());
          assert.equal(await erased({ phone: "2124567894" }, later), 1, secrets.join());
        } finally {
          await later.stop();
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
      assert.equal(await erased({ email: "rotates@example.org", phone: "212-456-7894" }), 2);
    }
  });
});

test("an outbox that is away is named, and what the others erased is told", async () => {
  for (let n = 0; n < 12; n++) await hold({ email: "away@example.org" });
  await fetch(`${at.relay}/test/away`, { method: "POST", body: "shard-1" });
  const first = await erase({ email: "away@example.org" });
  assert.deepEqual(
    [first.status, first.code, first.missing],
    [503, "outbox.unavailable", ["shard-1"]],
  );
  assert.ok(first.erased > 0 && first.erased < 12, `${first.erased}`);
  await fetch(`${at.relay}/test/away`, { method: "POST", body: "" });
  assert.deepEqual(await erase({ email: "away@example.org" }), {
    status: 200,
    erased: 12 - first.erased,
    out: 0,
  });
});

test("who is meant has to be said", async () => {
  const CASES = [
    [{}, "erase.which"],
    [{ name: "Ann" }, "erase.which"],
    [{ email: 5 }, "erase.email"],
    [{ email: "x" }, "erase.email"],
    [{ email: "" }, "erase.email"],
    [{ email: `${"x".repeat(320)}@example.org` }, "erase.email"],
    [{ phone: "123" }, "erase.phone"],
    [{ phone: ["2124567890"] }, "erase.phone"],
    [{ phone: "1".repeat(101) }, "erase.phone"],
    [{ email: "ann@example.org", phone: "" }, "erase.phone"],
    [null, "erase.which"],
    ["ann@example.org", "erase.which"],
  ];
  for (const [person, code] of CASES)
    assert.deepEqual(await erase(person), { status: 400, code }, JSON.stringify(person));
  assert.equal((await operator("erase", { method: "POST", body: "{" })).status, 400);
});

describe("what is kept of a person", () => {
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");

  test("is under a key, and half of it", async () => {
    await hold({ email: "kept@example.org", phone: "212-456-7895" });
    const [row] = await sql(
      "SELECT persons, persons_keyed, body_hash, body_keyed FROM leads WHERE finished IS NULL",
    );
    assert.match(row.persons_keyed, /^[\da-f]{8} e:[\da-f]{32} p:[\da-f]{32}$/);
    assert.match(row.body_keyed, /^[\da-f]{8} [\da-f]{32}$/);
    assert.equal(
      row.persons,
      `e:${sha256("kept@example.org")} p:${sha256("+12124567895")}`,
      "the release before knows it",
    );
    for (const plain of [sha256("kept@example.org"), sha256("+12124567895"), row.body_hash]) {
      assert.ok(!`${row.persons_keyed} ${row.body_keyed}`.includes(plain.slice(0, 32)));
    }
    assert.equal(await erased({ email: "kept@example.org" }), 1);
  });

  test("goes with the last delivery", async () => {
    await at.clear();
    const response = await fetch(`${at.relay}/leads/contact?wait`, {
      method: "POST",
      headers: { origin: at.page, accept: "application/json" },
      body: body({ email: "gone@example.org" }, { key: key() }),
    });
    const { id } = await response.json();
    const row = async () =>
      (
        await sql(`SELECT person, persons, persons_keyed, finished FROM leads WHERE id = '${id}'`)
      )[0];
    await until(async () => (await row()).finished !== null, "the delivery");
    const { person, persons, persons_keyed } = await row();
    assert.deepEqual([person, persons, persons_keyed], ["", null, null]);
    assert.equal(await open(), 0);
  });

  test("goes after its time in an outbox and a limiter that nobody uses, also of an account that was removed", async () => {
    const quiet = await stand({ worker, timeScale: 100_000, bindings: { SECRETS: SECRETS[0] } });
    try {
      await hold({ email: "quiet@example.org" }, "contact", quiet);
      await sql("UPDATE leads SET finished = 1", "outboxes", quiet);
      await sql("INSERT INTO accounts VALUES ('removed', 'marketo')", "outboxes", quiet);
      const old = Date.now() - 2 * 3_600_000;
      await sql(
        `INSERT INTO parts VALUES ('fresh e:old', '${old}'), ('lease old', '${old} l e:old'), ('fresh e:new', '${Date.now() + 60_000}')`,
        "gates",
        quiet,
      );
      await fetch(`${quiet.relay}/cdn-cgi/handler/scheduled`);
      assert.deepEqual(await sql("SELECT id FROM leads", "outboxes", quiet), []);
      assert.deepEqual(
        (
          await sql(
            "SELECT name FROM parts WHERE name LIKE '% old' OR name LIKE 'fresh %'",
            "gates",
            quiet,
          )
        ).map(({ name }) => name),
        ["fresh e:new", "fresh e:new"],
      );
    } finally {
      await quiet.stop();
    }
  });
});
