// Whose record a lead touches, and what a visitor's silence is: on real workerd, against the sandbox.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

let at;
before(async () => {
  at = await stand({ worker: `${root}tests/persons.worker.mjs` });
});
after(() => at.stop());
beforeEach(() => at.reset());

/** Sends a lead, and waits until the relay says that it is stored. */
async function send(form, lead, own = {}) {
  const response = await fetch(`${at.relay}/leads/${form}?wait`, {
    method: "POST", headers: { origin: at.page, accept: "application/json" }, body: body(lead, { key: crypto.randomUUID(), ...own }),
  });
  const { id, state, issues } = await response.json();
  assert.ok(["stored", "queued"].includes(state), JSON.stringify(issues));
  await until(async () => (await rows(id)).every(({ phase }) => phase === "done"), `${id} to be delivered`, 30_000);
  return id;
}
/** An operator's view of a lead's deliveries. */
const rows = async (id) =>
  (await (await fetch(`${at.relay}/operator/leads`, { headers: { authorization: "Bearer demo-operator" } })).json()).filter((row) => row.id.startsWith(id));
const calls = async (operation) => (await at.ledger()).filter((call) => call.operation === operation);
const sent = async () => (await calls("marketo.lead.submitForm")).map(({ body }) => body.input[0]);

describe("silence", () => {
  const FIELDS = ["email", "optIn", "phoneOptIn", "unsubscribed", "emailOptIn", "weekly"];
  beforeEach(() => at.config({ marketo: { forms: { 1029: { fields: FIELDS } } } }));
  const marketo = async () => (await at.leads()).find(({ system }) => system === "marketo").fields;

  test("withdraws no permission: what was not ticked is in no request", async () => {
    const email = "silent@example.org";
    await send("news", { email, news: "yes", calls: "on" });
    assert.deepEqual([(await marketo()).optIn, (await marketo()).phoneOptIn], [true, true]);
    for (const silent of [{}, { news: "", calls: "" }, { news: "false", calls: "0" }]) await send("news", { email, ...silent });
    for (const { leadFormFields } of (await sent()).slice(1)) assert.deepEqual(leadFormFields, { email });
    assert.deepEqual([(await marketo()).optIn, (await marketo()).phoneOptIn], [true, true], "the permission stands");
  });

  test("a choice to withdraw is one that the owner maps as such", async () => {
    const email = "enough@example.org";
    await send("news", { email, stop: "on", again: "false" });
    assert.deepEqual((await sent())[0].leadFormFields, { email, unsubscribed: true, emailOptIn: false, weekly: "false" });
  });
});

describe("Marketo's cookie", () => {
  const RAW = "id:123-ABC-456&token:_mch-example.com-1700000000000-12345";

  test("goes raw into the request, however the page keeps it", async () => {
    for (const cookie of [RAW, encodeURIComponent(RAW), RAW.replace("&", "%26")]) {
      await send("cookie", { email: "cookie@example.org", terms: "yes" }, { mkto_trk: cookie });
    }
    assert.deepEqual((await sent()).map(({ cookie }) => cookie), [RAW, RAW, RAW]);
    assert.deepEqual((await calls("marketo.lead.submitForm")).map(({ verdict }) => verdict), ["created", "updated", "updated"]);
  });
});
