import { FieldpostError } from "../../core/errors.js";
import { type Rendered, steady } from "../../core/edge.js";
import { call, type Called, type Unsent } from "./call.js";

/** One call of a system, for the outbox. It goes from object to object and is written down nowhere: it holds the token. */
export interface Sending {
  operation: string;
  rendered: Rendered;
  token: string;
  /** How long it may take, and when it must have ended whatever happened on the way here; milliseconds. */
  deadline: number;
  ends: number;
  /** The parameters that are the same for each lead. */
  own: string[];
}

/** Who sends for this outbox to this account: an object of its own, so that a system that hangs holds nobody else's connections. */
export const senderOf = (shard: string, account: string): string => `${MARK}${shard}\n${account}`;

/** Whether an object of the limiters' class is a sender, by its name. */
export const isSender = (name: string | undefined): boolean => name?.startsWith(MARK) === true;

/** No account is called so. */
const MARK = "send\n";

/**
 * Makes the calls of one outbox to one account, and knows nothing else. Whether one leaves, `src/relay/sender.rs` says:
 * what has not left has not begun.
 */
export class Sender {
  private out = 0;

  async send(sending: Sending): Promise<Called | Unsent> {
    const { deadline, ends } = sending;
    try {
      const left = steady((glue) => glue.leaves(this.out, deadline, ends, Date.now()));
      return typeof left === "string" ? { unsent: left } : await this.make(sending, left);
    } catch (error) {
      return {
        unsent: "failed",
        code: error instanceof FieldpostError ? error.code : "delivery.failed",
      };
    }
  }

  private async make(
    { operation, rendered, token, own }: Sending,
    left: number,
  ): Promise<Called | Unsent> {
    this.out++;
    try {
      return await call(operation, rendered, token, left, own);
    } finally {
      this.out--;
    }
  }
}
