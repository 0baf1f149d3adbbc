// The examples of the pages that name their results run and give them. `expression; // → value` is an assertion; a block
// of JavaScript behind one of HTML runs in a real Chromium with that page.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { launch } from "./browser.mjs";
import { root } from "./stand.mjs";

let folder;
before(async () => {
  // Inside the workspace, so that the examples import the package by its name.
  await mkdir(`${root}node_modules/.cache`, { recursive: true });
  folder = await mkdtemp(join(`${root}node_modules/.cache`, "examples-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** The example as a module that gives pairs of what came out and what the page says. */
function asModule(code) {
  const lines = code.replace(
    /^(.*); \/\/ → (.*)$/gm,
    (_, expression, value) => `__pairs.push([${expression}, ${value}]);`,
  );
  return `const __pairs = [];\n${lines}\nexport default __pairs;\n`;
}

const blocks = (page) =>
  [...page.matchAll(/^```(js|html)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
    language,
    code,
  }));

for (const name of ["spec", "messages", "calls"]) {
  describe(`docs/${name}.md`, async () => {
    const all = blocks(await readFile(`${root}docs/${name}.md`, "utf8"));
    for (const [at, { language, code }] of all.entries()) {
      if (language !== "js") continue;
      const html = all[at - 1]?.language === "html" ? all[at - 1].code : undefined;
      test(`example ${at + 1}${html ? ", in the browser" : ""}`, async () => {
        const pairs =
          html === undefined ? await inNode(`${name}-${at}`, code) : await inBrowser(html, code);
        assert.ok(pairs.length > 0, "the example asserts nothing");
        for (const [got, said] of pairs) assert.deepEqual(got, said);
      });
    }
  });
}

async function inNode(name, code) {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, asModule(code));
  return (await import(pathToFileURL(file))).default;
}

async function inBrowser(html, code) {
  const { outputFiles } = await build({
    stdin: {
      contents: `${asModule(code)}globalThis.pairs = JSON.stringify(__pairs);`,
      resolveDir: root,
    },
    bundle: true,
    format: "esm",
    write: false,
    conditions: ["browser"],
  });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.setContent(html);
    await page.addScriptTag({ content: outputFiles[0].text, type: "module" });
    await page.waitForFunction(() => "pairs" in globalThis);
    return JSON.parse(await page.evaluate(() => globalThis.pairs));
  } finally {
    await browser.close();
  }
}
