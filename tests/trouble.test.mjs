// What is asked may never answer, the module may stop, the disk may be full: nothing freezes, and what never left is never
// told as a reply that was lost.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, mock, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

let at;
let people = 0;
/** What of the next calls of a path comes: its head and half of its body. */
const halves = {};
const servers = [];
const bindings = {};

/** Between the relay and the sandbox: passes everything on, but for what stops in the middle. */
async function between(to) {
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const path = request.url.split("?")[0];
    if (halves[path] > 0) {
      halves[path]--;
      response.writeHead(200, { "content-type": "application/json" }).write('{"access_tok');
      return;
    }
    const {
      host,
      connection,
      "transfer-encoding": _,
      "content-length": __,
      ...headers
    } = request.headers;
    const reply = await fetch(`${to}${request.url}`, {
      method: request.method,
      headers,
      redirect: "manual",
      ...(parts.length > 0 && { body: Buffer.concat(parts) }),
    });
    const bytes = Buffer.from(await reply.arrayBuffer());
    const kept = [...reply.headers].filter(
      ([name]) =>
        !/^(content-length|content-encoding|transfer-encoding|connection|keep-alive)$/.test(name),
    );
    response.writeHead(reply.status, Object.fromEntries(kept)).end(bytes);
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

before(async () => {
  at = await stand({ worker: `${root}tests/trouble.worker.mjs`, timeScale: 60, between, bindings });
});
after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await at.stop();
});
beforeEach(() =>
  Promise.all([
    trouble({ stall: {}, full: "", refused: 0 }),
    trap({ only: "", every: 0, next: 0 }),
  ]),
);

const told = async (path, what) =>
  (await fetch(`${at.relay}/test/${path}`, { method: "POST", body: JSON.stringify(what) })).json();
const trouble = (what) => told("trouble", what);
const trap = (what) => told("trap", what);
const person = () => ({ email: `trouble${++people}@example.org` });
const post = (form, values, key = crypto.randomUUID()) =>
  fetch(`${at.relay}/leads/${form}`, {
    method: "POST",
    body: body(values, { key }),
    headers: { accept: "application/json", origin: at.page },
  });
const send = async (form, values) => {
  const response = await post(form, values);
  assert.equal(response.status, 202);
  return (await response.json()).id;
};
const operator = async (path, init = {}) =>
  (
    await fetch(`${at.relay}/operator/${path}`, {
      ...init,
      headers: { authorization: "Bearer demo-operator", ...init.headers },
    })
  ).json();
const row = async (id) => (await operator("leads?limit=1000")).find((one) => one.id.startsWith(id));
const phase = (id, wanted, timeout) =>
  until(async () => (await row(id)).phase === wanted && row(id), `${wanted}`, timeout);
const writes = async (email) =>
  (await at.ledger()).filter(
    ({ operation, key }) => key === email && /submitForm|upsert/.test(operation),
  );

