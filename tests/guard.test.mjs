// What guards a form and what an operator does about what was held back, on real workerd, with a real siteverify server,
// and the operator's page in a real browser.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

let at;
let verify;
let asked = [];
let people = 0;
const key = () => crypto.randomUUID();
const person = (more = {}) => ({ email: `guard${++people}@example.org`, ...more });

/** Cloudflare's siteverify, as it is documented: single use, but the same question may be asked again. */
async function siteverify() {
  const used = new Map();
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const form = new URLSearchParams(text);
    asked.push(Object.fromEntries(form));
    const [token, id] = [form.get("response"), form.get("idempotency_key")];
    const [kind] = token.split("-");
    if (kind === "slow") await new Promise((resolve) => setTimeout(resolve, 700));
    if (kind === "down") return response.writeHead(500).end();
    const again = used.has(token) && used.get(token) !== id;
    used.set(token, id);
    const success = form.get("secret") === "turnstile-secret" && kind !== "bad" && !again;
    const hostname = kind === "elsewhere" ? "evil.example" : "127.0.0.1";
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        success,
        hostname,
        action: kind === "otherform" ? "login" : "lead",
        "error-codes": success ? [] : ["timeout-or-duplicate"],
      }),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const bindings = () => ({
  SITEVERIFY: `http://127.0.0.1:${verify.address().port}/siteverify`,
  SHARDS: "2",
});

before(async () => {
  verify = await siteverify();
  at = await stand({ worker: `${root}tests/guard.worker.mjs`, bindings: bindings() });
});
after(async () => {
  verify.close();
  await at.stop();
});
beforeEach(() => {
  asked = [];
});

const send = (form, values, own, headers = {}, relay = at) =>
  fetch(`${relay.relay}/leads/${form}`, {
    method: "POST",
    body: body(values, own),
    redirect: "manual",
    headers: { accept: "application/json", origin: relay.page, ...headers },
  });
const token = async (form = "contact") =>
  (await (await fetch(`${at.relay}/leads/${form}`, { headers: { origin: at.page } })).json()).token;
const operator = (path, init = {}, relay = at) =>
  fetch(`${relay.relay}/operator/${path}`, {
    ...init,
    headers: { authorization: "Bearer demo-operator", ...init.headers },
  });
const rows = async (id, relay = at) =>
  (await (await operator("leads", {}, relay)).json()).filter((row) => row.id.startsWith(id));
const stateOf = async (response) => {
  const { id } = await response.json();
  const [row] = await rows(id);
  return row.phase === "review" ? row.review : "goes on";
};

