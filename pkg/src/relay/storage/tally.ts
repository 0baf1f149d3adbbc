import { FieldpostError } from "../../core/errors.js";
import { MESSAGES } from "../codes.gen.js";
import { LARGEST } from "./listing.gen.js";
import type { DurableState } from "./durable.js";

/** What a row of `leads` or `deliveries` takes beside the values: ids, hashes, its state, and its places in the indexes. */
const ROW = 600;

/** So many finished leads are passed at a time. */
const PASSED = 1_000;

/** Where a lead stands that is not finished: `review` and `dead` wait for a person, and with one such delivery the lead does. */
export type Standing = "queued" | "review" | "dead";

const counts = ["queued", "review", "dead", "bytes", "floor"] as const;
type Counts = Record<(typeof counts)[number], number>;

const encoder = new TextEncoder();
/** A text's bytes in UTF-8: most of it is nearly always ASCII, of which each sign is one. */
function octets(text: string): number {
  const others = text.replace(/[\0-\x7f]+/g, "");
  return text.length - others.length + encoder.encode(others).byteLength;
}

/**
 * How many leads stand where, and the bytes that they take: in one row, which is written with whatever changes it, so that
 * no rows are counted to accept a lead, to show the state, or to begin.
 */
export class Tally {
  now: Counts = { queued: 0, review: 0, dead: 0, bytes: 0, floor: 0 };
  /** As its row has them: one text. */
  private saved: ReadonlyMap<string, true> = new Map();

  constructor(readonly storage: DurableState["storage"]) {}

