//! The packed text that values travel in, through the engine and over the border: one text in, one text out.
//!
//! A value is a mark and what follows: `TEXT` and `NUMBER` their letters up to `END`, `YES`, `NO` and `NULL`
//! nothing, `LIST` values and `MAP` names (up to `END`) with values, both up to `CLOSE`. No text holds a mark:
//! whoever packs puts `STAND_IN` in its place. Texts are in Unicode's form NFC, because a verdict must not depend on where
//! it was given; a page leaves that to the browser, whose tables are there already.
//!
//! Nothing here owns or frees anything, so a page pays neither the time nor the bytes of either.

use crate::memory::shared;
pub(crate) use crate::memory::{Buffer, List, kept};

/// Ends a text or a name.
pub(crate) const END: u8 = 0;
/// Begins a text.
pub(crate) const TEXT: u8 = 1;
/// Begins a number's decimal text.
pub(crate) const NUMBER: u8 = 2;
pub(crate) const YES: u8 = 3;
pub(crate) const NO: u8 = 4;
pub(crate) const NULL: u8 = 5;
pub(crate) const LIST: u8 = 6;
pub(crate) const MAP: u8 = 7;
/// Ends a list or a map.
pub(crate) const CLOSE: u8 = 8;

/// All of them, for the generator of the script's.
pub const MARKS: [(&str, u8); 10] = [
    ("END", END),
    ("TEXT", TEXT),
    ("NUMBER", NUMBER),
    ("YES", YES),
    ("NO", NO),
    ("NULL", NULL),
    ("LIST", LIST),
    ("MAP", MAP),
    ("CLOSE", CLOSE),
    ("STAND_IN", STAND_IN),
];

/// What stands for a mark in a text: a control character, too, so every rule judges it alike.
pub(crate) const STAND_IN: u8 = 0x0E;

/// How deep a packed value may nest; what is deeper is null. Parameters go four deep.
pub const MAX_DEPTH: u8 = 24;

/// One value, as its mark says.
#[derive(Clone, Copy)]
pub(crate) enum Node<'t> {
    Null,
    Bool(bool),
    Number(&'t [u8]),
    Text(&'t [u8]),
    List(PackedValues<'t>),
    Map(PackedValues<'t>),
}

impl<'t> Node<'t> {
    /// Reads one packed value; nothing, and whatever is malformed, is null.
    pub(crate) fn of(packed: &'t [u8]) -> Self {
        #[cfg(not(any(feature = "full", feature = "lean", not(target_arch = "wasm32"))))]
        return node(packed);
        #[cfg(any(feature = "full", feature = "lean", not(target_arch = "wasm32")))]
        match packed {
            [TEXT, text @ .., END] => Node::Text(text),
            [NUMBER, digits @ .., END] => Node::Number(digits),
            [YES] => Node::Bool(true),
            [NO] => Node::Bool(false),
            [LIST, items @ .., CLOSE] => Node::List(PackedValues(items)),
            [MAP, entries @ .., CLOSE] => Node::Map(PackedValues(entries)),
            _ => Node::Null,
        }
    }

    /// The letters of a text or a number.
    pub(crate) fn text(self) -> Option<&'t [u8]> {
        match self {
            Node::Text(text) | Node::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The packed value under `name`, when this is a map; nothing otherwise.
    #[inline(never)]
    pub(crate) fn get(self, name: &[u8]) -> &'t [u8] {
        match self {
            Node::Map(entries) => entries.find(name),
            _ => &[],
        }
    }
}

#[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
shared! {
    "o",
    fn node(packed: &[u8]) -> Node<'_> {
        Node::of(packed)
    }
}

/// The letters of a packed text or number.
pub(crate) fn text_of(packed: &[u8]) -> Option<&[u8]> {
    Node::of(packed).text()
}

/// What is left to read of a packed text.
#[derive(Clone, Copy)]
pub(crate) struct PackedValues<'t>(pub(crate) &'t [u8]);

impl<'t> PackedValues<'t> {
    pub(crate) fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// The packed value under a name of packed entries; nothing where there is none.
    #[inline(never)]
    pub(crate) fn find(mut self, name: &[u8]) -> &'t [u8] {
        while !self.is_done() {
            let (known, value) = self.entry();
            if known == name {
                return value;
            }
        }
        &[]
    }

    /// Takes the letters up to the end of a text or name.
    pub(crate) fn text(&mut self) -> &'t [u8] {
        let length = until(self.0, |byte| byte == END);
        let text = self.take(length);
        self.take(1);
        text
    }

    /// Takes one value, its marks with it.
    pub(crate) fn value(&mut self) -> &'t [u8] {
        let length = match self.0.first() {
            Some(&(TEXT | NUMBER)) => until(self.0, |byte| byte == END) + 1,
            Some(&(LIST | MAP)) => {
                let mut depth = 0_usize;
                // Letters are no marks, so only brackets count.
                until(self.0, |byte| {
                    depth = match byte {
                        LIST | MAP => depth + 1,
                        CLOSE => depth.saturating_sub(1),
                        _ => depth,
                    };
                    depth == 0
                }) + 1
            }
            _ => 1,
        };
        self.take(length)
    }

    /// Takes a name and its value.
    #[inline(never)]
    pub(crate) fn entry(&mut self) -> (&'t [u8], &'t [u8]) {
        (self.text(), self.value())
    }

    fn take(&mut self, length: usize) -> &'t [u8] {
        let (taken, rest) = self.0.split_at_checked(length).unwrap_or((self.0, &[]));
        self.0 = rest;
        taken
    }
}

/// How many bytes stand before the first that `ends`; all of them where none does.
pub(crate) fn until(bytes: &[u8], mut ends: impl FnMut(u8) -> bool) -> usize {
    let mut length = 0_usize;
    for byte in bytes {
        if ends(*byte) {
            break;
        }
        length += 1;
    }
    length
}

shared! {
    "p",
    /// Adds bytes. One function for all, because each call of the library's own carries its growth along.
    #[inline(never)]
    pub(crate) fn put(out: &mut Buffer, bytes: &[u8]) {
        crate::memory::add(out, bytes);
    }
}

/// Adds a text with its marks.
pub(crate) fn put_text(out: &mut Buffer, text: &[u8]) {
    out.push(TEXT);
    put(out, text);
    out.push(END);
}

/// Packed texts of typed values, and back. A page's are packed and read by its script.
pub(crate) mod typed;
