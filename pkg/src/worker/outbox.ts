import { type Rendered, steady, type Stepped } from "../edge.js";
import { FieldpostError } from "../errors.js";
import { Acceptance } from "./acceptance.js";
import { call } from "./call.js";
import { consult, patience } from "./consult.js";
import { codeOf, Desk } from "./desk.js";
import type { DurableObjectClass, DurableState } from "./durable.js";
import { type Acquire, GATE_DEADLINE, type Place, type Release, type Released } from "./gate.js";
import { fills, Holds } from "./holds.js";
import { log } from "./log.js";
import { options, type RelayEnv, type Target } from "./options.js";
import { faultOf, render, unsent, wayOf } from "./render.js";
import { Ruling, type Which } from "./ruling.js";
import { migrate } from "./schema.js";

interface DeliveryRow extends Record<string, unknown> {
  id: string;
  lead: string;
  account: string;
  state: string;
  phase: string;
  code: string | null;
  /** When it is due. */
  next: number;
  /** The closed target that it waits for. */
  hold: string | null;
  /** Of its lead: the form, the persons, the values. */
  form: string;
  persons: string;
  values: string;
  visitor: string;
}

/** A delivery with what is needed of its lead. */
const ROW = `SELECT deliveries.id AS id, deliveries.lead AS lead, account, state, phase, code, next, hold, form,
  CASE WHEN persons <> '' THEN persons ELSE person END AS persons, leads.lead AS "values", visitor
  FROM deliveries JOIN leads ON leads.id = deliveries.lead`;

/** So many deliveries to one account run at once in one outbox; the gates hold the accounts' own limits. */
const AT_ONCE = 10;

/** So many leads are read with their values at a time: each may have 64 KiB, and an isolate has 128 MB. */
const PAGE = 4 * AT_ONCE;

/** After this long the memory of a delivered lead (hashes, id, outcome) goes. */
const KEEP = 8 * 24 * 60 * 60 * 1000;

/**
 * How long a call may take, the system's own 30 s and some of the way; then nobody can tell. A lease outlives it by what
 * may pass between the gate's word and the call; where more has passed, the gate is asked again.
 */
const DEADLINE = 35_000;
const LEASE = 45_000;
const BACKOFF_BASE = 1_000;
const BACKOFF_CAP = 10 * 60 * 1000;

/** What stops the module so many times stops it each time: a person has to look. */
const TRAPS = 3;

/** What broke is asked again after this long. */
const STUMBLED = 30_000;

/** A delivery keeps its place between a look-up and its write for no longer than this. */
const GOES_ON = 10_000;

