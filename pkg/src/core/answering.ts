/** Answers what Rust asks of the host: the tables of Unicode, and regular expressions. The other side is `src/wasm/mod.rs`. */

import { nfc } from "./pack.js";

/** What no domain has (RFC 5892), and `URL` takes; `is_sign` of `src/host.rs`. */
const SIGN = /[\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b1\u2010-\u203f\u2080-\u2bff\ud83c-\ud83f]/;

/** As a browser holds a control to its `pattern` (HTML standard, 4.10.5.3.6): one that is no regular expression asks nothing. */
export function matches(question: string): boolean {
  const [pattern, text] = question.split("\0") as [string, string];
  try {
    const whole = new RegExp(`^(?:${pattern})$`, "v");
    // V8 compiles an expression when it is asked for the second time; until then it is some twenty times as slow.
    whole.test("");
    return whole.test(text);
  } catch {
    return true;
  }
}

/** A byte order mark is a letter like others: who asks has decided what becomes of it. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What judges a pattern, or a text by it; the host's own engine, where nobody else does. */
type Judge = (question: number, text: string) => string | boolean;

/**
 * Makes what answers an instance about the text at `from`: the ASCII form of a domain (question 0), its form NFC (1),
 * whether the pattern before a NUL in it matches all that is behind (2), or what repeats in a pattern (3). It writes the
 * answer to `to` and gives its length; less than 0 when there is none. A page's relay has judged its patterns.
 *
 * @internal
 */
export const answering =
  (memory: () => WebAssembly.Memory, judge: Judge = (_, text) => matches(text)) =>
  (question: number, from: number, length: number, to: number, room: number): number => {
    const bytes = (at: number, size: number): Uint8Array =>
      new Uint8Array(memory().buffer, at >>> 0, size);
    try {
      const text = decoder.decode(bytes(from, length));
      if (!question && SIGN.test(text)) return -1;
      const said =
        question > 1
          ? judge(question, text)
          : question
            ? nfc(text)
            : new URL(`https://${text}`).hostname;
      if (typeof said === "boolean") return said ? 0 : -1;
      return new TextEncoder().encodeInto(said, bytes(to, room)).written;
    } catch {
      return -1;
    }
  };
