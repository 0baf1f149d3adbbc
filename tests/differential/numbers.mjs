// Numbers as people type them, made up from a seed: every class of area code, exchanges, formats, extensions, other
// countries, and slips.

/** A generator of numbers from 0 to 1 that is the same everywhere: mulberry32, public domain. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What area codes there are: a draw of one of each class. */
const AREAS = [
  // Any that has the shape of one: in service, not yet, kept for growth.
  [40, (d) => `${d(2, 9)}${d()}${d()}`],
  [
    25,
    (_, pick) =>
      pick([
        "212",
        "415",
        "305",
        "617",
        "907",
        "808",
        "204",
        "416",
        "514",
        "604",
        "867",
        "787",
        "809",
        "876",
        "441",
        "671",
        "340",
        "284",
      ]),
  ],
  // Opened lately: libphonenumber's tables lag behind.
  [4, (_, pick) => pick(["621", "679", "861", "465", "471", "483", "748", "457", "942", "851"])],
  [8, (_, pick) => pick(["800", "833", "844", "855", "866", "877", "888", "822", "880", "889"])],
  [4, () => "900"],
  [
    6,
    (_, pick) =>
      pick([
        "500",
        "521",
        "522",
        "523",
        "533",
        "544",
        "566",
        "577",
        "588",
        "525",
        "529",
        "532",
        "538",
      ]),
  ],
  [3, () => "710"],
  [3, (_, pick) => pick(["600", "622", "633", "700"])],
  // What no area code can be.
  [5, (d) => `${d(2, 9)}11`],
  [3, () => "555"],
  [3, (d) => `37${d()}`],
  [3, (d) => `96${d()}`],
  [3, (d) => `${d(2, 9)}9${d()}`],
  [3, (d) => `${d(0, 1)}${d()}${d()}`],
];

const EXCHANGES = [
  [70, (d) => `${d(2, 9)}${d()}${d()}`],
  [10, () => "555"],
  [5, (d) => `${d(2, 9)}11`],
  [5, (d) => `${d(0, 1)}${d()}${d()}`],
  [4, () => "976"],
  [4, () => "950"],
];

const LINES = [
  [8, (d) => `${d()}${d()}${d()}${d()}`],
  [2, (d) => `01${d()}${d()}`],
];

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** How ten digits are written. */
const FORMATS = [
  [10, (a, e, l) => `${a}${e}${l}`],
  [10, (a, e, l) => `${a}-${e}-${l}`],
  [8, (a, e, l) => `${a}.${e}.${l}`],
  [8, (a, e, l) => `${a} ${e} ${l}`],
  [10, (a, e, l) => `(${a}) ${e}-${l}`],
  [4, (a, e, l) => `(${a})${e}-${l}`],
  [3, (a, e, l) => `(${a})-${e}-${l}`],
  [3, (a, e, l) => `${a}/${e}-${l}`],
  [2, (a, e, l) => `[${a}] ${e} ${l}`],
  [4, (a, e, l) => `1${a}${e}${l}`],
  [6, (a, e, l) => `1-${a}-${e}-${l}`],
  [3, (a, e, l) => `1 (${a}) ${e}-${l}`],
  [8, (a, e, l) => `+1${a}${e}${l}`],
  [6, (a, e, l) => `+1 ${a} ${e} ${l}`],
  [4, (a, e, l) => `+1 (${a}) ${e}-${l}`],
  [2, (a, e, l) => `+1-${a}-${e}-${l}`],
  [2, (a, e, l) => `(+1) ${a}-${e}-${l}`],
  [3, (a, e, l) => `011 1 ${a} ${e} ${l}`],
  [3, (a, e, l) => `tel:+1-${a}-${e}-${l}`],
  [1, (a, e, l) => `  ${a}-${e}-${l} `],
  [2, (a, e, l) => `${a}\u2013${e}\u2013${l}`],
  [1, (a, e, l) => `${a}\u00a0${e}\u00a0${l}`],
  [1, (a, e, l) => `\u202a${a}-${e}-${l}\u202c`],
  [2, (a, e, l) => wide(`${a}${e}${l}`)],
  [1, (a, e, l) => wide(`+1 (${a}) ${e}-${l}`)],
];

const wide = (text) =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

