import { steady } from "../edge.js";
import type { Target } from "./options.js";
import { mapping } from "./render.js";

/** The parameters that a lead fills, a line each: those that are mapped from what it has, and the constants. */
export const fills = (target: Target, { lead, visitor }: Record<string, unknown>): string =>
  steady((glue) => glue.fills(String(lead ?? "null"), String(visitor ?? "{}"), mapping(target)));
