// Every link of a page leads to a file that is there, and to a heading of it. Addresses outside are not asked: no test of
// ours depends on somebody else's server.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { anchorsOf, linksOf, pages, pageText } from "./markdown.mjs";
import { root } from "./stand.mjs";
import { LEFT_OUT, MADE, PAGES } from "../site/pages.mjs";

test("a link of a page leads somewhere", () => {
  const wrong = [];
  let seen = 0;
  for (const page of pages())
    for (const { target, line } of linksOf(pageText(page))) {
      if (/^[a-z][a-z\d+.-]*:/i.test(target)) {
        if (!/^(https|mailto):/.test(target)) wrong.push(`${page}:${line}: ${target}: https alone`);
        continue;
      }
      seen++;
      const [path, anchor] = target.split("#");
      const file = path === "" ? page : normalize(join(dirname(page), path));
      if (file.startsWith("..") || !existsSync(`${root}${file}`))
        wrong.push(`${page}:${line}: ${target}: there is no such file`);
      else if (anchor && file.endsWith(".md") && !anchorsOf(pageText(file)).has(anchor))
        wrong.push(`${page}:${line}: ${target}: there is no such heading`);
    }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 100, `only ${seen} links were looked at`);
});

test("every page of docs/ is a page of the site, and is there once", () => {
  const shown = PAGES.map(({ source }) => source).filter((source) => source !== MADE);
  const there = pages().filter(
    (page) => page.startsWith("docs/") && !LEFT_OUT.some((folder) => page.startsWith(folder)),
  );
  assert.deepEqual(
    there.filter((page) => !shown.includes(page)),
    [],
    "site/pages.mjs does not have these",
  );
  assert.deepEqual(
    shown.filter((page, at) => !existsSync(`${root}${page}`) || shown.indexOf(page) !== at),
    [],
    "site/pages.mjs has these twice, or there is no such file",
  );
});
