/**
 * A carried text as it was written. A classic script takes the encoding of its page or server where these say one that is not
 * UTF-8, or none: each letter above ASCII is then the letters of its two bytes, and some of those are above U+00FF.
 */
export function asWritten(text: string): string {
  if (!/[^\0-\xff]/.test(text)) return text;
  const latin = new TextDecoder("latin1").decode(
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
  );
  return new TextDecoder().decode(Uint8Array.from(text, (letter) => latin.indexOf(letter)));
}
