/**
 * How a module travels: as a text with a letter for each byte, under a mask. The code in it is sorted: the instructions stand
 * behind each other, and the numbers that belong to them by what they are, locals beside locals and addresses beside
 * addresses. So it packs into a tenth less. `pkg/carry.mjs` writes what is read here.
 */

/** The stream of the numbers behind each instruction up to `i64.const`, by the low bits of its letter: a blank has none. */
export const KINDS = "  222       334 55              66677   88888888888888888888888779:";
/** How wide an access to memory is, from `i32.load` on, as a power of two: the hint before its place. */
export const WIDTHS = "23230011001122232301012";

/**
 * The streams: how long each of the next twelve is; instructions; some of the numbers behind them; what functions declare;
 * the sections before the code, and those behind it.
 */
export enum Stream {
  LENGTHS,
  CODE,
  BLOCKS,
  TABLES = 4,
  CALLS,
  OTHERS = 7,
  PLACES,
  DECLARED = 11,
  HEAD,
  TAIL,
}

/** The bytes of a module; the first letter of its text is the mask. It runs once, before any compiler has made it quick. */
export function unpacked(text: string): Uint8Array<ArrayBuffer> {
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

  const lengths: number[] = [];
  while (lengths.length < Stream.HEAD) lengths.push(number(Stream.LENGTHS));
  let place = places[0] as number;
  for (const length of [...lengths, 0]) {
    places.push(place);
    place += length;
  }
  // What was read so far is not of the module.
  at = 0;
  while (places[Stream.HEAD] !== places[Stream.TAIL]) byte(Stream.HEAD);
  // The section of the code.
  out[at] = 10;
  at += 4;
  const start = at;
  for (let functions = number(Stream.DECLARED); functions--; ) {
    at += 3;
    const body = at;
    numbers(Stream.DECLARED, 2 * number(Stream.DECLARED));
    for (let depth = 1; depth; ) {
      const code = byte(Stream.CODE);
      const kind = kinds[code] as number;
      if (code === 11) depth--;
      // What copies or fills memory.
      else if (code === 252) numbers(Stream.OTHERS, 12 - number(Stream.OTHERS));
      else if (kind) {
        if (kind === Stream.BLOCKS) depth++;
        if (kind === Stream.PLACES) out[at++] = WIDTHS.charCodeAt(code - 40) & 15;
        const said = number(kind);
        if (kind === Stream.TABLES) numbers(kind, said + 1);
        // `call_indirect` names a table, too.
        if (code === 17) number(kind);
      }
    }
    measure(body);
  }
  measure(start);
  while ((places[Stream.TAIL] as number) < text.length) byte(Stream.TAIL);
  return out.slice(0, at);
}
