import { FieldpostError } from "../errors.js";
import type { Rendered } from "../edge.js";
import { call, type Called, type Unsent } from "./call.js";
import { CONNECTIONS } from "./platform.js";

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

/** Whether an object of the gates' class is a sender, by its name. */
export const isSender = (name: string | undefined): boolean => name?.startsWith(MARK) === true;

/** No account is called so. */
const MARK = "send\n";

/**
 * Makes the calls of one outbox to one account, and knows nothing else. Never more at once than may leave at once: a call's
 * deadline begins when it really leaves, and what has not left has not begun.
 */
export class Sender {
  private out = 0;

  async send({
    operation,
    rendered,
    token,
    deadline,
    ends,
    own,
  }: Sending): Promise<Called | Unsent> {
    const left = Math.min(deadline, ends - Date.now());
    // Held up on its way here. What would be given up in the middle is not begun.
    if (left < deadline / 2) return { unsent: "late" };
    // An outbox that begins anew does not know what is still out.
    if (this.out >= CONNECTIONS) return { unsent: "full" };
    this.out++;
    try {
      return await call(operation, rendered, token, left, own);
    } catch (error) {
      return {
        unsent: "failed",
        code: error instanceof FieldpostError ? error.code : "delivery.failed",
      };
    } finally {
      this.out--;
    }
  }
}
