// The relay's contract, on real workerd: what it takes, what it refuses, what it sends on.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, stand, until } from "./stand.mjs";

let at;
let people = 0;
const person = (more = {}) => ({
  firstName: "Ann",
  lastName: "Lee",
  email: `ann${++people}@example.org`,
  phone: `(212) 456-${1000 + people}`,
  consent: "yes",
  ...more,
});
const key = () => crypto.randomUUID();

before(async () => {
  at = await stand();
});
after(() => at.stop());
beforeEach(() => at.reset());

const post = (payload, { headers = {}, query = "", stream = false } = {}) =>
  fetch(at.form + query, {
    method: "POST",
    body: payload,
    redirect: "manual",
    ...(stream && { duplex: "half" }),
    headers: { accept: "application/json", origin: at.page, ...headers },
  });

async function token() {
  return (await (await fetch(at.form, { headers: { origin: at.page } })).json()).token;
}

/** What the three systems hold of an address. */
const held = async (email) => (await at.leads()).filter((lead) => lead.email === email);
const arrived = (email) =>
  until(async () => (await held(email)).length >= 3 && held(email), `${email} in all systems`);

/** The form activities that Marketo has of an address; a call with an old token leaves none. */
const activities = async (email) =>
  (await at.ledger()).filter(
    (call) =>
      call.operation === "marketo.lead.submitForm" &&
      call.key === email &&
      /created|updated/.test(call.verdict),
  );

describe("the relay takes", () => {
  test("a form as a browser sends it, and tells the truth", async () => {
    const lead = person();
    const response = await post(body(lead, { key: key(), v: "1", token: await token() }), {
      query: "?wait",
    });
    const answer = await response.json();
    assert.equal(response.status, 200);
    assert.deepEqual(
      { ...answer, id: typeof answer.id },
      { v: 1, id: "string", state: "stored", issues: [] },
    );
    assert.deepEqual((await held(lead.email)).map(({ system }) => system).sort(), [
      "marketo",
      "pardot",
      "prospects",
    ]);
    assert.equal(response.headers.get("access-control-allow-origin"), at.page);
    assert.match(response.headers.get("vary"), /Origin/);
    assert.equal(response.headers.get("cache-control"), "no-store");
  });

  test("what each origin may read, whoever asked before", async () => {
    const allowed = async (origin) =>
      (await post(body({ email: "no address" }), { headers: { origin } })).headers.get(
        "access-control-allow-origin",
      );
    for (const origin of [at.page, at.relay, at.page]) assert.equal(await allowed(origin), origin);
    for (const origin of ["https://evil.example", "null", `${at.page}.evil.example`])
      assert.equal(await allowed(origin), null);
    const server = await fetch(at.form, {
      method: "POST",
      body: body({ email: "no address" }),
      headers: { accept: "application/json" },
    });
    assert.equal(server.headers.get("access-control-allow-origin"), null);
  });

  test("JSON, lists included", async () => {
    const lead = person({ labels: ["Hot", "Inbound"] });
    const response = await post(JSON.stringify({ ...lead, _fp_key: key() }), {
      headers: { "content-type": "application/json" },
    });
    assert.equal(response.status, 202);
    const [stored] = (await arrived(lead.email)).filter(({ system }) => system === "prospects");
    assert.deepEqual(stored.fields.labels, ["Hot", "Inbound"]);
  });

  test("multipart", async () => {
    const lead = person();
    const form = new FormData();
    for (const [name, value] of Object.entries(lead)) form.append(name, value);
    assert.equal((await post(form)).status, 202);
    await arrived(lead.email);
  });

  test("a form of a browser without JavaScript: 303 to the thank-you page", async () => {
    const lead = person();
    const response = await post(body(lead), { headers: { accept: "text/html" } });
    assert.equal(response.status, 303);
    assert.equal(response.headers.get("location"), `${at.page}/thanks.html`);
    await arrived(lead.email);
  });

  test("an unknown field with a warning that names it; the lead goes on without it", async () => {
    const lead = person();
    const response = await post(
      body({ ...lead, utm_medium: "x", __proto__x: "1" }, { key: key() }),
    );
    const { issues } = await response.json();
    assert.equal(response.status, 202);
    assert.deepEqual(issues.map(({ field, code, severity }) => [field, code, severity]).sort(), [
      ["__proto__x", "field.unknown", "warning"],
      ["utm_medium", "field.unknown", "warning"],
    ]);
    for (const { fields } of await arrived(lead.email)) assert.ok(!("utm_medium" in fields));
  });

  test("a field named __proto__ as data, which is never a prototype", async () => {
    const lead = person();
    const response = await post(
      `{"__proto__":{"polluted":true},"constructor":"x",${JSON.stringify(lead).slice(1)}`,
      {
        headers: { "content-type": "application/json" },
      },
    );
    const answer = await response.json();
    assert.equal(response.status, 202);
    assert.deepEqual(answer.issues.map(({ field }) => field).sort(), ["__proto__", "constructor"]);
    await arrived(lead.email);
  });
});

