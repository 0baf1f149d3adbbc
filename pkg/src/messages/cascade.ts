import type { Issue } from "../core/types.js";
import { LIMITS } from "./limits.js";

/** What to say: a text, where `{}` stands for the limit that was passed, or a function that says it. */
export type Message = string | ((issue: Readonly<Issue & { limit?: string }>) => string);

/** Messages by the code of the issue, like `text.long`. */
export type Messages = Readonly<Record<string, Message>>;

/** Whose words a sentence is taken from. */
export interface LocalizeOptions {
  /** A whole language, like the default export of `fieldpost/messages/es`. */
  language?: Messages;
  /** The form's own words. They go before the language. */
  messages?: Messages;
  /** Words of single fields, by the field's name. They go before everything. */
  fields?: Readonly<Record<string, Messages>>;
}

/**
 * The report with other messages: those of the field, else of the form, else of the language, else the built-in English.
 * Codes, fields, severities and suggestions stay as they are, and so does the report that was passed.
 *
 * Takes whatever has `issues`: the report of a form or of a field, a relay's answer, a refused outcome. A text with `{}`
 * for an issue that has no limit is passed over. A function may read the issue's suggestion, which is the visitor's own
 * text: show it, never log it.
 *
 * @param report - What a check has said.
 * @param options - Whose words, in their order.
 * @returns The same report with other sentences.
 * @example
 * localize(report, { language: es });
 */
export function localize<R extends { issues: readonly Issue[] }>(
  report: R,
  options: LocalizeOptions = {},
): R {
  return {
    ...report,
    issues: report.issues.map((issue) => ({ ...issue, message: message(issue, options) })),
  };
}

/**
 * The message of one issue, by the same cascade.
 *
 * @param issue - What a check has said.
 * @param options - Whose words, in their order.
 * @returns The sentence.
 * @example
 * message(issue, { language: es });
 */
export function message(
  issue: Issue,
  { language, messages, fields }: LocalizeOptions = {},
): string {
  const limit = limitOf(issue);
  for (const level of [own(fields, issue.field), messages, language]) {
    const said = own(level, issue.code);
    if (typeof said === "function") return said(limit === undefined ? issue : { ...issue, limit });
    if (typeof said !== "string") continue;
    if (!said.includes("{}")) return said;
    // A function, because a limit may hold `$&`.
    if (limit !== undefined) return said.replace("{}", () => limit);
  }
  return issue.message;
}

/** Own members only: a field may be named `constructor`. */
const own = <T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  table && Object.hasOwn(table, name) ? table[name] : undefined;

/** The limit that was passed: the issue's own, else read back out of the built-in sentence. */
function limitOf(issue: Issue & { limit?: string }): string | undefined {
  if (issue.limit !== undefined) return issue.limit;
  const [before, after] = own(LIMITS, issue.code)?.split("{}") ?? [];
  if (before === undefined || after === undefined) return undefined;
  const { message } = issue;
  const fits =
    message.length > before.length + after.length &&
    message.startsWith(before) &&
    message.endsWith(after);
  return fits ? message.slice(before.length, message.length - after.length) : undefined;
}
