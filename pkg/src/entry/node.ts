import { readFile } from "node:fs/promises";
import * as glue from "../../wasm/edge/fieldpost.js";
import { startEdge } from "../core/edge.js";
import { isSource, type LoadOptions, type Source } from "../core/source.js";

export { checkEmail, checkLabels, checkPhone, form, isReady } from "../core/core.js";
export { checkParams, operations, payload, read, request } from "../core/edge.js";
export { FieldpostError } from "../core/errors.js";
export { send } from "../core/send.js";
export type { LoadOptions, Source } from "../core/source.js";
export type * from "../core/types.js";

let loading: Promise<void> | undefined;

/** Instantiates the module, once. It has every rule and all advice. */
export function load(given: Source | LoadOptions = {}): Promise<void> {
  loading ??= (async () => {
    const module = isSource(given)
      ? given
      : await readFile(new URL("../../wasm/edge/fieldpost_bg.wasm", import.meta.url));
    startEdge(
      glue,
      module instanceof WebAssembly.Module
        ? module
        : await WebAssembly.compile(module as BufferSource),
    );
  })().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
