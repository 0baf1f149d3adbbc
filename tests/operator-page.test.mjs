// The console in Chromium, as somebody uses it who has no terminal: signs in, sees the day, finds a lead, follows and mends it,
// rules about many with a way back. By keyboard where it matters, and without anything that axe finds.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, beforeEach, test } from "node:test";
import { strFromU8, unzipSync } from "fflate";
import { launch } from "./browser.mjs";
import { body, root, stand, until } from "./stand.mjs";

const bindings = { SHARDS: "2" };
/** A person has a tenth of the usual time to take something back. */
const timeScale = 10;
let at;
let browser;
let axe;
let people = 0;
before(async () => {
  [at, browser, axe] = await Promise.all([
    stand({ worker: `${root}tests/console.worker.mjs`, bindings, timeScale }),
    launch(),
    readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
  ]);
});
after(() => Promise.allSettled([browser?.close(), at?.stop()]));

const MARKETO = "marketo.lead.submitForm";
const AUTH = { authorization: "Bearer demo-operator" };
const SCRIPT = "<img src=x onerror=document.title=1><script>document.title=1</script>";
const read = async (path) =>
  (await fetch(`${at.relay}/operator/${path}`, { headers: AUTH })).json();
const tell = async (path, said) =>
  (
    await fetch(`${at.relay}/operator/${path}`, {
      method: "POST",
      headers: AUTH,
      body: JSON.stringify(said),
    })
  ).json();
const stateOf = async (id) => (await read(`lead?id=${id}`)).state;

async function send(own = {}, values = {}) {
  const email = `page${++people}@example.org`;
  const response = await fetch(at.form, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email, notes: SCRIPT, terms: "yes", ...values },
      { key: crypto.randomUUID(), ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  return { id: (await response.json()).id, email };
}

/** Leads that marketo refuses. */
async function refused(count) {
  await at.faults([{ operation: MARKETO, fault: "code", code: 1003, times: 10_000 }]);
  const leads = [];
  for (let n = 0; n < count; n++) leads.push(await send());
  for (const { id } of leads) await until(async () => (await stateOf(id)) === "dead", "refusal");
  await at.clear();
  return leads;
}

async function opened(t, { width = 1280, dark = false, values = false, wrong = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: dark ? "dark" : "light",
  });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => assert.fail(String(error)));
  page.on("console", (message) => assert.doesNotMatch(message.text(), /Content Security Policy/));
  await page.goto(`${at.relay}/operator`);
  if (wrong) {
    await page.fill("#key", "no key of the relay's");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=That is none of the relay's keys.");
  }
  await page.fill("#key", "demo-operator");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=leads accepted today");
  if (values) {
    await page.getByRole("button", { name: "Show values" }).click();
    if (wrong) {
      await page.fill("#value-key", "demo-operator");
      await page.keyboard.press("Enter");
      await page.waitForSelector("text=That is not the key for values");
    }
    await page.fill("#value-key", "demo-operator-values");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Hide values");
  }
  return page;
}

const go = (page, hash) =>
  page.evaluate((to) => {
    location.hash = to;
  }, hash);

/** Nothing that axe finds, nothing wider than the screen, and nothing of a visitor's ran. */
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
  assert.match(await page.title(), /· Relay$/);
}

beforeEach(async () => {
  await at.clear();
  for (const phase of ["dead", "review"]) await tell("discard", { phase, reason: "the next test" });
});

test("every view is whole at 390 and 1,920 px, light and dark, and a session outlives a reload", {
  timeout: 300_000,
}, async (t) => {
  await refused(2);
  await send({ token: "forged" });
  for (const how of [
    { width: 390, dark: true },
    { width: 1920, values: true },
  ]) {
    const page = await opened(t, how);
    await page.reload();
    await page.waitForSelector("text=leads accepted today");
    await sound(page);
    for (const [view, text] of [
      ["leads", "3 leads"],
      ["review", "Why leads wait for a person"],
      ["export", how.values ? "Leads that are not finished" : "An export has what visitors typed"],
      ["setup", "First name"],
      ["people", "Who saw or changed what"],
    ]) {
      await page.click(`nav >> text=${{ setup: "Set-up" }[view] ?? view}`);
      if (view === "leads") await go(page, "#/leads?state=person");
      await page.waitForSelector(`text=${text}`);
      await sound(page);
    }
    await page.getByRole("button", { name: /Sign out/ }).click();
    await page.waitForSelector("#key");
    await page.reload();
    await page.waitForSelector("#key");
  }
});

test("a lead is found by e-mail, its story is told, and it is corrected and delivered", {
  timeout: 300_000,
}, async (t) => {
  const [{ id, email }] = await refused(1);
  const page = await opened(t, { values: true });
  await page.click("nav >> text=Leads");
  await page.getByLabel("E-mail, phone or id").fill(email);
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=1 lead, the newest first.");
  assert.ok(!page.url().includes("example.org"), "no value in an address");
  await page.getByRole("link", { name: `Ann Lee, ${email}` }).click();
  await page.waitForSelector("text=marketo.1003");
  assert.match(await page.innerText("main"), /You may call me back/);
  assert.ok((await page.innerText("main")).includes(SCRIPT), "what was typed is text");
  await sound(page);
  await page.getByRole("button", { name: "Correct and send again" }).press("Enter");
  await page.fill("#v-email", "no address");
  await page.getByRole("button", { name: "Save and send" }).press("Enter");
  await page.waitForSelector("#v-email-issues");
  await sound(page);
  await page.fill("#v-email", `mended-${email}`);
  await page.getByRole("button", { name: "Save and send" }).press("Enter");
  await page.waitForSelector("text=Corrected, and sent on.");
  await until(async () => (await stateOf(id)) === "delivered", "the delivery");
  const held = (await at.leads()).filter((lead) => lead.email === `mended-${email}`);
  assert.deepEqual(
    held.map(({ system }) => system),
    ["marketo"],
  );
});