describe("a form token", () => {
  test("is good for one lead, however often that one is sent", async () => {
    const own = { token: await token(), key: key() };
    const first = person();
    assert.equal(await stateOf(await send("contact", first, own)), "goes on");
    assert.equal(
      await stateOf(await send("contact", first, own)),
      "goes on",
      "the same lead again",
    );
    assert.equal(
      await stateOf(await send("contact", person(), { ...own, key: key() })),
      "token.spent",
    );
  });

  test("that is forged, of another form, of another origin or of another day is never delivered unseen", async () => {
    const good = await token();
    const [version, issued, nonce, mac] = good.split(".");
    const tampered = [
      [version, issued, nonce, mac.replace(/./, (digit) => (digit === "0" ? "1" : "0"))],
      [version, (Number.parseInt(issued, 36) + 1).toString(36), nonce, mac],
      [version, issued, `${nonce}0`, mac],
      ["2", issued, nonce, mac],
    ].map((parts) => parts.join("."));
    for (const forged of [
      ...tampered,
      await token("other"),
      "x",
      "1...",
      "1.a.b",
      "\u0000",
      "1".repeat(5_000),
    ]) {
      assert.equal(
        await stateOf(await send("contact", person(), { token: forged, key: key() })),
        "token.forged",
        forged.slice(0, 60),
      );
    }
  });

  test("replayed a hundred times at once lets one lead through", async () => {
    const replayed = await token();
    const states = await Promise.all(
      Array.from({ length: 100 }, async () =>
        stateOf(await send("contact", person(), { token: replayed, key: key() })),
      ),
    );
    assert.equal(states.filter((state) => state === "goes on").length, 1);
    assert.equal(states.filter((state) => state === "token.spent").length, 99);
  });

  test("forged, of another form, or replayed, again and again: none is delivered unseen", {
    timeout: 600_000,
  }, async () => {
    const most = Number(process.env.TOKENS ?? 300);
    const many = await stand({
      worker: `${root}tests/guard.worker.mjs`,
      bindings: { ...bindings(), SHARDS: "4", maxReview: String(most * 10) },
    });
    try {
      const issued = async (form) =>
        (
          await (
            await fetch(`${many.relay}/leads/${form}`, { headers: { origin: many.page } })
          ).json()
        ).token;
      const spent = await issued("contact");
      assert.equal(
        (
          await send(
            "contact",
            { email: "first@example.org" },
            { token: spent, key: key() },
            {},
            many,
          )
        ).status,
        202,
      );
      const statuses = {};
      for (let n = 0; n < most; n += 50) {
        await Promise.all(
          Array.from({ length: Math.min(50, most - n) }, async (_, at) => {
            const good = n % 3 === 1 ? await issued("other") : spent;
            const [version, time, nonce, mac] = good.split(".");
            const token =
              n % 3 === 0 ? [version, time, nonce, [...mac].reverse().join("")].join(".") : good;
            const { status } = await send(
              "contact",
              { email: `token${n + at}@example.org` },
              { token, key: key() },
              {},
              many,
            );
            statuses[status] = (statuses[status] ?? 0) + 1;
          }),
        );
      }
      assert.deepEqual(statuses, { 202: most });
      await until(async () => (await many.leads()).length > 0, "the first");
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.deepEqual(
        (await many.leads()).map(({ email }) => email),
        ["first@example.org"],
      );
      const { shards } = await (await operator("status", {}, many)).json();
      assert.equal(
        shards.reduce((sum, shard) => sum + shard.review, 0),
        most,
      );
      console.log(`# ${most} forged, foreign or spent tokens, 0 delivered unseen`);
    } finally {
      await many.stop();
    }
  });

  test("of people whose browser fills the form at once is no reason to hold them", async () => {
    await at.config({ marketo: { limits: { calls: null, concurrent: null, daily: null } } });
    const states = [];
    for (let n = 0; n < 200; n += 20) {
      states.push(
        ...(await Promise.all(
          Array.from({ length: 20 }, async () =>
            stateOf(await send("contact", person(), { token: await token(), key: key() })),
          ),
        )),
      );
    }
    assert.deepEqual([states.length, ...new Set(states)], [200, "goes on"]);
  });
});

describe("Turnstile", () => {
  const cases = [
    ["an answer that holds", "good-1", "goes on"],
    ["none", undefined, "turnstile.missing"],
    ["one that is refused", "bad-1", "turnstile.failed"],
    ["one for another site", "elsewhere-1", "turnstile.failed"],
    ["one for another form", "otherform-1", "turnstile.failed"],
    ["one that is too long", `good-${"x".repeat(3_000)}`, "turnstile.failed"],
  ];
  for (const [what, response, state] of cases) {
    test(what, async () => {
      const values = person(response === undefined ? {} : { "cf-turnstile-response": response });
      const answer = await send("guarded", values, { token: await token("guarded"), key: key() });
      const { issues } = await answer.clone().json();
      assert.deepEqual(issues, [], "the widget's field is no unknown field");
      assert.equal(await stateOf(answer), state);
    });
  }

  test("that cannot be reached is one sign, and the lead goes on", async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const issued = await token("guarded");
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    assert.equal(
      await stateOf(
        await send("guarded", person({ "cf-turnstile-response": "down-1" }), {
          token: issued,
          key: key(),
        }),
      ),
      "goes on",
    );
  });

  test("is asked only after the fields are right", async () => {
    assert.equal((await send("guarded", { email: "no" }, { key: key() })).status, 422);
    assert.deepEqual(asked, []);
  });

  test("is asked once for each lead, with a key of its own; who comes meanwhile is told to come again", async () => {
    const values = person({ "cf-turnstile-response": "slow-1" });
    const own = { token: await token("guarded"), key: key() };
    const answers = await Promise.all(
      [0, 150, 200].map(async (ms) => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        return send("guarded", values, own);
      }),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [202, 409, 409],
    );
    assert.equal(answers[1].headers.get("retry-after"), "1");
    assert.equal(asked.length, 1);
    assert.match(
      asked[0].idempotency_key,
      /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/,
    );
    assert.equal(asked[0].remoteip, "127.0.0.1");
    assert.equal((await send("guarded", values, own)).status, 202, "and again afterwards");
    assert.equal(asked.length, 1);
  });
});

