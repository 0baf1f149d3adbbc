import type { FieldSpec, Issue } from "../../core/types.js";
import type { Speaker } from "./language.js";

/** What a visitor entered in one field, as the page can show it again. */
type Entry = string | readonly string[] | boolean;

type Fields = Readonly<Record<string, FieldSpec>>;

const isBox = ({ kind }: FieldSpec): boolean => kind === "consent" || kind === "boolean";
const isMany = ({ kind }: FieldSpec): boolean => kind === "labels" || kind === "choices";

/** The one way text of anybody gets into a page. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** What stands in a field. A file is not text, and is not kept. */
function entry(name: string, field: FieldSpec, entered: readonly [string, unknown][]): Entry {
  const values = entered.flatMap(([other, value]) => (other === name ? [value].flat() : []));
  // What a form calls "no" is no consent, and a page must never make one of it.
  if (isBox(field))
    return values.some(
      (value) =>
        value === true ||
        (typeof value === "string" &&
          value.trim() !== "" &&
          !/^(no|false|off|0)$/i.test(value.trim())),
    );
  const texts = values.map((value) =>
    typeof value === "string" ? value : typeof value === "number" ? String(value) : "",
  );
  if (isMany(field)) return texts;
  // Of several for one the form takes the last that is not empty.
  const last = texts.filter((one) => one.trim()).at(-1);
  if (field.kind === "hidden") return last === undefined ? [] : [last];
  return last ?? texts.at(-1) ?? "";
}

/**
 * The lead as texts that stay the same when the page's form is sent again untouched, whatever a browser makes of
 * line breaks, blanks at the ends, order and what joins a list.
 */
export function canonical(fields: Fields, entered: readonly [string, unknown][]): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const given = entry(name, field, entered);
    const plain = (text: string): string => text.replace(/\r\n?/g, "\n").trim();
    if (typeof given === "boolean") return [name, given ? "yes" : ""];
    if (typeof given === "string") return [name, plain(given)];
    return [
      name,
      given
        .flatMap((one) => one.split(","))
        .map(plain)
        .filter(Boolean)
        .sort()
        .join(","),
    ];
  });
}

/** The issues with a field of the form that a visitor can see, which the list at the top links. */
export function fieldIssues(fields: Fields, issues: readonly Issue[]): string[] {
  return Object.entries(fields).flatMap(([name, field], at) =>
    field.kind === "hidden"
      ? []
      : issues
          .filter((issue) => issue.field === name)
          .map(
            (issue) =>
              `<li><a href="#f${at}">${escapeHtml(field.label ?? name)}</a> <span>${text(issue)}</span></li>`,
          ),
  );
}

/** The form's own fields with what was typed, each issue beside its field. */
export function fieldsHtml(
  speaker: Speaker,
  fields: Fields,
  entered: readonly [string, unknown][],
  issues: readonly Issue[],
): string {
  return Object.entries(fields)
    .map(([name, field], at) =>
      fieldHtml(
        speaker,
        name,
        field,
        entry(name, field, entered),
        issues.filter((issue) => issue.field === name),
        at,
      ),
    )
    .join("\n");
}

function text({ message, suggestion }: Issue): string {
  return (
    escapeHtml(message) + (suggestion == null ? "" : ` <strong>${escapeHtml(suggestion)}</strong>`)
  );
}

/** A consent's words. Where it only names their version there is nothing that a visitor could read. */
function terms({ kind, text }: FieldSpec): string {
  if (kind !== "consent" || !text || !/\S\s+\S/.test(text)) return "";
  // Every other part is an address. A policy opens beside the form, which keeps its entries.
  return text
    .split(/(https:\/\/[^\s<>"]*[^\s<>".,;:!?)])/)
    .map(escapeHtml)
    .map((part, at) =>
      at % 2 ? `<a href="${part}" target="_blank" rel="noopener noreferrer">${part}</a>` : part,
    )
    .join("");
}

