//! Whether what a system has stored is still there: which leads it is asked about on a day, in what batches, and what an
//! answer means.
//!
//! A machine for each account of an outbox. Leads come in the order in which they ended, and the machine keeps how far it
//! is: so nothing is written for a lead that is there, and what is counted is written together with the place that it was
//! counted at. On each day those are asked about that were never asked about, and then all that are still known, once
//! more, from the oldest on. Where the share of the day's calls does not reach, the next day goes on.

use super::delivering::{DEADLINE, LEASE};
use super::words::{ROW, WORD, Words};
use crate::code::relay::NOT_FOUND;
use crate::crm::outcome::{Fault, Outcome};
use crate::value::parts;
use crate::value::{self, Value, decimal};

const HOUR: u64 = 60 * 60 * 1_000;
const DAY: u64 = 24 * HOUR;

/// A lead that ended so long before the day began is asked about on it: the system's reads have caught up with its writes.
const SETTLED: u64 = HOUR;

/// After an answer that says nothing the account is left alone for so long. What is asked to wait for so long is written down.
const LATER: u64 = HOUR / 2;

/// Behind every lead that ended at a time; the most that a number of JavaScript's holds.
const LAST: u64 = (1 << 53) - 1;

/// How a system is asked for records by their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By a list of them, in this parameter.
    List(&'static str),
    /// By what is above one and below another, in their order: a full page ends before the other.
    Between(&'static str, &'static str),
    /// One, in this parameter.
    One(&'static str),
}

impl By {
    /// The id as a number, where ids are numbers, and else one; nothing of what cannot be asked for.
    fn id(self, record: &str) -> Option<u64> {
        match self {
            By::One(_) => (!record.is_empty()).then_some(1),
            _ => value::number(record).filter(|id| *id > 0 && *id < LAST),
        }
    }
}

/// Where a lead stands among those that ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it ended.
    pub ended: u64,
    /// Its row.
    pub row: u64,
}

/// How far a pass is. Of a batch that took several calls, records up to `above` are done, and it ends at `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pass {
    at: Place,
    end: Place,
    above: u64,
}

/// What is known of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// The day that is under way.
    day: u64,
    /// Nothing is asked before.
    until: u64,
    /// The leads that were never asked about.
    first: Pass,
    /// Those that were, once more …
    again: Pass,
    /// … up to here.
    limit: Place,
}

/// Which leads come next: after a place, and none after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Nobody has asked about them.
    pub is_first: bool,
    /// Behind this one.
    pub after: Place,
    /// Up to this one.
    pub upto: Place,
}

/// What was heard of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// There was none yet.
    Nothing,
    /// These records are there, by the ids that the system gives, and no others that were asked for.
    Found(Vec<u64>),
    /// It cannot be asked for this one.
    Never,
    /// Nothing; at this time at the earliest it is asked again.
    Later(u64),
}

/// What a delivery of a finished lead counts for once it was asked about: whether its record was missed, and whether the system has
/// said which one it is.
pub const fn counts_for(is_missed: bool, is_named: bool) -> &'static str {
    match (is_missed, is_named) {
        (true, _) => "vanished",
        (_, true) => "there",
        _ => "unnamed",
    }
}

/// Whether an event goes on with an account: there may be more to do, and it may make more calls and look more often.
pub const fn goes_on(may_be_more: bool, has_calls: bool, has_looks: bool) -> bool {
    may_be_more && has_calls && has_looks
}

/// Whether it is written down how far it is. That there is nothing is seen again at no cost, and each row that is written counts
/// against the day.
pub const fn writes(has_rows: bool, is_last: bool) -> bool {
    has_rows || !is_last
}

/// What becomes of each row, in their order.
pub const THERE: char = 't';
/// The record is not there.
pub const VANISHED: char = 'v';
/// Nobody can ask: the system did not say which record it is.
pub const UNNAMED: char = 'u';
/// Not yet, or it is done; or nobody can tell.
pub const OPEN: char = '-';

impl Reconciliation {
    /// The leads that come next; nothing where there are none today, or nothing is to be asked now. At the end of all days those
    /// that were never asked about: all up to there were, and were counted.
    pub fn look(&mut self, now: u64, scale: u64) -> Option<Look> {
        let length = (DAY / scale.max(1)).max(1);
        let day = now / length;
        if self.day != day {
            self.day = day;
            if self.again.at >= self.limit {
                (self.again, self.limit) = (Pass::default(), self.first.at);
            }
        }
        let ended = (day * length).saturating_sub(SETTLED / scale.max(1));
        let today = Place { ended, row: LAST };
        let is_first = self.first.at < today;
        let (pass, upto) = if is_first { (self.first, today) } else { (self.again, self.limit) };
        let upto = if pass.above > 0 { pass.end } else { upto };
        (now >= self.until && pass.at < upto).then_some(Look { is_first, after: pass.at, upto })
    }

    /// The rows that a call asks about, in its order: each record's id as a number, and its place among the rows.
    pub fn question(&self, is_first: bool, by: By, rows: &[&str]) -> Vec<(u64, usize)> {
        let above = self.pass(is_first).above;
        let mut asked: Vec<(u64, usize)> = Vec::new();
        for (at, record) in rows.iter().enumerate() {
            if let Some(id) = by.id(record).filter(|id| *id > above) {
                // A sort for this alone would weigh more.
                let place = asked.iter().filter(|(other, _)| *other <= id).count();
                asked.insert(place, (id, at));
            }
        }
        asked
    }

