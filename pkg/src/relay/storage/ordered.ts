/** How leads are read: in the order of their ids, which is the order in which they were accepted, or the other way round. */
export type Order = "ASC" | "DESC";

/** What stands between the id of a lead that comes next and the last one. */
export const after = (order: Order): string => (order === "ASC" ? ">" : "<");

/** Each once, in order, the first of them. */
export function inOrder(leads: readonly string[], most: number, order: Order): string[] {
  const sorted = [...new Set(leads)].sort();
  return (order === "ASC" ? sorted : sorted.reverse()).slice(0, most);
}
