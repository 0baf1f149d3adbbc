// Whose record a lead touches, and what a visitor's silence is: on real workerd, against the sandbox.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

let at;
before(async () => {
  at = await stand({ worker: `${root}tests/persons.worker.mjs` });
});
after(() => at.stop());
// The relay keeps its token: a call with one that is gone would be refused first.
beforeEach(() => at.clear());

/** Sends a lead, and waits until the relay says that it is stored. */
async function send(form, lead, own = {}) {
  const response = await fetch(`${at.relay}/leads/${form}?wait`, {
    method: "POST",
    headers: { origin: at.page, accept: "application/json" },
    body: body(lead, { key: crypto.randomUUID(), ...own }),
  });
  const { id, state, issues } = await response.json();
  assert.ok(["stored", "queued"].includes(state), JSON.stringify(issues));
  await until(
    async () => (await rows(id)).every(({ phase }) => phase === "done"),
    `${id} to be delivered`,
    60_000,
  );
  return id;
}
/** An operator's view of a lead's deliveries. */
const rows = async (id) =>
  (
    await (
      await fetch(`${at.relay}/operator/leads`, {
        headers: { authorization: "Bearer demo-operator" },
      })
    ).json()
  ).filter((row) => row.id.startsWith(id));
const calls = async (operation) =>
  (await at.ledger()).filter((call) => call.operation === operation);
const sent = async () => (await calls("marketo.lead.submitForm")).map(({ body }) => body.input[0]);

describe("silence", () => {
  const FIELDS = ["email", "optIn", "phoneOptIn", "unsubscribed", "emailOptIn", "weekly"];
  beforeEach(() => at.config({ marketo: { forms: { 1029: { fields: FIELDS } } } }));
  const marketo = async () => (await at.leads()).find(({ system }) => system === "marketo").fields;

  test("withdraws no permission: what was not ticked is in no request", async () => {
    const email = "silent@example.org";
    await send("news", { email, news: "yes", calls: "on" });
    assert.deepEqual([(await marketo()).optIn, (await marketo()).phoneOptIn], [true, true]);
    for (const silent of [{}, { news: "", calls: "" }, { news: "false", calls: "0" }])
      await send("news", { email, ...silent });
    for (const { leadFormFields } of (await sent()).slice(1))
      assert.deepEqual(leadFormFields, { email });
    assert.deepEqual(
      [(await marketo()).optIn, (await marketo()).phoneOptIn],
      [true, true],
      "the permission stands",
    );
  });

  test("a choice to withdraw is one that the owner maps as such", async () => {
    const email = "enough@example.org";
    await send("news", { email, stop: "on", again: "false" });
    assert.deepEqual((await sent())[0].leadFormFields, {
      email,
      unsubscribed: true,
      emailOptIn: false,
      weekly: "false",
    });
  });
});

describe("Marketo's cookie", () => {
  const RAW = "id:123-ABC-456&token:_mch-example.com-1700000000000-12345";

  test("goes raw into the request, however the page keeps it", async () => {
    for (const cookie of [RAW, encodeURIComponent(RAW), RAW.replace("&", "%26")]) {
      await send("cookie", { email: "cookie@example.org", terms: "yes" }, { mkto_trk: cookie });
    }
    assert.deepEqual(
      (await sent()).map(({ cookie }) => cookie),
      [RAW, RAW, RAW],
    );
    assert.deepEqual(
      (await calls("marketo.lead.submitForm")).map(({ verdict }) => verdict),
      ["created", "updated", "updated"],
    );
  });

  test("that is refused goes, and the lead is stored once, with a warning on its row", async () => {
    const id = await send(
      "cookie",
      { email: "bad@example.org", terms: "yes" },
      { mkto_trk: "id:123-ABC-456&token:something-else" },
    );
    const made = await calls("marketo.lead.submitForm");
    assert.deepEqual(
      made.map(({ verdict }) => verdict),
      ["refused:1012", "created"],
    );
    assert.deepEqual(
      made.map(({ body }) => "cookie" in body.input[0]),
      [true, false],
    );
    assert.deepEqual(
      (await rows(id)).map(({ phase, warning }) => [phase, warning]),
      [["done", "marketo.cookie_dropped"]],
    );
  });
});

