import { KEEP } from "./deadlines.gen.js";
import { consult, patience } from "../host/consult.js";
import type { DurableState } from "../storage/durable.js";
import { options, type RelayEnv } from "../options.js";
import { nameOf, outbox, type Registered } from "./shards.js";

const DAY = 24 * 60 * 60 * 1000;

/** A number that nobody has used for this long has no keys left: the memory of a lead, and what an isolate may not have said. */
const REMEMBERED = KEEP + DAY;

/** So many shards above the last known one are looked at, until none of them was ever in use. */
const ABOVE = 8;

const AT_ONCE = 4;

/** A number is written down again after this long. */
const AGAIN = 10 * 60 * 1000;

/**
 * Which numbers of shards were in use, in the order in which they came, and when last. No row ever goes: a dead letter may
 * lie for years in a shard that only an old number has.
 */
export class Registry {
  private looking: Promise<void> | undefined;

  constructor(
    readonly storage: DurableState["storage"],
    readonly env: RelayEnv,
  ) {}

  private rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.storage.sql.exec(query, ...bindings).toArray();
  }

  /** A Worker uses this number. */
  async register(count: number): Promise<Registered> {
    const now = Date.now();
    const [looked] = this.rows("SELECT value FROM meta WHERE name = 'looked'");
    if (Number(looked?.["value"] ?? 0) < now - DAY) {
      this.looking ??= this.look(count).finally(() => {
        this.looking = undefined;
      });
      // What may be up there from before is known before anything is promised; after that it can wait for another day.
      await this.looking.catch((error: unknown) => {
        if (!looked) throw error;
      });
    }
    const [row] = this.rows("SELECT used FROM counts WHERE count = ?", count);
    const used = Number(row?.["used"] ?? 0);
    // One that was forgotten comes last, like one that is new.
    if (used < now - REMEMBERED) this.add(count, "max(place) + 1");
    else if (used < now - AGAIN)
      this.rows("UPDATE counts SET used = ? WHERE count = ?", now, count);
    return {
      counts: this.rows(
        "SELECT count FROM counts WHERE used >= ? ORDER BY place",
        now - REMEMBERED,
      ).map((one) => Number(one["count"])),
      most: this.most(),
    };
  }

  /** Whether a shard has a lead. */
  private async isUsed(shard: string): Promise<boolean> {
    const ask = (what: string): Promise<unknown[]> =>
      consult(
        outbox(this.env, shard),
        `https://outbox/${what}`,
        patience(options(this.env).timeScale),
        {},
      );
    // An object of the release before says it in another way.
    return (await ask("used").catch(() => ask("list?limit=1"))).length > 0;
  }

  private add(count: number, place: "max(place) + 1" | "min(place) - 1"): void {
    this.rows(
      `INSERT INTO counts (count, place, used) SELECT ?1, coalesce(${place}, 0), ?2 FROM counts WHERE true
       ON CONFLICT (count) DO UPDATE SET place = excluded.place, used = excluded.used`,
      count,
      Date.now(),
    );
  }

  private most(): number {
    return Number(this.rows("SELECT max(count) AS most FROM counts")[0]?.["most"] ?? 0);
  }

  /**
   * The releases before told nobody their number, and one of them may have been here again since. What they have used is
   * seen at the shards themselves: the highest one that has a lead. Keys that came under it are asked for there first.
   */
  private async look(count: number): Promise<void> {
    const first = this.most();
    let used = 0;
    for (let from = first, to = Math.max(first, count) + ABOVE; from < to; ) {
      // No more at once than one object may have out.
      for (let one = from; one < to; one += AT_ONCE) {
        const some = await Promise.all(
          Array.from({ length: Math.min(AT_ONCE, to - one) }, (_, n) =>
            this.isUsed(nameOf(one + n)),
          ),
        );
        const last = some.lastIndexOf(true);
        if (last >= 0) used = one + last + 1;
      }
      [from, to] = [to, used > to - ABOVE ? to + ABOVE : to];
    }
    if (used > 0 && used !== count) this.add(used, "min(place) - 1");
    this.rows(
      "INSERT INTO meta (name, value) VALUES ('looked', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      Date.now(),
    );
  }
}
