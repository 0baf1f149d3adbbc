import type { DurableState } from "./durable.js";
import type { Holds } from "./holds.js";
import { log } from "./log.js";

/** So many dead letters of one target are kept before it closes, where the owner says nothing. */
const MAX_DEAD = 10_000;

/** A form's way into an account, and its dead letters in this outbox. */
export interface Full {
  account: string;
  form: string;
  dead: number;
}

/**
 * Counts the dead letters of each target. At its bound a target closes: what comes then waits instead of dying, and goes out
 * when a person has acted on enough of them. So dead letters never keep a lead from being taken by their number.
 */
export class Letters {
  /** By form and account, as many as the owner ever had. */
  private counts = new Map<string, Full>();

  constructor(
    readonly storage: DurableState["storage"],
    readonly holds: Holds,
    readonly most: () => number | undefined,
  ) {}

  /** Looks anew: when the instance begins, and after a person has acted. */
  count(): void {
    const rows = this.storage.sql.exec(
      "SELECT one AS account, two AS form, n AS dead FROM sums WHERE what = 'dead'",
    ).toArray() as unknown as Full[];
    const gone = [...this.counts.values()].map((one) => ({ ...one, dead: 0 }));
    this.counts = new Map([...gone, ...rows].map((one) => [`${one.form} ${one.account}`, one]));
    for (const one of this.counts.values()) this.look(one);
  }

  /** One more. */
  died(account: string, form: string): void {
    const name = `${form} ${account}`;
    const one = { account, form, dead: (this.counts.get(name)?.dead ?? 0) + 1 };
    this.counts.set(name, one);
    this.look(one);
  }

  private look({ account, form, dead }: Full): void {
    const isFull = dead >= (this.most() ?? MAX_DEAD);
    if (isFull === this.holds.isFull(account, form)) return;
    log(isFull ? "target.closed" : "target.opened", { account, form, code: "dead.full" });
    if (isFull) this.holds.fill(account, form);
    else this.holds.drain(account, form);
  }

  /** The targets that wait for a person. */
  full(): Full[] {
    return [...this.counts.values()].filter(({ account, form }) => this.holds.isFull(account, form));
  }
}
