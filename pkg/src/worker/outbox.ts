import { edge, plainAccount, plainReply, type Rendered, type Stepped } from "../edge.js";
import { FieldpostError } from "../errors.js";
import { send } from "../send.js";
import type { Outcome } from "../types.js";
import { options, type RelayEnv, type Target } from "./options.js";
import type { Place } from "./gate.js";

/** A lead that passed the form's check, on its way into the outbox. */
export interface Offer {
  key: string;
  bodyHash: string;
  form: string;
  /** The clean values, as JSON. */
  lead: string;
  visitor: string;
  /** Whose record it touches, as a hash. */
  person: string;
  /** Why a person should look first; empty for nearly all. */
  review: string[];
  /** The accounts it goes to. */
  targets: string[];
}

export interface Accepted {
  id: string;
  state: "queued" | "stored" | "conflict" | "full";
}

/** The Durable Object's own storage, as far as it is used here. */
export interface DurableState {
  storage: {
    sql: { exec(query: string, ...bindings: unknown[]): Iterable<Record<string, unknown>> & { toArray(): Record<string, unknown>[] } };
    setAlarm(time: number): Promise<void>;
    getAlarm(): Promise<number | null>;
    get<T>(key: string): Promise<T | undefined>;
    put(key: string, value: unknown): Promise<void>;
  };
  blockConcurrencyWhile<T>(act: () => Promise<T>): Promise<T>;
}

/** What a Worker module exports for the platform to make objects of. */
export type DurableObjectClass = new (
  state: DurableState,
  env: RelayEnv,
) => { fetch(request: Request): Promise<Response>; alarm?(): Promise<void> };

interface DeliveryRow extends Record<string, unknown> {
  id: string;
  lead: string;
  account: string;
  state: string;
}

/** The bound of waiting leads in one outbox, and of those that wait for a person. */
const MAX_QUEUED = 250_000;
const MAX_REVIEW = 10_000;

/** So many deliveries of one outbox run at once; the gates hold the accounts' own limits. */
const MAX_RUNNING = 20;

/** After this long the memory of a delivered lead (hashes, id, outcome) goes. */
const KEEP = 8 * 24 * 60 * 60 * 1000;

