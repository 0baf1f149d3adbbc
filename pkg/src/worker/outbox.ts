import { Acceptance, type Accepted, KEEP } from "./acceptance.js";
import { Alarm, NET } from "./alarm.js";
import { Deliveries, type DeliveryRow, STUMBLED } from "./delivery.js";
import { Desk } from "./desk.js";
import type { DurableObjectClass, DurableState } from "./durable.js";
import { erase } from "./erasure.js";
import { Holds } from "./holds.js";
import { Inquiry } from "./inquiry.js";
import { AT_ONCE, Lanes } from "./lanes.js";
import { Letters } from "./letters.js";
import { log } from "./log.js";
import { goesTo, options, type RelayEnv } from "./options.js";
import { Peers } from "./peers.js";
import { Budget, HostRefusal, PLANS } from "./platform.js";
import { Polls } from "./polls.js";
import { Registry } from "./registry.js";
import { migrate } from "./schema.js";
import { MOVED } from "./shards.js";

/** A delivery with what is needed of its lead. The values, 64 KiB of them, are read where it goes out. */
const ROW = `SELECT deliveries.id AS id, deliveries.lead AS lead, account, state, phase, code, next, hold, form,
  CASE WHEN persons <> '' THEN persons ELSE person END AS persons
  FROM deliveries JOIN leads ON leads.id = deliveries.lead`;

/** So many leads are looked at for an account at a time. */
const PAGE = 4 * AT_ONCE;

/** Should the platform lose an alarm, the next one is never further away than this while something waits. */
const LATEST_ALARM = 60_000;

/**
 * The durable queue of one shard, and the record of truth: an accepted lead is in its SQLite before the page hears of
 * it, and leaves it when every system has answered for good. The machine that decides is `src/delivery/outbox.rs`.
 */
