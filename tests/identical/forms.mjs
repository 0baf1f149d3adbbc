// Forms and what is entered into them, made up from a seed: every kind of field, values that fit, that nearly fit and that
// do not. Characters are ones that Unicode 15 has, so that every host's `normalize` agrees on them; texts of a run may hold
// lone surrogates, which JSON can write and JavaScript can hold.
import { numbers, random } from "../differential/numbers.mjs";

/** Assigned in Unicode 15 and before, with what normalisation moves: marks, jamo, compatibility and singleton characters. */
const RANGES = [
  [0xa1, 0x17f],
  [0x180, 0x24f],
  [0x250, 0x2af],
  [0x300, 0x34e],
  [0x350, 0x36f],
  [0x384, 0x38a],
  [0x38e, 0x3a1],
  [0x3a3, 0x3ff],
  [0x400, 0x52f],
  [0x591, 0x5c7],
  [0x5d0, 0x5ea],
  [0x620, 0x65f],
  [0x670, 0x6d3],
  [0x905, 0x939],
  [0x93c, 0x94d],
  [0x958, 0x961],
  [0xe01, 0xe3a],
  [0xf40, 0xf47],
  [0x1100, 0x1112],
  [0x1161, 0x1175],
  [0x11a8, 0x11c2],
  [0x1e00, 0x1eff],
  [0x1f00, 0x1f15],
  [0x1f20, 0x1f45],
  [0x1f80, 0x1fb4],
  [0x1fe0, 0x1fef],
  [0x2000, 0x2064],
  [0x20a0, 0x20c0],
  [0x20d0, 0x20dc],
  [0x2100, 0x214f],
  [0x2190, 0x21ff],
  [0x2260, 0x226f],
  [0x2460, 0x24ff],
  [0x2adc, 0x2adc],
  [0x3001, 0x303f],
  [0x3041, 0x3096],
  [0x3099, 0x309f],
  [0x30a1, 0x30ff],
  [0x4e00, 0x4fff],
  [0xac00, 0xacff],
  [0xf900, 0xf9ff],
  [0xfb1d, 0xfb36],
  [0xfb46, 0xfb4f],
  [0xfeff, 0xfeff],
  [0xff01, 0xffbe],
  [0x1109a, 0x1109c],
  [0x1d15e, 0x1d164],
  [0x1d400, 0x1d454],
  [0x1f600, 0x1f64f],
  [0x2f800, 0x2f83f],
];
const CONTROLS = [0, 1, 7, 9, 10, 13, 0x1b, 0x1e, 0x1f, 0x7f, 0x80, 0x85, 0x9f, 0xa0, 0xad];
/** The parsers of Node and workerd leave IDNA's rule on writing direction out (RFC 5893), so their `URL` takes more domains. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/g;
/** What UTS #46 mapped otherwise before Unicode 16: the hosts' tables are of several years. */
const REMAPPED = /[\u0338\u034f\u04c0\u1e9e\u2061-\u2064\u2132\u2183\u2260\u226e\u226f\uffa0]/g;

const DOMAINS = [
  "gmail.com",
  "gmial.com",
  "gmail.con",
  "yahoo.co.uk",
  "acme.co",
  "harbor.example",
  "HARBOR.Example",
  "mailinator.com",
  "x.yopmail.com",
  "comcast.nte",
  "intranet",
  "harbor.x",
  "a.123",
  "[127.0.0.1]",
  "-a.com",
  "a..com",
  "gmail,com",
  "b\u00fccher.example",
  "\u4f8b\u3048\u3002\u30c6\u30b9\u30c8",
  "\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
  "cafe\u0301.fr",
  "xn--bcher-kva.example",
  "stra\u00dfe.de",
  "\u03b2\u03cc\u03bb\u03bf\u03c2.com",
  "a\u200db.com",
  "\uff47mail.com",
  "xn--a.com",
];
const WORDS = [
  "a",
  "b c",
  "1",
  "\u00e9",
  "Yes",
  "no",
  "on",
  "off",
  "TRUE",
  "false",
  "0",
  "agree",
  "red",
  "Red",
  "green,blue",
  " , ",
  "US",
  "CA",
  "ca",
  "Ontario",
  "New York",
  "C\u00f4te d\u2019Ivoire",
  "10001",
  "10001-1234",
  "K1A 0B1",
  "k1a0b1",
  "00000",
  "2026-02-28",
  "2026-02-29",
  "2024-02-29",
  "26-1-1",
  "2026-13-01",
  "https://harbor.example/a?b=c#d",
  "http://x",
  "ftp://x",
  "https://a@b.example",
  "//harbor.example",
  "javascript:alert(1)",
  "12",
  "-3.50",
  "1e3",
  "007",
  "+5",
  "1,000",
  "9007199254740993",
  "99999999999999999999",
  "Infinity",
  "<b>hi</b>",
  "__proto__",
  "constructor",
];
/**
 * What an owner may ask for, and what is no regular expression with the flag `v`, which asks nothing. WebKit takes `\1` without a
 * group and `[a-]` for expressions all the same.
 */
const PATTERNS = [
  "[A-Za-z ]+",
  ".{3,}",
  "\\d{5}|red",
  "[\\p{L}\\s.'\\-]+",
  "[\\p{L}--[a-z]]+",
  "[\\w&&[^\\d]]*",
  "(?=.*\\d)\\S*",
  "[^@]+@[^@]+\\.com",
  "[.,]?\\w*",
  "(?<year>\\d{4})-.*",
  "\\u{61}|b c",
  "",
  "a{5",
  "x{,3}",
  "b]",
  "}",
  "\\a",
  "\\c",
  "(a",
  "[a-z",
  "[(]",
  "[&&]",
  "\\q{a}",
  "(?<a>b",
  "*",
];
export const KINDS = [
  "text",
  "name",
  "email",
  "phone",
  "labels",
  "choice",
  "choices",
  "boolean",
  "integer",
  "number",
  "date",
  "url",
  "postal",
  "country",
  "state",
  "consent",
  "hidden",
];

