// Weighs what a page downloads, and fails when it has grown above what `size.json` records (brotli bytes), or above its budget
// once that was reached. `--record` writes lower weights down, and budgets that are reached as `held`; nothing here ever raises
// one: that is an edit of `size.json` by hand, with its reason in the commit, and never above a budget that is held.
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const recordFile = at("size.json");

const CHECK_BUILD_SEND = `
  import { form, load, request, send } from "fieldpost";

  const relay = { system: "relay", baseUrl: "https://leads.example.com" };
  const fields = {
    firstName: { kind: "name", required: true, max: 80 },
    lastName: { kind: "name", required: true, max: 80 },
    email: { kind: "email", required: true },
    phone: { kind: "phone" },
    company: { kind: "text", max: 120 },
    labels: { kind: "labels", max: 10 },
    notes: { kind: "text", max: 2000 },
  };

  export async function submit(typed) {
    await load();
    const report = form({ fields }).check(typed);
    return report.ok ? send(request("relay.lead.submit", { form: "contact", values: report.values }, relay)) : report;
  }
`;

/** The same for a page that calls a CRM's own proxy. */
const WITH_BUILD = `
  import "fieldpost/build";
  ${CHECK_BUILD_SEND}
`;

const ENHANCED = `
  ${CHECK_BUILD_SEND}
  import { attach } from "fieldpost/form";

  for (const element of document.querySelectorAll("form")) attach(element);
`;

/** The same lead by a peer's code, which the bench runs, too. */
const peer = (/** @type {string} */ file) => `
  import { lead } from "../benches/contenders/${file}.mjs";

  export async function submit(typed) {
    const body = lead(typed);
    return body && fetch("https://leads.example.com/leads/contact", { method: "POST", body });
  }
`;

const KB = 1024;
/** `name` is the key in the record; peers and parts have none, because nobody promised anything of them. */
const PIECES = [
  {
    title: "check, build, send: what comes first",
    name: "checkBuildSend",
    budget: 14_336,
    files: (await split(CHECK_BUILD_SEND)).first,
  },
  {
    title: "and all that ever comes",
    name: "checkBuildSendAll",
    budget: 20 * KB,
    files: (await split(CHECK_BUILD_SEND)).all,
  },
  {
    title: "the same with fieldpost/build, first",
    name: "withBuild",
    budget: 18 * KB,
    files: (await split(WITH_BUILD)).first,
  },
  {
    title: "the same with fieldpost/form, first",
    name: "withForm",
    budget: 20 * KB,
    files: (await split(ENHANCED)).first,
  },
  {
    title: "and all that ever comes",
    name: "withFormAll",
    budget: 30 * KB,
    files: (await split(ENHANCED)).all,
  },
  { title: "the one tag, everything in it", bytes: readFileSync(at("../pkg/dist/fieldpost.js")) },
  { title: "wasm for Workers and Node", name: "edgeWasm", budget: 120 * KB, bytes: wasm("edge") },
  { title: "wasm for pages, alone", bytes: wasm("lean") },
  { title: "valibot + libphonenumber-js/min", bytes: await bundle(peer("valibot")) },
  { title: "zod + libphonenumber-js/min", bytes: await bundle(peer("zod")) },
  { title: "regexes by hand, no table", bytes: await bundle(peer("regexes")) },
].map(({ bytes, files = bytes ? [bytes] : [], ...piece }) => ({
  ...piece,
  raw: sum(files, (file) => file.length),
  gzip: sum(files, (file) => gzipSync(file, { level: 9 }).length),
  brotli: sum(files, brotli),
}));

/**
 * @param {Buffer[]} files
 * @param {(file: Buffer) => number} weigh
 */
function sum(files, weigh) {
  return files.reduce((total, file) => total + weigh(file), 0);
}

/**
 * As a user's production build for the page makes it.
 * @param {string} contents
 * @param {import("esbuild").BuildOptions} more
 * @returns {Promise<import("esbuild").BuildResult<{ write: false, metafile: true }>>}
 */
