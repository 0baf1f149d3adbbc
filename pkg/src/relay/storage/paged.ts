import { facts } from "../host/facts.js";
import { ENDS, MOST_LEADS, MOST_TEXT } from "./listing.gen.js";

/** Some lines of a long answer, and where the next ones begin; nothing where these are the last. */
export interface Page {
  lines: [key: string, text: string][];
  next: string | null;
}

/**
 * Reads leads one by one until a page is full. A lead may have 64 KiB of values and its JSON twice that, so that a page has
 * its bound in bytes and not in leads; and where few of those that are there are meant, one in leads too, for an object
 * does nothing else meanwhile. `weigh` says what it costs to read a lead, where that is not what is handed on of it.
 */
export function pageOf(
  from: string,
  leads: (from: string, most: number) => string[],
  lines: (lead: string) => string[],
  weigh = (_lead: string, own: readonly string[]): number =>
    own.reduce((sum, { length }) => sum + length, 0),
): Page {
  const page: Page = { lines: [], next: null };
  const found = leads(from, MOST_LEADS);
  let text = 0;
  for (const [at, lead] of found.entries()) {
    const own = lines(lead);
    page.lines.push(...own.map((line): [string, string] => [lead, line]));
    text += weigh(lead, own);
    if (ENDS[facts(text >= MOST_TEXT, at === found.length - 1)]) return { ...page, next: lead };
  }
  return { ...page, next: found[MOST_LEADS - 1] ?? null };
}

/**
 * A page as an answer: where the next one begins, as JSON, and then a line for each: its lead's id, a tab and JSON. Each page
 * is a call of its own, read by key and as the rows are then: whatever else waits for the object has its turn between two of
 * them, and a cursor of SQL that is held meanwhile would show rows of half a transaction.
 */
export const answered = ({ lines, next }: Page): Response =>
  new Response(
    `${JSON.stringify(next)}\n${lines.map(([key, text]) => `${key}\t${text}\n`).join("")}`,
  );
