import { type Control, elementsOf, nameOf } from "./controls.js";
import type { Fields } from "./judging.js";
import { second } from "./later.js";

/** Hears of an event until the form is given back. */
type Listen = (target: EventTarget, type: string, listener: (event: Event) => unknown) => void;

/**
 * Hears what happens to the form and its fields, those too that lie outside of it, and nothing of other forms. While
 * somebody fills it, each changed field is `due` to be looked at once it is left, and one that carries a message with each
 * letter. Gives how to hear of more, and what looks now.
 */
export function listens(
  element: HTMLFormElement,
  form: HTMLFormElement,
  root: EventTarget,
  signal: AbortSignal,
  fields: () => Fields | undefined,
  shown: () => string[],
  due: Set<string>,
  look: () => void,
): [listen: Listen, lookNow: () => void] {
  let pressed = false;

  const listen: Listen = (target, type, listener) =>
    target.addEventListener(
      type,
      (event) => {
        const control = event.target as Control;
        if (
          target === window ||
          control === (element as Element) ||
          elementsOf(form).includes(control)
        )
          listener(event);
      },
      { signal },
    );

  /** Not while a pointer is down: a message would move the button away from under it. */
  const lookNow = (): void => {
    if (!pressed) look();
  };
  const changed = ({ target }: Event): void => {
    due.add(nameOf(target as Control));
    lookNow();
  };
  listen(root, "change", changed);
  listen(root, "input", (event) => {
    const control = event.target as Control;
    if (fields()?.[nameOf(control)]?.kind === "phone") second?.formatPhone(control, event);
    if (shown().includes(nameOf(control))) changed(event);
  });
  listen(window, "pointerdown", () => (pressed = true));
  // The click comes after the release.
  const released = (): void => {
    pressed = false;
    setTimeout(lookNow);
  };
  listen(window, "pointerup", released);
  listen(window, "pointercancel", released);

  return [listen, lookNow];
}
