// What COMPARE.md says that we weigh is what is recorded: never less, and not so much more that nobody would believe the rest.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pageText } from "./markdown.mjs";
import { root } from "./stand.mjs";

const recorded = JSON.parse(readFileSync(`${root}tests/size.json`, "utf8"));
const ROWS = {
  "Fieldpost: check, build, send": ["checkBuildSend", "checkBuildSendAll"],
  "Fieldpost with `attach`, its outbox and formatting": ["withForm", "withFormAll"],
};

for (const [title, names] of Object.entries(ROWS))
  test(title, () => {
    const row = pageText("COMPARE.md")
      .split("\n")
      .find((line) => line.startsWith(`| ${title} |`));
    assert.ok(row, "COMPARE.md has no such row");
    const said = row.split("|").slice(2, 4).map(Number);
    for (const [at, name] of names.entries()) {
      const is = recorded[name] / 1024;
      assert.ok(said[at] >= is - 0.05, `${name} weighs ${is.toFixed(1)} KB, not ${said[at]}`);
      assert.ok(said[at] <= is * 1.2, `${name} weighs only ${is.toFixed(1)} KB by now`);
    }
  });
