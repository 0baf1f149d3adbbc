import { attemptsOf, outcomeOf } from "./attempts.js";
import { type Gone, goneOf, isGone, LAST } from "./gone.js";
import { opened, type Part } from "../lead/locked.js";
import { breath } from "./merge.js";
import { LEAD_STATE, type LeadState, SOUGHT, STATES, WALKED } from "./listing.gen.js";
import type { OperatorStore } from "./operator-store.js";
import type { Page } from "./paged.js";
import type { Selection } from "./selection.js";
import { fate } from "./trial.js";
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
  /** With what is kept of a visitor. */
  values?: true;
}

/** A lead that is shown. */
export interface LeadAsked {
  id: string;
  /** With what is kept of a visitor. */
  values?: true;
}

/** What is kept of a visitor, and what it is bound to: in the lead's row while it is open, and beside it where the owner keeps it longer. */
const VALUES = `key, coalesce(lead, (SELECT own FROM kept_values WHERE lead = leads.id)) AS lead,
  coalesce(visitor, (SELECT visitor FROM kept_values WHERE lead = leads.id)) AS visitor`;

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

  async page({ filter, before, most, values }: Wanted): Promise<Page> {
    const { ids, next } = this.portion(filter, before, most);
    const rows = ids.map((id) => this.row(id));
    const seen = values === true ? await Promise.all(ids.map((id) => this.who(id))) : [];
    const lines = rows.map((row, at): [string, string] => [
      ids[at] as string,
      JSON.stringify(values === true ? { ...row, who: seen[at] ?? null } : row),
    ]);
    return { lines, next };
  }

  /** The next ones that are meant, and where others begin. */
  private portion(
    filter: Filter,
    before: string,
    most: number,
  ): { ids: string[]; next: string | null } {
    const first = filter.to === undefined ? LAST : idOf(filter.to);
    const [from = first] = [before || first, first].sort();
    const end = filter.from === undefined ? "" : idOf(filter.from);
    const { ids, next } =
      this.listed(filter, from, end, most) ?? this.walked(filter, from, end, most);
    return { ids, next: ids[most - 1] ?? next };
  }

  /** Of those that a list has: what is asked for by a name, or waits for a person. */
  private listed(
    filter: Filter,
    from: string,
    end: string,
    most: number,
  ): { ids: string[]; next: string | null } | undefined {
    const named = this.named(filter);
    const ids = named ?? this.selected(filter, from);
    if (!ids) return undefined;
    const inside = this.ids(
      "SELECT value AS id FROM json_each(?) WHERE value < ? AND value >= ? ORDER BY value DESC",
      JSON.stringify(ids),
      from,
      end,
    );
    return {
      ids: this.ids(
        `SELECT leads.id AS id FROM json_each(?5) AS one CROSS JOIN leads ON leads.id = one.value
         WHERE ${meant(filter)} ORDER BY leads.id DESC LIMIT ?4`,
        ...given(filter, most),
        JSON.stringify(inside),
      ),
      // All that have a name are there; of others there may be more.
      next: named ? null : (inside[LOOKED - 1] ?? null),
    };
  }

  /** Of all that are there, or all that are not finished: some are passed at a time, whether they are meant or not. */
  private walked(
    filter: Filter,
    from: string,
    end: string,
    most: number,
  ): { ids: string[]; next: string | null } {
    const leads = WALKED[filter.state ?? "any"];
    const [{ last = null, more = null } = {}] = this.store.rows(
      `SELECT min(id) AS last, iif(count(*) = ${LOOKED}, min(id), NULL) AS more FROM (SELECT id FROM ${leads} AND id < ? AND id >= ? ORDER BY id DESC LIMIT ${LOOKED})`,
      from,
      end,
    );
    if (last === null) return { ids: [], next: null };
    return {
      ids: this.ids(
        `SELECT id FROM ${leads} AND id < ?5 AND id >= ?6 AND ${meant(filter)} ORDER BY id DESC LIMIT ?4`,
        ...given(filter, most),
        from,
        last,
      ),
      next: more as string | null,
    };
  }

  /** How many leads are meant, some at a time. */
  async count(filter: Filter): Promise<number> {
    let sum = 0;
    for (let before: string | null = ""; before !== null; ) {
      const { ids, next } = this.portion(filter, before, LOOKED);
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

  /** The next ones that wait for a person, by the index that has the fewest others; nothing where others are asked for. */
  private selected({ state, code, form, account }: Filter, from: string): string[] | undefined {
    const way = { ...(form !== undefined && { form }), ...(account !== undefined && { account }) };
    // No row has such a code: it is told by the options of today.
    if (isGone(code)) return this.gone.leads({ ...way, code }, from, LOOKED, "DESC");
    const sought = SOUGHT[state ?? ""];
    if (sought === undefined) return undefined;
    const which = {
      ...sought,
      ...(code !== undefined && { code }),
      ...way,
    };
    return this.selection.leads(which, "person", from, LOOKED, "DESC");
  }

  /** A lead in a list. */
  private row(id: string): Record<string, unknown> {
    const [own = {}] = this.store.rows(
      `SELECT id, form, accepted, finished, review, raw, issues, test, ${LEAD_STATE} AS state FROM leads WHERE id = ?`,
      id,
    );
    const deliveries = this.store.rows(
      "SELECT account, phase, code, warning, hold, maybe_repeated, next, reason, state FROM deliveries WHERE lead = ? ORDER BY id",
      id,
    );
    return {
      ...own,
      deliveries: deliveries.map(({ state, ...row }) => ({
        ...row,
        param: outcomeOf(state).param,
        gone: goneOf(this.relay(), String(own["form"]), row),
      })),
    };
  }

  /** Why a test's record stays in its system; nothing where it may be taken out. */
  private stays(row: Record<string, unknown>): string | null {
    const found = fate(row as unknown as Parameters<typeof fate>[0], this.relay());
    return "stays" in found ? found.stays : null;
  }

  /** The names, e-mails and phones of a lead, by the kinds of the form's fields; nothing where they are not known. */
  private async who(id: string): Promise<string | null> {
    const [row] = this.store.rows(`SELECT form, ${VALUES} FROM leads WHERE id = ?`, id);
    const { lead } = await this.opened(row ?? {});
    if (lead === undefined) return null;
    const fields = this.relay().forms[String(row?.["form"])]?.fields ?? {};
    const given = JSON.parse(lead) as Record<string, unknown> | [string, unknown][];
    const values = new Map(Array.isArray(given) ? given : Object.entries(given));
    const of = (kind: string): string =>
      Object.entries(fields)
        .filter(([, field]) => field.kind === kind)
        .map(([name]) => values.get(name))
        .filter((value) => typeof value === "string" && value !== "")
        .join(" ");
    return [of("name"), of("email") || of("phone")].filter(Boolean).join(", ").slice(0, 200);
  }

  /** What a row of {@link VALUES} has of a visitor, opened: nothing of what is not there, or locked with a key that is gone. */
  private async opened({
    key,
    lead,
    visitor,
  }: Record<string, unknown>): Promise<{ lead: string | undefined; visitor: string | undefined }> {
    const open = async (part: Part, text: unknown): Promise<string | undefined> =>
      typeof text === "string" ? opened(this.relay(), part, String(key), text) : undefined;
    const [own, seen] = await Promise.all([open("lead", lead), open("visitor", visitor)]);
    return { lead: own, visitor: seen };
  }

  /** All that is known of one lead; its values only where they are asked for. */
  async lead({ id, values }: LeadAsked): Promise<Record<string, unknown> | null> {
    const [lead] = this.named({ id }) ?? [];
    if (lead === undefined) return null;
    const [own = {}] = this.store.rows(
      `SELECT id, form, accepted, finished, review, raw, issues, test, nullif(test, 0) AS tests, ${VALUES}, ${LEAD_STATE} AS state FROM leads WHERE id = ?`,
      lead,
    );
    const { lead: kept, visitor, key, tests, ...open } = own;
    const deliveries = this.store.rows(
      "SELECT id, account, phase, code, warning, hold, maybe_repeated, next, reason, round, state, attempts FROM deliveries WHERE lead = ? ORDER BY id",
      lead,
    );
    const known = await this.opened({ key, lead: kept, visitor });
    const { consents, ...source } = JSON.parse(known.visitor ?? "{}") as Record<string, unknown>;
    return {
      ...open,
      consents: consentsOf(consents),
      kept: kept !== null,
      ...(kept !== null && known.lead === undefined && { locked: true }),
      ...(values === true && { values: JSON.parse(known.lead ?? "null") as unknown, source }),
      deliveries: deliveries.map(({ state, attempts, round, ...row }) => ({
        ...row,
        gone: goneOf(this.relay(), String(own["form"]), row),
        ...outcomeOf(state),
        ...(tests !== null && { stays: this.stays({ ...row, state }) }),
        // A round's name begins with its time.
        sentOn: round === null ? null : Number.parseInt(String(round), 36),
        ...attemptsOf(attempts),
      })),
    };
  }
}

/** Whether a row of `leads` is meant, as SQL asks it: only by what is asked for. */
function meant({ form, account, state, code }: Filter): string {
  const isCoded = code !== undefined && !isGone(code);
  const delivery = [
    ...(account === undefined ? [] : ["account = ?2"]),
    ...(isCoded ? ["(code = ?3 OR warning = ?3)"] : []),
  ];
  return [
    "true",
    ...(form === undefined ? [] : ["form = ?1"]),
    ...(state === undefined ? [] : [STATES[state]]),
    ...(delivery[0] === undefined
      ? []
      : [`EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id AND ${delivery.join(" AND ")})`]),
  ].join(" AND ");
}

/** What {@link meant} is given, and how many at most. */
const given = ({ form, account, code }: Filter, most: number): unknown[] => [
  form ?? null,
  account ?? null,
  code ?? null,
  most,
];

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
