import { steady } from "../../core/edge.js";
import type { Target } from "../options.js";

/** The parameters that a lead fills, a line each: those that are mapped from what it has, and the constants. */
export const fills = (target: Target, { lead, visitor }: Record<string, unknown>): string =>
  steady((glue) => glue.fills(String(lead ?? "null"), String(visitor ?? "{}"), mapping(target)));

/** A mapping as the border reads it. */
export const mapping = (target: Pick<Target, "map" | "constants" | "join">): object => ({
  map: Object.entries(target.map),
  constants: Object.entries(target.constants ?? {}),
  ...(target.join !== undefined && { join: target.join }),
});
