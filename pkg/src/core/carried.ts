import reader from "../wasm-reader.js";
import { compile } from "./compile.js";
import { asWritten } from "./letters.js";

/**
 * How a module travels: as a text with a letter for each byte, under a mask, which is the first letter. The code in it is sorted:
 * the instructions stand behind each other, and the numbers that belong to them by what they are, locals beside locals and
 * addresses beside addresses. So it packs into a tenth less. `pkg/carry.mjs` sorts it, and a small module puts it together again,
 * whose bytes are under the mask as they are.
 */
interface Reader {
  memory: WebAssembly.Memory;
  /** Takes the mask and where the letters end; gives where the module ends. */
  read(mask: number, end: number): number;
}

/** Where the letters are put, and where the module begins; see `pkg/reader.wat`. */
const LETTERS = 0x10000;
const MODULE = 0x20000;

let compiled: Promise<WebAssembly.Module> | undefined;

/** What is under a mask, without the mask. */
export const unmasked = ([given]: readonly [string]): Uint8Array<ArrayBuffer> => {
  const text = asWritten(given);
  return Uint8Array.from(text.slice(1), (letter) => letter.charCodeAt(0) ^ text.charCodeAt(0));
};

/** The bytes of a module. */
export async function unpacked(carried: string): Promise<ArrayBuffer> {
  const text = asWritten(carried);
  compiled ??= compile(reader(unmasked));
  const { memory, read } = new WebAssembly.Instance(await compiled).exports as unknown as Reader;
  const { written } = new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer, LETTERS));
  return memory.buffer.slice(MODULE, read(text.charCodeAt(0), LETTERS + written)) as ArrayBuffer;
}
