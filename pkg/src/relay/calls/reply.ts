import { FieldpostError } from "../../core/errors.js";
import { send } from "../../core/send.js";
import { within } from "../../core/within.js";
import { LONGEST_REPLY } from "../visitor.gen.js";

/** A reply's body, as long as it is no longer than an answer may be: else `reply.unreadable`. */
export async function short(reply: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  const reader = reply.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.byteLength;
    if (length > LONGEST_REPLY) {
      void reader?.cancel().catch(() => {});
      throw new FieldpostError("reply.unreadable");
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** Sends a request and reads its answer, within one deadline: workerd's fetch has none, and a body can hang as well as its head. */
export const exchange = (
  request: Request,
  deadline: number,
): Promise<{ status: number; headers: Headers; body: string }> =>
  within(deadline, async (signal) => {
    const reply = await send(request, { timeout: 0, signal });
    return { status: reply.status, headers: reply.headers, body: await short(reply) };
  });
