import type { OperatorStore } from "./operator-store.js";

/** How leads are read: in the order of their ids, which is the order in which they were accepted, or the other way round. */
export type Order = "ASC" | "DESC";

/** What stands between the id of a lead that comes next and the last one. */
export const AFTER: Readonly<Record<Order, string>> = { ASC: ">", DESC: "<" };

/** Each once, in order, the first of them. */
export const inOrder = (
  store: OperatorStore,
  leads: readonly string[],
  most: number,
  order: Order,
): string[] =>
  store
    .rows(
      `SELECT DISTINCT value AS id FROM json_each(?) ORDER BY value ${order} LIMIT ?`,
      JSON.stringify(leads),
      most,
    )
    .map(({ id }) => String(id));
