//! Which part of a pattern lets one text be divided in so many ways that an engine which tries them all does not come back.
//! `pkg/src/core/pattern.ts` decides the same for Workers and Node; `tests/cases/patterns.json` holds both to it.
//!
//! A pattern becomes the automaton of its places (Glushkov's): a place is one character or class, and its ways lead to the
//! places that may come next. A way that exists twice stands there twice, because the engine tries both.

mod weigh;

use super::whole;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use weigh::Tried;

/// As many bytes as a text has that is held to a pattern: `MAX_MATCHED` of the rules.
const MAX_TEXT: usize = 1024;
/// What a compiled expression does in 50 ms.
const MAX_STEPS: f64 = 5e7;
/// Ways, and pairs of places, that are looked at. The bounds of a domain's labels make some ten thousand.
const MAX_WAYS: usize = 100_000;
/// Groups within groups.
const MAX_DEPTH: usize = 100;
/// A text is made of so many stretches, each of its own word.
const STRETCHES: usize = 8;
/// How long a stretch is at first.
const SHORT: usize = 16;
/// So many sorts of characters are tried against each other.
const MAX_LETTERS: usize = 8;

/// Characters that properties and classes tell apart, beside ASCII and what the pattern names.
const SAMPLES: &str = "\u{a0}\u{aa}\u{ad}\u{b7}\u{bf}\u{c9}\u{df}\u{e9}\u{131}\u{1c5}\u{2b0}\u{301}\u{391}\u{3b1}\u{416}\
    \u{436}\u{5d0}\u{627}\u{661}\u{905}\u{e01}\u{10d0}\u{1e9e}\u{2019}\u{2028}\u{20ac}\u{2160}\u{3042}\u{30ab}\u{4e2d}\
    \u{ac00}\u{e000}\u{ff11}\u{ff21}\u{10400}\u{1f600}";

/// The part that repeats; nothing where the pattern is harmless, or no regular expression at all.
pub(super) fn repeats(pattern: &str) -> Option<String> {
    whole(pattern)?;
    let mut reader = Reader::new(pattern);
    let whole = reader.alternatives();
    reader.weigh(&whole, false, 0);
    reader.found
}

/// Places in a row: where they begin, where they end, and in how many ways they may be nothing (2 for more).
#[derive(Clone, Default)]
struct Part {
    first: Vec<usize>,
    last: Vec<usize>,
    empty: usize,
}

impl Part {
    fn nothing() -> Self {
        Part { empty: 1, ..Part::default() }
    }
}

struct Reader {
    pattern: Vec<char>,
    samples: Vec<String>,
    /// What a place takes of the samples; a row for each source.
    fits: Vec<Vec<bool>>,
    known: HashMap<String, usize>,
    /// The source of each place.
    places: Vec<usize>,
    ways: Vec<Vec<usize>>,
    /// Quantifiers and groups that were looked at, by where they begin: their copies are no other.
    seen: BTreeSet<(usize, bool)>,
    found: Option<String>,
    at: usize,
    depth: usize,
    /// The groups around that set flags.
    wrap: Vec<String>,
    size: usize,
    /// An upper bound of the ways through the part at hand.
    choices: f64,
    /// Where the loops of the part at hand begin.
    loops: Vec<usize>,
    /// Words that lead through a loop once.
    rounds: Vec<Vec<usize>>,
}

