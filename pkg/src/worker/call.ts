import { plainReply, type Rendered, steady } from "../edge.js";
import { FieldpostError } from "../errors.js";
import type { Outcome } from "../types.js";
import { type Pace, readPace, readRetryAfter } from "./pace.js";
import { isRefusal } from "./platform.js";
import { exchange } from "./reply.js";

/** What became of a call, and what the system said of its pace. */
export interface Called {
  outcome: Outcome;
  pace?: Pace;
  /** How long the system asked to be left alone, in milliseconds. */
  after?: number;
}

/** The call has not left. Why: the host refused it, or the sender had no place or no time for it, or it could not be made, with the `code` of that. */
export interface Unsent {
  unsent: "host" | "full" | "late" | "failed";
  code?: string;
}

/** Makes one call of a system and reads its answer; `own`: the parameters that are the same for each lead. What throws has not left; nothing that happens once it is out does, for it may have arrived. */
export async function call(operation: string, rendered: Rendered, token: string, deadline: number, own: readonly string[] = []): Promise<Called | Unsent> {
  const request = steady((glue) => glue.toRequest(rendered, token));
  let reply: Awaited<ReturnType<typeof exchange>>;
  try {
    reply = await exchange(request, deadline);
  } catch (error) {
    if (isRefusal(error)) return { unsent: "host" };
    // workerd cannot tell "refused" from "reset after the CRM acted", so neither can we.
    return { outcome: { kind: "unknown", why: error instanceof FieldpostError ? error.code : "network.failed" } };
  }
  const now = Date.now();
  const pace = readPace(reply.headers, now);
  const after = readRetryAfter(reply.headers, now);
  let outcome: Outcome;
  try {
    const plain = await plainReply(reply);
    outcome = steady((glue) => glue.readSent(operation, plain, rendered.body ?? "", own.join("\n")));
  } catch {
    // The call was made; that nobody can read its answer must not repeat it unseen.
    outcome = { kind: "unknown", why: "reply.unreadable" };
  }
  return { outcome, ...(pace && { pace }), ...(after !== undefined && { after }) };
}