/** What is accepted goes out at once; this alarm is for the case that the object dies first. One for all of a second. */
const NET = 1_000;

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
    /** The deliveries that are out, with their accounts. */
    readonly running = new Map<string, string>();
    /** The persons they are about: another lead of one of them need not ask the gate. */
    readonly busy = new Set<string>();
    /** By account: until when the gate has no place for this shard. */
    readonly held = new Map<string, number>();
    /** By account: so many deliveries may ask or run. Where the gate is full, ten that ask in vain cost ten calls and writes. */
    readonly width = new Map<string, number>();
    readonly holds: Holds;
    alarmAt = Number.POSITIVE_INFINITY;
    timer: ReturnType<typeof setTimeout> | undefined;
    shard = "";

    constructor(state: DurableState, env: RelayEnv) {
      this.state = state;
      this.env = env;
      this.desk = new Desk(state.storage);
      this.holds = new Holds(state.storage);
      this.acceptance = new Acceptance(this.desk, env, (accounts) => this.begin(accounts));
      void state.blockConcurrencyWhile(async () => {
        await load();
        migrate(state.storage);
        this.desk.tally.load();
        this.holds.begin();
        this.shard = state.id?.name ?? crypto.randomUUID();
        // An alarm that was lost with the last instance is set again before anything else.
        await this.arm();
      });
    }

    async fetch(request: Request): Promise<Response> {
      const url = new URL(request.url);
      const body = async <T>(): Promise<T> => (await request.json()) as T;
      switch (url.pathname) {
        case "/known":
          return Response.json(this.acceptance.known(await body()) ?? { id: "", state: "free" });
        case "/reserve":
          return Response.json(this.acceptance.reserve(await body()));
        case "/spend":
          return Response.json(this.acceptance.spend(await body()));
        case "/accept":
          return Response.json(await this.acceptance.accept(await body()));
        case "/wake":
          this.pump();
          this.alarmAt = Number.POSITIVE_INFINITY;
          await this.arm();
          // An outbox where nothing waits has no alarm.
          this.forget();
          return Response.json({});
        case "/list":
          return Response.json(this.desk.list(url.searchParams));
        case "/status":
          return Response.json({ ...this.desk.status(), shard: this.shard, running: this.running.size });
        case "/export":
          return Response.json(this.desk.values(url.searchParams));
        case "/erase":
          return Response.json(this.desk.erase(await body()));
        case "/attention":
          return Response.json(this.desk.attention(url.searchParams));
        case "/replay": {
          const ruled = new Ruling(this.desk, options(this.env)).replay(await body());
          this.held.clear();
          this.pump();
          await this.arm();
          return Response.json(ruled);
        }
        case "/discard": {
          const { reason, ...which } = await body<Which & { reason: string }>();
          return Response.json(new Ruling(this.desk, options(this.env)).discard(which, reason));
        }
        default:
          return new Response(null, { status: 404 });
      }
    }

    /** Never throws: the platform gives up an alarm that keeps throwing, and the backlog would sleep for ever. */
    async alarm(): Promise<void> {
      this.alarmAt = Number.POSITIVE_INFINITY;
      try {
        this.pump();
        this.forget();
      } catch (error) {
        log("alarm.failed", { name: error instanceof Error ? error.name : "unknown" });
        // Not at full speed, and not never.
        await this.alarmBy(Date.now() + 5_000).catch(() => {});
        return;
      }
      await this.arm().catch(() => this.state.storage.setAlarm(Date.now() + 5_000).catch(() => {}));
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
      await this.alarmBy(Date.now() + NET);
      try {
        this.pump(accounts);
      } catch {
        // The leads are written down all the same, and the alarm begins anew.
      }
    }

    /** Starts what is due for these accounts. Nothing here waits for a CRM: one that hangs must not hold up the others. */
    pump(accounts: readonly string[] = this.accounts): void {
      const now = Date.now();
      for (const account of accounts) {
        const out = [...this.running.values()].filter((other) => other === account).length;
        const width = this.width.get(account) ?? AT_ONCE;
        if (out >= width || (this.held.get(account) ?? 0) > now) continue;
        if (this.holds.let(account)) this.ringAt(now + 1);
        if (this.holds.sweep(account, now)) this.ringAt(now + 1);
        const due = this.rows(`${ROW} WHERE account = ? AND phase IN ('waiting', 'sent') AND hold IS NULL AND next <= ? ORDER BY next LIMIT ?`, account, now, PAGE) as DeliveryRow[];
        const free = this.holds.sift(account, due, (row) => this.target(row));
        if (free.length < due.length && due.length === PAGE) this.ringAt(now + 1);
        let room = width - out;
        for (const row of [...this.scouts(account, now), ...free]) {
          if (room <= 0) break;
          if (this.start(row)) room--;
        }
      }
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

    /** Starts a delivery, unless another one about one of its persons is under way here. */
    start(row: DeliveryRow): boolean {
      const { account } = row;
      // The kind of a key says nothing here; leads of older versions have none.
      const persons = row.persons.split(" ").map((key) => `${account} ${key.slice(key.indexOf(":") + 1)}`);
      if (this.running.has(row.id) || persons.some((person) => this.busy.has(person))) return false;
      this.running.set(row.id, account);
      for (const person of persons) this.busy.add(person);
      if (row.hold !== null) this.holds.scout(account, row.hold, row.id);
      void this.deliver(row)
        .catch((error: unknown) => this.stumble(row, error))
        // Where not even that can be written down, nothing of this account is asked for a while.
        .catch(() => this.held.set(account, Date.now() + STUMBLED / this.scale))
        .finally(() => {
          this.running.delete(row.id);
          for (const person of persons) this.busy.delete(person);
          this.holds.back(account, row.id);
          this.pump([account]);
          return this.arm();
        })
        .catch(() => {});
      return true;
    }

    /** Where a delivery goes, as the owner wrote it. */
    target(row: DeliveryRow): Target | undefined {
      return options(this.env).forms[row.form]?.deliver.find((one) => one.account === row.account);
    }

    /** There was a place, so there may be another one. */
    widen(account: string): void {
      const width = this.width.get(account) ?? AT_ONCE;
      if (width >= AT_ONCE) return;
      this.width.set(account, width + 1);
      this.pump([account]);
    }

    /** Sets the alarm for the earliest delivery that is not running. */
    async arm(): Promise<void> {
      const now = Date.now();
      let soonest = Number.POSITIVE_INFINITY;
      for (const account of this.accounts) {
        const waiting = this.rows(
          "SELECT id, next FROM deliveries WHERE account = ? AND phase IN ('waiting', 'sent') AND hold IS NULL ORDER BY next LIMIT ?",
          account, AT_ONCE + 1,
        );
        const full = [...this.running.values()].filter((other) => other === account).length >= (this.width.get(account) ?? AT_ONCE);
        // Who ends first pumps; nothing is asked again and again meanwhile.
        const earliest = Math.max(this.held.get(account) ?? 0, full || this.busy.size > 0 ? now + 250 : 0);
        soonest = Math.min(soonest, Math.max(this.holds.next(account), earliest));
        const next = waiting.find((row) => !this.running.has(String(row["id"])));
        // Where all places are taken, the one that ends first pumps; the alarm is there for the case of a crash.
        if (waiting.length > 0) soonest = Math.min(soonest, now + LATEST_ALARM);
        if (!next) continue;
        soonest = Math.min(soonest, Math.max(Number(next["next"]), earliest));
      }
      if (soonest < Number.POSITIVE_INFINITY) await this.alarmBy(soonest);
    }

    /**
     * There is one alarm: it may only move nearer before it rings. It never stands at or before now, where the platform may
     * lose it: what comes sooner is the timer's, and the alarm is the net below that.
     */
    async alarmBy(sooner: number): Promise<void> {
      const time = Math.max(sooner, Date.now() + NET);
      if (sooner < time) this.ringAt(sooner);
      if (this.alarmAt <= time && this.alarmAt >= Date.now() - 1_000) return;
      this.alarmAt = time;
      try {
        await this.state.storage.setAlarm(time);
      } catch (error) {
        // No alarm stands, so the next one is not too late; and should nobody ask for one, this does.
        this.alarmAt = Number.POSITIVE_INFINITY;
        this.ringAt(Date.now() + NET);
        throw error;
      }
    }

    ringAt(time: number): void {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.ring(), Math.max(1, time - Date.now()));
    }

    /** A wait of less than a second: an alarm that is moved back and forth that fast may ring at the later time. */
    async ring(): Promise<void> {
      try {
        this.pump();
        await this.arm();
      } catch {
        // An alarm stands, or is asked for again in a moment.
      }
    }

    /** What a broken delivery does instead of looping at full speed. */
    stumble(row: DeliveryRow, error: unknown): void {
      const code = faultOf(error);
      log("delivery.failed", { id: row.id, code });
      const until = Date.now() + Math.round(STUMBLED / this.scale);
      // That is no lead's fault, and passes for all of them at once.
      if (code === "storage.full") this.held.set(row.account, until);
      // The system has answered for good; only the gate was not told.
      if (row.phase === "done" || row.phase === "dead") return;
      const [known] = this.rows("SELECT trouble FROM deliveries WHERE id = ?", row.id);
      const trouble = Number(known?.["trouble"] ?? 0) + (code === "wasm.trap" ? 1 : 0);
      const dead = code === "state.invalid" || trouble >= TRAPS;
      const phase = dead ? "dead" : row.phase;
      this.desk.turn(row.lead, phase, () => {
        this.rows("UPDATE deliveries SET phase = ?, code = ?, next = ?, trouble = ? WHERE id = ?", phase, code, until, trouble || null, row.id);
      });
      if (!dead) return;
      log("delivery.dead", { id: row.id, account: row.account, code });
      this.desk.died(code);
    }

    /** Takes one delivery as far as it goes now. */
    async deliver(row: DeliveryRow): Promise<void> {
      const account = options(this.env).accounts[row.account];
      if (!account) throw new FieldpostError("account.invalid");
      const target = this.target(row);
      const [deadline, lease] = [DEADLINE / this.scale, LEASE / this.scale];
      const { form } = row;
      const own = { account: row.account, id: row.id, form, fills: target ? fills(target, { lead: row.values, visitor: row.visitor }) : "" };
      const gate = (what: Partial<Release>): Promise<Released> => this.gate("release", { ...own, ...what });

      for (let goesOn = false; ; ) {
        const asked = Date.now();
        const place = await this.gate<Place>("acquire", { ...own, keys: row.persons, shard: this.shard, deadline: lease, lost: row.phase === "sent" });
        if (place.answer !== "granted") {
          // Between a look-up and its write nobody else may come, so the place is kept for a while.
          if (goesOn && place.scope === "account" && place.until - Date.now() < GOES_ON / this.scale) {
            await new Promise((resolve) => setTimeout(resolve, Math.max(1, place.until - Date.now())));
            continue;
          }
          if (goesOn) await gate({});
          if (place.scope === "account") {
            this.held.set(row.account, place.until);
            this.width.set(row.account, Math.max(1, (this.width.get(row.account) ?? AT_ONCE) - 1));
          } else if (place.target !== null) this.waitFor(row, place.target, place.until);
          else this.step(row, account.system, { event: "held", until: Math.round(place.until) });
          return;
        }
        goesOn = false;
        this.widen(row.account);
        // Nobody would be let through without a question, were it still closed.
        if (!place.probe && row.hold !== null) this.holds.open(row.account, row.hold);
        // Erased, or sent on by a person, while this waited for its place.
        if (!this.stands(row)) return void (await gate({}));
        const event = { event: "due", doubt: place.doubt, others: place.others, kept: place.kept, place: Math.floor(asked + lease) };
        let due: Stepped | undefined;
        let rendered: Rendered;
        try {
          due = this.move(row, account.system, event);
          if (due.effect.effect !== "send") {
            this.write(row, due, event);
            await gate({});
            if (due.effect.effect === "wait" && due.next <= Date.now()) continue;
            return;
          }
          const made = await render(this.desk.tally, { ...row, state: due.state }, due.effect.kept, wayOf(target), account, place.version);
          if (!this.stands(row)) return void (await gate({}));
          rendered = made.rendered;
          // "Sent" is written with the request, not before it: what stops here has sent nothing, and must not read as a lost reply.
          this.write(row, due, event, made.keep);
        } catch (error) {
          if (due && error instanceof FieldpostError && error.code === "lookup.blind") {
            await gate({});
            row.state = due.state;
            this.step(row, account.system, { event: "blind" });
            continue;
          }
          const outcome = unsent(error, target);
          if (!outcome || !due) {
            await gate({}).catch(() => {});
            throw error;
          }
          row.state = due.state;
          this.step(row, account.system, { event: "outcome", outcome });
          this.settle(row, account.system, await gate({ outcome, unsent: true }));
          return;
        }
        const { operation } = due.effect;
        const write = rendered.method !== "GET";
        const began = Date.now();
        const { outcome, pace, after } = await call(operation, rendered, place.token, deadline, Object.keys(target?.constants ?? {}));
        const moved = this.step(row, account.system, { event: "outcome", outcome, by: target?.match ?? "", ...(rendered.identity && { identity: rendered.identity }) });
        const again = moved.effect.effect === "wait" && moved.next <= Date.now();
        goesOn = again && !write && outcome.kind !== "retry" && outcome.kind !== "unknown";
        const landed = Math.max(0, began + deadline - Date.now());
        // What the machine makes of one refused token after the other.
        const heard = moved.outcome?.kind === "refused" ? moved.outcome : outcome;
        const told = await gate({ outcome: heard, token: place.token, write, goesOn, landed, ...(pace && { pace }), ...(after !== undefined && { after }) });
        if (this.settle(row, account.system, told) || !again) return;
      }
    }

    /** Waits for a closed target. Its owner mends what the request is made of, so it is made anew. */
    waitFor(row: DeliveryRow, target: string, until: number): void {
      this.holds.mark(row.account, row.id, target, until);
      this.desk.tally.together(() => this.desk.tally.drop(row.id));
    }

    /** What the gate says of a call that was answered. Whether this delivery has to wait for others to be mended. */
    settle(row: DeliveryRow, system: string, { hold, until, blamed, opened }: Released): boolean {
      if (blamed) this.step(row, system, { event: "blamed" });
      if (hold !== null) this.waitFor(row, hold, until);
      else if (until > 0) this.held.set(row.account, until);
      else this.held.delete(row.account);
      if (opened && row.hold !== null) this.holds.open(row.account, row.hold);
      return hold !== null || until > 0 || blamed;
    }

    /** Whether a delivery is where it was: nobody has erased it or sent it on meanwhile. */
    stands(row: DeliveryRow): boolean {
      const [still] = this.rows("SELECT state FROM deliveries WHERE id = ?", row.id);
      return still?.["state"] === row.state;
    }

    /** Moves a delivery on and writes down where it stands. */
    step(row: DeliveryRow, system: string, event: Happened): Stepped {
      const moved = this.move(row, system, event);
      this.write(row, moved, event);
      return moved;
    }

    /** Where an event takes a delivery; nothing is written down yet. */
    move(row: DeliveryRow, system: string, event: Happened): Stepped {
      // The machine counts whole milliseconds.
      const [deadline, base, cap, scale] = [DEADLINE / this.scale, BACKOFF_BASE / this.scale, BACKOFF_CAP / this.scale, this.scale].map(Math.round);
      const timing = { deadline, base, cap, scale };
      const random = crypto.getRandomValues(new Uint32Array(1))[0] as number;
      return steady((glue) => glue.stepDelivery(system, row.state, timing, event, Date.now(), random));
    }

    /** Writes down where a delivery stands, and what belongs to it. With an answer it is out of trouble. */
    write(row: DeliveryRow, moved: Stepped, event: Happened, more?: () => void): void {
      const code = codeOf(moved.outcome);
      const isOutcome = event.event === "outcome";
      const put = (): void => this.desk.turn(row.lead, moved.phase, () => {
        this.rows(
          `UPDATE deliveries SET state = ?, phase = ?2, next = ?, code = ?, maybe_repeated = ?, warning = ?, hold = iif(?2 IN ('done', 'dead'), NULL, hold),
             trouble = iif(?7, NULL, trouble) WHERE id = ?`,
          moved.state, moved.phase, moved.next, code, moved.maybe_repeated ? 1 : 0, moved.warning, isOutcome ? 1 : 0, row.id,
        );
      });
      if (more) this.desk.together(() => (more(), put()));
      else put();
      if (moved.phase !== row.phase || isOutcome) this.desk.moved(row.account, moved.phase, moved.outcome?.kind ?? "", event);
      if (moved.phase === "dead" && row.phase !== "dead") {
        log("delivery.dead", { id: row.id, account: row.account, code });
        this.desk.died(code ?? "");
      }
      row.state = moved.state;
      row.phase = moved.phase;
      row.code = code;
    }

    forget(): void {
      const now = Date.now();
      this.rows("DELETE FROM deliveries WHERE lead IN (SELECT id FROM leads WHERE finished < ? LIMIT 1000)", now - KEEP);
      this.rows("DELETE FROM leads WHERE finished < ? AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id)", now - KEEP);
      this.desk.tally.forgot();
      this.acceptance.spent.forget(now);
      this.acceptance.running.forget(now);
    }

    gate<T>(what: "acquire" | "release", body: Acquire | Release): Promise<T> {
      const gate = this.env.GATE.get(this.env.GATE.idFromName(body.account));
      return consult(gate, `https://gate/${what}`, patience(this.scale, GATE_DEADLINE), body);
    }
  };
}

/** What happened to a delivery, as `src/delivery/outbox.rs` reads it. */
type Happened = { event: string } & Record<string, unknown>;
