import { AUDITS, MOST_TOLD } from "../desk.gen.js";
import type { Given } from "./given.js";
import type { Person } from "./people.js";

/** What is written down of a call: what it does and what about; `values` where somebody sees some. */
export interface AuditLine {
  what: string;
  about: string;
  values?: true;
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

/** Nothing of a call that changes nothing and shows no value. */
export function audited(
  call: string,
  person: Person,
  given: Given,
  query: URLSearchParams,
): AuditLine | undefined {
  const audits = (AUDITS[call] ?? AUDITS.other)[Number(person.values !== undefined)];
  if (audits === "nothing") return undefined;
  const plain: Record<string, unknown> = {};
  for (const name of PLAIN) {
    const own = given[name] ?? query.get(name) ?? undefined;
    if (own === undefined || own === "") continue;
    plain[name] =
      Array.isArray(own) && own.length > MOST_TOLD ? [...own.slice(0, MOST_TOLD), own.length] : own;
  }
  const about = Object.keys(plain)[0] === undefined ? "" : JSON.stringify(plain);
  const what = call.slice(call.lastIndexOf("/") + 1);
  return { what, about, ...(audits === "sees" && { values: true }) };
}
