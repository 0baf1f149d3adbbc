import { breath } from "./merge.js";
import type { OperatorStore } from "./operator-store.js";

/** What an alert may be about in one outbox. */
export interface StandingNow {
  dead: { account: string; form: string; n: number }[];
  review: number;
  gone: number;
  /** When the oldest lead was accepted that waits for a system. */
  oldest: number | null;
  /** Records that a system had, and that were missed of late. */
  vanished: number;
}

/** For so long a record that was missed is news. */
const NEWS = 2 * 24 * 60 * 60 * 1000;

/** So many leads are looked at before others have their turn. */
const SOME = 2_000;

export const standing = async (store: OperatorStore, gone: number): Promise<StandingNow> => ({
  dead: store.rows(
    "SELECT one AS account, two AS form, n FROM sums WHERE what = 'dead' AND n > 0",
  ) as unknown as StandingNow["dead"],
  review: store.tally.now.review,
  gone,
  oldest: await oldest(store),
  vanished: store.vanished(Date.now() - NEWS),
});

/** Walks over what waits for a person alone, from the oldest lead on. */
async function oldest(store: OperatorStore): Promise<number | null> {
  for (let last = ""; ; await breath()) {
    const some = `SELECT id, accepted FROM leads INDEXED BY open_leads WHERE finished IS NULL AND id > ? ORDER BY id LIMIT ${SOME}`;
    const [found] = store.rows(
      `SELECT accepted FROM (${some}) AS one WHERE EXISTS (SELECT 1 FROM deliveries WHERE lead = one.id AND phase IN ('waiting', 'sent')) ORDER BY id LIMIT 1`,
      last,
    );
    if (found) return Number(found["accepted"]);
    const [end] = store.rows(
      `SELECT id FROM (${some}) ORDER BY id LIMIT 1 OFFSET ${SOME - 1}`,
      last,
    );
    if (!end) return null;
    last = String(end["id"]);
  }
}
