import type { Traits } from "../edge.js";
import type { Issue, Outcome, Params } from "../types.js";

/** The parameter that holds the records of this call. */
export const listOf = (params: Params, batch: Traits["batch"]): string | undefined =>
  batch?.names.find((name) => params[name] && typeof params[name] === "object");

/** The parts of a call with more records than one call takes; one part where there is nothing to split. */
export function parts(params: Params, batch: Traits["batch"]): Params[] {
  const name = listOf(params, batch);
  if (!batch || !name) return [params];
  const records = params[name] as object;
  const keyed = !Array.isArray(records);
  const list: unknown[] = keyed ? Object.entries(records) : records;
  if (list.length <= batch.most) return [params];
  const cut: Params[] = [];
  for (let at = 0; at < list.length; at += batch.most) {
    const some = list.slice(at, at + batch.most);
    cut.push({ ...params, [name]: keyed ? Object.fromEntries(some as [string, unknown][]) : some });
  }
  return cut;
}

/** How many records a part has. */
export function count(params: Params, batch: Traits["batch"]): number {
  const name = listOf(params, batch);
  return name ? Object.keys(params[name] as object).length : 1;
}

/**
 * The outcomes of a part's records; what became of the whole call became of each of them. A record that the reply left out
 * is unknown, so that those of later parts keep their places.
 */
export const each = (outcome: Outcome, records: number): Outcome[] =>
  Array.from({ length: records }, (_, at) =>
    outcome.kind === "batch" ? (outcome.results[at] ?? { kind: "unknown", why: "reply.no_result" }) : outcome,
  );

/** An issue of a part's record at the caller's position. */
export function rebased(issue: Issue, name: string, offset: number): Issue {
  const mark = `${name}[`;
  const end = issue.field.indexOf("]");
  if (!issue.field.startsWith(mark) || end < 0) return issue;
  const index = Number(issue.field.slice(mark.length, end)) + offset;
  return { ...issue, field: `${mark}${index}${issue.field.slice(end)}` };
}
