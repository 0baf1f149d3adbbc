import * as glue from "../../wasm/edge/fieldpost.js";
// workerd compiles a .wasm import at deployment; compiling at run time is not allowed there.
import module from "../../wasm/edge/fieldpost_bg.wasm";
import { startEdge } from "../core/edge.js";
import type { LoadOptions, WasmModule } from "../core/source.js";

export { checkEmail, checkLabels, checkPhone, form, isReady } from "../core/core.js";
export { checkParams, operations, payload, read, request } from "../core/edge.js";
export { FieldpostError } from "../core/errors.js";
export { send } from "../core/send.js";
export type { LoadOptions, Source } from "../core/source.js";
export type * from "../core/types.js";

let loaded = false;

/**
 * Instantiates the module, once. It has every rule and all advice.
 *
 * @param given - A compiled module of the application's own.
 * @returns Nothing, once `check` and the others may be called.
 * @example
 * await load();
 */
export async function load(given?: WasmModule | LoadOptions): Promise<void> {
  if (loaded) return;
  startEdge(glue, given instanceof WebAssembly.Module ? given : module);
  loaded = true;
}
