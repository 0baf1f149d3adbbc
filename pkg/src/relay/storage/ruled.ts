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
