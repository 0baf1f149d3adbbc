// An object does nothing else while one of its statements runs: of an outbox with tens of thousands of leads none may read
// all of them, whatever is asked, and what triggers have summed up is what is there.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, body, root, stand, until } from "./stand.mjs";

const AUTH = {
  authorization: "Bearer demo-operator",
  "fieldpost-value-key": "demo-operator-values",
};
const WRITE = "marketo.lead.submitForm";
/** Leads of each kind, and the rows that one statement may read: some of what it looks at a page of. */
const LEADS = 10_000;
const MOST = 8_000;

/** What `sums` has to hold. */
const SUMS = `SELECT 'dead' AS what, account AS one, form AS two, count(*) AS n FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE phase = 'dead' GROUP BY 2, 3
  UNION ALL SELECT 'leads', phase, code, count(DISTINCT lead) FROM deliveries WHERE phase IN ('dead', 'review') GROUP BY 2, 3
  UNION ALL SELECT 'repeated', '', '', count(*) FROM deliveries WHERE maybe_repeated = 1 HAVING count(*) > 0`;
const DIFFERENCE = `SELECT * FROM (SELECT what, one, two, n FROM sums EXCEPT SELECT * FROM (${SUMS})) UNION ALL SELECT * FROM (SELECT * FROM (${SUMS}) EXCEPT SELECT what, one, two, n FROM sums)`;

