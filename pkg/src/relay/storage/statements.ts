import type { Statement } from "../../core/steps.gen.js";
import type { DurableState } from "./durable.js";
import { fills } from "../lead/fills.js";
import { marks } from "./gone.js";
import { isLocked } from "../lead/locked.js";
import { options, type RelayEnv, targetOf } from "../options.js";

type Value = string | number;
type Rows = unknown[][];

/** A delivery with what is needed of its lead. */
const DUE = `SELECT account, deliveries.id AS id, form, CASE WHEN persons <> '' THEN persons ELSE person END AS persons, phase, next
  FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE account = ?1`;

const NEXT = `${DUE} AND phase IN ('waiting', 'sent') AND hold IS NULL AND next <= ?2 ORDER BY next LIMIT ?3`;

/**
 * The statements of `src/relay/schedule.rs`, by their names: each gives rows of words. What is long is read elsewhere: a
 * lead's values, 64 KiB of them, where it goes out.
 */
export class Statements {
  constructor(
    readonly storage: DurableState["storage"],
    readonly env: RelayEnv,
  ) {}

  private rows(query: string, ...values: Value[]): Record<string, unknown>[] {
    return this.storage.sql.exec(query, ...values).toArray();
  }

  private readonly all: Record<string, (...values: Value[]) => Rows> = {
    /** The closed targets that something waits for. */
    marked: () => [...marks(this.storage.sql)].map(({ account, hold }) => [account, hold]),
    /** The dead letters of each target; one row more says that they were looked up. */
    dead: () => [
      [],
      ...this.rows(
        "SELECT one AS account, two AS form, n AS dead FROM sums WHERE what = 'dead'",
      ).map(Object.values),
    ],
    /** The first that are due, of whom nobody says that they wait for a closed target. */
    due: (...values) => this.rows(NEXT, ...values).map((row) => [...Object.values(row), ""]),
    /** The same, with what each fills. */
    filled: (...values) =>
      this.rows(NEXT, ...values).map((row) => [...Object.values(row), this.fills(row)]),
    /** Who waits longest for a closed target. */
    scout: (account = "", name = "") => {
      const [row] = this.rows(
        `${DUE} AND hold = ?2 AND phase IN ('waiting', 'sent') ORDER BY next LIMIT 1`,
        account,
        name,
      );
      return [[account, name, ...(row ? Object.values(row).slice(1) : [])]];
    },
    /** The first of an account, whenever they are due. */
    next: (account = "", most = 0) =>
      this.rows(
        "SELECT account, id, next FROM deliveries WHERE account = ? AND phase IN ('waiting', 'sent') AND hold IS NULL ORDER BY next LIMIT ?",
        account,
        most,
      ).map(Object.values),
    /** Lets some of those go that wait for a target. */
    let: (account = "", name = "", most = 0) => {
      const gone = this.rows(
        "UPDATE deliveries SET hold = NULL, code = nullif(code, 'dead.full') WHERE id IN (SELECT id FROM deliveries WHERE account = ? AND hold = ? LIMIT ?) RETURNING 1",
        account,
        name,
        most,
      );
      return [[account, name, most, gone.length]];
    },
    /** Marks some of what is due of a form that is closed whole, without reading its values. */
    sweep: (account = "", name = "", now = 0, most = 0, full = 0) => {
      const marked = this.rows(
        `UPDATE deliveries SET hold = ?1, code = iif(?5, 'dead.full', code) WHERE id IN (SELECT id FROM (
           SELECT deliveries.id AS id, form, phase FROM deliveries JOIN leads ON leads.id = deliveries.lead
           WHERE account = ?2 AND phase IN ('waiting', 'sent') AND hold IS NULL AND next <= ?3 ORDER BY next LIMIT ?4
         ) WHERE form = ?1 AND (phase = 'waiting' OR NOT ?5)) RETURNING 1`,
        name,
        account,
        now,
        most,
        full,
      );
      return [[account, marked.length]];
    },
  };

  private fills({ id, account, form }: Record<string, unknown>): string {
    const target = targetOf(options(this.env), String(form), String(account));
    const [row] = this.rows(
      "SELECT lead, visitor FROM leads WHERE id = (SELECT lead FROM deliveries WHERE id = ?)",
      String(id),
    );
    // What is locked is opened by its own call, which asks the limiter with what it fills and is marked then: once for each lead.
    if (isLocked(row?.["lead"])) return "";
    try {
      return target && row ? fills(target, row) : "";
    } catch {
      // What nobody can read holds up nobody else: its own call says so.
      return "";
    }
  }

  /** Runs them one after the other: a row for each that they give, as `src/relay/outbox.rs` reads it. */
  run(statements: readonly Statement[]): string {
    return statements
      .flatMap(({ name, values }) =>
        (this.all[name]?.(...values) ?? []).map((row) => [name, ...row].join("\u0001")),
      )
      .join("\u0002");
  }
}
