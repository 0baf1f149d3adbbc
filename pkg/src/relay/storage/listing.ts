import { facts } from "../host/facts.js";
import { outcomeOf } from "./attempts.js";
import { counted } from "./counted.js";
import type { OperatorStore } from "./operator-store.js";
import { type Gone, type GoneGroup, goneOf, isGone, LAST } from "./gone.js";
import { KEPT, MEANS, MOST_NAME, MOST_NAMES, MOST_STATES, OVER } from "./listing.gen.js";
import { isLocked, opened } from "../lead/locked.js";
import type { RelayOptions } from "../options.js";
import { type Page, pageOf } from "./paged.js";
import type { Kind, Selection, Which } from "./selection.js";

/** Leads of one state and code; of those whose account or form is gone, for each of these. */
export type Group =
  | {
      phase: string;
      code: string | null;
      leads: number;
      account?: string;
      form?: string;
      to?: string[];
    }
  | GoneGroup;

/** A lead that waits for a person, with all of its deliveries: ids, states, codes and times, never a value. */
interface Attention {
  lead: string;
  form: string;
  accepted: number;
  raw: number;
  issues: string | null;
  deliveries: Record<string, unknown>[];
}

/** A state and its code, and how many deliveries of a round there are of it. */
interface Coded {
  phase: string;
  code: string | null;
}
interface State extends Coded {
  deliveries: number;
}

/** A lead with what is kept of its visitor. */
interface Valued {
  id: string;
  key: string;
  raw: number;
  lead: string;
  visitor: string;
  deliveries: Record<string, unknown>[];
}

const OWN = "leads.id AS id, key, form, accepted, review, raw, issues";

/** Whether somebody means a delivery of this phase and code, or that is gone. */
const isMeant = (which: Which, phase: unknown, code: unknown, gone: string | null): boolean => {
  const own = isGone(which.code) ? gone : code;
  const asksPhase = [which.phase !== undefined, which.phase === phase];
  const asksCode = [which.code !== undefined, which.code === own];
  return MEANS[facts(...asksPhase, ...asksCode)] === 1;
};

/** Whether somebody means what was delivered, and is kept all the same. */
const isKept = (which: Which): boolean => Object.hasOwn(KEPT, which.phase ?? "");

/** What an operator reads of an outbox, the newest first and page by page. */
export class Listing {
  constructor(
    readonly store: OperatorStore,
    readonly gone: Gone,
    readonly selection: Selection,
    readonly relay: () => RelayOptions,
  ) {}

  private page(
    which: Which,
    kind: Kind,
    before: string,
    lines: (lead: string) => string[],
    weigh?: (lead: string) => number,
  ): Page {
    return pageOf(
      before || LAST,
      (from, some) => this.selection.leads(which, kind, from, some, "DESC"),
      lines,
      weigh,
    );
  }

  /** Deliveries: ids, states, codes and times. Never a value. */
  deliveries(which: Which, before: string): Page {
    return this.page(which, "all", before, (lead) => {
      const rows = this.store.rows(
        `SELECT deliveries.id AS id, lead, account, phase, code, next, maybe_repeated, warning, hold, reason, round, state FROM deliveries WHERE lead = ? ORDER BY id DESC`,
        lead,
      );
      const [own] = rows[0]
        ? this.store.rows("SELECT form, accepted, review, raw FROM leads WHERE id = ?", lead)
        : [];
      if (!own) return [];
      return rows.flatMap((row) => {
        const { id, lead, account, phase, code, state, ...others } = row;
        const gone = goneOf(this.relay(), String(own["form"]), row);
        const { form, accepted, ...rest } = own;
        return isMeant(which, phase, code, gone)
          ? JSON.stringify({
              id,
              lead,
              form,
              account,
              phase,
              code,
              param: outcomeOf(state).param,
              accepted,
              ...others,
              ...rest,
              gone,
            })
          : [];
      });
    });
  }

  /** The leads that wait for a person. */
  attention(which: Which, before: string): Page {
    return this.page(which, "person", before, (lead) => {
      const [own] = this.store.rows(
        "SELECT id AS lead, form, accepted, raw, issues FROM leads WHERE id = ?",
        lead,
      ) as unknown as Attention[];
      if (!own) return [];
      const rows = this.store.rows(
        "SELECT id, account, phase, code, warning, hold, maybe_repeated, state FROM deliveries WHERE lead = ? ORDER BY id",
        lead,
      );
      return [
        JSON.stringify({
          ...own,
          id: lead,
          deliveries: rows.map(({ state, ...row }) => ({
            ...row,
            param: outcomeOf(state).param,
            gone: goneOf(this.relay(), own.form, row),
          })),
        }),
      ];
    });
  }

