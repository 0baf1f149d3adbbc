import type { LogEvent } from "../../core/codes.gen.js";
import { type EdgeGlue, edge, isMissing, ROW, steady, WORD } from "../../core/edge.js";
import type { DurableState } from "../storage/durable.js";
import { log } from "../host/log.js";

const TABLE =
  "CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID";

/** What the machine has its host do outside of this object. What comes of it is {@link Limiter.heard} with the same number. */
export interface Outside {
  signIn(number: number, deadline: number): void;
  look(number: number, deadline: number, token: string, version: string): void;
  midnight(number: number, zone: string): void;
}

/** What one event leads to is carried out together. */
interface Step {
  readonly account: string;
  readonly outside: Outside;
  /** The disk took a row no more. */
  failed?: { error: unknown };
}

/** Who waits for an answer. */
interface Asker {
  resolve(answer: string): void;
  reject(error: unknown): void;
}

/**
 * The host of an account's limiter, `src/relay/account.rs`: it lives in the module, its rows here, and what it remembers
 * without a row here too. So a new instance of the module goes on where the one before stopped.
 */
export class Limiter {
  private loaded: object | undefined;
  /** Nothing of it is stored: it holds the token. */
  private readonly memory = new Map<string, string>();
  private readonly askers = new Map<number, Asker>();
  private count = 0;

  constructor(
    readonly storage: DurableState["storage"],
    /** Gives the module what the options say of an account, and what was kept of it. */
    readonly load: (glue: EdgeGlue, account: string, parts: string) => string,
    readonly outside: (account: string) => Outside,
  ) {}

  /** Older versions kept one text; it becomes rows, once. */
  async begin(): Promise<void> {
    this.storage.sql.exec(TABLE);
    const old = await this.storage.get<string>("limiter");
    if (old === undefined) return;
    for (const [name, text] of rowsOf(JSON.parse(old) as Old))
      this.storage.sql.exec("INSERT OR REPLACE INTO parts (name, text) VALUES (?, ?)", name, text);
    await this.storage.delete("limiter");
  }

  /**
   * Hashes of persons are of no use once what they stand for is over: the module drops them with the next call, and this
   * where none comes. An hour is more than any of them lasts.
   */
  forget(now: number): void {
    this.storage.sql.exec(
      "DELETE FROM parts WHERE (name LIKE 'fresh %' OR name LIKE 'lease %') AND CAST(text AS INTEGER) < ?",
      now - 3_600_000,
    );
  }

  /** Somebody asks, and is answered with JSON text: at once, or when the machine knows. */
  ask(
    account: string,
    event: string,
    words: readonly string[],
    ...numbers: readonly unknown[]
  ): Promise<string> {
    const number = ++this.count;
    return new Promise((resolve, reject) => {
      this.askers.set(number, { resolve, reject });
      try {
        this.step(account, event, number, words, numbers);
      } catch (error) {
        this.askers.delete(number);
        reject(error);
      }
    });
  }

  /** What the machine had the host do has come to this. What cannot be taken in is as after a restart: everybody asks anew. */
  heard(
    account: string,
    event: string,
    number: number,
    words: readonly string[],
    ...numbers: readonly unknown[]
  ): void {
    try {
      this.step(account, event, number, words, numbers);
    } catch (error) {
      this.memory.clear();
      this.loaded = undefined;
      for (const asker of this.askers.values()) asker.reject(error);
      this.askers.clear();
    }
  }

  status(account: string): string {
    return this.module(account, (glue) => glue.limiterStatus(account, Date.now()));
  }

  private step(
    account: string,
    event: string,
    number: number,
    words: readonly string[],
    numbers: readonly unknown[],
  ): void {
    // What is not there is not a number.
    const given = Float64Array.from([Date.now(), number, ...numbers], Number);
    this.carryOut(
      account,
      this.module(account, (glue) => glue.limiterStep(account, event, words.join(WORD), given)),
    );
  }

