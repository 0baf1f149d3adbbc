/** What carries a value in a form: also a custom element with `ElementInternals`, which need not expose any of this. */
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/**
 * A form as its prototype has it: a field named `reset`, `elements` or `parentElement` hides the form's own member of that
 * name. For reading and calling; what the browser itself takes (`new FormData`) still wants the form.
 */
export const unhidden = (form: HTMLFormElement): HTMLFormElement =>
  new Proxy(form, {
    get: (_, member) => {
      const own: unknown = Reflect.get(HTMLFormElement.prototype, member, form);
      return typeof own === "function" ? (own.bind(form) as unknown) : own;
    },
  });

export const elementsOf = (form: HTMLFormElement): Control[] => [...form.elements] as Control[];

/** A custom element need not reflect its name; a control without one still has to be found and named. */
export const nameOf = (control: Element): string => control.getAttribute("name") || control.id;

/** The controls a message can belong to: not hidden, not disabled, no fieldset; also those joined by `form=`. */
export function controlsOf(form: HTMLFormElement, name: string): Control[] {
  return elementsOf(form).filter(
    (control) =>
      nameOf(control) === name &&
      control.willValidate !== false &&
      control.checkVisibility?.() !== false,
  );
}

/** The fieldset of a group of boxes: it holds nothing else that is sent. */
export function groupOf(controls: readonly Control[]): Element | null {
  const group = controls[1]?.closest("fieldset");
  return group &&
    ([...group.elements] as Control[]).every(
      (one) => !one.getAttribute("name") || controls.includes(one),
    )
    ? group
    : null;
}

/** What a visitor reads before a field, without what is chosen or said in it. */
export function labelOf(controls: readonly Control[]): string | null | undefined {
  const first = controls[0] as HTMLInputElement | undefined;
  const label = (groupOf(controls)?.querySelector("legend") ?? first?.labels?.[0])?.cloneNode(
    true,
  ) as Element | undefined;
  label
    ?.querySelectorAll("select,textarea,[data-fieldpost-issue]")
    .forEach((part) => part.remove());
  return label?.textContent?.replace(/\s+/g, " ").trim() || first?.ariaLabel || first?.placeholder;
}

/** Types into a control: whoever listens hears of it. React puts a property of its own over the prototype's `value`. */
export function enterValue(control: Control, value: string): void {
  Reflect.set(Object.getPrototypeOf(control) as object, "value", value, control);
  control.dispatchEvent(new Event("input", { bubbles: true }));
}
