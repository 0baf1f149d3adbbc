import { FieldpostError } from "../../core/errors.js";
import { mended } from "../lead/check.js";
import type { OperatorStore } from "./operator-store.js";
import type { Hashes } from "../lead/persons.js";
import { type Gone, LAST, waysOf } from "./gone.js";
import { log } from "../host/log.js";
import { faultOf } from "../host/platform.js";
import { isLocked, lock, opened } from "../lead/locked.js";
import { type Move, moved } from "./moving.js";
import { accountsOf, type RelayOptions } from "../options.js";
import { recount } from "./reconciled.js";
import { unknown } from "./retention.js";
import { BARS, CHECKED, STOPPED } from "./ruling.gen.js";
import { type Ruled, ruled, stays } from "./ruled.js";
import type { Selection, Which } from "./selection.js";

/** What a person wants done about some leads, after the last one of the time before. */
export interface Rule {
  what: "replay" | "discard" | "move";
  which: Which;
  after: string;
  /** By what a replay's deliveries are found again. */
  round?: string;
  reason?: string;
  move?: Move;
  /** A lead that does not pass the form's check goes on all the same, with what passes of it. */
  anyway?: boolean;
  /** Only leads before this one: what has come since nobody has seen. */
  before?: string;
}

/** A lead's values as a person has corrected them, and whom they are about. */
export interface Correction extends Omit<Hashes, "bodyKeyed"> {
  id: string;
  /** Clean values, as JSON. */
  lead: string;
  round: string;
  /** Nobody's e-mail or phone was changed. */
  same: boolean;
}

/** What came of some of them, and after which lead the others begin. */
export interface Portion {
  ruled: Ruled[];
  next: string | null;
}

/** So many leads are acted on before others have their turn, and so many looked at. */
const PORTION = 200;

export interface Waiting extends Record<string, unknown> {
  id: string;
  account: string;
  phase: string;
  next: number;
  state: string;
}

/** What a person rules about leads that wait for one: a lead at a time, all of its deliveries together. */
export class Ruling {
  constructor(
    readonly store: OperatorStore,
    readonly relay: RelayOptions,
    readonly gone: Gone,
    readonly selection: Selection,
  ) {}

  /** Rules about some leads, the oldest first. One that cannot be written down holds up none of the others. */
  rule(rule: Rule): Portion {
    const { what, which } = rule;
    const leads = this.next(rule);
    const ruled = this.meant(leads, which).flatMap((lead) => {
      try {
        return this.store.together(() => this.store.tally.turn(lead, () => this[what](lead, rule)));
      } catch (error) {
        const code = STOPPED[faultOf(error)] ?? STOPPED.other;
        return this.waiting(lead).map(({ id, account }) => stays({ id, lead, account }, code));
      }
    });
    const done = ruled.filter(({ moved }) => moved);
    const [first] = ruled;
    if (first) {
      const { reason } = rule;
      const sums = {
        leads: new Set(done.map(({ lead }) => lead)).size,
        count: done.length,
        stayed: ruled.length - done.length,
        code: which.code ?? null,
      };
      log(LINES[what], { ...sums, ...(reason !== undefined && { reason }) });
    }
    return { ruled, next: leads[PORTION - 1] ?? null };
  }

  /** The next ones that may be meant. */
  private next({ which, after, before = LAST }: Rule): string[] {
    const found = this.selection.leads(which, which.ids ? "all" : "person", after, PORTION, "ASC");
    return this.some("value < ?2", found, before);
  }

  /** Those of them that are of the form that is meant. */
  private meant(leads: readonly string[], { form }: Which): string[] {
    const own = "?2 IS NULL OR ?2 = (SELECT form FROM leads WHERE id = value)";
    return this.some(own, leads, form ?? null);
  }

  private some(which: string, leads: readonly string[], by: string | null): string[] {
    const query = `SELECT value FROM json_each(?1) WHERE ${which} ORDER BY key`;
    return this.store.rows(query, JSON.stringify(leads), by).map(({ value }) => String(value));
  }

  /** What the form's check makes of values that are locked, locked again: by what stood in their rows. */
  private readonly checked = new Map<string, { clean: string | undefined }>();

  /** The form that a ruling holds a lead to. */
  private readonly heldTo: Record<Rule["what"], (lead: Row, rule: Rule) => string | undefined> = {
    replay: ({ form, raw }) => (BARS[this.standing(form, raw)] === "check" ? form : undefined),
    move: (_, { move }) => move?.form?.to,
    discard: () => undefined,
  };

