import type { Target } from "./options.js";

/** The parameters that a lead fills, a line each: those that are mapped from what it has, and the constants. */
export function fills(target: Target, { lead, visitor }: Record<string, unknown>): string {
  const values = (JSON.parse(String(lead)) ?? {}) as Record<string, unknown>;
  const known = (JSON.parse(String(visitor)) ?? {}) as Record<string, string>;
  const mapped = Object.entries(target.map).filter(([, source]) =>
    source.startsWith("@") ? isKnown(known, source.slice(1)) : isGiven(values[source]),
  );
  return [...mapped.map(([param]) => param), ...Object.keys(target.constants ?? {})].join("\n");
}

const isGiven = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0);

/** Where `@first.…`, `@last.…` and `@consent.…` come from. */
const PLACES: Record<string, string> = { first: "first", last: "last", consent: "consents" };

function isKnown(visitor: Record<string, string>, source: string): boolean {
  if (["page", "query", "referrer"].includes(source)) return isGiven(visitor[source]);
  const [place = "", ...rest] = source.split(".");
  const from = rest.length > 0 ? PLACES[place] : undefined;
  return isGiven(
    new URLSearchParams(visitor[from ?? "query"] ?? "").get(from ? rest.join(".") : source),
  );
}
