// Writes the package's tables from the crate's: languages from src/data/messages/ and src/code.rs, the relay's words from
// src/data/relay/, places from src/data/.
// Run it after a change there: node pkg/tables.mjs. A test says when it was forgotten.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path) => readFileSync(`${root}${path}`, "utf8");
const quote = (text) => JSON.stringify(text);

/** The file's first line, which is its source, and the rest of its lines. */
function data(path) {
  const [source, ...lines] = read(path).trimEnd().split("\n");
  return { source: source.replace(/^# /, ""), lines };
}

/** The same of a file whose lines are a code and its sentence. */
function words(path) {
  const { source, lines } = data(path);
  return { source, rows: lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]) };
}

/** The rows of the one table of codes. */
export function codes() {
  const rows = read("src/code.rs").matchAll(/^ +[A-Z0-9_]+ = ("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*");$/gm);
  return [...rows].map(([, name, sentence]) => [JSON.parse(name), JSON.parse(sentence)]);
}

const object = (rows) => rows.map(([name, text]) => `  ${quote(name)}: ${quote(text)},\n`).join("");

/** Every file with its text. */
export function tables() {
  const files = new Map();
  for (const file of readdirSync(`${root}src/data/messages`)) {
    const name = file.replace(".txt", "");
    const { source, rows } = words(`src/data/messages/${file}`);
    files.set(
      `pkg/src/messages/${name}.ts`,
      `// Written by pkg/tables.mjs from src/data/messages/${file}.\n/** ${source} */\nconst messages: Readonly<Record<string, string>> = {\n${object(rows)}};\nexport default messages;\n`,
    );
  }
  const spoken = readdirSync(`${root}src/data/relay`).sort().map((file) => [file.replace(".txt", ""), words(`src/data/relay/${file}`)]);
  files.set(
    "pkg/src/worker/page/words.ts",
    `// Written by pkg/tables.mjs from src/data/relay/.\n/** By language: what a relay says about a whole request, and around the form on a page of its own. */\nexport const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {\n${spoken.map(([name, { rows }]) => `${quote(name)}: {\n${object(rows)}},\n`).join("")}};\n`,
  );
  const limits = codes().filter(([, sentence]) => sentence.includes("{}"));
  files.set(
    "pkg/src/messages/limits.ts",
    `// Written by pkg/tables.mjs from src/code.rs.\n/** The English sentences that carry a limit. */\nexport const LIMITS: Readonly<Record<string, string>> = {\n${object(limits)}};\n`,
  );
  let places = "// Written by pkg/tables.mjs from src/data/countries.txt and src/data/states.txt.\n";
  for (const [name, file] of [["COUNTRIES", "countries"], ["STATES", "states"]]) {
    const { source, lines } = data(`src/data/${file}.txt`);
    places += `\n/** ${source} */\nexport const ${name} =\n  ${lines.map((line, at) => quote(at ? `\n${line}` : line)).join(" +\n  ")};\n`;
  }
  files.set("pkg/src/places/tables.ts", places);
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of tables()) writeFileSync(`${root}${path}`, text);
}