  /** Checks what is locked before a ruling that has to check it: while leads are ruled about nothing can be waited for. */
  async ready(rule: Rule): Promise<void> {
    await Promise.all(
      this.meant(this.next(rule), rule.which).map(async (id) => {
        const [row] = this.store.rows("SELECT key, form, raw, lead FROM leads WHERE id = ?", id);
        const { key, lead } = row as unknown as Row;
        if (!isLocked(lead)) return;
        const form = this.heldTo[rule.what](row as unknown as Row, rule);
        if (form === undefined) return;
        const values = await opened(this.relay, "lead", key, lead);
        if (values === undefined) return;
        const own = mended(this.relay, form, fieldsOf(values), rule.anyway ?? false);
        const clean = own === undefined ? own : await lock(this.relay, "lead", key, own);
        this.checked.set(lead, { clean });
      }),
    );
  }

  /** What was made of values that are locked. */
  private checkedOf(locked: string): string | undefined {
    const found = this.checked.get(locked);
    if (!found) throw new FieldpostError("storage.locked");
    return found.clean;
  }

  /** Whether there is a lead's form, which counts 1, and whether it was kept as it came, which counts 2. */
  private standing(form: string, raw: number): number {
    return Number(Object.hasOwn(this.relay.forms, form)) + 2 * raw;
  }

  /** Puts other values in the place of a lead's, and sends it on, or once more: both, or nothing of it. */
  correct({ id, lead, round, person, persons, personsKeyed, same }: Correction): Ruled[] {
    const ruled = this.store.together(() =>
      this.store.tally.turn(id, () => {
        const [row] = this.store.rows(
          "SELECT coalesce(leads.visitor, kept_values.visitor) AS visitor, finished FROM leads LEFT JOIN kept_values ON kept_values.lead = leads.id WHERE id = ?",
          id,
        );
        if (typeof row?.["visitor"] !== "string") return [];
        const isOver = row["finished"] !== null;
        const again = isOver ? this.onceMore(id, same, round) : [];
        const [goes] = isOver ? again.filter(({ moved }) => moved) : this.waiting(id);
        if (!goes) return again;
        this.store.tally.values(id, lead, row["visitor"]);
        this.store.rows(
          "UPDATE leads SET raw = 0, issues = NULL, person = ?, persons = ?, persons_keyed = ? WHERE id = ?",
          person,
          persons,
          personsKeyed,
          id,
        );
        return isOver ? again : this.replay(id, { what: "replay", which: {}, after: "", round });
      }),
    );
    if (ruled.some(({ moved }) => moved)) log("corrected", { id });
    return ruled;
  }

  /** Opens a lead that every system has, for those that take it once more. Its values are kept with it then, and nowhere else. */
  private onceMore(id: string, same: boolean, round: string): Ruled[] {
    const form = this.form(id);
    const rows = this.store.rows(
      "SELECT id, account, state FROM deliveries WHERE lead = ? AND phase = 'done' ORDER BY id",
      id,
    ) as Waiting[];
    const again = rows.map(({ id: delivery, account, state }) => {
      const given = [...waysOf(this.relay, form, account), Number(same)];
      const own = { id: delivery, lead: id, account, state };
      const system = this.relay.accounts[account]?.system ?? "";
      return ruled("correct", own, system, given, (phase, fresh) => {
        recount(this.store, delivery, this.gone.systemOf(account));
        this.go(delivery, phase, fresh, round);
      });
    });
    if (again.some(({ moved }) => moved)) {
      for (const { id: delivery, account } of rows.filter((_, at) => !again[at]?.moved))
        recount(this.store, delivery, this.gone.systemOf(account));
      this.store.tally.open(id);
      unknown(this.store, JSON.stringify([id]));
      this.store.rows("UPDATE leads SET again = ? WHERE id = ?", Date.now(), id);
      this.store.rows("DELETE FROM kept_values WHERE lead = ?", id);
    }
    return again;
  }

  /** Sends a lead on. Each delivery that can move moves, whatever becomes of the others; none that is delivered goes again. */
  private replay(lead: string, { round = "", anyway = false }: Rule): Ruled[] {
    const waiting = this.waiting(lead);
    const [first] = waiting;
    const bar = first && this.bar(lead, anyway);
    const ruled = waiting.map((row) => this.again(lead, row, bar, round));
    if (ruled.some(({ moved }) => moved)) {
      this.store.rows(
        "UPDATE leads SET review = NULL WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = ?1 AND phase = 'review')",
        lead,
      );
    }
    return ruled;
  }

