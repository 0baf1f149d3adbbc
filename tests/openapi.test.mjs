// The description of the operator's interface is true: a validator takes it, and a real relay gives every answer that stands there, by
// status and code, in the shape that stands there; and there is no call that it does not describe.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import { ask as fetchAgain, body, root, stand, until } from "./stand.mjs";

const spec = JSON.parse(readFileSync(`${root}docs/operator.openapi.json`, "utf8"));
const SHAPES = "https://fieldpost.invalid/operator";
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ $id: SHAPES, components: spec.components });

/** The schema at a place of the description, as a function that says what is wrong. */
const shape = (schema) => {
  const check = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${SHAPES}#/`)));
  return (value) => (check(value) ? [] : check.errors);
};

const KEYS = Object.fromEntries(
  ["anna", "bert", "carl"].map((name) => [name, `${name}-key-${name}-key-${name}-key`]),
);
const receiver = createServer((request, response) => {
  request.resume().on("end", () => response.end("ok"));
});
const MARKETO = "marketo.lead.submitForm";
let at;
before(async () => {
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${receiver.address().port}`;
  at = await stand({
    worker: `${root}tests/openapi.worker.mjs`,
    bindings: {
      SHARDS: "1",
      ADDRESS_HEADER: "x-test-address",
      OPERATORS: JSON.stringify({
        anna: { key: KEYS.anna, rights: ["view", "operate", "values"] },
        bert: { key: KEYS.bert, rights: ["view"] },
        carl: { key: KEYS.carl, rights: ["operate"] },
      }),
      ALERTS: JSON.stringify({
        channels: { chat: { kind: "slack", url: `http://${host}/`, allowHost: host } },
      }),
    },
  });
});
after(async () => {
  await at?.stop();
  receiver.closeAllConnections();
  receiver.close();
});

/** What was given of what is described: `POST /operator/undo 409 undo.late`, and the names of shapes. */
const given = new Set();
const AS = { anna: { authorization: `Bearer ${KEYS.anna}`, "fieldpost-values": "1" } };
for (const name of ["bert", "carl"]) AS[name] = { authorization: `Bearer ${KEYS[name]}` };

/**
 * Asks, and compares the answer with what stands in the description.
 * @param {string} call
 * @param {{ query?: string, said?: unknown, text?: string, as?: Record<string, string> }} [how]
 */
async function ask(call, { query = "", said, text, as = AS.anna } = {}) {
  const [method, path] = call.split(" ");
  const body = text ?? (said === undefined ? undefined : JSON.stringify(said));
  const answer = await fetchAgain(`${at.relay}${path}${query}`, {
    method,
    headers: as,
    ...(method !== "GET" && { body: body ?? "{}" }),
  });
  const described = spec.paths[path][method.toLowerCase()].responses[answer.status];
  assert.ok(described, `${call}${query} answers ${answer.status}, which is not described`);
  const type = answer.headers.get("content-type").split(";")[0];
  const { schema } = described.content[type] ?? assert.fail(`${call}${query} is ${type}`);
  const own = await answer.text();
  if (type !== "application/json") {
    given.add(`${call} Text`);
    return { status: answer.status, own };
  }
  const value = JSON.parse(own);
  assert.deepEqual(shape(schema)(value), [], `${call}${query}: ${own.slice(0, 500)}`);
  if (answer.status !== 200) given.add(`${call} ${answer.status} ${value.code}`);
  for (const one of schema.anyOf ?? [schema])
    if (answer.status === 200 && shape(one)(value).length === 0) given.add(`${call} ${one.$ref}`);
  return { status: answer.status, value, cookie: answer.headers.get("set-cookie") };
}
const refused = async (call, status, code, how) => {
  const { status: own, value } = await ask(call, how);
  assert.deepEqual([own, value.code], [status, code], `${call} ${JSON.stringify(how)}`);
};

let people = 0;
async function send(own = {}) {
  const response = await fetch(at.form, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email: `api${++people}@example.org`, terms: "yes" },
      { key: crypto.randomUUID(), ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  return (await response.json()).id;
}
const stands = (id, state) =>
  until(
    async () => (await ask("GET /operator/lead", { query: `?id=${id}` })).value.state === state,
    `${id}: ${state}`,
  );

/** Every call of the description. */
const calls = Object.entries(spec.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);

test("a validator takes it", async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(spec));
  assert.ok(valid, JSON.stringify(errors, null, 2));
  assert.match(spec.openapi, /^3\.1/);
});

