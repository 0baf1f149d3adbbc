// Throws at the border of a page's modules what no script of ours would pack: cut, joined, nested and mutated texts, lengths
// that are not theirs, numbers of forms that nobody made. The modules must answer, never stop; the memory that they have in
// common must not grow without end; and the build for Workers, which has all of it in one module, must say the same.
//   node fuzz/border.mjs [--seconds 600] [--seed 1]
import { readFileSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { random } from "../tests/differential/numbers.mjs";
import { calls } from "../tests/identical/calls.mjs";
import { KINDS } from "../tests/identical/forms.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: "1" },
  },
});

/** Modules as a page has them, linked without its script. */
function linked() {
  const [lean, late, build] = ["lean", "late", "build"].map(
    (name) => new WebAssembly.Module(readFileSync(at(`../pkg/wasm/${name}/fieldpost_bg.wasm`))),
  );
  const answer = () => -1;
  const host = {
    answer,
    rule: (kind, ...asked) => (kind < 17 ? second : third).judge(kind, ...asked),
    advise: (...asked) => second.advise(...asked),
    call: (...asked) => third.call(...asked),
  };
  const { exports: first } = new WebAssembly.Instance(lean, { host });
  const { exports: second } = new WebAssembly.Instance(late, { host: { ...first, answer } });
  const { exports: third } = new WebAssembly.Instance(build, { host: { ...first, answer } });
  return first;
}
let first = linked();
let stops = 0;

const page = await import("../pkg/dist/entry/page.js");
await import("../pkg/dist/entry/build.js");
await page.load({ advice: true });
const node = await import("../pkg/dist/entry/node.js");
await node.load();

const next = random(Number(options.seed));
const below = (count) => Math.floor(next() * count);
const one = (list) => list[below(list.length)];

const cases = readdirSync(at("../tests/cases")).flatMap((file) =>
  JSON.parse(readFileSync(at(`../tests/cases/${file}`), "utf8")),
);
const TEXTS = cases
  .flatMap(({ input }) => (typeof input === "string" ? [input] : []))
  .concat(
    "",
    "\0",
    "\x01\x06\x07\b",
    "\ud800",
    "__proto__",
    "constructor",
    "e\u0301".repeat(40),
    "x".repeat(70_000),
  );
/** The kinds of fields, and one that is none. */
const ASKED = [...KINDS, "none"];
const OPERATIONS = page.operations().map(({ name }) => name);
const ACCOUNTS = [
  { system: "relay", baseUrl: "https://leads.example.com" },
  { system: "pardot", baseUrl: "https://pi.pardot.com", token: "x" },
  { system: "pardot", baseUrl: "https://pi.pardot.com", version: 3, token: "x" },
  { system: "marketo", baseUrl: "http://localhost", allowHost: ["localhost"] },
];

/** Calls whose parameters mostly fit: behind the first refusal nothing is compared. */
const fitting = calls(page.operations(), Number(options.seed));
/** Names that a system's own fields have, and what some of them may hold. */
const OWN = ["list_9", "profile_criteria_8", "prospect_account_id", "user_id", "crm_owner_fid"];
const OTHERS = ["user_key", "format", "fid", "input", "resume", "labels", "update", "source"];
const HELD = [1, "2", "0", "nomatch", "json", ".", "..", null, [], [null], {}, "005"];

/** The parameters of such a call, now and then with others beside them, or with one less. */
function parameters([operation, entries]) {
  const given = entries.filter(() => below(12));
  while (below(3) === 0) given.push([one([...OWN, ...OTHERS]), one([...HELD, value(2)])]);
  return [operation, one([given, Object.fromEntries(given)])];
}

/** A value of any shape. */
function value(depth = 0) {
  switch (below(depth > 3 ? 6 : 9)) {
    case 0:
      return one([null, undefined, true, false, 0, -1, 1e21, Number.NaN, 2n ** 70n, 12, 1.5]);
    case 6:
      return Array.from({ length: below(4) }, () => value(depth + 1));
    case 7:
      return Object.fromEntries(
        Array.from({ length: below(5) }, () => [one(TEXTS).slice(0, 40), value(depth + 1)]),
      );
    case 8:
      return one([() => 1, Symbol.iterator, new Date(0), new Map([["a", 1]])]);
    default:
      return mutated(one(TEXTS));
  }
}

/** A text with a part less, twice, or of another one. */
function mutated(text) {
  const [from, to] = [below(text.length + 1), below(text.length + 1)];
  switch (below(6)) {
    case 0:
      return text.slice(from);
    case 1:
      return (
        text.slice(0, from) +
        String.fromCharCode(below(below(2) ? 0x10000 : 0x30)) +
        text.slice(from)
      );
    case 2:
      return text.slice(0, from) + one(TEXTS).slice(0, 50) + text.slice(to);
    default:
      return text;
  }
}

