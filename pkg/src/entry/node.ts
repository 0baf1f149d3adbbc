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

const compiled = async (source: Source): Promise<WebAssembly.Module> =>
  source instanceof WebAssembly.Module ? source : WebAssembly.compile(source as BufferSource);

/** The module from its file. A bundle leaves that behind, gives it another path or bytes, or knows no path at all: then as text. */
async function own(): Promise<WebAssembly.Module> {
  try {
    // Not written as bundlers read it: they would copy the file, too.
    const { url } = import.meta;
    return await compiled(await readFile(new URL("../../wasm/edge/fieldpost_bg.wasm", url)));
  } catch {
    const [{ default: text }, { brotliDecompressSync }] = await Promise.all([
      import("../edge-wasm.js"),
      import("node:zlib"),
    ]);
    return compiled(brotliDecompressSync(Buffer.from(text, "base64")));
  }
}

let loading: Promise<void> | undefined;

/**
 * Instantiates the module, once. It has every rule and all advice.
 *
 * @param given - What is to be there when it is done; or the module, as bytes or compiled, of an application that brings its own.
 * @returns Nothing, once `check` and the others may be called.
 * @example
 * await load();
 */
export function load(given: Source | LoadOptions = {}): Promise<void> {
  loading ??= (async () => {
    startEdge(glue, isSource(given) ? await compiled(given) : await own());
  })().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
