import { breath } from "./merge.js";
import type { OperatorStore } from "./operator-store.js";

/** So many leads are added up before others have their turn. */
const SOME = 3_000;

export const HOUR = 60 * 60 * 1000;

/** So long they are kept: a month, and what a zone may be before or behind. */
const KEPT = 32 * 24;

/** What happened on one day, by form; of what was delivered by account, too. */
export interface DayCount<What = "accepted" | "delivered"> {
  day: number;
  what: What;
  form: string;
  account: string;
  n: number;
}

/** Adds up the leads that came since the last time, so that who accepts one writes nothing more for it. */
export async function addUp(store: OperatorStore): Promise<void> {
  while (some(store) !== undefined) await breath();
}

/** Gives something where there may be more. */
function some(store: OperatorStore): unknown {
  return store.together(() => {
    // The release before says nothing where it forgets the last rows.
    const [known] = store.rows(
      "SELECT min(value, coalesce((SELECT max(rowid) FROM leads), 0)) AS at FROM meta WHERE name = 'added'",
    );
    const from = Number(known?.["at"] ?? 0);
    const [next] = store.rows(
      `SELECT max(at) AS at, iif(count(*) = ${SOME}, 1, NULL) AS more FROM (SELECT rowid AS at FROM leads WHERE rowid > ? ORDER BY rowid LIMIT ${SOME})`,
      from,
    );
    const to = Number(next?.["at"] ?? from);
    store.rows(
      `INSERT INTO hours SELECT accepted / ${HOUR}, 'accepted', form, '', count(*) FROM leads WHERE rowid > ? AND rowid <= ? AND test IS NULL GROUP BY 1, form
       ON CONFLICT DO UPDATE SET n = n + excluded.n`,
      from,
      to,
    );
    store.rows(
      "INSERT INTO meta (name, value) VALUES ('added', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      to,
    );
    return next?.["more"] ?? undefined;
  });
}

/** Rows are forgotten, and the numbers of the last ones come again: whoever gets one of these has not been added up. */
export function forgot(store: OperatorStore): void {
  store.rows(
    // Only where it changes: each row that is written counts against the day.
    "UPDATE meta SET value = coalesce((SELECT max(rowid) FROM leads), 0) WHERE name = 'added' AND value > coalesce((SELECT max(rowid) FROM leads), 0)",
  );
}

/** What is older than anybody asks for goes. */
export function forgetHours(store: OperatorStore, now: number): void {
  store.rows("DELETE FROM hours WHERE hour < ?", Math.floor(now / HOUR) - KEPT);
}

/** These counts by days of a zone that is so many minutes before UTC. */
export function days<What extends string>(
  store: OperatorStore,
  since: number,
  zone: number,
  whats: readonly What[],
): DayCount<What>[] {
  // A number of JavaScript's comes as a real one, and would divide as one.
  return store.rows(
    `SELECT (hour * 60 + CAST(?1 AS INTEGER)) / 1440 AS day, what, form, account, sum(n) AS n FROM hours
     WHERE (hour * 60 + CAST(?1 AS INTEGER)) / 1440 >= ?2 AND hour >= ?2 * 24 - 24 AND n <> 0
       AND what IN (SELECT value FROM json_each(?3)) GROUP BY 1, what, form, account`,
    zone,
    since,
    JSON.stringify(whats),
  ) as unknown as DayCount<What>[];
}
