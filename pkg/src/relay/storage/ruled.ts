import { steady, WORD } from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import { MESSAGES } from "../codes.gen.js";

/** What became of one delivery that waited for a person. */
export interface Ruled {
  id: string;
  lead: string;
  account: string;
  moved: boolean;
  /** Why it did not move. */
  code?: string;
  message?: string;
}

/** Why a delivery stays: a code that has a sentence, or one that stopped it. */
export const stays = (own: { id: string; lead: string; account: string }, code: string): Ruled => ({
  ...own,
  moved: false,
  code,
  message:
    (MESSAGES as Readonly<Record<string, string>>)[code] ??
    "The delivery cannot be sent on as it is.",
});

/** A delivery's own names, and its state as it is kept. */
interface Kept {
  id: string;
  lead: string;
  account: string;
  state: string;
}

/**
 * Rules about one delivery, as `src/relay/ruling.rs` says: `go` writes down where it goes, with its new state or none. `given`
 * is what the rows and the options say of it.
 */
export function ruled(
  what: "replay" | "move" | "correct" | "remove",
  { state, ...own }: Kept,
  system: string,
  given: readonly unknown[],
  go: (phase: string, fresh: string) => void,
): Ruled {
  let said: string;
  try {
    said = steady((glue) => glue.ruleDelivery(what, system, state, given.join(WORD), Date.now()));
  } catch (error) {
    // What stopped the module is the delivery's, too: it stays, and says so.
    return stays(own, error instanceof FieldpostError ? error.code : "delivery.state");
  }
  const [verdict, first = "", second = ""] = said.split(WORD);
  if (verdict === "stays") return stays(own, first);
  go(first, second);
  return { ...own, moved: true };
}
