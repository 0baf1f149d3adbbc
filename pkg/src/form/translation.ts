import type { FieldSpec } from "../types.js";
import { elementsOf } from "./controls.js";

/** What options without a value of their own say: it is their value, and a browser may translate it. */
const said = new WeakMap<HTMLOptionElement, string>();

/**
 * The value of an option before a browser translated it: Google's translation shows by its markup, others' by a text that is
 * none of the choices where the first one was. Any other text is the page's own.
 */
export function original(option: HTMLOptionElement, choices?: readonly string[]): string {
  const { value } = option;
  const first = option.hasAttribute("value") ? value : (said.get(option) ?? value);
  return option.querySelector("font") || (choices?.includes(first) && !choices.includes(value)) ? first : value;
}

/**
 * Notes what the options of a form say. Of values that were read of it, puts the first ones in the place of translations. Until
 * the fields are known, what was noted first stays.
 */
export function untranslate(form: HTMLFormElement, fields?: Readonly<Record<string, FieldSpec>>, data?: FormData): void {
  const firsts = new Map<string, string>();
  for (const { name, options } of elementsOf(form) as HTMLSelectElement[]) {
    for (const option of options ?? []) {
      const first = original(option, fields?.[name]?.choices);
      if (first === option.value) {
        if (fields || !said.has(option)) said.set(option, first);
      } else if (option.selected) firsts.set(`${name}\0${option.value}`, first);
    }
  }
  if (!data || !firsts.size) return;
  const entries = [...data];
  for (const [name] of entries) data.delete(name);
  for (const [name, value] of entries) data.append(name, firsts.get(`${name}\0${value as string}`) ?? value);
}
