import { facts } from "../host/facts.js";
import { counted } from "./counted.js";
import type { OperatorStore } from "./operator-store.js";
import type { DurableState } from "./durable.js";
import { goesTo, type RelayOptions } from "../options.js";
import { GONE_CODES, WAITS } from "./listing.gen.js";
import { AFTER, inOrder, type Order } from "./ordered.js";
import { GONE, MAY_TAKE, RENAMED } from "./ruling.gen.js";

/** Why nobody asks about a delivery any more: the options have no such form, or no way from it to that account. */
export type GoneCode = NonNullable<(typeof GONE)[number]>;

/** Leads of one form that wait for one account to which there is no way. */
export interface GoneGroup {
  phase: "waiting";
  code: GoneCode;
  leads: number;
  account: string;
  form: string;
  /** Where they may be moved: accounts of the same system that the form goes to, or forms that go to the account. */
  to: string[];
}

/** So many deliveries are looked at in one go. */
const SWEPT = 500;

/** The state counts to this, for whoever looks at it does so all the time; a group is counted to its end. */
const MOST = 2_000;

/** What stands after each lead's id. */
export const LAST = "~";

export const isGone = (code: string | null | undefined): code is GoneCode =>
  Object.hasOwn(GONE_CODES, code ?? "");

/** Which ways the options have, 1 for a yes: whether there is the form, and whether it goes to the account. */
export const waysOf = (relay: RelayOptions, form: string, account: string): [number, number] => [
  Number(Object.hasOwn(relay.forms, form)),
  Number(goesTo(relay, account, form, null)),
];

/** Why a form's leads do not go to an account, as the options are; nothing where they do. */
export function goneBy(relay: RelayOptions, form: string, account: string): GoneCode | undefined {
  const [hasForm, goes] = waysOf(relay, form, account);
  return GONE[hasForm + 2 * goes];
}

/** The same of a delivery that waits for a system; of no other one. */
export const goneOf = (
  relay: RelayOptions,
  form: string,
  { phase, account }: Record<string, unknown>,
): GoneCode | null =>
  Object.hasOwn(WAITS, String(phase)) ? (goneBy(relay, form, String(account)) ?? null) : null;

/** The form of a closed target's name: `form`, or `form/param`. */
export const formOf = (hold: string): string => hold.split("/", 1)[0] as string;

interface Pair {
  account: string;
  hold: string;
}

/** A mark of a way that there is no more: whose form it is, and why. */
interface Way extends Pair {
  form: string;
  code: GoneCode;
}

/** Of all marks those of gone ways: of this account, this form and for this reason, where they are asked for. */
const ASKED_FOR = `SELECT value ->> 0 AS account, value ->> 1 AS hold, value ->> 2 AS form, value ->> 3 AS code FROM json_each(?1)
  WHERE value ->> 3 IS NOT NULL AND coalesce(value ->> 0 = ?2, 1) AND coalesce(value ->> 2 = ?3, 1) AND coalesce(value ->> 3 = ?4, 1)`;

/** What deliveries wait for, by account. Each is a step in an index, however many wait for it: SQLite walks past all of these where two columns are compared at once. */
export function* marks(sql: DurableState["storage"]["sql"]): Generator<Pair> {
  const one = (which: string, ...bindings: string[]): Pair | undefined =>
    sql
      .exec(
        `SELECT account, hold FROM deliveries INDEXED BY held_lead WHERE hold IS NOT NULL AND phase IN ('waiting', 'sent') AND ${which} ORDER BY account, hold LIMIT 1`,
        ...bindings,
      )
      .toArray()[0] as Pair | undefined;
  for (
    let last = one("account >= ''");
    last;
    last =
      one("account = ? AND hold > ?", last.account, last.hold) ?? one("account > ?", last.account)
  )
    yield last;
}

/**
 * The leads that wait for an account or a form that was renamed or removed. Nothing asks about them, so they are marked as
 * what waits for a closed target is, by their form; with that mark they cost nothing, are found by an index, and go out by
 * themselves when the options have the way again.
 */
export class Gone {
  /** What is still to be looked at by this instance: its options are others than the last one's. */
  private accounts: string[] | undefined;
  private from = { next: 0, row: 0 };

  constructor(
    readonly store: OperatorStore,
    readonly relay: () => RelayOptions,
  ) {}

  /** Writes down of which system each account is, for the time when the options have lost it. */
  begin(): void {
    try {
      for (const [name, { system }] of Object.entries(this.relay().accounts))
        this.store.rows(
          "INSERT INTO accounts (name, system) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET system = excluded.system WHERE system <> excluded.system",
          name,
          system,
        );
    } catch {
      // A full disk must not keep an outbox from beginning; the next instance writes it.
    }
  }

  /** Every account that there was since versions write them down. */
  everyAccount(): string[] {
    return this.store.rows("SELECT name FROM accounts").map(({ name }) => String(name));
  }

  private written(account: string): string | undefined {
    const [row] = this.store.rows("SELECT system FROM accounts WHERE name = ?", account);
    return row && String(row["system"]);
  }

  /** The system of an account, though it is gone; nothing where no version wrote it down. */
  systemOf(account: string): string | undefined {
    return this.relay().accounts[account]?.system ?? this.written(account);
  }