  /** Asks the module; an instance that is new there, or here, is given the pieces first. */
  private module<T>(account: string, act: (glue: EdgeGlue) => T): T {
    if (this.loaded) {
      try {
        return steady(act);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    const rows = this.storage.sql
      // Calls in the order of time, as the machine has them.
      .exec("SELECT name, text FROM parts ORDER BY length(text), text")
      .toArray()
      .map(({ name, text }) => [String(name), String(text)]);
    const parts = [...rows, ...this.memory].map((part) => part.join(WORD)).join(ROW);
    const said = edge((glue) => this.load(glue, account, parts));
    this.loaded = {};
    this.carryOut(account, said);
    return steady(act);
  }

  /** Does what the machine says, row by row. Should a row not be written, the rows are the truth, and nobody is told a thing. */
  private carryOut(account: string, effects: string): void {
    const step: Step = { account, outside: this.outside(account) };
    for (const row of effects.split(ROW)) {
      const [kind = "", ...words] = row.split(WORD);
      this.doing[kind]?.(step, ...words);
    }
  }

  private readonly doing: Record<string, (step: Step, ...words: string[]) => void> = {
    put: (step, name = "", text = "") =>
      this.store(step, "INSERT OR REPLACE INTO parts (name, text) VALUES (?, ?)", name, text),
    drop: (step, name = "") => this.store(step, "DELETE FROM parts WHERE name = ?", name),
    keep: (_, name = "", text = "") => this.memory.set(name, text),
    lose: (_, name = "") => this.memory.delete(name),
    answer: (step, number, answer = "") => this.answer(Number(number), step, answer),
    signIn: ({ outside }, number, deadline) => outside.signIn(Number(number), Number(deadline)),
    look: ({ outside }, number, deadline, token = "", version = "") =>
      outside.look(Number(number), Number(deadline), token, version),
    midnight: ({ outside }, number, zone = "") => outside.midnight(Number(number), zone),
    log: ({ account }, event = "", target = "", code = "") => {
      const [form, param] = target.split("/");
      log(event as LogEvent, { account, ...(form && { form }), ...(param && { param }), code });
    },
  };

  private store(step: Step, statement: string, ...words: string[]): void {
    if (step.failed) return;
    try {
      this.storage.sql.exec(statement, ...words);
    } catch (error) {
      this.loaded = undefined;
      step.failed = { error };
    }
  }

  private answer(number: number, { failed }: Step, answer: string): void {
    const asker = this.askers.get(number);
    this.askers.delete(number);
    if (failed) asker?.reject(failed.error);
    else asker?.resolve(answer);
  }
}

/** What versions 1 and 2 kept; but for the first three members, version 1 had none of it. */
interface Old {
  calls: number[];
  leases: { id: string; key: string; until: number; lost?: boolean; goes_on?: boolean }[];
  quiet_until: number;
  budget?: { left: number; until: number } | null;
  quota?: { reset: number; every: number } | null;
  fresh?: { key: string; until: number }[];
}

function rowsOf({
  calls,
  leases,
  quiet_until,
  budget,
  quota,
  fresh,
}: Old): [name: string, text: string][] {
  const marks = (lost = false, goesOn = false): string =>
    `${"l".repeat(Number(lost))}${"g".repeat(Number(goesOn))}` || "-";
  return [
    [
      "account",
      [
        quiet_until,
        budget?.left ?? "-",
        budget?.until ?? "-",
        quota?.reset ?? "-",
        quota?.every ?? "-",
        "-",
      ].join(" "),
    ],
    ...calls.map((began, at): [string, string] => [`call ${at}`, String(began)]),
    ...leases.map(({ id, key, until, lost, goes_on }): [string, string] => [
      `lease ${id}`,
      `${until} ${marks(lost, goes_on)} ${key}`,
    ]),
    ...(fresh ?? []).map(({ key, until }): [string, string] => [`fresh ${key}`, String(until)]),
  ];
}
