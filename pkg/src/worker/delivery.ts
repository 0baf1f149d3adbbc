import { steady, type Rendered, type Stepped } from "../edge.js";
import { FieldpostError } from "../errors.js";
import { NET } from "./alarm.js";
import type { Called, Unsent } from "./call.js";
import { patience } from "./consult.js";
import { codeOf, type Desk } from "./desk.js";
import { type Acquire, GATE_DEADLINE, type Place, type Release, type Released } from "./gate.js";
import { fills, type Holds } from "./holds.js";
import type { Lanes } from "./lanes.js";
import { log } from "./log.js";
import { options, type RelayEnv, type Target } from "./options.js";
import type { Peers } from "./peers.js";
import { type Budget, HostRefusal } from "./platform.js";
import { faultOf, render, unsent, wayOf } from "./render.js";
import { Sender, type Sending, senderOf } from "./sender.js";

export interface DeliveryRow extends Record<string, unknown> {
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

/**
 * How long a call may take, the system's own 30 s and some of the way; then nobody can tell. A lease outlives it by what
 * may pass between the gate's word and the call; where more has passed, the gate is asked again.
 */
const DEADLINE = 35_000;
const LEASE = 45_000;

/** The sender ends a call by itself; it is waited for a little longer. */
const SLACK = 5_000;
const BACKOFF_BASE = 1_000;
const BACKOFF_CAP = 10 * 60 * 1000;

/** What stops the module so many times stops it each time: a person has to look. */
const TRAPS = 3;

/** What broke is asked again after this long. */
export const STUMBLED = 30_000;

/** A delivery keeps its place between a look-up and its write for no longer than this. */
const GOES_ON = 10_000;

/** The outbox that sends: how gates and senders know it, and what it hears of them. */
interface Origin {
  readonly shard: string;
  readonly id: string;
  granted(account: string, budget: Budget): void;
  passed(): void;
  ended(row: DeliveryRow): void;
}

/** Takes an outbox's deliveries on their way, as far as each goes now: its place, its call, and what came of it. */
export class Deliveries {
  private readonly sender = new Sender();

  constructor(
    readonly env: RelayEnv,
    readonly desk: Desk,
    readonly holds: Holds,
    readonly lanes: Lanes,
    readonly peers: Peers,
    readonly outbox: Origin,
  ) {}

  private rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.desk.rows(query, ...bindings);
  }

  get scale(): number {
    return options(this.env).timeScale ?? 1;
  }

  /** Where a delivery goes, as the owner wrote it. */
  target(row: DeliveryRow): Target | undefined {
    return options(this.env).forms[row.form]?.deliver.find((one) => one.account === row.account);
  }

  /** What a broken delivery does instead of looping at full speed. */
  stumble(row: DeliveryRow, error: unknown): void {
    const code = faultOf(error);
    log("delivery.failed", { id: row.id, code });
    const until = Date.now() + Math.round(STUMBLED / this.scale);
    // That is no lead's fault, and passes for all of them at once.
    if (code === "storage.full") this.lanes.hold(row.account, until);
    // The system has answered for good; only the gate was not told.
    if (row.phase === "done" || row.phase === "dead") return;
    const [known] = this.rows("SELECT trouble FROM deliveries WHERE id = ?", row.id);
    const trouble = Number(known?.["trouble"] ?? 0) + (code === "wasm.trap" ? 1 : 0);
    const dead = code === "delivery.state" || trouble >= TRAPS;
    const phase = dead ? "dead" : row.phase;
    this.desk.turn(row.lead, phase, () => {
      this.rows("UPDATE deliveries SET phase = ?, code = ?, next = ?, trouble = ? WHERE id = ?", phase, code, until, trouble || null, row.id);
    });
    if (!dead) return;
    log("delivery.dead", { id: row.id, account: row.account, code });
    this.desk.died(code);
    row.phase = phase;
    this.outbox.ended(row);
  }

