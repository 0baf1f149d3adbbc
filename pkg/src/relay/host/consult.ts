import { FieldpostError } from "../../core/errors.js";
import { within } from "../../core/within.js";

/** How long an object of ours may take to answer, in milliseconds. */
const ANSWER = 10_000;

/** No test divides what passes between objects below this: it takes a machine's time, not a system's. */
const LEAST = 2_000;

/** A deadline for a call to an object, as the relay's `timeScale` has it. */
export const patience = (scale = 1, ms = ANSWER): number => Math.max(LEAST, ms / scale);

/**
 * Asks one of our objects, and reads its answer: one deadline over both. What was asked goes on over there; only nobody
 * waits for it any longer. Throws `network.timeout`, or where there is no good answer `outbox.failed` or `gate.failed`, by
 * the address' host.
 */
export function consult<T>(
  object: { fetch(url: string, init?: RequestInit): Promise<Response> },
  url: string,
  deadline: number,
  body?: object,
): Promise<T> {
  return within(deadline, async () => {
    const response = await object.fetch(
      url,
      body && { method: "POST", body: JSON.stringify(body) },
    );
    if (!response.ok) throw new FieldpostError(`${new URL(url).hostname}.failed`);
    return (await response.json()) as T;
  });
}
