import { Acceptance, type Accepted, type Offer } from "./acceptance.js";
import { Carrier } from "./carrier.js";
import { Desk } from "./desk.js";
import { KEEP } from "./deadlines.gen.js";
import { OperatorStore } from "../storage/operator-store.js";
import { Driver } from "./driver.js";
import type { DurableObjectClass, DurableState, PlatformObject } from "../storage/durable.js";
import { erase } from "../storage/erasure.js";
import { addUp, forgetHours, forgot } from "../storage/hours.js";
import { Inquiry } from "../storage/inquiry.js";
import { options, type RelayEnv } from "../options.js";
import { Peers } from "../calls/peers.js";
import { Polls } from "./polls.js";
import { Reconciled } from "../storage/reconciled.js";
import { Reconciler } from "./reconciler.js";
import { Registry } from "./registry.js";
import { forget, kept } from "../storage/retention.js";
import { migrate } from "../storage/schema.js";
import { STATUSES } from "./shards.gen.js";
import { standing } from "../storage/standing.js";
import { Watch } from "./watch.js";

/** What an object extends where the platform has no class for that: it is asked by `fetch` alone then. */
class Anywhere {}

/** Behind it begins the name in an address. */
const ORIGIN = "https://".length;

/**
 * The durable queue of one shard, and the record of truth: an accepted lead is in its SQLite before the page hears of
 * it, and leaves it when every system has answered for good. The machine that decides is `src/relay/outbox.rs`.
 */
