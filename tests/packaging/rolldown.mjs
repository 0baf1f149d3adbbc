// Rolldown: a page, and a server as ES module and as CommonJS.
import assert from "node:assert/strict";
import { ANSWER, PROGRAM, page, runs, submits } from "./stand.mjs";

export const tools = ["rolldown"];
export const shows = ["page", "server: ESM, CommonJS"];

export default async function (shop) {
  const { bin, call, at } = shop;
  const site = page(shop, "entry-main.js");
  await call(bin("rolldown"), [
    `${site}/main.js`,
    "--platform",
    "browser",
    "--minify",
    "--dir",
    site,
    "--entry-file-names",
    "entry-main.js",
  ]);
  await submits(site);
  shop.source("server.js", PROGRAM);
  for (const [format, file] of [
    ["esm", "server.mjs"],
    ["cjs", "server.cjs"],
  ]) {
    await call(bin("rolldown"), [
      "server.js",
      "--platform",
      "node",
      "--format",
      format,
      "--dir",
      `out-${format}`,
      "--entry-file-names",
      file,
    ]);
    assert.equal(
      await runs(at(`out-${format}`), file, format === "cjs" ? "commonjs" : "module"),
      ANSWER,
      format,
    );
  }
}
