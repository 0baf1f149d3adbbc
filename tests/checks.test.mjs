// Signing in as the vendors have it, and what is found before the first lead: by the package's client and by a relay on
// real workerd, against the sandbox.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const keys = pair();
const pem = (key, type) => key.export({ type, format: "pem" });
const PRIVATE = pem(keys.privateKey, "pkcs8");

let at;
let worker;
before(async () => {
  worker = await import("fieldpost/worker");
  at = await stand({
    worker: `${root}tests/checks.worker.mjs`,
    timeScale: 20,
    bindings: { PRIVATE_KEY: PRIVATE.replaceAll("\n", "\\n") },
  });
});
after(() => at.stop());

const SOUND = {
  scope: "pardot_api refresh_token",
  runAs: "api@sandbox.example",
  refreshRotates: false,
  businessUnit: "0Uv000000000001CAA",
  version: 4,
  loginHosts: ["localhost"],
};
const setUp = (pardot = {}) =>
  at.config({ pardot: { ...SOUND, publicKey: pem(keys.publicKey, "spki"), ...pardot } });
beforeEach(async () => {
  await at.clear();
  await setUp();
});

const LOGIN = { clientId: "sandbox-client" };
const JWT = { ...LOGIN, username: "api@sandbox.example", privateKey: PRIVATE };
const SECRET = { ...LOGIN, clientSecret: "sandbox-secret" };

const account = (system, credentials, more = {}) => ({
  system,
  baseUrl: at.sandbox,
  allowHost: [new URL(at.sandbox).host, "localhost"],
  ...(system === "pardot" && { businessUnit: "0Uv000000000001CAA" }),
  credentials: system === "pardot" ? { loginUrl: at.sandbox, ...credentials } : credentials,
  ...more,
});
const pardot = (credentials, more, options) =>
  worker.client(account("pardot", credentials, more), options);
const codes = ({ issues }) => issues.map(({ field, code }) => `${field} ${code}`);
/** Each finding says in words what is wrong and what to do, and no word of it is a secret. */
function inWords(found) {
  for (const { message } of found.issues) assert.match(message, /^[A-Z\w].*[.?]|pem$/s);
  const text = JSON.stringify(found);
  for (const secret of ["sandbox-secret", "sandbox-refresh", "PRIVATE KEY-----", "sandbox-key"])
    assert.ok(!text.includes(secret), text);
  return found;
}
const checked = async (client) => inWords(await client.checkAccount());

describe("a JWT", () => {
  test("signs in and writes", async () => {
    const client = pardot(JWT);
    const outcome = await client.call("pardot.prospect.create", { email: "jwt@example.org" });
    assert.equal(outcome.kind, "stored");
    assert.deepEqual(await checked(client), {
      system: "pardot",
      signIn: "jwt",
      ok: true,
      issues: [],
    });
  });

  test("may be for everybody's login", async () => {
    const audience = "https://login.salesforce.com";
    assert.deepEqual(codes(await checked(pardot({ ...JWT, audience }))), []);
    assert.deepEqual(codes(await checked(pardot({ ...JWT, audience: "https://acme.example" }))), [
      "audience auth.audience",
    ]);
  });

  for (const [what, credentials, config, expected] of [
    [
      "of another key",
      { privateKey: pem(pair().privateKey, "pkcs8") },
      {},
      "privateKey auth.assertion",
    ],
    ["of another user", { username: "nobody@example.org" }, {}, "username auth.approval"],
    ["without the scope refresh_token", {}, { scope: "pardot_api" }, "username auth.approval"],
    ["of another app", { clientId: "nobody" }, {}, "clientId auth.client"],
    [
      "of a key in PKCS#1",
      { privateKey: pem(keys.privateKey, "pkcs1") },
      {},
      "privateKey account.private_key_pkcs1",
    ],
    [
      "of a key with a password",
      {
        privateKey: keys.privateKey.export({
          type: "pkcs8",
          format: "pem",
          cipher: "aes-256-cbc",
          passphrase: "x",
        }),
      },
      {},
      "privateKey account.private_key_encrypted",
    ],
    [
      "of a public key",
      { privateKey: pem(keys.publicKey, "spki") },
      {},
      "privateKey account.private_key_public",
    ],
    ["of no key", { privateKey: "sandbox" }, {}, "privateKey account.private_key"],
    [
      "of a key that is cut",
      { privateKey: PRIVATE.replace(/\n[^\n]{64}\n/, "\n") },
      {},
      "privateKey account.private_key",
    ],
    ["without a user", { username: undefined }, {}, "username account.credential"],
  ]) {
    test(`${what} is refused, and it is said why`, async () => {
      await setUp(config);
      const client = pardot({ ...JWT, ...credentials });
      assert.deepEqual(codes(await checked(client)), [expected]);
      await assert.rejects(client.call("pardot.prospect.query", {}), ({ issues }) => {
        assert.equal(`${issues[0].field} ${issues[0].code}`, expected);
        return true;
      });
    });
  }

  test("is signed anew for each token, and once for calls at once", async () => {
    const client = pardot(JWT);
    const before = await tokens();
    await Promise.all([1, 2, 3].map(() => client.call("pardot.prospect.query", { limit: 1 })));
    assert.equal((await tokens()) - before, 1);
  });
});

