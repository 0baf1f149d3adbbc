// The short form of `identical.mjs`; `make test-all` runs the long one.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { root } from "./stand.mjs";

test("2,000 generated forms have one report in native code, Node, workerd and Chromium", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["tests/identical.mjs", "--count", "2000"],
    { cwd: root, encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^2000 forms of seed 1 in 5 places/);
});
