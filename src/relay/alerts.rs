//! Which incidents are open, and when a channel is told of them.
//!
//! A channel is a machine of its own: an e-mail, a chat, a webhook. It is shown now and then what is so, tells what has changed in one
//! message, and keeps as its state what it has told. A message that did not arrive is not repeated: the next one is made of what is
//! so by then, and no incident goes before it was told.

use super::words::{ROW, WORD, Words};
use crate::value::number;

/// What may be wrong, and how much of it is an incident.
pub const KINDS: [(&str, Least); 8] = [
    ("dead", Least::One),
    ("account", Least::One),
    ("target", Least::One),
    ("quota", Least::One),
    ("gone", Least::One),
    ("review", Least::Review),
    ("queue", Least::Queue),
    ("vanished", Least::One),
];

/// How much is an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Least {
    /// One of it.
    One,
    /// So many leads that wait for a person to let them go, as the owner says.
    Review,
    /// So many minutes that the oldest lead waits for a system, as the owner says.
    Queue,
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// What has not been seen for so long is over: what comes and goes is told once.
const SETTLE: u64 = 5 * MINUTE;

/// After a message the next one waits so long, and has all that happened meanwhile.
const QUIET: u64 = 5 * MINUTE;

/// A message that did not arrive is tried again after this long, then after twice as long, and so on.
const RETRY: u64 = 30 * SECOND;
const LONGEST: u64 = HOUR;

/// What is over and could not be told for so long is told to nobody.
const STALE: u64 = 7 * 24 * HOUR;

/// So many times as much as was told of is told again.
const TENFOLD: u64 = 10;

/// So many incidents are kept. The owner's accounts and forms are fewer.
const MOST: usize = 500;

/// What the owner says.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Leads under review.
    pub review: u64,
    /// Minutes that the oldest lead waits for a system.
    pub queue: u64,
    /// Hours until what is open is told again.
    pub repeat: u64,
    /// What all times are divided by.
    pub scale: u64,
}

/// Something that was seen.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    /// One of [`KINDS`], then the account and the form that it is about, both empty for none; U+0001 between.
    pub name: &'a str,
    /// Why; empty where the kind says it.
    pub code: &'a str,
    /// How much.
    pub n: u64,
}

impl<'a> Fact<'a> {
    /// The fact of a row of words.
    pub fn of(row: &'a str) -> Option<Self> {
        let (rest, n) = row.rsplit_once(WORD)?;
        let (name, code) = rest.rsplit_once(WORD)?;
        Some(Fact { name, code, n: number(n).unwrap_or_default() })
    }
}

/// Something that is wrong, or was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incident {
    /// As its [`Fact`] has it.
    pub name: String,
    /// As its newest [`Fact`] has it.
    pub code: String,
    /// As its newest [`Fact`] has it.
    pub n: u64,
    /// When it was seen first.
    pub opened: u64,
    /// Since when it is no longer seen; 0 while it is.
    pub absent: u64,
    /// When it was told last; 0 for never.
    pub told: u64,
    /// How much was told of.
    pub told_n: u64,
}

impl Incident {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.word(&mut self.code);
        words.number(&mut self.n);
        words.number(&mut self.opened);
        words.number(&mut self.absent);
        words.number(&mut self.told);
        words.number(&mut self.told_n);
    }

    /// What there is to tell of it.
    pub fn state(&self, limits: Limits, now: u64) -> &'static str {
        if self.absent > 0 && now.saturating_sub(self.absent) >= limits.scaled(SETTLE) {
            RECOVERED
        } else if self.told == 0 {
            "opened"
        } else if self.n / TENFOLD >= self.told_n {
            "grew"
        } else {
            OPEN
        }
    }
}

const OPEN: &str = "open";
const RECOVERED: &str = "recovered";

/// What a channel has told, and how it is with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// Until when nothing is told.
    pub quiet: u64,
    /// Messages in a row that did not arrive.
    pub tries: u64,
    /// Since when; 0 while they do.
    pub failing: u64,
    /// When one last did; 0 for never.
    pub last: u64,
    /// Why the last one did not.
    pub code: String,
    /// What is open, and what is over and was not told.
    pub incidents: Vec<Incident>,
}

