import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { htmlOf, type Project } from "./project.js";
import { type Shipped, withRules } from "./rules.js";

/** Writes the rules beside the pages and into them, where they have changed. */
export function writeRules(project: Project, rules: Shipped): void {
  for (const file of htmlOf(project)) put(file, withRules(readFileSync(file, "utf8"), rules));
  put(join(project.pages, "fieldpost.json"), `${JSON.stringify(rules, null, 2)}\n`);
}

function put(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  writeFileSync(file, text);
}
