import { edge, type EdgeGlue, steady } from "../edge.js";
import { FieldpostError } from "../errors.js";
import type { DurableState } from "./durable.js";
import { log } from "./log.js";
import type { RelayAccount } from "./options.js";

const TABLE = "CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID";

/** Between rows and between the words of a row, as `src/wasm/gate.rs` has them. */
const [ROW, WORD] = ["\u0002", "\u0001"];

/** How the row of a closed target begins. */
const TARGET = "target ";

/** Of this code a target is closed just because the options do not have it. */
const GONE = "params.target";

/** What stands before a call. */
export const [OPEN, WAIT, TOKEN, READ] = [0, 1, 2, 3] as const;

/** A call that wants to go out. */
export interface Ask {
  id: string;
  /** The persons, as hashes with their kinds and blanks between. */
  keys: string;
  shard: string;
  /** The lead's form, and the parameters that it fills, a line each. */
  form: string;
  fills: string;
  deadline: number;
  /** Nobody heard what became of this delivery's last call. */
  lost: boolean;
}

export type Placed =
  | { answer: "granted"; doubt: number | null; others: number | null; kept: boolean; probe: boolean; version: 3 | 4 | null }
  | { answer: "wait"; until: number; scope: "account" | "target" | "person"; target: string | null };

/** What came of a call, as far as it concerns the account. Times in milliseconds since 1970. */
export interface Told {
  id: string;
  keep: "no" | "goeson" | "lost";
  form: string;
  fills: string;
  fault: string;
  param: string;
  code: string;
  message: string;
  landed?: number | undefined;
  good: boolean;
  stored: boolean;
  lag?: number | undefined;
  quiet?: number | undefined;
  reset?: number | undefined;
  scale: number;
  left?: number | undefined;
  until?: number | undefined;
  version?: number | undefined;
}

/** What follows of it for others. */
export interface Settled {
  /** The closed target that the delivery waits for. */
  hold: string | null;
  /** When what is closed is asked again; 0 where nothing is. */
  until: number;
  /** Something that was asked about is mended. */
  opened: boolean;
}

/** What is closed: why, since when, and when it is asked again, in milliseconds since 1970. */
export interface Closed {
  code: string;
  /** What has to be mended. */
  message: string;
  since: number;
  probe: number;
}

/** What a limiter says of itself. */
export interface Limiting {
  running: number;
  calls: number;
  quietUntil: number;
  quota: number | null;
  version: 3 | 4 | null;
  closed: (Closed & { by: string }) | null;
  targets: (Closed & { form: string; param: string | null })[];
}

/** An account's limiter: it lives in the module, and its rows here. */
export class Limiter {
  private isLoaded = false;

  constructor(
    readonly storage: DurableState["storage"],
    /** How often what is closed is asked, in milliseconds. */
    readonly every: () => number,
    readonly accountOf: (name: string) => RelayAccount,
    /** Whether a form goes to an account, with this parameter where one is named. */
    readonly goesTo: (account: string, form: string, param: string | null) => boolean,
  ) {}

  /** Older versions kept one text; it becomes rows, once. */
  async begin(): Promise<void> {
    this.storage.sql.exec(TABLE);
    const old = await this.storage.get<string>("limiter");
    if (old === undefined) return;
    this.write(rowsOf(JSON.parse(old) as Old).map(([name, text]) => `${name}${WORD}${text}`));
    await this.storage.delete("limiter");
  }

  /** Asks the module; an instance that is new there, or here, is given the rows first. */
  private ask<T>(account: string, act: (glue: EdgeGlue) => T): T {
    if (this.isLoaded) {
      try {
        return steady(act);
      } catch (error) {
        if (!(error instanceof FieldpostError) || error.code !== "state.missing") throw error;
      }
    }
    const { system, limits } = this.accountOf(account);
    const parts = this.storage.sql.exec("SELECT name, text FROM parts").toArray().map(({ name, text }) => [String(name), String(text)] as const);
    const rows = parts.filter((part) => this.isKept(account, part)).map((part) => part.join(WORD));
    const own = Float64Array.from(limits ? [limits.calls, limits.window, limits.atOnce] : []);
    edge((glue) => glue.gateLoad(account, system, own, rows.join(ROW)));
    this.isLoaded = true;
    return steady(act);
  }

  /**
   * A target that the owner has taken out of the options opens here, for no lead may ever ask about it. Leads of a form that
   * is gone may still wait, and say so: then they ask, and it stays closed until nobody has asked for a while.
   */
  private isKept(account: string, [name, text]: readonly [string, string]): boolean {
    if (!name.startsWith(TARGET)) return true;
    const { form, param, code, probe } = targetOf(name, text);
    const isAsked = param === null && code === GONE && probe > Date.now() - 5 * this.every();
    if (isAsked || this.goesTo(account, form, param)) return true;
    this.storage.sql.exec("DELETE FROM parts WHERE name = ?", name);
    log("target.opened", { account, form, code });
    return false;
  }

  /** Writes down what a call has changed. Should that fail, the rows are the truth. */
  private write(rows: readonly string[]): void {
    try {
      for (const row of rows) {
        const [name, text] = row.split(WORD);
        if (!name) continue;
        if (text === undefined) this.storage.sql.exec("DELETE FROM parts WHERE name = ?", name);
        else this.storage.sql.exec("INSERT OR REPLACE INTO parts (name, text) VALUES (?, ?)", name, text);
      }
    } catch (error) {
      this.isLoaded = false;
      throw error;
    }
  }

