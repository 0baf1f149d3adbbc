import { consult, patience } from "../host/consult.js";
import type { DurableState } from "../storage/durable.js";
import { options, type RelayEnv } from "../options.js";
import { ABOVE, AGAIN, AT_ONCE, DAY, REMEMBERED } from "./shards.gen.js";
import { nameOf, outbox, type Registered } from "./shards.js";

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
    const [today] = this.rows("SELECT 1 FROM meta WHERE name = 'looked' AND value >= ?", now - DAY);
    if (!today) {
      const looking = this.looking ?? this.look(count).finally(() => (this.looking = undefined));
      this.looking = looking;
      // What may be up there from before is known before anything is promised; after that it can wait for another day.
      await looking.catch((error: unknown) => {
        if (!looked) throw error;
      });
    }
    const [known] = this.rows(
      "SELECT 1 FROM counts WHERE count = ? AND used >= ?",
      count,
      now - AGAIN,
    );
    // Who only reads writes nothing: a disk that is full shows its leads all the same.
    if (!known) this.rows(USE, count, now, now - REMEMBERED, now - AGAIN);
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

  private most(): number {
    return Number(this.rows("SELECT max(count) AS most FROM counts")[0]?.["most"] ?? 0);
  }

  /**
   * The releases before told nobody their number, and one of them may have been here again since. What they have used is
   * seen at the shards themselves: the highest one that has a lead. Keys that came under it are asked for there first.
   */
  private async look(count: number): Promise<void> {
    const first = this.most();
    let [used, from] = [0, first];
    const next = (): number[] => {
      const to = Math.max(first, count, used) + ABOVE;
      return Array.from({ length: Math.min(AT_ONCE, to - from) }, (_, n) => from + n);
    };
    for (let some = next(); some[0] !== undefined; some = next()) {
      from += some.length;
      const seen = await Promise.all(
        some.map(async (shard) => Number(await this.isUsed(nameOf(shard))) * (shard + 1)),
      );
      used = Math.max(used, ...seen);
    }
    this.rows(FOUND, used, Date.now(), count);
    this.rows(
      "INSERT INTO meta (name, value) VALUES ('looked', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      Date.now(),
    );
  }
}

/** A Worker uses this number: one that is new comes last, and so does one that was forgotten; the others are written down now and then. */
const USE = `INSERT INTO counts (count, place, used) SELECT ?1, coalesce((SELECT max(place) + 1 FROM counts), 0), ?2 WHERE true
  ON CONFLICT (count) DO UPDATE SET place = iif(used < ?3, excluded.place, place), used = excluded.used WHERE used < ?4`;

/** What was used before comes first, unless it is what is used now; none is 0. */
const FOUND = `INSERT INTO counts (count, place, used) SELECT ?1, coalesce((SELECT min(place) - 1 FROM counts), 0), ?2 WHERE ?1 NOT IN (0, ?3)
  ON CONFLICT (count) DO UPDATE SET place = excluded.place, used = excluded.used`;