  /** Takes one delivery as far as it goes now. */
  async deliver(row: DeliveryRow, budget: Budget): Promise<void> {
    const account = options(this.env).accounts[row.account];
    if (!account) throw new FieldpostError("account.invalid");
    const target = this.target(row);
    const [deadline, lease] = [DEADLINE / this.scale, LEASE / this.scale];
    const { form } = row;
    const own = { account: row.account, id: row.id, form, fills: target ? fills(target, { lead: row.values, visitor: row.visitor }) : "" };
    const gate = (what: Partial<Release>): Promise<Released> => this.gate("release", { ...own, ...what });

    for (let goesOn = false, rounds = 0; ; rounds++) {
      // The rest is the next event's; the place, where there is one, is somebody else's meanwhile.
      if (rounds > 0 && !budget.goOn()) return void (goesOn && (await gate({})));
      const asked = Date.now();
      const place = await this.gate<Place>("acquire", { ...own, keys: row.persons, shard: this.outbox.shard, deadline: lease, lost: row.phase === "sent" });
      if (place.answer !== "granted") {
        // Between a look-up and its write nobody else may come, so the place is kept for a while.
        if (goesOn && place.scope === "account" && place.until - Date.now() < GOES_ON / this.scale) {
          await new Promise((resolve) => setTimeout(resolve, Math.max(1, place.until - Date.now())));
          continue;
        }
        if (goesOn) await gate({});
        if (place.scope === "account") {
          this.lanes.hold(row.account, place.until);
          this.lanes.narrow(row.account);
        } else if (place.target !== null) this.waitFor(row, place.target, place.until);
        else this.step(row, account.system, { event: "held", until: Math.round(place.until) });
        return;
      }
      goesOn = false;
      this.outbox.granted(row.account, budget);
      // Nobody would be let through without a question, were it still closed.
      if (!place.probe && row.hold !== null) this.holds.open(row.account, row.hold);
      // Erased, or sent on by a person, while this waited for its place.
      if (!this.stands(row)) return void (await gate({}));
      const before = { state: row.state, phase: row.phase, code: row.code };
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
      const ends = began + deadline;
      const called = await this.send(row.account, { operation, rendered, token: place.token, deadline, ends, own: Object.keys(target?.constants ?? {}) });
      if ("unsent" in called) {
        this.back(row, before);
        await gate({}).catch(() => {});
        if (called.unsent === "host") throw new HostRefusal();
        if (called.unsent === "failed") throw new FieldpostError(called.code ?? "delivery.failed");
        return;
      }
      this.outbox.passed();
      const { outcome, pace, after } = called;
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

  /** Makes a call by the account's own sender. What cannot have left is told apart from what nobody can tell. */
  async send(account: string, sending: Sending): Promise<Called | Unsent> {
    try {
      return await this.peers.ask(senderOf(this.outbox.id, account), "send", patience(this.scale, DEADLINE + SLACK), sending);
    } catch (error) {
      if (error instanceof HostRefusal) return { unsent: "host" };
      // It said no before anything else: it runs the release before this one, which knows of no senders. So the outbox sends, as it did then.
      if (error instanceof FieldpostError && error.code === "gate.failed") return this.sender.send(sending);
      return { outcome: { kind: "unknown", why: "delivery.lost" } };
    }
  }

  /** The call has not left: the delivery stands where it stood, tries and all, and waits a moment. */
  back(row: DeliveryRow, before: Pick<DeliveryRow, "state" | "phase" | "code">): void {
    const until = Date.now() + Math.round(NET / this.scale);
    this.rows("UPDATE deliveries SET state = ?, phase = ?, code = ?, next = ? WHERE id = ? AND state = ?", before.state, before.phase, before.code, until, row.id, row.state);
    Object.assign(row, before);
    this.lanes.hold(row.account, until);
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
    else if (until > 0) this.lanes.hold(row.account, until);
    else this.lanes.held.delete(row.account);
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
    const isEnd = row.phase !== moved.phase && (moved.phase === "done" || moved.phase === "dead");
    row.state = moved.state;
    row.phase = moved.phase;
    row.code = code;
    if (isEnd) this.outbox.ended(row);
  }

  gate<T>(what: "acquire" | "release", body: Acquire | Release): Promise<T> {
    return this.peers.ask(body.account, what, patience(this.scale, GATE_DEADLINE), body);
  }
}

/** What happened to a delivery, as `src/delivery/outbox.rs` reads it. */
type Happened = { event: string } & Record<string, unknown>;
