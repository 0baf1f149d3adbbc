import type { SubmitDetail } from "../form/attach.js";
import { unhidden } from "../form/controls.js";

/** What is done beside writing. */
export interface DebugOptions {
  /** Stops each lead right before it would be sent. */
  dryRun?: boolean;
}

const EVENTS = ["ready", "issues", "submit", "saved", "refused", "failed", "done"] as const;

/**
 * Says in the console what becomes of every form of the page: names, codes, states and times, never what was typed.
 * Gives back what stops it.
 *
 * @param options - Whether leads are sent.
 * @returns What stops it.
 * @example
 * debug();
 */
export function debug(options: DebugOptions = {}): () => void {
  const life = new AbortController();
  const began = performance.now();
  for (const name of EVENTS) {
    addEventListener(
      `fieldpost:${name}`,
      (event) => {
        const form = unhidden(event.target as HTMLFormElement);
        const { detail } = event as CustomEvent<
          Partial<SubmitDetail> & { state?: string; issues?: { field: string; code: string }[] }
        >;
        const about =
          detail.state ??
          detail.issues?.map(({ field, code }) => `${field} ${code}`).join(", ") ??
          detail.fields?.join(", ") ??
          "";
        const stopped = name === "submit" && options.dryRun;
        if (stopped) event.preventDefault();
        console.info(
          `fieldpost ${form.id || "form"}: ${stopped ? "dry run, not sent" : name}: ${about} (${Math.round(performance.now() - began)} ms)`,
        );
      },
      { signal: life.signal },
    );
  }
  return () => life.abort();
}
