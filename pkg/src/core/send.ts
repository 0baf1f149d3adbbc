import { FieldpostError } from "./errors.js";
import { Said } from "./said.gen.js";
import type { SendOptions } from "./types.js";

/** What every other script of the page shares is 64 KiB; this leaves some of it. */
const KEEPALIVE_BYTES = 60_000;

/**
 * Sends a request and resolves with whatever the server answers. Rejects with a code where it does not answer:
 * `network.timeout`, `network.aborted`, `network.offline` or `network.failed`. After the first and the last nobody can
 * tell whether the request arrived. The deadline and the signal hold for the body, too: reading it then rejects.
 *
 * @param request - What `request()` has built, or one of your own.
 * @param options - Deadline, signal, whether it may outlive the page, and a `fetch` of your own.
 * @returns The response, whatever its status.
 * @throws {FieldpostError} `network.timeout`, `network.aborted`, `network.offline` or `network.failed`.
 * @example
 * const response = await send(request, { timeout: 10_000 });
 */
export async function send(request: Request, options: SendOptions = {}): Promise<Response> {
  const { timeout = 30_000, signal, keepalive = false, fetch: call = globalThis.fetch } = options;
  const control = new AbortController();
  const abort = (): void => control.abort();
  let late = false;
  const timer =
    timeout &&
    setTimeout(() => {
      late = true;
      abort();
    }, timeout);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  try {
    const init: RequestInit = { signal: control.signal };
    if (keepalive && (await request.clone().arrayBuffer()).byteLength <= KEEPALIVE_BYTES)
      init.keepalive = true;
    const response = await call(request, init);
    // It runs on for the body, and keeps no script of Node's from its end.
    (timer as { unref?(): void }).unref?.();
    return response;
  } catch (cause) {
    clearTimeout(timer);
    // Each engine has its own words for it, so none of them is read.
    const [code, sentence] = late
      ? ["network.timeout", Said.NETWORK_TIMEOUT]
      : control.signal.aborted
        ? ["network.aborted", Said.NETWORK_ABORTED]
        : globalThis.navigator?.onLine === false
          ? ["network.offline", Said.NETWORK_OFFLINE]
          : ["network.failed", Said.NETWORK_FAILED];
    throw new FieldpostError(code, sentence, [], { cause });
  }
}
