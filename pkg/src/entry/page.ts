import { compile, startLean, unmasked } from "../core/lean.js";
import module from "../wasm-lean.js";

export { checkEmail, checkLabels, checkPhone, form, isReady, payload } from "../core/core.js";
export { FieldpostError } from "../core/errors.js";
export { operations, read, request } from "../core/lean.js";
export { send } from "../core/send.js";
export type * from "../core/types.js";

let loading: Promise<void> | undefined;

/** Instantiates the module, once. It travels inside this package as text, so that no path or MIME type can lose it. */
export function load(source?: BufferSource | WebAssembly.Module): Promise<void> {
  loading ??= start(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function start(source?: BufferSource | WebAssembly.Module): Promise<void> {
  startLean(await compile(source ?? module(([text]) => unmasked(text))));
}
