// A relay whose options are wrong says so when it starts, and takes every lead that it can: what only keeps a lead from its
// system waits, with the reason, and goes out once the owner has mended it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./browser.mjs";
import { body, root, stand, until } from "./stand.mjs";

const AUTH = { authorization: "Bearer demo-operator" };
let at;
before(async () => {
  at = await stand({ worker: `${root}tests/options.worker.mjs`, silent: true });
});
after(() => at?.stop());

let people = 0;
async function send(form, more = {}) {
  const email = `${form}${++people}@example.org`;
  const response = await fetch(`${at.relay}/leads/${form}`, {
    method: "POST",
    body: body({ firstName: "Ann", lastName: "Lee", email, ...more }, { key: crypto.randomUUID() }),
    headers: { accept: "application/json", origin: at.page },
  });
  const answer = await response.json();
  return { email, status: response.status, state: answer.state, code: answer.issues[0]?.code };
}
const status = async () => (await fetch(`${at.relay}/operator/status`, { headers: AUTH })).json();
const said = async () =>
  (await (await fetch(`${at.relay}/test/lines`, { method: "POST" })).json()).map((line) =>
    JSON.parse(line),
  );
const arrived = async (email) => (await at.leads()).some((lead) => lead.email === email);
/** The rows of the operator's page: one for each finding, with its place, its code and its sentence. */
async function shown(t) {
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${at.relay}/operator`);
  await page.fill("#key", "demo-operator");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#configuration tbody tr");
  const rows = await page.locator("#configuration tbody tr").allInnerTexts();
  const { options } = await status();
  assert.equal(rows.length, options.length);
  for (const { place, code, message } of options) {
    const row = rows.find((one) => one.trim().split(/\s/)[0] === place);
    assert.ok(row?.includes(message) && row.includes(code), `${place}: ${row}`);
  }
  return rows;
}
const start = async (bindings) => {
  await at.killRelay();
  await at.startRelay({ bindings });
};

/** Each mistake: its form, the place to mend, its code, what it closes and what its lead is answered. */
const MISTAKES = [
  [3, "credential", "accounts.keyless.credentials.key", "account.credential", "account", 202],
  [4, "address", "accounts.nowhere.baseUrl", "account.base_url", "account", 202],
  [5, "login", "accounts.shared.credentials.loginUrl", "account.login_url", "account", 202],
  [6, "number", "forms.number.deliver[0].constants.formId", "options.constant", "target", 202],
  [7, "param", "forms.param.deliver[0].map.compny", "options.param", "target", 202],
  [8, "sourceless", "forms.sourceless.deliver[0].map.lastName", "options.required", "target", 202],
  [8, "optional", "forms.optional.deliver[0].map.lastName", "options.required", "target", 202],
  [9, "kind", "forms.kind.fields.company.kind", "options.kind", "form", 500],
  [10, "idle", "forms.idle.fields.company.require", "options.member", "nothing", 202],
  [11, "path", "forms.path.origins[0]", "options.origin_path", "nothing", 202],
  [11, "several", "forms.several.origins[0]", "options.origin", "form", 500],
  [12, "unknown", "forms.unknown.deliver[0].account", "options.account", "way", 202],
  [12, "twice", "forms.twice.deliver[1].account", "options.twice", "form", 500],
  [13, "fieldless", "forms.fieldless.deliver[0].map.notes", "options.field", "target", 202],
];
const places = MISTAKES.map(([, , place]) => place).sort();

describe("a relay with every mistake", () => {
  const waiting = [];

  for (const [number, form, place, code, closes, expected] of MISTAKES) {
    test(`${number}. ${place}: ${code}`, async () => {
      // Of a field that may be empty, whoever leaves it so waits.
      const more = form === "optional" ? { lastName: "" } : { company: "Harbor" };
      const lead = await send(form, more);
      const takes = expected === 202;
      assert.deepEqual(
        [lead.status, lead.state, lead.code],
        takes ? [202, "queued", undefined] : [500, "retry", "relay.options"],
      );
      const lines = (await said()).filter((line) => line.place === place);
      const [first] = lines;
      assert.equal(lines.length, 1, "it is said once");
      assert.deepEqual([first.event, first.code, first.closes], ["options.wrong", code, closes]);
      assert.ok(first.message.length > 20 && !first.message.includes("{}"), first.message);
      const { options } = await status();
      const finding = options.find((one) => one.place === place);
      assert.deepEqual([finding.code, finding.message], [code, first.message]);
      if (["account", "target", "way"].includes(closes)) waiting.push(lead);
      if (closes === "nothing") await until(() => arrived(lead.email), `${form}'s lead`);
    });
  }

  test("names the binding that is not set", async () => {
    const { options } = await status();
    const bindings = options
      .filter(({ binding }) => binding)
      .map((one) => [one.place, one.binding]);
    assert.deepEqual(bindings, [["accounts.keyless.credentials.key", "NOT_SET"]]);
    const { message } = options.find(({ binding }) => binding);
    assert.match(message, /It is read from NOT_SET, which is not set\.$/);
  });

  test("says each of them once, and nothing else", async () => {
    assert.deepEqual((await status()).options.map(({ place }) => place).sort(), places);
    const lines = (await said()).filter(({ event }) => event === "options.wrong");
    assert.deepEqual(lines.map(({ place }) => place).sort(), places);
  });

  test("takes an origin with a bare slash as it is meant", async () => {
    const { status, email } = await send("slash");
    assert.equal(status, 202);
    await until(() => arrived(email), "the lead");
  });

  test("delivers what has nothing to do with a mistake", async () => {
    for (const { email } of [await send("fine"), await send("param"), await send("optional")])
      await until(() => arrived(email), email);
    const { email } = await send("unknown");
    await until(async () => arrived(email), "the lead in the account that there is");
  });

  test("says at its accounts what they wait for, and asks no system", async () => {
    const { gates } = await status();
    const gate = (name) => gates.find(({ account }) => account === name);
    assert.deepEqual(
      ["keyless", "nowhere", "shared"].map((name) => gate(name).closed?.code),
      ["account.credential", "account.base_url", "account.login_url"],
    );
    const targets = ["marketo", "prospects"].flatMap((name) =>
      gate(name).targets.map(({ form, param, code }) => [form, param, code].join(" ")),
    );
    assert.deepEqual(targets.sort(), [
      "fieldless  options.field",
      "number  options.constant",
      "optional !lastName options.required",
      "param compny options.param",
      "sourceless  options.required",
    ]);
    const emails = new Set((await at.leads()).map(({ email }) => email));
    for (const { email } of waiting.filter(({ email }) => !email.startsWith("unknown")))
      assert.ok(!emails.has(email), email);
    const attention = await fetch(`${at.relay}/operator/attention`, { headers: AUTH });
    const { groups } = await attention.json();
    assert.deepEqual(
      groups.map(({ code, form, account }) => [code, form, account]),
      [["account.gone", "unknown", "crm"]],
    );
  });

  test("shows each on the operator's page", { timeout: 120_000 }, async (t) => {
    const rows = await shown(t);
    assert.match(rows[0], /No lead of the form \w+ is taken\./);
  });

  test("shows no token and no rules of a form that takes no lead", async () => {
    const response = await fetch(`${at.relay}/leads/several`, {
      headers: { accept: "application/json", origin: at.page },
    });
    const { issues } = await response.json();
    assert.deepEqual([response.status, issues[0].code], [500, "relay.options"]);
  });

  test("delivers what waits once it is mended, and takes what it refused", {
    timeout: 120_000,
  }, async () => {
    assert.equal(waiting.length, 9);
    await start({ MENDED: "1" });
    assert.deepEqual((await status()).options, []);
    for (const { email } of waiting) await until(() => arrived(email), email);
    for (const form of ["kind", "several", "twice"]) {
      const { status, email } = await send(form);
      assert.equal(status, 202, form);
      await until(() => arrived(email), email);
    }
    await until(async () => {
      const { shards, gates } = await status();
      return (
        shards.every(({ queued, dead, gone }) => queued + dead + gone === 0) &&
        gates.every(({ closed, targets }) => closed === null && targets.length === 0)
      );
    }, "nothing to be left");
    const leads = (await at.leads()).map(({ email, system }) => `${system} ${email}`);
    assert.equal(new Set(leads).size, leads.length, "nobody is there twice");
  });
});

for (const [number, broken, place, code] of [
  [1, "missing", "secret", "options.secret"],
  [2, "short", "secret[1]", "options.secret_short"],
]) {
  test(`${number}. ${place}: ${code}. No lead is taken, and the operator's door stays open`, {
    timeout: 120_000,
  }, async (t) => {
    await start({ MENDED: "1", BROKEN: broken });
    const { status: answered, state, code: said500 } = await send("fine");
    assert.deepEqual([answered, state, said500], [500, "retry", "relay.options"]);
    const { options } = await status();
    assert.deepEqual(
      options.map((one) => [one.place, one.code, one.closes]),
      [[place, code, "relay"]],
    );
    const lines = await said();
    assert.ok(lines.some((line) => line.event === "options.wrong" && line.place === place));
    assert.ok(!JSON.stringify([lines, options]).includes("hunter2"));
    assert.match((await shown(t))[0], /No lead is taken\./);
  });
}
