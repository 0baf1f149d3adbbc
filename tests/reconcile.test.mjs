// Whether what a system has stored is still there, asked by a real relay of the real sandbox: each lead once on the day after, all of
// them again on the next; what vanished is shown and not sent again; a kill in the midst counts nothing twice and leaves nobody out; and
// no call is taken that a lead needs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, beforeEach, describe, test } from "node:test";
import { launch } from "./browser.mjs";
import { body, root, stand, until } from "./stand.mjs";

const DAY = 24 * 60 * 60 * 1000;
const READS = {
  marketo: "marketo.lead.filter",
  pardot: "pardot.prospect.query",
  prospects: "prospects.prospect.get",
};
const SYSTEMS = Object.keys(READS);
const AUTH = { authorization: "Bearer demo-operator" };

let at;
let people = 0;
const start = async (bindings = {}) => {
  at = await stand({ worker: `${root}tests/reconcile.worker.mjs`, timeScale: 10, bindings });
};
/** A day of the relay, whose times are a tenth. */
const day = DAY / 10;

const post = async (path, said) => {
  const response = await fetch(`${at.relay}/test/${path}`, {
    method: "POST",
    body: typeof said === "string" ? said : JSON.stringify(said ?? ""),
  });
  return response.json();
};
const sql = (query, of = "") => post("sql", { query, of });
const read = async (path) =>
  (await fetch(`${at.relay}/operator/${path}`, { headers: AUTH })).json();
const stored = () => read("stored?days=7&zone=0");

let ahead = 0;
const later = async (by) => {
  ahead += by;
  await post("later", String(ahead));
};