/** Well below the cap of 64 KiB or well above: it counts what arrives, and in JavaScript that is normalised. */
function long(text) {
  const bytes = new TextEncoder().encode(text).length;
  return bytes > 40_000 && bytes < 90_000 ? text.slice(0, 13_000) : text.slice(0, 150_000);
}

/** `{ specs, forms, value }`: some specs, an endless list of `[spec, entries]`, and a value of a kind. */
export function generated(seed, { specCount = 64 } = {}) {
  const next = random(seed);
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const chance = (p) => next() < p;
  const some = (most, make) => Array.from({ length: below(most + 1) }, make);

  const specs = Array.from({ length: specCount }, () => {
    const fields = {};
    for (const kind of KINDS) {
      if (chance(0.25)) continue;
      const rules = { kind };
      if (chance(0.3)) rules.required = true;
      if (chance(0.2)) rules.label = "A label";
      if (/^(text|name|hidden|labels|choices|url)$/.test(kind) && chance(0.5))
        rules.max = 1 + below(12);
      if (/^(text|name|labels|choices)$/.test(kind) && chance(0.2)) rules.min = below(4);
      if (/^(integer|number)$/.test(kind) && chance(0.5))
        Object.assign(rules, { min: below(20) - 10, max: below(1000) });
      if (/^choices?$/.test(kind))
        rules.choices = chance(0.9) ? ["a", "b c", "1", "\u00e9", "red", "e\u0301\u0323"] : [];
      if (/^(text|name|email|phone|hidden|url|postal)$/.test(kind) && chance(0.3))
        rules.pattern = pick(PATTERNS);
      fields[chance(0.1) ? `${kind}_2` : kind] = rules;
    }
    return { fields };
  });

  const character = () => {
    const one = next();
    if (one < 0.5) return String.fromCharCode(0x20 + below(0x5f));
    if (one < 0.56) return String.fromCharCode(pick(CONTROLS));
    if (one < 0.66) return String.fromCharCode(0x300 + below(0x2f));
    if (one < 0.665) return String.fromCharCode(0xd800 + below(0x800));
    const [from, to] = pick(RANGES);
    return String.fromCodePoint(from + below(to - from + 1));
  };
  const noise = (most) => some(most, character).join("");
  const phones = numbers(Infinity, seed);
  const letters = (most) =>
    Array.from({ length: 1 + below(most) }, () =>
      pick("abcdefghijklmnopqrstuvwxyzAE0123456789.-_+'"),
    ).join("");
  const email = () =>
    letters(12) +
    pick(["@", "@", "@", "@", "@@", " @", ""]) +
    (chance(0.6)
      ? pick(DOMAINS)
      : `${letters(10)}.${pick(["com", "con", "net", "ogr", "io", "c", "7"])}`);
  const spoil = (text) => {
    const at = below(text.length + 1);
    if (chance(0.3)) return noise(2) + text + noise(2);
    return chance(0.5)
      ? text.slice(0, at) + character() + text.slice(at)
      : text.slice(0, at) + text.slice(at + 1);
  };
  const text = (kind) => {
    const one = next();
    let made;
    if (one < 0.1) made = noise(40);
    else if (kind === "email" ? one < 0.9 : one < 0.2) made = email();
    else if (kind === "phone" ? one < 0.9 : one < 0.3) made = phones.next().value;
    else if (kind === "labels") made = some(6, () => pick(WORDS)).join(pick([",", ", ", ",,"]));
    else made = pick(WORDS);
    if (chance(0.15)) made = spoil(made);
    if (chance(0.003)) made = long(made.repeat(1 + below(3000)));
    if (kind === "email") made = made.replace(RIGHT_TO_LEFT, "").replace(REMAPPED, "");
    return made;
  };
  // Numbers that every JSON reader writes the same way.
  const number = () =>
    chance(0.7) ? below(3_000_000_000) - 1_000_000 : (below(200_000) - 100_000 || 1) / 4;
  const value = (kind, depth = 0) => {
    const one = next();
    if (one < 0.02) return null;
    if (one < 0.05) return chance(0.5);
    if (one < (kind === "integer" || kind === "number" ? 0.5 : 0.08)) return number();
    if (depth < 3 && one < (kind === "labels" || kind === "choices" ? 0.6 : 0.1))
      return some(5, () => value(kind, depth + 1));
    if (depth < 3 && one > 0.99)
      return Object.fromEntries(some(3, () => [`key${below(9)}`, value(kind, depth + 1)]));
    return text(kind);
  };

  function* forms() {
    for (;;) {
      const at = below(specCount);
      const entries = [];
      for (const [name, { kind }] of Object.entries(specs[at].fields)) {
        if (chance(0.12)) continue;
        entries.push([name, value(kind)]);
        if (chance(0.04)) entries.push([name, value(kind)]);
      }
      if (chance(0.1))
        entries.splice(below(entries.length + 1), 0, [
          chance(0.5)
            ? "utm_source"
            : `n${noise(30)}`.replaceAll(/[\0-\x1f]|[\ud800-\udfff]/g, "").normalize("NFC"),
          value("text"),
        ]);
      yield [at, entries];
    }
  }
  return { specs, forms: forms(), value };
}
