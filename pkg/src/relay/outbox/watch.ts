import { ROW, steady, WORD } from "../../core/edge.js";
import { DEADLINE, tell } from "../alerts/channels.js";
import { RINGS } from "../alerts.gen.js";
import type { IncidentTold, Message } from "../alerts/message.js";
import { consult, patience } from "../host/consult.js";
import { facts } from "../host/facts.js";
import { hashedId, joined } from "../host/hash.js";
import { log } from "../host/log.js";
import type { LimiterStatus } from "../limiter/account-limiter.js";
import {
  type AlertChannel,
  channelsOf,
  options,
  type RelayEnv,
  type RelayOptions,
} from "../options.js";
import type { DurableState } from "../storage/durable.js";
import type { StandingNow } from "../storage/standing.js";
import { nameOf, outbox } from "./shards.js";

const MINUTE = 60_000;

/** What is so is looked at once in a minute. */
const EVERY = MINUTE;

/** So many objects are asked at a time: one may have six calls out, and somebody may be at the console meanwhile. */
const AT_ONCE = 4;

/** What the owner may leave out. */
const REVIEW = 25;
const QUEUE = 30;
const REPEAT = 24;

/** A channel as the console shows it: no address and no key. */
export interface ChannelShown {
  name: string;
  kind: string;
  /** Since when nothing arrives; 0 where it does, or nothing was ever told. */
  failing: number;
  tries: number;
  code: string;
  /** When something arrived last; 0 for never. */
  last: number;
}

/** What the console shows of alerts. */
export interface AlertsShown {
  channels: ChannelShown[];
  incidents: IncidentTold[];
}

/**
 * Looks once in a minute what is wrong with outboxes and accounts, and tells the owner's channels. It is in the one object that knows of
 * all shards, and nobody else waits for it. What a channel was told is decided in `src/relay/alerts.rs` and kept in a row; it is
 * written when the message has arrived, so a crash in between tells it again under the same id, and never leaves it out.
 */
export class Watch {
  private running: Promise<void> | undefined;

  constructor(
    readonly storage: DurableState["storage"],
    readonly env: RelayEnv,
  ) {}

  private rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.storage.sql.exec(query, ...bindings).toArray();
  }

  /** Sees to it that somebody looks, where there is anybody to tell. Whoever registers a number of shards does this. */
  async wake(): Promise<void> {
    const relay = options(this.env);
    if (channelsOf(relay)[0] === undefined || this.running) return;
    const next = await this.storage.getAlarm();
    const latest = Date.now() + EVERY / (relay.timeScale ?? 1);
    if (RINGS[facts(next !== null, Number(next) > latest)]) await this.storage.setAlarm(latest);
  }

  /** An alarm rang. In an outbox that knows of no shards there is nothing to look at. */
  async alarm(): Promise<void> {
    if (this.rows("SELECT 1 FROM counts LIMIT 1")[0] === undefined) return;
    const relay = options(this.env);
    if (channelsOf(relay)[0] === undefined) return;
    this.running ??= this.look(relay).finally(() => {
      this.running = undefined;
    });
    try {
      await this.running;
    } finally {
      await this.storage.setAlarm(Date.now() + EVERY / (relay.timeScale ?? 1));
    }
  }

  private async look(relay: RelayOptions): Promise<void> {
    const { facts, isWhole } = await this.facts(relay);
    // One that hangs holds up nobody but who comes behind it, and that for its deadline.
    await some(channelsOf(relay), async ([name, channel]) => {
      const { due, incidents, kept } = this.step(name, "looked", facts, isWhole);
      this.keep(name, kept);
      if (due === "due") await this.tell(name, channel, incidents, relay);
    });
    // What a channel was told that the options no longer have goes.
    this.rows(
      "DELETE FROM alerts WHERE channel NOT IN (SELECT value FROM json_each(?))",
      JSON.stringify(channelsOf(relay).map(([name]) => name)),
    );
  }

  private async tell(
    name: string,
    channel: AlertChannel,
    incidents: readonly IncidentTold[],
    relay: RelayOptions,
  ): Promise<void> {
    const id = await hashedId(
      joined([
        name,
        ...incidents.flatMap(({ state, code, account, form, opened, count }) => [
          state,
          code,
          account,
          form,
          String(opened),
          String(count),
        ]),
      ]),
    );
    const message: Message = {
      id,
      at: Date.now(),
      type: "fieldpost.alert",
      incidents,
      console: relay.alerts?.console,
    };
    const { code, after } = await tell(channel, message, patience(relay.timeScale, DEADLINE));
    this.keep(name, this.step(name, code === "" ? "told" : "failed", code, false, after).kept);
    if (code === "") log("alert.told", { channel: name, incidents: incidents.length });
    else log("alert.failed", { channel: name, code });
  }

  /** Tells one channel that this is a test, at once. What it was told of incidents stays as it is. */
  async test(name: string): Promise<{ code: string }> {
    const relay = options(this.env);
    const channel = new Map(channelsOf(relay)).get(name);
    if (channel === undefined) return { code: "alert.which" };
    const message: Message = {
      id: crypto.randomUUID(),
      at: Date.now(),
      type: "fieldpost.test",
      incidents: [],
      console: relay.alerts?.console,
    };
    const { code } = await tell(channel, message, patience(relay.timeScale, DEADLINE));
    return { code };
  }

  /** What is open, and how it is with each channel. All of them are shown the same. */
  shown(): AlertsShown {
    const all = channelsOf(options(this.env)).map(([name, { kind }]) => {
      const { kept: _, due: __, incidents, ...own } = this.step(name, "shown");
      return { channel: { name, kind, ...own }, incidents };
    });
    return {
      channels: all.map(({ channel }) => channel),
      incidents: (all[0]?.incidents ?? []).filter(({ ended }) => ended === null),
    };
  }

  private keep(name: string, state: string): void {
    this.rows(
      "INSERT INTO alerts (channel, state) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET state = excluded.state WHERE state <> excluded.state",
      name,
      state,
    );
  }

  /** One step of a channel's machine. */
  private step(name: string, event: string, given = "", flag = false, number = 0): Stepped {
    const { alerts, timeScale = 1 } = options(this.env);
    const { review = REVIEW, queueMinutes = QUEUE, repeatHours = REPEAT } = alerts ?? {};
    const [row] = this.rows("SELECT state FROM alerts WHERE channel = ?", name);
    const limits = Float64Array.of(review, queueMinutes, repeatHours, Math.max(1, timeScale));
    return read(
      steady((glue) =>
        glue.stepAlerts(
          String(row?.["state"] ?? ""),
          event,
          given,
          flag,
          number,
          limits,
          Date.now(),
        ),
      ),
    );
  }

  /** What is so, as rows of words, and whether everybody has answered. */
  private async facts(relay: RelayOptions): Promise<{ facts: string; isWhole: boolean }> {
    const [most] = this.rows("SELECT max(count) AS most FROM counts");
    const shards = Array.from({ length: Number(most?.["most"] ?? 0) }, (_, n) => nameOf(n));
    const wait = patience(relay.timeScale);
    const standings = await some(shards, (shard) =>
      consult<StandingNow>(outbox(this.env, shard), "https://outbox/standing", wait, {}),
    );
    const limiters = await some(Object.keys(relay.accounts), (account) =>
      consult<LimiterStatus>(
        this.env.GATE.get(this.env.GATE.idFromName(account)),
        `https://gate/status?account=${encodeURIComponent(account)}`,
        wait,
      ),
    );
    const all: Fact[] = [...summed(standings.heard), ...limiters.heard.flatMap(ofLimiter)];
    return {
      facts: all.map((fact) => fact.join(WORD)).join(ROW),
      isWhole: standings.missing + limiters.missing === 0,
    };
  }
}

