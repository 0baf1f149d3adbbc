//! What an account knows and nobody writes down: the token, which is a secret, and who waits for an answer. The host keeps
//! it in pieces too, so that a new instance of the module goes on where the one before stopped.

use super::{Acquire, Door};
use crate::relay::limiter::Part;
use crate::relay::words::Words;
use crate::value::{self, decimal};

/// How the names of these pieces begin; no row's does.
const MARK: char = '~';
const TOKEN: &str = "~token";
const SIGN: &str = "~sign";
const WAIT: &str = "~wait ";

/// Between the words of a piece.
pub(super) const WORD: char = '\u{3}';

/// Whether a piece is remembered and not stored.
pub(super) fn is_one(name: &str) -> bool {
    name.starts_with(MARK)
}

/// A token.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Token {
    pub(super) value: String,
    /// It is not used after that.
    pub(super) until: u64,
    /// A call went through with it.
    pub(super) proven: bool,
}

/// How signing in goes, and what is under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sign {
    /// No token is asked for before.
    pub(super) not_before: u64,
    /// Tokens in a row that were refused before one was good for anything.
    pub(super) fruitless: u32,
    /// Sign-ins in a row that failed for the moment.
    pub(super) failed: u32,
    /// Sign-ins in a row that the host did not let out.
    pub(super) unsent: u32,
    /// Sign-ins that failed since the object began.
    pub(super) refusals: u32,
    /// The code of the last failure; empty once there is a token.
    pub(super) refused: String,
    /// The event that has set off the sign-in that is out.
    pub(super) signing: Option<u64>,
    /// The same of the harmless read.
    pub(super) looking: Option<u64>,
    /// What those who want a lease wait for.
    pub(super) preparing: Option<Preparing>,
}

/// What stands before a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Preparing {
    /// A token.
    Token,
    /// A token, and then the read.
    TokenThenRead,
    /// The read.
    Read,
}