describe("the relay refuses", () => {
  const cases = [
    ["a body over 64 KiB", () => [body(person({ company: "x".repeat(70_000) }))], 413, "body.size"],
    [
      "over 100 fields",
      () => [new URLSearchParams(Array.from({ length: 101 }, (_, n) => [`f${n}`, "x"]))],
      400,
      "body.fields",
    ],
    [
      "broken JSON",
      () => ['{"email":', { headers: { "content-type": "application/json" } }],
      400,
      "body.json",
    ],
    [
      "a JSON list",
      () => ["[]", { headers: { "content-type": "application/json" } }],
      400,
      "body.json",
    ],
    [
      "text that says it is multipart",
      () => ["x", { headers: { "content-type": "multipart/form-data; boundary=y" } }],
      400,
      "body.multipart",
    ],
    [
      "another type",
      () => ["email=a", { headers: { "content-type": "text/plain" } }],
      415,
      "body.type",
    ],
    [
      "another origin",
      () => [body(person()), { headers: { origin: "https://evil.example" } }],
      403,
      "origin.forbidden",
    ],
    ["another wire version", () => [body(person(), { v: "99" })], 400, "wire.version"],
    ["a key that is none", () => [body(person(), { key: "a b" })], 400, "key.invalid"],
  ];
  for (const [what, request, status, code] of cases) {
    test(what, async () => {
      const response = await post(...request());
      const answer = await response.json();
      assert.equal(response.status, status);
      assert.equal(answer.state, "refused");
      assert.deepEqual(
        answer.issues.map((issue) => issue.code),
        [code],
      );
      assert.deepEqual(await at.leads(), []);
    });
  }

  test("a stream without a length, cut where it passes the limit", async () => {
    let left = 5;
    const long = new ReadableStream({
      pull(stream) {
        if (left-- > 0) stream.enqueue(new Uint8Array(16_384).fill(97));
        else stream.close();
      },
    });
    const response = await post(long, {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      stream: true,
    });
    assert.equal(response.status, 413);
  });

  test("a body that ends before its length, or in the middle of a chunk: nothing of ours is broken", async () => {
    const head = [
      "POST /leads/contact HTTP/1.1",
      "host: relay",
      "accept: application/json",
      "content-type: application/x-www-form-urlencoded",
    ];
    for (const [length, text] of [
      ["content-length: 100", "email=ann"],
      ["transfer-encoding: chunked", "20\r\nemail=ann"],
      ["transfer-encoding: chunked", "zz\r\n"],
    ]) {
      const socket = connect(Number(new URL(at.direct).port), "127.0.0.1");
      socket.end(`${[...head, length].join("\r\n")}\r\n\r\n${text}`);
      let said = "";
      for await (const part of socket) said += part;
      assert.match(said, /^HTTP\/1\.1 400 [\s\S]*"code":"body\.cut"/);
    }
  });

  test("wrong fields, each with its issue and never the value", async () => {
    const response = await post(
      body(person({ email: "ann@@example..org", phone: "call 023-111-0000", consent: "" })),
    );
    const text = await response.text();
    const answer = JSON.parse(text);
    assert.equal(response.status, 422);
    assert.equal(answer.state, "refused");
    assert.deepEqual(answer.issues.map(({ field }) => field).sort(), ["consent", "email", "phone"]);
    assert.ok(
      !text.includes("example..org") && !text.includes("023-111"),
      "an issue holds what the visitor typed",
    );
    assert.deepEqual(await at.leads(), []);
  });

  test("wrong fields of a browser without JavaScript, on a page that keeps what was typed", async () => {
    const response = await post(
      body(person({ email: '"><script>alert(1)</script>', company: "A & B" })),
      { headers: { accept: "text/html" } },
    );
    const html = await response.text();
    assert.equal(response.status, 422);
    assert.match(response.headers.get("content-security-policy"), /default-src 'none'/);
    assert.ok(
      html.includes("A &#38; B") && !html.includes("<script>alert"),
      "typed values are kept, as text",
    );
    assert.match(html, /aria-invalid="true"/);
  });

  test("a form that does not exist, and a name that is no form's own", async () => {
    for (const name of ["nowhere", "__proto__", "constructor", "contact/more"]) {
      assert.equal((await fetch(`${at.relay}/leads/${name}`)).status, 404, name);
    }
  });
});

