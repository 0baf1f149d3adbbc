import type { Accepted } from "./acceptance.js";
import type { OperatorStore } from "../storage/operator-store.js";

/** How long somebody waits for the outcome of a lead, and how many may in one outbox at once. */
const WAIT = 5_000;
const MOST = 256;

/** Who waits to hear what became of a lead. They live as long as the instance does; a page need not hear of it. */
export class Polls {
  private readonly waiting = new Map<string, Set<() => void>>();
  private count = 0;

  constructor(
    readonly store: OperatorStore,
    readonly find: (key: string) => Accepted,
  ) {}

  /** What became of a lead, as soon as something has; as it stands where the time is up or too many wait. */
  async outcome(key: string): Promise<Accepted> {
    const until = Date.now() + WAIT;
    for (let found = this.find(key); ; found = this.find(key)) {
      const left = until - Date.now();
      if (found.state !== "queued" || left <= 0 || this.count >= MOST || !this.goesOn(found.id))
        return found;
      await this.wait(found.id, left);
    }
  }

  /** Something has become of a lead. */
  ring(lead: string): void {
    for (const heard of this.waiting.get(lead) ?? []) heard();
  }

  private async wait(lead: string, time: number): Promise<void> {
    const all = this.waiting.get(lead) ?? new Set();
    this.waiting.set(lead, all);
    this.count++;
    await new Promise<void>((resolve) => {
      const heard = (): void => {
        clearTimeout(timer);
        all.delete(heard);
        resolve();
      };
      const timer = setTimeout(heard, time);
      all.add(heard);
    });
    this.count--;
    if (all.size === 0 && this.waiting.get(lead) === all) this.waiting.delete(lead);
  }

  private goesOn(lead: string): boolean {
    return (
      this.store.rows(
        "SELECT 1 FROM deliveries WHERE lead = ? AND phase IN ('waiting', 'sent') LIMIT 1",
        lead,
      ).length > 0
    );
  }
}