/** How extensions are written. */
const EXTENSIONS = [
  [100, () => ""],
  [5, (n) => ` x${n}`],
  [3, (n) => `x${n}`],
  [4, (n) => ` ext ${n}`],
  [4, (n) => ` ext. ${n}`],
  [2, (n) => ` ext: ${n}`],
  [2, (n) => ` Ext ${n}`],
  [2, (n) => ` extension ${n}`],
  [2, (n) => `, ext ${n}`],
  [2, (n) => ` #${n}`],
  [2, (n) => `;ext=${n}`],
  [1, (n) => `,${n}`],
  [1, (n) => `, ${n}`],
  [1, (n) => ` ;${n}`],
  [1, (n) => ` poste ${n}`],
  [1, (n) => ` extn ${n}`],
  [1, () => " ext"],
  [1, () => " ext front"],
];

/** What goes wrong. */
const SLIPS = [
  [60, (text) => text],
  [2, (text) => text.slice(0, -1)],
  [2, (text, d) => `${text}${d()}`],
  [1, (text) => `call ${text}`],
  [1, (text) => `${text} home`],
  [1, (text) => `${text}<br>`],
  [1, (text) => `${text} / ${text}`],
  [1, (text, _d, pick) => text.replace(/\d(?=\D*$)/, pick(["O", "l", "I"]))],
  [1, (text) => text.replace(/\d/, "")],
  [1, (text) => text.replace(/[-. ]/, "--")],
];

/** Other countries: their codes, and how long their numbers usually are. */
const COUNTRIES = [
  ["44", 10],
  ["49", 10],
  ["33", 9],
  ["52", 10],
  ["61", 9],
  ["91", 10],
  ["86", 11],
  ["81", 10],
  ["39", 10],
  ["34", 9],
  ["55", 11],
  ["7", 10],
  ["353", 9],
  ["972", 9],
  ["971", 9],
  ["506", 8],
  ["507", 8],
  ["503", 8],
  ["502", 8],
  ["598", 8],
  ["358", 9],
  ["47", 8],
  ["45", 8],
  ["65", 8],
  ["852", 8],
  ["290", 5],
  ["800", 8],
  ["210", 9],
  ["0", 9],
  ["999", 9],
  ["383", 8],
  ["691", 7],
];

export function* numbers(count, seed) {
  const next = random(seed);
  const d = (from = 0, to = 9) => from + Math.floor(next() * (to - from + 1));
  const pick = (list) => list[Math.floor(next() * list.length)];
  const draw = (rows) => {
    let at = next() * rows.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of rows) if ((at -= weight) < 0) return make;
    return rows[0][1];
  };
  const digits = (length) => Array.from({ length }, () => d()).join("");
  const many = (rows, ...given) => draw(rows)(...given);
  const national = () => {
    const area = many(AREAS, d, pick);
    const text = many(FORMATS, area, many(EXCHANGES, d), many(LINES, d));
    return many(SLIPS, text + many(EXTENSIONS, digits(d(1, next() < 0.05 ? 22 : 6))), d, pick);
  };
  const vanity = () => {
    const word = Array.from({ length: d(1, 9) }, () => pick(LETTERS)).join("");
    const before = digits(Math.max(0, 7 - word.length + (next() < 0.1 ? d(-1, 1) : 0)));
    const lead = pick(["", "1-", "+1 ", "1 "]) + many(AREAS, d, pick);
    return (
      lead +
      pick(["-", " ", ""]) +
      before +
      pick(["", "-", " "]) +
      (next() < 0.3 ? word.toLowerCase() : word) +
      (next() < 0.1 ? many(EXTENSIONS, digits(d(1, 4))) : "")
    );
  };
  const foreign = () => {
    const [code, length] = pick(COUNTRIES);
    const lead = pick([`+${code}`, `+${code} `, `011 ${code} `, `+${code} (0)`, `+${code}-`]);
    const rest = `${d(1, 9)}${digits(length - 1 + (next() < 0.2 ? d(-2, 5) : 0))}`;
    return (
      lead +
      (next() < 0.5 ? rest : rest.replace(/(\d{2,3})(?=\d{3})/g, pick(["$1 ", "$1-", "$1."]))) +
      (next() < 0.1 ? many(EXTENSIONS, digits(d(1, 5))) : "")
    );
  };
  const odd = () =>
    pick([
      () => digits(d(0, 20)),
      () => `${digits(3)}-${digits(4)}`,
      () => `+${digits(d(0, 18))}`,
      () => `${digits(d(1, 5))} ${digits(d(1, 5))} ${digits(d(1, 5))}`,
      () => `00${digits(d(8, 13))}`,
    ])();
  for (let at = 0; at < count; at++)
    yield many([
      [76, national],
      [8, vanity],
      [12, foreign],
      [4, odd],
    ]);
}
