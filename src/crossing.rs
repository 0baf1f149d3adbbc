//! How a type of ours becomes JSON text, and how it is read from what somebody hands over: a stored state, an object of a
//! script's. Each type says once which members it has, under which names, and one [`Passage`] goes through them in either
//! direction. What serde derives is a program for each type and direction; here it is a list of places, and the program is
//! the same for all.

#[cfg(test)]
mod tests;
mod types;
mod value;
mod words;

pub(crate) use value::{hear, tell};
pub(crate) use words::{begun, members, serde, tagged, words};

use crate::encoding::json_text;
use crate::packed::typed::letters;
use crate::packed::{Buffer, put};
use crate::value::{Value, cut_at, parts};

/// A type that crosses.
pub trait Crossing {
    /// One whose members have yet to be read.
    fn begin() -> Self
    where
        Self: Sized;

    /// Says what it is, or becomes what the passage has for it.
    fn cross(&mut self, passage: &mut Passage<'_>);

    /// It need not be said.
    fn says_nothing(&self) -> bool {
        false
    }
}

/// What somebody hands over. One stands at a place in it: at first the whole.
pub trait Source {
    /// Goes to the member that `names` has at that place; stays where it is absent.
    fn enter(&mut self, names: &'static str, at: usize) -> bool;

    /// Goes to an item of a list.
    fn item(&mut self, at: usize);

    /// Goes back from a member or an item.
    fn leave(&mut self);

    /// What stands here.
    fn look(&self) -> Seen;

    /// What stands here, whatever it is.
    fn value(&self) -> Option<Value<'static>>;
}

/// What stands at a place.
#[derive(Debug)]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// A whole number that a double holds exactly.
    Whole(i64),
    /// Text.
    Text(String),
    /// A list of so many items.
    List(usize),
    /// An object.
    Object,
    /// Something that no type of ours has.
    Other,
}

/// Items that cross one after the other.
pub trait Items {
    /// One more.
    fn grow(&mut self);