  /** How many leads there are of each state and code that a person has to look at. */
  async groups(): Promise<Group[]> {
    const groups = this.store.rows(
      "SELECT one AS phase, nullif(two, '') AS code, n AS leads FROM sums WHERE what = 'leads' ORDER BY leads DESC LIMIT 100",
    ) as unknown as Group[];
    return [...groups, ...(await this.gone.groups())];
  }

  /** What is open of a lead and meant: nothing of one that is finished. */
  private open(which: Which, lead: string): Record<string, unknown>[] {
    const rows = this.store.rows(
      `SELECT deliveries.id AS id, account, phase, code, form FROM deliveries JOIN leads ON leads.id = deliveries.lead
       WHERE deliveries.lead = ?1 AND finished IS NULL AND phase NOT IN ('done', 'discarded') AND (?2 IS NULL OR phase = ?2) ORDER BY deliveries.id`,
      lead,
      which.phase ?? null,
    );
    return rows.flatMap(({ form, ...own }) => {
      const gone = goneOf(this.relay(), String(form), own);
      return isMeant(which, which.phase, own["code"], gone)
        ? [{ ...own, ...(gone && { gone }) }]
        : [];
    });
  }

  /** The leads that come into question where values are asked for: those that are open, or those whose values are kept longer. */
  private valued(
    which: Which,
    before: string,
    lines: (row: Valued) => string[],
    weigh?: (lead: string) => number,
  ): Page {
    return pageOf(
      before || LAST,
      (from, some) =>
        isKept(which)
          ? this.store
              .rows(
                "SELECT lead FROM kept_values WHERE lead < ? ORDER BY lead DESC LIMIT ?",
                from,
                some,
              )
              .map(({ lead }) => String(lead))
          : this.selection.leads(which, "open", from, some, "DESC"),
      (lead) => {
        const row = isKept(which) ? this.keptOf(lead) : this.openOf(which, lead);
        return row ? lines(row) : [];
      },
      weigh,
    );
  }

  private openOf(which: Which, lead: string): Valued | undefined {
    const deliveries = this.open(which, lead);
    if (deliveries[0] === undefined) return undefined;
    const [row] = this.store.rows(`SELECT ${OWN}, lead, visitor FROM leads WHERE id = ?`, lead);
    return row && ({ ...row, deliveries } as unknown as Valued);
  }

  private keptOf(lead: string): Valued | undefined {
    const [row] = this.store.rows(
      `SELECT ${OWN}, kept_values.own AS lead, kept_values.visitor AS visitor FROM kept_values JOIN leads ON leads.id = kept_values.lead WHERE kept_values.lead = ?`,
      lead,
    );
    const deliveries = this.store.rows(
      "SELECT id, account, phase, code FROM deliveries WHERE lead = ? ORDER BY id",
      lead,
    );
    return row && ({ ...row, deliveries } as unknown as Valued);
  }

  /** Leads with their values, a row for each: for who may see them alone. What cannot be opened is there without them, and says so. */
  async values(which: Which, before: string): Promise<Page> {
    const locked = new Map<string, Valued>();
    const line = ({ key: _, lead, visitor, deliveries, ...own }: Valued, more = ""): string =>
      // They are JSON already, and need not be read to be handed on.
      `${JSON.stringify(own).slice(0, -1)},"lead":${lead},"visitor":${visitor},"deliveries":${JSON.stringify(deliveries)}${more}}`;
    const { lines, next } = this.valued(which, before, (row) => {
      if (isLocked(row.lead)) locked.set(row.id, row);
      return [line(row)];
    });
    const relay = this.relay();
    const unlocked = lines.map(async ([id, text]): Promise<[string, string]> => {
      const row = locked.get(id);
      if (!row) return [id, text];
      const [lead, visitor] = await Promise.all([
        opened(relay, "lead", row.key, row.lead),
        opened(relay, "visitor", row.key, row.visitor),
      ]);
      const isOpen = lead !== undefined && visitor !== undefined;
      return [
        id,
        isOpen
          ? line({ ...row, lead, visitor })
          : line({ ...row, lead: "null", visitor: "null" }, ',"locked":true'),
      ];
    });
    return { lines: await Promise.all(unlocked), next };
  }

