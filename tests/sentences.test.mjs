// The edge module has no sentences: its script says them. So each of them is held here to what native code says: of every code of a
// vendor's by replies that have it, of every code of ours by the table, and wherever the shared cases say one.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { before, describe, test } from "node:test";
import { native } from "./identical/native.mjs";
import { root } from "./stand.mjs";
import { allCases } from "./verdict-page.mjs";
import { verdicts } from "./verdict.mjs";

let fieldpost;
let edge;
let SENTENCES;

before(async () => {
  fieldpost = await import("fieldpost");
  await fieldpost.load();
  ({ edge } = await import(`${root}pkg/dist/core/edge.js`));
  ({ SENTENCES } = await import(`${root}pkg/dist/core/sentences.gen.js`));
});

/** What native code says of each, a line each. */
async function natively(asked) {
  const child = native(root);
  child.stdin.end(["[]", ...asked.map((one) => JSON.stringify([one, []]))].join("\n"));
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(JSON.parse(line));
  assert.equal(lines.length, asked.length);
  return lines;
}

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** What an outcome says with its codes. */
const issues = (outcome) => [
  ...(outcome.issues ?? []),
  ...(outcome.warnings ?? []),
  ...(outcome.results ?? []).flatMap(issues),
];

/** Replies that have a code: of the whole request, of one record, of a batch; to a read and to a write. */
const REPLIES = [
  ...numbers(400, 1_100).flatMap((code) =>
    ["marketo.lead.submitForm", "marketo.lead.get", "marketo.lead.sync"].flatMap((operation) => [
      { operation, body: { success: false, errors: [{ code: `${code}`, message: "x" }] } },
      {
        operation,
        body: {
          success: true,
          result: [{ status: "skipped", reasons: [{ code: `${code}`, message: "x" }] }],
        },
      },
    ]),
  ),
  ...numbers(1, 250).flatMap((code) =>
    ["pardot.prospect.upsert", "pardot.prospect.read"].flatMap((operation) =>
      [200, 403].map((status) => ({
        operation,
        status,
        body: { "@attributes": { stat: "fail", err_code: code }, err: "x" },
      })),
    ),
  ),
  ...numbers(300, 599).flatMap((status) =>
    [
      "marketo.lead.submitForm",
      "pardot.prospect.read",
      "prospects.prospect.upsert",
      "prospects.prospect.list",
    ].map((operation) => ({ operation, status, body: {} })),
  ),
  {
    operation: "prospects.prospect.upsert",
    status: 201,
    body: { id: "1", created: true, warnings: ["phone"], phone: null },
  },
].map(({ body, status = 200, ...rest }) => ({
  version: "4",
  ...rest,
  status: `${status}`,
  body: JSON.stringify(body),
}));

/** What Salesforce and Marketo say in place of a token, in each way of signing in. */
const SIGN_INS = [
  ...[
    ["invalid_grant", "not supported on this domain"],
    ["invalid_grant", "expired authorization code"],
    ["invalid_grant", "audience"],
    ["invalid_grant", "user hasn't approved this consumer"],
    ["invalid_grant", "ip restricted"],
    ["invalid_grant", "inactive user"],
    ["invalid_grant", ""],
    ["invalid_app_access", ""],
    ["inactive_org", ""],
    ["invalid_client", ""],
    ["invalid_client_id", ""],
    ["unsupported_grant_type", ""],
    ["something_else", ""],
  ].map(([error, error_description]) => [400, { error, error_description }]),
  [200, {}],
  [302, {}],
  [200, "<html>"],
].flatMap(([status, body]) =>
  ["client_credentials", "refresh_token", "jwt"].flatMap((grant) =>
    ["pardot", "marketo"].map((system) => ({
      system,
      grant,
      status: `${status}`,
      body: typeof body === "string" ? body : JSON.stringify(body),
    })),
  ),
);
const SECRETS = {
  client_credentials: { clientId: "a", clientSecret: "b" },
  refresh_token: { clientId: "a", refreshToken: "b" },
  jwt: { clientId: "a", privateKey: "b", username: "c" },
};