/** Kind, account, form, code and how much: see `src/relay/alerts.rs`. */
type Fact = [kind: string, account: string, form: string, code: string, n: number];

/** What all outboxes say together. */
function summed(all: readonly StandingNow[]): Fact[] {
  const dead = new Map<string, Fact>();
  for (const { account, form, n } of all.flatMap((one) => one.dead)) {
    const name = JSON.stringify([account, form]);
    const before = dead.get(name)?.[4] ?? 0;
    dead.set(name, ["dead", account, form, "", before + n]);
  }
  const sum = (of: (one: StandingNow) => number): number => all.reduce((n, one) => n + of(one), 0);
  const now = Date.now();
  const oldest = Math.min(now, ...all.map((one) => one.oldest ?? now));
  return [
    ...dead.values(),
    ["review", "", "", "", sum((one) => one.review)],
    ["gone", "", "", "", sum((one) => one.gone)],
    // An object of the release before asks nobody.
    ["vanished", "", "", "", sum((one) => (one as Partial<StandingNow>).vanished ?? 0)],
    ["queue", "", "", "", Math.floor((now - oldest) / MINUTE)],
  ];
}

function ofLimiter({ account, closed, refused, quota, targets }: LimiterStatus): Fact[] {
  const why = closed?.code ?? refused;
  return [
    ...(why === null ? [] : [["account", account, "", why, 1] as Fact]),
    ...(quota === null ? [] : [["quota", account, "", "", 1] as Fact]),
    ...targets.map(
      ({ form, param, code }): Fact => [
        "target",
        account,
        param === null ? form : `${form}/${param}`,
        code,
        1,
      ],
    ),
  ];
}

/** Asks some at a time; who does not answer is left out, and how many these are is said. */
async function some<T, V>(
  all: readonly T[],
  ask: (one: T) => Promise<V>,
): Promise<{ heard: V[]; missing: number }> {
  const heard: V[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const part = await Promise.allSettled(all.slice(from, from + AT_ONCE).map(ask));
    heard.push(...part.flatMap((one) => ("value" in one ? [one.value] : [])));
  }
  return { heard, missing: all.length - heard.length };
}

interface Stepped {
  kept: string;
  /** `due` where somebody is told. */
  due: string;
  failing: number;
  tries: number;
  last: number;
  code: string;
  incidents: IncidentTold[];
}

/** What the machine says of a channel; the text is what is kept of it, too. */
function read(kept: string): Stepped {
  const [head = "", ...rows] = kept.split(ROW);
  const [due = "", code = "", , tries, failing, last] = head.split(WORD);
  return {
    kept,
    due,
    failing: Number(failing),
    tries: Number(tries),
    last: Number(last),
    code,
    incidents: rows.map((row) => {
      const [state = "", kind, account = "", form = "", why = "", n, opened, absent] =
        row.split(WORD);
      return {
        state,
        code: `alert.${kind}`,
        account,
        form,
        why,
        count: Number(n),
        opened: Number(opened),
        ended: state === "recovered" ? Number(absent) : null,
      };
    }),
  };
}