async function send(form) {
  const email = `reconciled${++people}@canary.example.org`;
  const response = await fetch(`${at.relay}/leads/${form}`, {
    method: "POST",
    body: body(
      { firstName: "Zyxcanary", lastName: "Lee", email },
      { key: crypto.randomUUID(), page: "https://canary-page.example/" },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  const { id } = await response.json();
  assert.equal(response.status, 202);
  return { id, email };
}

/** Leads of a form that all its systems have. */
async function delivered(count, form = "contact") {
  const leads = [];
  for (let n = 0; n < count; n++) leads.push(await send(form));
  await until(
    async () => (await sql("SELECT id FROM leads WHERE finished IS NULL")).length === 0,
    "delivery",
  );
  return leads;
}

const reads = async (system) =>
  (await at.ledger()).filter(({ operation }) => operation === READS[system]);

/** The cron rings until nobody asks any more. */
async function asked() {
  let before = "";
  for (let quiet = 0; quiet < 3; ) {
    await post("wake");
    await new Promise((resolve) => setTimeout(resolve, 150));
    const now = JSON.stringify([
      await sql("SELECT account, state FROM reconciled ORDER BY account"),
      (await at.ledger()).length,
    ]);
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}

/** How many there are by what the relay says of them, of one account or all. */
async function counts(account) {
  const { days } = await stored();
  const of = (what) =>
    days
      .filter((one) => one.what === what && (!account || !one.account || one.account === account))
      .reduce((all, { n }) => all + n, 0);
  return [of("accepted"), of("there"), of("vanished"), of("unnamed")];
}

/** The system's record of a person, which somebody takes away there. */
async function remove(system, email) {
  const person = (await at.leads()).find((one) => one.system === system && one.email === email);
  const response = await fetch(
    `${at.sandbox}/_sandbox/leads?system=${system}&id=${encodeURIComponent(person.id)}`,
    { method: "DELETE" },
  );
  assert.deepEqual(await response.json(), { removed: 1 });
  return person.id;
}

/** No fault strikes any more. */
const mend = () => fetch(`${at.sandbox}/_sandbox/faults`, { method: "DELETE" });

const fresh = () => {
  let own;
  before(async () => {
    ahead = 0;
    await start();
    own = at;
  });
  beforeEach(() => {
    at = own;
  });
  after(() => own.stop());
};

describe("a day later", () => {
  fresh();
  let leads;
  let gone;

  test("each system is asked for what it has stored, in batches, and once", async () => {
    leads = await delivered(8);
    await asked();
    for (const system of SYSTEMS)
      assert.equal((await reads(system)).length, 0, "on its own day nobody is asked about");
    assert.deepEqual(await counts("pardot"), [8, 0, 0, 0]);

    gone = {
      marketo: await remove("marketo", leads[0].email),
      pardot: await remove("pardot", leads[1].email),
      prospects: await remove("prospects", leads[2].email),
    };
    const before = await at.leads();
    await later(day + day / 24);
    await asked();
    for (const system of SYSTEMS)
      assert.deepEqual(await counts(system), [8, 7, 1, 0], `counted for ${system}`);
    // Two outboxes, each with a batch of its own.
    for (const system of ["marketo", "pardot"])
      assert.ok((await reads(system)).length <= 2, system);
    assert.equal((await reads("prospects")).length, 8);
    assert.deepEqual(await at.leads(), before, "nothing is sent again");
  });

  test("what vanished is named by its ids, and by nothing that somebody typed", async () => {
    const said = await stored();
    assert.deepEqual(
      said.vanished.map(({ account, record, lead }) => [account, record, lead]).sort(),
      [
        ["marketo", gone.marketo, leads[0].id],
        ["pardot", gone.pardot, leads[1].id],
        ["prospects", gone.prospects, leads[2].id],
      ].sort(),
    );
    const rows = [
      ...(await sql("SELECT * FROM vanished")),
      ...(await sql("SELECT * FROM reconciled")),
      ...(await sql("SELECT name, text FROM parts", "pardot")),
    ];
    assert.doesNotMatch(JSON.stringify([said, rows]), /canary/i);
    const metrics = await (await fetch(`${at.relay}/operator/metrics`, { headers: AUTH })).text();
    const sum = [...metrics.matchAll(/^fieldpost_records_vanished\{.*\} (\d+)$/gm)];
    assert.equal(
      sum.reduce((all, [, n]) => all + Number(n), 0),
      3,
    );
  });

  test("on the next day all are asked about again, and a lead that is erased is not missed", async () => {
    const [, , third, fourth] = leads;
    await remove("pardot", fourth.email);
    const erased = await fetch(`${at.relay}/operator/erase`, {
      method: "POST",
      headers: { ...AUTH, "fieldpost-value-key": "demo-operator-values" },
      body: JSON.stringify({ email: third.email }),
    });
    assert.equal(erased.status, 200);
    assert.deepEqual(await counts("prospects"), [8, 7, 0, 0], "its record may go");
    await later(day);
    await asked();
    assert.deepEqual(await counts("prospects"), [8, 7, 0, 0]);
    assert.deepEqual(await counts("pardot"), [8, 6, 2, 0]);
    assert.deepEqual(await counts("marketo"), [8, 7, 1, 0]);
    const [first] = await sql("SELECT count(*) AS n FROM vanished");
    assert.ok(first);
  });

  test("a lead that is corrected afterwards counts once, and a test lead not at all", async () => {
    const { id, email } = leads[5];
    const corrected = await fetch(`${at.relay}/operator/correct`, {
      method: "POST",
      headers: { ...AUTH, "fieldpost-value-key": "demo-operator-values" },
      body: JSON.stringify({ id, values: { firstName: "Bea", lastName: "Lee", email } }),
    });
    const { rows } = await corrected.json();
    assert.ok(
      rows.every(({ moved }) => moved),
      JSON.stringify(rows),
    );
    assert.deepEqual(await counts("pardot"), [8, 5, 2, 0], "it is under way again");
    const tested = await fetch(`${at.relay}/operator/test`, {
      method: "POST",
      headers: { ...AUTH, "fieldpost-value-key": "demo-operator-values" },
      body: JSON.stringify({
        form: "pardot",
        values: { firstName: "Test", lastName: "Lee", email: "a-test@canary.example.org" },
      }),
    });
    assert.equal(tested.status, 200, await tested.text());
    await until(
      async () => (await sql("SELECT id FROM leads WHERE finished IS NULL")).length === 0,
      "delivery",
    );
    await remove("pardot", "a-test@canary.example.org");
    await later(day + day / 24);
    await asked();
    assert.deepEqual(await counts("pardot"), [8, 6, 2, 0]);
    assert.deepEqual(await counts("marketo"), [8, 7, 1, 0]);
    assert.deepEqual(await counts("prospects"), [8, 7, 0, 0]);
  });

  test("an account that fails is asked later, and meanwhile nothing is counted", async () => {
    await delivered(4, "marketo");
    await at.faults([{ operation: READS.marketo, fault: "status", status: 503, times: 10_000 }]);
    await later(day);
    await asked();
    assert.deepEqual(await counts("marketo"), [12, 7, 1, 0]);
    const tried = (await reads("marketo")).length;
    await post("wake");
    assert.equal((await reads("marketo")).length, tried, "it is left alone for a while");
    await mend();
    // Half an hour of the relay's.
    await later(day / 48 + 1_000);
    await asked();
    assert.deepEqual(await counts("marketo"), [12, 11, 1, 0]);
  });
});

describe("what leads need", () => {
  fresh();

  test("is left to them: a day has its share of calls, and the next day goes on", async () => {
    await delivered(5, "prospects");
    await later(day + day / 24);
    // Of 129,600 calls a day a hundredth; all but three are gone.
    await at.killRelay();
    await at.startRelay({ cron: false, bindings: { AHEAD: String(ahead) } });
    await post("later", "0");
    const now = Date.now() + ahead;
    await sql(
      `INSERT OR REPLACE INTO parts (name, text) VALUES ('share', '${now} 1293')`,
      "prospects",
    );
    await at.killRelay();
    await at.startRelay({ cron: false, bindings: { AHEAD: String(ahead) } });
    await asked();
    assert.equal((await reads("prospects")).length, 3);
    assert.deepEqual(await counts("prospects"), [5, 3, 0, 0]);
    const [share] = await sql("SELECT text FROM parts WHERE name = 'share'", "prospects");
    assert.match(share.text, / 1296$/);
    await post("later", String(day));
    await asked();
    assert.deepEqual(await counts("prospects"), [5, 5, 0, 0]);
  });

  test("and an account that is closed is not asked before a lead has found it mended", async () => {
    await delivered(2, "pardot");
    await at.expireTokens();
    await at.faults([
      {
        calls: "token",
        fault: "status",
        status: 400,
        body: { error: "invalid_grant" },
        until: "cleared",
      },
    ]);
    const { id } = await send("pardot");
    const closed = async () => {
      const { gates } = await read("status");
      return gates.find(({ account }) => account === "pardot").closed !== null;
    };
    await until(closed, "a closed account");
    await post("later", String(3 * day));
    await asked();
    assert.equal((await reads("pardot")).length, 0);
    assert.deepEqual(await counts("pardot"), [8, 0, 0, 0]);
    assert.equal(await closed(), true);
    await mend();
    await until(async () => {
      await post("wake");
      return (await read(`lead?id=${id}`)).state === "delivered";
    }, "a mended account");
    // The hour in which it was found to be closed is over.
    await post("later", String(3 * day + day / 24));
    await asked();
    assert.deepEqual(await counts("pardot"), [8, 2, 0, 0]);
  });
});

test("a kill in the midst counts nothing twice, and leaves nobody out", async () => {
  ahead = 0;
  await start();
  try {
    const leads = await delivered(9, "prospects");
    await remove("prospects", leads[4].email);
    ahead = day + day / 24;
    await at.killRelay();
    for (let turn = 0; turn < 2; turn++) {
      // Its call arrives, and the answer comes to nobody.
      await at.faults([{ operation: READS.prospects, fault: "latency", ms: 600, times: 10_000 }]);
      await at.startRelay({ cron: false, bindings: { AHEAD: String(ahead) } });
      await until(async () => {
        await post("wake");
        return (await reads("prospects")).some(({ verdict }) => verdict === "running");
      }, "a call that is out");
      await at.killRelay();
    }
    await at.startRelay({ cron: false, bindings: { AHEAD: String(ahead) } });
    await mend();
    // The lease of a call that nobody heard of ends by itself.
    await until(async () => {
      await asked();
      return (await counts("prospects"))[1] === 8;
    }, "all of them");
    assert.ok((await reads("prospects")).length > 9, "a call was lost, and made again");
    assert.deepEqual(await counts("prospects"), [9, 8, 1, 0]);
  } finally {
    await at.stop();
  }
});

test("the console shows accepted against stored, and what vanished; and somebody is told", async (t) => {
  ahead = 0;
  await start({ ALERTS: "1" });
  t.after(() => at.stop());
  const leads = await delivered(3);
  const record = await remove("pardot", leads[0].email);
  await later(day + day / 24);
  await asked();
  const [browser, axe] = await Promise.all([
    launch(),
    readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
  ]);
  t.after(() => browser.close());
  for (const [width, colorScheme] of [
    [1280, "light"],
    [390, "dark"],
  ]) {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => assert.fail(String(error)));
    await page.goto(`${at.relay}/operator`);
    await page.fill("#key", "demo-operator");
    await page.keyboard.press("Enter");
    await page.click('nav >> text="Stored"');
    const row = page.locator("section[aria-labelledby=missed] tbody tr");
    await row.waitFor();
    assert.match(await row.innerText(), /pardot/);
    assert.equal(
      await row.locator("td a").getAttribute("href"),
      `https://crm.example/records/${record}`,
    );
    const cells = await page
      .locator("section[aria-labelledby=counts] tbody tr")
      .evaluateAll((rows) =>
        rows.map((one) => [...one.querySelectorAll("td")].map((cell) => cell.textContent)),
      );
    assert.deepEqual(
      cells.map((cell) => cell.slice(1).join(" ")),
      ["marketo 3 3 0 0 0", "pardot 3 2 1 0 0", "prospects 3 3 0 0 0"],
    );
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} px in ${width}`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(
      violations.map(({ id, nodes }) => [id, nodes[0].html]),
      [],
    );
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/stored-${width}.png`, fullPage: true });
    await row.locator("th a").click();
    await page.waitForSelector("text=Record");
    await context.close();
  }
  await until(async () => {
    const { alerts } = await read("today?days=1&zone=0");
    return alerts.incidents.some(({ code, count }) => code === "alert.vanished" && count === 1);
  }, "an incident");
});