test("many are released with one word, which can be taken back until it is due", {
  timeout: 300_000,
}, async (t) => {
  const sent = [];
  for (let n = 0; n < 5; n++) sent.push(await send({ token: "forged" }));
  const page = await opened(t);
  await page.click("nav >> text=Review");
  await page.getByRole("link", { name: /5 leads are held/ }).press("Enter");
  await page.getByRole("button", { name: "Release all 5" }).press("Enter");
  await page.getByRole("button", { name: "Release 5", exact: true }).press("Enter");
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await page.waitForSelector("text=Undo", { state: "detached" });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  for (const { id } of sent) assert.equal(await stateOf(id), "review");
  await page.getByRole("button", { name: "Release all 5" }).press("Enter");
  await page.getByRole("button", { name: "Release 5", exact: true }).press("Enter");
  await page.waitForSelector(".due >> text=5 leads sent on.");
  for (const { id } of sent) await until(async () => (await stateOf(id)) === "delivered", id);
  await page.waitForSelector("text=Nothing needs a person.");
});

test("one is discarded with a reason, and its neighbours stay", {
  timeout: 300_000,
}, async (t) => {
  const [one, other] = [await send({ token: "forged" }), await send({ token: "forged" })];
  const page = await opened(t);
  await page.click("nav >> text=Review");
  await page.getByRole("button", { name: `Discard ${one.id}` }).press("Enter");
  const yes = page.getByRole("button", { name: "Discard 1", exact: true }).last();
  await page.fill("#reason", "ann@example.org asked");
  await yes.press("Enter");
  await page.waitForSelector("text=names no person");
  await page.fill("#reason", "Robots");
  await yes.press("Enter");
  await page.waitForSelector(".due >> text=1 lead discarded.");
  assert.equal(await stateOf(one.id), "discarded");
  assert.equal(await stateOf(other.id), "review");
});

test("what waits in vain says why, is moved by keyboard, and is delivered from there", {
  timeout: 300_000,
}, async (t) => {
  await at.faults([
    { operation: "prospects.prospect.upsert", fault: "status", status: 503, times: 10_000 },
  ]);
  const sent = [await send(), await send()];
  const phases = async (id) =>
    Object.fromEntries(
      (await read(`lead?id=${id}`)).deliveries.map(({ account, phase }) => [account, phase]),
    );
  for (const { id } of sent) await until(async () => (await phases(id)).marketo === "done", id);
  await at.killRelay();
  await at.startRelay({ bindings: { ...bindings, CRM: "crm" } });
  t.after(async () => {
    await at.killRelay();
    await at.startRelay({ bindings });
  });
  await at.clear();
  const page = await opened(t);
  await page.click("nav >> text=Review");
  await page
    .getByRole("link", { name: /2 leads wait in vain, from the form contact to prospects/ })
    .press("Enter");
  await page.getByRole("button", { name: "Move all 2…" }).press("Enter");
  await page.waitForSelector("dialog[open]");
  await sound(page);
  assert.deepEqual(await page.locator("#to option").allInnerTexts(), ["crm"]);
  await page.locator("#sure").press("Space");
  await page.getByRole("button", { name: "Move 2", exact: true }).press("Enter");
  await page.waitForSelector("text=2 leads moved.");
  for (const { id } of sent) await until(async () => (await phases(id)).crm === "done", id);
});

test("set-up is checked against the systems, and leads are taken out as a spreadsheet", {
  timeout: 300_000,
}, async (t) => {
  await send({ token: "forged" }, { phone: "(212) 456-7890", notes: "=1+1" });
  const page = await opened(t, { values: true, wrong: true });
  await page.click("nav >> text=Set-up");
  await page.getByRole("button", { name: "Check accounts and mappings" }).press("Enter");
  await page.waitForSelector("text=/Nothing stops a lead|Something stops leads/");
  await page.waitForSelector("h3 >> text=contact to marketo");
  await sound(page);
  await page.click("nav >> text=Export");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save leads.xlsx" }).press("Enter"),
  ]);
  assert.equal(download.suggestedFilename(), "leads.xlsx");
  const parts = unzipSync(new Uint8Array(await readFile(await download.path())));
  const all = Object.values(parts)
    .map((part) => strFromU8(part))
    .join("\n");
  assert.match(all, />\+12124567890</, "a phone is text");
  assert.match(all, />=1\+1</, "what was typed is text");
  assert.ok(!/<f>/.test(all), "nothing is a formula");
  assert.match(all, />20\d\d-\d\d-\d\dT[\d:.]+Z</);
});
