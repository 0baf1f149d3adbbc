import { unpacked } from "./carried.js";
import { compile } from "./compile.js";
import { type Carried, extend, needsLate, RULES, startLean } from "./lean.js";
import type { LoadOptions, Source } from "./source.js";

/** A part of the page that somebody has imported, and that `load` starts. */
const parts = new Set<() => Promise<void>>();

/** Adds a part, which needs the rules of all kinds. */
export const join = (part: () => Promise<void>): unknown => parts.add(part);

let first: Promise<void> | undefined;
let second: Promise<void> | undefined;

const once = (work: Promise<void>, forget: () => void): Promise<void> =>
  work.catch((error: unknown) => {
    forget();
    throw error;
  });

/** Gets what comes after the first module. */
const rest = (): Promise<void> =>
  (second ??= once(
    import("./late.js").then(async ({ late }: { late: Carried }) =>
      extend(RULES, await compile(await unpacked(late.text)), late.words),
    ),
    () => (second = undefined),
  ));

/** Starts the first module, once; then whatever else is to be there, and in the background what is not waited for. */
export async function loading(
  source: () => Promise<Source> | Source,
  { spec, advice }: LoadOptions = {},
): Promise<void> {
  first ??= once(
    (async () => startLean(await compile(await source())))(),
    () => (first = undefined),
  );
  await first;
  for (const part of parts) await part();
  if (advice || parts.size || needsLate(spec)) await rest();
  // A page is usable without it, and without its network for it.
  else setTimeout(() => void rest().catch(() => undefined));
}
