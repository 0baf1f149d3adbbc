import type { DurableState } from "./durable.js";
import type { Budget } from "./platform.js";

/** Below what goes out at once there is an alarm, for the case that the object dies first. One for all of a second. */
export const NET = 1_000;

/** What one event may not do any more is the next one's, and an alarm is one. Never now: the platform may lose such an alarm. */
const SOON = 20;

/** An object's one alarm, and the timer for what is sooner. */
export class Alarm {
  private at = Number.POSITIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly storage: DurableState["storage"],
    /** What the timer does, within the event that set it. */
    private readonly ring: (budget: Budget) => void,
  ) {}

  /** It rings, or nobody knows whether one stands: the next one is set whatever was set before. */
  rung(): void {
    this.at = Number.POSITIVE_INFINITY;
  }

  /**
   * It may only move nearer before it rings, and never stands at or before now, where the platform may lose it: what comes sooner
   * is the timer's, and the alarm is the net below that. What a spent event has left is for the alarm alone, since a timer
   * belongs to the event that set it.
   */
  async by(sooner: number, budget: Budget): Promise<void> {
    const time = Math.max(sooner, Date.now() + (budget.isSpent ? SOON : NET));
    if (sooner < time && !budget.isSpent) this.ringAt(sooner, budget);
    if (this.at <= time && this.at >= Date.now() - 1_000) return;
    this.at = time;
    try {
      await this.storage.setAlarm(time);
    } catch (error) {
      // No alarm stands, so the next one is not too late; and should nobody ask for one, this does.
      this.rung();
      this.ringAt(Date.now() + NET, budget);
      throw error;
    }
  }

  /** A wait of less than a second: an alarm that is moved back and forth that fast may ring at the later time. */
  ringAt(time: number, budget: Budget): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ring(budget), Math.max(1, time - Date.now()));
  }
}
