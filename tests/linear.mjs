// Holds both wasm builds to linear time: 64 KiB of what slows other rules down take at most 40 times as long as 4 KiB of it,
// and at most 50 ms. That is room for a busy machine, and far below what a square would take (256 times). The tighter bars
// (20 times, 10 ms) are `tests/properties.rs`'s, on native code; what was seen is printed beside them.
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { KINDS } from "./identical/forms.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const SHORT = 4 * 1024;
const LONG = 64 * 1024;
const MOST_TIMES = 40;
const MOST_MS = 50;

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
const marks = (bytes) => `e${"\u0301".repeat(bytes / 4)}${"\u0323".repeat(bytes / 4)}`;
const bytesOf = (text) => new TextEncoder().encode(text).length;
const INPUTS = [
  ...PATTERNS.map((pattern) => [
    JSON.stringify(pattern),
    (bytes) => pattern.repeat(bytes / bytesOf(pattern)),
  ]),
  ["marks", marks],
];

/** The shortest of some runs: what else the machine does only ever adds. */
function time(check, text, runs) {
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    check(text);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const slow = [];
for (const [build, path] of [
  ["lean", `${root}pkg/dist/entry/page.js`],
  ["edge", "fieldpost"],
]) {
  const api = await import(path);
  await api.load();
  const fields = Object.fromEntries(
    KINDS.map((kind) => [kind, { kind, ...(/^choices?$/.test(kind) && { choices: ["a", "b"] }) }]),
  );
  const form = api.form({ fields });
  let [worst, steepest] = [{ long: 0 }, { ratio: 0 }];
  for (const kind of KINDS) {
    // A handful says enough.
    if (slow.length >= 5) break;
    const check = (text) => form.checkField(kind, text);
    for (const [name, make] of INPUTS) {
      const [small, large] = [make(SHORT), make(LONG)];
      const measure = (runs) => {
        const [short, long] = [time(check, small, 2 * runs), time(check, large, runs)];
        // Below this a clock's own step is most of the time.
        return { what: `${kind} ${name}`, short, long, ratio: long / Math.max(short, 0.02) };
      };
      const fits = ({ long, ratio }) => long <= MOST_MS && ratio <= MOST_TIMES;
      let seen = measure(3);
      // Once more, with patience, before it counts.
      if (!fits(seen)) seen = measure(5);
      if (!fits(seen))
        slow.push(
          `${build}: ${seen.what}: ${seen.short.toFixed(3)} ms for 4 KiB, ${seen.long.toFixed(3)} ms for 64 KiB`,
        );
      if (seen.long > worst.long) worst = seen;
      if (seen.ratio > steepest.ratio) steepest = seen;
    }
  }
  console.log(
    `${build}: slowest ${worst.long.toFixed(2)} ms (${worst.what}; bar 10), steepest x${steepest.ratio.toFixed(1)} (${steepest.what}; bar 20)`,
  );
}
if (slow.length > 0) {
  console.error(`linear: ${slow.length} are slow:\n  ${slow.join("\n  ")}`);
  process.exit(1);
}
