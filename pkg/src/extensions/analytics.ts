import { unhidden } from "../form/controls.js";

/** What is told of a form: its id, names of fields and codes. Never what anybody typed. */
export interface FormEvent {
  /** What happened. */
  event: string;
  /** The form's name or id. */
  form: string;
  /** The form's state. */
  state?: string;
  /** The names of the fields that it is about. */
  fields?: string;
  /** The codes of what is wrong. */
  codes?: string;
}

const EVENTS = ["ready", "issues", "submit", "saved", "refused", "done", "failed"] as const;

interface Detail {
  state?: string;
  issues?: { field: string; code: string }[];
}

/**
 * Tells `tell` of every form's events in `root`, a page or a part of it. Gives back what stops it.
 *
 * @param tell - Hears of each event.
 * @param root - Where it listens; the document where nothing is said.
 * @returns What stops it.
 * @example
 * const end = events(({ event, form }) => console.log(event, form));
 */
export function events(tell: (event: FormEvent) => void, root: EventTarget = document): () => void {
  const life = new AbortController();
  for (const name of EVENTS) {
    root.addEventListener(
      `fieldpost:${name}`,
      (event) => {
        // Another listener may have called it off.
        if (event.defaultPrevented) return;
        const form = unhidden(event.target as HTMLFormElement);
        const { state, issues } = (event as CustomEvent<Detail>).detail;
        tell({
          event: `fieldpost_${name}`,
          form: form.id || form.getAttribute("name") || "",
          ...(state && { state }),
          ...(issues && {
            fields: unique(issues.map(({ field }) => field)),
            codes: unique(issues.map(({ code }) => code)),
          }),
        });
      },
      { signal: life.signal },
    );
  }
  // A lead that had waited has no form any more.
  const delivered = (event: Event): void =>
    tell({
      event: "fieldpost_delivered",
      form: "",
      state: (event as CustomEvent<Detail>).detail.state ?? "",
    });
  globalThis.addEventListener?.("fieldpost:delivered", delivered, { signal: life.signal });
  globalThis.addEventListener?.(
    "fieldpost:lost",
    () => tell({ event: "fieldpost_lost", form: "" }),
    { signal: life.signal },
  );
  return () => life.abort();
}

const unique = (texts: string[]): string => [...new Set(texts)].join(",");

/**
 * Google Tag Manager: pushes each event on `dataLayer`.
 *
 * @param root - Where it listens; the document where nothing is said.
 * @returns What stops it.
 * @example
 * dataLayer();
 */
export function dataLayer(root?: EventTarget): () => void {
  const page = window as { dataLayer?: unknown[] };
  return events((event) => (page.dataLayer ??= []).push(event), root);
}

/**
 * Google's gtag.js: `generate_lead` once a lead is stored or queued, and the other events under their own names.
 *
 * @param root - Where it listens; the document where nothing is said.
 * @returns What stops it.
 * @example
 * gtag();
 */
export function gtag(root?: EventTarget): () => void {
  return events(({ event, ...parameters }) => {
    const send = (window as { gtag?: (...words: unknown[]) => void }).gtag;
    send?.("event", event, parameters);
    if (
      event === "fieldpost_done" ||
      (event === "fieldpost_delivered" && parameters.state !== "refused")
    )
      send?.("event", "generate_lead", { form: parameters.form });
  }, root);
}