export function makeOutbox(
  load: () => Promise<void>,
  Platform: PlatformObject = Anywhere,
): DurableObjectClass {
  return class Outbox extends Platform {
    readonly state: DurableState;
    readonly env: RelayEnv;
    readonly store: OperatorStore;
    readonly acceptance: Acceptance;
    readonly inquiry: Inquiry;
    readonly polls: Polls;
    readonly registry: Registry;
    readonly desk: Desk;
    readonly watch: Watch;
    readonly driver: Driver;
    readonly reconciler: Reconciler;
    shard = "";
    readonly id: string;

    constructor(state: DurableState, env: RelayEnv) {
      super(state, env);
      this.state = state;
      this.env = env;
      this.id = String(state.id ?? crypto.randomUUID());
      this.store = new OperatorStore(state.storage, () => kept(options(env), "values"));
      const carrier = new Carrier(env, this.store, new Peers(env), this);
      this.driver = new Driver(state.storage, env, carrier);
      this.reconciler = new Reconciler(env, new Reconciled(this.store), carrier, this);
      this.acceptance = new Acceptance(this.store, env, (accounts) =>
        this.driver.happens({ event: "arrived", rows: accounts.join("\u0001") }),
      );
      this.inquiry = new Inquiry(
        this.store,
        () => options(env),
        (first) => this.driver.happensBy({ event: "acted", first }),
        () => this.acted(),
      );
      this.polls = new Polls(this.store, (key) => this.acceptance.find({ key }));
      this.registry = new Registry(state.storage, env);
      this.desk = new Desk(this.store, () => kept(options(env), "audit"));
      this.watch = new Watch(state.storage, env);
      void state.blockConcurrencyWhile(async () => {
        await load();
        migrate(state.storage);
        this.store.tally.load();
        this.inquiry.gone.begin();
        this.shard = state.id?.name ?? crypto.randomUUID();
        // An alarm that was lost with the last instance is set again before anything else.
        await this.driver.begin();
        this.inquiry.later.wake();
        this.sweep();
      });
    }

    /** Takes a lead. Of all that is asked of an outbox this comes most often, and a method takes a third of what a `fetch` does. */
    accept(offer: Offer): Promise<Accepted> {
      this.driver.event();
      return this.acceptance.accept(offer);
    }

    async fetch(request: Request): Promise<Response> {
      this.driver.event();
      // Every call is one of ours: an origin, and a path.
      const path = request.url.slice(request.url.indexOf("/", ORIGIN));
      const body = async <T>(): Promise<T> => JSON.parse(await request.text()) as T;
      switch (path) {
        case "/known":
          return said(this.acceptance.find(await body()));
        case "/claim":
          return said(this.acceptance.claim(await body()));
        case "/reserve":
          return said(this.acceptance.reserve(await body()));
        case "/spend":
          return Response.json(this.acceptance.spend(await body()));
        case "/accept":
          // From a Worker of the release before, or on a host without methods.
          return said(await this.acceptance.accept(await body()));
        case "/outcome":
          return said(await this.polls.outcome((await body<{ key: string }>()).key));
        case "/register": {
          const known = await this.registry.register((await body<{ count: number }>()).count);
          // A lead waits for this answer, and alerts can wait for the cron.
          await this.watch.wake().catch(() => {});
          return Response.json(known);
        }
        case "/standing":
          return Response.json(await standing(this.store, this.inquiry.gone.status().leads));
        case "/stored":
          return Response.json(await this.reconciler.reconciled.stored(await body()));
        case "/alerts":
          return Response.json(this.watch.shown());
        case "/alerts/test":
          return Response.json(await this.watch.test((await body<{ channel: string }>()).channel));
        case "/used":
          return Response.json(this.rows("SELECT 1 FROM leads LIMIT 1"));
        case "/wake":
          await this.driver.happens({ event: "alarm" });
          this.inquiry.later.wake();
          // An outbox where nothing waits has no alarm.
          await this.forget();
          this.reconciler.wake();
          return Response.json({ accounts: this.inquiry.gone.everyAccount() });
        case "/status":
          return Response.json({
            ...this.inquiry.status(),
            shard: this.shard,
            ...this.driver.status(),
          });
        case "/erase":
          return this.acted(Response.json(await erase(this.store, await body())));
        default: {
          const answer =
            (await this.desk.answer(path, request)) ??
            (await this.inquiry.answer(path, request)) ??
            new Response(null, { status: 404 });
          return Object.hasOwn(ACTS, path) ? this.acted(answer) : answer;
        }
      }
    }

    /** A person has acted: there may be room again, and what waited for that goes out. */
    async acted<T>(answer?: T): Promise<T> {
      this.acceptance.review.changed();
      await this.driver.happensBy({ event: "acted", counts: true });
      return answer as T;
    }

    /** Something has become of a lead. */
    ended(lead: string): void {
      this.polls.ring(lead);
    }

    /** Never throws: the platform gives up an alarm that keeps throwing, and the backlog would sleep for ever. */
    async alarm(): Promise<void> {
      this.driver.event();
      await this.driver.happensBy({ event: "alarm" });
      try {
        await this.forget();
      } catch {
        // The next alarm does it.
      }
      await this.watch.alarm().catch(() => {
        // It rings again: that was set whatever broke.
      });
    }

    rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
      return this.state.storage.sql.exec(query, ...bindings).toArray();
    }

    /** Looks for what waits in vain, some at a time, until all has been looked at once. */
    sweep(): void {
      try {
        const next = this.inquiry.gone.sweep();
        if (next !== undefined) setTimeout(() => this.sweep(), 1);
      } catch {
        // What comes due is marked all the same.
      }
    }

    async forget(): Promise<void> {
      // What nobody has counted must not go.
      await addUp(this.store);
      const now = Date.now();
      forgetHours(this.store, now);
      forget(this.store, options(this.env), now, KEEP);
      forgot(this.store);
      this.store.tally.forgot();
      this.acceptance.spent.forget(now);
      this.acceptance.running.forget(now);
      this.acceptance.claims.forget(now);
    }
  };
}

/** What a person does to leads. */
const ACTS = { "/rule": true, "/correct": true };

/** What a Worker is told of a key; one that is elsewhere is no answer that a Worker of the release before could take for one. */
const said = (found: Accepted): Response =>
  Response.json(found, { status: STATUSES[found.state] ?? 200 });