  /** Marks some of what waits in vain. Says which account is next; once through, this instance is done with it. */
  sweep(): string | undefined {
    const [account, ...others] = (this.accounts = this.accounts ?? this.waitedFor());
    if (account === undefined) return undefined;
    const rows = this.store.rows(
      `SELECT deliveries.rowid AS row, next, form FROM deliveries JOIN leads ON leads.id = deliveries.lead
       WHERE account = ?1 AND phase IN ('waiting', 'sent') AND hold IS NULL AND next >= ?2 AND (next > ?2 OR deliveries.rowid > ?3)
       ORDER BY next, deliveries.rowid LIMIT ?4`,
      account,
      this.from.next,
      this.from.row,
      SWEPT,
    );
    const forms = new Map<string, unknown[]>();
    for (const { form, row } of rows) {
      const own = forms.get(String(form)) ?? [];
      own.push(row);
      forms.set(String(form), own);
    }
    for (const [form, own] of forms) {
      const code = goneBy(this.relay(), form, account);
      if (code !== undefined)
        this.store.rows(
          "UPDATE deliveries SET hold = ? WHERE rowid IN (SELECT value FROM json_each(?))",
          form,
          JSON.stringify(own),
        );
    }
    const last = rows.at(-1);
    this.from = { next: Number(last?.["next"] ?? 0), row: Number(last?.["row"] ?? 0) };
    // Behind the last one of an account there is nothing, and the next account's turn.
    if (!last) this.accounts = others;
    return this.accounts[0];
  }

  /** The accounts that something waits for; each is one step in an index. */
  private waitedFor(): string[] {
    const found: string[] = [];
    for (let last = ""; ; ) {
      const [row] = this.store.rows(
        "SELECT min(account) AS account FROM deliveries WHERE phase IN ('waiting', 'sent') AND hold IS NULL AND account > ?",
        last,
      );
      if (row?.["account"] === null || row === undefined) return found;
      found.push((last = String(row["account"])));
    }
  }

  /** What is marked and has no way, by account and mark: all of it, or what is asked for. */
  private pairs({ code, account, form }: Partial<Way> = {}): Way[] {
    const all = [...marks(this.store.storage.sql)].map(({ account: own, hold }) => {
      const named = formOf(hold);
      return [own, hold, named, goneBy(this.relay(), named, own) ?? null];
    });
    return this.store.rows(
      ASKED_FOR,
      JSON.stringify(all),
      ...[account, form, code].map((one) => one ?? null),
    ) as unknown as Way[];
  }

  /** The leads of which a delivery has no way, after `from` in one order or the other, at most so many. */
  leads(
    which: { code?: GoneCode; account?: string; form?: string },
    from: string,
    most: number,
    order: Order,
  ): string[] {
    const all = this.pairs(which).flatMap(({ account, hold }) =>
      this.store
        .rows(
          `SELECT lead FROM deliveries WHERE account = ? AND hold = ? AND hold IS NOT NULL AND phase IN ('waiting', 'sent') AND lead ${AFTER[order]} ?
           ORDER BY lead ${order} LIMIT ?`,
          account,
          hold,
          from,
          most,
        )
        .map(({ lead }) => String(lead)),
    );
    return inOrder(this.store, all, most, order);
  }

  async groups(): Promise<GoneGroup[]> {
    const groups = new Map<string, GoneGroup>();
    for (const { account, hold, form, code } of this.pairs()) {
      const n = await counted(
        this.store,
        "SELECT lead AS at FROM deliveries WHERE account = ?1 AND hold = ?2 AND phase IN ('waiting', 'sent')",
        "",
        account,
        hold,
      );
      const own = groups.get(`${account} ${form}`) ?? {
        phase: "waiting",
        code,
        leads: 0,
        account,
        form,
        to: this.takers(form, account),
      };
      own.leads += n;
      groups.set(`${account} ${form}`, own);
    }
    return [...groups.values()];
  }

  /** Where they may be moved: forms that go to the account, or accounts of its system that the form goes to. */
  private takers(form: string, account: string): string[] {
    const relay = this.relay();
    const [hasForm, goes] = waysOf(relay, form, account);
    if (GONE[hasForm + 2 * goes] === "form.gone")
      return Object.keys(relay.forms).filter(
        (other) => RENAMED[waysOf(relay, other, account)[1]] === "goes",
      );
    const system = this.systemOf(account);
    return (relay.forms[form]?.deliver ?? [])
      .map(({ account: other }) => other)
      .filter(
        (other) => MAY_TAKE[facts(system === undefined, relay.accounts[other]?.system === system)],
      );
  }

  /** How many leads wait in vain for a system, and for nobody who looks at something else of them; and the first of them. */
  status(): { leads: number; oldest: number | null } {
    const found = this.pairs().flatMap(({ account, hold }) =>
      this.store.rows(
        `SELECT lead FROM deliveries AS one WHERE account = ? AND hold = ? AND phase IN ('waiting', 'sent')
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = one.lead AND phase IN ('dead', 'review')) ORDER BY lead LIMIT ?`,
        account,
        hold,
        MOST,
      ),
    );
    const leads = inOrder(
      this.store,
      found.map(({ lead }) => String(lead)),
      MOST,
      "ASC",
    );
    const [first] = this.store.rows("SELECT accepted FROM leads WHERE id = ?", leads[0] ?? null);
    return { leads: leads.length, oldest: (first?.["accepted"] as number | undefined) ?? null };
  }
}
