//! What is kept, or crosses, as words with a sign between them. A type names its words once, in their order, for both ways: it
//! says them, or becomes what they say.

use crate::value::{self, cut_at, decimal};

/// Between the rows of a text, and between the words of a row.
pub(crate) const ROW: char = '\u{2}';
pub(crate) const WORD: char = '\u{1}';

/// What stands for a number that is not there.
const NONE: &str = "-";

/// One more of a list, whose words have yet to be read.
pub(super) fn added<T: Default>(all: &mut Vec<T>) -> &mut T {
    all.push(T::default());
    let last = all.len() - 1;
    &mut all[last]
}

/// Words on their way, in or out.
pub(crate) struct Words<'t> {
    between: char,
    /// On the way in, what has yet to be read.
    rest: Option<&'t str>,
    reads: bool,
    /// On the way out, what was said.
    pub(super) text: String,
    /// What is said next begins a row.
    begins: bool,
    /// On the way in: each word was there, and numbers were numbers.
    pub(super) fits: bool,
}

impl<'t> Words<'t> {
    /// The way in.
    pub(crate) fn of(text: &'t str, between: char) -> Self {
        Words { rest: Some(text), reads: true, ..Words::out(between) }
    }

    /// The way out.
    pub(crate) fn out(between: char) -> Self {
        let (rest, text) = (None, String::new());
        Words { between, rest, reads: false, text, begins: true, fits: true }
    }

    /// Begins one more row with this word.
    pub(super) fn row(&mut self, word: &str) {
        if !self.text.is_empty() {
            self.text.push(ROW);
        }
        self.begins = true;
        self.say(word);
    }

    pub(crate) fn say(&mut self, word: &str) {
        if !self.begins {
            self.text.push(self.between);
        }
        self.begins = false;
        self.text.push_str(word);
    }

    /// All that has yet to be read.
    pub(crate) fn rest(&mut self) -> Option<&'t str> {
        self.rest.take()
    }

    /// All was read.
    pub(super) fn is_done(&self) -> bool {
        self.reads && self.rest.is_none()
    }

    /// The next word, where there is one more.
    #[inline(never)]
    pub(crate) fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest()?;
        let Some((word, rest)) = cut_at(rest, self.between) else { return Some(rest) };
        self.rest = Some(rest);
        Some(word)
    }

    /// The next word; an empty one where there is none.
    #[inline(never)]
    pub(crate) fn read(&mut self) -> &'t str {
        let word = self.next();
        self.fits &= word.is_some();
        word.unwrap_or_default()
    }

    #[inline(never)]
    pub(super) fn text(&mut self, text: &mut &'t str) {
        if self.reads {
            *text = self.read();
        } else {
            self.say(text);
        }
    }

    #[inline(never)]
    pub(super) fn word(&mut self, word: &mut String) {
        if self.reads {
            self.read().clone_into(word);
        } else {
            self.say(word);
        }
    }

    /// The last word, which may have the sign in it.
    pub(super) fn remainder(&mut self, word: &mut String) {
        if self.reads {
            self.fits &= self.rest.is_some();
            self.rest().unwrap_or_default().clone_into(word);
        } else {
            self.say(word);
        }
    }

    #[inline(never)]
    pub(super) fn number(&mut self, number: &mut u64) {
        if self.reads {
            match value::number(self.read()) {
                Some(read) => *number = read,
                None => self.fits = false,
            }
        } else {
            self.say(&decimal(*number));
        }
    }

    #[inline(never)]
    pub(super) fn few(&mut self, few: &mut u32) {
        let mut number = u64::from(*few);
        self.number(&mut number);
        *few = u32::try_from(number).unwrap_or(u32::MAX);
    }

    /// A number that need not be there.
    #[inline(never)]
    pub(super) fn maybe(&mut self, number: &mut Option<u64>) {
        if self.reads {
            *number = self.next().and_then(value::number);
        } else {
            self.say(&number.map_or(NONE.to_owned(), decimal));
        }
    }

    #[inline(never)]
    pub(super) fn flag(&mut self, yes: &mut bool) {
        let mut number = u64::from(*yes);
        self.number(&mut number);
        *yes = number == 1;
    }
}