describe("no statement reads all of an outbox", () => {
  let at;
  before(async () => {
    at = await stand({
      worker: `${root}tests/faults/full.worker.mjs`,
      timeScale: 2,
      bindings: { PLAN: "free" },
      silent: true,
    });
    await at.config({
      marketo: { limits: { calls: null, concurrent: null, daily: null } },
      prospects: { limits: { calls: null, concurrent: null, daily: null } },
    });
    await at.faults([{ operation: WRITE, fault: "code", code: 1003, times: 1 }]);
    await lead("contact", "first@example.org");
    await until(async () => (await read("leads?phase=dead")).length === 1, "the first dead letter");
    for (const [n, as] of ["dead", "gone", "done"].entries())
      await own("fill", {
        from: n * LEADS,
        count: LEADS,
        size: 200,
        kept: as === "dead" ? 100 : 0,
        as,
      });
    await own("count");
    // They go nowhere, so that there are many to the end.
    await at.faults([{ operation: WRITE, fault: "status", status: 503, times: 100_000_000 }]);
  });
  after(() => at?.stop());

  const send = (path, init) => ask(`${at.relay}/${path}`, init);
  const own = async (path, given) =>
    (await send(`test/${path}`, { method: "POST", body: given && JSON.stringify(given) })).json();
  const sql = (query) => own("sql", { query });
  const lead = (form, email) =>
    send(`leads/${form}`, {
      method: "POST",
      body: body({ firstName: "Ann", lastName: "Lee", email }, { key: crypto.randomUUID() }),
      headers: { accept: "application/json", origin: at.page },
    });
  const operator = async (path, given) => {
    const response = await send(`operator/${path}`, {
      headers: AUTH,
      ...(given && { method: "POST", body: JSON.stringify(given) }),
    });
    const text = await response.text();
    assert.equal(response.status, 200, `${path}: ${text.slice(0, 200)}`);
    return text;
  };
  const read = async (...given) => JSON.parse(await operator(...given));

  for (const [what, act] of [
    // Whatever is looked up when an object begins, with what was left behind: marks, finished leads, dead letters.
    [
      "begin",
      async () => {
        await own("begin").catch(() => {});
        await until(async () => (await read("status")).shards[0].gone > 0, "what is gone");
      },
    ],
    [
      "accept and deliver",
      async () => {
        for (let n = 0; n < 20; n++)
          assert.equal((await lead("live", `live${n}@example.org`)).status, 202);
        await until(
          async () => (await at.leads()).filter(({ email }) => /^live/.test(email)).length === 20,
          "the leads",
        );
      },
    ],
    [
      "spend a token where many are spent",
      async () => {
        await sql(
          `INSERT INTO spent WITH RECURSIVE nonces (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM nonces WHERE n < ${LEADS}) SELECT 'spent ' || n, 'somebody', ${Date.now() + 86_400_000} FROM nonces`,
        );
        await own("begin").catch(() => {});
        await own("reads");
        const { token } = await (
          await ask(`${at.relay}/leads/live`, {
            headers: { accept: "application/json", origin: at.page },
          })
        ).json();
        const given = body(
          { firstName: "Ann", lastName: "Lee", email: "token@example.org" },
          { key: crypto.randomUUID(), token },
        );
        assert.equal(
          (
            await ask(`${at.relay}/leads/live`, {
              method: "POST",
              body: given,
              headers: { accept: "application/json", origin: at.page },
            })
          ).status,
          202,
        );
        assert.equal((await sql("SELECT count(*) AS n FROM spent"))[0].n, LEADS + 1);
        await sql("DELETE FROM spent");
      },
    ],
    // An alarm takes a thousand, and the next one may be half a minute away.
    [
      "forget",
      () =>
        until(
          async () =>
            (
              await sql(
                "SELECT count(*) AS n FROM leads WHERE finished IS NOT NULL AND key LIKE 'full-%'",
              )
            )[0].n <
            LEADS - 1_500,
          "some that are forgotten",
          90_000,
        ),
    ],
    [
      "state and metrics",
      async () => {
        const [{ deadDeliveries, gone }] = (await read("status")).shards;
        assert.deepEqual([deadDeliveries, gone], [LEADS + 1, 2_000]);
        await operator("metrics");
      },
    ],
    [
      "groups",
      async () => {
        const { groups } = await read("attention?limit=1");
        assert.deepEqual(groups.map(({ code, leads }) => [code, leads]).sort(), [
          ["form.gone", LEADS],
          ["marketo.1003", LEADS + 1],
        ]);
      },
    ],
    ...["leads", "attention", "export"].flatMap((list) =>
      [
        "",
        "&phase=dead",
        "&phase=review",
        "&code=marketo.1003",
        "&code=none",
        "&phase=dead&code=marketo.1003",
        "&phase=dead&code=none",
        "&code=form.gone",
      ].map((which) => [
        `${list}${which}`,
        async () => {
          const { rows, leads = rows } = await read(`${list}?page=1&limit=100${which}`);
          // Of "leads" those that wait for nobody are passed page by page.
          if (!/none|review/.test(which)) assert.equal(leads.length, 100);
        },
      ]),
    ),
    [
      "erase nobody",
      async () => assert.equal((await read("erase", { email: "nobody@example.org" })).erased, 0),
    ],
    [
      "erase somebody",
      async () =>
        assert.equal(
          (await read("erase", { email: "live1@example.org" })).erased +
            (await read("erase", { email: "first@example.org" })).erased,
          1,
        ),
    ],
    ["replay a page", () => operator("replay?page=1", { phase: "dead" })],
    ["replay what is not there", () => operator("replay", { code: "none" })],
    ["discard a page", () => operator("discard?page=1", { phase: "dead", reason: "robots" })],
    ["move a page", () => operator("move?page=1", { form: { from: "before", to: "contact" } })],
    [
      "discard a page of what is gone",
      () => operator("discard?page=1", { code: "form.gone", reason: "robots" }),
    ],
    ["replay all", () => operator("replay", { phase: "dead" })],
    [
      "rounds",
      async () => {
        const { rounds } = await read("rounds");
        const moved = rounds.map(({ states }) =>
          states.reduce((sum, { deliveries }) => sum + deliveries, 0),
        );
        assert.deepEqual(moved, [LEADS - 2_000, 1_000]);
      },
    ],
    [
      "begin again",
      async () => {
        await own("begin").catch(() => {});
        await until(
          async () => (await lead("live", "again@example.org").catch(() => ({}))).status === 202,
          "a lead",
        );
      },
    ],
  ]) {
    test(what, { timeout: 300_000 }, async () => {
      await own("reads");
      await act();
      const { rows, statement } = await own("reads");
      assert.ok(rows <= MOST, `${rows} rows: ${statement}`);
      assert.deepEqual(await sql(DIFFERENCE), []);
    });
  }
});
