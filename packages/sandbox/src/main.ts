#!/usr/bin/env node
// `npx fieldpost-sandbox`: the program itself, with the arguments and the end that it is given.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { binary } from "./binary.js";

try {
  const child = spawn(binary(), process.argv.slice(2), { stdio: "inherit" });
  child.once("error", (error) => {
    console.error(error.message);
    process.exitCode = 4;
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => child.kill(signal));
  child.once("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 4;
}
