import { facts } from "../host/facts.js";
import type { Accepted } from "./acceptance.js";
import type { OperatorStore } from "../storage/operator-store.js";
import { MOST_WAITING, PATIENCE, WAITS } from "../visitor.gen.js";

/** Who waits to hear what became of a lead. They live as long as the instance does; a page need not hear of it. */
export class Polls {
  /** An event for each lead of which something has become. */
  private readonly rings = new EventTarget();
  private count = 0;

  constructor(
    readonly store: OperatorStore,
    readonly find: (key: string) => Accepted,
  ) {}

  /** What became of a lead, as soon as something has; as it stands where the time is up or too many wait. */
  async outcome(key: string): Promise<Accepted> {
    const until = Date.now() + PATIENCE;
    for (;;) {
      const found = this.find(key);
      const left = until - Date.now();
      const waits = facts(
        found.state === "queued",
        left > 0,
        this.count < MOST_WAITING,
        this.goesOn(found.id),
      );
      if (!WAITS[waits]) return found;
      await this.wait(found.id, left);
    }
  }

  /** Something has become of a lead. */
  ring(lead: string): void {
    this.rings.dispatchEvent(new Event(lead));
  }

  private async wait(lead: string, time: number): Promise<void> {
    this.count++;
    await new Promise<void>((resolve) => {
      const heard = (): void => {
        clearTimeout(timer);
        this.rings.removeEventListener(lead, heard);
        resolve();
      };
      const timer = setTimeout(heard, time);
      this.rings.addEventListener(lead, heard);
    });
    this.count--;
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