test("it describes every call of the relay, and none that there is not", () => {
  const source = readFileSync(`${root}pkg/src/relay/operator/operator.ts`, "utf8");
  const names = (table) =>
    [
      .../^ {2}(\w+):/gm[Symbol.matchAll](
        new RegExp(`const ${table}:[\\s\\S]*?\\n};`).exec(source)?.[0] ?? "",
      ),
    ].map(([, name]) => name);
  const own = [
    ...names("reads").map((name) => `GET /operator/${name}`),
    ...names("tells").map((name) => `POST /operator/${name}`),
    "POST /operator/session",
    "DELETE /operator/session",
  ];
  assert.ok(own.length > 20);
  assert.deepEqual(calls.toSorted(), own.toSorted());
});

test("a relay gives every answer that it describes", { timeout: 240_000 }, async () => {
  const CONSOLE = { "fieldpost-console": "1" };
  // Who may not.
  for (const call of calls) {
    if (call === "POST /operator/session") continue;
    await refused(call, 401, "operator.key", { as: {} });
    await refused(call, 401, "operator.session", {
      as: { ...CONSOLE, cookie: "fieldpost-desk=none" },
    });
    await refused(call, 403, "operator.origin", { as: { cookie: "fieldpost-desk=none" } });
    await refused(call, 403, "value.key", { as: { ...AS.bert, "fieldpost-values": "1" } });
    const needs = spec.paths[call.split(" ")[1]][call.split(" ")[0].toLowerCase()].description;
    await refused(call, 403, "operator.role", {
      as: needs.startsWith("Needs: view") ? AS.carl : AS.bert,
    });
  }

  // Leads of each state: delivered, held, refused.
  const done = await send();
  await stands(done, "delivered");
  const held = await send({ token: "forged" });
  const other = await send({ token: "forged" });
  await at.faults([{ operation: MARKETO, fault: "code", code: 1003, times: 1_000 }]);
  const dead = await send();
  await stands(dead, "dead");
  await at.clear();

  for (const call of [
    "status",
    "today",
    "stored",
    "rounds",
    "pending",
    "metrics",
    "setup",
    "audit",
    "passes",
  ])
    await ask(`GET /operator/${call}`);
  await ask("POST /operator/search", { said: {} });
  await ask("POST /operator/search", { said: { count: true, state: "dead" } });
  await refused("POST /operator/search", 400, "search.text", { said: { text: "x" } });
  await refused("POST /operator/search", 400, "search.state", { said: { state: "x" } });
  await refused("GET /operator/lead", 404, "not_found", { query: "?id=none" });
  for (const call of ["leads", "attention", "export"])
    for (const query of ["", "?page=1&limit=1"]) await ask(`GET /operator/${call}`, { query });
  await ask("GET /operator/export", { query: "?format=csv" });
  await ask("GET /operator/export", { query: "?format=ndjson" });
  await refused("GET /operator/export", 400, "export.format", { query: "?format=x" });

  const large = "x".repeat(1_100_000);
  for (const call of calls.filter((one) => one.startsWith("POST "))) {
    const as = call.endsWith("/session") ? CONSOLE : AS.anna;
    await refused(call, 400, "body.json", { text: "{", as });
    await refused(call, 413, "body.size", { text: large, as });
  }
  await ask("POST /operator/undo", { said: { name: "none" } });
  await refused("POST /operator/replay", 400, "replay.which", { said: {} });
  await refused("POST /operator/discard", 400, "discard.which", { said: { reason: "x" } });
  await refused("POST /operator/discard", 400, "discard.reason", { said: { phase: "dead" } });
  await refused("POST /operator/move", 400, "move.which", { said: {} });
  await refused("POST /operator/move", 400, "move.to", { said: { from: "a", to: "b" } });
  await ask("POST /operator/move", { said: { from: "gone", to: "marketo" } });
  await ask("POST /operator/move", { query: "?page=1", said: { from: "gone", to: "marketo" } });
  await ask("POST /operator/move", { said: { from: "gone", to: "marketo", later: true } });
  await refused("POST /operator/correct", 409, "correct.which", { said: { id: done, values: {} } });
  await refused("POST /operator/correct", 422, "correct.values", {
    said: { id: dead, values: {} },
  });
  const values = { firstName: "Ann", lastName: "Lee", email: "mended@example.org", terms: true };
  await ask("POST /operator/correct", { said: { id: dead, values } });
  await stands(dead, "delivered");
  for (const what of ["replay", "discard"]) {
    const rest = what === "discard" ? { reason: "a test" } : {};
    await ask(`POST /operator/${what}`, { query: "?page=1", said: { ids: ["none"], ...rest } });
    await ask(`POST /operator/${what}`, {
      said: { ids: [what === "replay" ? held : other], ...rest },
    });
    const { value } = await ask(`POST /operator/${what}`, {
      said: { phase: "dead", later: true, ...rest },
    });
    await until(async () => {
      const { pending } = (await ask("GET /operator/pending")).value;
      return pending.find(({ name }) => name === value.name)?.done;
    }, "what was due");
    await refused("POST /operator/undo", 409, "undo.late", { said: { name: value.name } });
  }
  await ask("GET /operator/rounds");
  await refused("POST /operator/passes", 400, "pass.form", { said: {} });
  await refused("POST /operator/passes", 400, "pass.end", { said: { form: "contact" } });
  await refused("POST /operator/passes", 400, "pass.sender", {
    said: { form: "contact", days: 1 },
  });
  await refused("POST /operator/passes", 404, "not_found", { said: { remove: "none" } });
  const { value: pass } = await ask("POST /operator/passes", {
    said: { form: "contact", days: 1, sender: "example.net" },
  });
  await ask("GET /operator/passes");
  await ask("POST /operator/passes", { said: { remove: pass.id } });
  await refused("POST /operator/test", 400, "test.way", { said: {} });
  await refused("POST /operator/test", 422, "test.values", { said: { form: "contact" } });
  const { value: tested } = await ask("POST /operator/test", {
    said: { form: "contact", values: { ...values, email: "tested@example.org" } },
  });
  await stands(tested.id, "delivered");
  await ask("GET /operator/lead", { query: `?id=${tested.id}` });
  await refused("POST /operator/remove", 404, "not_found", { said: { id: done } });
  await ask("POST /operator/remove", { said: { id: tested.id, account: "marketo" } });
  await refused("POST /operator/erase", 400, "erase.which", { said: {} });
  await refused("POST /operator/erase", 400, "erase.email", { said: { email: "x" } });
  await refused("POST /operator/erase", 400, "erase.phone", { said: { phone: "x" } });
  await ask("POST /operator/erase", { said: { email: "nobody@example.org" } });
  await ask("POST /operator/check");
  await refused("POST /operator/check", 400, "check.which", { query: "?account=none" });
  await ask("POST /operator/alert", { said: { channel: "chat" } });
  await refused("POST /operator/alert", 400, "alert.which", { said: { channel: "none" } });

  // An outbox that is full, and one that does not answer.
  await fetch(`${at.relay}/test/away`, { method: "POST", body: "full" });
  await refused("POST /operator/test", 503, "outbox.full", { said: { form: "contact", values } });
  await fetch(`${at.relay}/test/away`, { method: "POST", body: "yes" });
  const told = {
    correct: { id: done, values: {} },
    erase: { email: "nobody@example.org" },
    move: { from: "gone", to: "marketo", later: true },
    replay: { phase: "dead", later: true },
    discard: { phase: "dead", later: true, reason: "a test" },
    undo: { name: "none" },
    test: { form: "contact", values },
  };
  for (const call of calls) {
    const [method, path] = call.split(" ");
    if (!spec.paths[path][method.toLowerCase()].responses["503"]) continue;
    await refused(call, 503, "outbox.unavailable", { said: told[path.split("/")[2]] ?? {} });
  }
  await fetch(`${at.relay}/test/away`, { method: "POST", body: "no" });

  // A session, last of all: who tries too many keys is kept out.
  const { cookie } = await ask("POST /operator/session", { said: { key: KEYS.anna }, as: CONSOLE });
  const mine = { ...CONSOLE, cookie: cookie.split(";")[0] };
  await ask("GET /operator/session", { as: mine });
  await ask("DELETE /operator/session", { as: mine });
  await refused("POST /operator/session", 403, "operator.origin", { as: {} });
  await refused("POST /operator/session", 401, "operator.key", { said: { key: "x" }, as: CONSOLE });
  await refused("POST /operator/session", 403, "value.key", {
    said: { key: KEYS.anna, valueKey: "x" },
    as: CONSOLE,
  });
  const guesses = { ...CONSOLE, "x-test-address": "203.0.113.9" };
  const guess = async () =>
    (await ask("POST /operator/session", { said: { key: "x" }, as: guesses })).status === 429;
  await until(guess, "the end of guesses");

  const expected = calls.flatMap((call) => {
    const [method, path] = call.split(" ");
    return Object.entries(spec.paths[path][method.toLowerCase()].responses).flatMap(
      ([status, { content }]) =>
        Object.entries(content).flatMap(([type, { schema }]) => {
          if (type !== "application/json") return [`${call} Text`];
          if (status === "200")
            return (schema.anyOf ?? [schema]).map(({ $ref }) => `${call} ${$ref}`);
          return schema.allOf[1].properties.code.enum.map((code) => `${call} ${status} ${code}`);
        }),
    );
  });
  assert.ok(expected.length > 150, `${expected.length} answers`);
  assert.deepEqual(
    expected.filter((one) => !given.has(one)),
    [],
    "what nobody was given",
  );
});
