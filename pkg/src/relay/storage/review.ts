import type { OperatorStore } from "./operator-store.js";

/** One source may have a tenth of a review that it fills alone. */
const PART = 9;

/**
 * Where the leads under review came from. Whatever a source sends, it never fills the review. Its share falls with the square
 * of what is free, so that many that want more than theirs leave room for the first leads of others: a tenth of an empty
 * review, a fortieth of one that is half full. Those of whom nobody knows where they came from are one source, which may have half.
 */
export class Review {
  /** By source, as many as there are leads under review; counted when somebody asks after a person has acted. */
  private counts: Map<string, number> | undefined;

  constructor(readonly store: OperatorStore) {}

  /** Whether there is room for one more from here, beside those that are there. */
  hasRoom(source: string, there: number, most: number): boolean {
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
    const free = most - there;
    return (
      free > 0 &&
      (this.counts.get(source) ?? 0) < (source === "" ? free : (free * free) / (PART * most))
    );
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
