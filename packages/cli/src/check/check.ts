import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "fieldpost-sandbox";
import { portFor } from "../dev/ports.js";
import { varsFor } from "../dev/sandbox.js";
import { startRelay } from "../dev/relay.js";
import { EXIT } from "../exit.js";
import { askRules } from "../project/live.js";
import { HOST } from "../project/local.js";
import { findProject, htmlOf, type Project, shippedOf } from "../project/project.js";
import { formsOf, shipped } from "../project/rules.js";
import { writeRules } from "../project/write.js";
import { withSandbox } from "../sandbox.js";
import type { Terminal } from "../terminal.js";
import { configurationOf, originsOf, settingsOf } from "./configuration.js";
import { type Finding, finding } from "./finding.js";
import { judgePages } from "./pages.js";
import { judgeRelay } from "./relay.js";
import { judgeTurnstile } from "./turnstile.js";

/** What each needs at least: characters. */
const SECRETS = { RELAY_SECRET: 32, SEAL_SECRET: 32, OPERATOR_KEY: 12, VALUE_KEY: 12 } as const;

/** `fieldpost check`: says what to mend, and writes the rules into the pages anew. */
export async function check(
  { real = false }: { real?: boolean },
  terminal: Terminal,
): Promise<void> {
  const project = findProject();
  const findings = await inspect(project, real, terminal);
  const stops = findings.some(({ weight }) => weight === "stop");
  terminal.result({ ok: !stops, findings }, shown(findings, terminal));
  if (stops) process.exitCode = EXIT.unfit;
}

/** Everything that there is to find; with `real` what only matters for the real relay, too. */
export async function inspect(
  project: Project,
  real: boolean,
  terminal: Terminal,
): Promise<Finding[]> {
  const { configuration, findings } = configurationOf(project);
  const { vars } = project;
  const local = [
    ...Object.entries(SECRETS)
      .filter(([name, least]) => (vars[name] ?? "").length < least)
      .map(([name, least]) =>
        finding(
          name === "RELAY_SECRET" ? "stop" : "note",
          `.dev.vars: ${name}`,
          vars[name] ? "secret.short" : "secret.missing",
          `It needs at least ${least} random characters: openssl rand -hex 32`,
        ),
      ),
    ...(vars["PAGE_ORIGINS"]
      ? originsOf(vars["PAGE_ORIGINS"], ".dev.vars: PAGE_ORIGINS", false)
      : []),
  ];
  return [
    ...findings,
    ...local,
    ...(real && configuration ? settingsOf(configuration) : []),
    ...judgePages(project, !!vars["TURNSTILE_SECRET"]),
    ...(await judgeTurnstile(vars["TURNSTILE_SECRET"])),
    // What does not even start says less than what is known already.
    ...(findings.some(({ weight }) => weight === "stop") ? [] : await tried(project, terminal)),
  ];
}

/** Runs the relay for as long as it takes to ask it, over a storage of its own. */
async function tried(project: Project, terminal: Terminal): Promise<Finding[]> {
  const storage = mkdtempSync(join(tmpdir(), "fieldpost-check-"));
  const sandbox = project.vars["SANDBOX_HOST"] ? await withSandbox(() => start()) : undefined;
  const said: string[] = [];
  const relay = startRelay(
    project,
    await portFor("relay", undefined, 0),
    varsFor(project, sandbox?.url),
    { line: (text) => said.push(text), reloaded: () => undefined },
    ["--persist-to", storage],
  );
  try {
    await terminal.progress("starting the relay", relay.ready);
    return await terminal.progress("asking it", asked(project, relay.url, said));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [finding("stop", "relay", "relay.start", message)];
  } finally {
    await Promise.allSettled([relay.stop(), sandbox?.stop()]);
    rmSync(storage, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function asked(project: Project, url: string, said: readonly string[]): Promise<Finding[]> {
  const before = shippedOf(project);
  const names = namesOf(project);
  const operatorKey = project.vars["OPERATOR_KEY"] ?? "";
  const [first = ""] = (project.vars["PAGE_ORIGINS"] ?? "").split(",");
  const origin = URL.canParse(first) ? new URL(first).origin : undefined;
  try {
    const forms = await askRules(url, names, origin);
    // What was written for a relay elsewhere is that one's to say.
    if (before && new URL(before.relay).hostname === HOST)
      writeRules(project, shipped(before.relay, forms));
  } catch (error) {
    // What the relay says of itself names the place to mend.
    const told = await judgeRelay(url, operatorKey).catch(() => []);
    if (told.some(({ weight }) => weight === "stop")) return told;
    return [
      finding(
        "stop",
        "relay",
        "relay.failed",
        failure(said) ?? (error instanceof Error ? error.message : String(error)),
      ),
    ];
  }
  const elsewhere =
    before && new URL(before.relay).hostname !== HOST ? await refresh(project, before.relay) : [];
  return [...elsewhere, ...(await judgeRelay(url, operatorKey))];
}

/** Writes the rules of a relay that is online into its pages. */
export async function refresh(project: Project, relay: string): Promise<Finding[]> {
  try {
    writeRules(project, shipped(relay, await askRules(relay, namesOf(project), undefined)));
    return [];
  } catch (error) {
    return [
      finding(
        "note",
        "public/fieldpost.json",
        "rules.away",
        `${error instanceof Error ? error.message : String(error)} It stays as it was.`,
      ),
    ];
  }
}

const namesOf = (project: Project): string[] => {
  const relay = shippedOf(project)?.relay ?? "";
  return [
    ...new Set(htmlOf(project).flatMap((file) => formsOf(readFileSync(file, "utf8"), relay))),
  ];
};

/** What the relay's log says of why it failed: a code and a sentence, never a value. */
function failure(said: readonly string[]): string | undefined {
  for (const line of said) {
    const json = /\{"event".*\}/.exec(line)?.[0] ?? /\{.*"relay\.failed".*\}/.exec(line)?.[0];
    if (!json) continue;
    try {
      const { code, message } = JSON.parse(json) as { code?: string; message?: string };
      if (code) return `${code}: ${message ?? ""}`;
    } catch {
      // Another program's line.
    }
  }
  return undefined;
}

const SIGNS = { stop: "no lead is stored", wait: "leads wait", note: "note" } as const;

/** The findings for people, the worst first. */
export function shown(findings: readonly Finding[], terminal: Terminal): string {
  if (findings.length === 0) return terminal.good("Nothing to mend.");
  const paint = { stop: terminal.bad, wait: terminal.warn, note: terminal.dim };
  return (["stop", "wait", "note"] as const)
    .flatMap((weight) => findings.filter((one) => one.weight === weight))
    .map(
      ({ weight, place, code, message }) =>
        `${paint[weight](SIGNS[weight])}  ${place}\n    ${message} ${terminal.dim(`(${code})`)}`,
    )
    .join("\n");
}