function bundled(contents, more) {
  return build({
    stdin: { contents, resolveDir: at(".") },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: ["chrome111", "firefox114", "safari16.4"],
    // The module of a page is text with a character for each byte: escapes would double it.
    charset: "utf8",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
    ...more,
  });
}

async function bundle(/** @type {string} */ contents) {
  const { outputFiles } = await bundled(contents, {});
  return Buffer.concat(outputFiles.map((file) => file.contents));
}

/**
 * The same in files: those that the page waits for, and all.
 * @param {string} contents
 */
async function split(contents) {
  const outdir = at("out");
  const { outputFiles, metafile } = await bundled(contents, {
    absWorkingDir: outdir.replace(/out$/, ""),
    splitting: true,
    outdir,
  });
  const { outputs } = metafile;
  /** @type {Set<string>} */
  const first = new Set();
  const add = (/** @type {string | undefined} */ name) => {
    if (name === undefined || first.has(name)) return;
    first.add(name);
    for (const { path, kind } of outputs[name]?.imports ?? [])
      if (kind === "import-statement") add(path);
  };
  add(Object.keys(outputs).find((name) => outputs[name]?.entryPoint));
  const all = outputFiles.map(({ path, contents }) => ({ path, file: Buffer.from(contents) }));
  const isFirst = (/** @type {{ path: string }} */ { path }) =>
    [...first].some((name) => path === `${outdir.replace(/out$/, "")}${name}`);
  return { first: all.filter(isFirst).map(({ file }) => file), all: all.map(({ file }) => file) };
}

function wasm(/** @type {string} */ name) {
  return readFileSync(at(`../pkg/wasm/${name}/fieldpost_bg.wasm`));
}

function brotli(/** @type {Buffer} */ bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;
}

const count = (/** @type {number} */ bytes) => bytes.toLocaleString("en-US");

function table() {
  const head = ["", "raw", "gzip -9", "brotli 11", "recorded", "budget", "to go"];
  const rows = PIECES.map(({ title, name, raw, gzip, brotli, budget }) => {
    const recorded = weights[name ?? ""];
    return [
      title,
      count(raw),
      count(gzip),
      count(brotli),
      recorded ? count(recorded) : "",
      budget ? count(budget) : "",
      budget && brotli > budget ? count(brotli - budget) : isHeld(name) ? "held" : "",
    ];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => String(row[column]).length)),
  );
  const line = (/** @type {string[]} */ row) =>
    row
      .map((cell, column) =>
        column ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [head, ...rows].map(line).join("\n");
}

/** @type {Record<string, number> & { held: string[] }} */
const { held, ...weights } = JSON.parse(readFileSync(recordFile, "utf8"));
const isHeld = (/** @type {string | undefined} */ name) => held.includes(name ?? "");
console.log(`bytes, bundled by esbuild for the page\n${table()}`);

for (const { title, name, brotli, budget } of PIECES) {
  const recorded = weights[name ?? ""];
  if (budget && isHeld(name) && brotli > budget) {
    console.error(
      `size: ${title} is over its budget again, by ${count(brotli - budget)} bytes (brotli). What is recorded may not be raised above it.`,
    );
    process.exitCode = 1;
  }
  if (recorded === undefined || brotli <= recorded) continue;
  console.error(
    `size: ${title} has grown by ${count(brotli - recorded)} bytes, from ${count(recorded)} to ${count(brotli)} (brotli). Make it lighter, or raise the number in tests/size.json by hand and say why.`,
  );
  process.exitCode = 1;
}

if (process.argv.includes("--record")) {
  const kept = PIECES.filter(({ name }) => name).map(({ name, brotli }) => [
    name,
    Math.min(brotli, weights[name ?? ""] ?? brotli),
  ]);
  const reached = PIECES.filter(
    ({ name, brotli, budget }) => isHeld(name) || (name && budget && brotli <= budget),
  ).map(({ name }) => name);
  const record = { ...Object.fromEntries(kept), held: reached };
  writeFileSync(recordFile, `${JSON.stringify(record, null, 2)}\n`);
}
