// Who is at the operator's desk, and what they may do: keys with rights, sessions, Cloudflare Access, the audit log, senders that
// are let through, and what is due in a moment, on real workerd. Attacks change nothing and see nothing.
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

const TEAM = "https://example.cloudflareaccess.com";
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const others = generateKeyPairSync("rsa", { modulusLength: 2048 });
const OPERATORS = {
  anna: { key: "anna-key-anna-key-anna-key", rights: ["view", "operate", "values"] },
  bert: { key: "bert-key-bert-key-bert-key", rights: ["view"] },
};
const bindings = {
  SHARDS: "2",
  OPERATORS: JSON.stringify(OPERATORS),
  ACCESS: JSON.stringify({
    team: TEAM,
    audience: "the-audience",
    people: { "carl@example.com": ["view", "operate"] },
  }),
  CERTS: JSON.stringify({ keys: [{ ...keys.publicKey.export({ format: "jwk" }), kid: "one" }] }),
};
let at;
let people = 0;
before(async () => {
  at = await stand({ worker: `${root}tests/console.worker.mjs`, bindings, timeScale: 5 });
});
after(() => at.stop());
beforeEach(() => at.clear());

const BEARER = { authorization: "Bearer demo-operator" };
const CONSOLE = { "fieldpost-console": "1" };
const ask = (path, { method = "GET", said, headers = BEARER } = {}) =>
  fetch(`${at.relay}/operator/${path}`, {
    method,
    headers,
    ...(said && { body: JSON.stringify(said) }),
  });
const read = async (path, headers) => (await ask(path, { headers })).json();
const tell = async (path, said, headers) =>
  (await ask(path, { method: "POST", said, headers })).json();
const code = async (answer) => [answer.status, (await answer.json()).code];

async function signIn(said, headers = CONSOLE) {
  const answer = await ask("session", { method: "POST", said, headers });
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0];
  return { answer, cookie: { ...CONSOLE, cookie }, shown: await answer.json() };
}

