// One verdict by every call: `payload`, `request`, `checkParams` and `client.call`, in both builds and natively, on the
// parameters of every operation. `COUNT` of them, `SEED`.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { before, describe, test } from "node:test";
import { calls, disagreement, said } from "./identical/calls.mjs";
import { native } from "./identical/native.mjs";
import { root } from "./stand.mjs";

const count = Number(process.env.COUNT ?? 3_000);
const seed = Number(process.env.SEED ?? 1);

let page;
let edge;
let worker;
let generated;
let captures;

before(async () => {
  page = await import(`${root}pkg/dist/entry/page.js`);
  edge = await import("fieldpost");
  worker = await import("fieldpost/worker");
  await page.load();
  await edge.load();
  const operations = edge.operations();
  captures = new Set(operations.filter(({ capture }) => capture).map(({ name }) => name));
  const all = calls(operations, seed);
  generated = Array.from({ length: count }, () => all.next().value);
});

const shown = (one) => JSON.stringify(one);

describe(`${count} calls`, () => {
  test("by every call of the build for Workers and Node", async () => {
    let requests = 0;
    for (const one of generated) {
      assert.equal(await disagreement(edge, worker, one), undefined, shown(one));
      requests += edge.checkParams(...one).every(({ severity }) => severity === "warning");
    }
    assert.ok(requests > count / 10, `only ${requests} were requests`);
  });

  test("in both builds", () => {
    const both = generated.filter(([name]) => captures.has(name));
    assert.ok(both.length > count / 100, `only ${both.length} calls are the page's as well`);
    // A page has no `checkParams`.
    const lean = { payload: page.payload, checkParams: edge.checkParams };
    for (const one of both) assert.equal(said(lean, one), said(edge, one), shown(one));
  });

  test("natively", async () => {
    const child = native(root);
    const wellFormed = (value) => JSON.stringify(value, (_, part) => (typeof part === "string" ? part.toWellFormed() : part));
    child.stdin.end(`[]\n${generated.map((one) => `${wellFormed(one)}\n`).join("")}`);
    let at = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const one = generated[at++];
      assert.equal(line, said(edge, one), shown(one));
    }
    assert.equal(at, count);
  });
});
