// esbuild: a page, and servers as ES module and as CommonJS, the way functions are deployed.
import assert from "node:assert/strict";
import { ANSWER, PROGRAM, page, runs, submits } from "./stand.mjs";

export const tools = ["esbuild"];
export const shows = ["page", "server: ESM, CommonJS"];

export default async function (shop) {
  const { bin, call, at } = shop;
  const site = page(shop, "fieldpost.js");
  await call(bin("esbuild"), [
    `${site}/main.js`,
    "--bundle",
    "--minify",
    "--format=esm",
    `--outfile=${site}/fieldpost.js`,
  ]);
  await submits(site);
  shop.source("server.js", PROGRAM);
  for (const [format, file] of [
    ["esm", "server.mjs"],
    ["cjs", "server.cjs"],
  ]) {
    await call(bin("esbuild"), [
      "server.js",
      "--bundle",
      "--platform=node",
      `--format=${format}`,
      "--log-level=error",
      `--outfile=out/${file}`,
    ]);
    assert.equal(await runs(at(`out/${file}`)), ANSWER, format);
  }
}
