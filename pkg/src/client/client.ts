import type { OperationName, Operations, Outcome, Params } from "../core/types.js";
import type { RelayAccount } from "../relay/options.js";
import { carrier } from "./carry.js";
import type { Progress } from "./effects.js";

export interface ClientOptions {
  fetch?: (request: Request, init?: RequestInit) => Promise<Response>;
  /** Milliseconds until a call is given up; by default five seconds more than the system itself takes. */
  timeout?: number;
}

/** The states of an export; the last three are final. */
export type ExportState = "Waiting" | "Processing" | "Complete" | "Failed" | "Canceled";

export interface ExportProgress extends Progress {
  id: string;
  state: ExportState;
}

export interface ExportOptions {
  /** Called with every answer. */
  progress?: (now: ExportProgress) => void;
  signal?: AbortSignal;
  /** Milliseconds before the first question; default one minute. */
  first?: number;
  /** Milliseconds between two questions at most; default ten minutes. */
  most?: number;
  /** Waits; for tests and for hosts with timers of their own. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** An export that is complete. */
export interface ExportDone {
  id: string;
  /** Where the files are, in no order. */
  refs: string[];
}

export interface Client {
  /**
   * Calls an operation and reads its reply. More records than one call takes are sent one part after another, and the
   * outcomes stand in the caller's order. Throws `params.invalid` and `account.invalid`; everything else is an outcome.
   */
  call<Name extends OperationName>(
    operation: Name,
    params?: Operations[Name]["params"],
  ): Promise<Outcome>;
  call(operation: string, params?: Params): Promise<Outcome>;
  /** The pages of an operation that has some, one outcome after another; the last is the one that ends them. */
  pages(operation: string, params?: Params): AsyncGenerator<Outcome, void, void>;
  /** The records of all pages. Throws with the outcome's code where a page is not found. */
  records(operation: string, params?: Params): AsyncGenerator<Record<string, unknown>, void, void>;
  /**
   * Waits politely until an export is complete: a minute first, then half as long again each time, because each question
   * counts against the account's calls. Throws `pardot.export_state` where it has failed or was cancelled.
   */
  waitForExport(id: string, options?: ExportOptions): Promise<ExportDone>;
  /** A file of an export as a stream of CSV, by its address in `refs` or by number. */
  download(
    file: string | { id: string; file: string | number },
  ): Promise<ReadableStream<Uint8Array>>;
}

/** The first thing that a call gives; it gives one or fails. */
const first = async <T>(gifts: AsyncGenerator<T, void, void>): Promise<T> =>
  (await gifts.next()).value as T;

/** An account that gets its own token, keeps it, and renews it once when the system no longer takes it. */
export function makeClient(
  account: RelayAccount,
  options: ClientOptions,
  load: () => Promise<void>,
): Client {
  const carry = carrier(account, options, load);
  return {
    call: (operation: string, params?: Params) => first(carry("outcome", operation, params)),
    pages: (operation, params) => carry("pages", operation, params),
    async *records(operation, params) {
      for await (const page of carry("records", operation, params)) yield* page;
    },
    async waitForExport(id, { progress, ...waiting } = {}) {
      const tell = (now: Progress): void =>
        progress?.({ id, ...(now as Progress & { state: ExportState }) });
      return {
        id,
        refs: await first(
          carry("job", "pardot.export.read", { id }, { ...waiting, progress: tell }),
        ),
      };
    },
    // The address' own host is not asked: the token goes to the account's host alone.
    download: (file) =>
      first(
        carry(
          "file",
          "pardot.export.download",
          typeof file === "string" ? { ref: file } : { id: file.id, file: file.file },
        ),
      ),
  };
}
