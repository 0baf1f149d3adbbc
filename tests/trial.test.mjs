// A lead that a person sends from the console to see it arrive: by the form's rules and mappings into each system, marked, in no
// count of a day; and taken out of a system again only where nobody was there before. On real workerd.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

let at;
let people = 0;
before(async () => {
  at = await stand({
    worker: `${root}tests/console.worker.mjs`,
    bindings: { SHARDS: "2", PARDOT: "yes" },
    timeScale: 60,
  });
});
after(() => at.stop());
beforeEach(() => at.clear());

const AUTH = { authorization: "Bearer demo-operator" };
const ask = async (path, said) => {
  const answer = await fetch(`${at.relay}/operator/${path}`, {
    method: said ? "POST" : "GET",
    headers: AUTH,
    ...(said && { body: JSON.stringify(said) }),
  });
  const text = await answer.text();
  return { status: answer.status, ...(path === "metrics" ? { text } : JSON.parse(text)) };
};
const mail = () => `trial${++people}@example.org`;
const values = (email) => ({ firstName: "Test", lastName: "Lee", email, terms: "yes" });
const settled = (id, state) =>
  until(async () => (await ask(`lead?id=${id}`)).state === state, `${id}: ${state}`);
const stays = async (id) =>
  Object.fromEntries(
    (await ask(`lead?id=${id}`)).deliveries.map(({ account, stays }) => [account, stays]),
  );
const stored = async (email) =>
  (await at.leads()).filter((lead) => lead.email === email).map(({ system }) => system);

test("it goes the whole way, is marked, and no day counts it", async () => {
  const email = mail();
  const { status, id } = await ask("test", { form: "contact", values: values(email) });
  assert.equal(status, 200);
  await settled(id, "delivered");
  assert.deepEqual((await stored(email)).sort(), ["marketo", "pardot", "prospects"]);
  const lead = await ask(`lead?id=${id}`);
  assert.equal(lead.test, 1);
  assert.ok(lead.deliveries.every(({ record }) => record));
  const { leads } = await ask("search", { text: email });
  assert.deepEqual(
    leads.map((one) => [one.id, one.test]),
    [[id, 1]],
  );
  const today = await ask("today?days=1");
  assert.deepEqual([today.days, today.took.of], [[], 0]);
  const { text } = await ask("metrics");
  assert.doesNotMatch(text, /^fieldpost_(accepted|delivered)_total\{/m);
  // A real one is counted.
  await fetch(at.form, {
    method: "POST",
    body: body(values(mail()), { key: crypto.randomUUID() }),
    headers: { accept: "application/json", origin: at.page },
  });
  await until(async () => (await ask("today?days=1")).took.of === 1, "a real lead");
  const { days } = await ask("today?days=1");
  assert.deepEqual(days.map(({ what, account, n }) => [what, account, n]).sort(), [
    ["accepted", "", 1],
    ["delivered", "marketo", 1],
    ["delivered", "pardot", 1],
    ["delivered", "prospects", 1],
  ]);
});

test("what it has made is deleted where nobody was there before, once, and stays elsewhere", async () => {
  const email = mail();
  const { id } = await ask("test", { form: "event", values: values(email) });
  await settled(id, "delivered");
  assert.deepEqual(await stays(id), {
    marketo: "test.unasked",
    pardot: null,
    prospects: "test.stays",
  });
  for (const account of ["marketo", "prospects"])
    assert.equal((await ask("remove", { id, account })).removed, false, account);
  // The system says no: nothing is taken for deleted.
  const operation = "pardot.prospect.delete";
  await at.faults([{ operation, fault: "status", status: 500, times: 1 }]);
  const failed = await ask("remove", { id, account: "pardot" });
  assert.deepEqual([failed.status, failed.removed], [200, false]);
  assert.equal((await stays(id)).pardot, null);
  const done = await ask("remove", { id, account: "pardot" });
  assert.deepEqual([done.status, done.removed, done.code], [200, true, null]);
  assert.equal((await stays(id)).pardot, "test.removed");
  assert.deepEqual((await stored(email)).sort(), ["marketo", "prospects"]);
  const again = await ask("remove", { id, account: "pardot" });
  assert.deepEqual([again.removed, again.code], [false, "test.removed"]);
  const { deliveries } = await ask(`lead?id=${id}`);
  const { attempts } = deliveries.find(({ account }) => account === "pardot");
  assert.deepEqual(
    attempts.slice(-2).map((one) => [one.operation, one.kind]),
    [
      [operation, attempts.at(-2).kind],
      [operation, "stored"],
    ],
  );
  const calls = (await at.ledger()).filter((one) => one.operation === operation);
  assert.equal(calls.length, 2);
  const { lines } = await ask("audit");
  assert.deepEqual(
    lines.slice(0, 2).map(({ what, about }) => [what, JSON.parse(about).account]),
    [
      ["remove", "pardot"],
      ["remove", "pardot"],
    ],
  );
  assert.ok(lines.some(({ what, about }) => what === "test" && about.includes('"form":"event"')));
  assert.ok(!JSON.stringify(lines).includes(email), "no value is audited");
});

test("whoever was there before stays, as do the records of real leads", async () => {
  const email = mail();
  const response = await fetch(at.form, {
    method: "POST",
    body: body(values(email), { key: crypto.randomUUID() }),
    headers: { accept: "application/json", origin: at.page },
  });
  const real = (await response.json()).id;
  await settled(real, "delivered");
  const { id } = await ask("test", {
    form: "contact",
    values: values(email),
    accounts: ["pardot"],
  });
  await settled(id, "delivered");
  assert.deepEqual(await stays(id), { pardot: "test.there" });
  const { removed, code, message } = await ask("remove", { id, account: "pardot" });
  assert.deepEqual([removed, code], [false, "test.there"]);
  assert.match(message, /was there before/);
  assert.equal((await ask("remove", { id: real, account: "pardot" })).status, 404);
  assert.equal((await ask(`lead?id=${real}`)).deliveries[0].stays, undefined);
  assert.ok((await stored(email)).includes("pardot"));
});

test("the form's rules hold, and it goes nowhere that the form does not", async () => {
  const before = (await at.ledger()).length;
  const wrong = await ask("test", { form: "contact", values: values("no address") });
  assert.deepEqual(
    [wrong.status, wrong.code, wrong.issues.map(({ field }) => field)],
    [422, "test.values", ["email"]],
  );
  for (const said of [
    {},
    { form: "toString", values: values(mail()) },
    { form: "contact", values: values(mail()), accounts: ["nobody's"] },
    { form: "contact", values: values(mail()), accounts: [] },
  ]) {
    const { status, code } = await ask("test", said);
    assert.deepEqual([status, code], [400, "test.way"]);
  }
  for (const values of [undefined, null, "text", 5, [], { email: ["a", {}] }])
    assert.equal((await ask("test", { form: "contact", values })).status, 422);
  for (const said of [{}, { id: 5, account: null }, { id: "none", account: "pardot" }])
    assert.equal((await ask("remove", said)).status, 404);
  assert.equal((await at.ledger()).length, before);
});
