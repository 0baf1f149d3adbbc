// Sorts the code of a module for its way into a page; `src/core/carried.ts` puts it together again.
import {
  CODE,
  DECLARED,
  HEAD,
  KINDS,
  OTHERS,
  PLACES,
  TABLES,
  TAIL,
  unpacked,
} from "./dist/core/carried.js";

/** What `KINDS` knows nothing of, and what has bytes behind it that are no numbers: compiling for pages makes none of it. */
const UNKNOWN = (code) => code > 0xc4 || [0x1c, 0x25, 0x26, 0x43, 0x44].includes(code);

/** Seven bits a byte, the lowest first. */
const leb = (number) => (number > 127 ? [(number & 127) | 128, ...leb(number >> 7)] : [number]);

/** The streams of a module, one behind the other, and before them how long each is. */
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
  const body = () => {
    const end = number() + at;
    numbers(DECLARED, 2 * number(DECLARED));
    while (at < end) {
      const code = byte(streams[CODE]);
      const kind = KINDS.charCodeAt(code) & 15;
      // The hint at how memory is aligned.
      if (kind === PLACES) number();
      if (code === 0xfc) numbers(OTHERS, 12 - number(OTHERS));
      else if (UNKNOWN(code)) throw new Error(`nobody sorts the instruction ${code}`);
      else if (kind > 0) {
        const said = number(kind);
        if (kind === TABLES) numbers(kind, said + 1);
        if (code === 0x11) number(kind);
      }
    }
  };
  let rest = HEAD;
  // The magic number and the version.
  while (at < 8) byte(streams[rest]);
  while (at < module.length) {
    const start = at;
    const section = byte();
    const end = number() + at;
    if (section === 10) {
      for (let count = number(DECLARED); count--; ) body();
      rest = TAIL;
    } else {
      at = start;
      while (at < end) byte(streams[rest]);
    }
  }
  let start = 0;
  for (const { length } of streams.slice(CODE)) {
    streams[0].push(...leb(start));
    start += length;
  }
  return Uint8Array.from(streams.flat());
}

/** The letters of a module under a mask. */
export const letters = (bytes, mask) =>
  String.fromCharCode(mask, ...bytes.map((byte) => byte ^ mask));

/** Holds the reader to what was sorted: it makes a module, and that one sorts alike. */
export function proved(bytes) {
  const module = unpacked(letters(bytes, 0));
  if (!WebAssembly.validate(module) || Buffer.compare(sorted(module), bytes))
    throw new Error("a module would not arrive as it was sent");
  return bytes;
}
