import { FieldpostError } from "../core/errors.js";
import { Said } from "../core/said.gen.js";

/** Waits, and stops waiting when the signal says so. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new FieldpostError("network.aborted", Said.NETWORK_ABORTED));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });

/** The calls of a client that wait for what another one is told. */
export class Parked {
  private readonly waiting = new Set<{ go(): void; fail(error: Error): void }>();

  /** Waits for that, and not longer than this. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (act: () => void): void => {
        clearTimeout(timer);
        this.waiting.delete(one);
        act();
      };
      const one = {
        go: (): void => leave(resolve),
        fail: (error: Error): void => leave(() => reject(error)),
      };
      const timer = setTimeout(one.go, ms);
      this.waiting.add(one);
    });
  }

  /** All of them go on. */
  tell(): void {
    for (const one of [...this.waiting]) one.go();
  }

  /** All of them fail. */
  deny(error: Error): void {
    for (const one of [...this.waiting]) one.fail(error);
  }
}
