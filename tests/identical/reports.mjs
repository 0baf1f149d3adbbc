// What a host says of forms, as one line of ASCII each, wherever this runs: Node, workerd, a browser. The same lines come
// from `examples/reports.rs`.

/** The lines of some `[spec, entries]`; one field of each is also checked alone, for its flags. */
export function reports(api, specs, forms) {
  const made = new Map();
  return forms.map(([at, entries]) => {
    if (!made.has(at)) made.set(at, api.form(specs[at]));
    const form = made.get(at);
    const report = form.check(entries);
    const alone = entries.length > 0 ? form.checkField(...entries[0]) : null;
    return line([
      report.ok,
      Object.entries(report.values).map(([name, value]) => [name, plain(value)]),
      report.issues.map(issue),
      alone && [
        alone.ok,
        plain(alone.value),
        alone.issues.map(issue),
        alone.flags,
        alone.ext ?? null,
        alone.region ?? null,
        alone.national ?? null,
      ],
    ]);
  });
}

export const issue = ({ field, code, severity, message, suggestion }) => [
  field,
  code,
  severity,
  message,
  suggestion ?? null,
];

/** Numbers as their text: JavaScript keeps the ones that it would round as text, too. */
export const plain = (value) =>
  typeof value === "number" ? String(value) : Array.isArray(value) ? value.map(plain) : value;

/** JSON in ASCII, with a lone surrogate as what an encoder makes of it. */
export const line = (value) =>
  JSON.stringify(value, (_, part) =>
    typeof part === "string" ? part.toWellFormed() : part,
  ).replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Sixty-four bits of all lines: FNV-1a twice, with two offsets. */
export function digest(lines) {
  let [one, other] = [0x811c9dc5, 0x01000193];
  for (const text of lines) {
    for (let at = 0; at <= text.length; at++) {
      const byte = at < text.length ? text.charCodeAt(at) : 10;
      one = Math.imul(one ^ byte, 0x01000193);
      other = Math.imul(other ^ byte, 0x01000193) + 0x9e3779b9;
    }
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
