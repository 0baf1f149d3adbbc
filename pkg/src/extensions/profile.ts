import { unhidden } from "../form/controls.js";

/** How much is asked, and what is known. */
export interface ProfileOptions {
  /** How many questions at most; default 2. */
  ask?: number;
  /** Whether this browser may remember which questions were answered. Only names are kept, never an answer. */
  consent?: () => boolean;
  /** What the site knows to be answered already, as field names. */
  known?: readonly string[];
}

const NAME = "fieldpost.answered";

/**
 * Asks returning visitors something new: of the parts marked `data-fieldpost-profile="fieldName"`, those that were
 * answered before are left out, and of the others only the first few are shown. Nothing is filled in: a form never
 * shows one person's data to the next. Gives back what takes it back.
 *
 * @param element - The form.
 * @param options - How much is asked, and what is known.
 * @returns What takes it back.
 * @example
 * profile(document.forms[0]);
 */
export function profile(element: HTMLFormElement, options: ProfileOptions = {}): () => void {
  const form = unhidden(element);
  const life = new AbortController();
  const stored = (): string[] => {
    try {
      const names: unknown = JSON.parse(localStorage.getItem(NAME) ?? "[]");
      return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
    } catch {
      return [];
    }
  };
  const answered = new Set([...(options.known ?? []), ...stored()]);
  let questions = options.ask ?? 2;
  const undo: (() => void)[] = [];
  for (const part of form.querySelectorAll<HTMLElement>("[data-fieldpost-profile]")) {
    if (!answered.has(part.dataset.fieldpostProfile ?? "") && questions-- > 0) continue;
    const off = [...part.querySelectorAll<HTMLInputElement>("input, select, textarea")].filter(
      (one) => !one.disabled,
    );
    const { hidden } = part;
    for (const one of off) one.disabled = true;
    part.hidden = true;
    undo.push(() => {
      for (const one of off) one.disabled = false;
      part.hidden = hidden;
    });
  }
  let given: string[] = [];
  form.addEventListener(
    "fieldpost:submit",
    () => {
      given = [...new FormData(element)]
        .filter(([, value]) => typeof value === "string" && value)
        .map(([name]) => name);
    },
    { signal: life.signal },
  );
  form.addEventListener(
    "fieldpost:done",
    () => {
      if (!options.consent?.()) return;
      const asked = [...form.querySelectorAll<HTMLElement>("[data-fieldpost-profile]")].map(
        (part) => part.dataset.fieldpostProfile ?? "",
      );
      try {
        localStorage.setItem(
          NAME,
          JSON.stringify([
            ...new Set([...stored(), ...given.filter((name) => asked.includes(name))]),
          ]),
        );
      } catch {
        // Then the same is asked again.
      }
    },
    { signal: life.signal },
  );
  return () => {
    life.abort();
    for (const one of undo) one();
  };
}
