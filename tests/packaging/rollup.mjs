// Rollup: a page, and a server as ES module and as CommonJS.
import assert from "node:assert/strict";
import { ANSWER, PROGRAM, page, runs, submits } from "./stand.mjs";

export const tools = ["rollup", "@rollup/plugin-node-resolve"];
export const shows = ["page", "server: ESM, CommonJS"];

export default async function (shop) {
  const { bin, call, at } = shop;
  const site = page(shop, "fieldpost.js");
  await call(bin("rollup"), [
    `${site}/main.js`,
    "--plugin",
    "node-resolve={browser:true}",
    "--format",
    "es",
    "--inlineDynamicImports",
    "--file",
    `${site}/fieldpost.js`,
  ]);
  await submits(site);
  shop.source("server.js", PROGRAM);
  for (const [format, file] of [
    ["es", "server.mjs"],
    ["cjs", "server.cjs"],
  ]) {
    await call(bin("rollup"), [
      "server.js",
      "--plugin",
      "node-resolve={exportConditions:['node']}",
      "--format",
      format,
      "--inlineDynamicImports",
      "--file",
      `out/${file}`,
    ]);
    assert.equal(await runs(at(`out/${file}`)), ANSWER, format);
  }
}
