import type { Issue } from "../core/types.js";
import { controlsOf, enterValue, groupOf, type Control } from "./controls.js";
import { stops } from "./judging.js";
import { fill, type Speak } from "./texts.js";

/** The messages of one form: an issue beside its field, and one live region that sums up. */
export interface Board {
  /** Shows what is wrong with a field, or takes the message away; false when no such field can carry one. */
  show(name: string, issues: readonly Issue[]): boolean;
  /** The fields that carry a message now. */
  shown(): string[];
  /** Speaks through the live region; empty text clears it. */
  say(text: string): void;
  /** Tells of a lead that never arrived, above the form's own parts, until the form is filled anew; empty text ends it. */
  lost(text: string): void;
  clear(): void;
  remove(): void;
}

interface Place {
  element: HTMLElement;
  /** Ours, so it leaves the page with its text; the owner's own place stays and is emptied. */
  made: boolean;
  /** The owner's place had no `id`. */
  named: boolean;
  controls: readonly Control[];
  /** What the controls said of themselves before. */
  invalid: readonly (string | null)[];
}

let count = 0;

const make = <K extends keyof HTMLElementTagNameMap>(tag: K): HTMLElementTagNameMap[K] =>
  document.createElement(tag);

export function board(form: HTMLFormElement, speak: Speak): Board {
  const places = new Map<string, Place>();
  const status = form.querySelector<HTMLElement>("[data-fieldpost-status]");
  const region = status ?? form.appendChild(make("p"));
  const role = region.getAttribute("role");
  // A live region has to be there before it speaks.
  region.setAttribute("role", "status");
  region.dataset.fieldpostStatus ??= "";

  const say = (text: string): void => {
    region.textContent = text;
    // Ours takes no room while it is silent: an empty paragraph would still cost a margin or a grid gap.
    if (!status) region.style.position = text ? "" : "absolute";
  };

  const note = make("p");
  note.setAttribute("role", "alert");
  note.dataset.fieldpostLost = "";

  const lost = (text: string): void => {
    note.textContent = text && `${note.textContent} ${text}`;
    note.remove();
    if (text) form.prepend(note);
  };

  const hide = (name: string): void => {
    const place = places.get(name);
    if (!place) return;
    const { element, made, named, controls, invalid } = place;
    controls.forEach((control, at) => {
      describe(control, element.id, false);
      set(control, "aria-invalid", invalid[at] ?? null);
    });
    element.textContent = "";
    if (made) element.remove();
    if (named) element.removeAttribute("id");
    delete element.dataset.fieldpostSeverity;
    places.delete(name);
  };

  const show = (name: string, issues: readonly Issue[]): boolean => {
    const controls = controlsOf(form, name);
    const first = controls[0];
    // One message at a time, and what stops the lead comes first.
    const issue = issues.find(stops) ?? issues[0];
    const before = places.get(name)?.controls;
    if (
      !issue ||
      before?.length !== controls.length ||
      controls.some((control, at) => control !== before[at])
    )
      hide(name);
    if (!first || !issue) return !!first;

    const kept = places.get(name);
    const element =
      kept?.element ??
      [...form.querySelectorAll<HTMLElement>("[data-fieldpost-issue]")].find(
        ({ dataset }) => dataset.fieldpostIssue === name,
      ) ??
      make("p");
    const place = kept ?? {
      element,
      made: !element.isConnected,
      named: !element.id,
      controls,
      invalid: controls.map((control) => control.getAttribute("aria-invalid")),
    };
    element.id ||= `fieldpost-${++count}`;
    controls.forEach((control, at) => {
      describe(control, element.id, true);
      set(control, "aria-invalid", stops(issue) ? "true" : (place.invalid[at] ?? null));
    });
    element.textContent = first.dataset.fieldpostMessage ?? speak(issue.code, issue);
    element.dataset.fieldpostIssue = name;
    element.dataset.fieldpostSeverity = issue.severity;
    const { suggestion } = issue;
    if (suggestion != null) {
      // A real button that puts the corrected text into the field.
      const button = make("button");
      button.type = "button";
      button.dataset.fieldpostSuggestion = "";
      button.textContent = fill(speak("use"), suggestion);
      button.onclick = () => {
        first.focus();
        enterValue(first, suggestion);
        first.dispatchEvent(new Event("change", { bubbles: true }));
      };
      element.append(" ", button);
    }
    const link = first.dataset.fieldpostFile ?? form.dataset.fieldpostFile;
    if (link && issue.code === "file.unsupported") {
      const anchor = make("a");
      anchor.href = link;
      anchor.textContent = speak("file");
      element.append(" ", anchor);
    }
    if (place.made && !kept) insert(element, controls);
    places.set(name, place);
    return true;
  };

  const clear = (): void => [...places.keys()].forEach(hide);

  say("");
  return {
    show,
    shown: () => [...places.keys()],
    say,
    lost,
    clear,
    remove() {
      clear();
      say("");
      note.remove();
      if (!status) region.remove();
      else set(region, "role", role);
    },
  };
}

/** Adds or takes away a description; the owner's own hints stay. */
function describe(element: Element, id: string, on: boolean): void {
  const ids = (element.getAttribute("aria-describedby") ?? "")
    .split(/\s+/)
    .filter((other) => other && other !== id);
  if (on) ids.push(id);
  set(element, "aria-describedby", ids.join(" ") || null);
}

export function set(element: Element, attribute: string, value: string | null): void {
  if (value === null) element.removeAttribute(attribute);
  else element.setAttribute(attribute, value);
}

/** After the field: a group's message ends its own fieldset, a box's follows its label. */
function insert(place: HTMLElement, controls: readonly Control[]): void {
  const last = controls.at(-1) as Control;
  const group = groupOf(controls);
  if (group) {
    group.append(place);
    return;
  }
  const label = last.labels?.[0];
  (label && (label.contains(last) || /^(checkbox|radio)$/.test(last.type)) ? label : last).after(
    place,
  );
}
