// A page on which every case and some generated forms are checked; its text says what differs, as JSON.
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { build } from "esbuild";
import * as api from "../pkg/dist/entry/page.js";
import "../pkg/dist/entry/build.js";
import { generated } from "./identical/forms.mjs";
import { reports } from "./identical/reports.mjs";
import { root } from "./stand.mjs";

/** The cases of all lists, by the list's name. */
export async function allCases() {
  const cases = {};
  for (const file of await readdir(`${root}tests/cases`))
    cases[file.replace(".json", "")] = JSON.parse(
      await readFile(`${root}tests/cases/${file}`, "utf8"),
    );
  return cases;
}

export async function verdictPage({ count = 1_000, seed = 1 } = {}) {
  await api.load({ advice: true });
  const { specs, forms: all } = generated(seed);
  const forms = Array.from({ length: count }, () => all.next().value);
  const work = JSON.stringify({
    cases: await allCases(),
    specs,
    forms,
    lines: reports(api, specs, forms),
  });
  const { outputFiles } = await build({
    entryPoints: [`${root}tests/fixtures/verdict-page.mjs`],
    bundle: true,
    format: "esm",
    write: false,
  });
  const files = {
    "/": [
      "text/html",
      '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
    ],
    "/page.js": ["text/javascript", outputFiles[0].contents],
    "/work.json": ["application/json", work],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    page: `http://127.0.0.1:${server.address().port}/`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
