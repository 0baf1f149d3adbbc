import { unpacked } from "../core/carried.js";
import { loading } from "../core/load.js";
import { isSource, type LoadOptions, type Source } from "../core/source.js";
import module from "../wasm-lean.js";

export { checkEmail, checkLabels, checkPhone, form, isReady, payload } from "../core/core.js";
export { FieldpostError } from "../core/errors.js";
export { operations, read, request } from "../core/lean.js";
export { send } from "../core/send.js";
export type { LoadOptions, Source } from "../core/source.js";
export type * from "../core/types.js";

/**
 * Instantiates the module, once. It travels inside this package as text, so that no path or MIME type can lose it. What a
 * form of this `spec` needs, and `advice`, are there when it is done; the rest comes by itself right after.
 *
 * @param given - What is to be there when it is done; or the module, as bytes or compiled, of an application that brings its own.
 * @returns Nothing, once `check` and the others may be called.
 * @throws {FieldpostError} `wasm.blocked` under a policy that lets no WebAssembly run.
 * @example
 * await load();
 */
export async function load(given: Source | LoadOptions = {}): Promise<void> {
  const source = isSource(given) ? given : undefined;
  await loading(
    () => source ?? module(([text]) => unpacked(text)),
    source ? {} : (given as LoadOptions),
  );
}
