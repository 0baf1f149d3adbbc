// One verdict in every place: the cases that Rust reads, through the package in Node, on workerd and in Chromium.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { bundleWorker } from "../www/demo/relay.mjs";
import { launch } from "./browser.mjs";
import { root } from "./stand.mjs";
import { verdicts } from "./verdict.mjs";

const cases = {};
let folder;

before(async () => {
  for (const file of await readdir(`${root}tests/cases`)) cases[file.replace(".json", "")] = JSON.parse(await readFile(`${root}tests/cases/${file}`, "utf8"));
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
    await api.load();
    holds(await verdicts(api, "lean", cases));
  });

  test("in Node, the build for Workers and Node", async () => {
    const api = await import("fieldpost");
    await api.load();
    assert.ok(api.operations().length > 5, "`fieldpost` in Node is the build with all operations");
    holds(await verdicts(api, "edge", cases));
  });

  test("on workerd", async () => {
    const modules = await bundleWorker(`${root}tests/fixtures/verdict-worker.mjs`, `${folder}/worker`);
    const miniflare = new Miniflare({ cf: false, modulesRoot: `${folder}/worker`, modules, compatibilityDate: "2026-04-01" });
    try {
      const response = await miniflare.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(cases) });
      assert.equal(response.status, 200, await response.clone().text());
      holds(await response.json());
    } finally {
      await miniflare.dispose();
    }
  });

  test("in Chromium", async () => {
    const { outputFiles } = await build({ entryPoints: [`${root}tests/fixtures/verdict-page.mjs`], bundle: true, format: "esm", write: false });
    const server = createServer((request, response) => {
      const script = request.url === "/page.js";
      response.setHeader("content-type", script ? "text/javascript" : "text/html");
      response.end(script ? outputFiles[0].contents : '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>');
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForFunction(() => "verdicts" in globalThis);
      holds(await page.evaluate((all) => globalThis.verdicts(all), cases));
    } finally {
      await browser.close();
      server.close();
    }
  });
});
