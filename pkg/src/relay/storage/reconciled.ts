import { ROW, steady, WORD } from "../../core/edge.js";
import { outcomeOf } from "./attempts.js";
import { addUp, type DayCount, days, HOUR } from "./hours.js";
import type { OperatorStore } from "./operator-store.js";
import { COUNTS_FOR } from "./ruling.gen.js";
import type { DayAsked } from "./today.js";

/** So many leads are looked at in one go. */
const SOME = 1_000;

/** So many records that vanished are shown, the newest first. */
const SHOWN = 100;

/** What is counted of a delivery that a system has, by when its lead came. */
export type Reconciling = "there" | "vanished" | "unnamed";

/** A record that a system had stored and does not have any more: ids and names. */
export interface Vanished {
  lead: string;
  form: string;
  account: string;
  record: string;
  /** When the lead came, and when its record was missed. */
  accepted: number;
  since: number;
}

/** What one outbox says of what was stored. */
export interface Stored {
  days: DayCount<"accepted" | Reconciling>[];
  vanished: Vanished[];
}

/** Where a lead stands among those that ended. */
export interface Place {
  ended: number;
  row: number;
}

/** A delivery that a system has. */
export interface Done extends Place {
  delivery: string;
  lead: string;
  form: string;
  accepted: number;
  /** Empty where the system did not say it. */
  record: string;
  /** What it counts for. */
  was: Reconciling;
}

/** Some of them. */
export interface Portion {
  rows: Done[];
  end: Place;
  isLast: boolean;
}

/** The leads behind a place, in the order in which they ended. One comparison of both would go through all that ended in one moment. */
const behind = (columns: string): string =>
  `SELECT ${columns} FROM leads INDEXED BY finished_at WHERE finished = ?1 AND rowid > ?2
   UNION ALL SELECT ${columns} FROM leads INDEXED BY finished_at WHERE finished > ?1 ORDER BY ended, row LIMIT ${SOME}`;

const PLACE = "finished AS ended, rowid AS row";

const UPTO = "(ended < ?3 OR ended = ?3 AND row <= ?4)";

/** What an account's system has stored, and whether it still has it: how far it was asked, what it said, and what came of that. */
export class Reconciled {
  constructor(readonly store: OperatorStore) {}

  /** How far it is, as the machine has written it. */
  state(account: string): string {
    const [row] = this.store.rows("SELECT state FROM reconciled WHERE account = ?", account);
    return String(row?.["state"] ?? "");
  }

  keep(account: string, state: string): void {
    this.store.rows(
      "INSERT INTO reconciled (account, state) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET state = excluded.state",
      account,
      state,
    );
  }

  /** The next deliveries of an account between two places, the place up to which all of them are among these, and whether that is the second. */
  next(account: string, after: Place, upto: Place, most: number): Portion {
    const places = [after.ended, after.row, upto.ended, upto.row];
    const [bound] = this.store.rows(
      `SELECT ended, row FROM (${behind(PLACE)}) WHERE ${UPTO} ORDER BY ended, row LIMIT 1 OFFSET ${SOME - 1}`,
      ...places,
    );
    const end = (bound as unknown as Place | undefined) ?? upto;
    const rows = this.store
      .rows(
        `SELECT ended, row, deliveries.id AS delivery, some.id AS lead, form, accepted, state,
         EXISTS (SELECT 1 FROM vanished WHERE vanished.delivery = deliveries.id) AS missed
         FROM (${behind(`${PLACE}, id, form, accepted, test, erased`)}) AS some CROSS JOIN deliveries ON deliveries.lead = some.id
         WHERE ${UPTO} AND account = ?5 AND phase = 'done' AND test IS NULL AND erased IS NULL ORDER BY ended, row LIMIT ?6`,
        ...places,
        account,
        most,
      )
      .map(({ state, missed, ...own }) => {
        const record = outcomeOf(state).record ?? "";
        return { ...own, record, was: countsFor(missed, record) } as Done;
      });
    const last = rows[most - 1];
    return {
      rows,
      end: last ? { ended: last.ended, row: last.row } : end,
      isLast: !last && !bound,
    };
  }

  /** Writes what became of some together with how far it is now: what stops in between has asked nobody. Gives a row for each that has vanished since. */
  write(account: string, state: string, all: readonly (Done & Became)[]): object[] {
    const counts = new Map<string, number>();
    const count = (what: Reconciling | undefined, { accepted, form }: Done, n: number): void => {
      const name = JSON.stringify([Math.floor(accepted / HOUR), what, form, account]);
      counts.set(name, (counts.get(name) ?? 0) + n);
    };
    for (const one of all) {
      count(one.is, one, 1);
      if (one.before !== undefined) count(one.before, one, -1);
    }
    return this.store.together(() => {
      this.keep(account, state);
      for (const [name, n] of counts) counted(this.store, name, n);
      this.store.rows(BACK, JSON.stringify(all));
      return this.store.rows(VANISHED, JSON.stringify(all), account, Date.now());
    });
  }

