// The build, made twice.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { root } from "../stand.mjs";

export default async function () {
  // Two packs of the same sources are the same bytes, and so is what tsc and esbuild make.
  const digest = () =>
    execFileSync("sh", ["-c", "find dist -type f ! -name .built | sort | xargs sha256sum"], {
      cwd: `${root}pkg`,
      encoding: "utf8",
    });
  const before = digest();
  execFileSync(process.execPath, [`${root}pkg/build.mjs`], { stdio: "ignore" });
  assert.equal(digest(), before);
}
