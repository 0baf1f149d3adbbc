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
  const words = verdict(what, system, state, given);
  return (VERDICTS[words[0]] as (typeof VERDICTS)[string])(own, words, go);
}

/** What stopped the module is the delivery's, too: it stays, and says so. */
function verdict(
  what: string,
  system: string,
  state: string,
  given: readonly unknown[],
): [string, string, string] {
  try {
    const said = steady((glue) =>
      glue.ruleDelivery(what, system, state, given.join(WORD), Date.now()),
    );
    return said.split(WORD) as [string, string, string];
  } catch (error) {
    return ["stays", error instanceof FieldpostError ? error.code : "delivery.state", ""];
  }
}

type Names = Omit<Kept, "state">;
type Words = readonly [string, string, string];

const VERDICTS: Record<
  string,
  (own: Names, words: Words, go: (phase: string, fresh: string) => void) => Ruled
> = {
  stays: (own, [, code]) => stays(own, code),
  goes: (own, [, phase, fresh], go) => {
    go(phase, fresh);
    return { ...own, moved: true };
  },
};
