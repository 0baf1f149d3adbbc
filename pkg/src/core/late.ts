import module from "../wasm-late.js";
import { WORDS } from "./late.gen.js";
import type { Carried } from "./lean.js";

/** What comes after the first module: the rules of seven kinds, and advice. */
export const late: Carried = { text: module(([text]) => text), words: WORDS };
