//! How many ways through a pattern one text has: words that lead back to one place in two ways, and what the longest text
//! of such words costs an engine.

use std::collections::{BTreeMap, HashSet};

use super::{MAX_LETTERS, MAX_STEPS, MAX_TEXT, MAX_WAYS, Part, Reader, SHORT, STRETCHES};

/// The places that come next, each with the ways that lead to it; and how many steps all of them took.
#[derive(Clone)]
pub(super) struct Tried {
    now: Vec<(usize, f64)>,
    pub(super) steps: f64,
}

impl Tried {
    pub(super) fn begin(first: &[usize]) -> Self {
        let mut now: Vec<(usize, f64)> = Vec::new();
        for place in first {
            match now.iter_mut().find(|(known, _)| known == place) {
                Some((_, count)) => *count += 1.0,
                None => now.push((*place, 1.0)),
            }
        }
        Tried { now, steps: 0.0 }
    }
}

/// Two ways that one word leads, whether they have been apart, the last letter, and the state before it.
#[derive(Clone, Copy)]
struct State {
    one: usize,
    two: usize,
    forked: bool,
    letter: usize,
    from: Option<usize>,
}

impl Reader {
    /// Whether a word leads in two ways from a loop's begin back to it: each time it comes again, it doubles the ways. All
    /// places of a loop reach each other, so one of them speaks for all. Keeps the word.
    pub(super) fn pump(&mut self, part: &Part) -> bool {
        let Some(&start) = part.first.first() else { return false };
        let mut states =
            vec![State { one: start, two: start, forked: false, letter: 0, from: None }];
        let mut visited = HashSet::new();
        let mut at = 0;
        while let Some(&State { one, two, forked, .. }) = states.get(at) {
            let mut rounds = Vec::new();
            'pairs: for (i, &to) in self.ways(one).iter().enumerate() {
                for (j, &other) in self.ways(two).iter().enumerate() {
                    let forked = forked || to != other || (one == two && i != j);
                    let common = self
                        .row(to)
                        .iter()
                        .zip(self.row(other))
                        .position(|(one, two)| *one && *two);
                    let Some(letter) = common else { continue };
                    if !visited.insert((to, other, forked)) {
                        continue;
                    }
                    states.push(State { one: to, two: other, forked, letter, from: Some(at) });
                    if (to, other) == (start, start) {
                        rounds.push((word(&states), forked));
                        if forked {
                            break 'pairs;
                        }
                    }
                }
            }
            for (word, forked) in rounds {
                self.rounds.push(word);
                if forked {
                    return true;
                }
            }
            if states.len() > MAX_WAYS {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Holds a part that is whole to what an engine does in time. The text is made of stretches, each of the word by which
    /// the engine would have tried most; found in short, then tried at full length.
    pub(super) fn weigh(&mut self, part: &Part, open: bool, start: usize) {
        #[allow(clippy::cast_precision_loss, reason = "a thousand is exact")]
        let most = MAX_TEXT as f64;
        if self.found.is_some() || self.choices * most <= MAX_STEPS {
            return;
        }
        let sorts = self.sorts();
        let words = self.words(sorts.get(..MAX_LETTERS).unwrap_or(&sorts));
        let end: &[usize] = if open { &part.last } else { &[] };
        // Of a text that can only go on well nothing is tried twice.
        let may_fail = |tried: &Tried| {
            let is_end = |letter: usize| {
                tried
                    .now
                    .iter()
                    .any(|(place, _)| part.last.contains(place) && self.takes(*place, letter))
            };
            open || !sorts.iter().all(|letter| is_end(*letter))
        };
        let mut begins = vec![part.first.clone()];
        for place in &self.loops {
            if !begins.iter().skip(1).any(|known| known == &[*place]) {
                begins.push(vec![*place]);
            }
        }
        let is_much = |first: &Vec<usize>| {
            let mut chosen: Vec<&Vec<usize>> = Vec::new();
            let mut text = Tried::begin(first);
            while chosen.len() < STRETCHES {
                let from = text.clone();
                let mut best = None;
                for word in &words {
                    let tried = self.read(&from, word, SHORT, end);
                    if let Some(tried) =
                        tried.filter(|tried| tried.steps > text.steps && may_fail(tried))
                    {
                        (text, best) = (tried, Some(word));
                    }
                }
                let Some(best) = best else { break };
                chosen.push(best);
            }
            let length = MAX_TEXT.checked_div(chosen.len()).unwrap_or_default();
            let whole = chosen
                .iter()
                .try_fold(Tried::begin(first), |text, word| self.read(&text, word, length, end));
            whole.is_some_and(|whole| whole.steps > MAX_STEPS && may_fail(&whole))
        };
        if begins.iter().any(is_much) {
            self.blame(start..if start > 0 { self.at } else { self.pattern.len() });
        }
    }

    /// Words that may be read again and again: those of the loops, and those of a letter or two.
    fn words(&self, letters: &[usize]) -> Vec<Vec<usize>> {
        let mut words: Vec<Vec<usize>> = self.rounds.iter().take(MAX_LETTERS).cloned().collect();
        words.push(letters.to_vec());
        words.extend(letters.iter().map(|one| vec![*one]));
        for one in letters {
            for two in letters.iter().filter(|two| *two != one) {
                words.push(vec![*one, *two]);
                words.push([vec![*one], vec![*two; MAX_TEXT]].concat());
            }
        }
        words
    }

    /// One character of each sort that the places tell apart; those that most places take come first.
    fn sorts(&self) -> Vec<usize> {
        let mut rows: Vec<&Vec<bool>> = Vec::new();
        for row in &self.fits {
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        let mut sorts: Vec<(Vec<bool>, usize)> = Vec::new();
        for letter in 0..self.samples.len() {
            let sort: Vec<bool> =
                rows.iter().map(|row| row.get(letter).copied().unwrap_or_default()).collect();
            if !sorts.iter().any(|(known, _)| *known == sort) {
                sorts.push((sort, letter));
            }
        }
        sorts.sort_by_key(|(sort, _)| {
            std::cmp::Reverse(sort.iter().filter(|takes| **takes).count())
        });
        sorts.into_iter().map(|(_, letter)| letter).collect()
    }

    /// What an engine has tried that finds no end, behind a stretch of a word that is repeated. Nothing where it has found
    /// one.
    pub(super) fn read(
        &self,
        from: &Tried,
        word: &[usize],
        length: usize,
        end: &[usize],
    ) -> Option<Tried> {
        let Tried { mut now, mut steps } = from.clone();
        for letter in word.iter().cycle().take(length) {
            if steps > MAX_STEPS {
                break;
            }
            let mut next: BTreeMap<usize, f64> = BTreeMap::new();
            for (place, count) in now {
                if !self.takes(place, *letter) {
                    continue;
                }
                if end.contains(&place) {
                    return None;
                }
                steps += count;
                for to in self.ways(place) {
                    *next.entry(*to).or_default() += count;
                }
            }
            now = next.into_iter().collect();
            if now.is_empty() {
                break;
            }
        }
        Some(Tried { now, steps })
    }
}

/// The word that led to the last state.
fn word(states: &[State]) -> Vec<usize> {
    let mut word = Vec::new();
    let mut back = states.last();
    while let Some(&State { letter, from: Some(from), .. }) = back {
        word.push(letter);
        back = states.get(from);
    }
    word.reverse();
    word
}
