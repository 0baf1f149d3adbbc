import { facts } from "../host/facts.js";
import type { OperatorStore } from "./operator-store.js";
import { EMPTY, FREES } from "./passing.gen.js";

/** So many rows are counted at a time: an object does nothing else while a statement runs. */
const COUNTED = 2_000;

/**
 * A table whose rows end by themselves, at `until`, and that holds no more than `most`: a stranger may add to it. When it is
 * full those go that would end first, because nobody may be kept from sending by what somebody else has sent.
 */
export class Passing {
  /** How many rows there are: of those that an instance finds some are counted each time that one more comes. */
  private count = 0;
  /** Up to this key they are counted; nothing once all of them are. */
  private counted: string | undefined = "";
  /** Whether this instance has found none, so that it knows of all; nothing before it has looked. */
  private knowsAll: boolean | undefined;

  constructor(
    readonly store: OperatorStore,
    readonly table: "spent" | "running" | "claims",
    readonly key: "nonce" | "key",
    readonly most: number,
  ) {}

  /** What a statement finds in it; nobody looks where there is none. */
  rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return EMPTY[facts(this.looked(), this.count === 0)] ? [] : this.store.rows(query, ...bindings);
  }

  private looked(): boolean {
    if (this.knowsAll === undefined) {
      const [one] = this.store.rows(`SELECT 1 FROM ${this.table} LIMIT 1`);
      this.knowsAll = one === undefined;
    }
    return this.knowsAll;
  }

  /** Makes room for one more row, which is added next. */
  grow(now: number): void {
    if (this.counted !== undefined) this.goOnCounting(this.counted);
    for (const isTidy of [false, true]) {
      const goes = FREES[facts(this.count >= this.most, isTidy)];
      if (goes === "ended") this.forget(now);
      if (goes === "first") this.delete("1 = 1", this.most >> 6);
    }
    this.count++;
  }

  /** The row of a key goes. */
  drop(key: string): void {
    this.gone(
      this.store.rows(`DELETE FROM ${this.table} WHERE ${this.key} = ? RETURNING 1`, key).length,
    );
  }

  /** What has ended goes, some at a time. */
  forget(now: number): void {
    this.delete(`until < ${now}`, 1_000);
  }

  /** What comes or goes meanwhile may be counted twice or not at all: the bound is not that exact. */
  private goOnCounting(from: string): void {
    const { table, key } = this;
    const [page] = this.store.rows(
      `SELECT count(*) AS n, iif(count(*) = ${COUNTED}, max(${key}), NULL) AS last FROM (SELECT ${key} FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${COUNTED})`,
      from,
    );
    this.count += Number(page?.["n"]);
    this.counted = (page?.["last"] as string | null | undefined) ?? undefined;
  }

  private delete(which: string, some: number): void {
    const rows = this.store.rows(
      `DELETE FROM ${this.table} WHERE ${this.key} IN (SELECT ${this.key} FROM ${this.table} WHERE ${which} ORDER BY until LIMIT ${some}) RETURNING 1`,
    );
    this.gone(rows.length);
  }

  private gone(rows: number): void {
    this.count = Math.max(0, this.count - rows);
  }
}
