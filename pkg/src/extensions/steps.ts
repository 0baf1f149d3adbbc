import type { Attachment } from "../form/attach.js";
import { unhidden } from "../form/controls.js";

/** What the progress says. */
export interface StepsOptions {
  /** What the part with `data-fieldpost-progress` says; default `Step {} of {}`. */
  progress?: string;
}

/** A form of several steps. */
export interface Steps {
  /** The step that is shown, from 0 on. */
  readonly step: number;
  /** How many there are. */
  readonly count: number;
  /**
   * Goes to a step, counted from 0, without a check.
   *
   * @param step - Its number, from 0 on.
   * @example
   * pages.go(pages.step + 1);
   */
  go(step: number): void;
  /**
   * Shows all of the form again.
   *
   * @example
   * pages.detach();
   */
  detach(): void;
}

/**
 * Shows a form step by step: `<fieldset data-fieldpost-step>` are the steps, buttons with `data-fieldpost-next` and
 * `data-fieldpost-back` lead on and back, and `data-fieldpost-progress` says where one is. A step is left forwards only
 * when it is right; an issue leads to the step that it is in. Without JavaScript all steps are there, one after another.
 *
 * @param attachment - The form's attachment.
 * @param options - What the progress says.
 * @returns Where the visitor is, and how to go on.
 * @example
 * const pages = steps(attach(form));
 */
export function steps(attachment: Attachment, options: StepsOptions = {}): Steps {
  const form = unhidden(attachment.form);
  const life = new AbortController();
  const all = [...form.querySelectorAll<HTMLElement>("[data-fieldpost-step]")];
  const before = all.map((step) => step.hidden);
  const progress = form.querySelector<HTMLElement>("[data-fieldpost-progress]");
  const said = progress?.textContent ?? "";
  let at = 0;

  const show = (next: number, focus: boolean): void => {
    at = Math.max(0, Math.min(next, all.length - 1));
    form.dataset.fieldpostAt = String(at + 1);
    all.forEach((step, index) => (step.hidden = index !== at));
    for (const [selector, off] of [
      ["[data-fieldpost-back]", at === 0],
      ["[data-fieldpost-next]", at === all.length - 1],
    ] as const) {
      // A button inside its step goes with it.
      for (const button of form.querySelectorAll<HTMLElement>(selector))
        if (!button.closest("[data-fieldpost-step]")) button.hidden = off;
    }
    for (const button of outside("[type=submit], button:not([type])"))
      button.hidden = at < all.length - 1;
    if (progress) {
      let turn = 0;
      progress.textContent = (options.progress ?? "Step {} of {}").replace(/\{\}/g, () =>
        String(turn++ ? all.length : at + 1),
      );
    }
    if (!focus) return;
    // What the step is about is read out first; it is no place to type, so Tab leads on from it.
    const head = all[at]?.querySelector<HTMLElement>("legend, h1, h2, h3, h4") ?? all[at];
    if (!head) return;
    const index = head.getAttribute("tabindex");
    head.tabIndex = -1;
    head.focus();
    if (index === null)
      head.addEventListener("blur", () => head.removeAttribute("tabindex"), { once: true });
  };

  const outside = (selector: string): HTMLElement[] =>
    [...form.querySelectorAll<HTMLElement>(selector)].filter(
      (one) =>
        !one.closest("[data-fieldpost-step]") &&
        !one.matches("[data-fieldpost-next], [data-fieldpost-back]"),
    );

  /** The names in the step that is shown. */
  const names = (): string[] => [
    ...new Set(
      [...form.elements]
        .filter((one) => all[at]?.contains(one))
        .map((one) => one.getAttribute("name") || one.id)
        .filter(Boolean),
    ),
  ];

  const forward = (): void => {
    if (attachment.check(names())) show(at + 1, true);
  };

  const on = (
    target: EventTarget,
    type: string,
    act: (event: Event) => void,
    capture = false,
  ): void => target.addEventListener(type, act, { signal: life.signal, capture });

  on(form, "click", (event) => {
    const button = (event.target as Element).closest("button, input");
    if (button?.matches("[data-fieldpost-next]")) forward();
    else if (button?.matches("[data-fieldpost-back]")) show(at - 1, true);
    else return;
    event.preventDefault();
  });
  // Enter submits from any step; before the last one it means: go on.
  on(
    form,
    "submit",
    (event) => {
      if (at === all.length - 1 || attachment.state === "busy") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      forward();
    },
    true,
  );
  on(form, "fieldpost:issues", (event) => {
    const { issues } = (event as CustomEvent<{ issues: { field: string; severity: string }[] }>)
      .detail;
    const wrong = issues.filter(({ severity }) => severity === "error").map(({ field }) => field);
    const first = [...form.elements].find((one) =>
      wrong.includes(one.getAttribute("name") || one.id),
    );
    const step = all.findIndex((one) => first && one.contains(first));
    if (step >= 0 && step !== at) show(step, false);
  });
  on(form, "reset", () => show(0, false));
  show(0, false);

  return {
    get step() {
      return at;
    },
    count: all.length,
    go: (step) => show(step, true),
    detach() {
      life.abort();
      all.forEach((step, index) => (step.hidden = before[index] ?? false));
      for (const one of form.querySelectorAll<HTMLElement>(
        "[data-fieldpost-back], [data-fieldpost-next]",
      ))
        one.hidden = false;
      for (const one of outside("[type=submit], button:not([type])")) one.hidden = false;
      if (progress) progress.textContent = said;
      delete form.dataset.fieldpostAt;
    },
  };
}