async function send(own = {}, values = {}) {
  const email = `desk${++people}@example.org`;
  const response = await fetch(at.form, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email, ...values },
      { key: crypto.randomUUID(), ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  return { id: (await response.json()).id, email };
}
const stateOf = async (id) => (await read(`lead?id=${id}`)).state;
const settled = (id, state) => until(async () => (await stateOf(id)) === state, `${id}: ${state}`);

describe("who is there", () => {
  test("a session's cookie is for this origin and no script, and shows nothing of the key", async () => {
    const { answer, shown } = await signIn({ key: OPERATORS.anna.key });
    assert.deepEqual([shown.who, shown.rights.toSorted()], ["anna", ["operate", "values", "view"]]);
    const set = answer.headers.get("set-cookie");
    assert.match(set, /; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    assert.ok(!set.includes(OPERATORS.anna.key));
  });

  test("a key allows what the options say, and nothing else", async () => {
    const { cookie } = await signIn({ key: OPERATORS.bert.key });
    const lead = await send({ token: "forged" });
    assert.equal((await ask("today", { headers: cookie })).status, 200);
    const denied = [
      ["replay", { ids: [lead.id] }, "operator.role"],
      ["discard", { ids: [lead.id], reason: "no" }, "operator.role"],
      ["passes", { form: "contact", sender: "example.org", days: 1 }, "operator.role"],
      ["undo", { name: "x" }, "operator.role"],
      ["erase", { id: lead.id }, "operator.role"],
      ["correct", { id: lead.id, values: {} }, "operator.role"],
      ["test", { form: "contact", values: {} }, "operator.role"],
      ["remove", { id: lead.id, account: "marketo" }, "operator.role"],
    ];
    for (const [path, said, why] of denied)
      assert.deepEqual(
        await code(await ask(path, { method: "POST", said, headers: cookie })),
        [403, why],
        path,
      );
    for (const path of ["export", "lead?id=x", "search"]) {
      const method = path === "search" ? "POST" : "GET";
      const headers = { ...cookie, "fieldpost-values": "1" };
      assert.deepEqual(
        await code(await ask(path, { method, said: method === "POST" ? {} : undefined, headers })),
        [403, "value.key"],
        path,
      );
    }
    assert.equal(await stateOf(lead.id), "review");
  });

  test("a page of another origin, a link and a form can use nobody's session", async () => {
    const { cookie } = await signIn({ key: OPERATORS.anna.key });
    const lead = await send({ token: "forged" });
    const { cookie: sent } = cookie;
    const tries = [
      { cookie: sent },
      { ...cookie, "sec-fetch-site": "cross-site" },
      { ...cookie, "sec-fetch-site": "same-site" },
    ];
    for (const headers of tries) {
      assert.deepEqual(await code(await ask("today", { headers })), [403, "operator.origin"]);
      const said = { ids: [lead.id], reason: "no" };
      assert.deepEqual(await code(await ask("discard", { method: "POST", said, headers })), [
        403,
        "operator.origin",
      ]);
    }
    // Nobody allows another origin to send the header.
    const preflight = await ask("discard", {
      method: "OPTIONS",
      headers: { origin: "https://evil.example" },
    });
    assert.equal(preflight.headers.get("access-control-allow-origin"), null);
    assert.deepEqual(
      await code(
        await ask("session", { method: "POST", said: { key: OPERATORS.anna.key }, headers: {} }),
      ),
      [403, "operator.origin"],
    );
    assert.equal(await stateOf(lead.id), "review");
  });

  test("a session that was ended opens nothing, whoever has kept its cookie", async () => {
    const { cookie } = await signIn({ key: OPERATORS.anna.key });
    assert.equal((await ask("session", { headers: cookie })).status, 200);
    assert.equal((await ask("session", { method: "DELETE", headers: cookie })).status, 200);
    assert.deepEqual(await code(await ask("today", { headers: cookie })), [
      401,
      "operator.session",
    ]);
    assert.deepEqual(
      await code(await ask("today", { headers: { ...CONSOLE, cookie: "fieldpost-desk=0000" } })),
      [401, "operator.session"],
    );
  });

  test("the key for values is added to a session, and opens nothing alone", async () => {
    const alone = await signIn({ key: "demo-operator-values" });
    assert.deepEqual([alone.answer.status, alone.shown.code], [401, "operator.key"]);
    const first = await signIn({ key: "demo-operator" });
    assert.deepEqual(first.shown.rights.toSorted(), ["operate", "view"]);
    const wrong = await signIn({ valueKey: "wrong" }, first.cookie);
    assert.deepEqual([wrong.answer.status, wrong.shown.code], [403, "value.key"]);
    const both = await signIn({ valueKey: "demo-operator-values" }, first.cookie);
    assert.deepEqual(both.shown.rights.toSorted(), ["operate", "values", "view"]);
    assert.deepEqual(
      await code(await ask("today", { headers: first.cookie })),
      [401, "operator.session"],
      "another token",
    );
    assert.deepEqual(
      await code(await ask("today", { headers: { authorization: "Bearer demo-operator-values" } })),
      [401, "operator.key"],
    );
  });

  test("a key that is gone or another one ends its sessions with the deployment", async () => {
    const anna = await signIn({ key: OPERATORS.anna.key });
    const bert = await signIn({ key: OPERATORS.bert.key });
    const plain = await signIn({ key: "demo-operator", valueKey: "demo-operator-values" });
    await at.killRelay();
    const { anna: _, ...left } = OPERATORS;
    const now = { bert: { ...left.bert, key: "another-key-another-key" } };
    await at.startRelay({
      bindings: {
        ...bindings,
        OPERATORS: JSON.stringify(now),
        VALUE_KEY_NOW: "another-key-for-values",
      },
    });
    for (const { cookie } of [anna, bert])
      assert.deepEqual(await code(await ask("today", { headers: cookie })), [
        401,
        "operator.session",
      ]);
    const { rights } = await read("session", plain.cookie);
    assert.deepEqual(rights.toSorted(), ["operate", "view"], "the key for values is another one");
    await at.killRelay();
    await at.startRelay({ bindings });
    assert.equal((await ask("today", { headers: anna.cookie })).status, 200, "it is there again");
  });
});

describe("Cloudflare Access", () => {
  const part = (given) => Buffer.from(JSON.stringify(given)).toString("base64url");
  const now = () => Math.floor(Date.now() / 1000);
  const good = () => ({
    iss: TEAM,
    aud: ["the-audience"],
    email: "Carl@example.com",
    exp: now() + 600,
    nbf: now() - 10,
  });
  function assertion(claims = good(), head = { alg: "RS256", kid: "one" }, key = keys.privateKey) {
    const text = `${part(head)}.${part(claims)}`;
    return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
  }
  const with_ = (token) => ({ ...CONSOLE, "cf-access-jwt-assertion": token });

  test("who comes through it has the rights of the options", async () => {
    const shown = await read("session", with_(assertion()));
    assert.deepEqual([shown.who, shown.rights], ["carl@example.com", ["view", "operate"]]);
    const headers = { "cf-access-jwt-assertion": assertion() };
    assert.deepEqual(await code(await ask("today", { headers })), [403, "operator.origin"]);
  });

  test("whatever is wrong with an assertion lets nobody in", async () => {
    const changed = (own) => assertion({ ...good(), ...own });
    const [head, , signature] = assertion().split(".");
    const wrong = {
      "another key": assertion(good(), undefined, others.privateKey),
      "no such key": assertion(good(), { alg: "RS256", kid: "two" }),
      "no signature": `${part({ alg: "none", kid: "one" })}.${part(good())}.`,
      "another algorithm": assertion(good(), { alg: "HS256", kid: "one" }),
      "another body": `${head}.${part({ ...good(), exp: now() + 9_000 })}.${signature}`,
      over: changed({ exp: now() - 120 }),
      "not yet": changed({ nbf: now() + 600 }),
      "no end": changed({ exp: undefined }),
      "another team": changed({ iss: "https://evil.cloudflareaccess.com" }),
      "another application": changed({ aud: ["another"] }),
      "a stranger": changed({ email: "eve@example.com" }),
      "no e-mail": changed({ email: undefined }),
      "no assertion": "x",
      "much too long": "x".repeat(9_000),
    };
    for (const [what, token] of Object.entries(wrong))
      assert.deepEqual(
        await code(await ask("today", { headers: with_(token) })),
        [401, "operator.session"],
        what,
      );
  });
});

describe("what is written down", () => {
  test("who saw values or changed something, with names and ids, never a value", async () => {
    const { cookie } = await signIn({ key: OPERATORS.anna.key });
    const lead = await send({ token: "forged" }, { email: "audited@example.org" });
    await ask(`lead?id=${lead.id}`, { headers: { ...cookie, "fieldpost-values": "1" } });
    await tell("search", { text: "audited@example.org" }, { ...cookie, "fieldpost-values": "1" });
    await tell("discard", { ids: [lead.id], reason: "Robots" }, cookie);
    await tell("erase", { email: "audited@example.org" }, cookie);
    const { lines } = await read("audit", cookie);
    assert.deepEqual(
      lines.slice(0, 4).map(({ who, what }) => `${who} ${what}`),
      ["anna erase", "anna discard", "anna search", "anna lead"],
    );
    assert.match(lines[1].about, new RegExp(`${lead.id}.*Robots`));
    assert.ok(!JSON.stringify(lines).includes("audited@"), "no value");
  });
});

describe("senders that are let through", () => {
  test("an e-mail or a domain goes on for one form, until the rule ends or is removed", async () => {
    const forged = (email) => send({ token: "forged" }, { email });
    const held = await forged("vip@Partner.example");
    assert.equal(await stateOf(held.id), "review");
    for (const [said, why] of [
      [{ form: "none", sender: "a@b.example", days: 1 }, "pass.form"],
      [{ form: "contact", sender: "Ann", days: 1 }, "pass.sender"],
      [{ form: "contact", sender: "a@b.example", days: 0 }, "pass.end"],
    ])
      assert.equal((await tell("passes", said)).code, why);
    await tell("passes", { form: "contact", sender: "VIP@partner.example", days: 1 });
    await settled((await forged("vip@partner.example")).id, "delivered");
    assert.equal(await stateOf((await forged("other@partner.example")).id), "review");
    const { id } = await tell("passes", { form: "contact", sender: "partner.example", days: 1 });
    await settled((await forged("other@partner.example")).id, "delivered");
    assert.equal(await stateOf((await forged("other@notpartner.example")).id), "review");
    const { passes } = await read("passes");
    assert.ok(!JSON.stringify(passes).includes("vip@"), "of an e-mail only a hash is kept");
    assert.equal((await tell("passes", { remove: id })).code, undefined);
    assert.equal(await stateOf((await forged("third@partner.example")).id), "review");
  });
});

describe("what is due in a moment", () => {
  test("a release and a discard are taken back until they are due", async () => {
    const one = await send({ token: "forged" });
    const release = await tell("replay", { ids: [one.id], later: true });
    assert.ok(release.due > Date.now());
    assert.deepEqual(await tell("undo", { name: release.name }), {});
    const discard = await tell("discard", { ids: [one.id], reason: "Robots", later: true });
    assert.deepEqual(await tell("undo", { name: discard.name }), {});
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    assert.equal(await stateOf(one.id), "review");
    const again = await tell("replay", { ids: [one.id], later: true });
    await settled(one.id, "delivered");
    assert.equal((await tell("undo", { name: again.name })).code, "undo.late");
    const { pending } = await read("pending");
    const mine = pending.find(({ name }) => name === again.name);
    assert.deepEqual([mine.what, mine.moved, mine.stayed], ["replay", 1, {}]);
  });

  test("all that match are those that were there, and a kill loses and repeats nothing", async () => {
    const sent = [];
    for (let n = 0; n < 12; n++) sent.push(await send({ token: "forged" }));
    const { name } = await tell("replay", { phase: "review", code: "token.forged", later: true });
    const late = await send({ token: "forged" });
    await at.killRelay();
    await at.startRelay({ bindings });
    for (const { id } of sent) await settled(id, "delivered");
    assert.equal(await stateOf(late.id), "review", "nobody has seen this one");
    await until(
      async () => (await read("pending")).pending.find((one) => one.name === name).done !== null,
      "the end",
    );
    for (const { email } of sent)
      assert.equal((await at.leads()).filter((lead) => lead.email === email).length, 2, email);
    assert.equal((await tell("search", { state: "review", count: true })).count, 1);
  });
});

describe("a lead that a person corrects", () => {
  test("has to pass the form's rules, goes on with the new values, and is found by them", async () => {
    await at.faults([
      { operation: "marketo.lead.submitForm", fault: "code", code: 1003, times: 1 },
    ]);
    const { id, email } = await send();
    await settled(id, "dead");
    const { cookie } = await signIn({ key: OPERATORS.anna.key });
    const wrong = await ask("correct", {
      method: "POST",
      said: { id, values: { firstName: "Ann", email: "no" } },
      headers: cookie,
    });
    assert.equal(wrong.status, 422);
    assert.deepEqual(
      (await wrong.json()).issues.map(({ field }) => field),
      ["email"],
    );
    assert.equal(await stateOf(id), "dead");
    const { rows } = await tell(
      "correct",
      { id, values: { firstName: "Ann", email: "mended@example.org" } },
      cookie,
    );
    assert.deepEqual(
      rows.map(({ account, moved }) => [account, moved]),
      [["marketo", true]],
    );
    await settled(id, "delivered");
    const found = async (text) => (await tell("search", { text })).leads.map((lead) => lead.id);
    assert.deepEqual(await found("mended@example.org"), [id]);
    assert.deepEqual(await found(email), []);
    const held = (await at.leads()).map((lead) => `${lead.system} ${lead.email}`);
    assert.ok(held.includes("marketo mended@example.org") && held.includes(`prospects ${email}`));
    assert.equal(
      (await tell("correct", { id, values: { firstName: "Ann", email } }, cookie)).code,
      "correct.which",
    );
  });
});

describe("an export for a CRM's import", () => {
  test("has a column for each field, phones as they are, and disarms what a visitor typed", async () => {
    const { cookie } = await signIn({ key: OPERATORS.anna.key });
    await send(
      { token: "forged" },
      { notes: '=1+1, "x"', phone: "(212) 456-7890", email: "csv@example.org" },
    );
    const answer = await ask("export?format=import&phase=review", { headers: cookie });
    assert.match(answer.headers.get("content-disposition"), /import\.csv/);
    const [head, ...rows] = (await answer.text()).trimEnd().split("\r\n");
    assert.match(head, /"email".*"notes".*"phone".*"utm_source".*"form","accepted","id"$/);
    const row = rows.find((one) => one.includes("csv@example.org"));
    assert.ok(row.includes('"+12124567890"') && row.includes(`"'=1+1, ""x"""`), row);
    assert.match(row, /"contact","20\d\d-\d\d-\d\dT[\d:.]+Z"/);
  });
});
