// What `client` does between parameters and outcome, step by step: parts, tokens, versions, pages, exports. The Rust face
// is held to the same cases in `calls.rs`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";

const cases = JSON.parse(readFileSync(new URL("cases/call.json", import.meta.url), "utf8"));
const BASES = { marketo: "https://123-ABC-456.mktorest.com", pardot: "https://pi.pardot.com" };

let worker;
before(async () => {
  worker = await import("fieldpost/worker");
});

/** A template with its number, which counts from 1. */
const numbered = (template, number) =>
  JSON.parse(JSON.stringify(template).replaceAll("{n}", number));
const several = (count, make) => Array.from({ length: count }, (_, at) => make(at + 1));

function params({ params = {}, fill, spoil }) {
  if (!fill) return params;
  const list = several(fill[1], (number) => numbered(fill[2], number));
  if (spoil) list[spoil[1]] = spoil[2];
  return { ...params, [fill[0]]: list };
}

/** A client whose network says what the case says. */
function host({ operation = "pardot.export.read", version, replies }) {
  const system = operation.split(".")[0];
  const sent = [];
  const rest = [...replies];
  let tokens = 0;
  const fetch = async (request) => {
    if (/\/oauth2?\/token$/.test(new URL(request.url).pathname)) {
      return Response.json({
        access_token: `t${++tokens}`,
        token_type: "bearer",
        expires_in: 3600,
      });
    }
    sent.push({
      request: `${request.method} ${request.url.replace(/^https:\/\/[^/]+/, "")}`,
      token: request.headers.get("authorization").slice(7),
    });
    const { status = 200, headers = {}, body, each } = rest.shift();
    const text = each
      ? body.replace(
          "{*}",
          several(each[0], (number) => each[1].replaceAll("{n}", number)).join(","),
        )
      : body;
    return new Response(text, { status, headers });
  };
  const account = {
    system,
    baseUrl: BASES[system],
    ...(version && { version }),
    credentials: {
      clientId: "id",
      clientSecret: "secret",
      loginUrl: "https://example.my.salesforce.com",
    },
  };
  return { client: worker.client(account, { fetch }), sent, rest };
}

/** A request without its query where the case has none. */
const shown = (sent, { requests }) =>
  sent.map(({ request }, at) => (requests[at]?.includes("?") ? request : request.split("?")[0]));

/** The kinds of a batch's outcomes, equal neighbours counted together. */
function runs(results) {
  const found = [];
  for (const { kind } of results) {
    if (found.at(-1)?.[1] === kind) found.at(-1)[0]++;
    else found.push([1, kind]);
  }
  return found;
}

describe("calls are carried on", () => {
  for (const one of cases.filter((one) => !one.export && !one.pages)) {
    test(`${one.id}: ${one.what}`, async () => {
      const { expect } = one;
      const { client, sent, rest } = host(one);
      if (expect.issues) {
        await assert.rejects(client.call(one.operation, params(one)), (error) => {
          assert.equal(error.code, "params.invalid");
          assert.deepEqual(
            error.issues.map((issue) => issue.field),
            expect.issues,
          );
          return true;
        });
      } else {
        const outcome = await client.call(one.operation, params(one));
        assert.equal(outcome.kind, expect.kind);
        if (expect.kinds) assert.deepEqual(runs(outcome.results), expect.kinds);
        if (outcome.kind === "found") assert.equal(outcome.records.length, expect.records);
        if (outcome.kind === "stored")
          assert.deepEqual(
            outcome.warnings.map((issue) => issue.code),
            expect.warnings ?? [],
          );
      }
      assert.deepEqual(shown(sent, expect), expect.requests);
      if (expect.tokens)
        assert.deepEqual(
          sent.map(({ token }) => token),
          expect.tokens,
        );
      assert.equal(rest.length, 0, "every reply was asked for");
    });
  }
});

describe("pages follow pages", () => {
  for (const one of cases.filter((one) => one.pages)) {
    test(`${one.id}: ${one.what}`, async () => {
      const { client, sent } = host(one);
      const pages = [];
      for await (const outcome of client.pages(one.operation, params(one)))
        pages.push(outcome.records?.length ?? outcome.kind);
      assert.deepEqual(pages, one.expect.pages);
      assert.deepEqual(shown(sent, one.expect), one.expect.requests);
    });
  }
});

describe("an export is waited for", () => {
  for (const one of cases.filter((one) => one.export)) {
    test(one.id, async () => {
      const { client } = host(one);
      const waits = [];
      const sleep = async (ms) => void waits.push(ms);
      const waiting = client.waitForExport(one.export, { sleep });
      if (one.expect.code) {
        await assert.rejects(waiting, (error) => error.code === one.expect.code);
      } else {
        const { refs } = await waiting;
        assert.deepEqual(
          refs.map((ref) => ref.replace(/.*\/id\/(\d+)\/file\/(\d+)$/, "$1/$2")),
          one.expect.files,
        );
      }
      assert.deepEqual(waits, one.expect.waits);
    });
  }
});