impl Channel {
    /// Sees what is so. Where not everybody has answered, nothing is taken to be over.
    pub fn look(&mut self, facts: &[Fact<'_>], is_whole: bool, limits: Limits, now: u64) {
        for one in &mut self.incidents {
            // Half of what opened it keeps it open, so that what stands at the limit does not come and go.
            let least = limits.least(&one.name).div_ceil(2);
            match facts.iter().find(|fact| one.name == fact.name && fact.n >= least) {
                Some(fact) => {
                    (one.n, one.absent) = (fact.n, 0);
                    fact.code.clone_into(&mut one.code);
                }
                None if is_whole && one.absent == 0 => one.absent = now,
                None => {}
            }
        }
        self.incidents.retain(|one| one.absent == 0 || now.saturating_sub(one.absent) < STALE);
        for fact in facts {
            let is_known = self.incidents.iter().any(|one| one.name == fact.name);
            if !is_known && fact.n >= limits.least(fact.name) && self.incidents.len() < MOST {
                let [name, code] = [fact.name, fact.code].map(str::to_owned);
                let opened = Incident { name, code, n: fact.n, opened: now, ..Incident::default() };
                self.incidents.push(opened);
            }
        }
    }

    /// Whether a message goes out now: there is news, or what is open was told of long ago.
    pub fn is_due(&self, limits: Limits, now: u64) -> bool {
        let repeat = limits.scaled(limits.repeat.min(u32::MAX.into()) * HOUR);
        let is_news = |one: &Incident| {
            one.state(limits, now) != OPEN || now.saturating_sub(one.told) >= repeat
        };
        now >= self.quiet && self.incidents.iter().any(is_news)
    }

    /// A message with all of the incidents has arrived.
    pub fn told(&mut self, limits: Limits, now: u64) {
        self.incidents.retain(|one| one.state(limits, now) != RECOVERED);
        for one in &mut self.incidents {
            (one.told, one.told_n) = (now, one.n);
        }
        self.code.clear();
        (self.tries, self.failing, self.last) = (0, 0, now);
        self.quiet = now.saturating_add(limits.scaled(QUIET));
    }

    /// One has not, or nobody knows. `after`: how long the receiver asked to be left alone.
    pub fn failed(&mut self, code: &str, after: u64, limits: Limits, now: u64) {
        let wait = (RETRY << self.tries.min(10)).max(after).min(LONGEST);
        self.quiet = now.saturating_add(limits.scaled(wait));
        self.tries = self.tries.saturating_add(1);
        if self.failing == 0 {
            self.failing = now;
        }
        code.clone_into(&mut self.code);
    }

    /// A text of it, which is kept and shown: a row of the channel, whether a message is due, and a row for each incident,
    /// what there is to tell of it first.
    pub fn packed(&mut self, limits: Limits, now: u64) -> String {
        let mut words = Words::out(WORD);
        words.row(if self.is_due(limits, now) { "due" } else { "" });
        self.cross(&mut words);
        for one in &mut self.incidents {
            words.row(one.state(limits, now));
            words.say(&one.name);
            one.cross(&mut words);
        }
        words.text
    }

    /// The channel of a text; of none, one that has told nothing.
    pub fn unpacked(text: &str) -> Self {
        let mut channel = Channel::default();
        let mut rows = text.split(ROW).map(|row| Words::of(row, WORD));
        if let Some(mut words) = rows.next() {
            words.read();
            channel.cross(&mut words);
        }
        for mut words in rows {
            words.read();
            let [kind, account, form] = [words.read(), words.read(), words.read()];
            let name = [kind, "\u{1}", account, "\u{1}", form].concat();
            let mut one = Incident { name, ..Incident::default() };
            one.cross(&mut words);
            if words.fits {
                channel.incidents.push(one);
            }
        }
        channel
    }

    fn cross(&mut self, words: &mut Words<'_>) {
        words.word(&mut self.code);
        words.number(&mut self.quiet);
        words.number(&mut self.tries);
        words.number(&mut self.failing);
        words.number(&mut self.last);
    }
}

impl Limits {
    fn scaled(self, time: u64) -> u64 {
        time / self.scale.max(1)
    }

    /// From how much on something is an incident; of what nobody knows, never.
    fn least(self, name: &str) -> u64 {
        let kind = name.split(WORD).next();
        match KINDS.iter().find(|(known, _)| kind == Some(known)) {
            Some((_, Least::One)) => 1,
            Some((_, Least::Review)) => self.review,
            Some((_, Least::Queue)) => self.queue,
            None => u64::MAX,
        }
        .max(1)
    }
}

/// What came of a message by the hundreds of its answer's status: nothing where it has arrived, else a code. Nothing is followed
/// elsewhere, and of a redirect a host may say no status at all.
pub const fn arrived(hundreds: u16) -> Option<&'static str> {
    match hundreds {
        2 => Some(""),
        4 | 5 => None,
        _ => Some("http.redirect"),
    }
}

/// Whether an alarm is set for the next look: there is none, or it would ring later.
pub const fn rings(has_alarm: bool, is_later: bool) -> bool {
    !has_alarm || is_later
}

#[cfg(test)]
mod tests;
