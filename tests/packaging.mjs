// The packed tarball in the tools that people use, in their newest versions: each builds, loads and submits. Part of
// `make test-all`, because it installs them all (some gigabytes, once, into PACKAGING_FOLDER or a temporary folder).
//   node tests/packaging.mjs [part …]     parts are the files of tests/packaging/; FRESH=1 takes the newest versions again
// A run of all parts writes the versions into docs/frameworks.md; PACKAGING_WRITE=1 adds what a run of some has tried.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { root } from "./stand.mjs";
import { close, nameOf, underNewNode, workshop } from "./packaging/stand.mjs";

await underNewNode();
const asked = process.argv.slice(2);
const parts = readdirSync(`${root}tests/packaging`)
  .map((file) => file.replace(/\.mjs$/, ""))
  .filter((name) => name !== "stand" && (!asked.length || asked.includes(name)));

const tried = {};
let failed = 0;
for (const name of parts) {
  const began = Date.now();
  try {
    const { tools = [], shows = [], default: part } = await import(`./packaging/${name}.mjs`);
    const shop = await workshop(name, tools);
    await part(shop);
    const versions = tools
      .map((tool) => `${nameOf(tool)} ${shop.version(nameOf(tool))}`)
      .join(", ");
    if (tools.length) tried[name] = `| ${name} | ${shows.join("; ")} | ${versions} |`;
    console.log(`ok ${name} (${Date.now() - began} ms): ${versions}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.message}`);
  }
}
await close();

if (!asked.length || process.env.PACKAGING_WRITE) {
  const file = `${root}docs/frameworks.md`;
  const [BEGIN, END] = ["<!-- tried -->\n", "<!-- /tried -->"];
  const [head, rest] = readFileSync(file, "utf8").split(BEGIN);
  const [table, tail] = rest.split(END);
  const rows = Object.fromEntries(
    [...table.matchAll(/^\| ([\w-]+) \| .*$/gm)]
      .filter(([, name]) => name !== "part")
      .map(([row, name]) => [name, row]),
  );
  // What a whole run no longer shows is no longer said.
  const all = asked.length ? { ...rows, ...tried } : tried;
  const lines = Object.keys(all)
    .sort()
    .map((name) => `${all[name]}\n`);
  writeFileSync(
    file,
    `${head}${BEGIN}| part | what works | newest versions, as tried |\n|---|---|---|\n${lines.join("")}${END}${tail}`,
  );
}
process.exitCode = failed ? 1 : 0;