describe("whatever is asked has an end", () => {
  test("a token whose answer stops in the middle freezes nobody", async () => {
    await at.expireTokens();
    halves["/identity/oauth/token"] = 1;
    const ids = await Promise.all(
      [person(), person(), person()].map((lead) => send("marketo", lead)),
    );
    await until(() => halves["/identity/oauth/token"] === 0, "the sign-in");
    for (const id of ids) await phase(id, "done", 15_000);
    const [{ refusals }] = (await operator("status")).gates.filter(
      ({ account }) => account === "marketo",
    );
    assert.ok(refusals > 0, "and it is counted");
  });

  test("a gate that does not answer is asked again", async () => {
    await trouble({ stall: { "/acquire": 3 } });
    const ids = await Promise.all(
      [person(), person(), person()].map((lead) => send("marketo", lead)),
    );
    for (const id of ids) assert.equal((await phase(id, "done", 15_000)).maybe_repeated, 0);
  });

  test("a sender that does not answer: nobody can tell, and the account goes on", async () => {
    await trouble({ stall: { "/send": 1 } });
    const [first, second] = [await send("prospects", person()), await send("prospects", person())];
    for (const id of [first, second]) await phase(id, "done", 20_000);
  });

  test("a gate that does not hear what became of a call holds nobody up", async () => {
    await trouble({ stall: { "/release": 1 } });
    const [first, second] = [person(), person()];
    const id = await send("marketo", first);
    await phase(id, "done", 15_000);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const { phase: still, code } = await row(id);
    assert.deepEqual([still, code], ["done", "stored"], "what is done stays done, with its code");
    await phase(await send("marketo", second), "done", 15_000);
    assert.equal((await writes(first.email)).length, 1);
  });

  test("an outbox that does not answer: the page is told so in time, and the lead is taken once", async () => {
    await trouble({ stall: { "/accept": 1 } });
    const [lead, key] = [person(), crypto.randomUUID()];
    const began = Date.now();
    const response = await post("marketo", lead, key);
    assert.equal(response.status, 503);
    assert.equal((await response.json()).issues[0].code, "outbox.unknown");
    assert.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`);
    const again = await post("marketo", lead, key);
    assert.equal(again.status, 202);
    await phase((await again.json()).id, "done");
    assert.equal((await writes(lead.email)).length, 1);
  });

  test("an operator is told of an outbox or a gate that does not answer", async () => {
    for (const path of ["/status"]) {
      await trouble({ stall: { [path]: 2 } });
      const response = await fetch(`${at.relay}/operator/status`, {
        headers: { authorization: "Bearer demo-operator" },
      });
      assert.ok(response.status >= 500, `${response.status}`);
    }
    assert.equal((await operator("status")).shards.length, 1);
  });

  test("a challenge whose answer never ends is one sign, and the lead goes on", {
    timeout: 20_000,
  }, async () => {
    const lead = { ...person(), "cf-turnstile-response": "one" };
    const response = await post("guarded", lead);
    assert.equal(response.status, 202);
  });
});

describe("what stops before a call has sent nothing", () => {
  test("a module that stops over a request: the lead waits, and goes out once it does not", async () => {
    const lead = person();
    await trap({ only: "render", every: 1 });
    const id = await send("marketo", lead);
    await until(async () => (await row(id)).code === "wasm.trap", "the trap");
    await trap({ every: 0 });
    const { maybe_repeated } = await phase(id, "done");
    assert.equal(maybe_repeated, 0);
    assert.equal((await writes(lead.email)).length, 1);
  });

  test("each time: after three it is a dead letter, and what a person sends on begins anew", async () => {
    for (const form of ["marketo", "prospects"]) {
      const lead = person();
      await trap({ only: "render", every: 1, traps: 0 });
      const id = await send(form, lead);
      const dead = await phase(id, "dead");
      assert.deepEqual([dead.code, dead.maybe_repeated], ["wasm.trap", 0], form);
      assert.deepEqual(await writes(lead.email), [], "nothing was sent");
      const { traps } = await trap({});
      // Each try is made with a fresh instance once more.
      assert.ok(traps >= 6, `${traps} traps`);
      await trap({ only: "", every: 0 });
      await operator(`replay?id=${id}`, { method: "POST" });
      assert.equal((await phase(id, "done")).maybe_repeated, 0);
      assert.equal((await writes(lead.email)).length, 1);
    }
  });

  test("a disk without room for the request is the moment's: the leads wait, however long, and go out when there is some", async () => {
    await trouble({ full: "INSERT INTO renders" });
    const leads = [person(), person(), person()];
    const ids = await Promise.all(leads.map((lead) => send("marketo", lead)));
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const { refused } = await trouble({});
    assert.ok(refused >= 3 && refused < 60, `${refused} writes that were refused`);
    for (const id of ids) {
      const { phase, code, maybe_repeated } = await row(id);
      assert.deepEqual([phase, code, maybe_repeated], ["waiting", "storage.full", 0]);
    }
    for (const { email } of leads) assert.deepEqual(await writes(email), []);
    await trouble({ full: "" });
    for (const id of ids) assert.equal((await phase(id, "done")).maybe_repeated, 0);
    for (const { email } of leads) assert.equal((await writes(email)).length, 1);
  });

  test("one without room for anything, likewise, and nothing is promised meanwhile", async () => {
    const leads = [person(), person(), person()];
    await trouble({ stall: { "/acquire": 3 } });
    const ids = await Promise.all(leads.map((lead) => send("marketo", lead)));
    await trouble({ full: "^\\s*(INSERT|UPDATE)" });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const { refused } = await trouble({});
    assert.ok(refused > 3 && refused < 60, `${refused} writes that were refused`);
    for (const id of ids)
      assert.deepEqual([(await row(id)).phase, (await row(id)).maybe_repeated], ["waiting", 0]);
    for (const { email } of leads) assert.deepEqual(await writes(email), []);
    assert.equal((await post("marketo", person())).status, 503);
    await trouble({ full: "" });
    for (const id of ids) assert.equal((await phase(id, "done")).maybe_repeated, 0);
    for (const { email } of leads) assert.equal((await writes(email)).length, 1);
  });
});

describe("a request has the key of its lead and body", () => {
  test("made anew as it was it is the same, corrected it is another one", async () => {
    const keys = async (email) => (await writes(email)).map(({ idempotencyKey }) => idempotencyKey);
    const lead = { ...person(), company: "Acme" };
    await at.faults([
      {
        operation: "prospects.prospect.upsert",
        key: lead.email,
        fault: "status",
        status: 422,
        body: { error: "no" },
        times: 2,
      },
    ]);
    const id = await send("prospects", lead);
    await phase(id, "dead");
    await operator(`replay?id=${id}`, { method: "POST" });
    await until(async () => (await keys(lead.email)).length === 2, "the second");
    await phase(id, "dead");
    // What the owner has corrected.
    bindings.LAST_NAME = "Fischer";
    await at.killRelay();
    await at.startRelay();
    await operator(`replay?id=${id}`, { method: "POST" });
    await phase(id, "done");
    const [first, second, third] = await keys(lead.email);
    assert.match(first, /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
    assert.equal(first, second);
    assert.notEqual(third, first);
  });
});

test("a form that goes to one account twice is refused at start, by its name", async () => {
  const { relay } = await import("fieldpost/worker");
  const own = { account: "prospects", map: { email: "email" } };
  const asked = (deliver) => {
    const accounts = Object.fromEntries(
      ["prospects", "others"].map((name) => [
        name,
        { system: "prospects", baseUrl: "https://example.com", credentials: { key: "k" } },
      ]),
    );
    const form = { fields: { email: { kind: "email" } }, origins: [], thanks: "/", deliver };
    return relay({
      secret: "a secret of thirty-two characters!",
      accounts,
      forms: { contact: form },
    }).fetch(
      new Request("https://leads.example.com/leads/contact", {
        headers: { accept: "application/json" },
      }),
      {},
    );
  };
  const lines = mock.method(console, "log", () => {});
  const statuses = [
    (await asked([own, own])).status,
    (await asked([own, { ...own, account: "others" }])).status,
  ];
  const said = lines.mock.calls.map(({ arguments: [line] }) => String(line)).join("\n");
  lines.mock.restore();
  assert.deepEqual(statuses, [500, 200]);
  assert.match(
    said,
    /"event":"options\.wrong","code":"options\.twice","place":"forms\.contact\.deliver\[1\]\.account","closes":"form"/,
  );
});