/** How long a call may take, the system's own 30 s and some of the way; then nobody can tell. */
const DEADLINE = 35_000;
const BACKOFF_BASE = 1_000;
const BACKOFF_CAP = 10 * 60 * 1000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS leads (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, body_hash TEXT NOT NULL, form TEXT NOT NULL, person TEXT NOT NULL,
    accepted INTEGER NOT NULL, review TEXT, lead TEXT, visitor TEXT, finished INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY, lead TEXT NOT NULL REFERENCES leads (id), account TEXT NOT NULL, state TEXT NOT NULL,
    phase TEXT NOT NULL, next INTEGER NOT NULL, code TEXT, maybe_repeated INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS due ON deliveries (phase, next);
  CREATE TABLE IF NOT EXISTS renders (
    delivery TEXT NOT NULL, operation TEXT NOT NULL, request TEXT NOT NULL, PRIMARY KEY (delivery, operation)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS finished ON leads (finished);
`;

/**
 * The durable queue of one shard, and the record of truth: an accepted lead is in its SQLite before the page hears of
 * it, and leaves it when every system has answered for good. The machine that decides is `src/delivery/outbox.rs`.
 */
export function makeOutbox(load: () => Promise<void>): DurableObjectClass {
  return class Outbox {
    readonly state: DurableState;
    readonly env: RelayEnv;
    readonly running = new Set<string>();

    constructor(state: DurableState, env: RelayEnv) {
      this.state = state;
      this.env = env;
      void state.blockConcurrencyWhile(async () => {
        await load();
        state.storage.sql.exec(SCHEMA);
        // An alarm that was lost with the last instance is set again before anything else.
        await this.arm();
      });
    }

    async fetch(request: Request): Promise<Response> {
      const url = new URL(request.url);
      switch (url.pathname) {
        case "/known":
          return this.known((await request.json()) as { key: string; bodyHash?: string });
        case "/accept":
          return this.accept((await request.json()) as Offer);
        case "/wake":
          this.pump();
          await this.arm();
          return Response.json({});
        case "/list":
          return Response.json(this.list());
        case "/replay":
          return Response.json(await this.replay(url.searchParams));
        default:
          return new Response(null, { status: 404 });
      }
    }

    /** Never throws: the platform gives up an alarm that keeps throwing, and the backlog would sleep for ever. */
    async alarm(): Promise<void> {
      try {
        this.pump();
        this.forget();
      } catch (error) {
        console.error(JSON.stringify({ event: "alarm.failed", name: error instanceof Error ? error.name : "unknown" }));
      }
      await this.arm().catch(() => this.state.storage.setAlarm(Date.now() + 5_000));
    }

    rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
      return this.state.storage.sql.exec(query, ...bindings).toArray();
    }

    known({ key, bodyHash }: { key: string; bodyHash?: string }): Response {
      const [lead] = this.rows("SELECT id, body_hash, finished FROM leads WHERE key = ?", key);
      if (!lead) return new Response(null, { status: 404 });
      const accepted: Accepted = {
        id: String(lead["id"]),
        state: bodyHash !== undefined && bodyHash !== lead["body_hash"] ? "conflict" : lead["finished"] === null ? "queued" : "stored",
      };
      return Response.json(accepted);
    }

    /** One write, then the answer: the output gate holds the reply until the write is on disk. */
    async accept(offer: Offer): Promise<Response> {
      const known = this.known(offer);
      if (known.status === 200) return known;
      const { review, key, bodyHash, form, lead, visitor, person, targets } = offer;
      const [count] = this.rows("SELECT count(*) AS n FROM leads WHERE finished IS NULL AND (review IS NOT NULL) = ?", review.length > 0 ? 1 : 0);
      if (Number(count?.["n"]) >= (review.length > 0 ? MAX_REVIEW : MAX_QUEUED)) return Response.json({ id: "", state: "full" });
      const now = Date.now();
      const id = crypto.randomUUID();
      this.rows(
        "INSERT INTO leads (id, key, body_hash, form, person, accepted, review, lead, visitor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id, key, bodyHash, form, person, now, review.length > 0 ? review.join(" ") : null, lead, visitor,
      );
      for (const account of targets) {
        const { system } = options(this.env).accounts[account] as { system: string };
        const state = edge((glue) => glue.newDelivery(system, now));
        this.rows(
          "INSERT INTO deliveries (id, lead, account, state, phase, next) VALUES (?, ?, ?, ?, ?, ?)",
          `${id}/${account}`, id, account, state, review.length > 0 ? "review" : "waiting", now,
        );
      }
      await this.state.storage.setAlarm(now);
      return Response.json({ id, state: "queued" } satisfies Accepted);
    }

    /** Starts what is due. Nothing here waits for a CRM: one that hangs must not hold up the others. */
    pump(): void {
      const room = MAX_RUNNING - this.running.size;
      if (room <= 0) return;
      const due = this.rows(
        "SELECT id, lead, account, state FROM deliveries WHERE phase IN ('waiting', 'sent') AND next <= ? ORDER BY next LIMIT ?",
        Date.now(), room + this.running.size,
      ) as DeliveryRow[];
      for (const row of due) {
        if (this.running.has(row.id) || this.running.size >= MAX_RUNNING) continue;
        this.running.add(row.id);
        void this.deliver(row)
          .catch((error: unknown) => this.stumble(row, error))
          .finally(() => {
            this.running.delete(row.id);
            this.pump();
            return this.arm();
          });
      }
    }

    /** Sets the alarm for the earliest delivery that is not running. */
    async arm(): Promise<void> {
      const waiting = this.rows("SELECT id, next FROM deliveries WHERE phase IN ('waiting', 'sent') ORDER BY next LIMIT ?", MAX_RUNNING + 1);
      const next = waiting.find((row) => !this.running.has(String(row["id"])));
      if (!next) return;
      // When all places are taken, the one that ends first pumps; the alarm is only there for the case of a crash.
      const soonest = this.running.size >= MAX_RUNNING ? Date.now() + 1_000 : Number(next["next"]);
      await this.state.storage.setAlarm(Math.max(Date.now(), soonest));
    }

    /** What a broken delivery does instead of looping at full speed. */
    stumble(row: DeliveryRow, error: unknown): void {
      const code = error instanceof FieldpostError ? error.code : "delivery.failed";
      console.error(JSON.stringify({ event: "delivery.failed", id: row.id, code }));
      const dead = code === "params.invalid" || code === "account.invalid" || code === "state.invalid";
      this.rows("UPDATE deliveries SET phase = ?, code = ?, next = ? WHERE id = ?", dead ? "dead" : "waiting", code, Date.now() + 30_000, row.id);
    }

    /** Takes one delivery as far as it goes now. */
    async deliver(row: DeliveryRow): Promise<void> {
      const relay = options(this.env);
      const account = relay.accounts[row.account];
      const [lead] = this.rows("SELECT form, lead, visitor, person FROM leads WHERE id = ?", row.lead);
      const target = relay.forms[String(lead?.["form"])]?.deliver.find((one) => one.account === row.account);
      if (!account || !lead || !target) throw new FieldpostError("account.invalid");
      const deadline = DEADLINE / (relay.timeScale ?? 1);

      for (;;) {
        const place = await this.gate<Place>(row.account, "acquire", { id: row.id, key: lead["person"], deadline });
        if (place.answer !== "granted") {
          // Without a token nothing is sent, so nothing is known of a call that may be out: only refused credentials end it.
          if (place.outcome?.kind === "refused") this.step(row, account.system, { event: "outcome", outcome: place.outcome });
          else this.step(row, account.system, { event: "held", until: place.until });
          return;
        }
        const sent = this.step(row, account.system, { event: "due" });
        if (sent.effect.effect !== "send") {
          await this.gate(row.account, "release", { id: row.id });
          if (sent.effect.effect === "wait" && sent.next <= Date.now()) continue;
          return;
        }
        const { operation, record } = sent.effect;
        let outcome: Outcome;
        let write: boolean;
        try {
          const rendered = this.render(row.id, operation, lead, target, record ?? undefined);
          write = rendered.method !== "GET";
          outcome = await this.call(operation, rendered, place.token, deadline);
        } catch (error) {
          await this.gate(row.account, "release", { id: row.id });
          throw error;
        }
        const moved = this.step(row, account.system, { event: "outcome", outcome });
        await this.gate(row.account, "release", { id: row.id, outcome, token: place.token, write });
        if (moved.effect.effect !== "wait" || moved.next > Date.now()) return;
      }
    }

    /** Moves a delivery on and writes down where it stands, before anything is sent. */
    step(row: DeliveryRow, system: string, event: unknown): Stepped {
      const scale = options(this.env).timeScale ?? 1;
      // The machine counts whole milliseconds.
      const [deadline, base, cap] = [DEADLINE, BACKOFF_BASE, BACKOFF_CAP].map((time) => Math.round(time / scale));
      const timing = { deadline, base, cap, scale };
      const random = crypto.getRandomValues(new Uint32Array(1))[0] as number;
      const moved = edge((glue) => glue.stepDelivery(system, row.state, timing, event, Date.now(), random));
      row.state = moved.state;
      this.rows(
        "UPDATE deliveries SET state = ?, phase = ?, next = ?, code = ?, maybe_repeated = ? WHERE id = ?",
        moved.state, moved.phase, moved.next, codeOf(moved.outcome), moved.maybe_repeated ? 1 : 0, row.id,
      );
      if (moved.phase === "done") this.finish(row.lead);
      return moved;
    }

    /** The request, made once and then repeated byte for byte. */
    render(delivery: string, operation: string, lead: Record<string, unknown>, target: Target, record?: string): Rendered {
      const call = record === undefined ? operation : `${operation} ${record}`;
      const [kept] = this.rows("SELECT request FROM renders WHERE delivery = ? AND operation = ?", delivery, call);
      if (kept) return JSON.parse(String(kept["request"])) as Rendered;
      const account = options(this.env).accounts[target.account];
      const mapping = {
        map: Object.entries(target.map),
        constants: Object.entries(target.constants ?? {}),
        ...(target.join !== undefined && { join: target.join }),
      };
      const rendered = edge((glue) =>
        glue.render(operation, String(lead["lead"]), String(lead["visitor"]), mapping, plainAccount(account as never), record),
      );
      // Sent along, but not relied on: the key of the system's own replay.
      if (operation.startsWith("prospects.")) rendered.headers.push(["X-Idempotency-Key", delivery]);
      this.rows("INSERT INTO renders (delivery, operation, request) VALUES (?, ?, ?)", delivery, call, JSON.stringify(rendered));
      return rendered;
    }

    async call(operation: string, rendered: Rendered, token: string, deadline: number): Promise<Outcome> {
      const request = edge((glue) => glue.toRequest(rendered, token));
      let plain: unknown;
      try {
        // workerd's fetch has no deadline of its own, and a body can hang as well as its head.
        plain = await within(deadline, async (signal) => plainReply(await send(request, { timeout: deadline, signal })));
      } catch (error) {
        // workerd cannot tell "refused" from "reset after the CRM acted", so neither can we.
        return { kind: "unknown", why: error instanceof FieldpostError ? error.code : "network.failed" };
      }
      return edge((glue) => glue.edgeRead(operation, plain));
    }

    /** When the last system has the lead, the person's values go; the hashes stay, for repeats. */
    finish(lead: string): void {
      const [open] = this.rows("SELECT count(*) AS n FROM deliveries WHERE lead = ? AND phase <> 'done'", lead);
      if (Number(open?.["n"]) > 0) return;
      this.rows("UPDATE leads SET lead = NULL, visitor = NULL, finished = ? WHERE id = ?", Date.now(), lead);
      this.rows("DELETE FROM renders WHERE delivery IN (SELECT id FROM deliveries WHERE lead = ?)", lead);
    }

    forget(): void {
      const old = Date.now() - KEEP;
      this.rows("DELETE FROM deliveries WHERE lead IN (SELECT id FROM leads WHERE finished < ?)", old);
      this.rows("DELETE FROM leads WHERE finished < ?", old);
    }

    list(): Record<string, unknown>[] {
      return this.rows(
        `SELECT deliveries.id AS id, form, account, phase, code, accepted, next, review, maybe_repeated
         FROM deliveries JOIN leads ON leads.id = deliveries.lead ORDER BY accepted DESC LIMIT 1000`,
      );
    }

    /** Sends dead or reviewed deliveries on: one by its id or its lead's, or all of a code. */
    async replay(which: URLSearchParams): Promise<Record<string, unknown>[]> {
      const [id, code] = [which.get("id"), which.get("code")];
      const rows = this.rows(
        `SELECT id, account, lead FROM deliveries WHERE phase IN ('dead', 'review') AND (id = ?1 OR lead = ?1 OR code = ?2)`,
        id, code,
      );
      for (const row of rows) {
        const { system } = options(this.env).accounts[String(row["account"])] as { system: string };
        const state = edge((glue) => glue.newDelivery(system, Date.now()));
        this.rows("UPDATE deliveries SET phase = 'waiting', state = ?, next = ? WHERE id = ?", state, Date.now(), row["id"]);
        // What was corrected since has to reach the system: the request is made anew.
        this.rows("DELETE FROM renders WHERE delivery = ?", row["id"]);
        this.rows("UPDATE leads SET review = NULL WHERE id = ?", row["lead"]);
      }
      this.pump();
      await this.arm();
      return rows.map(({ id: replayed }) => ({ id: replayed }));
    }

    async gate<T>(account: string, what: "acquire" | "release", body: object): Promise<T> {
      const gate = this.env.GATE.get(this.env.GATE.idFromName(account));
      const response = await gate.fetch(`https://gate/${what}`, { method: "POST", body: JSON.stringify({ account, ...body }) });
      if (!response.ok) throw new FieldpostError("gate.failed");
      return (await response.json()) as T;
    }
  };
}

/** What an operator may see of an outcome. */
function codeOf(outcome: Outcome | null): string | null {
  switch (outcome?.kind) {
    case "refused":
      return outcome.issues[0]?.code ?? "refused";
    case "retry":
      return outcome.code;
    case "unknown":
      return outcome.why;
    default:
      return outcome?.kind ?? null;
  }
}

async function within<T>(deadline: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(deadline);
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(new FieldpostError("network.timeout"))),
  );
  return Promise.race([act(signal), late]);
}
