// The operator's page in Chromium: it goes on to show what became of what was sent on, and what waits in vain can be moved
// from there. By keyboard alone, and without anything that axe finds.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, beforeEach, test } from "node:test";
import { launch } from "./browser.mjs";
import { body, root, stand, until } from "./stand.mjs";

const bindings = { SHARDS: "2" };
let at;
let browser;
let axe;
let people = 0;
before(async () => {
  [at, browser, axe] = await Promise.all([
    stand({ worker: `${root}tests/operator-store.worker.mjs`, bindings }),
    launch(),
    readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
  ]);
});
after(() => Promise.allSettled([browser?.close(), at?.stop()]));

const WRITES = { marketo: "marketo.lead.submitForm", prospects: "prospects.prospect.upsert" };
const AUTH = { authorization: "Bearer demo-operator" };
const read = async (path) =>
  (await fetch(`${at.relay}/operator/${path}`, { headers: AUTH })).json();
const rule = async (what, which) =>
  (
    await fetch(`${at.relay}/operator/${what}`, {
      method: "POST",
      headers: AUTH,
      body: JSON.stringify(which),
    })
  ).json();
const phases = async (id) =>
  Object.fromEntries((await read(`leads?id=${id}`)).map(({ account, phase }) => [account, phase]));

async function send() {
  const email = `page${++people}@example.org`;
  const response = await fetch(at.form, {
    method: "POST",
    body: body({ firstName: "Ann", lastName: "Lee", email }, { key: crypto.randomUUID() }),
    headers: { accept: "application/json", origin: at.page },
  });
  return { id: (await response.json()).id, email };
}

/** Leads that marketo refuses each time. */
async function refused(count) {
  await at.faults([{ operation: WRITES.marketo, fault: "code", code: 1003, times: 10_000 }]);
  const leads = [];
  for (let n = 0; n < count; n++) leads.push(await send());
  for (const { id } of leads)
    await until(async () => (await phases(id)).marketo === "dead", "the refusal");
  return leads;
}

async function deploy(own = {}) {
  for (const name of ["ONE", "CRM", "FORM"]) bindings[name] = own[name] ?? "";
  await at.killRelay();
  await at.startRelay();
}

async function opened(t, width = 1280) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  t.after(() => page.close());
  page.setDefaultTimeout(60_000);
  await page.goto(`${at.relay}/operator`);
  await page.fill("#key", "demo-operator");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#room:not([hidden])");
  return page;
}

/** Nothing that axe finds, and nothing wider than the screen. */
async function sound(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes[0].html]),
    [],
  );
  assert.ok(
    await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    "nothing is wider than the screen",
  );
}

beforeEach(async () => {
  await at.clear();
  await deploy();
  for (const phase of ["dead", "review"]) await rule("discard", { phase, reason: "the next test" });
  await until(
    async () =>
      (await read("status")).shards.every(
        ({ queued, dead, review }) => queued + dead + review === 0,
      ),
    "an empty relay",
  );
});

test("a lead that was sent on is followed: refused again it says so, and can be sent on once more until it is there", {
  timeout: 300_000,
}, async (t) => {
  const [{ id }] = await refused(1);
  const page = await opened(t);
  const row = page.locator("#leads > li", { hasText: id });
  await row.getByRole("button", { name: /^Replay/ }).press("Enter");
  await row.locator("text=Sent on: marketo.").waitFor();
  await row.locator("text=marketo: refused again: marketo.1003.").waitFor();
  await row.getByRole("button", { name: /^Replay/ }).waitFor();
  assert.match(
    await page.innerText("#rounds"),
    /of 1 delivery 1 refused again \(marketo\.1003\)\./,
  );
  // It waits, and says what for.
  await at.clear();
  await at.faults([{ operation: WRITES.marketo, fault: "status", status: 503, times: 10_000 }]);
  await row.getByRole("button", { name: /^Replay/ }).press("Enter");
  await row.locator("text=/marketo: waits: /").waitFor();
  await at.clear();
  await row.locator("text=marketo: delivered.").waitFor({ timeout: 40_000 });
  assert.equal(await row.getByRole("button").count(), 0, "nothing is left to press");
  await until(
    async () => /of 1 delivery 1 delivered\./.test(await page.innerText("#rounds")),
    "the round",
  );
  await sound(page);
});

