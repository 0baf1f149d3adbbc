// Builds the npm package: the wasm must be in `pkg/wasm/` already (`cargo xtask wasm`); this writes `pkg/dist/`.
import { build, transform } from "esbuild";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Nothing in the console begins a worker. */
const quiet = {
  name: "quiet",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^fflate$/ }, () => ({ path: at("src/relay/pages/operator/zip.ts") })),
};

rmSync(at("dist"), { recursive: true, force: true });
mkdirSync(at("dist"));
for (const project of ["tsconfig.json", "tsconfig.pages.json"])
  execFileSync(
    process.execPath,
    [root("node_modules/typescript/bin/tsc"), "--project", at(project)],
    { stdio: "inherit" },
  );

await pages();

copyFileSync(at("src/form/form.css"), at("dist/form/form.css"));

// The module as a template with one character a byte: no path, no MIME type, no bundler setting can lose it, and it
// compresses better than base64. A tagged one, because minifiers leave its letters as they stand here.
const carry = (name, text) =>
  writeFileSync(at(`dist/wasm-${name}.js`), `export default (read) => read\`${text}\`;\n`);
const weight = (text) => brotliCompressSync(text).length;

// What puts the others together stands there first: they are proved with it.
const assembled = at("dist/reader.wasm");
execFileSync(root("node_modules/.bin/wasm-opt"), [
  at("reader.wat"),
  ...["--enable-bulk-memory", "--enable-bulk-memory-opt", "-Oz", "--strip-debug"],
  ...["--strip-target-features", "--converge", "-o", assembled],
]);
const modules = { reader: readFileSync(assembled) };
rmSync(assembled);
carry("reader", masked("reader", 0));
const { proved, sorted } = await import("./carry.mjs");
for (const name of ["lean", "late", "build"])
  modules[name] = await proved(sorted(readFileSync(at(`wasm/${name}/fieldpost_bg.wasm`))));

// What a server's bundle falls back to.
writeFileSync(
  at("dist/edge-wasm.js"),
  `export default "${brotliCompressSync(readFileSync(at("wasm/edge/fieldpost_bg.wasm"))).toString("base64")}";\n`,
);

// The one tag for pages without a build. It runs as a module and as a classic script: a page that is opened as a file may load
// the latter only. What `integrity` says of it is printed for those who copy it.
const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));
const banner = `/*! fieldpost ${version} */\n`;
const tags = {
  "fieldpost.js": `${banner}${await lightest()}`,
};
const integrity = {};
for (const [name, text] of Object.entries(tags)) {
  writeFileSync(at(`dist/${name}`), text);
  integrity[name] = `sha384-${createHash("sha384").update(text).digest("base64")}`;
  console.log(`${name} ${version}: ${Buffer.byteLength(text)} bytes, ${integrity[name]}`);
}
// A classic script exports nothing, and who imports it learns so.
writeFileSync(at("dist/fieldpost.d.ts"), "export {};\n");
writeFileSync(at("dist/integrity.json"), `${JSON.stringify(integrity, null, 2)}\n`);

await gather();
await uncommented();

for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(root(file), at(file));

/** Leaves comments and blanks of what is not gathered to the source and to the types: a third of these files is nothing else. */
async function uncommented() {
  const files = ["core", "client", "relay", "standard", "testing"].flatMap((room) =>
    readdirSync(at(`dist/${room}`), { recursive: true }).map((file) => `${room}/${file}`),
  );
  for (const file of [...files, "entry/node.js"]) {
    if (!file.endsWith(".js")) continue;
    const path = at(`dist/${file}`);
    const { code } = await transform(readFileSync(path, "utf8"), {
      loader: "js",
      target: "es2022",
      charset: "utf8",
      minifyWhitespace: true,
    });
    writeFileSync(path, code);
  }
}

/** Makes a module with one text of each file that the relay's pages are made of: a Worker has no other way to carry them. */
async function pages() {
  const folder = at("src/relay/pages");
  const files = readdirSync(folder, { recursive: true });
  for (const file of files.filter((name) => /\.(html|css)$/.test(name))) {
    const text = readFileSync(`${folder}/${file}`, "utf8");
    // Indentation says nothing to a browser; a text field's own text comes with the visitor.
    const short = file.endsWith(".html")
      ? text.replace(/^\s+/gm, "")
      : (await transform(text, { loader: "css", minify: true, charset: "utf8" })).code;
    carried(`${file}.js`, short);
  }
  for (const file of files.filter((name) => /^\w+\/(?:page\.tsx|sheet\.ts)$/.test(name))) {
    const { outputFiles } = await build({
      entryPoints: [`${folder}/${file}`],
      write: false,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: ["chrome123", "firefox120", "safari17.5"],
      jsx: "automatic",
      jsxImportSource: "preact",
      plugins: [quiet],
      charset: "utf8",
      logLevel: "warning",
    });
    carried(file.replace(/\.tsx?$/, ".script.js"), outputFiles[0].text);
  }
}

