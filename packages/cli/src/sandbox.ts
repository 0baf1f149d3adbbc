import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { binary, SandboxMissing } from "fieldpost-sandbox";
import { EXIT, Ended } from "./exit.js";

/** Does something with the sandbox's program; where there is none, that is an end like others. */
export async function withSandbox<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof SandboxMissing)) throw error;
    throw new Ended(EXIT.missing, error.code, error.message, { cause: error });
  }
}

/** `fieldpost sandbox`: the program itself, until it is told to stop. */
export async function sandbox({ port, data }: { port?: string; data?: string }): Promise<void> {
  const program = await withSandbox(binary);
  const child = spawn(
    program,
    [...(port ? ["--port", port] : []), ...(data ? ["--data", data] : [])],
    { stdio: "inherit" },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => child.kill(signal));
  const [code, signal] = (await once(child, "exit").catch((cause: Error) => {
    throw new Ended(
      EXIT.missing,
      "sandbox.missing",
      `${program} cannot be started: ${cause.message}`,
      { cause },
    );
  })) as [number | null, NodeJS.Signals | null];
  process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
}
