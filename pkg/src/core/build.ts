import module from "../wasm-build.js";
import { WORDS } from "./build.gen.js";
import { unpacked } from "./carried.js";
import { type Builder, learn, MAX_LETTERS, tell } from "./core.js";
import { FieldpostError } from "./errors.js";
import { compile, extend, instantiate, type Part } from "./lean.js";
import { join } from "./load.js";
import { nfc, Tape } from "./pack.js";
import { Said } from "./said.gen.js";

/** What builds the calls of CRMs. It has the operations; of a value's rule it asks the first module. */
interface Building extends Part {
  payload(form: number, length: number): number;
}

let compiled: WebAssembly.Module | undefined;
let wasm: Building | undefined;

/** One crossing; after a trap the next one gets a fresh instance. */
function cross(text: string, form: number): Tape {
  if (!compiled) throw new FieldpostError("wasm.not_ready", Said.WASM_NOT_READY);
  try {
    wasm ??= instantiate<Building>(compiled, tell);
    // Further than anything reaches: the other side says that it is too large.
    const asked = new TextEncoder().encode(text.length > MAX_LETTERS ? "" : nfc(text));
    const at = wasm.input(asked.length) >>> 0;
    new Uint8Array(wasm.memory.buffer, at, asked.length).set(asked);
    const length = wasm.payload(form, asked.length || -1);
    return new Tape(
      new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, wasm.output() >>> 0, length)),
    );
  } catch (cause) {
    wasm = undefined;
    if (!(cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError)) throw cause;
    throw new FieldpostError("wasm.trap", Said.WASM_TRAP, [], { cause });
  }
}

const builder: Builder = {
  build: (packed, vouched) => cross(packed, vouched ? -2 : -1),
};

/** Lets `payload` and `request` build the calls of CRMs, once `load` is done. */
export function addBuild(): void {
  extend(builder);
  join(async () => {
    compiled ??= await compile(unpacked(module(([text]) => text)));
    learn(WORDS);
  });
}
