import { steady } from "../edge.js";
import { FieldpostError } from "../errors.js";
import { mended } from "./check.js";
import type { Desk } from "./desk.js";
import { log } from "./log.js";
import { type RelayOptions, systemOf } from "./options.js";

/** Which leads an operator acts on: some by id (a lead's or one of its deliveries'), or all of a code or phase. */
export interface Which {
  ids?: string[];
  code?: string;
  phase?: "dead" | "review";
  /** A lead that does not pass the form's check goes on all the same, with what passes of it. */
  anyway?: boolean;
}

/** What became of one delivery that waited for a person. */
export interface Ruled {
  id: string;
  lead: string;
  account: string;
  moved: boolean;
  /** Why it did not move. */
  code?: string;
  message?: string;
}

/** The most leads of one call in one outbox; the others are asked with the next. */
const MOST = 10_000;

const REASONS: Record<string, string> = {
  "lead.invalid": "The lead was kept as it came and does not pass the form's check: mend the form, send it on anyway, or discard it.",
  "form.gone": "The relay has no form of this name any more.",
  "account.gone": "The form no longer goes to an account of this name.",
  "state.invalid": "The delivery's stored state cannot be read by this version.",
  "outbox.failed": "It could not be written down; it is where it was.",
};

interface Waiting extends Record<string, unknown> {
  id: string;
  account: string;
  state: string;
}

/** What a person rules about leads that wait for one: a lead at a time, all of its deliveries together. */
export class Ruling {
  constructor(
    readonly desk: Desk,
    readonly relay: RelayOptions,
  ) {}

  /** Sends leads on. Each delivery that can move moves, whatever becomes of the others; none that is delivered goes again. */
  replay(which: Which): Ruled[] {
    const all = this.each(which, (lead) => {
      const waiting = this.waiting(lead);
      const bar = this.bar(lead, which.anyway === true);
      const ruled = waiting.map((row) => this.move(lead, row, bar));
      if (ruled.some(({ moved }) => moved)) {
        this.desk.rows("UPDATE leads SET review = NULL WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = ?1 AND phase = 'review')", lead);
      }
      return ruled;
    });
    const moved = all.filter((one) => one.moved);
    if (all.length > 0) log("replayed", { leads: new Set(moved.map(({ lead }) => lead)).size, count: moved.length, stayed: all.length - moved.length, code: which.code ?? null });
    return all;
  }

  /**
   * Gives leads up. The values go where nothing else waits for them; hashes, id, code and the reason stay, so that a page
   * that repeats the lead does not bring it back.
   */
  discard(which: Which, reason: string): Ruled[] {
    return this.each(which, (lead) => {
      const waiting = this.waiting(lead);
      for (const { id } of waiting) {
        this.desk.tally.drop(id);
        // What a system said of it may quote a value.
        this.desk.rows("UPDATE deliveries SET phase = 'discarded', state = '', hold = NULL, reason = ? WHERE id = ?", reason, id);
      }
      this.desk.rows("UPDATE leads SET review = NULL WHERE id = ?", lead);
      this.desk.finish(lead);
      return waiting.map(({ id, account }) => ({ id, lead, account, moved: true }));
    });
  }

  /** The leads that are meant and wait for a person, the oldest first. */
  private chosen({ phase, code, ids }: Which): string[] {
    return this.desk
      .rows(
        `SELECT DISTINCT lead FROM deliveries WHERE phase IN ('dead', 'review') AND (?1 IS NULL OR phase = ?1) AND (?2 IS NULL OR code = ?2)
         AND (?3 IS NULL OR lead IN (SELECT value FROM json_each(?3) UNION SELECT lead FROM deliveries WHERE id IN (SELECT value FROM json_each(?3))))
         ORDER BY lead LIMIT ?4`,
        phase ?? null, code ?? null, ids ? JSON.stringify(ids) : null, MOST,
      )
      .map(({ lead }) => String(lead));
  }

  private waiting(lead: string): Waiting[] {
    return this.desk.rows("SELECT id, account, state FROM deliveries WHERE lead = ? AND phase IN ('dead', 'review') ORDER BY id", lead) as Waiting[];
  }

  private each(which: Which, act: (lead: string) => Ruled[]): Ruled[] {
    const all: Ruled[] = [];
    for (const lead of this.chosen(which)) {
      try {
        all.push(...this.desk.together(() => this.desk.tally.turn(lead, () => act(lead))));
      } catch {
        all.push(...this.waiting(lead).map(({ id, account }) => stays({ id, lead, account }, "outbox.failed")));
      }
    }
    return all;
  }

  /** Why nothing of a lead can move. One that was kept as it came is checked now, and kept as it should be. */
  private bar(lead: string, anyway: boolean): string | undefined {
    const [row] = this.desk.rows("SELECT form, raw, lead, visitor FROM leads WHERE id = ?", lead);
    const form = String(row?.["form"]);
    if (!Object.hasOwn(this.relay.forms, form)) return "form.gone";
    if (row?.["raw"] !== 1) return undefined;
    const clean = mended(this.relay, form, String(row["lead"]), anyway);
    if (clean === undefined) return "lead.invalid";
    this.desk.tally.values(lead, clean, String(row["visitor"]));
    this.desk.rows("UPDATE leads SET raw = 0 WHERE id = ?", lead);
    return undefined;
  }

  private move(lead: string, { id, account, state }: Waiting, bar: string | undefined): Ruled {
    const own = { id, lead, account };
    if (bar !== undefined) return stays(own, bar);
    const [known] = this.desk.rows("SELECT form FROM leads WHERE id = ?", lead);
    const goes = this.relay.forms[String(known?.["form"])]?.deliver.some((target) => target.account === account);
    if (!goes) return stays(own, "account.gone");
    const now = Date.now();
    let fresh: string;
    try {
      fresh = steady((glue) => glue.replayDelivery(systemOf(this.relay, account), state, now));
    } catch (error) {
      return stays(own, error instanceof FieldpostError ? error.code : "state.invalid");
    }
    // What was corrected since has to reach the system: the request is made anew.
    this.desk.tally.drop(id);
    this.desk.rows("UPDATE deliveries SET phase = 'waiting', code = NULL, hold = NULL, trouble = NULL, state = ?, next = ? WHERE id = ?", fresh, now, id);
    return { ...own, moved: true };
  }
}

const stays = (own: { id: string; lead: string; account: string }, code: string): Ruled => ({
  ...own,
  moved: false,
  code,
  message: REASONS[code] ?? "The delivery cannot be sent on as it is.",
});
