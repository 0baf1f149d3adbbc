import { MEANS, PHASES as NAMES } from "../../codes.gen.js";
import { MENDS, VENDORS } from "./codes.gen.js";

export const many = (n: number, one: string, more: string): string =>
  `${n.toLocaleString()} ${n === 1 ? one : more}`;

/** What a form's owner calls it; one that is gone has its name alone. */
export const titleOf = (
  forms: readonly { name: string; title: string }[] | undefined,
  form: string,
): string => forms?.find(({ name }) => name === form)?.title ?? form;

export const leads = (n: number): string => many(n, "lead", "leads");

/** Which leads of a form wait for a parameter: those that fill it, or with `!` before it those that do not. */
export const that = (param: string | null | undefined): string =>
  !param
    ? ""
    : param.startsWith("!")
      ? ` that do not fill ${param.slice(1)}`
      : ` that fill ${param}`;

export const when = (ms: number): string =>
  new Date(ms).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
export const exactly = (ms: number): string =>
  new Date(ms).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
export const clock = (ms: number): string =>
  new Date(ms).toLocaleTimeString(undefined, { timeStyle: "short" });

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** A span of milliseconds in its largest unit. */
export function span(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? (["second", 1] as const);
  return many(Math.floor(seconds / size), unit, `${unit}s`);
}
export const age = (ms: number): string => span(Math.max(10_000, Date.now() - ms));

export const PHASES: Readonly<Record<string, string>> = NAMES;

/** Where a lead as a whole stands. */
export const STATES: Readonly<Record<string, string>> = {
  review: "Held for review",
  dead: "Refused by a system",
  waiting: "Waits for a system",
  delivered: "Delivered",
  discarded: "Discarded",
  erased: "Erased",
};

/** What a call came to. */
export const KINDS: Readonly<Record<string, string>> = {
  stored: "stored",
  found: "looked up",
  refused: "refused",
  retry: "to be tried again",
  unknown: "no answer that can be read",
};

const NAMED: Readonly<Record<string, string>> = {
  created: "a new record",
  updated: "a record that was there",
  unchanged: "nothing had to change",
  not_found: "nobody is there",
};

/** What a code means: in our words, in those of the vendor's page, else the code itself. */
export const means = (code: string): string =>
  MEANS[code] ?? VENDORS[code]?.replace(/\.$/, "") ?? NAMED[code] ?? code;

export const why = (codes: string | null | undefined): string =>
  (codes ?? "").split(" ").filter(Boolean).map(means).join("; ");

/** The same of the parameters that it is about. */
export const whyOf = (code: string | null, param: string | null): string =>
  why(code) + (code && param ? `: ${param.replaceAll(" ", ", ")}` : "");

/** What can be done about it. */
export const mend = (codes: string | null | undefined): string =>
  (codes ?? "")
    .split(" ")
    .map((code) => MENDS[code]?.replaceAll("`", "") ?? "")
    .filter(Boolean)
    .join(" ");
