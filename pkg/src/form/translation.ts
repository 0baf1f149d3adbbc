import type { FieldSpec } from "../core/types.js";
import { elementsOf } from "./controls.js";

/** What options said when they were first seen: without a value of its own an option's text is its value, and may be translated. */
const said = new WeakMap<HTMLOptionElement, string>();

/**
 * The value of an option before a browser translated it: Google's translation shows by its markup, others' by a text that is
 * none of the choices. Any other text is the page's own.
 */
export function original(option: HTMLOptionElement, choices?: readonly string[]): string {
  const { value } = option;
  const first = said.get(option) ?? value;
  said.set(option, first);
  return !option.hasAttribute("value") &&
    (option.querySelector("font") || (choices && !choices.includes(value)))
    ? first
    : value;
}

/** Notes what the options of a form say; in the values that were read of it, puts that in the place of translations. */
export function untranslate(
  form: HTMLFormElement,
  fields: Readonly<Record<string, FieldSpec>> = {},
  data = new FormData(),
): void {
  const entries = [...data];
  for (const { name, options } of elementsOf(form) as HTMLSelectElement[]) {
    for (const option of options ?? []) {
      const first = original(option, fields[name]?.choices);
      if (option.selected)
        for (const entry of entries)
          if (entry[0] === name && entry[1] === option.value) entry[1] = first;
    }
  }
  for (const [name] of entries) data.delete(name);
  for (const [name, value] of entries) data.append(name, value);
}