describe("a key", () => {
  test("gets the same answer for the same values, however often and at once", async () => {
    const lead = person();
    const own = { key: key() };
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await post(body(lead, own))).json()),
    );
    assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
    await arrived(lead.email);
    const again = await post(body(lead, { ...own, token: await token() }));
    assert.equal((await again.json()).id, answers[0].id, "a renewed token makes no other lead");
    assert.equal((await activities(lead.email)).length, 1);
  });

  test("with other values is refused", async () => {
    const own = { key: key() };
    assert.equal((await post(body(person(), own))).status, 202);
    const response = await post(body(person(), own));
    assert.equal(response.status, 422);
    assert.deepEqual(
      (await response.json()).issues.map(({ code }) => code),
      ["key.reused"],
    );
  });

  test("is not needed by a native submit: the same form twice is one lead", async () => {
    const lead = person();
    for (let n = 0; n < 2; n++)
      assert.equal((await post(body(lead), { headers: { accept: "text/html" } })).status, 303);
    await arrived(lead.email);
    assert.equal((await activities(lead.email)).length, 1);
  });
});

describe("what is sent on", () => {
  test("the visitor's address and browser go along with consent, and only then", async () => {
    const lead = person();
    await post(
      body(lead, {
        key: key(),
        page: "https://www.example.com/lp",
        query: "?utm_source=ads%20x",
        mkto_trk: "id:123-ABC-456&token:_mch-example.com-1700000000000-12345",
      }),
      {
        headers: { "user-agent": "Test/1.0" },
      },
    );
    await arrived(lead.email);
    const { input } = (await at.ledger()).find(
      ({ operation }) => operation === "marketo.lead.submitForm",
    ).body;
    assert.deepEqual(input[0].visitorData, {
      pageURL: "https://www.example.com/lp",
      queryString: "utm_source=ads%20x",
      leadClientIpAddress: "127.0.0.1",
      userAgentString: "Test/1.0",
    });
    assert.equal(input[0].cookie, "id:123-ABC-456&token:_mch-example.com-1700000000000-12345");
    assert.ok(
      !JSON.stringify(input).includes("consent"),
      "consent is not mapped, so it is not sent",
    );
    const pardot = (await at.ledger()).find(
      ({ operation }) => operation === "pardot.prospect.create",
    ).body;
    assert.equal(pardot.source, "ads x", "a query parameter that the mapping names");
  });

  test("visitor data that is none costs no lead: it is left out", async () => {
    const lead = person();
    await post(body(lead, { key: key(), page: "not a page", mkto_trk: "garbage" }), {
      headers: { "user-agent": "Test/1.0" },
    });
    await arrived(lead.email);
    const { input } = (await at.ledger()).find(
      ({ operation, key: of }) => operation === "marketo.lead.submitForm" && of === lead.email,
    ).body;
    assert.deepEqual(input[0].visitorData, {
      leadClientIpAddress: "127.0.0.1",
      userAgentString: "Test/1.0",
    });
    assert.ok(!("cookie" in input[0]));
  });

  test("an empty field erases nothing, and a known person is not created again", async () => {
    const lead = person({ company: "Harbor Plumbing" });
    await post(body(lead, { key: key() }));
    await arrived(lead.email);
    await post(body({ ...lead, company: "", lastName: "Lee-Hart" }, { key: key() }));
    await until(
      async () =>
        (await held(lead.email)).every(({ fields }) =>
          [fields.lastName, fields.last_name].includes("Lee-Hart"),
        ),
      "the second submission",
    );
    const all = await held(lead.email);
    assert.deepEqual(all.map(({ system }) => system).sort(), ["marketo", "pardot", "prospects"]);
    for (const { system, fields } of all) assert.equal(fields.company, "Harbor Plumbing", system);
  });

  test("two submissions of one person at the same moment make one prospect in Pardot", async () => {
    const lead = person();
    await Promise.all(
      ["A", "B", "C"].map((company) => post(body({ ...lead, company }, { key: key() }))),
    );
    await until(async () => (await activities(lead.email)).length === 3, "three form activities");
    await until(
      async () =>
        (await at.ledger()).filter(
          ({ operation, verdict }) =>
            operation.startsWith("pardot.prospect.") && ["created", "updated"].includes(verdict),
        ).length === 3,
      "three writes to Pardot",
    );
    assert.deepEqual((await held(lead.email)).map(({ system }) => system).sort(), [
      "marketo",
      "pardot",
      "prospects",
    ]);
  });
});