test("a group that was sent on is followed as a whole, and the page that is opened later shows it, too", {
  timeout: 300_000,
}, async (t) => {
  const leads = await refused(5);
  await at.clear();
  await at.faults([
    { operation: WRITES.marketo, key: leads[0].email, fault: "code", code: 1003, times: 10 },
  ]);
  const page = await opened(t);
  await page.getByRole("button", { name: "Replay all 5" }).press("Enter");
  await page.waitForSelector("text=Replay all 5 leads with marketo.1003?");
  await page.locator("#yes").press("Enter");
  await page.waitForSelector("text=5 leads sent on.");
  await page.waitForSelector(
    "text=/What became of it: of 5 deliveries (4 delivered, 1 refused again|1 refused again \\(marketo.1003\\), 4 delivered)/",
  );
  assert.equal(await page.evaluate(() => document.activeElement.id), "said");
  await until(
    async () => /^1 lead needs a person\./.test(await page.innerText("#sum")),
    "the count",
  );
  const other = await opened(t, 390);
  assert.match(await other.innerText("#rounds"), /of 5 deliveries .*4 delivered/);
  await sound(other);
});

test("what waits in vain says why, is moved by keyboard, and is delivered from there", {
  timeout: 300_000,
}, async (t) => {
  await at.faults([{ operation: WRITES.prospects, fault: "status", status: 503, times: 10_000 }]);
  const leads = [await send(), await send()];
  for (const { id } of leads)
    await until(async () => (await phases(id)).marketo === "done", "the first account");
  await deploy({ CRM: "crm" });
  await until(
    async () => (await read("status")).shards.reduce((sum, { gone }) => sum + gone, 0) === 2,
    "the count",
  );
  await at.clear();
  const page = await opened(t);
  assert.match(await page.innerText("#sum"), /^2 leads need a person\. Nothing waits for a CRM\./);
  const said = await page.innerText("#groups");
  assert.match(
    said,
    /2 leads wait in vain, from the form contact to the account prospects: the form no longer goes to an account of this name/,
  );
  assert.match(await page.innerText("#leads"), /prospects waits in vain: the form no longer goes/);
  await page.getByRole("button", { name: "Move all 2…" }).press("Enter");
  await page.waitForSelector("#ask[open]");
  assert.equal(await page.evaluate(() => document.activeElement.id), "to");
  assert.deepEqual(await page.locator("#to option").allInnerTexts(), ["crm"]);
  await sound(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  assert.ok(await page.isChecked("#sure"));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=2 leads moved.");
  await until(
    async () =>
      (await Promise.all(leads.map(({ id }) => phases(id)))).every((all) => all.crm === "done"),
    "the deliveries",
  );
  await page.click("#again");
  await page.waitForSelector("text=Nothing needs a person.");
  await sound(page);
});

test("many are sent on some at a time, which can be stopped", { timeout: 300_000 }, async (t) => {
  const page = await opened(t);
  const asked = [];
  const groups = [{ phase: "dead", code: "marketo.1003", leads: 5_000 }];
  await page.route(/operator\/attention/, (route) =>
    route.fulfill({ json: { groups, leads: [], next: null } }),
  );
  await page.route(/operator\/replay/, async (route) => {
    asked.push({
      cursor: new URL(route.request().url()).searchParams.get("cursor"),
      ...route.request().postDataJSON(),
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const rows = Array.from({ length: 1_000 }, (_, n) => ({
      id: `l${asked.length}-${n}/marketo`,
      lead: `l${asked.length}-${n}`,
      account: "marketo",
      moved: true,
    }));
    await route.fulfill({
      json: { rows, next: `shard-0 l${asked.length}`, round: "mh0000000-00000000" },
    });
  });
  await page.click("#again");
  await page.getByRole("button", { name: "Replay all 5,000" }).click();
  await page.click("#yes");
  await page.waitForSelector("text=1,000 leads sent on so far.");
  await page.waitForSelector("text=2,000 leads sent on so far.");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.waitForSelector("text=/leads sent on\\. Stopped; the others are where they were\\./");
  assert.deepEqual(
    asked.slice(0, 3).map(({ cursor, round }) => [cursor, round]),
    [
      [null, undefined],
      ["shard-0 l1", "mh0000000-00000000"],
      ["shard-0 l2", "mh0000000-00000000"],
    ],
  );
  const { length } = asked;
  await new Promise((resolve) => setTimeout(resolve, 800));
  assert.equal(asked.length, length, "nothing more is asked");
});