const NAMES = ["a", "b", "email", "phone", "firstName", "values", "form", "input", "formId", "id"];
const rules = () => ({
  kind: one(ASKED),
  ...(below(2) && { required: one([true, true, 1]) }),
  ...(below(3) === 0 && { min: one([0, 3, -1, 1.5]) }),
  ...(below(3) === 0 && { max: one([0, 3, 300, "x"]) }),
  ...(below(4) === 0 && { choices: one([["a", "b"], [], "a", [1, null]]) }),
  ...(below(6) === 0 && { pattern: one(["[a-z]+", "(", "a|b"]) }),
  ...(below(6) === 0 && { equalTo: one(NAMES) }),
  ...(below(6) === 0 && { requiredIf: { [one(NAMES)]: one(TEXTS) } }),
  ...(below(6) === 0 && { [one(["quoted", "literal", "international", "bytes"])]: true }),
});
const spec = () => ({
  fields: Object.fromEntries(Array.from({ length: below(6) }, () => [one(NAMES), rules()])),
  ...(below(4) === 0 && { anyOf: one([[["a", "email"]], [[]], "a"]) }),
});
const record = () =>
  below(5) === 0
    ? value()
    : Object.fromEntries(Array.from({ length: below(6) }, () => [one(NAMES), value(2)]));

/** What a call says, or what it throws. Two builds name what stopped them alike. */
function said(act) {
  try {
    return JSON.stringify(act(), (_, part) =>
      typeof part === "string" ? part.toWellFormed() : part,
    );
  } catch (error) {
    if (error.code === "wasm.trap" || error instanceof WebAssembly.RuntimeError) {
      stops++;
      throw error;
    }
    return `${error.code ?? error.name} ${JSON.stringify(error.issues ?? null)}`;
  }
}

/** What a request has that can be read at once; `payload` has said its body. */
const sent = ({ method, url, headers, redirect }) => [method, url, [...headers], redirect];

/** The same of both, by the script. */
function alike() {
  const [made, typed] = [spec(), record()];
  const [operation, params] = below(3)
    ? parameters(fitting.next().value)
    : [one(OPERATIONS), one([typed, record()])];
  const account = one(ACCOUNTS);
  const ask = (api) => () => {
    const form = api.form(made);
    const [name] = Object.keys(made.fields);
    return [
      form.check(typed),
      name && form.checkField(name, value.last),
      form.payload(typed, operation, params),
    ];
  };
  value.last = value();
  for (const act of [
    ask,
    (api) => () => api.payload(operation, params),
    (api) => () => api.checkEmail(value.last),
    (api) => () => api.checkPhone(value.last),
    (api) => () => api.checkLabels(value.last),
    (api) => () => sent(api.request(operation, params, account)),
  ]) {
    const [one, other] = [said(act(page)), said(act(node))];
    if (one !== other) {
      console.error(
        `border: of ${JSON.stringify({ made, typed, params, operation, last: String(value.last) })} a page says\n  ${one}\nand a Worker\n  ${other}`,
      );
      process.exit(1);
    }
  }
}

const encoder = new TextEncoder();
const MARKS = "\0\x01\x02\x03\x04\x05\x06\x07\b";

/** What nobody packs, straight into the module: only its being text is promised. */
function raw() {
  const parts = Array.from({ length: below(30) }, () =>
    below(2)
      ? MARKS[below(MARKS.length)]
      : one([
          ...NAMES,
          ...ASKED,
          "fields",
          "kind",
          ...OPERATIONS,
          mutated(one(TEXTS)).slice(0, 300),
        ]),
  );
  const bytes = encoder.encode(parts.join(""));
  const room = Math.max(bytes.length, 1);
  const place = first.input(room) >>> 0;
  new Uint8Array(first.memory.buffer, place, bytes.length).set(bytes);
  const length = below(8) ? bytes.length : one([0, -1, bytes.length + 1, 1 << 30, below(room)]);
  const number = one([0, 1, -1, 7, 1 << 20]);
  const written = one([
    () => first.check_field(number, length),
    () => first.check_kind(below(20), below(256), length),
    () => first.payload(number, length),
    // A spec is cut out as text: its length is the script's own word.
    () => first.form(bytes.length),
  ])();
  if (written > 0 && (first.output() >>> 0) + written > first.memory.buffer.byteLength)
    throw new Error("an answer ends behind the memory");
}

const end = Date.now() + 1000 * Number(options.seconds);
let turns = 0;
let most = 0;
try {
  while (Date.now() < end) {
    for (let n = 0; n < 50; n++, turns++) {
      if (n % 5) raw();
      else alike();
    }
    most = Math.max(most, first.memory.buffer.byteLength);
    // Forms live as long as the page: so many of them are another page.
    if (turns % 20_000 === 0) {
      process.stdout.write(`border: ${turns} turns, ${most >> 10} KiB\n`);
      first = linked();
    }
  }
} catch (error) {
  console.error(`border: stopped in turn ${turns} of seed ${options.seed}`, error);
  process.exit(1);
}
console.log(
  `border: ${turns} turns in ${options.seconds} s, ${stops} stops, ${most >> 10} KiB at most`,
);
process.exit(stops ? 1 : 0);
