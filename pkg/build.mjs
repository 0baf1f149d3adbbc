// Builds the npm package: the wasm must be in `pkg/wasm/` already (`cargo xtask wasm`); this writes `pkg/dist/`.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync, mkdirSync, copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

rmSync(at("dist"), { recursive: true, force: true });
mkdirSync(at("dist"));
execFileSync(process.execPath, [root("node_modules/typescript/bin/tsc"), "--project", at("tsconfig.json")], { stdio: "inherit" });

// The module as a string literal with one character a byte: no path, no MIME type, no bundler setting can lose it, and
// it compresses better than base64.
const bytes = readFileSync(at("wasm/lean/fieldpost_bg.wasm"));
// Under this mask the commonest bytes are letters that need neither an escape nor a second byte, and stand where brotli
// expects like beside like: the lightest of all 256 with this module, and of the shifts and products that were tried.
const MASK = 60;
let text = "";
for (const [at, byte] of bytes.entries()) text += literal(byte ^ MASK, bytes[at + 1] ^ MASK);
writeFileSync(at("dist/wasm-lean.js"), `export default "${text}";\n`);

// What the build for pages has of the catalogue, out of the catalogue itself: a page that never asks carries none of it.
const { load, operations } = await import("./dist/entry/node.js");
await load();
const rows = operations().filter(({ capture }) => capture);
writeFileSync(at("dist/operations-lean.js"), `export default ${JSON.stringify(rows)};\n`);

copyFileSync(at("src/form/form.css"), at("dist/form/form.css"));

// The one tag for pages without a build, and what its `integrity` says.
await build({
  entryPoints: [at("dist/form/auto.js")],
  outfile: at("dist/fieldpost.js"),
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: ["chrome111", "firefox114", "safari16.4"],
  charset: "utf8",
  logLevel: "warning",
});
const integrity = `sha384-${createHash("sha384").update(readFileSync(at("dist/fieldpost.js"))).digest("base64")}`;
writeFileSync(at("dist/integrity.json"), `${JSON.stringify({ "fieldpost.js": integrity }, null, 2)}\n`);

for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(root(file), at(file));

function literal(byte, next) {
  switch (byte) {
    case 0x00:
      // Before a digit, \0 would be an octal escape, which modules forbid.
      return next >= 0x30 && next <= 0x39 ? "\\x00" : "\\0";
    case 0x0a:
      return "\\n";
    case 0x0d:
      return "\\r";
    case 0x22:
      return '\\"';
    case 0x5c:
      return "\\\\";
    default:
      return String.fromCharCode(byte);
  }
}
