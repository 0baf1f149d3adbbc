// The commands that the pages may ask a reader for, and what there must be for each.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const there = (/** @type {string} */ path) => existsSync(`${root}${path}`);

/** @typedef {{ line: string, program: string, args: string[] }} Command */

/**
 * The commands of a block of shell, one a line; comments, settings before a command and pipes' other ends aside.
 * @param {string} code
 * @returns {Command[]}
 */
export function commandsOf(code) {
  return code
    .replace(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter(Boolean)
    .flatMap((line) => line.split(/\s+(?:&&|\|)\s+/))
    .map((line) => {
      const words = line.split(/\s+/);
      while (/^[A-Z_]+=/.test(words[0])) words.shift();
      const [program, ...args] = words;
      return { line, program, args };
    });
}

const makefile = readFileSync(`${root}Makefile`, "utf8");
/** What of wrangler's the pages may ask for; `node tests/packaging.mjs wrangler` asks wrangler whether it has them. */
export const WRANGLER = [
  "login",
  "dev",
  "deploy",
  "secret put",
  "versions upload",
  "versions deploy",
  "rollback",
  "tail",
];

const commandLine = readFileSync(`${root}packages/cli/src/run.ts`, "utf8");
const fieldpost = (/** @type {string} */ verb) =>
  new RegExp(`command\\(\\s*"${verb}[ "]`).test(commandLine)
    ? undefined
    : `the command line has no ${verb}`;

/**
 * What is wrong with a command, where something is.
 * @type {Record<string, (command: Command) => string | undefined>}
 */
export const COMMANDS = {
  make({ args }) {
    const lacking = args
      .filter((word) => !word.includes("="))
      .find((target) => !new RegExp(`^${target}:`, "m").test(makefile));
    return lacking && `the Makefile has no ${lacking}`;
  },
  node({ args }) {
    const file = args.find((word) => !word.startsWith("-"));
    return !file || there(file) ? undefined : `there is no ${file}`;
  },
  cargo({ args: [verb, ...rest] }) {
    if (verb === "xtask") return undefined;
    if (!["add", "build", "check", "doc", "run", "test"].includes(verb))
      return "no command of cargo's that is known here";
    const test = rest[rest.indexOf("--test") + 1];
    return rest.includes("--test") && !there(`tests/${test}.rs`) && !there(`tests/${test}/main.rs`)
      ? `there is no test ${test}`
      : undefined;
  },
  npm({ args: [verb, ...rest] }) {
    if (verb === "create")
      return rest[0] === "fieldpost" && there("packages/create")
        ? undefined
        : "there is no such package to create from";
    return ["ci", "i", "install", "pack", "run"].includes(verb)
      ? undefined
      : "no command of npm's that is known here";
  },
  npx({ args }) {
    const [program, ...rest] = args.filter((word) => !word.startsWith("-"));
    if (program === "wrangler")
      return WRANGLER.some((known) => rest.join(" ").startsWith(known))
        ? undefined
        : "no command of wrangler's that is known here";
    if (program === "fieldpost") return fieldpost(rest[0]);
    if (program === "fieldpost-sandbox") return undefined;
    return `npx ${program} is not known here`;
  },
  fieldpost: ({ args }) => fieldpost(args[0]),
  docker: ({ args }) => (args[0] === "compose" ? undefined : "only compose is asked of it"),
  curl: () => undefined,
  head: () => undefined,
  openssl: ({ args }) =>
    ["rand", "req", "pkcs8"].includes(args[0])
      ? undefined
      : "no command of openssl's that is known here",
  cp: ({ args }) =>
    there(args.filter((word) => !word.startsWith("-"))[0]) ? undefined : `there is no ${args[0]}`,
  cd: () => undefined,
};
