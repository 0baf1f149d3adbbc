// Sorts the code of a module for its way into a page; `reader.wat` puts it together again.
import reader from "./dist/wasm-reader.js";
import { unmasked, unpacked } from "./dist/core/carried.js";

/**
 * The streams that have names: instructions; of the numbers behind them those of `br_table`, which has several, and places in
 * memory; what functions declare; what stands before the code, and behind it.
 */
const [CODE, TABLES, PLACES, DECLARED, HEAD, TAIL] = [1, 4, 8, 11, 12, 13];
/**
 * One behind the other: what stands before the code ends where the instructions begin, and the reader is done when of what
 * functions declare nothing is left. The others are as they pack best.
 */
const ORDER = [2, 3, TABLES, 5, 6, 7, PLACES, 9, 10, HEAD, CODE, DECLARED, TAIL];
/** Where the streams begin: behind where each of them stands, and a letter that says nothing. */
const BEGIN = 27;

/** By instruction, the stream of the number behind it, as the reader's own table has it; 0 where there is none. */
const { memory } = new WebAssembly.Instance(new WebAssembly.Module(reader(unmasked))).exports;
const KINDS = [...new Uint8Array(memory.buffer, 0xf000, 256)].map((place) => (place + 1) >> 1);

/** What the table knows nothing of: compiling for pages makes none of it. */
const UNKNOWN = (code) => code > 0xc4 || [0x1c, 0x25, 0x26, 0x43, 0x44].includes(code);

/** Seven bits a byte, the lowest first. */
const leb = (number) => (number > 127 ? [(number & 127) | 128, ...leb(number >> 7)] : [number]);

/** The streams of a module, one behind the other, and before them where each begins. */
export function sorted(module) {
  const streams = Array.from({ length: TAIL + 1 }, () => []);
  let at = 0;
  const byte = (stream) => {
    const read = module[at++];
    stream?.push(read);
    return read;
  };
  const number = (stream) => {
    const read = byte(streams[stream]);
    return read > 127 ? (read & 127) | (number(stream) << 7) : read;
  };
  const numbers = (stream, count) => {
    while (count-- > 0) number(stream);
  };
  /** Gives how many bytes it takes where it is read: its length has two, and the hint at how memory is aligned one. */
  const body = () => {
    const end = number() + at;
    let length = 2 + end - at;
    numbers(DECLARED, 2 * number(DECLARED));
    while (at < end) {
      const code = byte(streams[CODE]);
      const kind = KINDS[code];
      // Zeros that name the one memory or table are sent as if they were instructions.
      if (code === 0xfc) numbers(CODE, 12 - number(kind));
      else if (code === 0x3f || code === 0x40) number(CODE);
      else if (UNKNOWN(code)) throw new Error(`nobody sorts the instruction ${code}`);
      else if (kind > 0) {
        if (kind === PLACES) length += 1 - leb(number()).length;
        const said = number(kind);
        if (kind === TABLES) numbers(kind, said + 1);
        if (code === 0x11) number(CODE);
      }
    }
    return length;
  };
  let rest = HEAD;
  // The magic number and the version.
  while (at < 8) byte(streams[rest]);
  while (at < module.length) {
    const start = at;
    const section = byte();
    const end = number() + at;
    if (section === 10) {
      const count = number();
      let length = leb(count).length;
      for (let left = count; left--; ) length += body();
      streams[HEAD].push(section, ...leb(length), ...leb(count));
      rest = TAIL;
    } else {
      at = start;
      while (at < end) byte(streams[rest]);
    }
  }
  const all = [];
  for (const stream of ORDER) {
    const start = BEGIN + all.length;
    all.push(...streams[stream]);
    streams[stream] = [start & 255, start >> 8];
  }
  return Uint8Array.from([...streams.slice(CODE).flat(), ...all]);
}

/** The letters of a module under a mask. */
export const letters = (bytes, mask) =>
  String.fromCharCode(mask, ...bytes.map((byte) => byte ^ mask));

/** Holds the reader to what was sorted: it makes a module, and that one sorts alike. */
export async function proved(bytes) {
  const module = new Uint8Array(await unpacked(letters(bytes, 0)));
  if (!WebAssembly.validate(module) || Buffer.compare(sorted(module), bytes))
    throw new Error("a module would not arrive as it was sent");
  return bytes;
}
