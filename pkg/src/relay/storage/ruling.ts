import { FieldpostError } from "../../core/errors.js";
import { mended } from "../lead/check.js";
import type { OperatorStore } from "./operator-store.js";
import type { Hashes } from "../lead/persons.js";
import { type Gone, LAST, waysOf } from "./gone.js";
import { log } from "../host/log.js";
import { isLocked, lock, opened } from "../lead/locked.js";
import { type Move, moved } from "./moving.js";
import { accountsOf, type RelayOptions } from "../options.js";
import { recount } from "./reconciled.js";
import { unknown } from "./retention.js";
import { BARS, CHECKED } from "./ruling.gen.js";
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
    const leads = this.meant(rule);
    const ruled = leads.flatMap((lead) => {
      if (which.form !== undefined && which.form !== this.form(lead)) return [];
      try {
        return this.store.together(() => this.store.tally.turn(lead, () => this[what](lead, rule)));
      } catch (error) {
        const isLocked = error instanceof FieldpostError && error.code === "storage.locked";
        return this.waiting(lead).map(({ id, account }) =>
          stays({ id, lead, account }, isLocked ? error.code : "outbox.failed"),
        );
      }
    });
    const done = ruled.filter((one) => one.moved);
    if (ruled.length > 0) {
      const sums = {
        leads: new Set(done.map(({ lead }) => lead)).size,
        count: done.length,
        stayed: ruled.length - done.length,
        code: which.code ?? null,
      };
      log(LINES[what], { ...sums, ...(what === "discard" && { reason: rule.reason ?? "" }) });
    }
    return { ruled, next: leads.length < PORTION ? null : (leads.at(-1) as string) };
  }

  /** The next ones that are meant. */
  private meant({ which, after, before = LAST }: Rule): string[] {
    const found = this.selection.leads(which, which.ids ? "all" : "person", after, PORTION, "ASC");
    return found.filter((lead) => lead < before);
  }

  /** What the form's check makes of values that are locked, locked again: by what stood in their rows. */
  private readonly checked = new Map<string, string | undefined>();

  /** Checks what is locked before a ruling that has to check it: while leads are ruled about nothing can be waited for. */
  async ready(rule: Rule): Promise<void> {
    const to = rule.move?.form?.to;
    if (rule.what === "discard" || (rule.what === "move" && to === undefined)) return;
    await Promise.all(
      this.meant(rule).map(async (lead) => {
        const [row] = this.store.rows("SELECT key, form, raw, lead FROM leads WHERE id = ?", lead);
        const text = row?.["lead"];
        if (!isLocked(text) || (row?.["raw"] !== 1 && to === undefined)) return;
        const key = String(row?.["key"]);
        const values = await opened(this.relay, "lead", key, text);
        if (values === undefined) return;
        const form = to ?? String(row?.["form"]);
        const clean = this.mended(form, row?.["raw"] === 1, values, rule.anyway ?? false);
        this.checked.set(text, clean && (await lock(this.relay, "lead", key, clean)));
      }),
    );
  }

  private mended(form: string, raw: boolean, values: string, anyway: boolean): string | undefined {
    const fields = raw ? values : JSON.stringify(Object.entries(JSON.parse(values) as object));
    return mended(this.relay, form, fields, anyway);
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
        if (isOver ? again.every(({ moved }) => !moved) : this.waiting(id).length === 0)
          return again;
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
        recount(this.store, delivery);
        this.go(delivery, phase, fresh, round);
      });
    });
    if (again.some(({ moved }) => moved)) {
      rows.filter((_, at) => !again[at]?.moved).forEach((row) => recount(this.store, row.id));
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
    const bar = waiting.length > 0 ? this.bar(lead, anyway) : undefined;
    const ruled = waiting.map((row) => this.again(lead, row, bar, round));
    if (ruled.some((one) => one.moved)) {
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
    if (waiting.length === 0) return [];
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
  private move(lead: string, { which, move }: Rule): Ruled[] {
    return move && (which.form ?? this.form(lead)) === this.form(lead)
      ? moved(this, lead, move)
      : [];
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
    const form = String(row?.["form"]);
    const follows: Partial<Record<string, () => string | undefined>> = {
      check: () => then(CHECKED[Number(this.check(lead, form, anyway))]),
      goes: () => undefined,
    };
    const then = (code: string | undefined): string | undefined =>
      (follows[code as string] ?? (() => code))();
    const hasForm = Number(Object.hasOwn(this.relay.forms, form));
    return then(BARS[hasForm + 2 * Number(row?.["raw"] === 1)]);
  }

  /** Holds a lead to a form's rules, and keeps it as they make it; `anyway` what passes of it. Says whether it goes on. */
  check(lead: string, form: string, anyway = false): boolean {
    const [row] = this.store.rows("SELECT raw, lead, visitor FROM leads WHERE id = ?", lead);
    const values = String(row?.["lead"]);
    if (isLocked(values) && !this.checked.has(values)) throw new FieldpostError("storage.locked");
    const clean = isLocked(values)
      ? this.checked.get(values)
      : this.mended(form, row?.["raw"] === 1, values, anyway);
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

const LINES = { replay: "replayed", discard: "discarded", move: "moved" } as const;
