import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type ParseError } from "jsonc-parser";
import type { Project } from "../project/project.js";
import { PLACEHOLDERS } from "../init/systems.js";
import { type Finding, finding } from "./finding.js";

/** Of wrangler's configuration what a relay leans on. */
export interface Configuration {
  name?: string;
  main?: string;
  compatibility_date?: string;
  vars?: Record<string, unknown>;
  durable_objects?: { bindings?: { name?: string; class_name?: string }[] };
  migrations?: { new_sqlite_classes?: string[]; new_classes?: string[] }[];
  triggers?: { crons?: string[] };
}

const FILE = "wrangler.jsonc";
/** The relay's objects: the binding's name, and the class's. */
const OBJECTS = { OUTBOX: "Outbox", GATE: "Gate" } as const;

/** The project's configuration; nothing where it is written in another way than `init` writes it. */
export function configurationOf({ home }: Project): {
  configuration?: Configuration;
  findings: Finding[];
} {
  const file = join(home, FILE);
  if (!existsSync(file))
    return {
      findings: [
        finding("note", FILE, "config.unread", `There is no ${FILE}; another form is not read.`),
      ],
    };
  const errors: ParseError[] = [];
  const text = readFileSync(file, "utf8");
  const configuration = parse(text, errors, { allowTrailingComma: true }) as Configuration | null;
  const [error] = errors;
  if (
    error ||
    typeof configuration !== "object" ||
    !configuration ||
    Array.isArray(configuration)
  ) {
    const where = error ? `: see ${lineAt(text, error.offset)}` : ": it is no object in braces";
    return {
      findings: [finding("stop", FILE, "config.syntax", `It cannot be read as JSON${where}.`)],
    };
  }
  return { configuration, findings: judge(configuration, home) };
}

/** As editors count. */
function lineAt(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** What may be anything, because somebody wrote it. */
const listOf = <T>(given: readonly T[] | undefined): readonly T[] =>
  Array.isArray(given) ? given : [];

function judge(given: Configuration, home: string): Finding[] {
  const found: Finding[] = [];
  const say = (weight: Finding["weight"], member: string, code: string, message: string): void =>
    void found.push(finding(weight, `${FILE}: ${member}`, code, message));
  if (typeof given.main !== "string" || !existsSync(join(home, given.main)))
    say("stop", "main", "config.main", "It names no file that is there.");
  const bindings = listOf(given.durable_objects?.bindings);
  const made = listOf(given.migrations).flatMap((step) => listOf(step.new_sqlite_classes));
  for (const [name, type] of Object.entries(OBJECTS)) {
    if (!bindings.some((one) => one.name === name && one.class_name === type))
      say(
        "stop",
        "durable_objects.bindings",
        "config.binding",
        `It lacks { "name": "${name}", "class_name": "${type}" }.`,
      );
    if (!made.includes(type))
      say(
        "stop",
        "migrations",
        "config.migration",
        `No step has ${type} in new_sqlite_classes; an object of another kind has no SQL.`,
      );
  }
  if (!given.compatibility_date) say("stop", "compatibility_date", "config.date", "It is missing.");
  if (listOf(given.triggers?.crons).length === 0)
    say(
      "wait",
      "triggers.crons",
      "config.cron",
      'It lacks ["* * * * *"], which wakes an outbox whose alarm was lost.',
    );
  return found;
}

/** What the pages' origins have to be. */
export function originsOf(text: string, place: string, isReal: boolean): Finding[] {
  return text.split(",").flatMap((origin) => {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (!url || !/^https?:$/.test(url.protocol))
      return [
        finding(
          "stop",
          place,
          "origin.none",
          `"${origin}" is no origin. Write it like https://www.example.com; several with commas between.`,
        ),
      ];
    // The relay takes what is meant; a path says that something else may be.
    const path =
      url.pathname === "/"
        ? []
        : [finding("note", place, "origin.exact", `An origin has no path: write ${url.origin}.`)];
    if (isReal && /(^|\.)example\.(com|org|net)$/.test(url.hostname))
      return [
        finding(
          "stop",
          place,
          "origin.example",
          "It is still the example; say where the page lives.",
        ),
        ...path,
      ];
    return path;
  });
}

/** What the real relay is given: nothing of it may still be an example. */
export function settingsOf({ vars = {} }: Configuration): Finding[] {
  const origins = vars["PAGE_ORIGINS"];
  return [
    ...(typeof origins === "string" ? originsOf(origins, `${FILE}: vars.PAGE_ORIGINS`, true) : []),
    ...Object.entries(vars)
      .filter(([name, value]) => PLACEHOLDERS[name] === value || value === "")
      .map(([name]) =>
        finding("wait", `${FILE}: vars.${name}`, "setting.example", "It is still the example."),
      ),
  ];
}
