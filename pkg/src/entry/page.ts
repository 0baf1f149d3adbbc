import { startLean } from "../core/lean.js";
import module from "../wasm-lean.js";

export { checkEmail, checkLabels, checkPhone, form, isReady, payload } from "../core/core.js";
export { FieldpostError } from "../core/errors.js";
export { operations, read, request } from "../core/lean.js";
export { send } from "../core/send.js";
export type * from "../core/types.js";

let loading: Promise<void> | undefined;

/** Instantiates the module, once. It travels inside this package as text, so that no path or MIME type can lose it. */
export function load(source?: BufferSource | WebAssembly.Module): Promise<void> {
  loading ??= compile(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function compile(source?: BufferSource | WebAssembly.Module): Promise<void> {
  // Its first byte is 0, so its first letter is the mask; see `pkg/build.mjs`.
  const bytes =
    source ??
    module(([text]) =>
      Uint8Array.from(text, (letter) => letter.charCodeAt(0) ^ text.charCodeAt(0)),
    );
  startLean(bytes instanceof WebAssembly.Module ? bytes : await WebAssembly.compile(bytes));
}
