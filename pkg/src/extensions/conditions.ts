import { unhidden } from "../form/controls.js";

/**
 * Shows parts of a form only where they are asked for: `<fieldset data-fieldpost-if="topic=Repair|Other">`. A part that
 * is not asked for is hidden and disabled, so that it is neither checked nor sent.
 *
 * A condition is `name` (anything given), `name=value|value` or `name!=value|value`; several, split by `;`, must all hold.
 * Gives back what takes it all back.
 *
 * @param element - The form.
 * @returns What takes it back.
 * @example
 * const end = conditions(document.forms[0]);
 */
export function conditions(element: HTMLFormElement): () => void {
  const form = unhidden(element);
  const life = new AbortController();
  const hidden = new Map<HTMLElement, () => void>();

  const holds = (condition: string): boolean =>
    condition.split(";").every((one) => {
      const [, name = "", not = "", values] =
        /^\s*([^=!]+?)\s*(?:(!?)=([\s\S]*))?$/.exec(one) ?? [];
      const given = new FormData(element).getAll(name).map(String).filter(Boolean);
      if (values === undefined) return given.length > 0;
      const wanted = values.split("|").map((value) => value.trim());
      return given.some((value) => wanted.includes(value)) !== (not === "!");
    });

  const apply = (): void => {
    // What one part shows may depend on another, which is further down as a rule.
    for (const part of form.querySelectorAll<HTMLElement>("[data-fieldpost-if]")) {
      const wanted = holds(part.dataset.fieldpostIf ?? "");
      if (wanted) {
        hidden.get(part)?.();
        hidden.delete(part);
      } else if (!hidden.has(part)) hidden.set(part, hide(part));
    }
  };

  for (const type of ["input", "change"])
    form.addEventListener(type, apply, { signal: life.signal });
  // The fields have their first values again only after the event.
  form.addEventListener("reset", () => setTimeout(apply), { signal: life.signal });
  apply();
  return () => {
    life.abort();
    for (const show of hidden.values()) show();
  };
}

/** Hides a part and disables what is in it; gives back what undoes that. */
function hide(part: HTMLElement): () => void {
  const off = [
    part,
    ...part.querySelectorAll<HTMLElement>("input, select, textarea, button, fieldset"),
  ].filter((one): one is HTMLInputElement => "disabled" in one && !one.disabled);
  for (const one of off) one.disabled = true;
  const was = part.hidden;
  part.hidden = true;
  return () => {
    for (const one of off) one.disabled = false;
    part.hidden = was;
  };
}
