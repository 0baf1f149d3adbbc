import { unhidden } from "../form/controls.js";

/** Where the values come from. */
export interface PrefillOptions {
  /** Where the values are; default the page's query. */
  from?: string;
  /** Takes the values out of the address bar, so that they reach no log, referrer or screenshot; default true. */
  clean?: boolean;
}

/**
 * Fills fields from the address: of the query, only the names in `allowed`, only into empty fields that the visitor
 * sees. Gives the names that were filled. Nothing is looked up: a link that is passed on fills in what it says, so
 * allow only what is no secret (`company`, `topic`, not `email`).
 *
 * @param element - The form.
 * @param allowed - The names that an address may fill.
 * @param options - Where the values come from.
 * @returns The names that were filled.
 * @example
 * prefill(document.forms[0], ["company", "topic"]);
 */
export function prefill(
  element: HTMLFormElement,
  allowed: readonly string[],
  options: PrefillOptions = {},
): string[] {
  const form = unhidden(element);
  const query = new URLSearchParams(options.from ?? location.search);
  const filled = new Set<string>();
  for (const control of [...form.elements] as (HTMLInputElement | HTMLSelectElement)[]) {
    const { name, type } = control;
    if (
      !allowed.includes(name) ||
      !query.has(name) ||
      /^(password|file|hidden|submit|button|reset|image|fieldset|output)$/.test(type)
    )
      continue;
    const values = query.getAll(name);
    if (type === "checkbox" || type === "radio") {
      // A consent is given by nobody but the visitor.
      if (!values.includes(control.value) || control.value === "on" || control.required) continue;
      (control as HTMLInputElement).checked = true;
    } else if (control instanceof HTMLSelectElement) {
      if (control.value) continue;
      for (const option of control.options)
        if (values.includes(option.value)) option.selected = true;
    } else {
      if (control.value) continue;
      const { maxLength } = control;
      control.value = (values[0] ?? "").slice(0, maxLength >= 0 ? maxLength : 1_000);
    }
    filled.add(name);
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (options.from === undefined && options.clean !== false && filled.size) {
    for (const name of filled) query.delete(name);
    history.replaceState(
      history.state,
      "",
      `${location.pathname}${`${query}` && `?${query}`}${location.hash}`,
    );
  }
  return [...filled];
}
