import { repeats } from "../core/pattern.js";
import { Said } from "../core/said.gen.js";
import type { FieldSpec, FormSpec, Kind } from "../core/types.js";
import { choices, field, invalid, label, MAX_ROWS, spec } from "./shape.js";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Kinds by the autofill field name, the last word of `autocomplete` (HTML standard, "Autofill"). */
const AUTOFILL: Readonly<Record<string, Kind>> = {
  name: "name",
  "given-name": "name",
  "additional-name": "name",
  "family-name": "name",
  nickname: "name",
  email: "email",
  tel: "phone",
  "tel-national": "phone",
  url: "url",
  "postal-code": "postal",
  country: "country",
  "country-name": "country",
  "address-level1": "state",
};

/** Kinds by `type`; what is not here is text. */
const TYPES: Readonly<Record<string, Kind>> = {
  email: "email",
  tel: "phone",
  url: "url",
  number: "number",
  range: "number",
  date: "date",
  hidden: "hidden",
};

/** Names of the one field that many forms have as plain text: Salesforce's own generator writes `<input name="email" type="text">`. */
const EMAIL = /^(your|work|business|company)?[-_ ]?e-?mail([-_ ]?address)?$/i;

/** What a lead never carries: buttons, and a password, which no CRM should be sent. */
const NO_FIELDS = /^(submit|button|reset|image|password)$/;

/**
 * Names that are not the owner's: this package's own, the browser's, what spam checks write into a form, and the traps of
 * Netlify, Formspree, FormSubmit and Mailchimp, which nobody sees.
 */
const NOT_LEADS =
  /^(_fp_.*|_charset_|cf-turnstile-response|g-recaptcha-response|h-captcha-response|bot-field|_gotcha|_honey|b_[\da-f]+_[\da-f]+)$/;

/** Types whose control holds a text of some length. */
const TEXTS = /^(text|search|textarea)$/;

/**
 * The spec of a form on the page, by its own attributes: `required`, `type`, `maxlength`, `minlength`, `min`, `max`,
 * `step`, `pattern`, `autocomplete`, the options of selects, groups of radio buttons and boxes, and what labels it
 * (`<label>`, `aria-labelledby`, `aria-label`, a fieldset's `<legend>`, `title`, `placeholder`). Controls joined by
 * `form=` count, disabled ones do not. `data-fieldpost-kind` on a control decides where HTML has no word (`labels`).
 *
 * It is the form as it is now: call it again when the page adds fields or options. Throws `spec.invalid` where a field
 * takes files, because a lead cannot carry one.
 *
 * @param form - The form, or whatever holds its fields.
 * @returns The spec.
 * @throws {FieldpostError} `spec.invalid`, with the places.
 * @example
 * const spec = fromHtml(document.forms[0]);
 */
export function fromHtml(form: HTMLFormElement): FormSpec {
  // By the prototype: a field named `elements` hides the form's own member.
  const all = [
    ...(Reflect.get(HTMLFormElement.prototype, "elements", form) as HTMLFormControlsCollection),
  ] as Control[];
  const controls = all.filter(isField);
  if (controls.length > MAX_ROWS) throw invalid("", "value.too_large", Said.VALUE_TOO_LARGE);
  const groups = grouped(controls);
  const abroad = controls.some((control) => /^country/.test(autofill(control)));
  return spec(
    [...groups].map(([name, group]) => [name, fieldOf(name, group, all, abroad)] as const),
  ) as FormSpec;
}

function isField(control: Control): boolean {
  return (
    Boolean(control.name) &&
    /^(input|select|textarea)$/.test(control.localName) &&
    !NO_FIELDS.test(control.type) &&
    !NOT_LEADS.test(control.name) &&
    !control.matches(":disabled")
  );
}

/** Not `instanceof`: the form may be a frame's. */
const isSelect = (control: Control): control is HTMLSelectElement => control.localName === "select";

/** The page fills it, so the browser asks nothing of it either. */
const isFixed = (control: Control): boolean => !isSelect(control) && control.readOnly;

function grouped(controls: readonly Control[]): Map<string, Control[]> {
  const groups = new Map<string, Control[]>();
  for (const control of controls) {
    const group = groups.get(control.name);
    if (group) group.push(control);
    else groups.set(control.name, [control]);
  }
  return groups;
}

function fieldOf(
  name: string,
  group: readonly Control[],
  all: readonly Control[],
  abroad: boolean,
): FieldSpec {
  if (group.some(({ type }) => type === "file")) throw invalid(name, "value.file", Said.VALUE_FILE);
  // A hidden twin before a box is how pages send its no; the control that people see decides.
  const seen = group.filter(({ type }) => type !== "hidden");
  const first = (seen[0] ?? group[0]) as Control;
  const required = seen.some(
    (control) =>
      !isFixed(control) && (control.required || control.getAttribute("aria-required") === "true"),
  );
  const ticks = seen.every(({ type }) => type === "checkbox" || type === "radio");
  const kind =
    asked(first) ??
    (seen[0] && ticks ? tickKind(seen, required) : kindOf(first, seen.length, abroad));
  const listed = kind === "choice" || kind === "choices" || kind === "labels";
  const one = field(kind, {
    required: required && kind !== "hidden",
    label: labelOf(first, ticks && seen.length > 1 ? seen : [], all),
    choices: listed ? optionsOf(seen, name) : undefined,
    ...(kind === "labels" ? {} : bounds(first, kind)),
  });
  const pattern =
    kind !== "labels" &&
    first.localName === "input" &&
    TEXTS.test(first.type.replace(/^(tel|url|email)$/, "text"))
      ? (first as HTMLInputElement).pattern
      : "";
  const part = repeats(pattern);
  // The browser holds the control to it all the same; a form is not to stop for it.
  if (part !== undefined)
    console.warn(
      `fieldpost: the pattern of ${name} is left out: one text can be divided in too many ways by ${part}`,
    );
  return pattern && part === undefined ? { ...one, pattern } : one;
}

