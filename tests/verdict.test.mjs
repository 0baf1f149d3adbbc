// One verdict in every place: the cases that Rust reads, through the package in Node, on workerd and in Chromium.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Miniflare } from "miniflare";
import { bundleWorker } from "../www/demo/relay.mjs";
import { launch } from "./browser.mjs";
import { root } from "./stand.mjs";
import { allCases, verdictPage } from "./verdict-page.mjs";
import { verdicts } from "./verdict.mjs";

let cases;
let folder;

before(async () => {
  cases = await allCases();
  folder = await mkdtemp(join(tmpdir(), "fieldpost-verdict-"));
});
after(() => rm(folder, { recursive: true, force: true }));

function holds({ count, differences }) {
  assert.ok(count > 300, `only ${count} cases ran`);
  assert.deepEqual(differences, []);
}

describe("one verdict", () => {
  test("in Node, the build for pages", async () => {
    const api = await import(`${root}pkg/dist/entry/page.js`);
    await import(`${root}pkg/dist/entry/build.js`);
    await api.load({ advice: true });
    holds(await verdicts(api, "lean", cases));
  });

  test("in Node, the build for Workers and Node", async () => {
    const api = await import("fieldpost");
    await api.load({ advice: true });
    assert.ok(api.operations().length > 5, "`fieldpost` in Node is the build with all operations");
    holds(await verdicts(api, "edge", cases));
    const path = (version) =>
      api.operations(version).find(({ name }) => name === "pardot.prospect.upsert").path;
    assert.match(path(3), /\/version\/3\/do\/upsert\/\{id\|email\}/);
    assert.match(path(4), /\/do\/upsert\/\{id,fid,email\}/);
  });

  test("on workerd", async () => {
    const modules = await bundleWorker(
      `${root}tests/fixtures/verdict-worker.mjs`,
      `${folder}/worker`,
    );
    const miniflare = new Miniflare({
      cf: false,
      modulesRoot: `${folder}/worker`,
      modules,
      compatibilityDate: "2026-04-01",
    });
    try {
      const response = await miniflare.dispatchFetch("http://worker/", {
        method: "POST",
        body: JSON.stringify(cases),
      });
      assert.equal(response.status, 200, await response.clone().text());
      holds(await response.json());
    } finally {
      await miniflare.dispose();
    }
  });

  test("in Chromium", async () => {
    const served = await verdictPage();
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(served.page);
      await page.waitForFunction(() => document.body.textContent);
      holds(JSON.parse(await page.textContent("body")));
    } finally {
      await browser.close();
      await served.stop();
    }
  });
});
