import type { RelayForm } from "../core/types.js";

/**
 * What the page itself knows of its form: `data-fieldpost-rules` names an element with the text of `fieldpost.json`, or its
 * address. There is no token in it, so the relay is asked for one before anything is sent. Nothing where the page has
 * none, or none of this form.
 */
export async function shipped(form: HTMLFormElement): Promise<RelayForm | undefined> {
  const where = form.dataset.fieldpostRules;
  if (!where) return undefined;
  // For whoever tries the page on their own disk.
  if (location.protocol === "file:")
    console.warn(
      "fieldpost: opened as a file, a page checks; open it from http://localhost to send.",
    );
  try {
    const text =
      where[0] === "#"
        ? document.querySelector(where)?.textContent
        : await (await fetch(where)).text();
    const own = JSON.parse(text as string).forms[form.action];
    return own && { ...own, token: "", expires: 0 };
  } catch {
    return undefined;
  }
}