export function makeOutbox(load: () => Promise<void>): DurableObjectClass {
  return class Outbox {
    readonly state: DurableState;
    readonly env: RelayEnv;
    readonly desk: Desk;
    readonly acceptance: Acceptance;
    readonly lanes = new Lanes();
    readonly inquiry: Inquiry;
    readonly holds: Holds;
    readonly letters: Letters;
    readonly polls: Polls;
    readonly registry: Registry;
    readonly deliveries: Deliveries;
    readonly wake: Alarm;
    /** What the newest event may do, with all that follows of it. */
    newest: Budget;
    /** The host sends nothing until then, and how long it is left alone the next time. */
    refused = { until: 0, wait: NET };
    /** With an event's allowance used up, the next event begins with this account: none lives at the others' expense. */
    turn = "";
    shard = "";
    readonly id: string;

    constructor(state: DurableState, env: RelayEnv) {
      this.state = state;
      this.env = env;
      this.id = String(state.id ?? crypto.randomUUID());
      this.desk = new Desk(state.storage);
      this.holds = new Holds(state.storage);
      this.newest = this.event();
      this.wake = new Alarm(state.storage, (budget) => void this.ring(budget));
      this.deliveries = new Deliveries(env, this.desk, this.holds, this.lanes, new Peers(env), this);
      this.letters = new Letters(state.storage, this.holds, () => options(env).maxDead);
      this.acceptance = new Acceptance(this.desk, env, (accounts) => this.begin(accounts));
      this.inquiry = new Inquiry(this.desk, () => options(env), (first) => this.sendOn(first));
      this.polls = new Polls(this.desk, (key) => this.acceptance.find({ key }));
      this.registry = new Registry(state.storage, env);
      void state.blockConcurrencyWhile(async () => {
        await load();
        migrate(state.storage);
        this.desk.tally.load();
        this.inquiry.gone.begin();
        this.holds.begin((account, form) => goesTo(options(env), account, form, null));
        this.letters.count();
        this.shard = state.id?.name ?? crypto.randomUUID();
        // An alarm that was lost with the last instance is set again before anything else.
        await this.arm();
        this.sweep();
      });
    }

    async fetch(request: Request): Promise<Response> {
      this.event();
      const url = new URL(request.url);
      const body = async <T>(): Promise<T> => (await request.json()) as T;
      switch (url.pathname) {
        case "/known":
          return said(this.acceptance.find(await body()));
        case "/claim":
          return said(this.acceptance.claim(await body()));
        case "/reserve":
          return said(this.acceptance.reserve(await body()));
        case "/spend":
          return Response.json(this.acceptance.spend(await body()));
        case "/accept":
          return said(await this.acceptance.accept(await body()));
        case "/outcome":
          return said(await this.polls.outcome((await body<{ key: string }>()).key));
        case "/register":
          return Response.json(await this.registry.register((await body<{ count: number }>()).count));
        case "/used":
          return Response.json(this.rows("SELECT 1 FROM leads LIMIT 1"));
        case "/wake":
          this.pump();
          this.wake.rung();
          await this.arm();
          // An outbox where nothing waits has no alarm.
          this.forget();
          return Response.json({ accounts: this.inquiry.gone.everyAccount() });
        case "/status":
          return Response.json({ ...this.inquiry.status(), shard: this.shard, running: this.lanes.running.size, full: this.letters.full() });
        case "/erase":
          return this.acted(Response.json(await erase(this.desk, await body())));
        default: {
          const answer = (await this.inquiry.answer(url.pathname, request)) ?? new Response(null, { status: 404 });
          return url.pathname === "/rule" ? this.acted(answer) : answer;
        }
      }
    }

    /** A person has acted: there may be room again, and what waited for that goes out. */
    async acted(answer: Response): Promise<Response> {
      this.acceptance.review.changed();
      this.letters.count();
      await this.sendOn(false);
      return answer;
    }

    /** A delivery has come to its end. */
    ended({ account, form, lead, phase }: DeliveryRow): void {
      if (phase === "dead") this.letters.died(account, form);
      this.polls.ring(lead);
    }

    /** Never throws: the platform gives up an alarm that keeps throwing, and the backlog would sleep for ever. */
    async alarm(): Promise<void> {
      const budget = this.event();
      this.wake.rung();
      try {
        this.pump(this.accounts, budget);
        this.forget();
      } catch (error) {
        log("alarm.failed", { name: error instanceof Error ? error.name : "unknown" });
        // Not at full speed, and not never.
        await this.wake.by(Date.now() + 5_000, budget).catch(() => {});
        return;
      }
      await this.arm(budget).catch(() => this.state.storage.setAlarm(Date.now() + 5_000).catch(() => {}));
    }

    /** An event begins, and with it what the platform allows. */
    event(): Budget {
      this.newest = new Budget(PLANS[options(this.env).plan ?? "free"], () => this.newest);
      return this.newest;
    }

    rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
      return this.state.storage.sql.exec(query, ...bindings).toArray();
    }

    get accounts(): string[] {
      return Object.keys(options(this.env).accounts);
    }

    get scale(): number {
      return options(this.env).timeScale ?? 1;
    }

    /** Delivers what was just written down. Throws where no alarm stands below it: then nothing may be promised. */
    async begin(accounts: readonly string[]): Promise<void> {
      const budget = this.newest;
      await this.wake.by(Date.now() + NET, budget);
      try {
        this.pump(accounts, budget);
      } catch {
        // The leads are written down all the same, and the alarm begins anew.
      }
    }

    /** What a person has sent on is due, and the accounts are asked again at once. Who sent it is told what moved, whatever befalls the rest. */
    async sendOn(first: boolean): Promise<void> {
      if (first) this.lanes.held.clear();
      try {
        this.pump();
      } catch {
        // The alarm begins anew.
      }
      await this.arm().catch(() => this.later(this.newest));
    }

    /** Looks for what waits in vain, some at a time, until all has been looked at once. */
    sweep(): void {
      try {
        if (this.inquiry.gone.sweep()) setTimeout(() => this.sweep(), 1);
      } catch {
        // What comes due is marked all the same.
      }
    }

    /** Starts what is due for these accounts. Nothing here waits for a CRM: one that hangs must not hold up the others. */
    pump(accounts: readonly string[] = this.accounts, budget = this.newest): void {
      const now = Date.now();
      if (this.refused.until > now) return;
      const first = Math.max(0, accounts.indexOf(this.turn));
      let more = false;
      for (const account of [...accounts.slice(first), ...accounts.slice(0, first)]) {
        let room = this.lanes.room(account, now);
        if (room <= 0) continue;
        // What is let go or marked of a backlog is some at a time.
        const some = Math.min(PAGE, budget.rows);
        let changed = this.holds.let(account, budget.rows) + this.holds.sweep(account, now, budget.rows);
        const due = this.rows(`${ROW} WHERE account = ? AND phase IN ('waiting', 'sent') AND hold IS NULL AND next <= ? ORDER BY next LIMIT ?`, account, now, PAGE) as DeliveryRow[];
        const free = this.holds.sift(account, due, (row) => this.deliveries.target(row), (row) => this.filled(row));
        changed += due.length - free.length;
        if (changed >= some) more = true;
        budget.change(changed);
        for (const row of [...this.scouts(account, now), ...free]) {
          if (room <= 0) break;
          if (!this.lanes.isFree(row)) continue;
          if (!budget.begin()) {
            this.turn = account;
            return this.later(budget);
          }
          this.start(this.filled(row), budget);
          room--;
        }
      }
      if (more) this.later(budget);
    }

    /** The rest comes at once, in the next event where this one may do no more. */
    later(budget: Budget): void {
      void this.wake.by(Date.now() + 1, budget).catch(() => {});
    }

    /** With the lead's values. */
    filled(row: DeliveryRow): DeliveryRow {
      if (row.values === undefined) Object.assign(row, this.rows('SELECT lead AS "values", visitor FROM leads WHERE id = ?', row.lead)[0]);
      return row;
    }

    /** One lead for each closed target that may be asked about: who waits longest, and after that another one. */
    scouts(account: string, now: number): DeliveryRow[] {
      return this.holds.due(account, now).flatMap((name) => {
        const [row] = this.rows(`${ROW} WHERE account = ? AND hold = ? AND phase IN ('waiting', 'sent') ORDER BY next LIMIT 1`, account, name) as DeliveryRow[];
        // Where nobody waits any more, the next lead is told by the gate.
        if (!row) this.holds.scout(account, name, undefined);
        // Its last call may still be out, or has to wait longer than the target.
        else if (row.next > now) this.holds.later(account, name, row.next);
        return row && row.next <= now ? row : [];
      });
    }

    start(row: DeliveryRow, budget: Budget): void {
      const { account } = row;
      const leave = this.lanes.enter(row);
      if (row.hold !== null) this.holds.scout(account, row.hold, row.id);
      void this.deliveries.deliver(row, budget)
        .catch((error: unknown) => (error instanceof HostRefusal ? this.leaveAlone(budget) : this.deliveries.stumble(row, error)))
        // Where not even that can be written down, nothing of this account is asked for a while.
        .catch(() => this.lanes.hold(account, Date.now() + STUMBLED / this.scale))
        .finally(() => {
          leave();
          this.holds.back(account, row.id);
          this.pump([account], budget);
          return this.arm(budget);
        })
        .catch(() => {});
    }

    /** The host sends nothing more in this event, or today: it is asked again at a slower and slower pace, until a call passes. */
    leaveAlone(budget: Budget): void {
      budget.spend();
      if (this.refused.until > Date.now()) return;
      const { wait } = this.refused;
      log("host.refused", { wait });
      this.refused = { until: Date.now() + wait / this.scale, wait: Math.min(2 * wait, LATEST_ALARM) };
    }

    /** There was a place, so there may be another one. */
    granted(account: string, budget: Budget): void {
      if (this.lanes.widen(account)) this.pump([account], budget);
    }

    /** The host has let a call out. */
    passed(): void {
      this.refused.wait = NET;
    }

    /** Sets the alarm for the earliest delivery that is not running. */
    async arm(budget = this.newest): Promise<void> {
      const now = Date.now();
      // Should the object die while something is out, this is what begins it anew.
      const latest = now + LATEST_ALARM / this.scale;
      let soonest = this.lanes.running.size > 0 ? latest : Number.POSITIVE_INFINITY;
      for (const account of this.accounts) {
        const waiting = this.rows(
          "SELECT id, next FROM deliveries WHERE account = ? AND phase IN ('waiting', 'sent') AND hold IS NULL ORDER BY next LIMIT ?",
          account, AT_ONCE + 1,
        );
        // Who ends first pumps; nothing is asked again and again meanwhile.
        const earliest = Math.max(this.refused.until, this.lanes.heldUntil(account), this.lanes.isFull(account) || this.lanes.busy.size > 0 ? now + 250 : 0);
        soonest = Math.min(soonest, Math.max(this.holds.next(account), earliest));
        const next = waiting.find((row) => !this.lanes.running.has(String(row["id"])));
        // Where all places are taken, the one that ends first pumps; the alarm is there for the case of a crash.
        if (waiting.length > 0) soonest = Math.min(soonest, latest);
        if (!next) continue;
        soonest = Math.min(soonest, Math.max(Number(next["next"]), earliest));
      }
      if (soonest < Number.POSITIVE_INFINITY) await this.wake.by(soonest, budget);
    }

    async ring(budget: Budget): Promise<void> {
      try {
        this.pump(this.accounts, budget);
        await this.arm(budget);
      } catch {
        // An alarm stands, or is asked for again in a moment.
      }
    }

    forget(): void {
      const now = Date.now();
      this.rows("DELETE FROM deliveries WHERE lead IN (SELECT id FROM leads WHERE finished < ? LIMIT 1000)", now - KEEP);
      this.rows("DELETE FROM leads WHERE id IN (SELECT id FROM leads WHERE finished < ? LIMIT 1000) AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id)", now - KEEP);
      this.desk.tally.forgot();
      this.acceptance.spent.forget(now);
      this.acceptance.running.forget(now);
      this.acceptance.claims.forget(now);
    }
  };
}

/** What a Worker is told of a key; one that is elsewhere is no answer that a Worker of the release before could take for one. */
const said = (found: Accepted): Response => Response.json(found, found.state === "moved" ? { status: MOVED } : {});
