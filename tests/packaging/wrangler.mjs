// wrangler: the relay's template as somebody copies it, bundled as `wrangler deploy` would send it, and a Worker that runs.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { WRANGLER } from "../commands.mjs";
import { ANSWER, SERVER, serving } from "./stand.mjs";

export const tools = ["wrangler"];
export const shows = ["deploy (dry run)", "dev"];

export default async function (shop) {
  const { bin, call, at, example, source } = shop;
  const site = example("relay");
  const said = await call(bin("wrangler"), ["deploy", "--dry-run", "--outdir", at("out")], {
    cwd: site,
  });
  for (const binding of ["OUTBOX (Outbox)", "GATE (Gate)"]) assert.ok(said.includes(binding), said);
  assert.ok(
    readdirSync(at("out")).some((name) => name.endsWith(".wasm")),
    "no wasm beside it",
  );
  // What the pages ask of it, as far as it goes without an account.
  for (const command of WRANGLER)
    assert.ok(
      (await call(bin("wrangler"), [...command.split(" "), "--help"])).includes(
        `wrangler ${command}`,
      ),
      `wrangler has no ${command}`,
    );
  source(
    "wrangler.jsonc",
    '{ "name": "answer", "compatibility_date": "2026-04-01", "main": "worker.js" }',
  );
  source("answer.js", SERVER);
  source(
    "worker.js",
    'import { answer } from "./answer.js"; export default { fetch: async () => new Response(await answer()) };',
  );
  await serving(
    bin("wrangler"),
    (port) => ["dev", "--ip", "127.0.0.1", "--port", port, "--inspector-port", "0"],
    { cwd: shop.folder },
    async (origin) => {
      assert.equal(await (await fetch(origin)).text(), ANSWER);
    },
  );
}
