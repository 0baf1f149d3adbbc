import type { Traits } from "../edge.js";
import type { Issue, Outcome, Params } from "../types.js";

/** The parts of a call with more records than one call takes; one part where there is nothing to split. */
export function parts(params: Params, batch: Traits["batch"]): Params[] {
  const records = batch && params[batch.name];
  if (!batch || !records || typeof records !== "object") return [params];
  const keyed = !Array.isArray(records);
  const list: unknown[] = keyed ? Object.entries(records) : (records as unknown[]);
  if (list.length <= batch.most) return [params];
  const cut: Params[] = [];
  for (let at = 0; at < list.length; at += batch.most) {
    const some = list.slice(at, at + batch.most);
    cut.push({ ...params, [batch.name]: keyed ? Object.fromEntries(some as [string, unknown][]) : some });
  }
  return cut;
}

/** How many records a part has. */
export function count(params: Params, batch: Traits["batch"]): number {
  const records = batch && params[batch.name];
  if (!records || typeof records !== "object") return 1;
  return Array.isArray(records) ? records.length : Object.keys(records).length;
}

/** The outcomes of a part's records; what became of the whole call became of each of them. */
export const each = (outcome: Outcome, records: number): Outcome[] =>
  outcome.kind === "batch" ? outcome.results : Array.from({ length: records }, () => outcome);

/** An issue of a part's record at the caller's position. */
export function rebased(issue: Issue, name: string, offset: number): Issue {
  const mark = `${name}[`;
  const end = issue.field.indexOf("]");
  if (!issue.field.startsWith(mark) || end < 0) return issue;
  const index = Number(issue.field.slice(mark.length, end)) + offset;
  return { ...issue, field: `${mark}${index}${issue.field.slice(end)}` };
}
