import { asWritten } from "./letters.js";

/**
 * How a module travels: as a text with a letter for each byte, under a mask. The code in it is sorted: the instructions stand
 * behind each other, and the numbers that belong to them by what they are, locals beside locals and addresses beside
 * addresses. So it packs into a tenth less. `pkg/carry.mjs` writes what is read here.
 */

/** The stream of the numbers behind each instruction up to `i64.const`, by the low bits of its letter: a blank has none. */
export const KINDS = "  222       334 55              66677   88888888888888888888888779:";

/** The streams of instructions and of some of the numbers behind them; of what functions declare. */
export const CODE = 1;
export const BLOCKS = 2;
export const TABLES = 4;
export const OTHERS = 7;
export const PLACES = 8;
export const DECLARED = 11;
/** The sections before the code, and those behind it. Before all of them stands where each begins, counted from the first. */
export const HEAD = 12;
export const TAIL = 13;

/** The bytes of a module; the first letter of its text is the mask. It runs once, before any compiler has made it quick. */
export function unpacked(carried: string): Uint8Array<ArrayBuffer> {
  const text = asWritten(carried);
  const mask = text.charCodeAt(0);
  const kinds = new Uint8Array(256);
  for (let code = 0; code < KINDS.length; code++) kinds[code] = KINDS.charCodeAt(code) & 15;
  const out = new Uint8Array(text.length * 2);
  let at = 0;
  /** Where each stream goes on. */
  const places = [1];
  const byte = (stream: number): number => {
    const read = text.charCodeAt((places[stream] as number)++) ^ mask;
    out[at++] = read;
    return read;
  };
  /** A number has seven bits a byte, the lowest first. */
  const number = (stream: number): number => {
    const read = byte(stream);
    return read > 127 ? (read & 127) | (number(stream) << 7) : read;
  };
  const numbers = (stream: number, count: number): void => {
    while (count--) number(stream);
  };
  /** Says in the three bytes before it how long that is which begins at `start`. */
  const measure = (start: number): void => {
    const length = at - start;
    out[start - 3] = length | 128;
    out[start - 2] = (length >> 7) | 128;
    out[start - 1] = length >> 14;
  };

  const starts: number[] = [];
  while (starts.length < TAIL) starts.push(number(0));
  const first = places[0] as number;
  for (const start of starts) places.push(first + start);
  // What was read so far is not of the module.
  at = 0;
  while (places[HEAD] !== places[TAIL]) byte(HEAD);
  // The section of the code.
  out[at] = 10;
  at += 4;
  const start = at;
  for (let functions = number(DECLARED); functions--; ) {
    at += 3;
    const body = at;
    numbers(DECLARED, 2 * number(DECLARED));
    for (let depth = 1; depth; ) {
      const code = byte(CODE);
      const kind = kinds[code] as number;
      if (code === 11) depth--;
      // What copies or fills memory.
      else if (code === 252) numbers(OTHERS, 12 - number(OTHERS));
      else if (kind) {
        if (kind === BLOCKS) depth++;
        // The hint at how a place is aligned is not sent: 0 promises nothing, and engines do without.
        if (kind === PLACES) at++;
        const said = number(kind);
        if (kind === TABLES) numbers(kind, said + 1);
        // `call_indirect` names a table, too.
        if (code === 17) number(kind);
      }
    }
    measure(body);
  }
  measure(start);
  while ((places[TAIL] as number) < text.length) byte(TAIL);
  return out.slice(0, at);
}
