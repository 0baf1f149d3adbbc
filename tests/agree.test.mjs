// One verdict by every call: `payload`, `request`, `checkParams`, `client.call` and a form's own `payload`, in both builds and
// natively, on the parameters of every operation; and by a relay, in whichever way a lead comes to it. `COUNT` of them, `SEED`.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { atOnce, calls, disagreement, inTurn, said, typed } from "./identical/calls.mjs";
import { generated } from "./identical/forms.mjs";
import { native } from "./identical/native.mjs";
import { issue, line, plain } from "./identical/reports.mjs";
import { root, stand } from "./stand.mjs";

const count = Number(process.env.COUNT ?? 3_000);
const seed = Number(process.env.SEED ?? 1);

let page;
let edge;
let worker;
let operations;
let captures;

before(async () => {
  page = await import(`${root}pkg/dist/entry/page.js`);
  await import(`${root}pkg/dist/entry/build.js`);
  edge = await import("fieldpost");
  worker = await import("fieldpost/worker");
  await page.load({ advice: true });
  await edge.load();
  operations = edge.operations();
  captures = new Set(operations.filter(({ capture }) => capture).map(({ name }) => name));
});

const shown = (one) => JSON.stringify(one);
const take = (all, most) => Array.from({ length: most }, () => all.next().value);
const wellFormed = (value) =>
  JSON.stringify(value, (_, part) => (typeof part === "string" ? part.toWellFormed() : part));

/** What native code says of some calls, a line each. */
async function natively(specs, all) {
  const child = native(root);
  child.stdin.end([specs, ...all].map((one) => `${wellFormed(one)}\n`).join(""));
  const lines = [];
  for await (const said of createInterface({ input: child.stdout })) lines.push(said);
  assert.equal(lines.length, all.length);
  return lines;
}

describe(`${count} calls`, () => {
  let all;
  before(() => {
    all = take(calls(operations, seed), count);
  });

  test("by every call of the build for Workers and Node", async () => {
    let requests = 0;
    for (const one of all) {
      assert.equal(await disagreement(edge, worker, one), undefined, shown(one));
      requests += edge.checkParams(...one).every(({ severity }) => severity === "warning");
    }
    assert.ok(requests > count / 10, `only ${requests} were requests`);
  });

  test("in both builds", () => {
    const both = all.filter(([name]) => captures.has(name));
    assert.ok(both.length > count / 100, `only ${both.length} calls are the page's as well`);
    // A page has no `checkParams`.
    const lean = { payload: page.payload, checkParams: edge.checkParams };
    for (const one of both) assert.equal(said(lean, one), said(edge, one), shown(one));
  });

  test("natively", async () => {
    for (const [at, one] of (await natively([], all)).entries())
      assert.equal(one, said(edge, all[at]), shown(all[at]));
  });
});

describe(`${count} forms that ask for parameters`, () => {
  let all;
  before(() => {
    all = take(typed(operations, seed), count);
  });

  test("a form's own payload is a check and a payload, in both builds", () => {
    const found = { built: 0, refused: 0, stopped: 0 };
    for (const [spec, name, ...given] of all) {
      for (const api of captures.has(name) ? [page, edge] : [edge]) {
        const form = api.form(spec);
        const one = atOnce(form, name, ...given);
        assert.equal(one, inTurn(api, form, name, ...given), shown([spec, name, ...given]));
        found[
          one.startsWith("[true") ? "built" : one.startsWith("[false") ? "stopped" : "refused"
        ]++;
        if (api === page)
          assert.equal(one, atOnce(edge.form(spec), name, ...given), shown([spec, name, ...given]));
      }
    }
    assert.ok(
      Object.values(found).every((often) => often > count / 20),
      shown(found),
    );
  });

  test("natively", async () => {
    const lines = await natively(
      all.map(([spec]) => spec),
      all.map(([, name, entries, others], at) => [[at, name, others], entries]),
    );
    for (const [at, one] of lines.entries()) {
      const [spec, name, ...given] = all[at];
      assert.equal(one, inTurn(edge, edge.form(spec), name, ...given), shown(all[at]));
    }
  });
});

