import { unhidden } from "../form/controls.js";
import { original, untranslate } from "../form/translation.js";

/** What is kept, and where. */
export interface ProgressOptions {
  /** Whether what is typed may be stored beyond this tab. Without it, it is kept until the tab is closed. */
  consent?: () => boolean;
  /** Fields never kept, beside passwords, files, hidden fields and what is marked `data-fieldpost-private`. */
  except?: readonly string[];
  /** Under which name; default the form's id or its place in the page. */
  name?: string;
}

/** What is kept is forgotten after this time. */
const DAY = 86_400_000;

/**
 * Keeps what a visitor has typed over a reload, and forgets it when the lead has arrived, or when the browser itself has sent
 * the form. It stays in this browser, in plain text: in `sessionStorage`, or with consent in `localStorage`. Gives back
 * what stops it.
 *
 * @param element - The form.
 * @param options - What is kept, and where.
 * @returns What stops it.
 * @example
 * progress(document.forms[0]);
 */
export function progress(element: HTMLFormElement, options: ProgressOptions = {}): () => void {
  const form = unhidden(element);
  const life = new AbortController();
  const name = `fieldpost.progress.${options.name ?? (form.id || [...document.forms].indexOf(element))}`;
  const stores = (): Storage[] => [sessionStorage, localStorage];
  const attempt = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch {
      // Storage is off or full: then nothing is kept.
      return undefined;
    }
  };
  const forget = (): void =>
    void attempt(() => stores().forEach((store) => store.removeItem(name)));

  type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
  const fields = (): Field[] =>
    ([...form.elements] as Field[]).filter(
      (one) =>
        one.name &&
        one.matches("input, select, textarea") &&
        !/^(password|file|hidden|submit|button|reset|image)$/.test(one.type) &&
        !one.closest("[data-fieldpost-private], [aria-hidden=true]") &&
        !options.except?.includes(one.name),
    );
  const checkable = (one: Field): one is HTMLInputElement =>
    one.type === "checkbox" || one.type === "radio";

  const save = (): void => {
    const kept = fields()
      .filter((one) => !checkable(one) || one.checked)
      .map(
        (one) =>
          [
            one.name,
            one instanceof HTMLSelectElement
              ? [...one.selectedOptions].map((option) => original(option))
              : one.value,
          ] as const,
      );
    attempt(() =>
      (options.consent?.() ? localStorage : sessionStorage).setItem(
        name,
        JSON.stringify({ until: Date.now() + DAY, kept }),
      ),
    );
  };

  const restore = (): void => {
    const text = attempt(() => sessionStorage.getItem(name) ?? localStorage.getItem(name));
    const { until = 0, kept = [] } =
      attempt(
        () => JSON.parse(text ?? "{}") as { until?: number; kept?: [string, string | string[]][] },
      ) ?? {};
    if (until < Date.now()) {
      forget();
      return;
    }
    for (const one of fields()) {
      const values = kept.filter(([other]) => other === one.name).map(([, value]) => value);
      if (checkable(one)) one.checked ||= values.includes(one.value);
      else if (one instanceof HTMLSelectElement) {
        if (values[0] !== undefined)
          for (const option of one.options)
            option.selected = [values[0]].flat().includes(original(option));
      } else if (!one.value && typeof values[0] === "string") one.value = values[0];
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  untranslate(form);
  restore();
  /** The browser has sent the form: what it says as it leaves is nothing that anybody typed since. */
  let left = false;
  for (const type of ["input", "change"]) {
    form.addEventListener(
      type,
      () => {
        left &&= type !== "input";
        if (!left) save();
      },
      { signal: life.signal },
    );
  }
  for (const type of ["fieldpost:done", "reset"])
    form.addEventListener(type, forget, { signal: life.signal });
  // Last of all listeners: what nobody has prevented, the browser sends.
  addEventListener(
    "submit",
    (event) => {
      const method = (event.submitter as HTMLButtonElement | null)?.formMethod || form.method;
      if (event.target !== element || event.defaultPrevented || method === "dialog") return;
      left = true;
      forget();
    },
    { signal: life.signal },
  );
  return () => life.abort();
}
