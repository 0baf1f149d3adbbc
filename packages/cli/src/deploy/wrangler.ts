import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Project, wranglerOf } from "../project/project.js";

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the project's wrangler to its end; `input` goes to its standard input, so that no secret is an argument. */
export async function wrangler(
  project: Project,
  words: readonly string[],
  { input, show }: { input?: string; show?: (text: string) => void } = {},
): Promise<Said> {
  const child = spawn(process.execPath, [wranglerOf(project), ...words], {
    cwd: project.home,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", FORCE_COLOR: "0", NO_COLOR: "1" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    show?.(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    show?.(text);
  });
  child.stdin.end(input ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, stdout, stderr };
}
