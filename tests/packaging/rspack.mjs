// Rspack: a page whose script is a classic one, on a page that says no charset; and a server.
import assert from "node:assert/strict";
import { ANSWER, PROGRAM, page, runs, submits } from "./stand.mjs";

export const tools = ["@rspack/core", "@rspack/cli"];
export const shows = ["page: with a charset and without", "server"];

export default async function (shop) {
  const { bin, call, at } = shop;
  const site = page(shop, "dist/main.js", "classic");
  const config = (name, more) =>
    shop.source(name, `export default ${JSON.stringify({ mode: "production", ...more })};\n`);
  const out = (path) => ({ path, filename: "main.js" });
  await call(bin("rspack"), [
    "build",
    "--config",
    config("page.mjs", { context: site, entry: "./main.js", output: out(`${site}/dist`) }),
  ]);
  await submits(site);
  await submits(site, { type: "text/html" });
  shop.source("server.js", PROGRAM);
  await call(bin("rspack"), [
    "build",
    "--config",
    config("server.mjs", { target: "node", entry: at("server.js"), output: out(at("out")) }),
  ]);
  assert.equal(await runs(at("out"), "main.js", "commonjs"), ANSWER);
}