function fieldHtml(
  speaker: Speaker,
  name: string,
  field: FieldSpec,
  given: Entry,
  own: readonly Issue[],
  at: number,
): string {
  const { kind, choices } = field;
  const values = typeof given === "boolean" ? [] : typeof given === "string" ? [given] : given;
  if (kind === "hidden") {
    return values
      .map(
        (value) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
      )
      .join("");
  }

  const id = `f${at}`;
  const label =
    escapeHtml(field.label ?? name) +
    (field.required
      ? ""
      : ` <span class="optional">${escapeHtml(speaker.say("page.optional"))}</span>`);
  const messages = own
    .map((issue) => `<span class="${issue.severity}">${text(issue)}</span>`)
    .join("");
  const issues = messages && `<p class="issues" id="${id}-issues">${messages}</p>`;
  const agreed = terms(field);
  const descriptions = [agreed && `${id}-terms`, messages && `${id}-issues`]
    .filter(Boolean)
    .join(" ");
  const described = descriptions && ` aria-describedby="${descriptions}"`;
  const invalid = own.some((issue) => issue.severity === "error") ? ` aria-invalid="true"` : "";
  const named = `name="${escapeHtml(name)}"${described}${invalid}`;
  const required = field.required ? " required" : "";

  if (typeof given === "boolean") {
    const words = agreed && `<p class="terms" id="${id}-terms">${agreed}</p>`;
    return `<div class="field"><label class="box"><input type="checkbox" id="${id}" ${named} value="yes"${given ? " checked" : ""}${required}><span>${label}</span></label>${words}${issues}</div>`;
  }
  if (
    choices?.length &&
    (kind === "choices" || kind === "labels" || (kind === "choice" && choices.length < 6))
  ) {
    const type = kind === "choice" ? "radio" : "checkbox";
    // What was sent and is not on offer stays too: nothing the visitor entered is lost here.
    const offered =
      kind === "labels" ? [...new Set([...choices, ...values.filter(Boolean)])] : choices;
    const boxes = offered.map(
      (choice, nth) =>
        `<label class="box"><input type="${type}" id="${id}${nth ? `-${nth}` : ""}" name="${escapeHtml(name)}"${type === "checkbox" ? invalid : ""} value="${escapeHtml(choice)}"${values.includes(choice) ? " checked" : ""}><span>${escapeHtml(choice)}</span></label>`,
    );
    return `<fieldset class="field"${described}><legend>${label}</legend>${boxes.join("")}${issues}</fieldset>`;
  }
  if (kind === "choice" && choices?.length) {
    const options = ["", ...choices].map(
      (choice) =>
        `<option${values.includes(choice) ? " selected" : ""} value="${escapeHtml(choice)}">${escapeHtml(choice)}</option>`,
    );
    return `<div class="field"><label for="${id}">${label}</label><select id="${id}" ${named}${required}>${options.join("")}</select>${issues}</div>`;
  }
  if (kind === "text" && /[\r\n]|.{100}/.test(values[0] ?? "")) {
    // The first line break after <textarea> is not part of its text.
    return `<div class="field"><label for="${id}">${label}</label><textarea id="${id}" ${named} rows="6"${required}>\n${escapeHtml(values[0] ?? "")}</textarea>${issues}</div>`;
  }
  return `<div class="field"><label for="${id}">${label}</label><input id="${id}" ${named} ${inputs[kind] ?? ""} value="${escapeHtml(values.join(", "))}"${required}>${issues}</div>`;
}

// No type=number or type=date: those would drop what the visitor typed when it does not fit.
const inputs: Partial<Record<FieldSpec["kind"], string>> = {
  email: `type="email" inputmode="email" autocomplete="email" autocapitalize="none" spellcheck="false"`,
  phone: `type="tel" inputmode="tel" autocomplete="tel"`,
  url: `inputmode="url" autocomplete="url" autocapitalize="none" spellcheck="false"`,
  integer: `inputmode="numeric"`,
  number: `inputmode="decimal"`,
  postal: `autocomplete="postal-code"`,
};
