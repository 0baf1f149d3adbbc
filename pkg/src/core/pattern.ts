/**
 * Which part of a pattern lets one text be divided in so many ways that an engine which tries them all does not come back.
 * `src/host/pattern.rs` decides the same natively; `tests/cases/patterns.json` holds both to it.
 *
 * A pattern becomes the automaton of its places (Glushkov's): a place is one character or class, and its ways lead to the
 * places that may come next. A way that exists twice stands there twice, because the engine tries both.
 */

/** Places in a row: where they begin, where they end, and in how many ways they may be nothing (2 for more). */
interface Part {
  first: number[];
  last: number[];
  empty: number;
}

/** As many bytes as a text has that is held to a pattern: `MAX_MATCHED` of `src/check/rules/mod.rs`. */
const MAX_TEXT = 1024;
/** What a compiled expression does in 50 ms. */
const MAX_STEPS = 5e7;
/** Ways, and pairs of places, that are looked at. The bounds of a domain's labels make some ten thousand. */
const MAX_WAYS = 100_000;
/** Groups within groups. */
const MAX_DEPTH = 100;
/** A text is made of so many stretches, each of its own word. */
const STRETCHES = 8;
/** How long a stretch is at first. */
const SHORT = 16;
/** So many sorts of characters are tried against each other. */
const MAX_LETTERS = 8;

/** Characters that properties and classes tell apart, beside ASCII and what the pattern names. */
const SAMPLES =
  "\u00a0\u00aa\u00ad\u00b7\u00bf\u00c9\u00df\u00e9\u0131\u01c5\u02b0\u0301\u0391\u03b1\u0416\u0436\u05d0\u0627\u0661\u0905\u0e01\u10d0\u1e9e\u2019\u2028\u20ac\u2160\u3042\u30ab\u4e2d\uac00\ue000\uff11\uff21\u{10400}\u{1f600}";

const OPENING = /\((?:\?(?:(<?[=!])|<[^>]*>|([a-z]*(?:-[a-z]*)?):))?/y;
const ESCAPE =
  /\\(?:[pPq]\{[^}]*\}|u\{[^}]*\}|u[\da-f]{4}(?:\\ud[c-f][\da-f]{2})?|x[\da-f]{2}|c[a-z]|k<[^>]*>|[1-9]\d*|.)|./isuy;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y;
const NAMED = /\\u\{([\da-f]+)\}|\\u([\da-f]{4})|\\x([\da-f]{2})|[^\0-\x7f]/giu;