const tokens = async () =>
  (await at.ledger()).filter(({ operation }) => operation === "auth.token").length;

describe("a refresh token that rotates", () => {
  test("is kept before its token is used", async () => {
    await setUp({ refreshRotates: true });
    await at.clear();
    await setUp({ refreshRotates: true });
    const kept = [];
    let calls;
    const secrets = { ...SECRET, refreshToken: "sandbox-refresh" };
    const client = pardot(
      secrets,
      {},
      {
        onRefreshToken: async (token) => {
          calls = (await at.ledger()).filter(({ operation }) => operation !== "auth.token").length;
          kept.push(token);
        },
      },
    );
    assert.equal((await client.call("pardot.prospect.query", { limit: 1 })).kind, "found");
    assert.equal(calls, 0, "the token was used before");
    assert.deepEqual(codes(await checked(client)), []);
    assert.equal(new Set(kept).size, 2);
    // Whoever comes with the old one is late; with the newest one goes on.
    assert.deepEqual(codes(await checked(pardot(secrets))), ["refreshToken auth.refresh_token"]);
    assert.deepEqual(codes(await checked(pardot({ ...secrets, refreshToken: kept[1] }))), []);
  });

  test("that cannot be kept fails the call, and the next one signs in with it", async () => {
    await at.clear();
    await setUp({ refreshRotates: true });
    let fails = true;
    const client = pardot(
      { ...SECRET, refreshToken: "sandbox-refresh" },
      {},
      {
        onRefreshToken: () => {
          if (fails) throw new Error("no disk");
        },
      },
    );
    await assert.rejects(client.call("pardot.prospect.query", { limit: 1 }), /no disk/);
    fails = false;
    assert.equal((await client.call("pardot.prospect.query", { limit: 1 })).kind, "found");
  });
});

describe("what an account lacks", () => {
  for (const [what, make, config, expected] of [
    ["nothing, of Marketo", () => worker.client(account("marketo", SECRET)), {}, []],
    [
      "nothing, where the identity URL is said",
      () => worker.client(account("marketo", { ...SECRET, identityUrl: `${at.sandbox}/identity` })),
      {},
      [],
    ],
    ["nothing, by client credentials", () => pardot(SECRET), {}, []],
    [
      "a key that is taken",
      () => worker.client(account("prospects", { key: "another" })),
      {},
      ["credentials check.token"],
    ],
    [
      "its business unit",
      () => pardot(SECRET),
      { businessUnit: "0Uv000000000002CAA" },
      [" pardot.201"],
    ],
    [
      "the scope of Pardot",
      () => pardot(SECRET),
      { scope: "api refresh_token" },
      ["clientId auth.scope", " pardot.49"],
    ],
    ["its version", () => pardot(SECRET), { version: 3 }, ["version check.version"]],
    ["its run-as user", () => pardot(SECRET), { runAs: "" }, ["clientId auth.flow"]],
    [
      "the org's own login",
      () => pardot({ ...SECRET, loginUrl: at.sandbox.replace("127.0.0.1", "localhost") }),
      {},
      ["loginUrl auth.domain"],
    ],
    ["a host", () => pardot(SECRET, { allowHost: [] }), {}, ["loginUrl account.login_url"]],
    [
      "a system that answers",
      () => pardot(SECRET, { baseUrl: "http://127.0.0.1:9", allowHost: ["127.0.0.1"] }),
      {},
      ["baseUrl check.unreached"],
    ],
  ]) {
    test(what, async () => {
      await setUp(config);
      const found = await checked(make());
      assert.deepEqual(codes(found), expected);
      assert.equal(
        found.ok,
        found.issues.every(({ severity }) => severity === "warning"),
      );
    });
  }
});

