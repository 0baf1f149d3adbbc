// Records the relay of another version for `versions.test.mjs`: `node tests/record-version.mjs CHECKOUT FOLDER`. CHECKOUT is
// a built checkout of its commit: `git worktree add ../before COMMIT && make -C ../before build`. What is written is the
// demo's Worker with the package of then, bundled and compressed, and the commit that it was made from.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { AS_WRANGLER } from "../www/demo/relay.mjs";

const [checkout, folder] = process.argv.slice(2).map((path) => resolve(path));
const git = (...args) =>
  execFileSync("git", ["-C", checkout, ...args], { encoding: "utf8" }).trim();
if (git("status", "--porcelain", "--", "pkg/src", "src", "www/demo") !== "")
  throw new Error(`${checkout} is not as it was committed`);

const { outputFiles } = await build({
  ...AS_WRANGLER,
  entryPoints: [join(checkout, "www/demo/worker.mjs")],
  outdir: folder,
  write: false,
  minify: true,
});
mkdirSync(folder, { recursive: true });
for (const { path, contents } of outputFiles) {
  const packed = brotliCompressSync(contents, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: contents.length,
    },
  });
  writeFileSync(`${path}.br`, packed);
  console.log(`${path}.br ${contents.length} -> ${packed.length}`);
}
const { version } = JSON.parse(readFileSync(join(checkout, "pkg/package.json"), "utf8"));
writeFileSync(
  join(folder, "made-from.json"),
  `${JSON.stringify({ commit: git("rev-parse", "HEAD"), version }, null, 2)}\n`,
);
