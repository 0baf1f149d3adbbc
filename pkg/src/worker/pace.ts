/** What a reply's headers say of the account's pace. */
export type { Pace } from "../outcome.gen.js";
