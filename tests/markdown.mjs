// What the Markdown of this repository is made of: its blocks of code, its headings and its links. The tests of the pages
// read it, and so does the site.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * A block of code: its language, the words behind that, and the line of the page where it begins.
 * @typedef {{ language: string, words: string[], code: string, line: number }} Block
 */

/** Every page that is in the repository or about to be. */
export const pages = () =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\n")
    .filter(Boolean)
    .sort();

export const pageText = (/** @type {string} */ page) => readFileSync(`${root}${page}`, "utf8");

/**
 * The blocks of a page. What is indented by four blanks, and is no part of a list, is a block of shell.
 * @param {string} text
 * @returns {Block[]}
 */
export function blocksOf(text) {
  /** @type {Block[]} */
  const blocks = [];
  const lines = text.split("\n");
  let list = false;
  for (let at = 0; at < lines.length; at++) {
    const fence = /^( {0,3})(`{3,})([^`]*)$/.exec(lines[at]);
    if (fence) {
      const [, indent, ticks, info] = fence;
      const begin = at++;
      while (at < lines.length && !lines[at].trimStart().startsWith(ticks)) at++;
      if (at === lines.length) throw new Error(`line ${begin + 1}: the block has no end`);
      const [language = "", ...words] = info.trim().split(/\s+/);
      const code = lines
        .slice(begin + 1, at)
        .map((line) => line.slice(line.startsWith(indent) ? indent.length : 0))
        .join("\n");
      blocks.push({ language, words, code: `${code}\n`, line: begin + 1 });
      continue;
    }
    const blank = lines[at].trim() === "";
    if (!blank && !/^ /.test(lines[at])) list = /^([-*]|\d+\.) /.test(lines[at]);
    if (!list && /^ {4}\S/.test(lines[at]) && (lines[at - 1] ?? "").trim() === "") {
      const begin = at;
      while (at < lines.length && (/^ {4}/.test(lines[at]) || lines[at].trim() === "")) at++;
      const code = lines
        .slice(begin, at)
        .map((line) => line.slice(4))
        .join("\n");
      blocks.push({ language: "sh", words: [], code: `${code.trimEnd()}\n`, line: begin + 1 });
      at--;
    }
  }
  return blocks;
}

/** A page without its blocks of code and its code within lines, every line where it was. */
const prose = (/** @type {string} */ text) =>
  text
    .replace(/^( {0,3})(`{3,})[^`\n]*\n[\s\S]*?^ {0,3}\2`*$/gm, (block) =>
      block.replace(/[^\n]/g, ""),
    )
    .replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, (code) => " ".repeat(code.length));

/**
 * The name that a heading has in an address, as GitHub makes it.
 * @param {string} heading
 */
export const slug = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");

/**
 * The names that an address may have behind `#` on this page.
 * @param {string} text
 */
export function anchorsOf(text) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const anchors = new Set();
  const bare = text.replace(/^( {0,3})(`{3,})[^`\n]*\n[\s\S]*?^ {0,3}\2`*$/gm, "");
  for (const [, heading] of bare.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const name = slug(heading);
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    anchors.add(times === 0 ? name : `${name}-${times}`);
  }
  for (const [, id] of bare.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/**
 * The links and pictures of a page: where they lead, and the line they stand in.
 * @param {string} text
 */
export function linksOf(text) {
  const found = [];
  for (const [at, line] of prose(text).split("\n").entries())
    for (const [, target] of line.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g))
      found.push({ target, line: at + 1 });
  return found;
}
