import { NEEDS, OTHERS, SHOWS } from "../desk.gen.js";
import type { Person } from "./people.js";

/** What is written down of a call: what it does and what about; `values` where somebody sees some. */
export interface AuditLine {
  what: string;
  about: string;
  values: boolean;
}

/** Of what is asked for, what may be written down: names, ids, codes. An e-mail, a phone and what was typed never. */
const PLAIN = [
  "ids",
  "id",
  "code",
  "phase",
  "account",
  "accounts",
  "form",
  "from",
  "to",
  "reason",
  "format",
  "name",
  "days",
  "remove",
  "later",
  "anyway",
  "channel",
];

/** So many ids are named. */
const IDS = 5;

/** Nothing of a call that changes nothing and shows no value. */
export function audited(
  call: string,
  person: Person,
  given: Record<string, unknown>,
  query: URLSearchParams,
): AuditLine | undefined {
  const needs = NEEDS[call] ?? OTHERS;
  const values = (person.values && SHOWS.includes(call)) || needs.includes("values");
  if (!values && !needs.includes("operate")) return undefined;
  const plain: Record<string, unknown> = {};
  for (const name of PLAIN) {
    const own = given[name] ?? query.get(name) ?? undefined;
    if (own === undefined || own === "") continue;
    plain[name] = Array.isArray(own) && own.length > IDS ? [...own.slice(0, IDS), own.length] : own;
  }
  const about = Object.keys(plain).length > 0 ? JSON.stringify(plain) : "";
  return { what: call.slice(call.lastIndexOf("/") + 1), about, values };
}
