// Astro: the example's page, and one that the server has made with the package's help.
import assert from "node:assert/strict";
import { ANSWER, SERVER, submits } from "./stand.mjs";

export const tools = ["astro"];
export const shows = ["page", "frontmatter"];

export default async function (shop) {
  const { bin, call, at, example, source } = shop;
  const site = example("astro");
  source("site/src/answer.js", SERVER);
  source(
    "site/src/pages/server.astro",
    '---\nimport { answer } from "../answer.js";\nconst said = await answer();\n---\n<p>{said}</p>\n',
  );
  await call(bin("astro"), ["build"], { cwd: site });
  await submits(at("site/dist"));
  assert.ok(shop.read("site/dist/server/index.html").includes(ANSWER));
}