  /**
   * Hashes of persons are of no use once what they stand for is over: the module drops them with the next call, and this
   * where none comes. An hour is more than any of them lasts.
   */
  forget(now: number): void {
    this.storage.sql.exec("DELETE FROM parts WHERE (name LIKE 'fresh %' OR name LIKE 'lease %') AND CAST(text AS INTEGER) < ?", now - 3_600_000);
  }

  door(account: string): number {
    return this.ask(account, (glue) => glue.gateDoor(account, Date.now()));
  }

  /** Asks for a place. Who was turned away changes nothing that a restart may not forget, so it costs no write. */
  acquire(account: string, { id, keys, shard, form, fills, deadline, lost }: Ask, lag: number): Placed {
    const words = [id, keys, shard, form, fills].join(WORD);
    const numbers = Float64Array.of(Date.now(), deadline, lag, Number(lost), this.every());
    const [head = "", ...rows] = this.ask(account, (glue) => glue.gateAcquire(account, words, numbers)).split(ROW);
    this.write(rows);
    const [answer, ...said] = head.split(WORD);
    if (answer !== "granted") return { answer: "wait", scope: answer as "account", until: Number(said[0]), target: said[1] || null };
    const [doubt, kept, probe, version, others] = said;
    return { answer, doubt: doubt ? Number(doubt) : null, others: others ? Number(others) : null, kept: kept !== "", probe: probe !== "", version: versionOf(version) };
  }

  release(account: string, told: Told): Settled {
    const words = [told.id, told.keep, told.form, told.fills, told.fault, told.param, told.code, told.message].join(WORD);
    const { landed, good, stored, lag, quiet, reset, scale, left, until, version } = told;
    // What is not there is not a number.
    const numbers = Float64Array.from([Date.now(), landed, Number(good), Number(stored), lag, quiet, reset, scale, left, until, version, this.every()], Number);
    return this.settled(account, this.ask(account, (glue) => glue.gateRelease(account, words, numbers)));
  }

  /** What the gate found out by itself: see `gateFound`. */
  found(account: string, what: string, code = "", message = ""): Settled {
    return this.settled(account, this.ask(account, (glue) => glue.gateFound(account, what, code, message, this.every(), Date.now())));
  }

  /** What was closed or opened is written down and said. */
  private settled(account: string, text: string): Settled {
    const [head = "", ...rows] = text.split(ROW);
    const said = rows.filter((row) => row.startsWith(`!${WORD}`)).map((row) => row.split(WORD).slice(1));
    this.write(rows.filter((row) => !row.startsWith(`!${WORD}`)));
    for (const [event = "", form = "", code = ""] of said) log(event, { account, ...(form && { form }), code });
    const [hold, until] = head.split(WORD);
    return { hold: hold || null, until: Number(until), opened: said.some(([event]) => event?.endsWith(".opened")) };
  }

  status(account: string): Limiting {
    const [head = "", ...rows] = this.ask(account, (glue) => glue.gateStatus(account)).split(ROW);
    const [running, calls, quiet, quota, version] = head.split(WORD);
    const parts = rows.map((row) => row.split(WORD) as [string, string]);
    const closed = parts.find(([name]) => name === "closed");
    const targets = parts.filter(([name]) => name.startsWith(TARGET));
    return {
      running: Number(running),
      calls: Number(calls),
      quietUntil: Number(quiet),
      quota: quota ? Number(quota) : null,
      version: versionOf(version),
      closed: closed ? closedBy(closed[1]) : null,
      targets: targets.map(([name, text]) => targetOf(name, text)),
    };
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

function rowsOf({ calls, leases, quiet_until, budget, quota, fresh }: Old): [name: string, text: string][] {
  const marks = (lost = false, goesOn = false): string => `${lost ? "l" : ""}${goesOn ? "g" : ""}` || "-";
  return [
    ["account", [quiet_until, budget?.left ?? "-", budget?.until ?? "-", quota?.reset ?? "-", quota?.every ?? "-", "-"].join(" ")],
    ...calls.map((began, at): [string, string] => [`call ${at}`, String(began)]),
    ...leases.map(({ id, key, until, lost, goes_on }): [string, string] => [`lease ${id}`, `${until} ${marks(lost, goes_on)} ${key}`]),
    ...(fresh ?? []).map(({ key, until }): [string, string] => [`fresh ${key}`, String(until)]),
  ];
}

const versionOf = (text: string | undefined): 3 | 4 | null => (text === "3" ? 3 : text === "4" ? 4 : null);

/** A row's words: since, when it is asked again, who asked last, code and sentence. */
function shut(text: string): Closed {
  const [since, probe, , code = "", ...message] = text.split(" ");
  return { code, message: message.join(" "), since: Number(since), probe: Number(probe) };
}

function targetOf(row: string, text: string): Closed & { form: string; param: string | null } {
  const [form = "", ...param] = row.slice(TARGET.length).split("/");
  return { form, param: param.length > 0 ? param.join("/") : null, ...shut(text) };
}

/** The same, with what asks in the third place. */
function closedBy(text: string): Closed & { by: string } {
  const words = text.split(" ");
  const [by = ""] = words.splice(2, 1);
  return { ...shut(words.join(" ")), by };
}
