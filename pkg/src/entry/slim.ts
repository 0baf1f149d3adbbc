import { compile, startLean } from "../core/lean.js";
import { FieldpostError } from "../core/errors.js";
import { Said } from "../core/said.gen.js";

export { checkEmail, checkLabels, checkPhone, form, isReady, payload } from "../core/core.js";
export { FieldpostError } from "../core/errors.js";
export { operations, read, request } from "../core/lean.js";
export { send } from "../core/send.js";
export type * from "../core/types.js";

/** Instantiates the module of `fieldpost/fieldpost.wasm`, which the application brings as bytes, module or response. */
export async function load(
  source?: BufferSource | WebAssembly.Module | Response | PromiseLike<Response>,
): Promise<void> {
  if (source === undefined) throw new FieldpostError("wasm.source", Said.WASM_SOURCE);
  const given = await source;
  startLean(await compile(given instanceof Response ? await given.arrayBuffer() : given));
}