describe("what a mapping lacks", () => {
  const FIELDS = {
    email: { kind: "email", required: true },
    note: { kind: "text" },
    company: { kind: "text", max: 80 },
    when: { kind: "date" },
    many: { kind: "integer" },
    size: { kind: "choice", choices: ["1", "12"] },
    stop: { kind: "boolean" },
    first: { kind: "name" },
    last: { kind: "name", required: true },
  };
  const found = async (system, map, constants = {}, fields = FIELDS) => {
    const client = system === "pardot" ? pardot(SECRET) : worker.client(ACCOUNTS[system]());
    return codes(inWords(await client.checkMapping({ fields, map, constants })));
  };
  const ACCOUNTS = {
    marketo: () => account("marketo", SECRET),
    prospects: () => account("prospects", { key: "sandbox-key" }),
  };
  const FORM = { formId: 1029 };
  for (const [what, system, map, constants, expected] of [
    ["nothing, of Marketo", "marketo", { email: "email", company: "company" }, FORM, []],
    [
      "a field that is not on the form",
      "marketo",
      { email: "email", unsubscribed: "stop" },
      FORM,
      ["unsubscribed map.not_on_form"],
    ],
    [
      "a field that is nowhere",
      "marketo",
      { email: "email", shoe: "note" },
      FORM,
      ["shoe map.unknown"],
    ],
    ["a form", "marketo", { email: "email" }, { formId: 7 }, ["formId map.form"]],
    ["the form's number", "marketo", { email: "email" }, {}, ["formId map.required"]],
    [
      "a number that is one",
      "marketo",
      { email: "email" },
      { formId: "x" },
      ["formId integer.invalid"],
    ],
    ["its key", "marketo", { company: "company" }, FORM, ["email map.required"]],
    ["a key that is always there", "marketo", { email: "@query" }, FORM, ["email map.optional"]],
    ["a source", "marketo", { email: "email", company: "firm" }, FORM, ["company map.source"]],
    ["room", "marketo", { email: "email", company: "note" }, FORM, ["company map.long"]],
    [
      "a parameter that is one",
      "marketo",
      { email: "email" },
      { ...FORM, prog: 1 },
      ["prog params.unknown"],
    ],
    [
      "nothing, of Pardot",
      "pardot",
      { email: "email", Visits: "many", Birthday: "when", Color_0: "note", list_12: "stop" },
      { campaign_id: 1 },
      [],
    ],
    [
      "kinds",
      "pardot",
      { email: "email", Visits: "note", Birthday: "many", score: "size", opted_out: "!stop" },
      { is_starred: "maybe" },
      ["Visits map.type", "Birthday map.type", "is_starred map.type"],
    ],
    ["a field of Pardot's", "pardot", { email: "email", Shoe: "note" }, {}, ["Shoe map.unknown"]],
    [
      "what the prospects API needs",
      "prospects",
      { firstName: "first", email: "email", shoe: "note" },
      {},
      ["lastName map.required", "firstName map.optional", "shoe map.unknown"],
    ],
    [
      "nothing, of the prospects API",
      "prospects",
      { firstName: "last", lastName: "last", email: "email" },
      {},
      [],
    ],
  ]) {
    test(what, async () => {
      assert.deepEqual(await found(system, map, constants), expected);
    });
  }

  test("the form's options say the way; of several the account's name", async () => {
    const way = (account, map) => ({ account, map, constants: FORM });
    const form = {
      fields: FIELDS,
      deliver: [way("one", { email: "email" }), way("two", { email: "email", shoe: "note" })],
    };
    const client = worker.client(ACCOUNTS.marketo());
    assert.deepEqual(codes(await client.checkMapping(form, "two")), ["shoe map.unknown"]);
    await assert.rejects(client.checkMapping(form), { code: "params.invalid" });
    await assert.rejects(client.checkMapping(form, "three"), { code: "params.invalid" });
  });

  test("where the fields cannot be read, it is said, and names say nothing", async () => {
    await at.faults([
      { operation: "pardot.customField.query", fault: "code", code: "46", times: 1 },
    ]);
    assert.deepEqual(await found("pardot", { email: "email", Shoe: "note" }), [" map.unread"]);
  });
});

