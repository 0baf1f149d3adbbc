// Starts the stand-in CRM and waits until it says where it is.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * @param {string} binary
 * @param {number} port
 * @param {string[]} args
 */
export async function startSandbox(binary, port, args = []) {
  const child = spawn(binary, ["--port", String(port), "--with-parent", ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    child.once("error", () => reject(new Error(`${binary} cannot be started`)));
    child.once("exit", () => reject(new Error("the sandbox stopped before it was ready")));
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