describe("where a form comes from", () => {
  test("hostile origins: none gets in, none is reflected, each answer varies by origin", async () => {
    const page = new URL(at.page);
    const hostile = [
      "https://evil.example",
      "http://evil.example",
      `${at.page}.evil.example`,
      `${at.page}@evil.example`,
      `${at.page}/`,
      `${at.page}/x`,
      ` ${at.page}x`,
      at.page.toUpperCase(),
      at.page.replace("http:", "https:"),
      at.page.replace(/:\d+$/, ""),
      at.page.replace(/:\d+$/, ":1"),
      `http://127.0.0.2:${page.port}`,
      `http://localhost:${page.port}`,
      `http://[::1]:${page.port}`,
      `http://127.1:${page.port}`,
      `http://2130706433:${page.port}`,
      `http://0x7f000001:${page.port}`,
      `http://127.0.0.1.:${page.port}`,
      `http://user@127.0.0.1:${page.port}`,
      "file://",
      "data:",
      "about:blank",
      "chrome-extension://abc",
      `${at.page}, https://evil.example`,
      `https://evil.example ${at.page}`,
      `${at.page}%00`,
      `${at.page}%0d%0a`,
      `${at.page}?`,
      `${at.page}#`,
      "*",
      "undefined",
      "None",
      "NULL",
      "null,null",
      `null, ${at.page}`,
      `${at.page},${at.page}`,
      `${at.page} ${at.page}`,
      `"${at.page}"`,
      `'${at.page}'`,
      `<${at.page}>`,
      `[${at.page}]`,
      at.page.slice(0, -1),
      at.page.slice(1),
      `${at.page}0`,
      `x${at.page}`,
      `.${at.page}`,
      at.page.replace("//", "/"),
      at.page.replace("//", "///"),
      at.page.replace("//", "\\\\"),
      at.page.replace("http:", "HTTP:"),
      at.page.replace("http:", "ws:"),
      at.page.replace("http:", ""),
      at.page.replace("127.0.0.1", "127.0.0.1%2eevil.example"),
      at.page.replace("127.0.0.1", "127.0.0.1.nip.io"),
      at.page.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
      at.page.replace("127.0.0.1", "0"),
      at.page.replace("127.0.0.1", "127.0.0.01"),
      `${at.page}\tx`,
      `${at.page};`,
      `${at.page}|`,
      `blob:${at.page}/x`,
      `filesystem:${at.page}/x`,
      "https://",
      "http://",
      "moz-extension://abc",
      "app://obsidian.md",
      "capacitor://localhost",
    ];
    assert.ok(hostile.length >= 60, `${hostile.length}`);
    for (const origin of hostile) {
      for (const method of ["POST", "GET", "OPTIONS"]) {
        const response = await fetch(`${at.relay}/leads/contact`, {
          method,
          headers: { origin, accept: "application/json" },
          ...(method === "POST" && { body: body(person()) }),
        });
        if (method !== "OPTIONS") assert.equal(response.status, 403, `${method} ${origin}`);
        assert.equal(
          response.headers.get("access-control-allow-origin"),
          null,
          `${method} ${origin}`,
        );
        assert.equal(response.headers.get("access-control-allow-credentials"), null);
        assert.match(response.headers.get("vary") ?? "", /Origin/, `${method} ${origin}`);
      }
    }
  });

  test("a browser that says two different things is not believed", async () => {
    assert.equal(
      (
        await send(
          "contact",
          person(),
          { key: key() },
          { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
        )
      ).status,
      403,
    );
    assert.equal(
      (await send("contact", person(), { key: key() }, { "sec-fetch-site": "same-origin" })).status,
      202,
      "a proxy on the page's own origin",
    );
    const review = await stateOf(
      await fetch(`${at.relay}/leads/contact`, {
        method: "POST",
        body: body(person(), { key: key() }),
        headers: { accept: "application/json", "sec-fetch-site": "cross-site" },
      }),
    );
    assert.equal(review, "token.missing origin.missing");
  });
});

describe("bounds", () => {
  test("an address, a full queue and a full review: told to come again, never dropped", async () => {
    const small = await stand({
      worker: `${root}tests/guard.worker.mjs`,
      bindings: { ...bindings(), SHARDS: "1", maxQueued: "2", maxReview: "1", ADDRESS_LEADS: "7" },
    });
    try {
      await small.faults([
        { operation: "marketo.lead.submitForm", fault: "status", status: 503, times: 1_000 },
      ]);
      const post = async (own) => {
        const response = await send("contact", person(), { key: key(), ...own }, {}, small);
        const { state, issues } = await response.json();
        return `${response.status} ${state} ${issues.map(({ code }) => code).join()} ${response.headers.has("retry-after")}`;
      };
      assert.deepEqual(
        [await post(), await post(), await post()],
        ["202 queued  false", "202 queued  false", "503 retry outbox.full true"],
      );
      assert.deepEqual(
        [await post({ token: "x" }), await post({ token: "x" })],
        ["202 queued  false", "429 retry review.full true"],
      );
      await post();
      await post();
      assert.equal(await post(), "429 retry address.limit true");
    } finally {
      await small.stop();
    }
  });
});

describe("the operator", () => {
  const values = { "fieldpost-value-key": "demo-operator-values" };
  const replay = (which) => operator("replay", { method: "POST", body: JSON.stringify(which) });

  test("lists, releases and exports; values need the second key", async () => {
    const formula = person({ company: `=HYPERLINK("http://evil.example";"x")` });
    const { id } = await (await send("contact", formula, { token: "forged", key: key() })).json();
    const all = JSON.stringify(await rows(id));
    for (const value of [formula.email, "HYPERLINK"])
      assert.ok(!all.includes(value), "the list shows a value");
    for (const wrong of [
      {},
      { "fieldpost-value-key": "demo-operator" },
      { "fieldpost-value-key": "" },
    ]) {
      assert.equal((await operator("export", { headers: wrong })).status, 403);
      assert.equal(
        (await operator("erase", { method: "POST", headers: wrong, body: "{}" })).status,
        403,
      );
    }
    const exported = (
      await (await operator("export?phase=review", { headers: values })).json()
    ).find((row) => row.id.startsWith(id));
    assert.deepEqual(exported.lead, { email: formula.email, company: formula.company }, "lossless");
    const sheet = await (
      await operator("export?phase=review&format=csv", { headers: values })
    ).text();
    const line = sheet.split("\r\n").find((one) => one.includes(id));
    assert.ok(line.includes(`"'=HYPERLINK(""http://evil.example"";""x"")"`), line);
    assert.equal((await replay({})).status, 400, "everything only where it is said");
    assert.deepEqual(await (await replay({ ids: [id] })).json(), [
      { id: `${id}/marketo`, lead: id, account: "marketo", moved: true },
    ]);
    await until(async () => (await rows(id))[0].phase === "done", "the delivery");
  });

  test("keeps with a lead what the visitor agreed to", async () => {
    const { email } = person();
    const { id } = await (await send("agreed", { email, terms: "yes" }, { key: key() })).json();
    await until(async () => (await rows(id))[0].phase !== "waiting", "the delivery");
    const { body } = (await at.ledger()).find(
      (call) => call.operation === "marketo.lead.submitForm" && call.key === email,
    );
    const { company, title } = body.input[0].leadFormFields;
    assert.equal(company, "v3", "the version of the text");
    assert.ok(Math.abs(Date.parse(title) - Date.now()) < 60_000, "and when");
  });

  test("sends all of a code on at once", async () => {
    // The leads' own fault: one of the form's would make them wait, and one of the account's all others too.
    const refused = Array.from({ length: 5 }, () => person());
    await at.faults(
      refused.map(({ email }) => ({
        operation: "marketo.lead.submitForm",
        key: email,
        fault: "code",
        code: 1003,
        times: 1,
      })),
    );
    const ids = [];
    for (const lead of refused)
      ids.push((await (await send("contact", lead, { key: key() })).json()).id);
    const phases = async () =>
      (await Promise.all(ids.map((id) => rows(id)))).flat().map(({ phase }) => phase);
    await until(
      async () => (await phases()).every((phase) => phase === "dead"),
      "the dead letters",
    );
    await at.reset();
    assert.equal((await (await replay({ code: "marketo.1003", phase: "dead" })).json()).length, 5);
    await until(async () => (await phases()).every((phase) => phase === "done"), "the replays");
    const there = (await at.leads()).map(({ email }) => email);
    assert.ok(refused.every(({ email }) => there.includes(email)));
  });

  test("erases a person everywhere; the page's repeat does not bring it back", async () => {
    const gone = person();
    const own = { key: key() };
    await at.faults([
      {
        operation: "marketo.lead.submitForm",
        key: gone.email,
        fault: "status",
        status: 503,
        times: 1_000,
      },
    ]);
    const { id } = await (await send("contact", gone, own)).json();
    await send("contact", gone, { token: "forged", key: key() });
    // Their e-mail stands second in a lead that another one begins.
    await send("contact", person({ other: gone.email.toUpperCase() }), {
      token: "forged",
      key: key(),
    });
    const stays = person({ other: person().email });
    const { id: other } = await (
      await send("contact", stays, { token: "forged", key: key() })
    ).json();
    const erased = await operator("erase", {
      method: "POST",
      headers: values,
      body: JSON.stringify({ email: ` ${gone.email.toUpperCase()} ` }),
    });
    assert.equal((await erased.json()).erased, 3);
    assert.deepEqual(await rows(id), []);
    assert.equal((await rows(other)).length, 1, "nobody else goes");
    const exported = await (await operator("export", { headers: values })).text();
    assert.ok(!exported.toLowerCase().includes(gone.email));
    assert.ok(exported.includes(stays.other));
    assert.equal((await (await send("contact", gone, own)).json()).id, id);
    assert.deepEqual(await rows(id), []);
    for (const wrong of ["{", "{}", '{"email":5}', '{"email":"x"}']) {
      assert.equal(
        (await operator("erase", { method: "POST", headers: values, body: wrong })).status,
        400,
      );
    }
    await at.reset();
  });

  test("metrics say how many, and nothing of whom", async () => {
    const text = await (await operator("metrics")).text();
    for (const name of [
      "fieldpost_leads_queued",
      "fieldpost_delivered_total",
      "fieldpost_gate_running",
      "fieldpost_died_total",
    ])
      assert.ok(text.includes(`\n# TYPE ${name} `), name);
    for (const line of text.trim().split("\n"))
      assert.match(line, /^(# (HELP|TYPE) |[a-z_]+\{[^{}\n]*\} \d+$)/);
    assert.ok(!/@|example\.org|sandbox-|http:/.test(text));
    assert.equal((await fetch(`${at.relay}/operator/metrics`)).status, 401);
  });
});
