import { attemptsOf, outcomeOf } from "./attempts.js";
import { type Gone, goneBy, isGone, LAST } from "./gone.js";
import { breath } from "./merge.js";
import { STATES, type LeadState } from "./lead-state.js";
import type { OperatorStore } from "./operator-store.js";
import type { Page } from "./paged.js";
import type { Selection } from "./selection.js";
import type { RelayOptions } from "../options.js";
import type { Sought } from "../lead/persons.js";

/** Which leads somebody looks for; what is not said does not matter. */
export interface Filter {
  /** A lead's or a delivery's. */
  id?: string;
  /** Whom it is about, as hashes. */
  person?: Sought;
  form?: string;
  account?: string;
  state?: LeadState;
  /** Of one of its deliveries. */
  code?: string;
  /** When it was accepted, milliseconds; `to` is past the end. */
  from?: number;
  to?: number;
}

/** A page of a list: what is before a lead, so many of them, and with whom they are about. */
export interface Wanted {
  filter: Filter;
  before: string;
  most: number;
  values: boolean;
}

/** So many leads are looked at for a page, where few of those that are there are meant. */
const LOOKED = 2_000;

/** So many leads of one person are found. */
const MOST_OF_PERSON = 1_000;

/** The first characters of the ids of a moment: they are UUIDs of version 7. */
export function idOf(time: number): string {
  const hex = Math.max(0, Math.trunc(time)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** Leads as a person looks for them: the newest first, each with where all of it stands. */
export class Finding {
  constructor(
    readonly store: OperatorStore,
    readonly gone: Gone,
    readonly selection: Selection,
    readonly relay: () => RelayOptions,
  ) {}

  page({ filter, before, most, values }: Wanted): Page {
    const { ids, next } = this.portion(filter, before, most, isPlain(filter) ? most : LOOKED);
    return { lines: ids.map((id) => [id, JSON.stringify(this.row(id, values))]), next };
  }

  /** The next ones that are meant, and where others begin. */
  private portion(
    filter: Filter,
    before: string,
    most: number,
    looked: number,
  ): { ids: string[]; next: string | null } {
    const named = this.named(filter);
    const first = filter.to === undefined ? LAST : idOf(filter.to);
    const from = before !== "" && before < first ? before : first;
    const ids = named ? named.filter((id) => id < from) : this.some(filter, from, looked);
    const end = filter.from === undefined ? "" : idOf(filter.from);
    const inside = ids.filter((id) => id >= end);
    const found = this.meant(inside, filter, most);
    const isFull = found.length === most;
    const isOver = named !== undefined || inside.length < ids.length || ids.length < looked;
    return {
      ids: found,
      next: isFull ? (found.at(-1) as string) : isOver ? null : (ids.at(-1) as string),
    };
  }

  /** How many leads are meant, some at a time. */
  async count(filter: Filter): Promise<number> {
    let sum = 0;
    for (let before: string | null = ""; before !== null; ) {
      const { ids, next } = this.portion(filter, before, LOOKED, LOOKED);
      sum += ids.length;
      if (next !== null) await breath();
      before = next;
    }
    return sum;
  }

  /** The leads of an id or a person, the newest first; nothing where neither is asked for. */
  private named({ id, person }: Filter): string[] | undefined {
    if (id !== undefined)
      return this.ids(
        "SELECT id FROM leads WHERE id = ?1 UNION SELECT lead AS id FROM deliveries WHERE id = ?1",
        id,
      );
    return person && this.ofPerson(person);
  }

  /** Those that are finished have their hashes in a table; those that are not, in the index that has all of them. */
  private ofPerson({ keyed }: Sought): string[] {
    const hashes = JSON.stringify(keyed.flatMap((hash) => [`e:${hash}`, `p:${hash}`]));
    return this.ids(
      `SELECT lead AS id FROM known_persons WHERE hash IN (SELECT value FROM json_each(?1))
       UNION SELECT id FROM leads INDEXED BY open_leads WHERE finished IS NULL
       AND EXISTS (SELECT 1 FROM json_each(?1) WHERE instr(persons_keyed, value) > 0)
       ORDER BY id DESC LIMIT ${MOST_OF_PERSON}`,
      hashes,
    );
  }

  private ids(query: string, ...bindings: unknown[]): string[] {
    return this.store.rows(query, ...bindings).map(({ id }) => String(id));
  }

  /** The next ones that come into question, by the index that has the fewest others. */
  private some({ state, code, form, account }: Filter, from: string, most: number): string[] {
    const way = { ...(form !== undefined && { form }), ...(account !== undefined && { account }) };
    // No row has such a code: it is told by the options of today.
    if (isGone(code)) return this.gone.leads({ ...way, code }, from, most, "DESC");
    switch (state) {
      case "person":
      case "review":
      case "dead": {
        const which = {
          ...(state !== "person" && { phase: state }),
          ...(code !== undefined && { code }),
          ...way,
        };
        return this.selection.leads(which, "person", from, most, "DESC");
      }
      case "waiting":
        return this.ids(
          "SELECT id FROM leads INDEXED BY open_leads WHERE finished IS NULL AND id < ? ORDER BY id DESC LIMIT ?",
          from,
          most,
        );
      default:
        return this.ids("SELECT id FROM leads WHERE id < ? ORDER BY id DESC LIMIT ?", from, most);
    }
  }

  /** Those of them that are meant, the newest first. */
  private meant(ids: readonly string[], filter: Filter, most: number): string[] {
    const { form, account, state, code } = filter;
    if (isPlain(filter)) return ids.slice(0, most);
    const of = state === undefined ? "1" : STATES[state];
    const found = this.ids(
      `SELECT leads.id AS id FROM json_each(?1) AS one CROSS JOIN leads ON leads.id = one.value
       WHERE (?2 IS NULL OR form = ?2) AND ${of} AND ((?3 IS NULL AND ?4 IS NULL) OR
         EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id AND (?3 IS NULL OR account = ?3) AND (?4 IS NULL OR code = ?4 OR warning = ?4)))
       ORDER BY leads.id DESC LIMIT ?5`,
      JSON.stringify(ids),
      form ?? null,
      account ?? null,
      isGone(code) ? null : (code ?? null),
      most,
    );
    return found;
  }

  /** A lead in a list. Whom it is about only where that is asked for, and while it is known. */
  private row(id: string, values: boolean): Record<string, unknown> {
    const [own = {}] = this.store.rows(
      `SELECT id, form, accepted, finished, review, raw, issues, ${LEAD_STATE} AS state FROM leads WHERE id = ?`,
      id,
    );
    const deliveries = this.store.rows(
      "SELECT account, phase, code, warning, hold, maybe_repeated, next, reason, state FROM deliveries WHERE lead = ? ORDER BY id",
      id,
    );
    return {
      ...own,
      ...(values && { who: this.who(id) }),
      deliveries: deliveries.map(({ state, ...row }) => ({
        ...row,
        param: outcomeOf(state).param,
        gone: this.goneOf(own["form"], row),
      })),
    };
  }

  private goneOf(form: unknown, { phase, account }: Record<string, unknown>): string | null {
    return phase === "waiting" || phase === "sent"
      ? (goneBy(this.relay(), String(form), String(account)) ?? null)
      : null;
  }

  /** The names, e-mails and phones of a lead, by the kinds of the form's fields. */
  private who(id: string): string | null {
    const [row] = this.store.rows("SELECT form, raw, lead FROM leads WHERE id = ?", id);
    if (typeof row?.["lead"] !== "string") return null;
    const fields = this.relay().forms[String(row["form"])]?.fields ?? {};
    const given = JSON.parse(row["lead"]) as Record<string, unknown> | [string, unknown][];
    const values = new Map(Array.isArray(given) ? given : Object.entries(given));
    const of = (kind: string): string =>
      Object.entries(fields)
        .filter(([, field]) => field.kind === kind)
        .map(([name]) => values.get(name))
        .filter((value) => typeof value === "string" && value !== "")
        .join(" ");
    return [of("name"), of("email") || of("phone")].filter(Boolean).join(", ").slice(0, 200);
  }

  /** All that is known of one lead; its values only where they are asked for. */
  lead(id: string, values: boolean): Record<string, unknown> | null {
    const [lead] = this.named({ id }) ?? [];
    if (lead === undefined) return null;
    const [own = {}] = this.store.rows(
      `SELECT id, form, accepted, finished, review, raw, issues, lead, visitor, ${LEAD_STATE} AS state FROM leads WHERE id = ?`,
      lead,
    );
    const { lead: kept, visitor, ...open } = own;
    const seen = JSON.parse(String(visitor ?? "{}")) as Record<string, unknown>;
    const { consents, ...source } = seen;
    const deliveries = this.store.rows(
      "SELECT id, account, phase, code, warning, hold, maybe_repeated, next, reason, round, state, attempts FROM deliveries WHERE lead = ? ORDER BY id",
      lead,
    );
    return {
      ...open,
      consents: consentsOf(consents),
      kept: kept !== null,
      ...(values && { values: JSON.parse(String(kept ?? "null")) as unknown, source }),
      deliveries: deliveries.map(({ state, attempts, round, ...row }) => ({
        ...row,
        gone: this.goneOf(own["form"], row),
        ...outcomeOf(state),
        // A round's name begins with its time.
        sentOn: round === null ? null : Number.parseInt(String(round), 36),
        ...attemptsOf(attempts),
      })),
    };
  }
}

/** Whether everything that comes next is meant. */
const isPlain = ({ id, person, form, account, state, code }: Filter): boolean =>
  [id, person, form, account, state, code].every((one) => one === undefined);

const LEAD_STATE = `CASE ${Object.entries(STATES)
  .filter(([name]) => name !== "person")
  .map(([name, is]) => `WHEN ${is} THEN '${name}'`)
  .join(" ")} END`;

interface Consent {
  field: string;
  at?: string;
  purpose?: string;
  text?: string;
}

/** What the visitor agreed to: the form's own words, and when. */
function consentsOf(kept: unknown): Consent[] {
  const consents = new Map<string, Consent>();
  for (const [name, value] of new URLSearchParams(typeof kept === "string" ? kept : "")) {
    const at = name.lastIndexOf(".");
    const field = name.slice(0, at);
    consents.set(field, { ...consents.get(field), field, [name.slice(at + 1)]: value });
  }
  return [...consents.values()];
}
