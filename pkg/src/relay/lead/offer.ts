// What an outbox is offered of a lead, beside what becomes of it: what the visitor agreed to, whom it is about, and where it
// came from.
import { isTrap } from "../../core/edge.js";
import type { Report } from "../../core/types.js";
import { facts } from "../host/facts.js";
import { log } from "../host/log.js";
import { KEEPS } from "../visitor.gen.js";
import type { RelayFormOptions, RelayOptions } from "../options.js";
import { compiled } from "./check.js";
import type { Lead } from "./lead.js";

/** The form's verdict. A module that stops is made anew and asked once more; then there is none, and the lead is kept as it came. */
export const attempt = (
  relay: RelayOptions,
  name: string,
  fields: Lead["fields"],
): Report | undefined => once(relay, name, fields) ?? once(relay, name, fields);

function once(relay: RelayOptions, name: string, fields: Lead["fields"]): Report | undefined {
  try {
    return compiled(relay, name).check(fields as [string, string][]);
  } catch (error) {
    if (!isTrap(error)) throw error;
    log("wasm.trap", { form: name });
    return undefined;
  }
}

/** What stops a lead, for a person who looks at it: names of fields and codes. */
export const errorsOf = ({ issues }: Report): string =>
  issues
    .filter(({ severity }) => severity === "error")
    .slice(0, 20)
    .map(({ field, code }) => `${encodeURIComponent(field)}:${code}`)
    .join(" ");

/** What of these was given. */
const named = (all: Record<string, string | null | undefined>): [name: string, value: string][] =>
  Object.entries(all).flatMap(([name, value]) => {
    const given = value || undefined;
    return given === undefined ? [] : [[name, given] as [string, string]];
  });

/** What is kept beside the form's values: what the visitor agreed to, and where they came from only with every consent. */
export function visitorOf(
  form: RelayFormOptions,
  { own }: Lead,
  report: Report,
  address: string | null,
  userAgent: string | null,
): Record<string, string> {
  const asked = Object.entries(form.fields).filter(([, field]) => field.kind === "consent");
  const agreed = asked.filter(([name]) => report.values[name] === true);
  const consents = new URLSearchParams();
  for (const [name, { purpose, text }] of agreed) {
    for (const [part, value] of named({ at: new Date().toISOString(), purpose, text }))
      consents.append(`${name}.${part}`, value);
  }
  const has = facts(agreed.length > 0, agreed.length === asked.length);
  if (KEEPS[has] === "nothing") return {};
  if (KEEPS[has] === "consents") return { consents: consents.toString() };
  const given = {
    page: own["page"],
    query: own["query"]?.replace(/^\?/, ""),
    referrer: own["referrer"],
    first: own["first"],
    last: own["last"],
    pardot: own["pardot"],
    cookie: own["mkto_trk"],
    ip: address,
    userAgent,
  };
  const bounded = named(given).map(([name, value]) => [name, value.slice(0, 2_000)]);
  // The owner's own words, whole: what was agreed to is no proof without its end.
  return { consents: consents.toString(), ...Object.fromEntries(bounded) };
}
