// Who these packages are from stands once, in the root's package.json: `repository`, `homepage`, `bugs`. The owner writes it
// there; this writes it into every package that is published and into the crate's manifest. Where the owner
// has said nothing, nothing is said.
//   node packages/identity.mjs                 writes
//   node packages/identity.mjs --check         names what says something else
//   node packages/identity.mjs --release v1.2.3   fails where a release of this version would not know where it is from
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const MEMBERS = ["repository", "homepage", "bugs"];
/** Each with its folder, which npm wants to know of a repository with several. */
const PACKAGES = ["pkg", "packages/sandbox", "packages/cli", "packages/create"];

const { values } = parseArgs({
  options: { check: { type: "boolean" }, release: { type: "string" } },
});
const text = (file) => readFileSync(`${root}${file}`, "utf8");
const own = JSON.parse(text("package.json"));
const said = Object.fromEntries(
  MEMBERS.flatMap((member) => (own[member] === undefined ? [] : [[member, own[member]]])),
);
/** As cargo wants it: an address, not a place of git's. */
const address = String(said.repository?.url ?? said.repository ?? "").replace(/^git\+|\.git$/g, "");

const wanted = new Map([
  ...PACKAGES.map((folder) => [`${folder}/package.json`, manifest(folder)]),
  ["Cargo.toml", crate()],
]);
const stale = [...wanted].filter(([file, right]) => text(file) !== right).map(([file]) => file);

if (values.release !== undefined) {
  const version = `v${JSON.parse(text("pkg/package.json")).version}`;
  if (!address) fail("package.json has no `repository`: npm gives no provenance without it");
  if (!new RegExp(`^## ${version.slice(1)}, \\d{4}-\\d{2}-\\d{2}$`, "m").test(text("CHANGELOG.md")))
    fail(`CHANGELOG.md has no heading "## ${version.slice(1)}" with its day`);
  if (values.release !== version)
    fail(`the tag is ${values.release}, and the packages are ${version}`);
}
if (values.check || values.release !== undefined) {
  if (stale.length > 0)
    fail(
      `say something else than package.json: ${stale.join(", ")}; run: node packages/identity.mjs`,
    );
} else {
  for (const file of stale) {
    writeFileSync(`${root}${file}`, wanted.get(file));
    console.log(`identity: ${file}`);
  }
}

function fail(why) {
  console.error(`identity: ${why}`);
  process.exit(1);
}

/** The manifest with these members behind its licence, every other line as it was. */
function manifest(folder) {
  const lines = text(`${folder}/package.json`)
    .split("\n")
    .filter((line) => !/^ {2}"(repository|homepage|bugs)":/.test(line));
  const at = lines.findIndex((line) => /^ {2}"license":/.test(line)) + 1;
  const repository = address && { type: "git", url: `git+${address}.git`, directory: folder };
  const members = Object.entries({ ...said, ...(repository && { repository }) });
  lines.splice(at, 0, ...members.map(([name, value]) => `  "${name}": ${JSON.stringify(value)},`));
  return lines.join("\n");
}

/** The crate's: the other crates of the workspace are not published. */
function crate() {
  const lines = text("Cargo.toml")
    .split("\n")
    .filter((line, at, all) => {
      const table = all.slice(0, at + 1).findLast((one) => one.startsWith("["));
      return table !== "[package]" || !/^(repository|homepage) = /.test(line);
    });
  const at = lines.indexOf("[package]") + 1;
  const members = [
    address && `repository = ${JSON.stringify(address)}`,
    said.homepage && `homepage = ${JSON.stringify(said.homepage)}`,
  ].filter(Boolean);
  lines.splice(at, 0, ...members);
  return lines.join("\n");
}
