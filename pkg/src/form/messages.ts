import type { Issue } from "../types.js";
import { fill, sentence, type Texts } from "./texts.js";

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The messages of one form: an issue beside its field, and one live region that sums up. */
export interface Messages {
  /** Shows what is wrong with a field, or takes the message away; false when no such field can carry one. */
  show(name: string, issues: readonly Issue[]): boolean;
  /** The fields that carry a message now. */
  shown(): string[];
  /** Speaks through the live region; empty text clears it. */
  say(text: string): void;
  clear(): void;
  remove(): void;
}

interface Place {
  element: HTMLElement;
  /** Ours, so it leaves the page with its text; the owner's own place stays and is emptied. */
  made: boolean;
}

let count = 0;

export function messages(form: HTMLFormElement, texts: Texts): Messages {
  const places = new Map<string, Place>();
  const status = form.querySelector<HTMLElement>("[data-fieldpost-status]");
  const region = status ?? form.appendChild(document.createElement("p"));
  const role = region.getAttribute("role");
  // A live region has to be there before it speaks.
  region.setAttribute("role", "status");
  region.dataset.fieldpostStatus = "";

  const say = (text: string): void => {
    region.textContent = text;
    // Ours takes no room while it is silent: an empty paragraph would still cost a margin or a grid gap.
    if (!status) region.style.position = text ? "" : "absolute";
  };

  const show = (name: string, issues: readonly Issue[]): boolean => {
    const controls = controlsOf(form, name);
    const first = controls[0];
    if (!first) return false;

    const before = places.get(name);
    const place =
      before?.element ??
      form.querySelector<HTMLElement>(`[data-fieldpost-issue="${CSS.escape(name)}"]`) ??
      document.createElement("p");
    const made = before?.made ?? !place.isConnected;
    // One message at a time, and what stops the lead comes first.
    const issue = issues.find((one) => one.severity === "error") ?? issues[0];

    place.id ||= `fieldpost-${++count}`;
    place.textContent = issue ? sentence(texts, issue) : "";
    for (const control of controls) {
      toggle(control, "aria-describedby", place.id, issue);
      toggle(control, "aria-invalid", "true", issue?.severity === "error");
    }
    if (issue) {
      place.dataset.fieldpostIssue = name;
      place.dataset.fieldpostSeverity = issue.severity;
      if (issue.suggestion != null) place.append(" ", suggestion(first, fill(texts.use, issue.suggestion), issue.suggestion));
      if (made) insert(place, controls);
      places.set(name, { element: place, made });
    } else {
      if (made) place.remove();
      if (/^fieldpost-\d/.test(place.id)) place.removeAttribute("id");
      delete place.dataset.fieldpostSeverity;
      places.delete(name);
    }
    return true;
  };

  const clear = (): void => {
    for (const name of [...places.keys()]) show(name, []);
  };

  say("");
  return {
    show,
    shown: () => [...places.keys()],
    say,
    clear,
    remove() {
      clear();
      say("");
      if (!status) region.remove();
      else if (role == null) region.removeAttribute("role");
    },
  };
}

/** The controls a message can belong to: not hidden, not disabled, no fieldset; also those joined by `form=`. */
export function controlsOf(form: HTMLFormElement, name: string): Control[] {
  return ([...form.elements] as Control[]).filter((control) => control.name === name && control.willValidate);
}

/** Adds or takes away one word of a list attribute, so that the owner's own hints stay described. */
function toggle(element: Element, attribute: string, word: string, on: unknown): void {
  const words = (element.getAttribute(attribute) ?? "").split(/\s+/).filter((other) => other && other !== word);
  if (on) words.push(word);
  if (words[0]) element.setAttribute(attribute, words.join(" "));
  else element.removeAttribute(attribute);
}

/** After the field: a group's message ends its own fieldset, a box's follows its label. */
function insert(place: HTMLElement, controls: readonly Control[]): void {
  const last = controls.at(-1) as Control;
  const group = last.closest("fieldset");
  if (controls[1] && group && ([...group.elements] as Control[]).every((one) => !one.name || controls.includes(one))) {
    group.append(place);
    return;
  }
  const label = last.labels?.[0];
  (label && (label.contains(last) || /^(checkbox|radio)$/.test(last.type)) ? label : last).after(place);
}

/** A real button that puts the corrected text into the field; whoever listens to the field hears of it. */
function suggestion(control: Control, text: string, value: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.fieldpostSuggestion = "";
  button.textContent = text;
  button.onclick = () => {
    control.value = value;
    control.focus();
    for (const type of ["input", "change"]) control.dispatchEvent(new Event(type, { bubbles: true }));
  };
  return button;
}