/** A lead's body, and what a page would check that reads it so. */
const BODIES = {
  urlencoded: async (entries) => {
    const body = new URLSearchParams(entries.map(([name, value]) => [name, String(value ?? "")]));
    return [body, [...new URLSearchParams(`${body}`)]];
  },
  multipart: async (entries) => {
    const body = new FormData();
    // workerd takes a backslash in a name for one that quotes, and drops it; no field of anybody's has one.
    for (const [name, value] of entries)
      body.append(name.replaceAll("\\", "/"), String(value ?? ""));
    // Line ends are the encoder's.
    return [body, [...(await new Response(body).formData())]];
  },
  JSON: async (entries) => {
    const data = {};
    for (const [name, value] of entries)
      data[name] = Object.hasOwn(data, name) ? [data[name], value].flat() : value;
    return [JSON.stringify(data), Object.entries(data)];
  },
};

describe(`${Math.ceil(count / 10)} leads`, () => {
  const { specs, forms } = generated(seed, { specCount: 24 });
  // Half of the forms ask for nothing: there whatever fits is a lead.
  for (const { fields } of specs.slice(12))
    for (const field of Object.values(fields)) delete field.required;
  let at;
  before(async () => {
    at = await stand({
      worker: `${root}tests/agree.worker.mjs`,
      bindings: { SPECS: JSON.stringify(specs) },
      silent: true,
    });
  });
  after(() => at?.stop());

  test("a relay says of them and keeps of them what a page's check does", {
    timeout: 300_000,
  }, async () => {
    const kept = new Map();
    const found = { queued: 0, refused: 0 };
    const post = async ([spec, entries], how) => {
      const [body, read] = await BODIES[how](entries);
      // Of what is larger no relay reads anything.
      if ((await new Response(body).arrayBuffer()).byteLength > 60_000) return;
      const report = page.form(specs[spec]).check(read);
      const response = await fetch(`${at.relay}/leads/form${spec}`, {
        method: "POST",
        body,
        headers: {
          accept: "application/json",
          origin: at.page,
          ...(typeof body === "string" && { "content-type": "application/json" }),
        },
      });
      const { id, state, issues } = await response.json();
      const about = shown([how, specs[spec], entries]);
      assert.equal(
        line([response.status, state, issues.map(issue)]),
        line([report.ok ? 202 : 422, report.ok ? "queued" : "refused", report.issues.map(issue)]),
        about,
      );
      found[state]++;
      if (report.ok) kept.set(id, [report.values, about]);
    };
    const wrong = ([spec, entries]) =>
      new Set(
        page
          .form(specs[spec])
          .check(entries)
          .issues.filter(({ severity }) => severity === "error")
          .map(({ field }) => field),
      );
    // As it was typed, and what of it fits.
    const all = take(forms, Math.ceil(count / 20)).flatMap((one) => [
      one,
      [one[0], one[1].filter(([name]) => !wrong(one).has(name))],
    ]);
    const ways = Object.keys(BODIES);
    for (let n = 0; n < all.length; n += 10)
      await Promise.all(
        all.slice(n, n + 10).map((one, index) => post(one, ways[(n + index) % ways.length])),
      );
    assert.ok(found.queued > count / 100 && found.refused > count / 100, shown(found));

    const response = await fetch(`${at.relay}/operator/export?format=ndjson`, {
      headers: {
        authorization: "Bearer demo-operator",
        "fieldpost-value-key": "demo-operator-values",
      },
    });
    const rows = (await response.text())
      .split("\n")
      .filter(Boolean)
      .map((row) => JSON.parse(row))
      .filter(({ id }) => id);
    assert.equal(rows.length, kept.size);
    for (const { id, lead } of rows) {
      const [values, about] = kept.get(id);
      assert.equal(
        line(Object.entries(lead).map(([name, value]) => [name, plain(value)])),
        line(Object.entries(values).map(([name, value]) => [name, plain(value)])),
        about,
      );
    }
  });
});
