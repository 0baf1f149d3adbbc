import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { sealKey } from "fieldpost/worker";
import { EXIT, Ended } from "../exit.js";
import { packaged } from "../project/packaged.js";
import { shipped, withRules } from "../project/rules.js";
import { LOCAL } from "../project/local.js";
import type { Terminal } from "../terminal.js";
import { ask } from "./ask.js";
import { COMMON, FIELDS } from "./fields.js";
import { type Choice, render, rulesOf, scriptName } from "./render.js";
import { SYSTEMS, type SystemName } from "./systems.js";
import { parseEnv } from "node:util";

export interface InitOptions {
  system?: string;
  origin?: string;
  fields?: string;
  formId?: string;
  name?: string;
  force?: boolean;
  install?: boolean;
  yes?: boolean;
}

/** `fieldpost init`: writes a page and a relay that fit together. */
export async function init(
  folder: string | undefined,
  options: InitOptions,
  terminal: Terminal,
): Promise<void> {
  const given =
    options.yes || !terminal.canAsk ? { folder, ...options } : await ask(folder, options);
  const home = resolve(given.folder ?? ".");
  const choice = choose(given, basename(home), !!options.yes);
  const files = await filesOf(choice);
  const there = [...Object.keys(files), ...Object.keys(COPIES)].filter((file) =>
    existsSync(join(home, file)),
  );
  if (there.length > 0 && !options.force)
    throw new Ended(
      EXIT.usage,
      "init.exists",
      `${there.join(", ")}: ${there.length === 1 ? "is" : "are"} there already; name another folder, or say --force to write over ${there.length === 1 ? "it" : "them"}.`,
    );
  for (const [file, text] of Object.entries(files)) {
    const path = join(home, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  for (const [file, from] of Object.entries(COPIES)) copyFileSync(packaged(from), join(home, file));
  if (given.install) await terminal.progress("npm install", install(home));

  const at = relative(process.cwd(), home);
  const steps = [
    ...(at ? [`cd ${at}`] : []),
    ...(given.install ? [] : ["npm install"]),
    "npm run dev",
  ];
  terminal.result(
    {
      folder: home,
      files: [...Object.keys(files), ...Object.keys(COPIES)],
      next: steps,
    },
    `${terminal.good("made")} ${choice.name}: a page and a relay for ${SYSTEMS[choice.system].title}\n\n${steps.map((step) => `  ${step}`).join("\n")}\n`,
  );
}

/** What is copied from the package: the script for pages without a build, and the look of its parts. */
const COPIES: Readonly<Record<string, string>> = {
  [`public/${scriptName}`]: "fieldpost/fieldpost.js",
  "public/fieldpost.css": "fieldpost/form.css",
};

/** The texts of the project, with the rules in the page and beside it. */
async function filesOf(choice: Choice): Promise<Record<string, string>> {
  const files = render(choice);
  const { SEAL_SECRET = "" } = parseEnv(files[".dev.vars"] ?? "");
  const rules = shipped(LOCAL.relay, {
    contact: { v: 1, spec: { fields: rulesOf(choice) }, sealKey: await sealKey(SEAL_SECRET) },
  });
  return {
    ...files,
    "public/index.html": withRules(files["public/index.html"] ?? "", rules),
    "public/fieldpost.json": `${JSON.stringify(rules, null, 2)}\n`,
  };
}

/** What was said, with the defaults where that is allowed; whatever is wrong is said at once. */
function choose(given: InitOptions, folder: string, defaults: boolean): Choice {
  const lacks = (["system", "origin"] as const).filter((name) => !given[name]);
  if (lacks.length > 0 && !defaults)
    throw new Ended(
      EXIT.usage,
      "init.lacks",
      `Nobody is there to be asked: say ${lacks.map((name) => `--${name}`).join(" and ")}, or --yes for the defaults.`,
    );
  const system = (given.system ?? "marketo") as SystemName;
  const { requires } = SYSTEMS[system];
  const asked =
    given.fields
      ?.split(",")
      .map((field) => field.trim())
      .filter(Boolean) ?? COMMON;
  const unknown = asked.filter((field) => !Object.hasOwn(FIELDS, field));
  if (unknown.length > 0)
    throw new Ended(
      EXIT.usage,
      "init.field",
      `${unknown.join(", ")}: no such field; there are ${Object.keys(FIELDS).join(", ")}. Others you write into src/relay.js and the page.`,
    );
  const homeless = asked.filter((field) => !FIELDS[field]?.to[system]);
  if (homeless.length > 0)
    throw new Ended(
      EXIT.usage,
      "init.field",
      `${homeless.join(", ")}: ${SYSTEMS[system].title} has no place for ${homeless.length === 1 ? "it" : "them"}.`,
    );
  const name = (given.name ?? folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 54);
  return {
    name: name || "leads",
    system,
    origin: originOf(given.origin ?? "https://www.example.com"),
    // The known order, and what the system does not go without.
    fields: Object.keys(FIELDS).filter(
      (field) => asked.includes(field) || requires.includes(field),
    ),
    formId: formIdOf(given.formId ?? "1029"),
  };
}

/** A page's exact origin; its path is left out, for people paste the address of the page. */
export function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Ended(
      EXIT.usage,
      "init.origin",
      `--origin: ${text} is no origin; write it like https://www.example.com.`,
    );
  return url.origin;
}

function formIdOf(text: string): string {
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw new Ended(EXIT.usage, "init.form_id", `--form-id: ${text} is no number of a form.`);
  return text;
}

async function install(home: string): Promise<void> {
  const child = spawn("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: home,
    // Its results are not ours.
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0)
    throw new Ended(
      EXIT.failed,
      "init.install",
      `npm install failed in ${home}; the files are written.`,
    );
}