  /** The names of the fields of what `values` gives, on each page once: what a table needs before its first row. */
  async names(which: Which, before: string): Promise<Page> {
    const seen = new Map<unknown, true>();
    const locked = new Map<string, Valued>();
    const fresh = (names: readonly unknown[]): string[] =>
      names.flatMap((name) => {
        if (typeof name !== "string" || name.length > MOST_NAME) return [];
        if (seen.get(name) !== undefined || seen.size >= MOST_NAMES) return [];
        seen.set(name, true);
        return [JSON.stringify(name)];
      });
    const { lines, next } = this.valued(
      which,
      before,
      (row) => {
        if (seen.size >= MOST_NAMES) return [];
        if (isLocked(row.lead)) {
          locked.set(row.id, row);
          return [""];
        }
        // A lead that was kept as it came is a list of names and values.
        const names = this.store.rows(
          "SELECT DISTINCT iif(?1, field.value ->> 0, field.key) AS name FROM json_each(?2) AS field LIMIT ?3",
          row.raw,
          row.lead,
          MOST_NAMES,
        );
        return fresh(names.map(({ name }) => name));
      },
      (lead) =>
        Number(
          this.store.rows("SELECT octet_length(lead) AS bytes FROM leads WHERE id = ?", lead)[0]?.[
            "bytes"
          ] ?? 0,
        ),
    );
    const unlocked = lines.map(async ([id, text]): Promise<[string, string][]> => {
      const row = locked.get(id);
      if (!row) return [[id, text]];
      const own = await opened(this.relay(), "lead", row.key, row.lead);
      const given = JSON.parse(own ?? "{}") as [string, unknown][] | object;
      const names = Array.isArray(given)
        ? given.map(([name]) => name as unknown)
        : Object.keys(given);
      return fresh(names).map((name) => [id, name]);
    });
    return { lines: (await Promise.all(unlocked)).flat(), next };
  }

  /** What became of what was sent on by a person: of the newest rounds, or of one. */
  async rounds(only: string | undefined, most: number): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    let last = "~";
    for (const _ of Array.from({ length: most })) {
      const [row] = this.store.rows(
        `SELECT max(round) AS round FROM deliveries WHERE round IS NOT NULL AND round < ?1 AND ${only === undefined ? "?2 IS NULL" : "round = ?2"}`,
        last,
        only ?? null,
      );
      const round = row?.["round"];
      if (typeof round !== "string") break;
      found.push({ round, states: await this.states(round) });
      last = round;
    }
    return found;
  }

  /** How many deliveries of a round there are of each state and code; of those that are done the code says nothing. */
  private async states(round: string): Promise<State[]> {
    const states = new Map<string, State>();
    for (let last: Coded | undefined; ; ) {
      last = this.next(round, last);
      if (last === undefined || states.size >= MOST_STATES) return [...states.values()];
      const { phase, code } = last;
      const why = Object.hasOwn(OVER, phase) ? null : code;
      const state = states.get(`${phase} ${why}`) ?? { phase, code: why, deliveries: 0 };
      states.set(`${phase} ${why}`, state);
      state.deliveries += await counted(
        this.store,
        "SELECT rowid AS at FROM deliveries WHERE round = ?1 AND phase = ?2 AND code IS ?3",
        0,
        round,
        phase,
        code,
      );
    }
  }

  /** The next state and code that a round has; each is one step in an index, in which those without a code come first. */
  private next(round: string, last: Coded | undefined): Coded | undefined {
    const one = (which: string, ...bindings: unknown[]): Coded | undefined =>
      this.store.rows(
        `SELECT phase, code FROM deliveries WHERE round = ? AND ${which} ORDER BY phase, code LIMIT 1`,
        round,
        ...bindings,
      )[0] as Coded | undefined;
    if (!last) return one("phase > ''");
    const coded =
      last.code === null
        ? one("phase = ? AND code >= ''", last.phase)
        : one("phase = ? AND code > ?", last.phase, last.code);
    return coded ?? one("phase > ?", last.phase);
  }
}
