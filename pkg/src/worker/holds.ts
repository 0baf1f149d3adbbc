import type { DurableState } from "./durable.js";
import { formOf, marks } from "./gone.js";
import type { Target } from "./options.js";

/** Why a lead waits whose target has as many dead letters as may be. */
const FULL = "dead.full";

/** Of what is due so many are looked at for a closed form, at each look. */
const SWEPT = 200;

/** A closed target as this outbox knows it. */
interface Hold {
  /** When the gate may be asked about it again, in milliseconds since 1970. */
  until: number;
  /** Its leads may go. */
  open: boolean;
  /** The lead that is asking about it. */
  scout: string | null;
}

/**
 * The leads that wait for a closed target. They are marked, so that they cost nothing at each look at what is due; one of
 * them asks at a slow pace, a different one each time, and when the target is open again all of them go.
 */
export class Holds {
  /** By account, then by the target's name: `form`, or `form/param`. The gates bound them. */
  readonly known = new Map<string, Map<string, Hold>>();
  /** By account the forms with as many dead letters as may be. No lead asks about those: a person opens them. */
  private readonly full = new Map<string, Set<string>>();

  constructor(readonly storage: DurableState["storage"]) {}

  /** What was marked before this instance began; when to ask, the gate says. Nobody asks where there is no way (`gone.ts`). */
  begin(hasWay: (account: string, form: string) => boolean): void {
    for (const { account, hold } of marks(this.storage.sql)) if (hasWay(account, formOf(hold))) this.note(account, hold, 0);
  }

  of(account: string): Map<string, Hold> {
    return this.known.get(account) ?? NONE;
  }

  /** Whether a target, or a parameter of it, waits for a person. */
  isFull(account: string, name: string): boolean {
    return this.full.get(account)?.has(name.split("/", 1)[0] as string) ?? false;
  }

  /** What comes for this target waits, until a person has acted. */
  fill(account: string, form: string): void {
    this.full.set(account, (this.full.get(account) ?? new Set()).add(form));
    this.note(account, form, 0);
  }

  /** A person has acted: what waits may go. */
  drain(account: string, form: string): void {
    this.full.get(account)?.delete(form);
    this.open(account, form);
  }

  private note(account: string, name: string, until: number): void {
    const known = this.known.get(account) ?? new Map<string, Hold>();
    this.known.set(account, known.set(name, { until, open: false, scout: null }));
  }

  /** This delivery waits for a closed target. */
  mark(account: string, id: string, name: string, until: number): void {
    this.storage.sql.exec("UPDATE deliveries SET hold = ? WHERE id = ?", name, id);
    this.note(account, name, until);
  }

  /** Marks what is due of forms that are closed whole, some at a time and without their values. Says how many. */
  sweep(account: string, now: number, most: number): number {
    let changed = 0;
    for (const [name, { open }] of this.of(account)) {
      if (open || name.includes("/")) continue;
      // A call that was made has to come to its end, whoever waits for a person.
      const full = this.isFull(account, name);
      changed += this.storage.sql.exec(
        `UPDATE deliveries SET hold = ?1, code = iif(?5, '${FULL}', code) WHERE id IN (SELECT id FROM (
           SELECT deliveries.id AS id, form, phase FROM deliveries JOIN leads ON leads.id = deliveries.lead
           WHERE account = ?2 AND phase IN ('waiting', 'sent') AND hold IS NULL AND next <= ?3 ORDER BY next LIMIT ?4
         ) WHERE form = ?1 AND (phase = 'waiting' OR NOT ?5)) RETURNING 1`, name, account, now, Math.min(most, SWEPT), full ? 1 : 0,
      ).toArray().length;
    }
    return changed;
  }

