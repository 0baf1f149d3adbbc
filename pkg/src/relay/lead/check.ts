import { form as makeForm } from "../../core/core.js";
import { FieldpostError } from "../../core/errors.js";
import type { Form } from "../../core/types.js";
import { facts } from "../host/facts.js";
import type { RelayOptions } from "../options.js";
import { MENDS } from "../visitor.gen.js";

const forms = new WeakMap<RelayOptions, Map<string, Form>>();

/** A form of the relay, made once. One that cannot be made says which field is wrong, and how. */
export function compiled(relay: RelayOptions, name: string): Form {
  let made = forms.get(relay);
  if (!made) forms.set(relay, (made = new Map()));
  let form = made.get(name);
  if (form) return form;
  try {
    made.set(name, (form = makeForm({ fields: relay.forms[name]?.fields ?? {} })));
    return form;
  } catch (error) {
    const { issues = [] } = error as Partial<FieldpostError>;
    if (!issues[0]) throw error;
    throw new FieldpostError(
      "relay.options",
      issues.map(({ field, message }) => `forms.${name}.${field}: ${message}`).join(" "),
      issues,
      { cause: error },
    );
  }
}

/** A lead that was kept as it came, checked at last; nothing where it still does not pass, but `anyway` what does of it. */
export function mended(
  relay: RelayOptions,
  form: string,
  fields: string,
  anyway: boolean,
): string | undefined {
  try {
    const report = compiled(relay, form).check(JSON.parse(fields) as [string, string][]);
    return MENDS[facts(report.ok, anyway)] ? JSON.stringify(report.values) : undefined;
  } catch {
    return undefined;
  }
}
