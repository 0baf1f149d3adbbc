import type { Issue } from "../types.js";

/**
 * Everything `attach` says by itself; `options.messages` replaces any of them. A key that is an issue code
 * (`email.syntax`) replaces the sentence of that issue. `{}` is where the names or the suggestion go.
 *
 * Only `stored` and `queued` may say that something was received.
 */
export const texts = {
  check: "Please check: {}",
  use: "Use {}",
  busy: "Sending…",
  stored: "Thank you. We have received your request.",
  queued: "Thank you. We have your request; its delivery is under way.",
  refused: "Your request was not accepted. Your entries are still here.",
  retry: "Your request was not accepted: we are too busy just now. Your entries are still here; please send them again in a moment.",
  unknown: "We cannot tell whether your request arrived. Your entries are still here; sending them again makes no second request.",
};

export type Texts = typeof texts & Readonly<Record<string, string>>;

/** Puts a value where the text says `{}`; a function, because a value may hold `$&`. */
export function fill(text: string, value: string): string {
  return text.replace("{}", () => value);
}

export function sentence(texts: Texts, issue: Issue): string {
  return texts[issue.code] ?? issue.message;
}