  /**
   * Marks those of what is due that have no way any more, fill a closed parameter, or would only fill the dead letters, and gives
   * the others. Their values, by `filled`, are read only where they count.
   */
  sift<Row extends Record<string, unknown>>(account: string, due: readonly Row[], targetOf: (row: Row) => Target | undefined, filled: (row: Row) => Row): Row[] {
    const closed = [...this.of(account)].filter(([, { open }]) => !open).map(([name]) => name).filter((name) => name.includes("/"));
    return due.filter((row) => {
      if (row["phase"] === "waiting" && this.isFull(account, String(row["form"]))) {
        this.storage.sql.exec("UPDATE deliveries SET hold = ?, code = ? WHERE id = ?", row["form"], FULL, row["id"]);
        return false;
      }
      const target = targetOf(row);
      const name = target ? closed.find((one) => concerns(one, String(row["form"]), target, filled(row))) : String(row["form"]);
      if (name === undefined) return true;
      this.storage.sql.exec("UPDATE deliveries SET hold = ? WHERE id = ?", name, row["id"]);
      return false;
    });
  }

  /** The target is open: its leads go, some at a time. */
  open(account: string, name: string): void {
    const hold = this.of(account).get(name);
    if (hold && !this.isFull(account, name)) hold.open = true;
  }

  /** Lets at most so many go of each target that is open: nobody shall wait for a backlog. Says how many. */
  let(account: string, most: number): number {
    let changed = 0;
    for (const [name, { open }] of this.of(account)) {
      if (!open) continue;
      const gone = this.storage.sql.exec(
        "UPDATE deliveries SET hold = NULL, code = nullif(code, ?) WHERE id IN (SELECT id FROM deliveries WHERE account = ? AND hold = ? LIMIT ?) RETURNING 1", FULL, account, name, most,
      ).toArray().length;
      if (gone < most) this.of(account).delete(name);
      changed += gone;
    }
    return changed;
  }

  /** The targets about which a lead should ask now. */
  due(account: string, now: number): string[] {
    return [...this.of(account)].filter(([name, hold]) => !hold.open && hold.scout === null && hold.until <= now && !this.isFull(account, name)).map(([name]) => name);
  }

  /** A lead asks about it, or nobody is left to. */
  scout(account: string, name: string, id: string | undefined): void {
    const hold = this.of(account).get(name);
    if (hold && id !== undefined) hold.scout = id;
    else this.of(account).delete(name);
  }

  /** Nobody can ask before then. */
  later(account: string, name: string, until: number): void {
    const hold = this.of(account).get(name);
    if (hold) hold.until = until;
  }

  /** The lead that asked has its answer. */
  back(account: string, id: string): void {
    for (const hold of this.of(account).values()) if (hold.scout === id) hold.scout = null;
  }

  /** When there is something to do for an account. */
  next(account: string): number {
    const asking = [...this.of(account)].filter(([name, { scout }]) => scout === null && !this.isFull(account, name));
    return Math.min(Number.POSITIVE_INFINITY, ...asking.map(([, { until, open }]) => (open ? 0 : until)));
  }
}

const NONE = new Map<string, Hold>();

function concerns(name: string, form: string, target: Target, row: Record<string, unknown>): boolean {
  const at = name.indexOf("/");
  return name.slice(0, at) === form && fills(target, { lead: row["values"], visitor: row["visitor"] }).split("\n").includes(name.slice(at + 1));
}

/** The parameters that a lead fills, a line each: those that are mapped from what it has, and the constants. */
export function fills(target: Target, { lead, visitor }: Record<string, unknown>): string {
  const values = (JSON.parse(String(lead)) ?? {}) as Record<string, unknown>;
  const known = (JSON.parse(String(visitor)) ?? {}) as Record<string, string>;
  const mapped = Object.entries(target.map).filter(([, source]) => (source.startsWith("@") ? isKnown(known, source.slice(1)) : isGiven(values[source])));
  return [...mapped.map(([param]) => param), ...Object.keys(target.constants ?? {})].join("\n");
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);

/** Where `@first.…`, `@last.…` and `@consent.…` come from. */
const PLACES: Record<string, string> = { first: "first", last: "last", consent: "consents" };

function isKnown(visitor: Record<string, string>, source: string): boolean {
  if (["page", "query", "referrer"].includes(source)) return isGiven(visitor[source]);
  const [place = "", ...rest] = source.split(".");
  const from = rest.length > 0 ? PLACES[place] : undefined;
  return isGiven(new URLSearchParams(visitor[from ?? "query"] ?? "").get(from ? rest.join(".") : source));
}
