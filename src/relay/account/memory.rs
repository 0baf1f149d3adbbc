//! What an account knows and nobody writes down: the token, which is a secret, and who waits for an answer. The host keeps
//! it in pieces too, so that a new instance of the module goes on where the one before stopped.

use super::{Acquire, Door};
use crate::relay::Piece;
use crate::relay::limiter::Part;
use crate::value::decimal;

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
#[derive(Clone, Debug, PartialEq)]
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

/// The name of a value in one of these tables, and back.
fn name_of<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, known)| known == value).map_or("", |(name, _)| *name)
}

fn named<T: Copy>(table: &[(&'static str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
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
    stage: Stage,
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
        self.waiting.push(Waiting { number, stage, text });
        self.change(name(number));
    }

    /// Those who waited for this, in the order in which they came.
    pub(super) fn take(&mut self, stage: Stage) -> Vec<(u64, String)> {
        let mut taken = Vec::new();
        while let Some(at) = self.waiting.iter().position(|waiting| waiting.stage == stage) {
            let Waiting { number, text, .. } = self.waiting.remove(at);
            self.change(name(number));
            taken.push((number, text));
        }
        taken
    }

    /// Who asked with this number, should they wait for this.
    pub(super) fn take_one(&mut self, number: u64, stage: Stage) -> Option<String> {
        let is_one = |waiting: &Waiting| waiting.stage == stage && waiting.number == number;
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
    pub(super) fn changes(&mut self, mut tell: impl FnMut(Part)) {
        for name in std::mem::take(&mut self.changed) {
            let text = self.text(&name);
            tell((name, text));
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        let mut out = Piece::new(WORD);
        if name == TOKEN {
            let token = self.token.as_ref()?;
            out.number(token.until);
            out.number(token.proven.into());
            out.word(&token.value);
        } else if name == SIGN {
            let sign = &self.sign;
            out.number(sign.not_before);
            for count in [sign.fruitless, sign.failed, sign.refusals] {
                out.number(count.into());
            }
            out.maybe(sign.signing);
            out.maybe(sign.looking);
            out.word(sign.preparing.map_or("", |one| name_of(&Preparing::ALL, &one)));
            out.number(sign.unsent.into());
            out.word(&sign.refused);
        } else {
            let waiting = self.waiting.iter().find(|waiting| self::name(waiting.number) == name)?;
            out.word(name_of(&Stage::ALL, &waiting.stage));
            out.word(&waiting.text);
        }
        Some(out.text)
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
        let mut words = Words::of(text);
        if name == TOKEN {
            let (until, proven) = (words.number()?, words.yes());
            self.token = Some(Token { value: words.word().to_owned(), until, proven });
        } else if name == SIGN {
            let few =
                |number: Option<u64>| u32::try_from(number.unwrap_or_default()).unwrap_or(u32::MAX);
            self.sign = Sign {
                not_before: words.number()?,
                fruitless: few(words.number()),
                failed: few(words.number()),
                refusals: few(words.number()),
                signing: words.number(),
                looking: words.number(),
                preparing: named(&Preparing::ALL, words.word()),
                unsent: few(words.number()),
                refused: words.word().to_owned(),
            };
        } else if let Some(number) = name.strip_prefix(WAIT) {
            let (stage, text) = text.split_once(WORD)?;
            let (number, stage) = (number.parse().ok()?, named(&Stage::ALL, stage)?);
            // In the order in which they came.
            let at = self.waiting.iter().filter(|waiting| waiting.number < number).count();
            self.waiting.insert(at, Waiting { number, stage, text: text.to_owned() });
        }
        Some(())
    }
}

fn name(number: u64) -> String {
    [WAIT, &decimal(number)].concat()
}

/// The words of a piece, one after the other.
pub(super) struct Words<'a>(std::str::Split<'a, char>);

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Words(text.split(WORD))
    }

    pub(super) fn word(&mut self) -> &'a str {
        self.0.next().unwrap_or_default()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.word().parse().ok()
    }

    pub(super) fn yes(&mut self) -> bool {
        self.word() == "1"
    }
}

impl Acquire<'_> {
    pub(super) fn text(&self) -> String {
        let mut out = Piece::new(WORD);
        // A number stands first, for what is empty does not begin a piece.
        out.number(self.deadline);
        out.number(self.lost.into());
        out.number(self.spare.into());
        for word in [self.id, self.keys, self.shard, self.form, self.fills] {
            out.word(word);
        }
        out.text
    }

    pub(super) fn read(text: &str) -> Acquire<'_> {
        let mut words = Words::of(text);
        Acquire {
            deadline: words.number().unwrap_or_default(),
            lost: words.yes(),
            spare: words.yes(),
            id: words.word(),
            keys: words.word(),
            shard: words.word(),
            form: words.word(),
            fills: words.word(),
        }
    }
}
