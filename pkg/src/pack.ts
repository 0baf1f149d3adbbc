/**
 * Values as one packed text and back; the other side is `src/tape.rs`. A value is a mark and what follows: U+0001 a text
 * and U+0002 a number up to U+0000, U+0003 yes, U+0004 no, U+0005 null, U+0006 values and U+0007 names (up to U+0000)
 * with values, both up to U+0008.
 */
const MARKS = /[\0-\x08]/g;
const MARK = /[\0-\x08]/;

/** Deeper than any form or parameter goes; a cycle ends here. */
const MAX_DEPTH = 24;

/**
 * Unicode's form NFC, with 30 combining marks in a row at most: more take time with the square of their number to put in
 * order, and no writing has them (UAX #15-D4). Below U+0300 nothing combines.
 */
export const nfc = (text: string): string => (/[\u0300-\uffff]/.test(text) ? text.replace(/(\p{M}{30})\p{M}+/gu, "$1").normalize("NFC") : text);

/** A text without marks; what takes their place is a control character, too. */
const clean = (text: string): string => (MARK.test(text) ? text.replace(MARKS, "\x0e") : text);

export function pack(value: unknown, depth = 0): string {
  switch (typeof value) {
    case "string":
      return "\x01" + clean(value) + "\0";
    case "number":
      return (Number.isFinite(value) ? "\x02" : "\x01") + value + "\0";
    case "bigint":
      return "\x02" + value + "\0";
    case "boolean":
      return value ? "\x03" : "\x04";
    case "object":
      if (value === null || depth >= MAX_DEPTH) return "\x05";
      if (Array.isArray(value)) {
        let list = "\x06";
        for (const item of value) list += pack(item, depth + 1);
        return list + "\x08";
      }
      // A file is no data: a map is of the wrong kind for every field. A file input left empty is empty text.
      if (typeof Blob !== "undefined" && value instanceof Blob) return value.size || (value as File).name ? "\x07\x08" : "\x01\0";
      return "\x07" + packObject(value, depth + 1) + "\x08";
    case "undefined":
      return "\x05";
    default:
      return "\x07\x08";
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

/** Absent is not null: null clears. */
const packEntry = (name: string, value: unknown, depth: number): string => (value === undefined ? "" : clean(name) + "\0" + pack(value, depth));

/** Reads what the other side wrote, value by value. */
export class Tape {
  constructor(
    private readonly tape: string,
    private at = 0,
  ) {}

  get done(): boolean {
    return this.at >= this.tape.length;
  }

  /** The letters up to the end of a text. */
  text(): string {
    const start = this.at;
    const end = this.tape.indexOf("\0", start);
    this.at = end + 1;
    return this.tape.slice(start, end);
  }

  value(): unknown {
    switch (this.tape.charCodeAt(this.at++)) {
      case 1:
        return this.text();
      case 2: {
        const digits = this.text();
        // A number that JavaScript would round stays text.
        return String(+digits) === digits ? +digits : digits;
      }
      case 3:
        return true;
      case 4:
        return false;
      case 6: {
        const list: unknown[] = [];
        while (!this.closed()) list.push(this.value());
        return list;
      }
      case 7: {
        const map: Record<string, unknown> = {};
        while (!this.closed()) {
          const name = this.text();
          const value = this.value();
          // Assigning would set the prototype.
          if (name === "__proto__") Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
          else map[name] = value;
        }
        return map;
      }
      default:
        return null;
    }
  }

  private closed(): boolean {
    const closes = this.tape.charCodeAt(this.at) === 8 || this.done;
    if (closes) this.at++;
    return closes;
  }
}
