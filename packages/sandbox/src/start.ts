import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { binary, SandboxMissing } from "./binary.js";

export interface StartOptions {
  /** The port on 127.0.0.1; 0, the default, takes a free one. */
  port?: number;
  /** The SQLite file that keeps what it is told; without one all is in memory. */
  data?: string;
}

export interface Sandbox {
  /** Where it is: the page, the systems and the control port. */
  readonly url: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts the stand-in CRM and waits until it says where it is. It ends with this process, however this one ends.
 *
 * @throws {SandboxMissing} where there is none for this machine
 * @example
 * const sandbox = await start();
 * await fetch(`${sandbox.url}/_sandbox/leads`);
 * await sandbox.stop();
 */
export async function start({ port = 0, data }: StartOptions = {}): Promise<Sandbox> {
  const program = binary();
  const child = spawn(
    program,
    ["--port", String(port), "--with-parent", ...(data ? ["--data", data] : [])],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let said = "";
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (said = `${said}${text}`.slice(-4_096)));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new SandboxMissing(`${program} cannot be started: ${cause.message}`, { cause })),
    );
    child.once("close", () =>
      reject(new Error(said.trim() || "The sandbox stopped before it was ready.")),
    );
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^sandbox (http:\S+)$/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}
