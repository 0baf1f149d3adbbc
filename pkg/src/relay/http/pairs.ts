/**
 * The pairs of an urlencoded body, as `URLSearchParams` reads them (URL, section 5.1). Its iterator crosses from the
 * platform for each pair, which takes longer than the check itself.
 */
export function pairs(text: string): [string, string][] {
  const all: [string, string][] = [];
  for (const part of text.split("&")) {
    if (!part) continue;
    const equals = part.indexOf("=");
    all.push(
      equals < 0
        ? [decoded(part), ""]
        : [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))],
    );
  }
  return all;
}

function decoded(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Half an escape, or bytes that are no UTF-8: the platform knows what becomes of them.
    return new URLSearchParams(`=${text}`).get("") ?? "";
  }
}
