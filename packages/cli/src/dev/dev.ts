import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { start } from "fieldpost-sandbox";
import { EXIT, Ended } from "../exit.js";
import { HOST, LOCAL, pageOrigins, PORTS } from "../project/local.js";
import { askRules } from "../project/live.js";
import { findProject, htmlOf, type Project, shippedOf } from "../project/project.js";
import { formsOf, shipped, type Shipped, withRules } from "../project/rules.js";
import { withSandbox } from "../sandbox.js";
import type { Terminal } from "../terminal.js";
import { startPage } from "./page.js";
import { portFor } from "./ports.js";
import { startRelay } from "./relay.js";
import { varsFor } from "./sandbox.js";

export interface DevOptions {
  pagePort?: string;
  relayPort?: string;
  sandboxPort?: string;
}

/** What even a part that hangs may take to stop. */
const LAST = 10_000;

/** `fieldpost dev`: page, relay and sandbox in one process, until it is told to stop. */
export async function dev(options: DevOptions, terminal: Terminal): Promise<void> {
  const project = findProject();
  const ports = {
    page: await portFor("page", options.pagePort ?? process.env["PAGE_PORT"], PORTS.page),
    relay: await portFor("relay", options.relayPort ?? process.env["RELAY_PORT"], PORTS.relay),
    sandbox: await portFor(
      "sandbox",
      options.sandboxPort ?? process.env["SANDBOX_PORT"],
      PORTS.sandbox,
    ),
  };
  const running: { stop(): Promise<void> }[] = [];
  const stop = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => resolve());
  });
  try {
    const sandbox = project.vars["SANDBOX_HOST"]
      ? await startSandbox(project, ports.sandbox)
      : undefined;
    if (sandbox) running.push(sandbox);
    const relayUrl = `http://${HOST}:${ports.relay}`;
    const fresh = liveRules(project, relayUrl, `http://localhost:${ports.page}`, terminal.note);
    const page = await startPage(project.pages, ports.page, fresh.prepare);
    running.push(page);
    const relay = startRelay(
      project,
      ports.relay,
      { ...varsFor(project, sandbox?.url), PAGE_ORIGINS: pageOrigins(ports.page).join(",") },
      {
        line: terminal.note,
        reloaded: () => void fresh.ask().then(page.reload),
      },
    );
    running.push(relay);
    const isUp = relay.ready.then(() => true);
    if (!(await terminal.progress("starting the relay", Promise.race([isUp, stop])))) return;
    await fresh.ask();
    const urls = { page: page.url, relay: relay.url, ...(sandbox && { sandbox: sandbox.url }) };
    terminal.result(
      { ready: true, ...urls },
      `ready ${Object.entries(urls)
        .map(([part, url]) => `${part}=${url}`)
        .join(" ")}`,
    );
    const isOver = relay.gone.then(() => true);
    if (await Promise.race([isOver, stop]))
      throw new Ended(EXIT.failed, "relay.gone", "the relay has stopped.");
  } finally {
    setTimeout(() => process.exit(EXIT.failed), LAST).unref();
    await Promise.allSettled(running.reverse().map((part) => part.stop()));
  }
}

async function startSandbox({ home }: Project, port: number): ReturnType<typeof start> {
  mkdirSync(join(home, ".fieldpost"), { recursive: true });
  return withSandbox(() => start({ port, data: join(home, ".fieldpost", "sandbox.db") }));
}

/** Pages with the address and the rules of the relay that runs here, whichever relay they were written for. */
function liveRules(
  project: Project,
  relay: string,
  origin: string,
  note: (text: string) => void,
): { ask(): Promise<void>; prepare(html: string): string } {
  let live: Shipped | undefined;
  const written = (): string => shippedOf(project)?.relay ?? LOCAL.relay;
  return {
    async ask() {
      const before = written();
      const names = htmlOf(project).flatMap((file) => formsOf(readFileSync(file, "utf8"), before));
      const forms = await askRules(relay, [...new Set(names)], origin).catch((error: Error) => {
        note(`fieldpost: ${error.message} fieldpost check says why.`);
        return undefined;
      });
      // What the page was written with is better than nothing.
      live = forms && shipped(relay, forms);
    },
    prepare(html) {
      const here = html.replaceAll(written(), relay);
      return live ? withRules(here, live) : here;
    },
  };
}
