import * as glue from "../../wasm/lean/fieldpost.js";
import { ready } from "../core.js";
import type { LeanGlue } from "../lean.js";
import module from "../wasm-lean.js";

export { checkEmail, checkLabels, checkPhone, form, isReady, payload } from "../core.js";
export { FieldpostError } from "../errors.js";
export { operations, read, request } from "../lean.js";
export { send } from "../send.js";
export type * from "../types.js";

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
  const compiled =
    source instanceof WebAssembly.Module
      ? source
      : await WebAssembly.compile(source ?? Uint8Array.from(module, (character) => character.charCodeAt(0)));
  glue.initSync({ module: compiled });
  ready(glue as unknown as LeanGlue);
}
