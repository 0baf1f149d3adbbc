// Holds both wasm builds to linear time, up to the longest text that a rule looks at. A linear rule takes sixteen times as
// long for 64 KiB as for 4, a square 256 times. The bar lies half-way between, since memory makes a long text dearer without
// any rule's fault: an engine asks the system for the pages of 64 KiB at each check, and for none of 4 (x 40 was seen on a text
// of marks, with the same nanoseconds a letter from 64 KiB to 1 MiB). Shortest times are compared: a busy machine only ever
// adds. What does not fit is measured on and on, in turn, because more rounds mend a bad moment and no square. The judge is
// tried on a square first. The tighter bars (20 times, 10 ms) are `tests/properties.rs`'s, on native code.
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { KINDS } from "./identical/forms.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const SHORT = 4 * 1024;
const LONG = 64 * 1024;
const MOST_TIMES = 64;
const MOST_MS = 50;
const MOST_ROUNDS = 60;
const PATIENCE_MS = 4_000;

const PATTERNS = [
  ".",
  "@",
  " ",
  "1",
  ",",
  "a",
  "a.",
  "a@",
  "@a.",
  "a,",
  "a@b.",
  "1 ",
  "(",
  "+",
  "x",
  "x1",
  "#",
  "-",
  "/",
  ":",
  "<a@",
  "ext",
  "tel:",
  "%",
  "\u0301",
  "e\u0301",
  "e\u200b\u0301",
  "\uff11",
  "\u00e9",
  "\u{1F600}",
  "\0",
  "\t",
  "\u00a0",
  "xn--",
  "ab,ac,",
  "\ud800",
];
/** Marks of two classes, which Unicode's normal form has to sort. */
const marks = (/** @type {number} */ bytes) =>
  `e${"\u0301".repeat(bytes / 4)}${"\u0323".repeat(bytes / 4)}`;
const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text).length;
/** @type {[string, (bytes: number) => string][]} */
const INPUTS = [
  ...PATTERNS.map(
    (pattern) =>
      /** @type {[string, (bytes: number) => string]} */ ([
        JSON.stringify(pattern),
        (/** @type {number} */ bytes) => pattern.repeat(bytes / bytesOf(pattern)),
      ]),
  ),
  ["marks", marks],
];

/**
 * @param {(text: string) => unknown} act
 * @param {string} text
 */
function time(act, text) {
  const start = performance.now();
  act(text);
  return performance.now() - start;
}

/**
 * Looks until it fits; or so often that chance is out of the question.
 * @param {(text: string) => unknown} check
 * @param {string[]} texts
 */
function judge(check, [small = "", large = ""]) {
  let [short, long, rounds] = [Infinity, Infinity, 0];
  const begun = performance.now();
  const isPatient = () => rounds < MOST_ROUNDS && performance.now() - begun < PATIENCE_MS;
  const seen = () => {
    // Below this a clock's own step is most of the time.
    const times = long / Math.max(short, 0.02);
    return { long, times, fits: long <= MOST_MS && times <= MOST_TIMES };
  };
  do {
    for (let n = 0; n < 4; n++) short = Math.min(short, time(check, small));
    for (let n = 0; n < 2; n++) long = Math.min(long, time(check, large));
    // The first rounds are the engine's, to get to know the code.
  } while (++rounds < 2 || (!seen().fits && isPatient()));
  return seen();
}

/**
 * What a rule would be that looks at all of the text for each of its letters.
 * @param {string} text
 */
function square(text) {
  let sum = 0;
  for (let one = 0; one < text.length; one += 8)
    for (let other = 0; other < text.length; other += 64) sum += text.charCodeAt(other) ^ one;
  return sum;
}
const found = judge(
  square,
  [SHORT, LONG].map((bytes) => "a".repeat(bytes)),
);
if (found.fits) throw new Error(`linear: a square passes (x${found.times.toFixed(1)})`);

const slow = [];
for (const [build, path] of [
  ["lean", `${root}pkg/dist/entry/page.js`],
  ["edge", "fieldpost"],
]) {
  const api = await import(path);
  await api.load({ advice: true });
  const fields = Object.fromEntries(
    KINDS.map((kind) => [kind, { kind, ...(/^choices?$/.test(kind) && { choices: ["a", "b"] }) }]),
  );
  const form = api.form({ fields });
  const none = { what: "nothing", long: 0, times: 0 };
  let [worst, steepest] = [none, none];
  for (const kind of KINDS) {
    // A handful says enough.
    if (slow.length >= 5) break;
    const check = (/** @type {string} */ text) => form.checkField(kind, text);
    for (const [name, make] of INPUTS) {
      const seen = { what: `${kind} ${name}`, ...judge(check, [make(SHORT), make(LONG)]) };
      const said = `x${seen.times.toFixed(1)} of 4 KiB, ${seen.long.toFixed(2)} ms`;
      if (!seen.fits) slow.push(`${build}: ${seen.what}: 64 KiB take ${said}`);
      if (seen.long > worst.long) worst = seen;
      if (seen.times > steepest.times) steepest = seen;
    }
  }
  console.log(
    `${build}: slowest ${worst.long.toFixed(2)} ms (${worst.what}; bar ${MOST_MS}), steepest x${steepest.times.toFixed(1)} (${steepest.what}; bar ${MOST_TIMES}, a square x${found.times.toFixed(1)})`,
  );
}
if (slow.length > 0) {
  console.error(`linear: ${slow.length} are slow:\n  ${slow.join("\n  ")}`);
  process.exit(1);
}
