import { plainReply, type Rendered, steady } from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import type { Called } from "../../core/outcome.gen.js";
import { isRefusal } from "../host/platform.js";
import { exchange } from "./reply.js";

export type { Called } from "../../core/outcome.gen.js";

/** The call has not left. Why: the host refused it, or the sender had no connection or no time for it, or it could not be made, with the `code` of that. */
export interface Unsent {
  unsent: "host" | "full" | "late" | "failed";
  code?: string;
}

/** Makes one call of a system and reads its answer; `own`: the parameters that are the same for each lead. What throws has not left; nothing that happens once it is out does, for it may have arrived. */
export async function call(
  operation: string,
  rendered: Rendered,
  token: string,
  deadline: number,
  own: readonly string[] = [],
): Promise<Called | Unsent> {
  const request = steady((glue) => glue.toRequest(rendered, token));
  let reply: Awaited<ReturnType<typeof exchange>>;
  try {
    reply = await exchange(request, deadline);
  } catch (error) {
    if (isRefusal(error)) return { unsent: "host" };
    // workerd cannot tell "refused" from "reset after the CRM acted", so neither can we.
    return {
      outcome: {
        kind: "unknown",
        why: error instanceof FieldpostError ? error.code : "network.failed",
      },
    };
  }
  try {
    const plain = await plainReply(reply);
    return steady((glue) =>
      glue.readSent(operation, plain, rendered.body ?? "", own.join("\n"), Date.now()),
    );
  } catch {
    // The call was made; that nobody can read its answer must not repeat it unseen.
    return { outcome: { kind: "unknown", why: "reply.unreadable" } };
  }
}
