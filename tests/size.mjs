// Weighs what a page downloads, and fails when it has grown above what `size.json` records (brotli bytes).
// `--record` writes lower weights down; nothing here ever raises one: that is an edit of `size.json` by hand, with its
// reason in the commit.
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
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

const ENHANCED = `
  ${CHECK_BUILD_SEND}
  import { attach } from "fieldpost/form";

  for (const element of document.querySelectorAll("form")) attach(element);
`;

/** The same lead by a peer's code, which the bench runs, too. */
const peer = (file) => `
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
    title: "check, build, send",
    name: "checkBuildSend",
    budget: 12 * KB,
    bytes: await bundle(CHECK_BUILD_SEND),
  },
  {
    title: "the same with fieldpost/form",
    name: "withForm",
    budget: 18 * KB,
    bytes: await bundle(ENHANCED),
  },
  { title: "wasm for Workers and Node", name: "edgeWasm", budget: 120 * KB, bytes: wasm("edge") },
  { title: "wasm for pages, alone", bytes: wasm("lean") },
  { title: "valibot + libphonenumber-js/min", bytes: await bundle(peer("valibot")) },
  { title: "zod + libphonenumber-js/min", bytes: await bundle(peer("zod")) },
  { title: "regexes by hand, no table", bytes: await bundle(peer("regexes")) },
].map(({ bytes, ...piece }) => ({
  ...piece,
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotli(bytes),
}));

/** As a user's production build for the page makes it. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: at(".") },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: ["chrome111", "firefox114", "safari16.4"],
    // The module of a page is text with a character for each byte: escapes would double it.
    charset: "utf8",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return Buffer.from(outputFiles[0].contents);
}

function wasm(name) {
  return readFileSync(at(`../pkg/wasm/${name}/fieldpost_bg.wasm`));
}

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;
}

const count = (bytes) => bytes.toLocaleString("en-US");

function table() {
  const head = ["", "raw", "gzip -9", "brotli 11", "budget", "recorded"];
  const rows = PIECES.map(({ title, name, raw, gzip, brotli, budget }) => {
    const recorded = recordedWeights[name];
    return [
      title,
      count(raw),
      count(gzip),
      count(brotli),
      budget ? count(budget) : "",
      recorded ? count(recorded) : "",
    ];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column].length)),
  );
  const line = (row) =>
    row
      .map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd();
  return [head, ...rows].map(line).join("\n");
}

const recordedWeights = JSON.parse(readFileSync(recordFile, "utf8"));
console.log(`bytes, bundled by esbuild for the page\n${table()}`);

for (const { title, brotli, budget } of PIECES) {
  if (budget && brotli > budget)
    console.log(`over budget: ${title} by ${count(brotli - budget)} bytes`);
}

for (const { title, name, brotli } of PIECES) {
  const recorded = recordedWeights[name];
  if (recorded === undefined || brotli <= recorded) continue;
  console.error(
    `size: ${title} has grown by ${count(brotli - recorded)} bytes, from ${count(recorded)} to ${count(brotli)} (brotli). Make it lighter, or raise the number in tests/size.json by hand and say why.`,
  );
  process.exitCode = 1;
}

if (process.argv.includes("--record")) {
  const kept = PIECES.filter(({ name }) => name).map(({ name, brotli }) => [
    name,
    Math.min(brotli, recordedWeights[name] ?? brotli),
  ]);
  writeFileSync(recordFile, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}
