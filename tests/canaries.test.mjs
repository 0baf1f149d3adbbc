// Every secret and every value of a visitor is one of a kind here, and all that leaves the relay is searched for them:
// its log, its answers, the URLs that it calls, what an operator sees, and the code that is deployed. Meanwhile the CRMs
// refuse, break off, and repeat in their errors whatever they were sent.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { createServer, request as call } from "node:http";
import { after, before, test } from "node:test";
import { ask, body, root, stand, until } from "./stand.mjs";

const SECRETS = {
  client: "sandbox-secret",
  key: "sandbox-key",
  relay: "canary-relay-secret-71c0-5ef3-9a0b",
  operator: "canary-operator-8a55",
  values: "canary-values-2be9",
};
/** What a person enters, and what a browser says of it. */
const PERSON = {
  firstName: "Zyxcanaryann",
  lastName: "Qwvcanarylee",
  company: "Canary Wharf Plumbing 4417",
  labels: "canarylabel",
  consent: "on",
};
const BROWSER = { "user-agent": "CanaryBrowser/9.41" };
const OWN = {
  v: "1",
  page: "https://canary-page.example/offer",
  query: "utm_source=canarysource",
  referrer: "https://canary-referrer.example/",
  mkto_trk: "id:999-CNY-999&token:_mch-canary.example-1700000000000-41414",
};

/** Everybody's number begins so: prospects of one number are one person. */
const PHONE = ["(613) 555-01", "61355501"];

/** How each of them may look on its way: as it is, encoded for a URL, as E.164, hidden in base64. */
const looks = (text) => [
  text,
  encodeURIComponent(text),
  new URLSearchParams({ text }).toString().slice(5),
  Buffer.from(text).toString("base64").replace(/=+$/, ""),
];
const personal = [
  ...Object.values(PERSON).filter((value) => value !== "on"),
  ...PHONE,
  "CanaryBrowser",
  "canary-page",
  "canarysource",
  "canary-referrer",
  "999-CNY-999",
  "@canary.example.org",
].flatMap(looks);
const secrets = Object.values(SECRETS).flatMap(looks);

/** Whatever of these stands in a text. */
const found = (text, canaries) =>
  canaries.filter((canary) => text.toLowerCase().includes(canary.toLowerCase()));

let at;
let proxy;
let heard = "";
const urls = [];
/** The tokens that the sandbox gave out are secrets, too. */
const tokens = new Set();
const write = { out: process.stdout.write, err: process.stderr.write };

/** Between the relay and the CRMs: sees what a proxy's log would. */
async function watch(upstream) {
  const server = createServer((request, response) => {
    urls.push(request.url);
    const onward = call(
      upstream + request.url,
      { method: request.method, headers: request.headers },
      (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const token = /"access_token"\s*:\s*"([^"]+)"/.exec(Buffer.concat(parts).toString())?.[1];
          if (token) tokens.add(token);
        });
        answer.on("error", () => response.destroy());
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

before(async () => {
  // workerd's own lines come through these, and so does what the relay logs.
  const hear =
    (of) =>
    (chunk, ...rest) => {
      heard += Buffer.from(chunk).toString();
      return of.call(process.stdout, chunk, ...rest);
    };
  process.stdout.write = hear(write.out);
  process.stderr.write = (chunk, ...rest) => {
    heard += Buffer.from(chunk).toString();
    return write.err.call(process.stderr, chunk, ...rest);
  };
  at = await stand({
    worker: `${root}tests/canaries.worker.mjs`,
    bindings: {
      RELAY_SECRET: SECRETS.relay,
      OPERATOR_KEY: SECRETS.operator,
      VALUE_KEY: SECRETS.values,
    },
    between: async (sandbox) => {
      proxy = await watch(sandbox);
      return `http://127.0.0.1:${proxy.address().port}`;
    },
  });
});
after(async () => {
  process.stdout.write = write.out;
  process.stderr.write = write.err;
  await at.stop();
  proxy.closeAllConnections();
  proxy.close();
});

const answers = [];
const remember = async (response) => {
  const text = await response.text();
  // A suggestion is what the visitor typed, mended: it goes back to the visitor and is no error's text.
  answers.push(
    JSON.stringify([response.status, ...response.headers]) +
      text.replace(/"suggestion":"[^"]*"/g, ""),
  );
  return { status: response.status, text };
};
let people = 10;
const send = async (email, { values = {}, own = {}, headers = {} } = {}) =>
  remember(
    await ask(at.form, {
      method: "POST",
      redirect: "manual",
      body: body(
        { ...PERSON, email, phone: `${PHONE[0]}${people++}`, ...values },
        { key: crypto.randomUUID(), ...OWN, ...own },
      ),
      headers: { accept: "application/json", origin: at.page, ...BROWSER, ...headers },
    }),
  );
const operator = (path, init = {}, key = SECRETS.operator) =>
  fetch(`${at.relay}/operator/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}`, ...init.headers },
  });
