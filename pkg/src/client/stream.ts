import { within } from "../core/within.js";

/** A body that is handed on as it comes. It may take long; but after so many milliseconds without a byte it ends with `network.timeout`. */
export function flowing(
  body: ReadableStream<Uint8Array>,
  stall: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const cancel = (reason: unknown): Promise<void> => reader.cancel(reason);
  return new ReadableStream({
    async pull(to) {
      try {
        const { done, value } = await within(stall, () => reader.read());
        if (done) to.close();
        else to.enqueue(value);
      } catch (error) {
        void cancel(error).catch(() => {});
        throw error;
      }
    },
    cancel,
  });
}
