import type { FormRules } from "./rules.js";
import { EXIT, Ended } from "../exit.js";

/** Longer than a relay needs, shorter than somebody waits. */
const DEADLINE = 10_000;

/** Asks a relay for the rules of its forms, as a page of this origin would, or a server without one. */
export async function askRules(
  relay: string,
  names: readonly string[],
  origin: string | undefined,
): Promise<Record<string, FormRules>> {
  const asked = names.map(async (name) => {
    const response = await fetch(`${relay}/leads/${name}`, {
      headers: { accept: "application/json", ...(origin && { origin }) },
      signal: AbortSignal.timeout(DEADLINE),
    });
    if (!response.ok) {
      const answer = (await response.json().catch(() => ({}))) as { issues?: { code?: string }[] };
      const code = answer.issues?.[0]?.code ?? String(response.status);
      throw new Ended(
        EXIT.failed,
        code,
        `${relay}/leads/${name} answers ${response.status} (${code}).`,
      );
    }
    const { v, spec, sealKey } = (await response.json()) as FormRules;
    return [name, { v, spec, sealKey }] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}