impl Reader {
    fn new(pattern: &str) -> Self {
        let pattern: Vec<char> = pattern.chars().collect();
        // A class's bounds, and what lies beside them.
        let bounds = named(&pattern)
            .into_iter()
            .flat_map(|code| code.saturating_sub(1)..=code.saturating_add(1));
        let mut samples = Vec::new();
        for sample in (0..128_u32)
            .filter_map(char::from_u32)
            .chain(SAMPLES.chars())
            .chain(bounds.filter_map(char::from_u32))
        {
            let sample = sample.to_string();
            if !samples.contains(&sample) {
                samples.push(sample);
            }
        }
        Reader {
            pattern,
            samples,
            fits: Vec::new(),
            known: HashMap::new(),
            places: Vec::new(),
            ways: Vec::new(),
            seen: BTreeSet::new(),
            found: None,
            at: 0,
            depth: 0,
            wrap: Vec::new(),
            size: 0,
            choices: 1.0,
            loops: Vec::new(),
            rounds: Vec::new(),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.pattern.get(self.at + ahead).copied()
    }

    fn skip(&mut self, count: usize) {
        self.at += count;
    }

    fn text(&self, range: Range<usize>) -> String {
        self.pattern.get(range).unwrap_or_default().iter().collect()
    }

    /// Reads on behind the next such character.
    fn skip_past(&mut self, end: char) {
        while self.peek(0).is_some_and(|character| character != end) {
            self.skip(1);
        }
        self.skip(1);
    }

    fn blame(&mut self, range: Range<usize>) {
        if self.found.is_none() {
            self.found = Some(self.text(range));
        }
    }

    fn alternatives(&mut self) -> Part {
        let mut all = self.sequence();
        while self.peek(0) == Some('|') && self.found.is_none() {
            self.skip(1);
            let next = self.sequence();
            all.first = twice(&all.first, &next.first);
            all.last = twice(&all.last, &next.last);
            all.empty = all.empty.saturating_add(next.empty).min(2);
            self.choices *= 2.0;
        }
        all
    }

    fn sequence(&mut self) -> Part {
        let mut all = Part::nothing();
        while self.peek(0).is_some_and(|sign| sign != '|' && sign != ')') && self.found.is_none() {
            let next = self.quantified();
            all = self.join(&all, &next);
        }
        all
    }

    fn join(&mut self, one: &Part, two: &Part) -> Part {
        self.lead(&one.last, &two.first);
        Part {
            first: twice(&one.first, &times(&two.first, one.empty)),
            last: twice(&times(&one.last, two.empty), &two.last),
            empty: one.empty.saturating_mul(two.empty).min(2),
        }
    }

    fn lead(&mut self, from: &[usize], to: &[usize]) {
        self.size = self.size.saturating_add(from.len().saturating_mul(to.len()));
        if self.size > MAX_WAYS {
            return self.blame(0..self.pattern.len());
        }
        for place in from {
            if let Some(ways) = self.ways.get_mut(*place) {
                *ways = twice(ways, to);
            }
        }
    }

    fn quantified(&mut self) -> Part {
        let start = self.at;
        let mut part = self.unit();
        let Some((min, max)) = self.quantifier() else { return part };
        let end = self.at;
        let Some(max) = max.filter(|max| *max <= MAX_TEXT) else {
            #[allow(clippy::cast_precision_loss, reason = "a thousand is exact")]
            let most = MAX_TEXT as f64;
            self.choices *= most;
            self.lead(&part.last, &part.first);
            self.loops.extend(part.first.first());
            if self.seen.insert((start, true)) && self.pump(&part) {
                self.blame(start..end);
            }
            if min == 0 {
                part.empty = 1;
            } else if part.empty > 0 {
                // The first round of those that must be may be nothing, and the next one not.
                part.first = twice(&part.first, &part.first);
            }
            for _ in 1..min {
                if self.found.is_some() {
                    break;
                }
                let copy = self.copy(start, end);
                part = self.join(&copy, &part);
            }
            return part;
        };
        if max == 0 {
            return Part::nothing();
        }
        let optional = max.saturating_sub(min);
        #[allow(clippy::cast_precision_loss, reason = "a thousand is exact")]
        let range = optional as f64;
        self.choices *= range + 1.0;
        let fresh = self.seen.insert((start, true));
        let mut all = Part::nothing();
        for round in 0..max {
            if self.found.is_some() {
                break;
            }
            if round > 0 {
                part = self.copy(start, end);
            }
            // Of the rounds that need not be, none may be nothing.
            if round < optional {
                part.empty = 0;
            }
            all = self.join(&part, &all);
            if round < optional {
                all.empty = 1;
            }
        }
        if max > 1 && fresh && self.found.is_none() {
            // What lets it repeat without end shows the word; its own bounds say how far that goes.
            let (choices, loops) = (self.choices, self.loops.clone());
            let endless = self.copy(start, end);
            (self.choices, self.loops) = (choices, loops);
            self.lead(&endless.last, &endless.first);
            let inner = self.rounds.len();
            let is_much = |reader: &Self, word: &Vec<usize>| {
                reader
                    .read(&Tried::begin(&all.first), word, MAX_TEXT, &[])
                    .is_some_and(|tried| tried.steps > MAX_STEPS)
            };
            if self.pump(&endless) && self.rounds.iter().skip(inner).any(|word| is_much(self, word))
            {
                self.blame(start..end);
            }
        }
        all
    }

    /// The same once more, at places of its own.
    fn copy(&mut self, start: usize, end: usize) -> Part {
        self.at = start;
        let part = self.unit();
        self.at = end;
        part
    }

    /// The fewest and the most rounds; no most is no end.
    fn quantifier(&mut self) -> Option<(usize, Option<usize>)> {
        let found = match self.peek(0)? {
            '*' => (0, None),
            '+' => (1, None),
            '?' => (0, Some(1)),
            '{' => {
                let from = self.at;
                self.skip_past('}');
                let bounds = self.text(from.saturating_add(1)..self.at.saturating_sub(1));
                self.at = self.at.saturating_sub(1);
                // More digits than fit are more than any text has.
                let number = |digits: &str| digits.parse::<usize>().unwrap_or(usize::MAX);
                match bounds.split_once(',') {
                    Some((min, "")) => (number(min), None),
                    Some((min, max)) => (number(min), Some(number(max))),
                    None => (number(&bounds), Some(number(&bounds).min(MAX_TEXT))),
                }
            }
            _ => return None,
        };
        self.skip(1);
        if self.peek(0) == Some('?') {
            self.skip(1);
        }
        Some((found.0.min(MAX_TEXT), found.1))
    }

    fn unit(&mut self) -> Part {
        let start = self.at;
        match self.peek(0) {
            Some('[') => {
                let mut depth = 0_usize;
                while let Some(sign) = self.peek(0) {
                    self.skip(if sign == '\\' { 2 } else { 1 });
                    match sign {
                        '[' => depth += 1,
                        ']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
                let source = self.text(start..self.at);
                self.place(&source)
            }
            Some('(') => self.group(start),
            Some('^' | '$') => {
                self.skip(1);
                Part::nothing()
            }
            Some('\\') => self.escape(start),
            _ => {
                self.skip(1);
                let source = self.text(start..self.at);
                self.place(&source)
            }
        }
    }

    fn group(&mut self, start: usize) -> Part {
        self.skip(1);
        let (mut around, mut wraps) = (false, false);
        if self.peek(0) == Some('?') {
            match (self.peek(1), self.peek(2)) {
                (Some('=' | '!'), _) => {
                    around = true;
                    self.skip(2);
                }
                (Some('<'), Some('=' | '!')) => {
                    around = true;
                    self.skip(3);
                }
                (Some('<'), _) => self.skip_past('>'),
                (flag, _) => {
                    wraps = flag != Some(':');
                    self.skip_past(':');
                    if wraps {
                        let opening = self.text(start..self.at);
                        self.wrap.push(opening);
                    }
                }
            }
        }
        let (choices, loops) = (self.choices, self.loops.clone());
        if around {
            (self.choices, self.loops) = (1.0, Vec::new());
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.blame(0..self.pattern.len());
        }
        let part = self.alternatives();
        self.depth = self.depth.saturating_sub(1);
        self.skip(1);
        if wraps {
            self.wrap.pop();
        }
        if !around {
            return part;
        }
        // What looks around is a pattern of its own: it ends where it is met, whatever comes then.
        if self.seen.insert((start, false)) {
            let text = self.text(start..self.at);
            let anchored = text.ends_with("$)") && !text.ends_with("\\$)");
            self.weigh(&part, !anchored, start);
        }
        (self.choices, self.loops) = (choices, loops);
        Part::nothing()
    }

    fn escape(&mut self, start: usize) -> Part {
        let hex = |from: usize, count: usize| {
            (from..from + count)
                .all(|at| self.pattern.get(start + at).is_some_and(char::is_ascii_hexdigit))
        };
        let low = |from: usize| {
            let sign = |at: usize| self.pattern.get(start + at).copied();
            sign(from) == Some('\\')
                && sign(from + 1) == Some('u')
                && matches!(sign(from + 2), Some('d' | 'D'))
                && matches!(sign(from + 3), Some('c'..='f' | 'C'..='F'))
                && hex(from + 4, 2)
        };
        match (self.peek(1), self.peek(2)) {
            (Some('b' | 'B'), _) => {
                self.skip(2);
                return Part::nothing();
            }
            // What was taken before may be anything.
            (Some('k'), Some('<')) => {
                self.skip_past('>');
                return self.place("[^]");
            }
            (Some('1'..='9'), _) => {
                self.skip(2);
                while self.peek(0).is_some_and(|sign| sign.is_ascii_digit()) {
                    self.skip(1);
                }
                return self.place("[^]");
            }
            (Some('p' | 'P' | 'u'), Some('{')) => self.skip_past('}'),
            (Some('u'), _) if hex(2, 4) && low(6) => self.skip(12),
            (Some('u'), _) if hex(2, 4) => self.skip(6),
            (Some('x'), _) if hex(2, 2) => self.skip(4),
            (Some('c'), _) => self.skip(3),
            _ => self.skip(2),
        }
        let source = self.text(start..self.at);
        self.place(&source)
    }

    fn place(&mut self, bare: &str) -> Part {
        let source = [&*self.wrap.concat(), bare, &*")".repeat(self.wrap.len())].concat();
        let known = self.known.get(&source).copied().unwrap_or_else(|| {
            let whole = whole(&source);
            let fits =
                |sample: &String| whole.as_ref().is_some_and(|whole| whole.find(sample).is_some());
            self.fits.push(self.samples.iter().map(fits).collect());
            let row = self.fits.len().saturating_sub(1);
            self.known.insert(source, row);
            row
        });
        let made = self.places.len();
        self.places.push(known);
        self.ways.push(Vec::new());
        Part { first: vec![made], last: vec![made], empty: 0 }
    }

    fn row(&self, place: usize) -> &[bool] {
        self.places.get(place).and_then(|row| self.fits.get(*row)).map_or(&[], Vec::as_slice)
    }

    fn ways(&self, place: usize) -> &[usize] {
        self.ways.get(place).map_or(&[], Vec::as_slice)
    }

    fn takes(&self, place: usize, letter: usize) -> bool {
        self.row(place).get(letter).copied().unwrap_or_default()
    }
}

/// Both lists; what comes more than twice is as bad as what does twice.
fn twice(one: &[usize], two: &[usize]) -> Vec<usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let mut keep = |place: &usize| {
        let count = counts.entry(*place).or_default();
        *count += 1;
        *count <= 2
    };
    one.iter().chain(two).copied().filter(|place| keep(place)).collect()
}

fn times(places: &[usize], count: usize) -> Vec<usize> {
    places.repeat(count.min(2))
}

/// The characters beyond ASCII that a pattern names, and all that it names by a number.
fn named(pattern: &[char]) -> Vec<u32> {
    let mut found = Vec::new();
    for (at, character) in pattern.iter().enumerate() {
        if !character.is_ascii() {
            found.push(u32::from(*character));
        }
        let rest: String = pattern.iter().skip(at).take(12).collect();
        let digits = match rest.as_bytes() {
            [b'\\', b'u' | b'U', b'{', ..] => rest.get(3..).and_then(|rest| rest.split('}').next()),
            [b'\\', b'u' | b'U', ..] => rest.get(2..6),
            [b'\\', b'x' | b'X', ..] => rest.get(2..4),
            _ => None,
        };
        found.extend(digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()));
    }
    found
}