/** Properties whose members may have several characters, and texts in a class. */
const STRINGS = /\\q|\\p\{(?:RGI|Basic_E|Emoji_K)/;

/** The part that repeats; nothing where the pattern is harmless, or no regular expression at all. */
export const repeats = (pattern: string): string | undefined => reading(pattern)?.found;

/** Answers the host's questions 2 and 3 where it can: yes, no, the part that repeats; see `host.ts`. */
export function judge(question: number, text: string): string | boolean | undefined {
  if (question === 3) return repeats(text) ?? false;
  const [pattern, typed] = text.split("\0") as [string, string];
  return reading(pattern)?.matches(typed);
}

/** Patterns that were read: those of the owner's forms. */
const readings = new Map<string, Reader | undefined>();
const MAX_READINGS = 1_000;

function reading(pattern: string): Reader | undefined {
  if (!readings.has(pattern)) {
    if (readings.size >= MAX_READINGS) readings.clear();
    let made: Reader | undefined;
    try {
      new RegExp(pattern, "v");
      made = new Reader(pattern);
    } catch {
      // It asks nothing.
    }
    readings.set(pattern, made);
  }
  return readings.get(pattern);
}

class Reader {
  /** The letters that a place takes, as bits. */
  private readonly takes: bigint[] = [];
  private readonly ways: number[][] = [];
  private readonly sources: Source[] = [];
  private readonly known = new Map<string, Source>();
  private readonly samples: string[];
  /** Quantifiers that were looked at, by where they begin: their copies are no other. */
  private readonly seen = new Set<number>();
  found: string | undefined;
  private readonly whole: Part;
  /** Whether the places say it all: nothing looks around, and nothing comes again that was taken before. */
  private plain = true;
  private at = 0;
  private depth = 0;
  /** The groups around that set flags. */
  private wrap = "";
  private size = 0;
  /** An upper bound of the ways through the part at hand. */
  private choices = 1;
  /** Where the loops of the part at hand begin. */
  private loops: number[] = [];
  /** Words that lead through a loop once. */
  private rounds: number[][] = [];

  constructor(private readonly pattern: string) {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
    // A class's bounds, and what lies beside them.
    const bounds = [...pattern.matchAll(NAMED)].flatMap(([all, ...codes]) => {
      const code = Number.parseInt(
        codes.find(Boolean) ?? (all.codePointAt(0) as number).toString(16),
        16,
      );
      return [code - 1, code, code + 1]
        .filter((near) => near >= 0 && near <= 0x10ffff)
        .map((near) => String.fromCodePoint(near));
    });
    this.samples = [...new Set([...ascii, ...SAMPLES, ...bounds])];
    this.whole = this.alternatives();
    // A few ways are tried as quickly as places are followed.
    this.plain &&= this.choices * MAX_TEXT > MAX_STEPS;
    this.weigh(this.whole, false, 0);
  }

  /** Whether it matches the whole of a text, in time that grows with its length alone; nothing where an engine must say. */
  matches(text: string): boolean | undefined {
    if (!this.plain || this.found) return undefined;
    let now = new Set(this.whole.first);
    const last = new Set(this.whole.last);
    let ends = this.whole.empty > 0;
    for (const character of text) {
      const next = new Set<number>();
      ends = false;
      for (const place of now) {
        if (!takes(this.sources[place] as Source, character)) continue;
        ends ||= last.has(place);
        for (const to of this.ways[place] as number[]) next.add(to);
      }
      now = next;
    }
    return ends;
  }

  private alternatives(): Part {
    const all = this.sequence();
    while (this.pattern[this.at] === "|" && !this.found) {
      this.at++;
      const next = this.sequence();
      all.first = twice(all.first, next.first);
      all.last = twice(all.last, next.last);
      all.empty = Math.min(2, all.empty + next.empty);
      this.choices *= 2;
    }
    return all;
  }

  private sequence(): Part {
    let all = nothing();
    while (
      this.at < this.pattern.length &&
      !"|)".includes(this.pattern[this.at] as string) &&
      !this.found
    )
      all = this.join(all, this.quantified());
    return all;
  }

  private join(one: Part, two: Part): Part {
    this.lead(one.last, two.first);
    return {
      first: twice(one.first, times(two.first, one.empty)),
      last: twice(times(one.last, two.empty), two.last),
      empty: Math.min(2, one.empty * two.empty),
    };
  }

  private lead(from: readonly number[], to: readonly number[]): void {
    this.size += from.length * to.length;
    if (this.size > MAX_WAYS) this.found ??= this.pattern;
    else for (const place of from) this.ways[place] = twice(this.ways[place] as number[], to);
  }

  private quantified(): Part {
    const start = this.at;
    let part = this.unit();
    const quantifier = this.eat(QUANTIFIER);
    if (!quantifier) return part;
    const [, sign, least, comma, most] = quantifier;
    const end = this.at;
    const copy = (): Part => {
      this.at = start;
      const made = this.unit();
      this.at = end;
      return made;
    };
    if (Number(least) > MAX_TEXT) this.plain = false;
    const min = Math.min(sign ? +(sign === "+") : Number(least), MAX_TEXT);
    const max = sign
      ? sign === "?"
        ? 1
        : Infinity
      : comma
        ? most
          ? Number(most)
          : Infinity
        : min;
    if (max > MAX_TEXT) {
      this.choices *= MAX_TEXT;
      this.lead(part.last, part.first);
      this.loops.push(...part.first.slice(0, 1));
      if (this.isNew(start) && this.pump(part)) this.found ??= this.pattern.slice(start, end);
      // The first round of those that must be may be nothing, and the next one not.
      if (min) part.first = twice(part.first, part.empty ? part.first : []);
      else part.empty = 1;
      for (let round = 1; round < min && !this.found; round++) part = this.join(copy(), part);
      return part;
    }
    if (!max) return nothing();
    this.choices *= max - min + 1;
    const fresh = this.isNew(start);
    let all = nothing();
    for (let round = 0; round < max && !this.found; round++) {
      if (round) part = copy();
      // Of the rounds that need not be, none may be nothing.
      if (round < max - min) part.empty = 0;
      all = this.join(part, all);
      if (round < max - min) all.empty = 1;
    }
    if (max > 1 && fresh && !this.found) {
      // What lets it repeat without end shows the word; its own bounds say how far that goes.
      const [choices, loops] = [this.choices, [...this.loops]];
      const endless = copy();
      [this.choices, this.loops] = [choices, loops];
      this.lead(endless.last, endless.first);
      const inner = this.rounds.length;
      const isMuch = (word: number[]): boolean =>
        (this.read(begin(all.first), word, MAX_TEXT)?.steps ?? 0) > MAX_STEPS;
      if (this.pump(endless) && this.rounds.slice(inner).some(isMuch))
        this.found ??= this.pattern.slice(start, end);
    }
    return all;
  }

  private isNew(start: number): boolean {
    return !this.seen.has(start) && Boolean(this.seen.add(start));
  }

  private unit(): Part {
    const start = this.at;
    if (this.pattern[start] === "[") {
      let depth = 0;
      do {
        const sign = this.pattern[this.at++];
        if (sign === "\\") this.at++;
        else if (sign === "[") depth++;
        else if (sign === "]") depth--;
      } while (depth);
      return this.place(this.pattern.slice(start, this.at));
    }
    const opening = this.eat(OPENING);
    if (opening) {
      const { choices, loops, wrap } = this;
      const [all, around, flags] = opening;
      if (flags) [this.wrap, this.plain] = [wrap + all, false];
      if (around) [this.choices, this.loops, this.plain] = [1, [], false];
      if (++this.depth > MAX_DEPTH) this.found ??= this.pattern;
      const part = this.alternatives();
      this.depth--;
      this.at++;
      this.wrap = wrap;
      if (!around) return part;
      // What looks around is a pattern of its own: it ends where it is met, whatever comes then.
      if (this.isNew(-start - 1))
        this.weigh(part, !/[^\\]\$\)$/.test(this.pattern.slice(start, this.at)), start);
      [this.choices, this.loops] = [choices, loops];
      return nothing();
    }
    const [sign] = this.eat(ESCAPE) as RegExpExecArray;
    if (/^(\^|\$|\\b)$/i.test(sign)) {
      // At both ends of the whole they ask what is asked anyway.
      const [before, after] = [this.pattern[start - 1] ?? "|", this.pattern[this.at] ?? "|"];
      if (this.depth || sign.length > 1 || (sign === "^" ? before : after) !== "|")
        this.plain = false;
      return nothing();
    }
    if (!/^\\[k1-9]/.test(sign)) return this.place(sign);
    // What was taken before may be anything.
    this.plain = false;
    return this.place("[^]");
  }

  private eat(token: RegExp): RegExpExecArray | null {
    token.lastIndex = this.at;
    const found = token.exec(this.pattern);
    if (found) this.at = token.lastIndex;
    return found;
  }

  private place(bare: string): Part {
    const source = this.wrap + bare + ")".repeat(this.wrap.split("(").length - 1);
    let known = this.known.get(source);
    if (!known) {
      const whole = new RegExp(`^(?:${source})$`, "v");
      const fits = this.samples.map((sample) => whole.test(sample));
      const bits = fits.reduce((sum, fit, bit) => (fit ? sum | (1n << BigInt(bit)) : sum), 0n);
      this.known.set(source, (known = { whole, ascii: fits.slice(0, 128), bits }));
      if (STRINGS.test(source)) this.plain = false;
    }
    const made = this.takes.push(known.bits) - 1;
    this.sources.push(known);
    this.ways.push([]);
    return { first: [made], last: [made], empty: 0 };
  }

  /**
   * A word that leads in two ways from a loop's begin back to it: each time it comes again, it doubles the ways. All places
   * of a loop reach each other, so one of them speaks for all.
   */
  private pump({ first: [start] }: Part): number[] | undefined {
    if (start === undefined) return undefined;
    const states: State[] = [{ one: start, two: start, forked: false, letter: 0, from: -1 }];
    const visited = new Set<string>();
    for (let at = 0; at < states.length; at++) {
      const { one, two, forked } = states[at] as State;
      for (const [i, to] of (this.ways[one] as number[]).entries()) {
        for (const [j, other] of (this.ways[two] as number[]).entries()) {
          const common = (this.takes[to] as bigint) & (this.takes[other] as bigint);
          const apart = forked || to !== other || (one === two && i !== j);
          const name = `${to} ${other} ${apart}`;
          if (!common || visited.has(name)) continue;
          visited.add(name);
          states.push({ one: to, two: other, forked: apart, letter: lowest(common), from: at });
          if (to !== start || other !== start) continue;
          const word: number[] = [];
          for (let back = states.at(-1) as State; back.from >= 0; back = states[back.from] as State)
            word.unshift(back.letter);
          this.rounds.push(word);
          if (apart) return word;
        }
      }
      if (states.length > MAX_WAYS) return [];
    }
    return undefined;
  }

  /**
   * Holds a part that is whole to what an engine does in time. The text is made of stretches, each of the word by which the
   * engine would have tried most; found in short, then tried at full length.
   */
  private weigh(part: Part, open: boolean, start: number): void {
    if (this.found || this.choices * MAX_TEXT <= MAX_STEPS) return;
    const sorts = this.sorts();
    const letters = sorts.slice(0, MAX_LETTERS);
    const words = [...this.rounds.slice(0, MAX_LETTERS), letters, ...letters.map((one) => [one])];
    for (const one of letters)
      for (const two of letters)
        if (one !== two) words.push([one, two], [one, ...Array<number>(MAX_TEXT).fill(two)]);
    const last = new Set(part.last);
    // Of a text that can only go on well nothing is tried twice.
    const mayFail = ({ now }: Tried): boolean =>
      open ||
      sorts.some((letter) => !now.some(([place]) => last.has(place) && this.has(place, letter)));
    for (const first of [part.first, ...[...new Set(this.loops)].map((place) => [place])]) {
      const chosen: number[][] = [];
      let text = begin(first);
      for (let more = true; more && chosen.length < STRETCHES; ) {
        const from = text;
        more = false;
        for (const word of words) {
          const tried = this.read(from, word, SHORT, open ? last : undefined);
          if (!tried || tried.steps <= text.steps || !mayFail(tried)) continue;
          [text, more, chosen[from.stretches]] = [tried, true, word];
        }
      }
      let whole: Tried | undefined = begin(first);
      for (const word of chosen)
        whole &&= this.read(
          whole,
          word,
          Math.floor(MAX_TEXT / chosen.length),
          open ? last : undefined,
        );
      if (whole && whole.steps > MAX_STEPS && mayFail(whole)) {
        this.found = start ? this.pattern.slice(start, this.at) : this.pattern;
        return;
      }
    }
  }

  /** One character of each sort that the places tell apart; those that most places take come first. */
  private sorts(): number[] {
    const masks = [...new Set([...this.known.values()].map(({ bits }) => bits))];
    const sorts = new Map<string, number>();
    this.samples.forEach((_, bit) => {
      const sort = masks.map((mask) => (mask >> BigInt(bit)) & 1n).join("");
      if (!sorts.has(sort)) sorts.set(sort, bit);
    });
    const shared = (sort: string): number => sort.split("1").length;
    return [...sorts].sort(([a], [b]) => shared(b) - shared(a)).map(([, bit]) => bit);
  }

  private has(place: number, letter: number): boolean {
    return Boolean(((this.takes[place] as bigint) >> BigInt(letter)) & 1n);
  }

  /** What an engine has tried that finds no end, behind a stretch of a word that is repeated. Nothing where it has found one. */
  private read(
    { now, steps, stretches }: Tried,
    word: readonly number[],
    length: number,
    end?: ReadonlySet<number>,
  ): Tried | undefined {
    for (let at = 0; at < length && steps <= MAX_STEPS; at++) {
      const letter = word[at % word.length] as number;
      const next = new Map<number, number>();
      for (const [place, count] of now) {
        if (!this.has(place, letter)) continue;
        if (end?.has(place)) return undefined;
        steps += count;
        for (const to of this.ways[place] as number[]) next.set(to, (next.get(to) ?? 0) + count);
      }
      now = [...next];
      if (!now[0]) break;
    }
    return { now, steps, stretches: stretches + 1 };
  }
}

