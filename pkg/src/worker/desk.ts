import { steady } from "../edge.js";
import type { Outcome } from "../types.js";
import { mended } from "./check.js";
import { log } from "./log.js";
import { type RelayOptions, systemOf } from "./options.js";
import type { DurableState } from "./durable.js";

/** What an operator sends on: some by id (a delivery's or its lead's), or all of a code or phase. */
export interface Which {
  ids?: string[];
  code?: string;
  phase?: "dead" | "review";
}

/** What one outbox says of itself. */
export interface ShardStatus {
  queued: number;
  review: number;
  dead: number;
  /** Deliveries whose form activity may have been repeated. */
  repeated: number;
  /** When the oldest lead that waits was accepted, in milliseconds since 1970. */
  oldest: number | null;
  /** Since this instance began. */
  counters: Record<string, number>;
}

/** The operator's side of an outbox: what it holds, without values, and what a person may do about it. */
export class Desk {
  queued = 0;
  review = 0;
  counters: Record<string, number> = {};

  constructor(readonly storage: DurableState["storage"]) {}

  rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.storage.sql.exec(query, ...bindings).toArray();
  }

  /** Counts once, when the object begins; from then on it keeps count. */
  count(): void {
    const [row] = this.rows("SELECT count(*) AS n, count(review) AS held FROM leads WHERE finished IS NULL");
    this.review = Number(row?.["held"] ?? 0);
    this.queued = Number(row?.["n"] ?? 0) - this.review;
  }

  /** Writes all of it or nothing, and has counted nothing of what was not written. */
  together<T>(write: () => T): T {
    const { queued, review, counters } = this;
    this.counters = { ...counters };
    try {
      return this.storage.transactionSync(write);
    } catch (error) {
      Object.assign(this, { queued, review, counters });
      throw error;
    }
  }

  tick(name: string): void {
    this.counters[name] = (this.counters[name] ?? 0) + 1;
  }

  accepted(held: boolean): void {
    if (held) this.review++;
    else this.queued++;
    this.tick(held ? "accepted review" : "accepted queued");
  }

  moved(account: string, phase: string, kind: string, event: unknown): void {
    if ((event as { event: string }).event !== "outcome") return;
    this.tick(`calls ${account} ${kind}`);
    if (phase === "done") this.tick(`delivered ${account}`);
  }

  died(code: string): void {
    this.tick(`died ${code}`);
  }

  /** When the last system has the lead, the person's values go; hashes stay, for repeats, and outcomes. */
  finish(lead: string): void {
    const [open] = this.rows("SELECT count(*) AS n FROM deliveries WHERE lead = ? AND phase <> 'done'", lead);
    const [known] = this.rows("SELECT review, finished FROM leads WHERE id = ?", lead);
    if (Number(open?.["n"]) > 0 || !known || known["finished"] !== null) return;
    this.close(lead, known["review"] !== null);
  }

  private close(lead: string, held: boolean): void {
    this.rows("UPDATE leads SET lead = NULL, visitor = NULL, person = '', finished = ? WHERE id = ?", Date.now(), lead);
    this.rows("DELETE FROM renders WHERE delivery IN (SELECT id FROM deliveries WHERE lead = ?)", lead);
    if (held) this.review--;
    else this.queued--;
  }

  /** Ids, states, codes and times; `?phase=`, `?code=`, `?limit=`. Never a value. */
  list(query: URLSearchParams): Record<string, unknown>[] {
    const limit = Math.min(Number(query.get("limit") ?? 1000) || 1000, 10_000);
    return this.rows(
      `SELECT deliveries.id AS id, form, account, phase, code, accepted, next, review, maybe_repeated, raw
       FROM deliveries JOIN leads ON leads.id = deliveries.lead
       WHERE (?1 IS NULL OR phase = ?1) AND (?2 IS NULL OR code = ?2) ORDER BY accepted DESC LIMIT ?3`,
      query.get("phase"), query.get("code"), limit,
    );
  }

  status(accounts: readonly string[]): ShardStatus {
    const [dead] = this.rows("SELECT count(*) AS n FROM deliveries WHERE phase = 'dead'");
    // Account by account, as the index has them: whoever looks must not sort all that waits.
    const [oldest] = this.rows(
      `SELECT min(accepted) AS at FROM json_each(?) AS one JOIN leads ON leads.id IN (
         SELECT lead FROM deliveries WHERE account = one.value AND phase IN ('waiting', 'sent') ORDER BY next LIMIT 100
       )`,
      JSON.stringify(accounts),
    );
    const [repeated] = this.rows("SELECT count(*) AS n FROM deliveries WHERE maybe_repeated = 1");
    return { repeated: Number(repeated?.["n"]), queued: this.queued, review: this.review, dead: Number(dead?.["n"]), oldest: (oldest?.["at"] as number | null) ?? null, counters: this.counters };
  }

  /** The values of what waits for a person, or of everything that is not delivered: for the second key alone. */
  values(query: URLSearchParams): Record<string, unknown>[] {
    return this.rows(
      `SELECT deliveries.id AS id, form, account, phase, code, accepted, review, raw, leads.lead AS lead, visitor
       FROM deliveries JOIN leads ON leads.id = deliveries.lead
       WHERE leads.lead IS NOT NULL AND phase <> 'done' AND (?1 IS NULL OR phase = ?1) AND (?2 IS NULL OR code = ?2) ORDER BY accepted`,
      query.get("phase"), query.get("code"),
    );
  }

  /**
   * Takes a person out of the outbox, the review and the dead letters. Key and hash stay: a page that repeats the lead
   * must not bring it back.
   */
  erase(persons: readonly string[]): { erased: number; out: number } {
    let erased = 0;
    let out = 0;
    this.storage.transactionSync(() => {
      for (const person of persons) {
        for (const lead of this.rows("SELECT id, review FROM leads WHERE person = ? AND finished IS NULL", person)) {
          const [sent] = this.rows("SELECT count(*) AS n FROM deliveries WHERE lead = ? AND phase = 'sent'", lead["id"]);
          out += Number(sent?.["n"]);
          this.close(String(lead["id"]), lead["review"] !== null);
          this.rows("DELETE FROM deliveries WHERE lead = ?", lead["id"]);
          erased++;
        }
      }
    });
    return { erased, out };
  }

  /** Sends dead letters and reviewed leads on. What was kept as it came is checked first, and stays where it does not pass. */
  replay(which: Which, relay: RelayOptions): { id: string }[] {
    const rows = this.rows(
      `SELECT deliveries.id AS id, account, lead, state, phase FROM deliveries
       WHERE phase IN ('dead', 'review') AND (?1 IS NULL OR phase = ?1) AND (?2 IS NULL OR code = ?2)
       AND (?3 IS NULL OR id IN (SELECT value FROM json_each(?3)) OR lead IN (SELECT value FROM json_each(?3)))`,
      which.phase ?? null, which.code ?? null, which.ids ? JSON.stringify(which.ids) : null,
    );
    const replayed: { id: string }[] = [];
    for (const row of rows) {
      const [lead] = this.rows("SELECT form, lead, raw, review FROM leads WHERE id = ?", row["lead"]);
      if (lead?.["raw"] === 1) {
        const clean = mended(relay, String(lead["form"]), String(lead["lead"]));
        if (clean === undefined) continue;
        this.rows("UPDATE leads SET raw = 0, lead = ? WHERE id = ?", clean, row["lead"]);
      }
      const now = Date.now();
      const state = steady((glue) => glue.replayDelivery(systemOf(relay, String(row["account"])), String(row["state"]), now));
      this.storage.transactionSync(() => {
        this.rows("UPDATE deliveries SET phase = 'waiting', code = NULL, state = ?, next = ? WHERE id = ?", state, now, row["id"]);
        // What was corrected since has to reach the system: the request is made anew.
        this.rows("DELETE FROM renders WHERE delivery = ?", row["id"]);
        this.rows("UPDATE leads SET review = NULL WHERE id = ?", row["lead"]);
      });
      if (lead?.["review"] !== null) {
        this.review--;
        this.queued++;
      }
      replayed.push({ id: String(row["id"]) });
    }
    if (replayed.length > 0) log("replayed", { count: replayed.length, code: which.code ?? null });
    return replayed;
  }
}

/** What an operator may see of an outcome. */
export function codeOf(outcome: Outcome | null): string | null {
  switch (outcome?.kind) {
    case "refused":
      return outcome.issues[0]?.code ?? "refused";
    case "retry":
      return outcome.code;
    case "unknown":
      return outcome.why;
    default:
      return outcome?.kind ?? null;
  }
}
