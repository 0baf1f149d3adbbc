// Judges generated numbers beside libphonenumber (Google's own port, and libphonenumber-js with its largest table), and
// wants a name for each class of differences: an unnamed one fails. `--count` numbers (100,000 where nothing is said),
// `--seed`, `--write` puts the table into docs/differences.md.
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import google from "google-libphonenumber";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import * as ours from "../pkg/dist/entry/page.js";
import { numbers } from "./differential/numbers.mjs";
import { CLASSES, classOf } from "./differential/classes.mjs";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const page = fileURLToPath(new URL("../docs/differences.md", import.meta.url));
const count = Number(options.count);

// The classes ask for the region, which is advice.
await ours.load({ advice: true });
const util = google.PhoneNumberUtil.getInstance();
const { E164 } = google.PhoneNumberFormat;

/** Each reader's answer in one shape: the number and its extension, or none. */
const READERS = {
  google(text) {
    try {
      const number = util.parseAndKeepRawInput(text, "US");
      return util.isValidNumber(number)
        ? { e164: util.format(number, E164), ext: number.getExtension() || null }
        : null;
    } catch {
      return null;
    }
  },
  js(text) {
    const number = parsePhoneNumberFromString(text, "US");
    return number?.isValid() ? { e164: number.number, ext: number.ext ?? null } : null;
  },
};

function own(text) {
  const report = ours.checkPhone(text, { required: true });
  return { answer: report.ok ? { e164: report.value, ext: report.ext ?? null } : null, report };
}

const same = (one, other) => one?.e164 === other?.e164 && one?.ext === other?.ext;
const say = (answer) =>
  answer ? answer.e164 + (answer.ext ? ` ext. ${answer.ext}` : "") : "refused";

const found = Object.fromEntries(Object.keys(READERS).map((name) => [name, new Map()]));
const agreed = Object.fromEntries(Object.keys(READERS).map((name) => [name, 0]));
const unnamed = [];
const start = Date.now();

for (const text of numbers(count, Number(options.seed))) {
  const { answer, report } = own(text);
  for (const [name, read] of Object.entries(READERS)) {
    const theirs = read(text);
    if (same(answer, theirs)) {
      agreed[name]++;
      continue;
    }
    const known = classOf({ text, ours: answer, theirs, report, reader: name });
    if (!known) {
      unnamed.push({
        reader: name,
        text,
        ours: say(answer),
        theirs: say(theirs),
        codes: report.issues.map(({ code }) => code).join(),
      });
      continue;
    }
    const seen = found[name].get(known);
    if (seen) seen.count++;
    else found[name].set(known, { count: 1, text, ours: say(answer), theirs: say(theirs) });
  }
}

const took = ((Date.now() - start) / 1000).toFixed(0);
for (const name of Object.keys(READERS)) {
  console.log(`\n${name}: ${agreed[name]} of ${count} alike`);
  for (const [id, { count: times, text, ours: we, theirs }] of [...found[name]].sort(
    (one, other) => other[1].count - one[1].count,
  )) {
    console.log(
      `  ${String(times).padStart(7)}  ${id.padEnd(26)} ${JSON.stringify(text)}: ours ${we}, theirs ${theirs}`,
    );
  }
}
console.log(`\n${count} numbers of seed ${options.seed} in ${took} s`);

if (unnamed.length > 0) {
  console.error(`\ndifferential: ${unnamed.length} differences have no name; the first are`);
  for (const one of unnamed.slice(0, 40))
    console.error(
      `  ${one.reader}: ${JSON.stringify(one.text)}: ours ${one.ours} (${one.codes}), theirs ${one.theirs}`,
    );
  process.exit(1);
}

if (options.write) await write();

/** The generated part of the page: between its two marks. */
async function write() {
  const versions = {};
  for (const name of ["google-libphonenumber", "libphonenumber-js"]) {
    versions[name] = JSON.parse(
      await readFile(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8"),
    ).version;
  }
  // What nobody sees is written out.
  const seen = (text) =>
    JSON.stringify(text).replace(
      /[\u00a0\u200b-\u202e]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  const cell = (text) =>
    `\`${seen(text).slice(1, -1).replaceAll("|", "\\|").replaceAll("`", "'")}\``;
  const lines = [
    `${count.toLocaleString("en")} generated numbers of seed ${options.seed}, google-libphonenumber ${versions["google-libphonenumber"]}, libphonenumber-js ${versions["libphonenumber-js"]} (\`max\`).`,
    `Alike: ${agreed.google.toLocaleString("en")} with Google's, ${agreed.js.toLocaleString("en")} with libphonenumber-js.`,
    "",
    "| class | Google's | -js | a number of the class | ours | theirs | why |",
    "|---|---:|---:|---|---|---|---|",
  ];
  for (const [id, { why }] of Object.entries(CLASSES)) {
    const one = found.google.get(id) ?? found.js.get(id);
    if (!one) continue;
    const times = (name) => (found[name].get(id)?.count ?? 0).toLocaleString("en");
    lines.push(
      `| ${id} | ${times("google")} | ${times("js")} | ${cell(one.text)} | ${one.ours} | ${one.theirs} | ${why} |`,
    );
  }
  const text = await readFile(page, "utf8");
  const [before, rest] = text.split("<!-- generated -->\n");
  const [, after] = rest.split("<!-- /generated -->\n");
  await writeFile(
    page,
    `${before}<!-- generated -->\n${lines.join("\n")}\n<!-- /generated -->\n${after}`,
  );
}
