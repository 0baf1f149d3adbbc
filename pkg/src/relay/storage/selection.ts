import { facts } from "../host/facts.js";
import type { OperatorStore } from "./operator-store.js";
import { type Gone, isGone } from "./gone.js";
import { FINDS, FOR_PERSON } from "./listing.gen.js";
import { AFTER, inOrder, type Order } from "./ordered.js";

/** Which leads an operator means: some by id (a lead's or one of its deliveries'), or all of a code, a phase, an account. */
export interface Which {
  ids?: string[];
  code?: string;
  phase?: string;
  account?: string;
  form?: string;
}

/** Which of them come into question: those that wait for a person, all that are not finished, or all that are there. */
export type Kind = "person" | "open" | "all";

/** What is asked for, as {@link FINDS} has it. */
function asksFor({ ids, phase = "", code }: Which, kind: Kind): number {
  return facts(
    ids !== undefined,
    isGone(code),
    Object.hasOwn(FOR_PERSON, phase),
    kind === "person",
    kind === "open",
    phase !== "" || code !== undefined,
  );
}

/**
 * Finds leads some at a time, after the last one of the time before: of 250,000 of them no list is ever made. Some of what
 * it gives may not be meant after all; whoever reads a lead looks again.
 */
export class Selection {
  constructor(
    readonly store: OperatorStore,
    readonly gone: Gone,
  ) {}

  leads(which: Which, kind: Kind, from: string, most: number, order: Order): string[] {
    const { ids = [], phase, code, ...way } = which;
    const more = { ...way, ...(isGone(code) && { code }) };
    switch (FINDS[asksFor(which, kind)]) {
      case "named":
        return this.named(ids, from, most, order);
      case "gone":
        return this.gone.leads(more, from, most, order);
      case "person":
        return this.forPerson(phase, code, from, most, order);
      case "waits":
        return inOrder(
          this.store,
          [
            ...this.forPerson(phase, code, from, most, order),
            ...this.gone.leads(more, from, most, order),
          ],
          most,
          order,
        );
      case "open":
        this.store.tally.oldest();
        return this.there(this.store.tally.now.floor, from, most, order);
      default:
        return this.there(0, from, most, order);
    }
  }

  private list(query: string, ...bindings: unknown[]): string[] {
    return this.store.rows(query, ...bindings).map(({ id }) => String(id));
  }

  private named(ids: readonly string[], from: string, most: number, order: Order): string[] {
    const given = JSON.stringify(ids);
    return this.list(
      `SELECT id FROM (SELECT id FROM leads WHERE id IN (SELECT value FROM json_each(?1))
         UNION SELECT lead AS id FROM deliveries WHERE id IN (SELECT value FROM json_each(?1)))
       WHERE id ${AFTER[order]} ?2 ORDER BY id ${order} LIMIT ?3`,
      given,
      from,
      most,
    );
  }

  /** Each question has its index: a few of one kind are found among many of another without a look at those. */
  private forPerson(
    phase: string | undefined,
    code: string | undefined,
    from: string,
    most: number,
    order: Order,
  ): string[] {
    const some = (index: string, which: string): string =>
      `SELECT DISTINCT lead AS id FROM deliveries INDEXED BY ${index} WHERE ${which} AND lead ${AFTER[order]} ?1`;
    const ordered = (query: string, ...bindings: unknown[]): string[] =>
      this.list(`${query} ORDER BY id ${order} LIMIT ?2`, from, most, ...bindings);
    if (code !== undefined) {
      const phases = phase === undefined ? ["dead", "review"] : [phase];
      return ordered(
        phases
          .map((_, n) =>
            some("by_code", `phase = ?${n + 4} AND phase IN ('dead', 'review') AND code = ?3`),
          )
          .join(" UNION "),
        code,
        ...phases,
      );
    }
    return phase === undefined
      ? ordered(some("for_person", "phase IN ('dead', 'review')"))
      : ordered(some("by_phase", "phase = ?3 AND phase IN ('dead', 'review')"), phase);
  }

  /** What is finished is passed by too, at the cost of an index; below the floor there is nothing else. */
  private there(floor: number, from: string, most: number, order: Order): string[] {
    return this.list(
      `SELECT id FROM leads WHERE id ${AFTER[order]} ? AND rowid >= ? ORDER BY id ${order} LIMIT ?`,
      from,
      floor,
      most,
    );
  }
}
