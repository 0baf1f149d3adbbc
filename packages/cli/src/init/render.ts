import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { CONSENT, FIELDS, type KnownField, TRAP } from "./fields.js";
import { SYSTEMS, type SystemName } from "./systems.js";
import { WRANGLER } from "./wrangler.js";
import { LOCAL } from "../project/local.js";
import { version } from "../version.js";

/** What a new project is made of. */
export interface Choice {
  name: string;
  system: SystemName;
  origin: string;
  fields: readonly string[];
  formId: string;
}

/** The rules of one field, as a form's spec has them. */
export interface Rules {
  kind: string;
  label: string;
  required?: true;
  max?: number;
  purpose?: string;
  text?: string;
}

const known = (name: string): KnownField => FIELDS[name] as KnownField;

/** The form's rules: the relay's own, and those that ship with the page. */
export function rulesOf({ fields, system }: Choice): Record<string, Rules> {
  const { requires } = SYSTEMS[system];
  return {
    ...Object.fromEntries(
      fields.map((name) => {
        const { kind, label, max } = known(name);
        return [
          name,
          {
            kind,
            label,
            ...(requires.includes(name) && { required: true as const }),
            ...(max && { max }),
          },
        ];
      }),
    ),
    [CONSENT.name]: {
      kind: "consent",
      label: CONSENT.label,
      required: true,
      purpose: CONSENT.purpose,
      text: CONSENT.label,
    },
  };
}

/** The files of a new project, by name, but for those that are copied from the package. */
export function render(choice: Choice): Record<string, string> {
  const { name, system, origin, fields, formId } = choice;
  const { title, vars, secrets, account, deliver, requires } = SYSTEMS[system];
  const rules = rulesOf(choice);
  const secret = (): string => randomBytes(32).toString("hex");
  const at = (text: string, here: Record<string, string>): string =>
    text
      // A line of its own has as many lines as there are, or none.
      .replace(/^( *)\{\{(\w+)\}\}\n/gm, (_, indent: string, key: string) =>
        (here[key] ?? "").replace(/^(?=.)/gm, indent).replace(/(?<=.)$/, "\n"),
      )
      .replace(/\{\{(\w+)\}\}/g, (_, key: string) => here[key] ?? "");
  const here: Record<string, string> = {
    name,
    system,
    title,
    version,
    trap: TRAP,
    consent: CONSENT.label,
    consentName: CONSENT.name,
    relay: LOCAL.relay,
    script: scriptName,
    wrangler: WRANGLER.range,
    date: WRANGLER.date,
    rules: Object.entries(rules)
      .map(([field, rule]) => `${field}: ${literal(rule)},`)
      .join("\n"),
    map: fields.map((field) => `${known(field).to[system]}: "${field}",`).join("\n"),
    account: account.join("\n"),
    deliver: deliver.join("\n"),
    controls: fields.map((field) => control(field, requires.includes(field))).join("\n"),
    vars: Object.entries({
      PAGE_ORIGINS: origin,
      ...Object.fromEntries(
        Object.entries(vars).map(([key, { example }]) => [
          key,
          key === "MARKETO_FORM_ID" ? formId : example,
        ]),
      ),
    })
      .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
      .join(",\n"),
    secrets: ["RELAY_SECRET", "SEAL_SECRET", "OPERATOR_KEY", "VALUE_KEY"]
      .map((key) => `${key}=${secret()}`)
      .join("\n"),
    local: [
      ...Object.entries(vars).map(([key, one]) => [key, one.sandbox, one.means] as const),
      ...Object.entries(secrets).map(([key, one]) => [key, one.sandbox, one.means] as const),
    ]
      .map(([key, value, means]) => `# ${means}\n${key}=${value.replace("SANDBOX", LOCAL.sandbox)}`)
      .join("\n"),
    pageOrigins: LOCAL.pages.join(","),
    sandboxHost: new URL(LOCAL.sandbox).host,
    own: Object.keys(secrets)
      .map((key) => `- \`${key}\`: ${secrets[key]?.means ?? ""}`)
      .join("\n"),
    ownVars: Object.keys(vars)
      .map((key) => `- \`${key}\`: ${vars[key]?.means ?? ""}`)
      .join("\n"),
  };
  return Object.fromEntries(TEMPLATES.map(([file, template]) => [file, at(read(template), here)]));
}

/** Files of the project and where their texts lie; npm would leave out or rename what begins with a dot. */
const TEMPLATES = [
  ["package.json", "package.json"],
  ["wrangler.jsonc", "wrangler.jsonc"],
  [".dev.vars", "dev.vars"],
  [".gitignore", "gitignore"],
  ["README.md", "README.md"],
  ["src/relay.js", "src/relay.js"],
  ["public/index.html", "public/index.html"],
  ["public/thanks.html", "public/thanks.html"],
  ["public/style.css", "public/style.css"],
] as const;

/** The script for pages without a build, under a name that no cache mixes up with another release's. */
export const scriptName = `fieldpost-${version}.js`;

const read = (template: string): string =>
  readFileSync(new URL(`../../templates/${template}.txt`, import.meta.url), "utf8");

/** An object as people write it. */
const literal = (value: object): string =>
  `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${JSON.stringify(member)}`)
    .join(", ")} }`;

function control(name: string, required: boolean): string {
  const { label, control: attributes, long, max } = known(name);
  const all = [
    `id="${name}"`,
    `name="${name}"`,
    attributes,
    max && `maxlength="${max}"`,
    required && "required",
  ]
    .filter(Boolean)
    .join(" ");
  return [
    `<p>`,
    `  <label for="${name}">${label}${required ? "" : " <small>optional</small>"}</label>`,
    long ? `  <textarea ${all} rows="4"></textarea>` : `  <input ${all}>`,
    `</p>`,
  ].join("\n");
}