describe("a prospect", () => {
  const PHONE = "+12124561234";
  let people = 0;
  const lead = (more = {}) => ({
    firstName: "Ann",
    lastName: "Lee",
    email: `ann${++people}@example.org`,
    phone: "(212) 456-1234",
    ...more,
  });
  const prospects = async () =>
    (await at.leads())
      .filter(({ system }) => system === "prospects")
      .map(({ fields: { firstName, email, phone, notes } }) => ({
        firstName,
        email,
        phone,
        notes,
      }));
  /** Somebody whom another system wrote. */
  const known = async (fields) => {
    const response = await fetch(`${at.sandbox}/v2/prospects`, {
      method: "POST",
      headers: { authorization: "Bearer sandbox-key", "content-type": "application/json" },
      body: JSON.stringify({ firstName: "Bob", lastName: "Ray", ...fields }),
    });
    assert.equal(response.status, 201);
  };
  /** What the relay asked: the operation, and what it went by. */
  const asked = async () =>
    (await at.ledger())
      .filter(({ system }) => system === "prospects")
      .map(({ operation, verdict, key }) => [operation.split(".")[2], verdict, key]);
  const written = async () => (await calls("prospects.prospect.upsert")).map(({ body }) => body);

  test("whose phone nobody else has costs one look", async () => {
    const ann = lead({ notes: "Call after six." });
    const id = await send("contact", ann);
    assert.deepEqual(await prospects(), [
      { firstName: "Ann", email: ann.email, phone: PHONE, notes: "Call after six." },
    ]);
    assert.deepEqual(await asked(), [
      ["list", "found", PHONE],
      ["upsert", "created", ann.email],
    ]);
    assert.equal((await rows(id))[0].warning, null);
  });

  test("is not merged with a stranger who has the same phone", async () => {
    await known({ email: "bob@example.org", phone: PHONE, notes: "Ours." });
    const ann = lead({ notes: "Call after six." });
    const id = await send("contact", ann);
    assert.deepEqual(await prospects(), [
      { firstName: "Bob", email: "bob@example.org", phone: PHONE, notes: "Ours." },
      {
        firstName: "Ann",
        email: ann.email,
        phone: undefined,
        notes: `Call after six.\nPhone: ${PHONE}`,
      },
    ]);
    assert.deepEqual((await asked()).slice(1), [
      ["list", "found", PHONE],
      ["list", "found", ann.email],
      ["upsert", "created", ann.email],
    ]);
    assert.equal((await rows(id))[0].warning, "prospects.phone_taken");
  });

  test("with another phone, without an e-mail, or written otherwise is no other", async () => {
    await known({ phone: "212-456-1234" });
    const ann = lead();
    await send("plain", ann);
    assert.deepEqual(
      (await prospects()).map(({ email, phone, notes }) => [email, phone, notes]),
      [
        [undefined, "212-456-1234", undefined],
        [ann.email, undefined, `Phone: ${PHONE}`],
      ],
    );
  });

  test("who is known by e-mail keeps phone and notes, for what is sent replaces what is there", async () => {
    await known({ email: "bob@example.org", phone: PHONE });
    await known({
      firstName: "Ann",
      email: "ann@example.org",
      phone: "+13124561234",
      notes: "Ours.",
    });
    await send("contact", lead({ email: "Ann@Example.org" }));
    assert.deepEqual((await prospects())[1], {
      firstName: "Ann",
      email: "ann@example.org",
      phone: "+13124561234",
      notes: "Ours.",
    });
    assert.deepEqual((await prospects())[0].email, "bob@example.org");
  });

  test("who comes again is found by both", async () => {
    const ann = lead();
    await send("contact", ann);
    await send("contact", { ...ann, email: ann.email.toUpperCase(), notes: "Again." });
    assert.deepEqual(await prospects(), [
      { firstName: "Ann", email: ann.email, phone: PHONE, notes: "Again." },
    ]);
  });

  test("without an e-mail is whoever has the phone, and without a phone whoever has the e-mail, at no price", async () => {
    await known({ email: "bob@example.org", phone: PHONE });
    await send("contact", lead({ email: "" }));
    await send("contact", lead({ email: "bob@example.org", phone: "", notes: "Hello." }));
    assert.deepEqual(await prospects(), [
      { firstName: "Ann", email: "bob@example.org", phone: PHONE, notes: "Hello." },
    ]);
    assert.deepEqual((await asked()).slice(1), [
      ["upsert", "updated", PHONE],
      ["upsert", "updated", "bob@example.org"],
    ]);
  });

  test("is the phone's where the owner says so, and keeps the e-mail", async () => {
    await known({ email: "bob@example.org", phone: PHONE });
    const id = await send("family", lead({ notes: "Ann's." }));
    assert.deepEqual(await prospects(), [
      { firstName: "Ann", email: "bob@example.org", phone: PHONE, notes: "Ann's." },
    ]);
    assert.equal((await rows(id))[0].warning, "prospects.email_kept");
  });

  test("is given an e-mail where there is none, and the owner says so", async () => {
    await known({ phone: PHONE });
    const ann = lead();
    const id = await send("family", ann);
    assert.deepEqual(await prospects(), [
      { firstName: "Ann", email: ann.email, phone: PHONE, notes: undefined },
    ]);
    assert.equal((await rows(id))[0].warning, null);
  });

  test("whose phone more than a page of prospects have is looked for on each page", async () => {
    const email = "many@example.org";
    // Overlapping writes of one phone make as many prospects; the stranger's ends last.
    await at.config({
      prospects: {
        generation: "newest",
        latency: 1_500,
        limits: { calls: null, concurrent: null },
      },
    });
    const writes = Array.from({ length: 100 }, () => known({ email, phone: PHONE }));
    await new Promise((resolve) => setTimeout(resolve, 700));
    await Promise.all([...writes, known({ email: "last@example.org", phone: PHONE })]);
    await at.config({ prospects: { latency: 0 } });
    const id = await send("contact", lead({ email }));
    assert.equal((await rows(id))[0].warning, "prospects.phone_taken");
    assert.deepEqual((await asked()).slice(101), [
      ["list", "found", PHONE],
      ["list", "found", PHONE],
      ["list", "found", email],
      ["upsert", "updated", email],
    ]);
    assert.equal((await prospects()).filter((one) => one.email === "last@example.org").length, 1);
  });

  test("who was written a moment ago with this phone is seen, though reads lag", async () => {
    await at.config({ prospects: { lag: 1_500 } });
    const [ann, eve] = [lead(), lead({ firstName: "Eve" })];
    await Promise.all([send("contact", ann), send("contact", eve)]);
    const all = await prospects();
    assert.deepEqual(all.map(({ email }) => email).sort(), [ann.email, eve.email].sort());
    assert.equal(all.filter(({ phone }) => phone === PHONE).length, 1, "one of them has the phone");
  });

  for (const [what, stranger] of [
    ["alone", false],
    ["beside a stranger", true],
  ]) {
    test(`whose reply was lost is there once, ${what}`, async () => {
      if (stranger) await known({ email: "bob@example.org", phone: PHONE });
      await at.config({ prospects: { lag: 500 } });
      // What another system wrote is seen as late as what the relay did.
      await new Promise((resolve) => setTimeout(resolve, 600));
      await at.faults([{ operation: "prospects.prospect.upsert", fault: "reset_after" }]);
      const ann = lead({ notes: "Once." });
      await send("contact", ann);
      const notes = stranger ? `Once.\nPhone: ${PHONE}` : "Once.";
      const mine = (await prospects()).filter(({ email }) => email === ann.email);
      assert.deepEqual(mine, [
        { firstName: "Ann", email: ann.email, phone: stranger ? undefined : PHONE, notes },
      ]);
      assert.equal((await prospects()).length, stranger ? 2 : 1);
      const bodies = (await written()).filter(({ email }) => email === ann.email);
      assert.equal(bodies.length, 2);
      assert.deepEqual(bodies[0], bodies[1], "byte for byte");
    });
  }
});
