import { type Happened, ROW, steady, WORD } from "../../core/edge.js";
import type { Effect, Run, Stepped } from "../../core/steps.gen.js";
import type { Carrier, Heard, Own } from "./carrier.js";
import type { DurableState } from "../storage/durable.js";
import { log } from "../host/log.js";
import { DEFAULTS } from "../options.gen.js";
import { options, type RelayEnv } from "../options.js";
import { Statements } from "../storage/statements.js";

/** Should the module itself be broken, it is asked again after this long. */
const BROKEN = 5_000;

/** A form's way into an account that has as many dead letters as may be, in this outbox. */
export interface Full {
  account: string;
  form: string;
  dead: number;
}

/**
 * Carries out what the machine of an outbox decides (`src/relay/outbox.rs`), and tells it what came of that. The schedule is
 * text that is held here between two events: what stops or fails in the middle has changed nothing.
 */
export class Driver {
  private schedule = "";
  /** Counts the platform's events; what the outbox does belongs to one. */
  private events = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Rows could not be read. It begins by what is closed and what is dead; without that it must not go on. */
  private unread = (error: unknown): Promise<void> => Promise.reject(error);
  private readonly statements: Statements;

  constructor(
    readonly storage: DurableState["storage"],
    readonly env: RelayEnv,
    readonly carrier: Carrier,
  ) {
    this.statements = new Statements(storage, env);
  }

  /** The object begins. */
  async begin(): Promise<void> {
    const relay = options(this.env);
    const { accounts, forms, timeScale = 1, plan, maxDead = DEFAULTS.maxDead } = relay;
    const known = new Map(
      Object.entries(accounts).map(([name, { system }]) => [name, [name, system]]),
    );
    for (const [form, { deliver }] of Object.entries(forms)) {
      for (const { account } of deliver) known.get(account)?.push(form);
    }
    const rows = [...known.values()].map((words) => words.join(WORD));
    this.schedule = steady((glue) =>
      glue.beginOutbox(rows.join(ROW), timeScale, plan === "paid", maxDead),
    );
    await this.happens({ event: "woken" });
    this.unread = () => this.happensBy({ event: "unread" });
  }

  /** An event of the platform's begins, and with it what the platform allows. */
  event(): void {
    this.events++;
  }

  status(): { running: number; full: Full[] } {
    return steady((glue) => glue.outboxStatus(this.schedule));
  }

  /** Something happens to the outbox. Throws where an alarm could not be set, or the module is broken. */
  async happens(event: Happened): Promise<void> {
    await this.goOn(this.step(event));
  }

  /** The same, where nobody waits for it; a later event does it where this one could not. */
  async happensBy(event: Happened): Promise<void> {
    try {
      await this.happens(event);
    } catch (error) {
      log("alarm.failed", { name: error instanceof Error ? error.name : "unknown" });
      await this.storage.setAlarm(Date.now() + BROKEN).catch(() => {});
    }
  }

  /** One step of the machine, and of its effects those that wait for nothing: what throws has not happened. */
  private step(event: Happened, own?: Own): Stepped {
    const before = this.schedule;
    const [random] = crypto.getRandomValues(new Uint32Array(1)) as Uint32Array & [number];
    const stepped = steady((glue) =>
      glue.stepOutbox(before, own?.run ?? null, event, Date.now(), random, this.events),
    );
    this.schedule = stepped.schedule;
    try {
      this.carrier.carryOut(stepped.effects, own);
    } catch (error) {
      this.schedule = before;
      throw error;
    }
    return stepped;
  }

  /** What follows of a step for others than the delivery that it was about. */
  private async goOn({ effects }: Stepped): Promise<void> {
    // In their order, and all of them before anything is waited for: an alarm that is near must not stand at or before now.
    await Promise.all(effects.map((effect) => this.follow(effect)));
  }

  private async follow(effect: Effect): Promise<void> {
    switch (effect.do) {
      case "start":
        return void this.deliver(effect);
      case "timer":
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.happensBy({ event: "ring" }), effect.after);
        return;
      case "alarm":
        return this.storage.setAlarm(Date.now() + effect.after).catch(async (error: unknown) => {
          await this.happensBy({ event: "unarmed" });
          throw error;
        });
      case "look":
        return this.look(effect);
      default:
        return;
    }
  }

  private async look({ of, arm, statements }: Extract<Effect, { do: "look" }>): Promise<void> {
    try {
      await this.happens({ event: "rows", of, arm, rows: this.statements.run(statements) });
    } catch (error) {
      await this.unread(error);
    }
  }

  /** Takes one delivery as far as it goes now. */
  private async deliver({
    id,
    account,
    of,
    lost,
    deadline,
  }: Extract<Effect, { do: "start" }>): Promise<void> {
    const own: Own = this.carrier.own(id, account, of);
    for (let asked: Effect | undefined = { do: "acquire", lost, deadline }; asked; ) {
      const heard = await this.carrier
        .ask(asked, own)
        .catch((error: unknown) => this.carrier.failed(error, own));
      asked = this.hear(own, heard);
    }
  }

  /** A delivery hears something. Gives what it asks for next; nothing once it is as far as it goes now. */
  private hear(own: Own, heard: Heard): Effect | undefined {
    try {
      return this.tell(own, heard);
    } catch (error) {
      try {
        return this.tell(own, this.carrier.failed(error, own));
      } catch {
        this.giveUp(own);
        return undefined;
      }
    }
  }

  private tell(own: Own, { looks, ...heard }: Heard): Effect | undefined {
    // Looked at in the same breath, since others act between two.
    const stands = looks?.() ?? false;
    const stepped = this.step({ ...heard, stands }, own);
    own.run = stepped.run as Run;
    void this.goOn(stepped).catch(() => {});
    let asked: Effect | undefined;
    for (const effect of stepped.effects) asked = asked ?? this.carrier.question(effect);
    return asked;
  }

  /** Not even that it failed can be written down, or the module is broken. Its lease has to be given up all the same. */
  private giveUp(own: Own): void {
    try {
      this.tell(own, { event: "broken" });
    } catch {
      setTimeout(() => this.giveUp(own), BROKEN);
    }
  }
}
