import type { LogEvent } from "../../core/codes.gen.js";

/** What a log line may say: names, codes, ids and counts. Never a visitor's value, a CRM's URL or a secret. */
export type Line = Record<string, string | number | boolean | null>;

/** One line of JSON, so that nothing in it can begin another. */
export function log(event: LogEvent, line: Line = {}): void {
  console.log(JSON.stringify({ event, ...line }));
}
