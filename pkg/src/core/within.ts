import { FieldpostError } from "./errors.js";
import { Said } from "./said.gen.js";

/**
 * One deadline over all that `act` does: a head, its body, whatever comes after. When it passes, what is out is aborted
 * by the signal, and nobody waits for it any longer: not every host ends the reading of a body that was aborted.
 */
export async function within<T>(ms: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const control = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new FieldpostError("network.timeout", Said.NETWORK_TIMEOUT));
      control.abort();
    }, ms);
  });
  try {
    return await Promise.race([act(control.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
