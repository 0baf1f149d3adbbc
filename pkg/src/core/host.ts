/** What the edge build's script imports: the answers of `answering.ts`, for the one instance that there is. */

import { answering, matches } from "./answering.js";

let memory: WebAssembly.Memory;
let appointed: (question: number, text: string) => string | boolean | undefined = () => undefined;

/** Names the instance's memory. @internal */
export function lend(of: WebAssembly.Memory): void {
  memory = of;
}

/** Names who judges patterns before the host's own engine; see `pattern.ts`. */
export function appoint(of: typeof appointed): void {
  appointed = of;
}

/** Answers the edge build. */
export const answer = answering(
  () => memory,
  (question, text) => appointed(question, text) ?? matches(text),
);