    /// The one at that place.
    fn item(&mut self, at: usize) -> Option<&mut dyn Crossing>;
}

/// A member that must be there; and one that is left out where it says nothing; and one that is said so, but never read.
pub const MUST: char = '!';
const MAY: char = '?';
const SAID: char = '>';

/// The name without its mark.
pub fn bare(name: &str) -> &str {
    name.trim_start_matches([MUST, MAY, SAID])
}

/// The word at a place among words with blanks between.
pub fn word(words: &'static str, at: usize) -> &'static str {
    parts(words, ' ').nth(at).unwrap_or_default()
}

/// Where a word stands among such words.
pub fn place(words: &str, given: &str) -> Option<usize> {
    parts(words, ' ').position(|word| word == given)
}

/// An object that is under way.
#[derive(Clone, Copy, Default)]
struct Object {
    names: &'static str,
    /// Those that have yet to come.
    rest: &'static str,
    at: usize,
    /// There is none: its members stay as they are.
    is_none: bool,
}

/// The way of a value, in or out.
pub struct Passage<'s> {
    source: Option<&'s mut dyn Source>,
    out: Buffer,
    fits: bool,
    object: Object,
    /// Those around it.
    around: Vec<Object>,
}

/// The JSON text of a value.
#[inline(never)]
pub fn written(value: &mut dyn Crossing) -> String {
    let mut passage = Passage::new(None);
    value.cross(&mut passage);
    letters(&passage.out)
}

/// Reads a value. It says whether what was handed over fits.
#[inline(never)]
pub fn fits(value: &mut dyn Crossing, source: &mut dyn Source) -> bool {
    let mut passage = Passage::new(Some(source));
    value.cross(&mut passage);
    passage.fits
}

/// The members of an object that is no type's.
pub struct Members<'m, 'n>(pub &'static str, pub &'m mut [&'n mut dyn Crossing]);

impl Crossing for Members<'_, '_> {
    fn begin() -> Self {
        Members("", &mut [])
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        passage.open(self.0);
        for member in &mut *self.1 {
            passage.next_member(*member);
        }
        passage.close();
    }
}

impl<'s> Passage<'s> {
    fn new(source: Option<&'s mut dyn Source>) -> Self {
        let (object, around) = (Object::default(), Vec::new());
        Passage { source, out: Buffer::new(), fits: true, object, around }
    }
}

impl Passage<'_> {
    /// The way in.
    pub fn reads(&self) -> bool {
        self.source.is_some()
    }

    /// What was handed over does not fit.
    pub fn refuse(&mut self) {
        self.fits = false;
    }

    fn look(&self) -> Seen {
        self.source.as_ref().map_or(Seen::Other, |source| source.look())
    }

    /// Begins an object. Its members come in the order of their names, which have blanks between and may have a mark before each.
    #[inline(never)]
    pub fn open(&mut self, names: &'static str) {
        let mut object = Object { names, rest: names, ..Object::default() };
        if self.reads() {
            object.is_none = !matches!(self.look(), Seen::Object);
            self.fits &= !object.is_none;
        } else {
            self.out.push(b'{');
        }
        self.around.push(std::mem::replace(&mut self.object, object));
    }

    /// The next member.
    #[inline(never)]
    pub fn member<T: Crossing>(&mut self, member: &mut T) {
        self.next_member(member);
    }

    /// The next member is this word.
    #[inline(never)]
    pub fn said(&mut self, mut word: &'static str) {
        self.next_member(&mut word);
    }

    #[inline(never)]
    fn next_member(&mut self, member: &mut dyn Crossing) {
        let Object { names, rest, at, is_none } = self.object;
        let (name, rest) = cut_at(rest, ' ').unwrap_or((rest, ""));
        self.object.rest = rest;
        self.object.at = at + 1;
        if let Some(source) = &mut self.source {
            if is_none || name.starts_with(SAID) {
            } else if source.enter(names, at) {
                member.cross(self);
                self.leave();
            } else if name.starts_with(MUST) {
                self.refuse();
            }
        } else if !(name.starts_with([MAY, SAID]) && member.says_nothing()) {
            self.next();
            json_text(bare(name).as_bytes(), &mut self.out);
            self.out.push(b':');
            member.cross(self);
        }
    }

    /// Ends an object.
    #[inline(never)]
    pub fn close(&mut self) {
        self.object = self.around.pop().unwrap_or_default();
        if !self.reads() {
            self.out.push(b'}');
        }
    }

    fn leave(&mut self) {
        if let Some(source) = &mut self.source {
            source.leave();
        }
    }

    /// The place of the next member or item.
    fn next(&mut self) {
        if !matches!(self.out.last(), Some(b'{' | b'[')) {
            self.out.push(b',');
        }
    }

    /// Items of one kind.
    #[inline(never)]
    pub fn list(&mut self, items: &mut dyn Items) {
        let mut at = 0;
        if let Seen::List(length) = self.look() {
            while at < length && self.fits {
                items.grow();
                if let (Some(source), Some(item)) = (&mut self.source, items.item(at)) {
                    source.item(at);
                    item.cross(self);
                    self.leave();
                }
                at += 1;
            }
        } else if self.reads() {
            self.refuse();
        } else {
            self.out.push(b'[');
            while let Some(item) = items.item(at) {
                self.next();
                item.cross(self);
                at += 1;
            }
            self.out.push(b']');
        }
    }

    /// Parts in their order, as a list.
    #[inline(never)]
    pub fn parts(&mut self, parts: &mut [&mut dyn Crossing]) {
        struct Parts<'p, 'q>(&'p mut [&'q mut dyn Crossing]);
        impl Items for Parts<'_, '_> {
            fn grow(&mut self) {}

            fn item(&mut self, at: usize) -> Option<&mut dyn Crossing> {
                // The trait object's own life ends with the list's.
                self.0.get_mut(at).map(|part| &mut **part as &mut dyn Crossing)
            }
        }
        if self.reads() && !matches!(self.look(), Seen::List(length) if length >= parts.len()) {
            return self.refuse();
        }
        self.list(&mut Parts(parts));
    }

    /// A text that has been said, or the one that is read.
    #[inline(never)]
    pub fn text(&mut self, said: &str) -> Option<String> {
        if self.reads() {
            let Seen::Text(text) = self.look() else {
                self.refuse();
                return None;
            };
            return Some(text);
        }
        json_text(said.as_bytes(), &mut self.out);
        None
    }

    /// The place of a word among words with blanks between: of the one that is said, or of the one that is read.
    #[inline(never)]
    pub fn word(&mut self, words: &'static str, said: usize) -> usize {
        let Some(given) = self.text(word(words, said)) else { return said };
        place(words, &given).unwrap_or_else(|| {
            self.refuse();
            said
        })
    }

    /// The kind of an object, by the word that it has for it.
    #[inline(never)]
    pub fn kind(&mut self, names: &'static str) -> String {
        let mut kind = String::new();
        self.open(names);
        self.member(&mut kind);
        self.close();
        kind
    }

    /// A number that is said, or the one that is read.
    #[inline(never)]
    pub fn number(&mut self, said: u64) -> Option<u64> {
        if self.reads() {
            if let Seen::Whole(whole) = self.look()
                && let Ok(whole) = u64::try_from(whole)
            {
                return Some(whole);
            }
            self.refuse();
            return None;
        }
        self.bare(&crate::value::decimal(said));
        None
    }

    /// A yes or no that is said, or the one that is read.
    #[inline(never)]
    pub fn flag(&mut self, said: bool) -> bool {
        if self.reads() {
            if let Seen::Flag(yes) = self.look() {
                return yes;
            }
            self.refuse();
        } else {
            self.bare(if said { "true" } else { "false" });
        }
        said
    }

    /// Whether nothing is here; or `none` says that nothing is to be.
    #[inline(never)]
    pub fn is_nothing(&mut self, none: bool) -> bool {
        if self.reads() {
            return matches!(self.look(), Seen::Nothing);
        }
        if none {
            self.bare("null");
        }
        none
    }

    fn bare(&mut self, text: &str) {
        put(&mut self.out, text.as_bytes());
    }
}
