import { breath } from "./merge.js";
import type { OperatorStore } from "./operator-store.js";
import type { Portion, Rule } from "./ruling.js";

/** What a person has ruled, and when it takes place: until then it can be taken back. */
export interface Due {
  /** In all outboxes the same. */
  name: string;
  due: number;
  rule: Rule;
  who: string;
}

/** What became of it in one outbox, or will. */
export interface Pending {
  name: string;
  what: Rule["what"];
  due: number;
  who: string;
  /** When it was done; nothing while it is not. */
  done: number | null;
  /** Leads that have moved, and those that have not, by the code of the reason. */
  moved: number;
  stayed: Record<string, number>;
}

/** What is done is shown for so long, and so many are kept. */
const SHOWN = 24 * 60 * 60 * 1000;
const MOST = 200;

/** The most of one timer, and when it is tried again after nothing could be written. */
const FAR = 60 * 60 * 1000;
const BROKEN = 5_000;

/**
 * What a person has ruled and can still take back. It is written down before they hear of it, and carried out some leads at a
 * time; whoever begins anew goes on behind the last of them that is written.
 */
export class Later {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** There while somebody's word is carried out. */
  private running: object | undefined;

  /** `rule` carries out a portion. */
  constructor(
    readonly store: OperatorStore,
    readonly rule: (rule: Rule) => Promise<Portion>,
  ) {}

  add({ name, due, rule, who }: Due): void {
    this.store.rows(
      "INSERT OR IGNORE INTO later (name, due, rule, who, moved, stayed) VALUES (?, ?, ?, ?, 0, '{}')",
      name,
      due,
      JSON.stringify(rule),
      who,
    );
    this.store.rows(
      `DELETE FROM later WHERE done IS NOT NULL AND (done < ? OR name NOT IN (SELECT name FROM later ORDER BY name DESC LIMIT ${MOST}))`,
      Date.now() - SHOWN,
    );
    this.wake();
  }

  /** Takes it back. Says whether there is nothing of it any more: what has begun goes on. */
  undo(name: string): boolean {
    this.store.rows("DELETE FROM later WHERE name = ? AND begun IS NULL", name);
    return this.store.rows("SELECT 1 FROM later WHERE name = ?", name).length === 0;
  }

  list(): Pending[] {
    return this.store
      .rows(
        `SELECT name, due, rule, who, done, moved, stayed FROM later ORDER BY name DESC LIMIT ${MOST}`,
      )
      .map(({ rule, stayed, ...own }) => ({
        ...(own as Omit<Pending, "what" | "stayed">),
        what: (JSON.parse(String(rule)) as Rule).what,
        stayed: JSON.parse(String(stayed)) as Record<string, number>,
      }));
  }

  /** Looks what is due, now and when the next one is. */
  wake(least = 0): void {
    const [next] = this.store.rows("SELECT due FROM later WHERE done IS NULL ORDER BY due LIMIT 1");
    clearTimeout(this.timer);
    if (!next || this.running) return;
    const wait = Number(next["due"]) - Date.now();
    this.timer = setTimeout(() => void this.run(), Math.min(FAR, Math.max(least, wait)));
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = {};
    let pause = 0;
    try {
      for (let row = this.first(); row; row = this.first()) await this.portion(row);
    } catch {
      pause = BROKEN;
    }
    this.running = undefined;
    this.wake(pause);
  }

  private first(): Record<string, unknown> | undefined {
    return this.store.rows(
      "SELECT name, rule, moved, stayed FROM later WHERE done IS NULL AND due <= ? ORDER BY due LIMIT 1",
      Date.now(),
    )[0];
  }

  private async portion(row: Record<string, unknown>): Promise<void> {
    const { name } = row;
    const rule = JSON.parse(String(row["rule"])) as Rule;
    // From here on it cannot be taken back.
    this.store.rows("UPDATE later SET begun = 1 WHERE name = ?", name);
    const { ruled, next } = await this.rule(rule);
    const stayed = JSON.parse(String(row["stayed"])) as Record<string, number>;
    for (const { moved, code } of ruled)
      if (!moved) stayed[code ?? ""] = (stayed[code ?? ""] ?? 0) + 1;
    const moved = new Set(ruled.filter((one) => one.moved).map(({ lead }) => lead)).size;
    this.store.rows(
      "UPDATE later SET rule = ?, moved = ?, stayed = ?, done = ? WHERE name = ?",
      JSON.stringify({ ...rule, after: next ?? rule.after }),
      Number(row["moved"]) + moved,
      JSON.stringify(stayed),
      next === null ? Date.now() : null,
      name,
    );
    await breath();
  }
}
