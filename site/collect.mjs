// Lays the pages of the site together in `site/.pages`, each link leading to where its page is on the site. What a link
// leads to that is no page (a file of the source) keeps its name and loses its link, unless the owner has said where the
// repository is.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { linksOf } from "../tests/markdown.mjs";
import { reference } from "./api.mjs";
import { address, MADE, PAGES } from "./pages.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const target = `${root}site/.pages`;
const { repository } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const source =
  repository && `${String(repository.url ?? repository).replace(/^git\+|\.git$/g, "")}/blob/main/`;

const known = new Map(PAGES.map((page) => [page.source, address(page.source)]));

rmSync(target, { recursive: true, force: true });
for (const { source: file } of PAGES) {
  const at = `${target}/${address(file)}.md`;
  mkdirSync(dirname(at), { recursive: true });
  const text = file === MADE ? reference() : readFileSync(`${root}${file}`, "utf8");
  writeFileSync(at, rewritten(file, text));
}
writeFileSync(
  `${target}/index.md`,
  rewritten("site/index.md", readFileSync(`${root}site/index.md`, "utf8")),
);
cpSync(`${root}site/public`, `${target}/public`, { recursive: true });
cpSync(`${root}docs/images`, `${target}/public`, { recursive: true });

/**
 * @param {string} file
 * @param {string} text
 */
function rewritten(file, text) {
  const lines = text.split("\n");
  for (const { target: link, line } of linksOf(text)) {
    if (/^[a-z][a-z\d+.-]*:/i.test(link) || link.startsWith("#")) continue;
    const [path, anchor] = link.split("#");
    const to = normalize(join(dirname(file), path)).replace(/\/$/, "");
    const page = known.get(to) ?? known.get(`${to}/README.md`);
    const hash = anchor ? `#${anchor}` : "";
    const whole = new RegExp(`(!?)\\[((?:[^\\]\\[]|\\[[^\\]]*\\])*)\\]\\(${escaped(link)}\\)`);
    lines[line - 1] = lines[line - 1].replace(whole, (_, picture, words) => {
      if (page !== undefined) return `${picture}[${words}](/${page}${hash})`;
      if (picture) return `![${words}](/${to.split("/").at(-1)})`;
      return source ? `[${words}](${source}${to}${hash})` : words;
    });
  }
  return lines.join("\n");
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