/** Two ways that one word leads, whether they have been apart, the last letter, and the state before it. */
interface State {
  one: number;
  two: number;
  forked: boolean;
  letter: number;
  from: number;
}

/** What stands at a place. */
interface Source {
  whole: RegExp;
  /** Whether it takes a character of ASCII. */
  ascii: boolean[];
  bits: bigint;
}

const takes = ({ whole, ascii }: Source, character: string): boolean =>
  ascii[character.codePointAt(0) as number] ?? whole.test(character);

/** The places that come next, each with the ways that lead to it; and how many steps all of them took. */
interface Tried {
  now: [number, number][];
  steps: number;
  stretches: number;
}

const begin = (first: readonly number[]): Tried => ({
  now: [...new Set(first)].map((place) => [place, first.filter((one) => one === place).length]),
  steps: 0,
  stretches: 0,
});

const nothing = (): Part => ({ first: [], last: [], empty: 1 });

/** Both lists; what comes more than twice is as bad as what does twice. */
function twice(one: readonly number[], two: readonly number[]): number[] {
  const all = [...one, ...two];
  const [once, again] = [new Set<number>(), new Set<number>()];
  return all.filter(
    (place) => !again.has(place) && (!once.has(place) ? once.add(place) : again.add(place)),
  );
}

const times = (places: readonly number[], count: number): number[] =>
  count > 1 ? [...places, ...places] : count ? [...places] : [];

const lowest = (bits: bigint): number => {
  let at = 0;
  while (!((bits >> BigInt(at)) & 1n)) at++;
  return at;
};