impl Preparing {
    const ALL: [(&'static str, Preparing); 3] =
        [("t", Preparing::Token), ("tr", Preparing::TokenThenRead), ("r", Preparing::Read)];

    /// What a door stands for until there is a token.
    pub(super) fn of(door: Door) -> Self {
        if door == Door::Read { Preparing::TokenThenRead } else { Preparing::Token }
    }
}

/// What somebody waits for who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// A call that wants to go out: what stands before it.
    Lease,
    /// A call that is over: a token, and then the read.
    Token,
    /// A call that is over: the read.
    Read,
    /// A call that is over: when the day turns.
    Midnight,
}

impl Stage {
    const ALL: [(&'static str, Stage); 4] =
        [("p", Stage::Lease), ("t", Stage::Token), ("r", Stage::Read), ("m", Stage::Midnight)];
}

/// A value by its name in one of these tables, both ways.
fn named<T: Copy + PartialEq>(
    table: &[(&'static str, T)],
    value: &mut Option<T>,
    words: &mut Words<'_>,
) {
    let name = table.iter().find(|(_, known)| Some(*known) == *value).map(|(name, _)| *name);
    let mut name = name.unwrap_or_default();
    words.text(&mut name);
    *value = table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
}

#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) token: Option<Token>,
    pub(super) sign: Sign,
    waiting: Vec<Waiting>,
    /// The names of what has changed since the host was last told.
    changed: Vec<String>,
}

#[derive(Clone, Debug)]
struct Waiting {
    number: u64,
    stage: Option<Stage>,
    text: String,
}

impl Memory {
    pub(super) fn put_token(&mut self, token: Option<Token>) {
        self.token = token;
        self.change(TOKEN.to_owned());
    }

    pub(super) fn signs(&mut self, change: impl FnOnce(&mut Sign)) {
        change(&mut self.sign);
        self.change(SIGN.to_owned());
    }

    /// Somebody waits, with what is to be known of them then.
    pub(super) fn wait(&mut self, number: u64, stage: Stage, text: String) {
        self.waiting.push(Waiting { number, stage: Some(stage), text });
        self.change(name(number));
    }

    /// Those who waited for this, in the order in which they came.
    pub(super) fn take(&mut self, stage: Stage) -> Vec<(u64, String)> {
        let mut taken = Vec::new();
        while let Some(at) = self.waiting.iter().position(|waiting| waiting.stage == Some(stage)) {
            let Waiting { number, text, .. } = self.waiting.remove(at);
            self.change(name(number));
            taken.push((number, text));
        }
        taken
    }

    /// Who asked with this number, should they wait for this.
    pub(super) fn take_one(&mut self, number: u64, stage: Stage) -> Option<String> {
        let is_one = |waiting: &Waiting| waiting.stage == Some(stage) && waiting.number == number;
        let at = self.waiting.iter().position(is_one)?;
        self.change(name(number));
        Some(self.waiting.remove(at).text)
    }

    fn change(&mut self, name: String) {
        if !self.changed.contains(&name) {
            self.changed.push(name);
        }
    }

    /// The pieces that have changed since this was last asked.
    pub(super) fn changes(&mut self, parts: &mut Vec<Part>) {
        for name in std::mem::take(&mut self.changed) {
            let text = self.text(&name);
            parts.push((name, text));
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let mut words = Words::out(WORD);
        match name {
            TOKEN => self.token.as_mut()?.cross(&mut words),
            SIGN => self.sign.cross(&mut words),
            _ => {
                let mut waiting = self.waiting.iter_mut();
                waiting.find(|one| self::name(one.number) == name)?.cross(&mut words);
            }
        }
        Some(words.text)
    }

    pub(super) fn from_parts<'a>(parts: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut memory = Memory::default();
        for (name, text) in parts {
            // A piece that cannot be read counts for nothing: so it is with all of them after a restart.
            let _ = memory.adopt(name, text);
        }
        memory
    }

    fn adopt(&mut self, name: &str, text: &str) -> Option<()> {
        let mut words = Words::of(text, WORD);
        match name {
            TOKEN => {
                let mut token = Token::default();
                token.cross(&mut words);
                self.token = words.fits.then_some(token);
            }
            SIGN => self.sign.cross(&mut words),
            _ => {
                let number = value::number(name.strip_prefix(WAIT)?)?;
                let mut one = Waiting { number, stage: None, text: String::new() };
                one.cross(&mut words);
                // In the order in which they came.
                let at = self.waiting.iter().filter(|waiting| waiting.number < number).count();
                self.waiting.insert(at, one);
            }
        }
        Some(())
    }
}

impl Token {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.until);
        words.flag(&mut self.proven);
        words.word(&mut self.value);
    }
}

impl Sign {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.not_before);
        words.few(&mut self.fruitless);
        words.few(&mut self.failed);
        words.few(&mut self.refusals);
        words.maybe(&mut self.signing);
        words.maybe(&mut self.looking);
        named(&Preparing::ALL, &mut self.preparing, words);
        words.few(&mut self.unsent);
        words.word(&mut self.refused);
    }
}

impl Waiting {
    fn cross(&mut self, words: &mut Words<'_>) {
        named(&Stage::ALL, &mut self.stage, words);
        words.remainder(&mut self.text);
    }
}

fn name(number: u64) -> String {
    [WAIT, &decimal(number)].concat()
}

impl<'a> Acquire<'a> {
    pub(super) fn text(&mut self) -> String {
        let mut words = Words::out(WORD);
        self.cross(&mut words);
        words.text
    }

    pub(super) fn read(text: &'a str) -> Acquire<'a> {
        let mut acquire = Acquire::default();
        acquire.cross(&mut Words::of(text, WORD));
        acquire
    }

    fn cross(&mut self, words: &mut Words<'a>) {
        words.number(&mut self.deadline);
        words.flag(&mut self.lost);
        words.flag(&mut self.spare);
        words.text(&mut self.id);
        words.text(&mut self.keys);
        words.text(&mut self.shard);
        words.text(&mut self.form);
        words.text(&mut self.fills);
    }
}
