// Cloudflare's plugin for Vite: a Worker, built and run.
import assert from "node:assert/strict";
import { ANSWER, SERVER, serving } from "./stand.mjs";

export const tools = ["vite", "@cloudflare/vite-plugin", "wrangler"];
export const shows = ["Worker"];

export default async function (shop) {
  const { bin, call, source } = shop;
  source(
    "vite.config.mjs",
    'import { cloudflare } from "@cloudflare/vite-plugin"; export default { plugins: [cloudflare()] };',
  );
  source(
    "wrangler.jsonc",
    '{ "name": "answer", "compatibility_date": "2026-04-01", "main": "worker.js" }',
  );
  source("answer.js", SERVER);
  source(
    "worker.js",
    'import { answer } from "./answer.js"; export { Gate, Outbox } from "fieldpost/worker"; export default { fetch: async () => new Response(await answer()) };',
  );
  await call(bin("vite"), ["build"]);
  await serving(
    bin("vite"),
    (port) => ["preview", "--host", "127.0.0.1", "--port", port],
    { cwd: shop.folder },
    async (origin) => {
      assert.equal(await (await fetch(origin)).text(), ANSWER);
    },
  );
}
