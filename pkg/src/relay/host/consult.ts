import { FieldpostError } from "../../core/errors.js";
import { Said } from "../../core/said.gen.js";

/** How long an object of ours may take to answer, in milliseconds. */
const ANSWER = 10_000;

/** No test divides what passes between objects below this: it takes a machine's time, not a system's. */
const LEAST = 2_000;

/** A deadline for a call to an object, as the relay's `timeScale` has it. */
export const patience = (scale = 1, ms = ANSWER): number => Math.max(LEAST, ms / scale);

/** One deadline over an object's head and body. Nothing of it is aborted: what was asked of an object goes on over there. */
export const timely = <T>(ms: number, act: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const late = (): void => reject(new FieldpostError("network.timeout", Said.NETWORK_TIMEOUT));
    const timer = setTimeout(late, ms);
    const ends =
      <V>(end: (value: V) => void) =>
      (value: V): void => {
        clearTimeout(timer);
        end(value);
      };
    act().then(ends(resolve), ends(reject));
  });

/** One of our objects has said no, as it does before anything else. */
export class ObjectRefusal extends FieldpostError {}

/** Whether one of our objects has answered: whatever it has to say comes with a good status. */
export const isAnswered = ({ ok }: Response): boolean => ok;

/**
 * Asks one of our objects, and reads its answer: one deadline over both. When it passes, nobody waits for it any longer. Throws `network.timeout`, or where there is no good answer `outbox.failed` or `gate.failed`, by
 * the address' host.
 */
export function consult<T>(
  object: { fetch(url: string, init?: RequestInit): Promise<Response> },
  url: string,
  deadline: number,
  body?: object,
): Promise<T> {
  return timely(deadline, async () => {
    const response = await object.fetch(
      url,
      body && { method: "POST", body: JSON.stringify(body) },
    );
    if (!isAnswered(response)) throw new ObjectRefusal(`${new URL(url).hostname}.failed`);
    return (await response.json()) as T;
  });
}