const email = (name) => `${name}@canary.example.org`;

test("nothing of a visitor and no secret stands where it need not", {
  timeout: 300_000,
}, async () => {
  const echo = (name) =>
    `Value ${email(name)} of ${PERSON.firstName} ${PERSON.lastName}, ${PERSON.company}, is not right for ${SECRETS.client}`;
  await at.faults([
    // The systems answer with what they were sent, and with what they know.
    {
      operation: "auth.token",
      fault: "status",
      status: 401,
      body: { error: "invalid_client", error_description: echo("nobody") },
    },
    ...["marketo", "pardot", "prospects"].flatMap((system) => [
      {
        system,
        key: email("refused"),
        fault: "status",
        status: 400,
        body: {
          message: echo("refused"),
          requestId: "1",
          success: false,
          errors: [{ code: "1003", message: echo("refused") }],
        },
        times: 9,
      },
      {
        system,
        key: email("html"),
        fault: "status",
        status: 500,
        body: `<html>${echo("html")}</html>`,
        times: 2,
      },
      { system, key: email("garbage"), fault: "garbage", in: "body", times: 2 },
      { system, key: email("reset"), fault: "reset_after", times: 1 },
      { system, key: email("wire"), fault: "garbage", in: "wire", times: 1 },
    ]),
    {
      system: "marketo",
      key: email("code"),
      fault: "code",
      code: "1003",
      message: echo("code"),
      times: 9,
    },
    {
      system: "pardot",
      key: email("code"),
      fault: "code",
      code: "11",
      message: echo("code"),
      times: 9,
    },
  ]);
  for (const name of ["clean", "refused", "html", "garbage", "reset", "wire", "code"]) {
    const { status, text } = await send(email(name));
    assert.equal(status, 202, text);
  }

  // What the relay refuses, in each of its ways.
  assert.equal((await send("wrong@@canary.example.org")).status, 422);
  assert.equal(
    (await send(email("wrong"), { values: { phone: "(613) 055-0187 canary" } })).status,
    422,
  );
  const own = { key: "canary-key-0001" };
  assert.equal((await send(email("key"), { own })).status, 202);
  assert.equal((await send(email("key"), { own })).status, 422, "another phone, the same key");
  assert.equal((await send(email("version"), { own: { v: "9" } })).status, 400);
  assert.equal(
    (await send(email("origin"), { headers: { origin: "https://canary-page.example" } })).status,
    403,
  );
  assert.equal(
    (await send(email("large"), { values: { company: "Canary Wharf ".repeat(200_000) } })).status,
    413,
  );
  assert.equal(
    (await send(email("type"), { headers: { "content-type": "text/canary" } })).status,
    415,
  );
  assert.equal(
    (await send(email("token"), { own: { token: "1.canary.canary.canary" } })).status,
    202,
  );
  assert.equal((await send(email("native"), { headers: { accept: "text/html" } })).status, 303);
  await remember(
    await fetch(`${at.relay}/leads/canarylabel`, {
      method: "POST",
      body: body({ ...PERSON, email: email("where") }),
    }),
  );
  // And what its module does not survive.
  await fetch(`${at.relay}/test/trap`, { method: "POST", body: '{"only":"check","next":3}' });
  assert.equal((await send(email("trap"))).status, 202);
  await at.killRelay();
  await at.startRelay();
  assert.equal((await send(email("after"))).status, 202);

  const delivered = ["clean", "html", "garbage", "reset", "wire", "key", "native", "after"];
  let lacking;
  const known = await until(
    async () => {
      const all = await at.leads();
      lacking = delivered.filter(
        (name) => all.filter((person) => person.email === email(name)).length < 3,
      );
      return lacking.length === 0 && all;
    },
    "the deliveries",
    60_000,
  ).catch((error) => assert.fail(`${error.message}: ${lacking}`));
  // The judge can see: they did travel, whole.
  const seen = JSON.stringify(known);
  for (const value of [PERSON.firstName, PERSON.lastName, PERSON.company, "canarysource"])
    assert.ok(seen.includes(value), `${value} never arrived`);
  assert.ok(tokens.size >= 2, "the proxy saw tokens");

  const list = await until(
    async () => {
      const text = await (await operator("leads")).text();
      const codes = JSON.parse(text).map((row) => row.phase);
      return (
        codes.filter((phase) => phase === "dead").length >= 4 && codes.includes("review") && text
      );
    },
    "dead letters and what waits for a person",
    30_000,
  );
  const views = [list];
  for (const path of [
    "status",
    "metrics",
    "export?format=json",
    "export?format=csv",
    "",
    "page.js",
  ])
    views.push(await (await operator(path)).text());
  for (const path of ["leads", "export?format=csv&values=1"])
    answers.push(await (await operator(path, {}, "canary-wrong-key")).text());

  const hidden = [...personal, ...secrets, ...[...tokens].flatMap(looks)];
  const places = {
    "the log": heard,
    "the relay's answers": answers.join("\n"),
    "what an operator sees without the second key": views.join("\n"),
  };
  for (const [place, text] of Object.entries(places)) {
    assert.ok(text.length > 500, `${place}: hardly anything to search`);
    assert.deepEqual(found(text, hidden), [], place);
  }
  // A look-up by e-mail or phone is a GET by the vendors' own design; nothing else stands in a URL.
  const lookups = [
    [/[?/]email[=/]/, looks("@canary.example.org")],
    [/[?]phone=/, PHONE.flatMap(looks)],
  ];
  const others = urls.filter((url) => !lookups.some(([look]) => look.test(url)));
  assert.ok(others.length > 20, "the proxy saw calls");
  assert.deepEqual(found(others.join("\n"), hidden), [], "URLs");
  for (const [look, own] of lookups) {
    const of = urls.filter((url) => look.test(url));
    assert.ok(of.length > 3, "the proxy saw look-ups");
    assert.deepEqual(
      found(
        of.join("\n"),
        hidden.filter((canary) => !own.includes(canary)),
      ),
      [],
      "URLs of look-ups",
    );
  }
});

test("the code that is deployed has none of its secrets", async () => {
  let searched = 0;
  for (const folder of ["pkg/dist", "pkg/wasm", "www"]) {
    for (const entry of await readdir(root + folder, { recursive: true, withFileTypes: true })) {
      // The demo's own secrets open nothing but the sandbox, and stand in its launcher and in a file to copy alone.
      if (!entry.isFile() || ["relay.mjs", "relay.env.example"].includes(entry.name)) continue;
      const text = await readFile(`${entry.parentPath ?? entry.path}/${entry.name}`, "latin1");
      searched++;
      assert.deepEqual(
        found(text, [...secrets, "sandbox-client", "demo-operator", root.replace(/\/$/, "")]),
        [],
        `${folder}/${entry.name}`,
      );
    }
  }
  assert.ok(searched > 40, `${searched} files`);
});
