// webpack: a page whose script is a classic one, on a page that says no charset; and a server.
import assert from "node:assert/strict";
import { ANSWER, PROGRAM, page, runs, submits } from "./stand.mjs";

export const tools = ["webpack", "webpack-cli"];
export const shows = ["page: with a charset and without", "server"];

export default async function (shop) {
  const { bin, call, at } = shop;
  const site = page(shop, "dist/main.js", "classic");
  await call(bin("webpack"), ["--mode", "production", "--entry", "./main.js"], { cwd: site });
  await submits(site);
  await submits(site, { type: "text/html" });
  shop.source("server.js", PROGRAM);
  await call(bin("webpack"), [
    "--mode",
    "production",
    "--target",
    "node",
    "--entry",
    "./server.js",
    "--output-path",
    at("out"),
  ]);
  assert.equal(await runs(at("out"), "main.js", "commonjs"), ANSWER);
}
