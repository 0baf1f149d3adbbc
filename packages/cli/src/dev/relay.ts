import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { EXIT, Ended } from "../exit.js";
import { HOST } from "../project/local.js";
import { type Project, wranglerOf } from "../project/project.js";

/** How often the cron trigger fires here; on Cloudflare once a minute is the most. */
const CRON = 30_000;
/** What wrangler fires it by. */
const SCHEDULED = "/cdn-cgi/handler/scheduled";

export interface Relay {
  readonly url: string;
  /** Whether it has come up; it rejects with what wrangler says. */
  readonly ready: Promise<void>;
  /** When it stops by itself. */
  readonly gone: Promise<void>;
  stop(): Promise<void>;
}

/** What hears of the relay while it runs. */
export interface Hears {
  /** What wrangler and the relay say. */
  line(text: string): void;
  /** A change has been taken up. */
  reloaded(): void;
}

/** Runs the project's relay on workerd by the project's own wrangler, which reloads what changes and keeps the storage. */
export function startRelay(
  project: Project,
  port: number,
  vars: Readonly<Record<string, string>>,
  hears: Hears,
  more: readonly string[] = [],
): Relay {
  const url = `http://${HOST}:${port}`;
  const child = spawn(
    process.execPath,
    [
      wranglerOf(project),
      "dev",
      ...["--ip", HOST, "--port", String(port)],
      ...more,
      ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ],
    {
      cwd: project.home,
      stdio: ["ignore", "pipe", "pipe"],
      // Nobody sits at its prompt.
      env: {
        ...process.env,
        CI: "1",
        FORCE_COLOR: "0",
        NO_COLOR: "1",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_SEND_ERROR_REPORTS: "false",
      },
    },
  );
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const said: string[] = [];
  let ready = false;
  const started = new Promise<void>((resolve, reject) => {
    const heard = (line: string): void => {
      const text = plain(line);
      if (ready && !text.includes(SCHEDULED)) hears.line(text);
      if (!ready) said.push(text);
      if (/\bReady on http/.test(text)) {
        ready = true;
        resolve();
      } else if (/server updated and ready/i.test(text)) hears.reloaded();
    };
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", heard);
    child.once("error", reject);
    child.once("close", () =>
      reject(
        new Ended(
          EXIT.failed,
          "relay.start",
          `the relay did not start; wrangler says:\n${reason(said)}`,
        ),
      ),
    );
  });
  const wake = (): void => void fetch(`${url}${SCHEDULED}`).catch(() => undefined);
  const timer = setInterval(wake, CRON);
  void gone.then(() => clearInterval(timer));
  return {
    url,
    gone,
    // What was queued when the last relay stopped goes on at once.
    ready: started.then(wake),
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** Its colours come whatever it is told. */
const plain = (line: string): string => line.replace(/\x1b\[[\d;]*m/g, "");

/** What matters of what it has said: its mistakes, else its last lines. */
function reason(said: readonly string[]): string {
  const at = said.findIndex((line) => /\bERROR\b/.test(line));
  return said
    .slice(at < 0 ? -20 : at)
    .filter((line) => line.trim())
    .slice(0, 20)
    .join("\n");
}
