import type { OperatorStore } from "./operator-store.js";
import { breath } from "./merge.js";

/** So many rows are counted before others have their turn. */
const SOME = 5_000;

/**
 * How many rows a query finds, which may be most of what is there: counted some at a time, by `at`, the column in whose order
 * an index gives them. What comes or goes meanwhile may count or not.
 */
export async function counted(
  store: OperatorStore,
  query: string,
  first: number | string,
  ...bindings: unknown[]
): Promise<number> {
  const at = bindings.length + 1;
  for (let [sum, last] = [0, first]; ; await breath()) {
    const [row] = store.rows(
      `SELECT count(*) AS n, iif(count(*) < ${SOME}, NULL, max(at)) AS last FROM (SELECT * FROM (${query}) WHERE at > ?${at} ORDER BY at LIMIT ${SOME})`,
      ...bindings,
      last,
    );
    sum += Number(row?.["n"]);
    const next = row?.["last"] as typeof first | null;
    if (next === null) return sum;
    last = next;
  }
}
