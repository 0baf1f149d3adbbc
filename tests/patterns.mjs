// Patterns that chance makes, and an engine that counts its steps: it tries everything in the order of ECMAScript's own
// (RepeatMatcher and its empty check), and gives up at a bound.

const BOUND_OF_REFUSED = 1e7;
/** Twice what a pattern may take: the decision's own count leaves out places where the engine fails at once. */
const BOUND_OF_TAKEN = 1e8;
const LENGTH = 1000;

const TAKES = { a: /a/, b: /b/, "[ab]": /[ab]/, ".": /./, "\\w": /\w/ };
const QUANTIFIERS = [
  ["*", 0, Infinity],
  ["+", 1, Infinity],
  ["?", 0, 1],
  ["{2}", 2, 2],
  ["{1,3}", 1, 3],
  ["{0,2}", 0, 2],
  ["{2,}", 2, Infinity],
  ["{3,4}", 3, 4],
  ["{12}", 12, 12],
  ["{1,20}", 1, 20],
];
const WORDS = Array.from({ length: 5 }, (_, at) => at + 1).flatMap((length) =>
  Array.from({ length: 1 << length }, (_, bits) =>
    Array.from({ length }, (_, bit) => ((bits >> bit) & 1 ? "b" : "a")).join(""),
  ),
);

/** Whole numbers below a bound, the same for the same seed. */
export function chance(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A small pattern over a and b, as a tree. */
export function patternOf(random) {
  for (;;) {
    const parts = [node(random, 4)];
    if (random(2)) parts.push({ kind: "place", takes: random(2) ? "a" : "b" });
    const tree = { kind: "row", parts };
    tree.source = source(tree);
    if (tree.source.length < 160) return tree;
  }
}

function node(random, depth) {
  const kind = depth > 0 ? random(6) : 0;
  if (kind < 2)
    return { kind: "place", takes: ["a", "b", "[ab]", "a", "b", ".", "\\w"][random(7)] };
  if (kind === 2)
    return {
      kind: "row",
      parts: Array.from({ length: 2 + random(2) }, () => node(random, depth - 1)),
    };
  if (kind === 3)
    return {
      kind: "either",
      parts: Array.from({ length: 2 + random(2) }, () =>
        random(8) ? node(random, depth - 1) : { kind: "row", parts: [] },
      ),
    };
  return {
    kind: "repeat",
    quantifier: QUANTIFIERS[random(QUANTIFIERS.length)],
    part: node(random, depth - 1),
  };
}

function source({ kind, takes, parts, quantifier, part }) {
  if (kind === "place") return takes;
  if (kind === "row")
    return parts
      .map((one) => (one.kind === "either" ? `(?:${source(one)})` : source(one)))
      .join("");
  if (kind === "either") return parts.map(source).join("|");
  return `(?:${source(part)})${quantifier[0]}`;
}

/** A text that it matches. */
function sampleOf({ kind, takes, parts, quantifier, part }, random) {
  if (kind === "place")
    return ["a", "b"].filter((letter) => TAKES[takes].test(letter)).at(random(2) - 1) ?? "a";
  if (kind === "row") return parts.map((one) => sampleOf(one, random)).join("");
  if (kind === "either") return sampleOf(parts[random(parts.length)], random);
  const [, min, max] = quantifier;
  return Array.from({ length: min + random(Math.min(max - min, 3) + 1) }, () =>
    sampleOf(part, random),
  ).join("");
}

/** A text by which an engine does not come back; nothing where none is found. */
export function explode(tree, random, refused) {
  const starts = ["", "a", "b"];
  for (let round = 0; round < 12; round++) {
    const sample = sampleOf(tree, random);
    starts.push(sample.slice(0, random(sample.length + 1)));
  }
  const text = (start, word, length) => `${(start + word.repeat(length)).slice(0, length)}!\n`;
  let tries = refused ? 10 : 2;
  for (const start of new Set(starts)) {
    for (const word of WORDS) {
      // In short first: most say nothing.
      if (steps(tree, text(start, word, refused ? 400 : 120), 2e5) < Infinity) continue;
      const whole = text(start, word, LENGTH);
      if (steps(tree, whole, refused ? BOUND_OF_REFUSED : BOUND_OF_TAKEN) === Infinity)
        return whole;
      if (--tries === 0) return undefined;
    }
  }
  return undefined;
}

class Bound extends Error {}

/** The steps of an engine that tries everything; `Infinity` above a bound. */
function steps(tree, text, bound) {
  let count = 0;
  const match = (tree, at, then) => {
    const { kind, takes, parts, quantifier, part } = tree;
    if (kind === "place") {
      if (++count > bound) throw new Bound();
      return at < text.length && TAKES[takes].test(text[at]) && then(at + 1);
    }
    if (kind === "either") return parts.some((one) => match(one, at, then));
    if (kind === "row") {
      const from = (place, at) =>
        place === parts.length ? then(at) : match(parts[place], at, (at) => from(place + 1, at));
      return from(0, at);
    }
    const [, min, max] = quantifier;
    const round = (rounds, at) =>
      (rounds < max &&
        match(part, at, (to) => (rounds < min || to > at) && round(rounds + 1, to))) ||
      (rounds >= min && then(at));
    return round(0, at);
  };
  try {
    match(tree, 0, (at) => at === text.length);
    return count;
  } catch (error) {
    if (error instanceof Bound) return Infinity;
    throw error;
  }
}