    /// What became of the rows that end at a place, by what was heard. `most`: how many records a page has.
    pub fn settle(
        &mut self,
        is_first: bool,
        by: By,
        most: usize,
        rows: &[&str],
        end: Place,
        heard: &Heard,
    ) -> String {
        let pass = if is_first { &mut self.first } else { &mut self.again };
        let found = match heard {
            Heard::Found(found) => found.as_slice(),
            _ => &[],
        };
        let covered = match by {
            By::Between(..) if found.len() >= most => found.iter().copied().max().unwrap_or(LAST),
            _ => LAST,
        };
        let (above, mut is_over) = (pass.above, true);
        let mut verdicts = String::new();
        for record in rows {
            verdicts.push(match by.id(record) {
                None if above == 0 => UNNAMED,
                Some(id) if id > above && *heard != Heard::Never => {
                    is_over &= id <= covered;
                    match (id > covered, found.contains(&id)) {
                        (true, _) => OPEN,
                        (false, true) => THERE,
                        (false, false) => VANISHED,
                    }
                }
                _ => OPEN,
            });
        }
        *pass = if is_over {
            Pass { at: end, ..Pass::default() }
        } else {
            Pass { at: pass.at, end, above: covered }
        };
        verdicts
    }

    /// Asks nothing before a time. Whether that is worth a row.
    fn wait(&mut self, until: u64, now: u64, scale: u64) -> bool {
        self.until = until;
        until.saturating_sub(now) >= LATER / scale.max(1)
    }

    fn pass(&self, is_first: bool) -> Pass {
        if is_first { self.first } else { self.again }
    }

    /// What the host does next, behind the machine's own row: a word, verdicts and numbers. Without rows `look`, with the lane and the
    /// places of a [`Look`] and how many rows at most; or `rest`. With rows, a row of their own and then one with each record's id or nothing, `ask` with the times
    /// of a lease and of a call and the places of the rows that it asks about, `write` with what became of each, or `wait` with 1
    /// where that is worth a row.
    pub fn step(
        &mut self,
        (by, most): (By, usize),
        rows: &str,
        (is_first, end): (bool, Place),
        heard: &Heard,
        (now, scale): (u64, u64),
    ) -> String {
        let mut verdicts = String::new();
        let mut numbers = Vec::new();
        let records: Vec<&str> = parts(rows, ROW).skip(1).collect();
        let asked = self.question(is_first, by, &records);
        let what = match heard {
            _ if rows.is_empty() => match self.look(now, scale) {
                Some(Look { is_first, after, upto }) => {
                    let most = u64::try_from(most).unwrap_or_default();
                    let Place { ended, row } = after;
                    let lane = is_first.into();
                    numbers.extend_from_slice(&[lane, ended, row, upto.ended, upto.row, most]);
                    "look"
                }
                None => "rest",
            },
            Heard::Later(until) => {
                numbers.push(self.wait(*until, now, scale).into());
                "wait"
            }
            Heard::Nothing if !asked.is_empty() => {
                numbers.extend_from_slice(&[LEASE / scale.max(1), DEADLINE / scale.max(1)]);
                for (_, at) in asked {
                    numbers.push(u64::try_from(at).unwrap_or_default());
                }
                "ask"
            }
            _ => {
                verdicts = self.settle(is_first, by, most, &records, end, heard);
                "write"
            }
        };
        let mut words = self.said();
        words.row(what);
        words.say(&verdicts);
        for number in numbers {
            words.say(&decimal(number));
        }
        words.text
    }

    fn said(&mut self) -> Words<'static> {
        let mut words = Words::out(WORD);
        words.row("asked");
        self.cross(&mut words);
        words
    }

    /// A text of it, which is kept.
    pub fn packed(&mut self) -> String {
        self.said().text
    }

    /// That of a text; of none, one that has asked nothing.
    pub fn unpacked(text: &str) -> Self {
        let mut machine = Reconciliation::default();
        let mut words = Words::of(text, WORD);
        words.read();
        machine.cross(&mut words);
        machine
    }

    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.day);
        words.number(&mut self.until);
        self.limit.cross(words);
        self.first.cross(words);
        self.again.cross(words);
    }
}

impl Place {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.ended);
        words.number(&mut self.row);
    }
}

impl Pass {
    fn cross(&mut self, words: &mut Words<'_>) {
        self.at.cross(words);
        self.end.cross(words);
        words.number(&mut self.above);
    }
}

impl Heard {
    /// What an outcome means.
    pub fn of(outcome: &Outcome, by: By, now: u64, scale: u64) -> Self {
        let later = |after: u64| Heard::Later(now.saturating_add(after.max(LATER / scale.max(1))));
        match outcome {
            Outcome::Found { records, .. } => {
                let id = |record: &Value<'_>| by.id(record.get("id")?.as_text()?);
                Heard::Found(records.iter().filter_map(id).collect())
            }
            Outcome::Refused { issues, fault: Fault::Lead } if matches!(by, By::One(_)) => {
                let is_missing = issues.iter().any(|issue| issue.code == NOT_FOUND.name);
                if is_missing { Heard::Found(Vec::new()) } else { Heard::Never }
            }
            Outcome::Retry { after, .. } => later(after.unwrap_or_default()),
            _ => later(0),
        }
    }
}

#[cfg(test)]
mod tests;
