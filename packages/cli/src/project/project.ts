import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { EXIT, Ended } from "../exit.js";
import { LOCAL } from "./local.js";
import type { Shipped } from "./rules.js";

/** A folder with a relay's configuration, as `init` writes it. */
export interface Project {
  home: string;
  /** The page's folder. */
  pages: string;
  /** What `.dev.vars` says. */
  vars: Readonly<Record<string, string>>;
}

const CONFIGURATIONS = ["wrangler.jsonc", "wrangler.json", "wrangler.toml"];

/** The project around a folder. */
export function findProject(from = process.cwd()): Project {
  for (let home = from; ; home = dirname(home)) {
    if (CONFIGURATIONS.some((file) => existsSync(join(home, file))))
      return { home, pages: join(home, "public"), vars: varsOf(home) };
    if (home === dirname(home))
      throw new Ended(
        EXIT.missing,
        "project.missing",
        `There is no ${CONFIGURATIONS[0]} in ${from} or above it; make a project with: npm create fieldpost`,
      );
  }
}

function varsOf(home: string): Record<string, string> {
  const file = join(home, ".dev.vars");
  const parsed = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  return Object.fromEntries(
    Object.entries(parsed).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** The script of the project's own wrangler. */
export function wranglerOf({ home }: Project): string {
  try {
    const manifest = createRequire(join(home, "package.json")).resolve("wrangler/package.json");
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: { wrangler: string } };
    return join(dirname(manifest), bin.wrangler);
  } catch (cause) {
    throw new Ended(
      EXIT.missing,
      "wrangler.missing",
      `wrangler is not installed in ${home}; run npm install there, or add it: npm install --save-dev wrangler`,
      { cause },
    );
  }
}

/** What ships with the pages, where there is any. */
export function shippedOf({ pages }: Project): Shipped | undefined {
  const file = join(pages, "fieldpost.json");
  if (!existsSync(file)) return undefined;
  try {
    const { at, relay, forms } = JSON.parse(readFileSync(file, "utf8")) as Shipped;
    return { at, relay: new URL(relay).origin, forms };
  } catch (cause) {
    throw new Ended(
      EXIT.failed,
      "page.rules",
      `${file} is not as init writes it: {"at":"2026-01-01","relay":"${LOCAL.relay}","forms":{}} is enough, with your relay's address; fieldpost check fills in the rest.`,
      { cause },
    );
  }
}

/** The pages of the project, as paths. */
export const htmlOf = ({ pages }: Project): string[] =>
  existsSync(pages)
    ? readdirSync(pages, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".html"))
        .map((file) => join(pages, file))
    : [];
