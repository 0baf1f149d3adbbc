import type { Issue } from "../core/types.js";
import { controlsOf, elementsOf, labelOf, nameOf } from "./controls.js";
import { type Fields, stops } from "./judging.js";
import type { Board } from "./messages.js";
import { tell } from "./telling.js";
import { fill, type Speak } from "./texts.js";

/** Shows the issues of the named fields, and sums up. */
type Show = (names: Iterable<string>, issues: readonly Issue[]) => void;

/** How issues are shown: those of some fields, and all, with the focus on the first that is wrong. */
export function shows(
  form: HTMLFormElement,
  board: Board,
  speak: Speak,
  fields: () => Fields | undefined,
  due: Set<string>,
): [show: Show, stopped: (issues: readonly Issue[]) => boolean] {
  const label = (name: string): string =>
    fields()?.[name]?.label ?? (labelOf(controlsOf(form, name)) || name);

  const show: Show = (names, issues) => {
    // No message and no suggestion: both may end up in an analytics tool. First, so that a hidden step can come forth.
    if (issues[0])
      tell(form, "issues", {
        issues: issues.map(({ field, code, severity }) => ({ field, code, severity })),
      });
    const rest: Issue[] = [];
    for (const name of names) {
      // What came twice is the owner's to settle.
      const own = issues.filter((issue) => issue.field === name && issue.code !== "value.twice");
      if (!board.show(name, own)) rest.push(...own.filter(stops));
    }
    const wrong = board.shown().map(label).join(", ");
    // What has no place of its own names its field here.
    const others = rest.map(
      (issue) => (issue.field && `${label(issue.field)}: `) + speak(issue.code, issue),
    );
    board.say([wrong && fill(speak("check"), wrong), ...others].filter(Boolean).join(" "));
  };

  /** Shows all issues; true, and the focus on the first wrong field, when they stop the lead. */
  const stopped = (issues: readonly Issue[]): boolean => {
    due.clear();
    board.clear();
    show(new Set(issues.map((issue) => issue.field)), issues);
    const wrong = issues.filter(stops).map((issue) => issue.field);
    elementsOf(form)
      .find(
        (control) =>
          wrong.includes(nameOf(control)) && controlsOf(form, nameOf(control)).includes(control),
      )
      ?.focus();
    return wrong[0] != null;
  };

  return [show, stopped];
}
