import { Mark, MarkCode, MAX_DEPTH } from "./border.gen.js";

/**
 * Values as one packed text and back; the other side is `src/packed.rs`. A value is a mark and what follows: a text and a
 * number their letters up to the end, yes, no and null nothing, a list values and a map names (up to the end) with values,
 * both up to the close. The generated table has the marks.
 */
const MARKS = new RegExp(`[${Mark.END}-${Mark.CLOSE}]`);

/**
 * Unicode's form NFC, with 30 combining marks in a row at most: more take time with the square of their number to put in
 * order, and no writing has them (UAX #15-D4). Below U+0300 nothing combines.
 */
export const nfc = (text: string): string =>
  /[\u0300-\uffff]/.test(text)
    ? (/[\u0300-\uffff]{31}/.test(text)
        ? text.replace(/(\p{M}{30})\p{M}+/gu, "$1")
        : text
      ).normalize("NFC")
    : text;

/** A text without marks; what takes their place is a control character, too. */
const clean = (text: string): string =>
  MARKS.test(text) ? text.split(MARKS).join(Mark.STAND_IN) : text;

export function pack(value: unknown, depth = 0): string {
  switch (typeof value) {
    case "string":
      return Mark.TEXT + clean(value) + Mark.END;
    case "number":
      return (Number.isFinite(value) ? Mark.NUMBER : Mark.TEXT) + value + Mark.END;
    case "bigint":
      return Mark.NUMBER + value + Mark.END;
    case "boolean":
      return value ? Mark.YES : Mark.NO;
    case "object":
      if (value === null || depth >= MAX_DEPTH) return Mark.NULL;
      if (Array.isArray(value)) {
        let list: string = Mark.LIST;
        for (const item of value) list += pack(item, depth + 1);
        return list + Mark.CLOSE;
      }
      // A file is no data: a map is of the wrong kind for every field. A file input left empty is empty text.
      if (typeof Blob !== "undefined" && value instanceof Blob)
        return value.size || (value as File).name ? Mark.MAP + Mark.CLOSE : Mark.TEXT + Mark.END;
      return Mark.MAP + packObject(value, depth + 1) + Mark.CLOSE;
    case "undefined":
      return Mark.NULL;
    default:
      return Mark.MAP + Mark.CLOSE;
  }
}

/** Named values, without the marks of a map around them. */
export function packEntries(entries: Iterable<readonly [string, unknown]>): string {
  let map = "";
  for (const [name, value] of entries) map += packEntry(String(name), value, 0);
  return map;
}

export function packObject(object: object, depth = 0): string {
  let map = "";
  for (const name of Object.keys(object)) map += packEntry(name, member(object, name), depth);
  return map;
}

/** A member; one that throws when it is asked is of the wrong kind for every field. */
function member(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch {
    return {};
  }
}

const head = (name: string): string => clean(name) + Mark.END;

/** The names of the owner's fields, as they are packed. */
const heads = new Map<string, string>();

/** Keeps names that records will have. */
export function know(names: readonly string[]): void {
  for (const name of names) heads.set(name, head(name));
}

/** Absent is not null: null clears. */
const packEntry = (name: string, value: unknown, depth: number): string =>
  value === undefined ? "" : (heads.get(name) ?? head(name)) + pack(value, depth);

/** What the other side wrote, how far it is read, and the names of members. An answer is read whole before the next one comes. */
let tape: string;
let at: number;
let names: readonly string[];

/** Begins to read. Maps have members of these names in this order, if they have them. */
export function begin(written: string, of: readonly string[] = []): void {
  tape = written;
  at = 0;
  names = of;
}

/** Whether all of it is read. */
export const isRead = (): boolean => at >= tape.length;

/** The letters up to the end of a text. */
export function readText(): string {
  const start = at;
  const end = tape.indexOf(Mark.END, start);
  at = end + 1;
  return tape.slice(start, end);
}

export function readValue(): unknown {
  switch (tape.charCodeAt(at++)) {
    case MarkCode.TEXT:
      return readText();
    case MarkCode.NUMBER: {
      const digits = readText();
      // A number that JavaScript would round stays text.
      return String(+digits) === digits ? +digits : digits;
    }
    case MarkCode.YES:
      return true;
    case MarkCode.NO:
      return false;
    case MarkCode.LIST: {
      const list: unknown[] = [];
      while (!closed()) list.push(readValue());
      return list;
    }
    case MarkCode.MAP: {
      let map: Record<string, unknown> = {};
      let next = 0;
      while (!closed()) {
        const said = readText();
        // Whoever names a member by letters that were just read has them looked for among all names that there are.
        while (next < names.length && names[next] !== said) next++;
        const name = names[next++] ?? said;
        const value = readValue();
        // Assigning would set it.
        if (name === "__proto__") map = { ...map, [name]: value };
        else map[name] = value;
      }
      return map;
    }
    default:
      return null;
  }
}

function closed(): boolean {
  const closes = tape.charCodeAt(at) === MarkCode.CLOSE || isRead();
  if (closes) at++;
  return closes;
}
