import type { Project } from "../project/project.js";

/** The settings that name the sandbox, with where it is now. */
export function varsFor({ vars }: Project, sandbox: string | undefined): Record<string, string> {
  const { SANDBOX_HOST: before } = vars;
  if (!before || !sandbox) return {};
  const now = new URL(sandbox).host;
  return Object.fromEntries(
    Object.entries(vars)
      .filter(([, value]) => value.includes(before))
      .map(([name, value]) => [name, value.replaceAll(before, now)]),
  );
}
