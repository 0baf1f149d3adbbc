/**
 * The packed text of the hot calls: a tag and what follows. `0` null, `t`, `f`, `n` number and `s` text up to U+001F,
 * `[` values `]`, `{` names up to U+001F and values `}`. The other side is `src/wasm/tape.rs`.
 */
const END = "\x1f";

/** Texts that are not plain ASCII: they are normalised, and U+001F, which would end them, becomes another control. */
const ODD = /[\x1f\x7f-\uffff]/;

/** Deeper than any form or parameter goes; a cycle ends here. */
const MAX_DEPTH = 24;

function text(value: string): string {
  return (ODD.test(value) ? value.normalize("NFC").replaceAll(END, "\x1e") : value) + END;
}

export function pack(value: unknown, depth = 0): string {
  switch (typeof value) {
    case "string":
      return "s" + text(value);
    case "number":
      return (Number.isFinite(value) ? "n" : "s") + value + END;
    case "bigint":
      return "n" + value + END;
    case "boolean":
      return value ? "t" : "f";
    case "object":
      if (value === null || depth > MAX_DEPTH) return "0";
      if (Array.isArray(value)) {
        let list = "[";
        for (const item of value) list += pack(item, depth + 1);
        return list + "]";
      }
      // A file is no data: an empty map is of the wrong kind for every field. A file input left empty is empty text.
      if (typeof Blob !== "undefined" && value instanceof Blob) return value.size || (value as File).name ? "{}" : "s" + END;
      return packEntries(Object.entries(value), depth + 1);
    default:
      return "0";
  }
}

export function packEntries(entries: Iterable<readonly [string, unknown]>, depth = 0): string {
  let map = "{";
  for (const [name, value] of entries) {
    // Absent is not null: null clears.
    if (value !== undefined) map += text(String(name)) + pack(value, depth + 1);
  }
  return map + "}";
}

/** Objects of what the other side wrote. */
export function unpack<T>(tape: string): T {
  let at = 0;
  const upToEnd = (): string => {
    const end = tape.indexOf(END, at);
    const found = tape.slice(at, end);
    at = end + 1;
    return found;
  };
  const read = (): unknown => {
    switch (tape[at++]) {
      case "s":
        return upToEnd();
      case "n": {
        const digits = upToEnd();
        // A number that JavaScript would round stays text.
        return String(+digits) === digits ? +digits : digits;
      }
      case "t":
        return true;
      case "f":
        return false;
      case "[": {
        const list: unknown[] = [];
        while (tape[at] !== "]") list.push(read());
        at++;
        return list;
      }
      case "{": {
        const map: Record<string, unknown> = {};
        while (tape[at] !== "}") {
          const name = upToEnd();
          const value = read();
          // Assigning would set the prototype.
          if (name === "__proto__") Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
          else map[name] = value;
        }
        at++;
        return map;
      }
      default:
        return null;
    }
  };
  return read() as T;
}
