import { addUp, type DayCount, days } from "./hours.js";
import type { Group } from "./listing.js";
import { breath } from "./merge.js";
import type { OperatorStore } from "./operator-store.js";

/** So many leads are looked at before others have their turn. */
const SOME = 5_000;

/** Of so many leads that were delivered last it is said how long they took. */
const TOOK = 500;
const DAY = 24 * 60 * 60 * 1000;

/** What is not finished: leads by form and where they stand, and their deliveries by form, account and phase. */
export interface Open {
  leads: { form: string; standing: "queued" | "review" | "dead"; n: number }[];
  deliveries: { form: string; account: string; phase: string; n: number }[];
}

/** What one outbox says of the day. */
export interface Day extends Open {
  groups: Group[];
  days: DayCount[];
  /** How long the leads took that were delivered last, milliseconds. */
  took: number[];
  oldest: { id: string; form: string; accepted: number } | null;
}

export interface DayAsked {
  /** The first day that is asked for, counted from 1970 in a zone that is so many minutes before UTC. */
  since: number;
  zone: number;
}

export async function today(
  store: OperatorStore,
  { since, zone }: DayAsked,
  groups: () => Promise<Group[]>,
): Promise<Day> {
  await addUp(store);
  return {
    ...(await open(store)),
    groups: await groups(),
    days: days(store, since, zone, ["accepted", "delivered"]),
    took: took(store),
    oldest: oldest(store),
  };
}

/** Counts what is not finished, some at a time. What comes or goes meanwhile may count or not. */
async function open(store: OperatorStore): Promise<Open> {
  const [leads, deliveries] = [new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, rows: Record<string, unknown>[]): void => {
    for (const { n, ...own } of rows) {
      const name = JSON.stringify(own);
      to.set(name, (to.get(name) ?? 0) + Number(n));
    }
  };
  for (let last = ""; ; await breath()) {
    const some = `SELECT id, form FROM leads INDEXED BY open_leads WHERE finished IS NULL AND id > ? ORDER BY id LIMIT ${SOME}`;
    add(
      leads,
      store.rows(
        `SELECT form, coalesce((SELECT max(phase) FROM deliveries WHERE lead = one.id AND phase IN ('dead', 'review')), 'queued') AS standing,
         count(*) AS n FROM (${some}) AS one GROUP BY 1, 2`,
        last,
      ),
    );
    add(
      deliveries,
      store.rows(
        `SELECT form, account, phase, count(*) AS n FROM (${some}) AS one JOIN deliveries ON lead = one.id GROUP BY 1, 2, 3`,
        last,
      ),
    );
    const [end] = store.rows(
      `SELECT id FROM (${some}) ORDER BY id LIMIT 1 OFFSET ${SOME - 1}`,
      last,
    );
    if (!end) break;
    last = String(end["id"]);
  }
  const all = <T>(of: Map<string, number>): T[] =>
    [...of].map(([name, n]) => ({ ...JSON.parse(name), n }) as T);
  return { leads: all(leads), deliveries: all(deliveries) };
}

/** What a person gave up took as long as the person did. */
function took(store: OperatorStore): number[] {
  return store
    .rows(
      `SELECT finished - accepted AS ms FROM leads AS one WHERE finished > ? AND test IS NULL AND again IS NULL AND
       EXISTS (SELECT 1 FROM deliveries WHERE lead = one.id) AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = one.id AND phase <> 'done')
       ORDER BY finished DESC LIMIT ${TOOK}`,
      Date.now() - DAY,
    )
    .map(({ ms }) => Number(ms));
}

function oldest(store: OperatorStore): Day["oldest"] {
  const [row] = store.rows(
    "SELECT id, form, accepted FROM leads INDEXED BY open_leads WHERE finished IS NULL ORDER BY id LIMIT 1",
  );
  return (row as Day["oldest"] | undefined) ?? null;
}