describe("a suspect is kept for a person", () => {
  const operator = (path, init) =>
    fetch(`${at.relay}/operator/${path}`, {
      ...init,
      headers: { authorization: "Bearer demo-operator" },
    });

  test("a forged token: taken, not delivered, released by the operator", async () => {
    const lead = person();
    const { id } = await (
      await post(
        body(lead, { key: key(), token: `1.${Date.now().toString(36)}.x.${"0".repeat(64)}` }),
      )
    ).json();
    const mine = async () =>
      (await (await operator("leads")).json()).filter((row) => row.id.startsWith(id));
    const rows = await mine();
    assert.deepEqual([...new Set(rows.map(({ phase }) => phase))], ["review"]);
    assert.ok(!JSON.stringify(rows).includes(lead.email), "the list shows no values");
    assert.deepEqual(await held(lead.email), []);
    await operator(`replay?id=${id}`, { method: "POST" });
    await arrived(lead.email);
    await until(async () => (await mine()).every(({ phase }) => phase === "done"), "all done");
  });

  test("one sign is no suspicion: a filled trap alone goes through", async () => {
    const lead = person();
    await post(
      body(
        { ...lead, fp_ref2: "filled by a password manager" },
        { key: key(), token: await token() },
      ),
    );
    // The fresh token is a second sign, so this one waits for a person.
    await until(
      async () =>
        (await (await operator("leads")).json()).some(
          ({ phase, review }) => phase === "review" && /trap/.test(review),
        ),
      "the review",
    );
    const other = person();
    await post(body(other, { key: key(), token: await token() }));
    await arrived(other.email);
    assert.deepEqual(await held(lead.email), []);
  });

  test("the operator's door has a key", async () => {
    for (const authorization of ["", "Bearer wrong", "Basic x"]) {
      assert.equal(
        (await fetch(`${at.relay}/operator/leads`, { headers: { authorization } })).status,
        401,
      );
    }
  });
});
