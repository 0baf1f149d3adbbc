import { counted } from "./counted.js";
import type { OperatorStore } from "./operator-store.js";
import type { DurableState } from "./durable.js";
import { goesTo, type RelayOptions } from "../options.js";

/** Why nobody asks about a delivery any more: the options have no such form, or no way from it to that account. */
export type GoneCode = "form.gone" | "account.gone";

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
  code === "form.gone" || code === "account.gone";

/** Why a form's leads do not go to an account, as the options are; nothing where they do. */
export function goneBy(relay: RelayOptions, form: string, account: string): GoneCode | undefined {
  if (!Object.hasOwn(relay.forms, form)) return "form.gone";
  return goesTo(relay, account, form, null) ? undefined : "account.gone";
}

/** Which ways the options have, 1 for a yes: whether there is the form, and whether it goes to the account. */
export const waysOf = (relay: RelayOptions, form: string, account: string): number[] => [
  Number(Object.hasOwn(relay.forms, form)),
  Number(goesTo(relay, account, form, null)),
];

/** The form of a closed target's name: `form`, or `form/param`. */
export const formOf = (hold: string): string => hold.split("/", 1)[0] as string;

interface Pair {
  account: string;
  hold: string;
}

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
      for (const [name, { system }] of Object.entries(this.relay().accounts)) {
        if (this.written(name) !== system)
          this.store.rows(
            "INSERT OR REPLACE INTO accounts (name, system) VALUES (?, ?)",
            name,
            system,
          );
      }
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

  /** Marks some of what waits in vain. Says whether there is more to look at; once through, this instance is done with it. */
  sweep(): boolean {
    this.accounts ??= this.waitedFor();
    const [account] = this.accounts;
    if (account === undefined) return false;
    const rows = this.store.rows(
      `SELECT deliveries.rowid AS row, next, form FROM deliveries JOIN leads ON leads.id = deliveries.lead
       WHERE account = ?1 AND phase IN ('waiting', 'sent') AND hold IS NULL AND next >= ?2 AND (next > ?2 OR deliveries.rowid > ?3)
       ORDER BY next, deliveries.rowid LIMIT ?4`,
      account,
      this.from.next,
      this.from.row,
      SWEPT,
    );
    for (const form of new Set(rows.map((row) => String(row["form"])))) {
      if (!goneBy(this.relay(), form, account)) continue;
      const own = rows.filter((row) => row["form"] === form).map(({ row }) => row);
      this.store.rows(
        "UPDATE deliveries SET hold = ? WHERE rowid IN (SELECT value FROM json_each(?))",
        form,
        JSON.stringify(own),
      );
    }
    const last = rows.at(-1);
    if (last && rows.length === SWEPT)
      this.from = { next: Number(last["next"]), row: Number(last["row"]) };
    else {
      this.accounts.shift();
      this.from = { next: 0, row: 0 };
    }
    return this.accounts.length > 0;
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

  /** What is marked and has no way, by account and mark. */
  private pairs(code?: GoneCode, account?: string, form?: string): Pair[] {
    return [...marks(this.store.storage.sql)].filter(({ account: own, hold }) => {
      const why = goneBy(this.relay(), formOf(hold), own);
      return (
        why &&
        (code ?? why) === why &&
        (account ?? own) === own &&
        (form ?? formOf(hold)) === formOf(hold)
      );
    });
  }

  /** The leads of which a delivery has no way, after `from` in one order or the other, at most so many. */
  leads(
    which: { code?: GoneCode; account?: string; form?: string },
    from: string,
    most: number,
    order: "ASC" | "DESC",
  ): string[] {
    const all = this.pairs(which.code, which.account, which.form).flatMap(({ account, hold }) =>
      this.store
        .rows(
          `SELECT lead FROM deliveries WHERE account = ? AND hold = ? AND hold IS NOT NULL AND phase IN ('waiting', 'sent') AND lead ${order === "ASC" ? ">" : "<"} ?
           ORDER BY lead ${order} LIMIT ?`,
          account,
          hold,
          from,
          most,
        )
        .map(({ lead }) => String(lead)),
    );
    return inOrder(all, most, order);
  }

  async groups(): Promise<GoneGroup[]> {
    const relay = this.relay();
    const groups = new Map<string, GoneGroup>();
    for (const { account, hold } of this.pairs()) {
      const form = formOf(hold);
      const code = goneBy(relay, form, account) as GoneCode;
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
        to: this.ways(code, form, account),
      };
      own.leads += n;
      groups.set(`${account} ${form}`, own);
    }
    return [...groups.values()];
  }

  private ways(code: GoneCode, form: string, account: string): string[] {
    const { forms, accounts } = this.relay();
    if (code === "form.gone")
      return Object.keys(forms).filter((other) =>
        forms[other]?.deliver.some((target) => target.account === account),
      );
    const system = this.systemOf(account);
    return (forms[form]?.deliver ?? [])
      .map((target) => target.account)
      .filter((other) => system === undefined || accounts[other]?.system === system);
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
      found.map(({ lead }) => String(lead)),
      MOST,
      "ASC",
    );
    const [first] = this.store.rows("SELECT accepted FROM leads WHERE id = ?", leads[0] ?? null);
    return { leads: leads.length, oldest: (first?.["accepted"] as number | undefined) ?? null };
  }
}

/** Each once, in order, the first of them. */
export function inOrder(leads: readonly string[], most: number, order: "ASC" | "DESC"): string[] {
  const sorted = [...new Set(leads)].sort();
  return (order === "ASC" ? sorted : sorted.reverse()).slice(0, most);
}