describe("a relay's check", () => {
  const ask = async (query = "", key = "demo-operator", method = "POST") => {
    const answer = await fetch(`${at.relay}/operator/check${query}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
    });
    return { status: answer.status, ...(await answer.json()) };
  };

  test("says of each account and each form what is wrong", async () => {
    const found = await ask();
    assert.deepEqual([found.status, found.ok], [200, false]);
    const all = (list, name) => Object.fromEntries(list.map((one) => [name(one), codes(one)]));
    assert.deepEqual(
      all(found.accounts, ({ account }) => account),
      { marketo: [], prospects: [], jwt: [], rotating: [], stranger: ["credentials auth.refused"] },
    );
    assert.deepEqual(
      all(found.forms, ({ form, account }) => `${form} ${account}`),
      {
        "sound marketo": [],
        "sound jwt": [],
        "wrong marketo": ["shoeSize map.unknown"],
        "rotating rotating": [],
      },
    );
    for (const one of [...found.accounts, ...found.forms]) inWords(one);
    const text = JSON.stringify(found);
    assert.ok(!text.includes(PRIVATE.slice(40, 80)) && !text.includes("another secret"), text);
  });

  test("is asked of some, with the operator's key", async () => {
    const one = await ask("?account=jwt");
    assert.deepEqual(
      [one.ok, one.accounts.map(({ account, signIn }) => `${account} ${signIn}`), one.forms.length],
      [true, ["jwt jwt"], 1],
    );
    const form = await ask("?form=wrong");
    assert.deepEqual(
      form.accounts.map(({ account }) => account),
      ["marketo"],
    );
    assert.deepEqual(
      form.forms.map(({ form }) => form),
      ["wrong"],
    );
    assert.deepEqual(await ask("?account=nobody"), { status: 400, code: "check.which" });
    assert.equal((await ask("", "wrong key")).status, 401);
    assert.equal((await ask("", "demo-operator", "GET")).status, 404);
  });

  const test_ = async (path) => (await fetch(`${at.relay}/test/${path}`)).json();

  test("a refresh token that rotates outlives the limiter, and the disk cannot be read by itself", async () => {
    await at.clear();
    await setUp({ refreshRotates: true });
    const send = async (email) => {
      const answer = await fetch(`${at.relay}/leads/rotating`, {
        method: "POST",
        body: body({ email }, { key: crypto.randomUUID() }),
        headers: { accept: "application/json", origin: at.page },
      });
      assert.equal(answer.status, 202);
      await until(
        async () => (await at.leads()).some((lead) => lead.email === email),
        `${email} to arrive`,
        20_000,
      );
    };
    await test_("begins");
    await send("one@example.org");
    const [first] = await test_("kept");
    assert.ok(first, "nothing was kept");
    assert.ok(!Buffer.from(first).toString("latin1").includes("5Aep"));
    // A new instance signs in with what was kept, while a check asks, too.
    await test_("begins");
    const [found] = await Promise.all([ask("?account=rotating"), send("two@example.org")]);
    assert.deepEqual(codes(found.accounts[0]), []);
    assert.notDeepEqual((await test_("kept"))[0], first);
  });
});
