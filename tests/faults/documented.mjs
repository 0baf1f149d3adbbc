// What the documentation says that a relay may answer: docs/relay.md's tables of answers, and docs/codes.md's of fields.
import { readFileSync } from "node:fs";
import { root } from "../stand.mjs";

/**
 * The rows of the tables below a heading, as cells.
 * @param {string} text
 * @param {string} heading
 */
function tables(text, heading) {
  const [, part = ""] = text.split(`\n## ${heading}\n`);
  return part
    .split(/\n## /, 1)
    .join()
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const CODE = /`((?:[a-z_]+\.)+[a-z_]+|not_found|method)`/g;

/**
 * Of each status the codes that its rows name; a row without one answers without one.
 * @param {string[][]} rows
 */
function answers(rows) {
  /** @type {Map<number, Set<string>>} */
  const known = new Map();
  for (const [statuses = "", ...cells] of rows) {
    if (!/^\d{3}(?:, \d{3})*$/.test(statuses)) continue;
    const codes = [...cells.join(" ").matchAll(CODE)].map(([, code]) => code);
    for (const status of statuses.split(", "))
      known.set(
        Number(status),
        new Set([...(known.get(Number(status)) ?? []), ...(codes.length > 0 ? codes : [""])]),
      );
  }
  return known;
}

const relay = readFileSync(`${root}docs/relay.md`, "utf8");
const form = answers(tables(relay, "Answers"));
const operator = answers(tables(relay, "The operator"));
const fields = new Set(
  [...readFileSync(`${root}docs/codes.md`, "utf8").matchAll(CODE)].map(([, code]) => code),
);

/**
 * A path as a host reads it: `..` takes away what stands before it, as the URL standard says. What is no path stays as it is.
 * @param {string} path
 */
function resolved(path) {
  try {
    const { pathname, search } = new URL(path, "http://relay.example");
    return pathname + search;
  } catch {
    return path;
  }
}

/**
 * Why an answer is none that is documented; nothing where it is.
 * @param {{ path: string, status: number, type: string, text: string, isHead?: boolean }} answer
 */
export function undocumented({ path, status, type, text, isHead }) {
  const isOperator = /^\/operator(?:[/?]|$)/.test(resolved(path));
  const codes = (isOperator ? operator : form).get(status);
  if (!codes) return `${status} is not documented`;
  if (status === 204 || status === 303 || isHead)
    return text === "" ? undefined : "a body where there is none";
  if (!/^application\/json/.test(type)) {
    if (/^text\/html/.test(type) || (isOperator && status === 200)) return undefined;
    return `${status} as ${type}`;
  }
  /** @type {{ code?: string, issues?: { severity: string, code: string }[] }} */
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    return `${status} with JSON that is none`;
  }
  if (status < 300) return undefined;
  const given =
    isOperator || said.code !== undefined
      ? [said.code ?? ""]
      : (said.issues ?? []).filter(({ severity }) => severity === "error").map(({ code }) => code);
  if (given.length === 0) return `${status} without a code`;
  const wrong = given.find((code) => !codes.has(code) && !(status === 422 && fields.has(code)));
  return wrong === undefined ? undefined : `${status} ${wrong} is not documented`;
}