const KINDS =
  /^(text|name|email|phone|labels|choice|choices|boolean|integer|number|date|url|postal|country|state|consent|hidden)$/;

function asked(control: Control): Kind | undefined {
  const kind = control.dataset.fieldpostKind ?? "";
  return KINDS.test(kind) ? (kind as Kind) : undefined;
}

/** The last word of `autocomplete` that names a field; `webauthn` may stand behind it. */
function autofill(control: Control): string {
  const words = (control.getAttribute("autocomplete") ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word && word !== "webauthn");
  return words.at(-1) ?? "";
}

/** Several boxes are choices, one is a yes or no; one that must be ticked is agreement. */
function tickKind(group: readonly Control[], required: boolean): Kind {
  const [first, second] = group;
  if (first?.type === "radio") return "choice";
  if (second) return "choices";
  if (required) return "consent";
  // A box with a word of its own sends that word, which is no yes.
  return /^(on|yes|true|1)$/i.test(first?.value.trim() ?? "") ? "boolean" : "choices";
}

function kindOf(control: Control, count: number, abroad: boolean): Kind {
  if (isSelect(control)) {
    // Options that a script adds later are not known yet.
    if (!optionsOf([control], control.name)?.[0]) return "text";
    return control.multiple ? "choices" : "choice";
  }
  // Several texts of one name come as a list.
  if (count > 1) return "labels";
  const { type } = control;
  const word = autofill(control);
  // Where the country may be any, so may the postal code.
  if (type !== "hidden" && Object.hasOwn(AUTOFILL, word))
    return word === "postal-code" && abroad ? "text" : (AUTOFILL[word] as Kind);
  if (type === "text" && (control.inputMode === "email" || EMAIL.test(control.name)))
    return "email";
  // No type of HTML, which has `tel`; a slip that pages make.
  if (control.getAttribute("type") === "phone") return "phone";
  if (type === "number" || type === "range")
    return isWhole(control as HTMLInputElement) ? "integer" : "number";
  return Object.hasOwn(TYPES, type) ? (TYPES[type] as Kind) : "text";
}

/** Steps of whole numbers from a whole number (HTML standard, "step base"); the default step is one. */
function isWhole(input: HTMLInputElement): boolean {
  const base = Number(input.getAttribute("min") || input.getAttribute("value") || 0);
  const step =
    input.step.toLowerCase() === "any" ? NaN : Number(input.step) > 0 ? Number(input.step) : 1;
  return Number.isInteger(step) && (Number.isInteger(base) || Number.isNaN(base));
}

function bounds(
  control: Control,
  kind: Kind,
): { min?: number | undefined; max?: number | undefined } {
  if (kind === "text" || kind === "name") {
    if (isSelect(control)) return {};
    const { minLength, maxLength } = control;
    return {
      min: minLength > 0 ? minLength : undefined,
      max: maxLength > 0 ? maxLength : undefined,
    };
  }
  if (kind !== "integer" && kind !== "number") return {};
  const range = control.type === "range";
  const bound = (
    text: string,
    usual: number | undefined,
    round: (n: number) => number,
  ): number | undefined => {
    const n = round(text.trim() === "" ? NaN : Number(text));
    return Number.isSafeInteger(n) ? n + 0 : usual;
  };
  const { min, max } = control as HTMLInputElement;
  // Outwards: the rules know whole bounds, and the browser holds the input to its own.
  return {
    min: bound(min, range ? 0 : undefined, Math.floor),
    max: bound(max, range ? 100 : undefined, Math.ceil),
  };
}

function optionsOf(group: readonly Control[], name: string): string[] | undefined {
  const values = group.flatMap((control) => {
    if (!isSelect(control))
      return control.type === "checkbox" || control.type === "radio" ? [control.value] : [];
    return [...control.options]
      .filter((option) => !option.matches(":disabled, optgroup:disabled *"))
      .map(({ value }) => value);
  });
  const found = choices(values, name);
  return found[0] ? found : undefined;
}

/** What people read beside a field; of a group of boxes, what they read above it. */
function labelOf(control: Control, group: readonly Control[], all: readonly Control[]): string {
  if (group[0]) {
    const frame = control.closest("fieldset, [role=radiogroup], [role=group]");
    const fields = frame ? all.filter((one) => frame.contains(one) && isField(one)) : [];
    // A frame around other fields too is not this group's.
    const own = frame && fields.every((one) => group.includes(one));
    return own ? label(frame.querySelector(":scope > legend")?.textContent ?? named(frame)) : "";
  }
  return (
    label(textOf(control.labels?.[0])) ||
    label(named(control)) ||
    label(control.title) ||
    label(control.getAttribute("placeholder"))
  );
}

function named(element: Element): string {
  const root = element.getRootNode() as Document | ShadowRoot;
  const ids = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
  const texts = ids.map((id) => textOf(root.getElementById(id)));
  return texts.join(" ").trim() || (element.getAttribute("aria-label") ?? "");
}

/** The text of a label without that of the controls inside it: a select's options are no label. */
function textOf(element: Element | null | undefined): string {
  if (!element) return "";
  const copy = element.cloneNode(true) as Element;
  for (const inner of copy.querySelectorAll(
    "input, select, textarea, button, script, style, template",
  ))
    inner.remove();
  return copy.textContent ?? "";
}