function carried(file, text) {
  const path = at(`dist/relay/pages/${file}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `export default ${JSON.stringify(text)};\n`);
}

/**
 * Makes one file of each entry of a page and of Node's, and one of what they share: a page, or a Node script, waits for each
 * file that it imports.
 */
async function gather() {
  const { exports } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const entries = Object.values(exports)
    .map((entry) => entry.default?.default ?? entry.default)
    .filter((file) => file?.endsWith(".js") && !/worker|\/fieldpost\.js$/.test(file))
    .map((file) => at(file));
  const page = at("dist/entry/page.js");
  // All of it lies as deep as the entries: where each file of theirs is found.
  const places = new Map([[page, "../entry/page.js"]]);
  const apart = {
    name: "apart",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\.\.?\// }, ({ path, importer, kind }) => {
        // What comes later is a file of its own, and so is what comes first: in a bundle its imports would be before it.
        if (kind === "dynamic-import" || path === "./lacking.js") return { path, external: true };
        const file = importer && fileURLToPath(new URL(path, pathToFileURL(importer)));
        const place = kind === "entry-point" ? undefined : places.get(file);
        return place && { path: place, external: true };
      }),
  };
  const texts = [];
  const bundled = async (entry) => {
    const { outputFiles, metafile } = await build({
      absWorkingDir: root("."),
      entryPoints: [entry],
      write: false,
      bundle: true,
      format: "esm",
      platform: "neutral",
      target: "es2022",
      // A letter for each byte of a module: escapes would double it.
      charset: "utf8",
      external: ["react", "node:*"],
      plugins: [apart],
      metafile: true,
      logLevel: "warning",
    });
    texts.push([entry, outputFiles[0].text]);
    return Object.keys(metafile.inputs).map((file) => root(file));
  };
  await bundled(at("dist/core/late.js"));
  for (const room of ["core", "form"]) {
    const files = await bundled(at(`dist/${room}/shared.js`));
    for (const file of files) places.set(file, `../${room}/shared.js`);
  }
  // What comes later of the form shares with it.
  await bundled(at("dist/form/second.js"));
  for (const entry of entries) await bundled(entry);
  // A page's files are none of these; the rest of the package takes it from there by the names of its files.
  places.clear();
  const whole = at("dist/core/whole.js");
  for (const file of await bundled(whole)) {
    places.set(file, "../core/whole.js");
    if (file !== whole) texts.push([file, 'export * from "./whole.js";\n']);
  }
  await bundled(at("dist/entry/node.js"));
  for (const [file, text] of texts) writeFileSync(file, text);
}

/** The script of the one tag, as a production build makes it. */
async function tag() {
  const { outputFiles } = await build({
    entryPoints: [at("dist/form/auto.js")],
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "fieldpost",
    platform: "browser",
    target: ["chrome111", "firefox114", "safari16.4"],
    charset: "utf8",
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

/**
 * What two pages load by and by, as a production build makes it: one that checks, builds and sends, and one with a form beside it.
 * After the letters of the modules a minifier names the variables.
 */
async function loaded() {
  const page = 'export { form, load, request, send } from "./entry/page.js";';
  return (
    (await weightOf(page)) + (await weightOf(`${page} export { attach } from "./form/page.js";`))
  );
}

/** What a page weighs that has this script. */
async function weightOf(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: at("dist") },
    write: false,
    outdir: at("dist"),
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: ["chrome111", "firefox114", "safari16.4"],
    charset: "utf8",
    logLevel: "warning",
  });
  return outputFiles.reduce((sum, { contents }) => sum + weight(contents), 0);
}

/**
 * Leaves the modules under the masks that make the scripts of a page lightest, and gives the one tag's script: the commonest bytes
 * are letters then that need neither an escape nor a second byte, and stand where brotli expects like beside like. What stands in
 * one file has one mask, because what is alike in two modules is packed once there: all of it in the one tag, and all but `late`
 * where a page's bundle is split.
 */
async function lightest() {
  await leave(Object.keys(modules), loaded);
  const script = await tag();
  await leave(["late"], () => weight(readFileSync(at("dist/wasm-late.js"))));
  return script;
}

/** Leaves these modules under the mask by which they weigh least. The longest texts are not weighed. */
async function leave(names, weigh) {
  const length = (mask) =>
    names.reduce((sum, name) => sum + Buffer.byteLength(masked(name, mask)), 0);
  const masks = Array.from({ length: 256 }, (_, mask) => [mask, length(mask)])
    .sort(([, one], [, other]) => one - other)
    .slice(0, 16);
  const carryAll = (mask) => {
    for (const name of names) carry(name, masked(name, mask));
  };
  let least = Infinity;
  let best = 0;
  for (const [mask] of masks) {
    carryAll(mask);
    const weighs = await weigh();
    if (weighs < least) [least, best] = [weighs, mask];
  }
  carryAll(best);
}

/** A module under a mask, which is the first letter. */
function masked(name, mask) {
  const letters = String.fromCharCode(mask, ...modules[name].map((byte) => byte ^ mask));
  return letters.replace(
    /[\\`\r\0]|\$(?=\{)/g,
    (letter) => ({ "\r": "\\r", "\0": "\\x00" })[letter] ?? `\\${letter}`,
  );
}
