import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { htmlOf, type Project, shippedOf } from "../project/project.js";
import { formsOf } from "../project/rules.js";
import { version } from "../version.js";
import { type Finding, finding } from "./finding.js";

/** What of the pages does not fit: to the relay, to the package, to Turnstile. */
export function judgePages(project: Project, hasTurnstile: boolean): Finding[] {
  const relay = shippedOf(project)?.relay;
  if (!relay)
    return [
      finding(
        "note",
        "public/fieldpost.json",
        "page.rules",
        "It is missing: pages know their rules from the relay alone.",
      ),
    ];
  const pages = htmlOf(project).map(
    (file) => [relative(project.home, file), readFileSync(file, "utf8")] as const,
  );
  const found = pages.flatMap(([file, html]) => {
    if (!/<form\b[^>]*\bdata-fieldpost\b/.test(html)) return [];
    const all: Finding[] = [];
    if (formsOf(html, relay).length === 0)
      all.push(
        finding(
          "stop",
          file,
          "page.action",
          `No form of it is sent to the relay, ${relay}/leads/….`,
        ),
      );
    const copied = /fieldpost-(\d[\w.-]*)\.js/.exec(html)?.[1];
    if (copied && copied !== version)
      all.push(
        finding(
          "note",
          file,
          "page.version",
          `It has the script of ${copied}; ${version} is installed.`,
        ),
      );
    const widget = /cf-turnstile|turnstile\(/.test(html);
    if (hasTurnstile && !widget)
      all.push(
        finding(
          "wait",
          file,
          "turnstile.widget",
          "The relay has TURNSTILE_SECRET, and the page no widget: each lead waits for a person.",
        ),
      );
    if (widget && !hasTurnstile)
      all.push(
        finding(
          "note",
          file,
          "turnstile.secret",
          "The page has a Turnstile widget, and nobody asks for its answer: TURNSTILE_SECRET is missing.",
        ),
      );
    return all;
  });
  return found;
}
