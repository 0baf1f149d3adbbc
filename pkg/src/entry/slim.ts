import { FieldpostError } from "../core/errors.js";
import { loading } from "../core/load.js";
import { Said } from "../core/said.gen.js";
import type { LoadOptions, Source } from "../core/source.js";

export { checkEmail, checkLabels, checkPhone, form, isReady, payload } from "../core/core.js";
export { FieldpostError } from "../core/errors.js";
export { operations, read, request } from "../core/lean.js";
export { send } from "../core/send.js";
export type { LoadOptions, Source } from "../core/source.js";
export type * from "../core/types.js";

/**
 * Instantiates the module of `fieldpost/fieldpost.wasm`, which the application brings as bytes, module or response. What comes
 * after it travels inside this package.
 *
 * @param source - The module of `fieldpost/fieldpost.wasm`: its response, its bytes, or compiled.
 * @param options - What is to be there when it is done.
 * @returns Nothing, once `check` and the others may be called.
 * @throws {FieldpostError} `wasm.source` without a module; `wasm.blocked` under a policy that lets no WebAssembly run.
 * @example
 * await load(fetch("/fieldpost.wasm"));
 */
export async function load(
  source?: Source | Response | PromiseLike<Response>,
  options?: LoadOptions,
): Promise<void> {
  if (source === undefined) throw new FieldpostError("wasm.source", Said.WASM_SOURCE);
  await loading(async () => {
    const given = await source;
    return given instanceof Response ? given.arrayBuffer() : given;
  }, options);
}
