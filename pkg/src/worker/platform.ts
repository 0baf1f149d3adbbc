/**
 * What Cloudflare allows an object, from its pages on limits (2026-11): workerd on one machine holds nobody to any of it. So
 * the relay keeps to it by itself, and a host that allows more loses nothing.
 */

/** So many of an object's calls may wait for their heads at once. A seventh waits inside the platform, without a word, while its deadline runs. */
export const CONNECTIONS = 6;

/** What the owner pays for. */
export type Plan = "free" | "paid";

/** What the outbox takes of one event's allowance. */
export interface Allowance {
  /** Calls of other objects. The platform allows 1,000 and 10,000 for each event; the rest is for what is under way. */
  calls: number;
  /** Deliveries that begin, for their time on the CPU: 10 ms and 30 s. */
  deliveries: number;
  /** Rows of a backlog that are changed at once, for the same reason. */
  rows: number;
}

export const PLANS: Record<Plan, Allowance> = {
  free: { calls: 600, deliveries: 5, rows: 200 },
  paid: { calls: 6_000, deliveries: 1_000, rows: 2_000 },
};

/**
 * What the host says when it will not send: the calls of this event are used up, or the account's allowance for the day or the
 * month. It says so before anything leaves. Cloudflare promises none of the words; they are what Workers have logged.
 */
const REFUSALS = [/too many subrequests/i, /exceeded allowed .* in durable objects free tier/i, /exceeded the account's spending cap/i];

/** Whether the host refused to send, so that nothing has left. */
export function isRefusal(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { message } = at;
    if (REFUSALS.some((words) => words.test(message))) return true;
    // Of an object that has too much to do: the call was never given to it.
    if ((at as { overloaded?: boolean }).overloaded === true) return true;
  }
  return false;
}

/** The host refused to send a call: it has not left, and nobody's try is used up. */
export class HostRefusal extends Error {}

/** A delivery's round: it asks for its place, makes its call, and says what came of it. */
const ROUND = 3;

/** What an object may still do in one event. What follows of the event later, by itself or by a timer, is the event's too. */
export class Budget {
  private calls: number;
  private deliveries: number;
  private left: number;

  constructor(
    { calls, deliveries, rows }: Allowance,
    /** Whether the platform counts by what an event has set off, or from the newest event on: both stay below. */
    private readonly newest: () => Budget,
  ) {
    this.calls = calls;
    this.deliveries = deliveries;
    this.left = rows;
  }

  /** Nothing more begins before the next event. */
  get isSpent(): boolean {
    return this.both().some(({ calls, deliveries, left }) => calls < ROUND || deliveries < 1 || left < 1);
  }

  /** Room for one more delivery. */
  begin(): boolean {
    if (this.isSpent) return false;
    for (const one of this.both()) one.deliveries--;
    return this.goOn();
  }

  /** Room for one more round of a delivery that has begun. */
  goOn(): boolean {
    if (this.both().some(({ calls }) => calls < ROUND)) return false;
    for (const one of this.both()) one.calls -= ROUND;
    return true;
  }

  /** So many rows of a backlog may still be changed. */
  get rows(): number {
    return Math.max(0, Math.min(...this.both().map(({ left }) => left)));
  }

  change(rows: number): void {
    for (const one of this.both()) one.left -= rows;
  }

  /** Nothing more in this event, whatever was counted here. */
  spend(): void {
    for (const one of this.both()) one.calls = 0;
  }

  private both(): Budget[] {
    return [...new Set([this, this.newest()])];
  }
}
