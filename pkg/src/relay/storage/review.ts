import type { OperatorStore } from "./operator-store.js";

/** Where the leads under review came from; how many a source may have there, `src/relay/acceptance.rs` says. */
export class Review {
  /** By source, as many as there are leads under review; counted when somebody asks after a person has acted. */
  private counts: Map<string, number> | undefined;

  constructor(readonly store: OperatorStore) {}

  /** So many of them came from here. */
  of(source: string): number {
    if (!this.counts) {
      const rows = this.store.rows(
        "SELECT source, count(*) AS n FROM leads WHERE review IS NOT NULL AND finished IS NULL GROUP BY source",
      );
      // What the release before took has no source, and is in nobody's share.
      this.counts = new Map(
        rows.flatMap((row) =>
          row["source"] === null ? [] : [[String(row["source"]), Number(row["n"])] as const],
        ),
      );
    }
    return this.counts.get(source) ?? 0;
  }

  /** One was taken. */
  took(source: string): void {
    this.counts?.set(source, (this.counts.get(source) ?? 0) + 1);
  }

  /** Some are there no more, or were not taken after all. */
  changed(): void {
    this.counts = undefined;
  }
}
