import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { configurationOf } from "../check/configuration.js";
import { inspect, refresh, shown } from "../check/check.js";
import { EXIT, Ended } from "../exit.js";
import { findProject, htmlOf, type Project, shippedOf } from "../project/project.js";
import { askSecret } from "../questions.js";
import type { Terminal } from "../terminal.js";
import { wrangler } from "./wrangler.js";

/** Secrets that nobody but the relay and its operator has: they are made here. */
const MADE: Readonly<Record<string, number>> = {
  RELAY_SECRET: 32,
  SEAL_SECRET: 32,
  OPERATOR_KEY: 24,
  VALUE_KEY: 24,
};
/** What an operator needs later on. */
const TOLD = ["OPERATOR_KEY", "VALUE_KEY"];
/** What only this machine has. */
const LOCAL_ONLY = ["SANDBOX_HOST", "PAGE_ORIGINS"];

/** `fieldpost deploy`: what `wrangler deploy` does, with the secrets that the relay lacks, and the pages set to its address. */
export async function deploy({ dryRun }: { dryRun?: boolean }, terminal: Terminal): Promise<void> {
  const project = findProject();
  const findings = await inspect(project, true, terminal);
  if (findings.length > 0) terminal.note(shown(findings, terminal));
  if (findings.some(({ weight }) => weight === "stop"))
    throw new Ended(EXIT.unfit, "deploy.unfit", "No lead would be stored: mend that first.");
  const show = (text: string): void => void process.stderr.write(text);
  if (dryRun) {
    const { code, stderr } = await wrangler(project, ["deploy", "--dry-run"], { show });
    if (code !== 0) throw failed("deploy --dry-run", stderr);
    terminal.result({ deployed: false }, "nothing is deployed: a dry run");
    return;
  }
  const listed = await terminal.progress(
    "asking for secrets",
    wrangler(project, ["secret", "list"]),
  );
  const isNew =
    listed.code !== 0 && /10007|not found|does not exist/i.test(listed.stderr + listed.stdout);
  if (listed.code !== 0 && !isNew) throw failed("secret list", listed.stderr || listed.stdout);
  const there = isNew
    ? []
    : (JSON.parse(listed.stdout) as { name: string }[]).map(({ name }) => name);
  const secrets = await lacking(project, there, terminal);
  const put = async (): Promise<void> => {
    if (Object.keys(secrets).length === 0) return;
    const input = JSON.stringify(secrets);
    const { code, stderr } = await wrangler(project, ["secret", "bulk"], { input });
    if (code !== 0) throw failed("secret bulk", stderr);
  };
  // A Worker that is not there yet has no place for them.
  if (!isNew) await terminal.progress("setting secrets", put());
  const deployed = await wrangler(project, ["deploy"], { show });
  if (deployed.code !== 0) throw failed("deploy", deployed.stderr);
  if (isNew) await terminal.progress("setting secrets", put());
  for (const name of TOLD)
    if (secrets[name])
      terminal.note(`${name} is ${secrets[name]}\n  keep it: nobody shows it again`);

  const url = addressOf(deployed.stdout);
  if (url) await terminal.progress("setting the pages to it", settle(project, url));
  terminal.result(
    { deployed: true, url, secrets: Object.keys(secrets) },
    url
      ? `${terminal.good("deployed")} ${url}\n  the pages in public/ send there now: put them online`
      : `${terminal.good("deployed")}\n  set the address in the pages' forms, and say fieldpost check`,
  );
}

/** The relay's own address, where it is on Cloudflare's; a domain of the owner's stands before it. */
export function addressOf(said: string): string | undefined {
  const own = /^\s+([\w.-]+\.[a-z]{2,}) \(custom domain\)/m.exec(said)?.[1];
  return own ? `https://${own}` : /https:\/\/[\w.-]+\.workers\.dev/.exec(said)?.[0];
}

/** Has the pages send to this relay, and know its rules. */
async function settle(project: Project, url: string): Promise<void> {
  const before = shippedOf(project)?.relay;
  if (before && before !== url)
    for (const file of [...htmlOf(project), `${project.pages}/fieldpost.json`])
      writeFileSync(file, readFileSync(file, "utf8").replaceAll(before, url));
  await refresh(project, url);
}

/** The secrets that the relay needs and has not: made, from the environment, or asked for. */
async function lacking(
  project: Project,
  there: readonly string[],
  terminal: Terminal,
): Promise<Record<string, string>> {
  const settings = Object.keys(configurationOf(project).configuration?.vars ?? {});
  const names = Object.keys(project.vars).filter(
    (name) => !there.includes(name) && !settings.includes(name) && !LOCAL_ONLY.includes(name),
  );
  const found: Record<string, string> = {};
  const unknown: string[] = [];
  for (const name of names) {
    const bytes = MADE[name];
    const given = process.env[name];
    if (given) found[name] = given;
    else if (bytes) found[name] = randomBytes(bytes).toString("hex");
    else if (terminal.canAsk) found[name] = await askSecret(name);
    else unknown.push(name);
  }
  if (unknown.length > 0)
    throw new Ended(
      EXIT.usage,
      "secret.missing",
      `The relay lacks ${unknown.join(", ")}: set them in the environment, or say npx wrangler secret put NAME.`,
    );
  return found;
}

const failed = (what: string, said: string): Ended =>
  new Ended(
    EXIT.failed,
    "wrangler.failed",
    `wrangler ${what} failed:\n${said.trim().split("\n").slice(-12).join("\n")}`,
  );