  private rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.storage.sql.exec(query, ...bindings).toArray();
  }

  load(): void {
    const [row] = this.rows("SELECT queued, review, dead, bytes, floor FROM tally");
    this.now = Object.fromEntries(counts.map((name) => [name, Number(row?.[name])])) as Counts;
    this.saved = new Map([[JSON.stringify(this.now), true]]);
  }

  /** Writes the row where it has changed. */
  save(): void {
    const state = JSON.stringify(this.now);
    if (this.saved.get(state) !== undefined) return;
    const { queued, review, dead, bytes, floor } = this.now;
    this.rows(
      "UPDATE tally SET queued = ?, review = ?, dead = ?, bytes = ?, floor = ?",
      queued,
      review,
      dead,
      bytes,
      floor,
    );
    this.saved = new Map([[state, true]]);
  }

  /** Writes all of it or nothing, and has counted nothing of what was not written. */
  together<T>(write: () => T): T {
    const { now, saved } = this;
    this.now = { ...now };
    try {
      return this.storage.transactionSync(() => {
        const done = write();
        this.save();
        return done;
      });
    } catch (error) {
      Object.assign(this, { now, saved });
      throw error;
    }
  }

  /** The bytes that a lead takes while it is not finished, but for its requests. */
  static sizeOf(lead: string, visitor: string, deliveries: number): number {
    return octets(lead) + octets(visitor) + ROW * (1 + deliveries);
  }

  accepted(standing: Standing, bytes: number): void {
    this.now[standing]++;
    this.now.bytes += bytes;
  }

  /** A change of a lead's rows: what it counts for follows from where it stands before and after. */
  turn<T>(lead: string, change: () => T): T {
    return this.together(() => {
      const before = this.standing(lead);
      const done = change();
      const after = this.standing(lead);
      if (before !== undefined) this.now[before]--;
      if (after !== undefined) this.now[after]++;
      return done;
    });
  }

  /** Nothing for a lead that is finished, or is not there. */
  private standing(lead: string): Standing | undefined {
    const [row] = this.rows(
      "SELECT (SELECT max(phase) FROM deliveries WHERE lead = leads.id AND phase IN ('dead', 'review')) AS phase FROM leads WHERE id = ? AND finished IS NULL",
      lead,
    );
    return row && ((row["phase"] ?? "queued") as Standing);
  }

  /**
   * A request is kept with its delivery, and with the account's address that it was made for. The platform's rows end at
   * 2 MB; a field that is mapped many times may pass that. It takes the place of one that was made for another address, with
   * which all of that delivery's go.
   */
  keep(delivery: string, call: string, base: string, request: string): void {
    const bytes = octets(request);
    if (bytes > LARGEST) throw new FieldpostError("params.size", MESSAGES["params.size"]);
    this.together(() => {
      const [other] = this.rows(
        "SELECT 1 FROM renders WHERE delivery = ? AND operation = ?",
        delivery,
        call,
      );
      if (other) this.drop(delivery);
      this.now.bytes += bytes;
      this.rows(
        "INSERT INTO renders (delivery, operation, base, request) VALUES (?, ?, ?, ?)",
        delivery,
        call,
        base,
        request,
      );
    });
  }

  /** The request that is kept for a call of a delivery to this address. Before version 4 none had an address. */
  kept(delivery: string, call: string, base: string): { request: string } | undefined {
    return this.rows(
      "SELECT request FROM renders WHERE delivery = ? AND operation = ? AND base = ?",
      delivery,
      call,
      base,
    )[0] as { request: string } | undefined;
  }

  /** The requests of a delivery go. */
  drop(delivery: string): void {
    const [kept] = this.rows(
      "SELECT sum(octet_length(request)) AS bytes FROM renders WHERE delivery = ?",
      delivery,
    );
    if (kept?.["bytes"] === null) return;
    this.now.bytes -= Number(kept?.["bytes"]);
    this.rows("DELETE FROM renders WHERE delivery = ?", delivery);
  }

  /** A lead's values become others, or go. */
  values(lead: string, values: string | null, visitor: string | null): void {
    const [kept] = this.rows(
      "SELECT octet_length(lead) + octet_length(visitor) AS bytes FROM leads WHERE id = ?",
      lead,
    );
    this.now.bytes += octets(values ?? "") + octets(visitor ?? "") - Number(kept?.["bytes"] ?? 0);
    this.rows("UPDATE leads SET lead = ?, visitor = ? WHERE id = ?", values, visitor, lead);
  }

  /** A lead is finished: its values and requests go, and nothing of it counts. */
  close(lead: string, now: number): void {
    const deliveries = this.rows("SELECT id FROM deliveries WHERE lead = ?", lead);
    for (const { id } of deliveries) this.drop(String(id));
    this.values(lead, null, null);
    this.now.bytes -= ROW * (1 + deliveries.length);
    this.rows(
      "UPDATE leads SET person = '', persons = NULL, persons_keyed = NULL, finished = ? WHERE id = ?",
      now,
      lead,
    );
  }

  /** A lead that was finished counts again. Inside a turn; its values are another call's. */
  open(lead: string): void {
    const [row] = this.rows(
      "UPDATE leads SET finished = NULL WHERE id = ?1 RETURNING rowid AS at, (SELECT count(*) FROM deliveries WHERE lead = ?1) AS n",
      lead,
    );
    this.now.bytes += ROW * (1 + Number(row?.["n"]));
    this.now.floor = Math.min(this.now.floor, Number(row?.["at"]));
  }

  /**
   * When the oldest lead was accepted that is not finished. Rows come in the order of their acceptance, and below `floor`
   * all are finished; so each is passed once.
   */
  oldest(): number | null {
    const [row] = this.rows(
      "SELECT rowid AS at, accepted FROM leads WHERE rowid >= ? AND finished IS NULL ORDER BY rowid LIMIT 1",
      this.now.floor,
    );
    this.now.floor = row ? Number(row["at"]) : this.next();
    return row ? Number(row["accepted"]) : null;
  }

  private next(): number {
    const [last] = this.rows("SELECT max(rowid) AS at FROM leads");
    return Number(last?.["at"] ?? 0) + 1;
  }

  /** Rows are forgotten, and the numbers of the last ones come again. */
  forgot(): void {
    this.now.floor = Math.min(this.now.floor, this.next());
    this.save();
    this.pass();
  }

  /** Some of what is finished is passed, so that nobody who asks for the oldest has to pass all of it. It is written down with the next change. */
  private pass(): void {
    const some = `SELECT rowid AS at, finished FROM leads WHERE rowid >= ? ORDER BY rowid LIMIT ${PASSED}`;
    const [open] = this.rows(
      `SELECT at FROM (${some}) WHERE finished IS NULL LIMIT 1`,
      this.now.floor,
    );
    const [last] = open
      ? [open]
      : this.rows(`SELECT max(at) + 1 AS at FROM (${some})`, this.now.floor);
    if (last && last["at"] !== null) this.now.floor = Number(last["at"]);
  }

  /** When the oldest lead that waits for a person was accepted: ids are in the order of acceptance, and so is their index. */
  oldestForPerson(): number | null {
    const [row] = this.rows(
      "SELECT accepted FROM leads WHERE id = (SELECT lead FROM deliveries INDEXED BY for_person WHERE phase IN ('dead', 'review') ORDER BY lead LIMIT 1)",
    );
    return row ? Number(row["accepted"]) : null;
  }
}