  /**
   * Gives a lead up. The values go where nothing else waits for them; hashes, id, code and the reason stay, so that a page
   * that repeats the lead does not bring it back.
   */
  private discard(lead: string, { reason = "" }: Rule): Ruled[] {
    const waiting = this.waiting(lead);
    const [first] = waiting;
    if (!first) return [];
    for (const { id } of waiting) {
      this.store.tally.drop(id);
      // What a system said of it may quote a value.
      this.store.rows(
        "UPDATE deliveries SET phase = 'discarded', state = '', hold = NULL, reason = ? WHERE id = ?",
        reason,
        id,
      );
    }
    this.store.rows("UPDATE leads SET review = NULL WHERE id = ?", lead);
    this.store.finish(lead);
    return waiting.map(({ id, account }) => ({ id, lead, account, moved: true }));
  }

  /** Gives what waits for a renamed account or form to the one that took its place. */
  private move(lead: string, { move }: Rule): Ruled[] {
    return move ? moved(this, lead, move) : [];
  }

  form(lead: string): string {
    const [row] = this.store.rows("SELECT form FROM leads WHERE id = ?", lead);
    return String(row?.["form"]);
  }

  /**
   * What of a lead waits for a person, of one account where one is named: what was refused or is held, and what nobody asks
   * about any more, since its form is gone or does not go there.
   */
  waiting(lead: string, account?: string): Waiting[] {
    const ways = accountsOf(this.relay, this.form(lead));
    return this.store.rows(WAITING, lead, account ?? null, JSON.stringify(ways)) as Waiting[];
  }

  /** Why nothing of a lead can move. One that was kept as it came is checked now, and kept as it should be. */
  private bar(lead: string, anyway: boolean): string | undefined {
    const [row] = this.store.rows("SELECT form, raw FROM leads WHERE id = ?", lead);
    const { form, raw } = row as unknown as Row;
    const follows = BARS[this.standing(form, raw)];
    const said = follows === "check" ? CHECKED[Number(this.check(lead, form, anyway))] : follows;
    return said === "goes" ? undefined : said;
  }

  /** Holds a lead to a form's rules, and keeps it as they make it; `anyway` what passes of it. Says whether it goes on. */
  check(lead: string, form: string, anyway = false): boolean {
    const [row] = this.store.rows("SELECT lead, visitor FROM leads WHERE id = ?", lead);
    const values = String(row?.["lead"]);
    const clean = isLocked(values)
      ? this.checkedOf(values)
      : mended(this.relay, form, fieldsOf(values), anyway);
    if (clean === undefined) return false;
    this.store.tally.values(lead, clean, String(row?.["visitor"]));
    this.store.rows("UPDATE leads SET raw = 0, form = ? WHERE id = ?", form, lead);
    return true;
  }

  private again(
    lead: string,
    { id, account, state }: Waiting,
    bar: string | undefined,
    round: string,
  ): Ruled {
    const own = { id, lead, account, state };
    const given = [...waysOf(this.relay, this.form(lead), account), bar ?? ""];
    const system = this.relay.accounts[account]?.system ?? "";
    return ruled("replay", own, system, given, (phase, fresh) => this.go(id, phase, fresh, round));
  }

  private go(id: string, phase: string, fresh: string, round: string): void {
    // What was corrected since has to reach the system: the request is made anew.
    this.store.tally.drop(id);
    this.store.rows(
      "UPDATE deliveries SET phase = ?, code = NULL, hold = NULL, trouble = NULL, state = ?, next = ?, round = nullif(?, '') WHERE id = ?",
      phase,
      fresh,
      Date.now(),
      round,
      id,
    );
  }
}

/** In the order of its accounts. */
const WAITING = `SELECT id, account, phase, next, state FROM deliveries WHERE lead = ?1 AND account = coalesce(?2, account)
  AND (phase IN ('dead', 'review') OR phase IN ('waiting', 'sent') AND account NOT IN (SELECT value FROM json_each(?3))) ORDER BY id`;

/** A lead, as its row has it. */
interface Row {
  key: string;
  form: string;
  /** 1 where it was kept as it came. */
  raw: number;
  lead: string;
}

/** Its fields, as the form's check reads them: a lead that was kept as it came is a list of them. */
function fieldsOf(values: string): string {
  const given = JSON.parse(values) as object;
  return Array.isArray(given) ? values : JSON.stringify(Object.entries(given));
}

const LINES = { replay: "replayed", discard: "discarded", move: "moved" } as const;
