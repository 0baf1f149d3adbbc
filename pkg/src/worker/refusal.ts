import type { Issue, Kind } from "../types.js";

/** One field of the page, with what the visitor typed. */
export interface RefusedField {
  name: string;
  kind: Kind;
  label: string;
  required: boolean;
  /** What `choice` and `choices` offer, and `labels` where the owner suggests some. */
  choices?: readonly string[];
  value: string | readonly string[] | boolean;
  issues: readonly Issue[];
}

export interface Refusal {
  title: string;
  /** Where the corrected form goes: the relay's own `/leads/{form}`. */
  action: string;
  fields: readonly RefusedField[];
  /** Travels back unseen: a fresh token, the page the visitor came from … */
  hidden: Readonly<Record<string, string>>;
  /** Said above the list of issues; the default fits a form with wrong fields. */
  summary?: string;
}

/**
 * The page for a visitor without JavaScript whose form was refused: the same fields, the typed values, each issue
 * beside its field, and a list of them at the top. It loads nothing and runs nothing; a policy of
 * `default-src 'none'; style-src 'sha256-…'` (of `refusalStyle`) and a `form-action` are enough.
 */
export function refusalPage({ title, action, fields, hidden, summary }: Refusal): string {
  const wrong = fields.flatMap((field, at) => field.issues.map((issue) => ({ at, field, issue })));
  const heading = escape(summary ?? "Please correct the following, and send the form again.");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Not sent yet: ${escape(title)}</title>
<style>${refusalStyle}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<div class="summary" role="alert" tabindex="-1" autofocus>
<h2>Not sent yet</h2>
<p>${heading} Your entries are still here.</p>
${wrong.length ? `<ul>${wrong.map(({ at, field, issue }) => `<li><a href="#f${at}">${escape(field.label)}</a> <span>${text(issue)}</span></li>`).join("")}</ul>` : ""}
</div>
<form action="${escape(action)}" method="post" novalidate>
${Object.entries(hidden).map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`).join("")}
${fields.map(fieldHtml).join("\n")}
<button>Send again</button>
</form>
</main>
</body>
</html>
`;
}

/** The one way text of anybody gets into the page. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function text(issue: Issue): string {
  const { message, suggestion } = issue;
  return escape(message) + (suggestion == null ? "" : ` <strong>${escape(suggestion)}</strong>`);
}

function fieldHtml(field: RefusedField, at: number): string {
  const { kind, name, choices } = field;
  const values = typeof field.value === "boolean" ? [] : typeof field.value === "string" ? [field.value] : field.value;
  if (kind === "hidden") {
    return values.map((value) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`).join("");
  }

  const id = `f${at}`;
  const label = escape(field.label) + (field.required ? "" : ` <span class="optional">optional</span>`);
  const messages = field.issues.map((issue) => `<span class="${issue.severity}">${text(issue)}</span>`).join("");
  const issues = messages && `<p class="issues" id="${id}-issues">${messages}</p>`;
  const described = messages && ` aria-describedby="${id}-issues"`;
  const invalid = field.issues.some((issue) => issue.severity === "error") ? ` aria-invalid="true"` : "";
  const named = `name="${escape(name)}"${described}${invalid}`;
  const required = field.required ? " required" : "";

  if (kind === "consent" || kind === "boolean") {
    const value = values[0] ?? "yes";
    const checked = field.value === true || (values[0] && !/^(no|false|off|0)$/i.test(values[0])) ? " checked" : "";
    return `<div class="field"><label class="box"><input type="checkbox" id="${id}" ${named} value="${escape(value || "yes")}"${checked}${required}><span>${label}</span></label>${issues}</div>`;
  }
  if (choices?.length && (kind === "choices" || kind === "labels" || (kind === "choice" && choices.length < 6))) {
    const type = kind === "choice" ? "radio" : "checkbox";
    // What was sent and is not on offer stays too: nothing the visitor entered is lost here.
    const offered = kind === "labels" ? [...new Set([...choices, ...values.filter(Boolean)])] : choices;
    const boxes = offered.map((choice, nth) =>
      `<label class="box"><input type="${type}" id="${id}${nth ? `-${nth}` : ""}" name="${escape(name)}"${type === "checkbox" ? invalid : ""} value="${escape(choice)}"${values.includes(choice) ? " checked" : ""}><span>${escape(choice)}</span></label>`);
    return `<fieldset class="field"${described}><legend>${label}</legend>${boxes.join("")}${issues}</fieldset>`;
  }
  if (kind === "choice" && choices?.length) {
    const options = ["", ...choices].map((choice) =>
      `<option${values.includes(choice) ? " selected" : ""} value="${escape(choice)}">${escape(choice)}</option>`);
    return `<div class="field"><label for="${id}">${label}</label><select id="${id}" ${named}${required}>${options.join("")}</select>${issues}</div>`;
  }
  if (kind === "text" && /[\r\n]|.{100}/.test(values[0] ?? "")) {
    // The first line break after <textarea> is not part of its text.
    return `<div class="field"><label for="${id}">${label}</label><textarea id="${id}" ${named} rows="6"${required}>\n${escape(values[0] ?? "")}</textarea>${issues}</div>`;
  }
  return `<div class="field"><label for="${id}">${label}</label><input id="${id}" ${named} ${inputs[kind] ?? ""} value="${escape(values.join(", "))}"${required}>${issues}</div>`;
}

// No type=number or type=date: those would drop what the visitor typed when it does not fit.
const inputs: Partial<Record<Kind, string>> = {
  email: `type="email" inputmode="email" autocomplete="email" autocapitalize="none" spellcheck="false"`,
  phone: `type="tel" inputmode="tel" autocomplete="tel"`,
  url: `inputmode="url" autocomplete="url" autocapitalize="none" spellcheck="false"`,
  integer: `inputmode="numeric"`,
  number: `inputmode="decimal"`,
  postal: `autocomplete="postal-code"`,
};

/** The text of the page's one `<style>`; a Content-Security-Policy names its hash. */
export const refusalStyle = `
:root { color-scheme: light dark; --paper: #f6f6f4; --surface: #fff; --ink: #1c1f1e; --soft: #55605b; --edge: #6f7a75; --error: #a3211f; --warning: #7a4d00; --button: #1c1f1e; --on-button: #fff; --focus: #0a58ca; font: 100%/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --paper: #131615; --surface: #1c201f; --ink: #eef1ef; --soft: #b3bdb8; --edge: #85918b; --error: #ffa39b; --warning: #f5c26b; --button: #eef1ef; --on-button: #131615; --focus: #9ecbff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
main { width: min(100% - 2rem, 36rem); margin: clamp(1rem, 5vw, 3rem) auto; }
h1 { margin: 0 0 1.25rem; font-size: clamp(1.5rem, 1.2rem + 1.6vw, 2rem); line-height: 1.15; letter-spacing: -.02em; }
.summary { margin-bottom: 2rem; padding: 1rem 1.125rem; border: 2px solid var(--error); border-radius: 10px; background: var(--surface); }
.summary h2 { margin: 0 0 .25rem; font-size: 1.125rem; }
.summary p { margin: 0; }
.summary ul { margin: .75rem 0 0; padding-left: 1.125rem; }
.summary li { padding-block: .1875rem; }
.summary li span { display: block; }
.summary a { color: var(--error); font-weight: 600; text-underline-offset: .2em; }
.field { min-width: 0; margin: 0 0 1.25rem; padding: 0; border: 0; }
.field > label:not(.box), legend { display: block; margin-bottom: .3125rem; padding: 0; font-weight: 600; }
.optional { font-weight: 400; color: var(--soft); }
input:not([type="checkbox"], [type="radio"]), select, textarea { display: block; width: 100%; min-height: 2.875rem; padding: .5rem .75rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--surface); color: var(--ink); font: inherit; }
input[aria-invalid], select[aria-invalid], textarea[aria-invalid] { border-color: var(--error); box-shadow: inset 0 0 0 1px var(--error); }
.box { display: flex; gap: .75rem; padding-block: .4375rem; }
[type="checkbox"], [type="radio"] { flex: none; width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--button); }
.issues { margin: .3125rem 0 0; font-size: .9375rem; font-weight: 600; }
.issues span { display: block; color: var(--error); }
.issues .warning { color: var(--warning); }
button { width: 100%; min-height: 3rem; margin-top: .5rem; padding: .625rem 1.5rem; border: 0; border-radius: 8px; background: var(--button); color: var(--on-button); font: inherit; font-weight: 650; cursor: pointer; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
@media (forced-colors: active) { button { border: 1px solid; } }
`;
