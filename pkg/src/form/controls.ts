/** What carries a value in a form: also a custom element with `ElementInternals`, which need not expose any of this. */
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export const elementsOf = (form: HTMLFormElement): Control[] => [...form.elements] as Control[];

/** A custom element need not reflect its name; a control without one still has to be found and named. */
export const nameOf = (control: Element): string => control.getAttribute("name") || control.id;

/** The controls a message can belong to: not hidden, not disabled, no fieldset; also those joined by `form=`. */
export function controlsOf(form: HTMLFormElement, name: string): Control[] {
  return elementsOf(form).filter((control) => nameOf(control) === name && control.willValidate !== false && control.checkVisibility?.() !== false);
}

/** Types into a control: whoever listens hears of it. React puts a property of its own over the prototype's `value`. */
export function enterValue(control: Control, value: string): void {
  Reflect.set(Object.getPrototypeOf(control) as object, "value", value, control);
  control.dispatchEvent(new Event("input", { bubbles: true }));
}