  async stored({ since, zone }: DayAsked): Promise<Stored> {
    await addUp(this.store);
    return {
      days: days(this.store, since, zone, ["accepted", "there", "vanished", "unnamed"]),
      vanished: this.store.rows(
        `SELECT lead, form, account, record, accepted, since FROM vanished ORDER BY since DESC LIMIT ${SHOWN}`,
      ) as unknown as Vanished[],
    };
  }
}

/** What vanished since it was asked about last. */
const VANISHED = `INSERT OR REPLACE INTO vanished (delivery, lead, form, account, record, accepted, since)
  SELECT value ->> 'delivery', value ->> 'lead', value ->> 'form', ?2, value ->> 'record', value ->> 'accepted', ?3
  FROM json_each(?1) WHERE value ->> 'is' = 'vanished' AND value ->> 'before' IS NOT 'vanished' RETURNING 1`;

const BACK =
  "DELETE FROM vanished WHERE delivery IN (SELECT value ->> 'delivery' FROM json_each(?1) WHERE value ->> 'is' <> 'vanished')";

const COUNT = `INSERT INTO hours (hour, what, form, account, n) SELECT ?1, ?2, ?3, ?4, ?5
  WHERE ?5 > 0 OR ?5 < 0 AND EXISTS (SELECT 1 FROM hours WHERE hour = ?1 AND what = ?2 AND form = ?3 AND account = ?4)
  ON CONFLICT DO UPDATE SET n = n + excluded.n`;

/** What a delivery counts for now, and what it counted for before: nothing where nobody had asked. */
export interface Became {
  is: Reconciling;
  before: Reconciling | undefined;
}

/** A lead is erased: nobody asks about it any more, and that its record goes is meant. */
export function excuse(store: OperatorStore, lead: string): void {
  store.rows("UPDATE leads SET erased = 1 WHERE id = ? AND erased IS NULL", lead);
  for (const { accepted, form, account } of store.rows(
    "DELETE FROM vanished WHERE lead = ? RETURNING accepted, form, account",
    lead,
  ))
    counted(
      store,
      JSON.stringify([Math.floor(Number(accepted) / HOUR), "vanished", form, account]),
      -1,
    );
}

/** The lead of a delivery goes out once more: what it counted for no longer holds, and it is asked about anew when it is finished again. */
export function recount(store: OperatorStore, id: string, system = ""): void {
  const [known] = store.rows(
    "SELECT reconciled.state AS kept FROM deliveries JOIN reconciled ON reconciled.account = deliveries.account WHERE deliveries.id = ?",
    id,
  );
  if (!known) return;
  const upto = askedUpTo(system, String(known["kept"]));
  for (const { form, account, accepted, state, missed } of store.rows(COUNTED, id, ...upto)) {
    const was = countsFor(missed, outcomeOf(state).record ?? "");
    counted(store, JSON.stringify([Math.floor(Number(accepted) / HOUR), was, form, account]), -1);
    store.rows("DELETE FROM vanished WHERE delivery = ?", id);
  }
}

/** A delivery, where its lead was asked about up to a place. */
const COUNTED = `SELECT form, account, accepted, state, EXISTS (SELECT 1 FROM vanished WHERE vanished.delivery = deliveries.id) AS missed
  FROM leads JOIN deliveries ON deliveries.lead = leads.id
  WHERE deliveries.id = ?1 AND test IS NULL AND erased IS NULL AND (finished < ?2 OR finished = ?2 AND leads.rowid <= ?3)`;

/** Up to which place all leads were asked about: where the machine would go on with the others, were it the end of all days. */
function askedUpTo(system: string, kept: string): [ended: number, row: number] {
  const at = Float64Array.of(Number.MAX_SAFE_INTEGER, 1, 0, 0, 0);
  const said = steady((glue) => glue.stepReconciliation(system, kept, "", undefined, at));
  const [, words = ""] = said.split(ROW);
  const [, , , ended = 0, row = 0] = words.split(WORD);
  return [Number(ended), Number(row)];
}

/** What a delivery counts for, by whether its record was missed, and whether the system has said which one it is. */
const countsFor = (missed: unknown, record: string): Reconciling =>
  COUNTS_FOR[Number(missed) + 2 * Number(record !== "")] as Reconciling;

/** Hour, what, form and account; of an hour that is forgotten nothing is taken away. */
function counted(store: OperatorStore, name: string, n: number): void {
  const where = JSON.parse(name) as unknown[];
  store.rows(COUNT, ...where, n);
}
