import type { Form, Issue, RelayForm, Report } from "../core/types.js";
import { controlsOf, elementsOf, nameOf } from "./controls.js";

/** The form's fields as the relay knows them. */
export type Fields = RelayForm["spec"]["fields"];

/** Our rules for the fields they know, the browser's (`pattern`, `setCustomValidity` …) for all. */
export function judge(
  form: HTMLFormElement,
  rules: Form,
  fields: Fields | undefined,
  values: FormData,
  constraints: boolean,
): Report {
  const report = rules.check(values);
  const issue = (field: string, code: string, message = ""): unknown =>
    report.issues.push({ field, code, severity: "error", message });
  const files = [...values]
    .filter(([, value]) => typeof value !== "string" && (value.size || value.name))
    .map(([name]) => name);
  // A field that the relay does not know is the owner's to settle: a trap for robots is one, and stays unseen. On a
  // control's own pattern the browser speaks: it has the owner's words for it.
  const silent = ({ code, field }: Issue): boolean =>
    code === "field.unknown" ||
    files.includes(field) ||
    (code === "value.pattern" &&
      controlsOf(form, field).some((control) => control.hasAttribute("pattern")));
  report.issues = report.issues.filter((issue) => !silent(issue));
  for (const name of new Set(files)) issue(name, "file.unsupported");
  for (const control of constraints ? elementsOf(form) : []) {
    const name = nameOf(control);
    if (
      !control.matches(":invalid") ||
      control.matches("fieldset") ||
      report.issues.some((one) => one.field === name && stops(one))
    )
      continue;
    // On what an e-mail or a URL is, the browser has no say where we have a rule.
    if (control.validity?.typeMismatch && fields?.[name]) continue;
    issue(name, "browser.invalid", control.validationMessage);
  }
  return report;
}

export const stops = (issue: Issue): boolean => issue.severity === "error";

/** Whether every consent of the form is given, and there is one. */
export function agreed(fields: Fields, report: Report): boolean {
  const asked = Object.entries(fields).filter(([, field]) => field.kind === "consent");
  return !!asked[0] && asked.every(([name]) => report.values[name]);
}
