//! A list of words, packed at compile time, so that a page carries the bare letters and looking one up is quick.

/// Longer words are not packed.
pub(in crate::check::rules) const LONGEST: usize = 30;

/// Words in the order of their length, without anything between them.
pub(in crate::check::rules) struct Words {
    pub(in crate::check::rules) letters: &'static [u8],
    /// Where the words of each length begin.
    pub(in crate::check::rules) starts: &'static [u16; LONGEST + 2],
}

impl Words {
    /// Whether the word is one of these, in any case.
    pub(in crate::check::rules) fn contains(&self, word: &[u8]) -> bool {
        let length = word.len();
        let place = |at: usize| self.starts.get(at).map(|start| usize::from(*start));
        let (Some(from), Some(to)) = (place(length), place(length + 1)) else {
            return false;
        };
        let Some(first) = word.first().map(u8::to_ascii_lowercase) else { return false };
        let mut rest = self.letters.get(from..to).unwrap_or_default();
        while let Some((known, others)) = rest.split_at_checked(length) {
            // Most words differ in their first letter already.
            if known.first() == Some(&first) && known.eq_ignore_ascii_case(word) {
                return true;
            }
            rest = others;
        }
        false
    }
}

/// Packs the words of a file of `src/data`; `#` begins a line of remarks.
macro_rules! words {
    ($file:literal) => {{
        use $crate::check::rules::typo::words::{LONGEST, Words, pack, size};
        const TEXT: &[u8] = include_bytes!($file);
        const PACKED: ([u8; size(TEXT)], [u16; LONGEST + 2]) = pack(TEXT);
        static LETTERS: [u8; size(TEXT)] = PACKED.0;
        static STARTS: [u16; LONGEST + 2] = PACKED.1;
        Words { letters: &LETTERS, starts: &STARTS }
    }};
}
pub(in crate::check::rules) use words;

/// How many letters all words have.
pub(in crate::check::rules) const fn size(text: &[u8]) -> usize {
    let (mut at, mut sum) = (0, 0);
    while let Some((from, to)) = next(text, at) {
        sum += to - from;
        at = to;
    }
    sum
}

/// The words in order of their length, and where each length begins.
#[allow(
    clippy::cast_possible_truncation,
    reason = "runs at compile time only: what is out of bounds stops the build"
)]
pub(in crate::check::rules) const fn pack<const N: usize>(
    text: &[u8],
) -> ([u8; N], [u16; LONGEST + 2]) {
    let (mut letters, mut starts) = ([0; N], [0; LONGEST + 2]);
    let (mut length, mut filled) = (0, 0);
    while length <= LONGEST {
        starts[length] = filled as u16;
        let mut at = 0;
        while let Some((from, to)) = next(text, at) {
            if to - from == length {
                let mut letter = from;
                while letter < to {
                    letters[filled] = text[letter];
                    filled += 1;
                    letter += 1;
                }
            }
            at = to;
        }
        length += 1;
    }
    starts[length] = filled as u16;
    assert!(filled == N, "a word is longer than LONGEST");
    (letters, starts)
}

/// Where the next word begins and ends.
pub(in crate::check::rules) const fn next(text: &[u8], mut at: usize) -> Option<(usize, usize)> {
    while at < text.len() && (text[at] <= b' ' || text[at] == b'#') {
        let remark = text[at] == b'#';
        while remark && at < text.len() && text[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    let from = at;
    while at < text.len() && text[at] > b' ' {
        at += 1;
    }
    if from < at { Some((from, at)) } else { None }
}
