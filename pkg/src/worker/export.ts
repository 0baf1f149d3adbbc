import { FieldpostError } from "../errors.js";
import { Said } from "../said.gen.js";
import type { Outcome, Params } from "../types.js";

/** The states of an export; the last three are final. */
export type ExportState = "Waiting" | "Processing" | "Complete" | "Failed" | "Canceled";

export interface ExportProgress {
  id: string;
  state: ExportState;
  /** How often it was asked. */
  asked: number;
  /** Milliseconds until it is asked again; 0 once it is over. */
  wait: number;
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

/**
 * Asks an export's state until it is complete: after a minute first, then half as long again each time, because each
 * question counts against the account's calls. Throws `pardot.export_state` where it has failed or was cancelled.
 */
export async function waitForExport(
  call: (operation: string, params: Params) => Promise<Outcome>,
  id: string,
  options: ExportOptions = {},
): Promise<ExportDone> {
  const { progress, signal, first = 60_000, most = 600_000, sleep = pause } = options;
  let wait = first;
  for (let asked = 1; ; asked++) {
    await sleep(wait, signal);
    const outcome = await call("pardot.export.read", { id });
    if (outcome.kind === "retry") {
      wait = Math.min(most, Math.max(wait * 1.5, outcome.after ?? 0));
      continue;
    }
    const record = outcome.kind === "found" ? outcome.records[0] : undefined;
    const state = record?.["state"] as ExportState | undefined;
    if (!record || !state) {
      const issues = outcome.kind === "refused" ? outcome.issues : [];
      throw new FieldpostError(issues[0]?.code ?? "reply.unreadable", "The export's state could not be read.", issues);
    }
    const over = state === "Complete" || state === "Failed" || state === "Canceled";
    wait = over ? 0 : Math.min(most, wait * 1.5);
    progress?.({ id, state, asked, wait });
    if (state === "Complete") return { id, refs: record["resultRefs"] as string[] };
    if (over) throw new FieldpostError("pardot.export_state", Said.PARDOT_EXPORT_STATE);
  }
}

/** The id and number of a file by its address; null for any other address. */
export function fileOf(ref: string): { id: string; file: string } | null {
  const found = /\/do\/downloadResults\/id\/(\d+)\/file\/(\d+)(?:[/?#]|$)/.exec(ref);
  return found ? { id: found[1] as string, file: found[2] as string } : null;
}

/** `YYYY-MM-DD HH:MM:SS`, to which an export's open range is measured. */
export const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
