import { FieldpostError } from "./errors.js";
import { Said } from "./said.gen.js";
import type { Source } from "./source.js";

/** Compiles at once where the host lets us: to hand so few bytes to another thread takes several times as long. */
export async function compile(source: Source): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  try {
    return new WebAssembly.Module(source as BufferSource);
  } catch {
    // A browser may have a limit for it; and what is no module fails here again.
    return WebAssembly.compile(source as BufferSource).catch((cause: unknown) => {
      if (!WebAssembly.validate(source as BufferSource)) throw cause;
      throw new FieldpostError("wasm.blocked", Said.WASM_BLOCKED, [], { cause });
    });
  }
}
