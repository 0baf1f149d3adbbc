import type { Desk } from "./desk.js";

/**
 * A table whose rows end by themselves, at `until`, and that holds no more than `most`: a stranger may add to it. When it is
 * full those go that would end first, because nobody may be kept from sending by what somebody else has sent.
 */
export class Passing {
  /** How many rows there are; counted once. */
  private count: number | undefined;

  constructor(
    readonly desk: Desk,
    readonly table: "spent" | "running" | "claims",
    readonly key: "nonce" | "key",
    readonly most: number,
  ) {}

  /** Nobody looks for a row where there is none. */
  isEmpty(): boolean {
    if (this.count === undefined && this.desk.rows(`SELECT 1 FROM ${this.table} LIMIT 1`).length === 0) this.count = 0;
    return this.count === 0;
  }

  /** Makes room for one more row, which is added next. */
  grow(now: number): void {
    this.count ??= Number(this.desk.rows(`SELECT count(*) AS n FROM ${this.table}`)[0]?.["n"]);
    if (this.count >= this.most) this.forget(now);
    if (this.count >= this.most) this.delete("1 = 1", this.most >> 6);
    this.count++;
  }

  /** The row of a key goes. */
  drop(key: string): void {
    this.gone(this.desk.rows(`DELETE FROM ${this.table} WHERE ${this.key} = ? RETURNING 1`, key).length);
  }

  /** What has ended goes, some at a time. */
  forget(now: number): void {
    this.delete(`until < ${now}`, 1_000);
  }

  private delete(which: string, some: number): void {
    const rows = this.desk.rows(
      `DELETE FROM ${this.table} WHERE ${this.key} IN (SELECT ${this.key} FROM ${this.table} WHERE ${which} ORDER BY until LIMIT ${some}) RETURNING 1`,
    );
    this.gone(rows.length);
  }

  private gone(rows: number): void {
    if (this.count !== undefined) this.count -= rows;
  }
}
