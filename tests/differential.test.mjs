// What libphonenumber says otherwise has a name and a reason (docs/differences.md): the first numbers of the million that
// `make test-all` looks at.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { root } from "./stand.mjs";

test("10,000 numbers differ from libphonenumber's in ways that have a name", () => {
  const args = [`${root}tests/differential.mjs`, "--count", "10000"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /island-plan/);
});