/** What is said by checks of accounts and mappings (`checks`), by sign-ins and calls (`accounts`, `calls`), and by scripts. */
const ELSEWHERE = [
  /^(check|map|network|reply)\./,
  /^auth\.(scope|busy)|^account\.(private_key|credential|host|login_url)/,
  /^(params\.target|pardot\.export_\w+|prospects\.phone_dropped|value\.(any_of|file))$/,
];

describe("the edge build says what native code says", () => {
  const said = new Map();
  const keep = (all) => {
    for (const { code, message } of all) said.set(code, new Set(said.get(code)).add(message));
  };
  /** A call that is made again says its code alone. */
  const repeated = new Set();
  const ours = (name) => !/^((marketo|pardot)\.\d|auth\.(?!scope|busy))/.test(name);

  test("of a reply with each code of a vendor's", async () => {
    const outcomes = await natively(REPLIES);
    for (const [at, { operation, status, body }] of REPLIES.entries()) {
      const reply = { status: Number(status), headers: {}, body };
      const outcome = await fieldpost.read(operation, reply);
      assert.deepEqual(outcome, outcomes[at], JSON.stringify(REPLIES[at]));
      keep(issues(outcome));
      repeated.add(outcome.code ?? outcome.why);
    }
  });

  test("of a sign-in", async () => {
    const outcomes = await natively(SIGN_INS);
    for (const [at, { system, grant, status, body }] of SIGN_INS.entries()) {
      // Marketo has one way.
      if (system === "marketo" && grant !== "client_credentials") continue;
      const reply = { status: Number(status), headers: [], body };
      const outcome = edge((glue) => glue.readToken(reply, system, SECRETS[grant]));
      assert.deepEqual(outcome, outcomes[at], JSON.stringify(SIGN_INS[at]));
      keep(issues(outcome));
    }
    const messages = new Set([...said.values()].flatMap((all) => [...all]));
    const unsaid = Object.keys(SENTENCES).filter(
      (name) => !ours(name) && !messages.has(SENTENCES[name]) && !repeated.has(name),
    );
    assert.deepEqual(unsaid, []);
  });

  test("with each code of ours, and wherever one is said", async () => {
    const names = Object.keys(SENTENCES).filter(ours);
    const sentences = await natively(names.map((code) => ({ code })));
    const known = Object.fromEntries(names.map((name, at) => [name, sentences[at]]));
    for (const name of names) assert.equal(SENTENCES[name], known[name], name);

    const found = new Set();
    const look = (value) => {
      for (const { code, message, limit } of value ?? []) {
        assert.equal(
          message,
          known[code]?.replace("{}", () => limit ?? ""),
          code,
        );
        found.add(code);
      }
    };
    const cases = await allCases();
    const watched = {
      ...fieldpost,
      form(spec) {
        const form = fieldpost.form(spec);
        const seen =
          (act) =>
          (...given) => {
            const report = act(...given);
            look(report.issues ?? report.report.issues);
            return report;
          };
        return {
          check: seen(form.check),
          checkField: seen(form.checkField),
          payload: seen(form.payload),
        };
      },
    };
    for (const name of ["request", "payload"])
      watched[name] = (operation, params, ...rest) => {
        try {
          look(fieldpost.checkParams(operation, params));
        } catch {
          // There is no such operation.
        }
        const given = [operation, params, ...rest];
        try {
          return fieldpost[name](...given);
        } catch (error) {
          look(error.issues);
          throw error;
        }
      };
    const { differences } = await verdicts(watched, "edge", cases);
    assert.deepEqual(differences, []);
    const pattern = "(a+)+$";
    assert.throws(
      () => watched.form({ fields: { name: { kind: "text", pattern } } }),
      ({ issues }) => look(issues) || true,
    );
    const unsaid = names.filter((name) => !found.has(name) && !said.has(name));
    assert.deepEqual(
      unsaid.filter((name) => !ELSEWHERE.some((one) => one.test(name))),
      [],
    );
  });
});
