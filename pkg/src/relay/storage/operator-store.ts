import { facts } from "../host/facts.js";
import { COUNTS_AS, OF_THE_DAY, TURNS } from "./passing.gen.js";
import type { DurableState } from "./durable.js";
import { type Standing, Tally } from "./tally.js";

/** What one outbox says of itself. Each lead that is not finished counts once, in one of the first three. */
export interface ShardStatus {
  /** Leads that wait for a system. */
  queued: number;
  /** Leads that a person has to release. */
  review: number;
  /** Leads of which a system refused a delivery. */
  dead: number;
  /** Of those that wait for a system, leads whose account or form is gone: they wait for a person, too. */
  gone: number;
  /** Deliveries that a system refused: several may be of one lead. */
  deadDeliveries: number;
  /** Deliveries whose form activity may have been repeated. */
  repeated: number;
  /** Records that a system had stored and does not have any more. */
  vanished: number;
  /** What all of them take, with the requests that are kept for them. */
  bytes: number;
  /** When the oldest of all these leads was accepted, in milliseconds since 1970. */
  oldest: number | null;
  /** The oldest that waits for a person. */
  oldestForPerson: number | null;
  /** Since this instance began. */
  counters: Record<string, number>;
}

/** A counter's name has a code or an account in it, and a code may be a system's own text. */
const MOST_COUNTERS = 300;

/** Of a lead that every system has, as they stand in its row. */
const KEEP_VALUES = `INSERT OR REPLACE INTO kept_values SELECT id, lead, visitor, ?1 FROM leads
  WHERE id = ?2 AND ?3 > 0 AND lead LIKE '~%' AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id AND phase <> 'done')`;

/** What an outbox counts and keeps together. What an operator reads of it is in `listing.ts`, and what a person may do about it in `ruling.ts`. */
export class OperatorStore {
  readonly tally: Tally;
  counters: Record<string, number> = {};

  /** `keeps`: for how long the values of what was delivered stay, where they are locked; nothing where they go at once. */
  constructor(
    readonly storage: DurableState["storage"],
    readonly keeps: () => number | undefined = () => undefined,
  ) {
    this.tally = new Tally(storage);
  }

  rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.storage.sql.exec(query, ...bindings).toArray();
  }

  /** Writes all of it or nothing, and has counted nothing of what was not written. */
  together<T>(write: () => T): T {
    const { counters } = this;
    this.counters = { ...counters };
    try {
      return this.tally.together(write);
    } catch (error) {
      this.counters = counters;
      throw error;
    }
  }

  tick(name: string): void {
    const isKnown = Object.hasOwn(this.counters, name);
    const hasRoom = Object.keys(this.counters).length < MOST_COUNTERS;
    const [first = ""] = name.split(" ");
    const counted = COUNTS_AS[facts(isKnown, hasRoom)] === "own" ? name : `${first} other`;
    this.counters[counted] = (this.counters[counted] ?? 0) + 1;
  }

  accepted(standing: Standing, bytes: number, isTest: boolean): void {
    this.tally.accepted(standing, bytes);
    if (OF_THE_DAY[Number(isTest)]) this.tick(`accepted ${standing}`);
  }

  /** Writes where a delivery stands now. With the last one that is open the person's values go; hashes, for repeats, and outcomes stay. */
  turn(lead: string, phase: string, write: () => void): void {
    const turns = TURNS[phase];
    if (turns === undefined) {
      write();
      return;
    }
    this.tally.turn(lead, () => {
      write();
      if (turns === "ends") this.finish(lead);
    });
  }

  /** The lead's values go where no system and no person is waited for. Inside a turn. */
  finish(lead: string): void {
    const [open] = this.rows(
      "SELECT 1 FROM deliveries WHERE lead = ? AND phase NOT IN ('done', 'discarded') LIMIT 1",
      lead,
    );
    const [known] = this.rows("SELECT 1 FROM leads WHERE id = ? AND finished IS NULL", lead);
    if (!known || open) return;
    const keeps = this.keeps();
    if (keeps !== undefined) this.rows(KEEP_VALUES, Date.now(), lead, keeps);
    this.tally.close(lead, Date.now());
  }

  /** So many records were missed since a time. */
  vanished(since: number): number {
    const [row] = this.rows("SELECT count(*) AS n FROM vanished WHERE since >= ?", since);
    return Number(row?.["n"]);
  }

  status(gone: { leads: number; oldest: number | null }): ShardStatus {
    const sum = (what: string): number =>
      Number(this.rows("SELECT sum(n) AS n FROM sums WHERE what = ?", what)[0]?.["n"] ?? 0);
    const { queued, review, dead, bytes } = this.tally.now;
    return {
      queued,
      review,
      dead,
      bytes,
      gone: gone.leads,
      deadDeliveries: sum("dead"),
      repeated: sum("repeated"),
      vanished: this.vanished(0),
      oldest: this.tally.oldest(),
      oldestForPerson: earliest(this.tally.oldestForPerson(), gone.oldest),
      counters: this.counters,
    };
  }
}

const earliest = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);
