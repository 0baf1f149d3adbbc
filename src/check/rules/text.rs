//! Text: what every rule reads first, and the kinds `text`, `name` and `hidden`.

pub(super) mod class;

use crate::check::field::{Field, Kind, Options};
use crate::check::writer::{ReportWriter, Verdict, put_decimal};
use crate::code::{self, Code};
use crate::host::Ask;
use crate::memory::shared;
use crate::packed::{Buffer, END, TEXT, put};

/// White space of any width, zero-width characters and the marks of writing direction.
const BLANK: u8 = 1;
/// What no field should store: a zero-width character, or one that turns the writing direction of what follows.
const UNSEEN: u8 = 1 << 1;
/// What nobody sees though it is a letter to a computer: Unicode's `Default_Ignorable_Code_Point`, the braille blank, and
/// what stands for objects. Copied text brings them along: a soft hyphen, fillers, selectors of an emoji's look, tags.
pub(super) const INVISIBLE: u8 = 1 << 2;
/// The same of letters that some scripts need: U+200C and U+200D.
pub(super) const JOINER: u8 = 1 << 3;

/// What is not ASCII and no letter for the eye: the first two bytes, the bounds of the third, and what it is.
static SIGNS: [[u8; 5]; 26] = [
    // U+00A0; U+00AD; U+034F; U+061C
    [0xC2, 0xA0, 0, 0xFF, BLANK],
    [0xC2, 0xAD, 0, 0xFF, INVISIBLE],
    [0xCD, 0x8F, 0, 0xFF, INVISIBLE],
    [0xD8, 0x9C, 0, 0xFF, INVISIBLE],
    // U+115F, U+1160; U+1680; U+17B4, U+17B5; U+180B to U+180F
    [0xE1, 0x85, 0x9F, 0xA0, INVISIBLE],
    [0xE1, 0x9A, 0x80, 0x80, BLANK],
    [0xE1, 0x9E, 0xB4, 0xB5, INVISIBLE],
    [0xE1, 0xA0, 0x8B, 0x8F, INVISIBLE],
    // U+2000 to U+200F; U+2028 to U+202F
    [0xE2, 0x80, 0x80, 0x8A, BLANK],
    [0xE2, 0x80, 0x8B, 0x8B, BLANK | UNSEEN | INVISIBLE],
    [0xE2, 0x80, 0x8C, 0x8D, JOINER],
    [0xE2, 0x80, 0x8E, 0x8F, BLANK | INVISIBLE],
    [0xE2, 0x80, 0xAA, 0xAE, BLANK | UNSEEN | INVISIBLE],
    [0xE2, 0x80, 0xA8, 0xAF, BLANK],
    // U+205F to U+206F; U+2800
    [0xE2, 0x81, 0x9F, 0x9F, BLANK],
    [0xE2, 0x81, 0xA0, 0xA0, BLANK | UNSEEN | INVISIBLE],
    [0xE2, 0x81, 0xA6, 0xA9, BLANK | UNSEEN | INVISIBLE],
    [0xE2, 0x81, 0xA1, 0xAF, INVISIBLE],
    [0xE2, 0xA0, 0x80, 0x80, INVISIBLE],
    // U+3000; U+3164
    [0xE3, 0x80, 0x80, 0x80, BLANK],
    [0xE3, 0x85, 0xA4, 0xA4, INVISIBLE],
    // U+FE00 to U+FE0F; U+FEFF; U+FFA0; U+FFF0 to U+FFFC
    [0xEF, 0xB8, 0x80, 0x8F, INVISIBLE],
    [0xEF, 0xBB, 0xBF, 0xBF, BLANK | UNSEEN | INVISIBLE],
    [0xEF, 0xBE, 0xA0, 0xA0, INVISIBLE],
    [0xEF, 0xBF, 0xB0, 0xBC, INVISIBLE],
    // U+E0000 to U+E0FFF
    [0xF3, 0xA0, 0x80, 0xBF, INVISIBLE],
];

shared! {
    "s",
    /// How many bytes the sign at the start has where it is one of these kinds and not ASCII; 0 where it is not.
    #[inline(never)]
    pub(super) fn is_sign(text: &[u8], kinds: u8) -> usize {
        let &[first @ 0x80..=0xFF, second, ..] = text else { return 0 };
        let third = text.get(2).copied().unwrap_or_default();
        for [one, two, from, to, kind] in &SIGNS {
            if *one == first && *two == second && (*from..=*to).contains(&third) {
                let length = if first < 0xE0 { 2 } else { 3 + usize::from(first >= 0xF0) };
                return if kind & kinds > 0 { length } else { 0 };
            }
        }
        0
    }
}

shared! {
    "b",
    /// How many bytes the blank at the start has; 0 where there is none. Blank is what nobody sees; phones put the marks of
    /// direction around the numbers that people copy. Of the control characters only tab and line ends; the others are faults.
    #[inline(never)]
    pub(super) fn blank(text: &[u8]) -> usize {
        match text {
            [b' ' | b'\t' | b'\n' | b'\r', ..] => 1,
            [0x80..=0xFF, ..] => is_sign(text, BLANK),
            _ => 0,
        }
    }
}

/// Whether something in it is blank, or should not be stored, or is one of the letters of these kinds.
pub(super) fn has_unseen(mut text: &[u8], kinds: u8) -> bool {
    while let [_, rest @ ..] = text {
        if blank(text) > 0 || unseen(text, false) > 0 || is_sign(text, kinds) > 0 {
            return true;
        }
        text = rest;
    }
    false
}

shared! {
    "t",
    /// The text without the blanks around it.
    pub(super) fn trim(text: &[u8]) -> &[u8] {
        let mut text = trim_start(text);
        // From the first byte of the last character on.
        while let Some(at) = text.iter().rposition(|byte| byte & 0xC0 != 0x80) {
            let (rest, last) = text.split_at_checked(at).unwrap_or_default();
            if blank(last) != last.len() {
                break;
            }
            text = rest;
        }
        text
    }
}

shared! {
    "w",
    /// Whether the word is one of these, which have a blank between them.
    #[inline(never)]
    pub(super) fn has_word(words: &[u8], word: &[u8]) -> bool {
        words.split(|byte| *byte == b' ').any(|known| known == word)
    }
}

shared! {
    "c",
    /// What stands before and after the first such sign of ASCII.
    #[inline(never)]
    pub(super) fn cut(text: &[u8], sign: u8) -> Option<(&[u8], &[u8])> {
        let at = text.iter().position(|byte| *byte == sign)?;
        Some((text.get(..at)?, text.get(at + 1..)?))
    }
}

/// The next sign as a keyboard of ASCII has it, and how many bytes it has: full-width signs, the dashes and quotes that
/// word processors put in, any blank. What is not ASCII then has no such sign, and is its first byte.
pub(super) fn plain(text: &[u8]) -> (u8, usize) {
    match text {
        // Full-width signs, from East Asian keyboards: their block, from U+FF01, repeats ASCII.
        [0xEF, 0xBC, third @ 0x81..=0xBF, ..] => (third.wrapping_sub(0x60), 3),
        [0xEF, 0xBD, third @ 0x80..=0x9E, ..] => (third.wrapping_sub(0x20), 3),
        // U+2010 to U+2015; U+2212
        [0xE2, 0x80, 0x90..=0x95, ..] | [0xE2, 0x88, 0x92, ..] => (b'-', 3),
        // U+2018, U+2019; U+201C, U+201D
        [0xE2, 0x80, 0x98 | 0x99, ..] => (b'\'', 3),
        [0xE2, 0x80, 0x9C | 0x9D, ..] => (b'"', 3),
        [first, ..] => match blank(text) {
            0 => (*first, 1),
            length => (b' ', length),
        },
        [] => (0, 0),
    }
}

/// How many bytes at the start no field should store: a control character (tab and line end may stay where `lines` may
/// be), or another such sign. U+200C and U+200D stay: Persian, the scripts of India and emoji need them inside words.
fn unseen(text: &[u8], lines: bool) -> usize {
    match text {
        [b'\t' | b'\n', ..] if lines => 0,
        [..0x20 | 0x7F, ..] => 1,
        // U+0080 to U+009F
        [0xC2, 0x80..=0x9F, ..] => 2,
        _ => is_sign(text, UNSEEN),
    }
}

/// Adds the text without what no field should store. Where a tab or a line end may not stay, a blank is between the words
/// that it kept apart.
pub(super) fn tidy(typed: &[u8], lines: bool, writer: &mut ReportWriter) {
    let start = writer.values.len();
    let mut text = typed;
    let mut changed = false;
    // Copies the runs between what may be unseen.
    while let Some(at) =
        text.iter().position(|byte| matches!(byte, ..0x20 | 0x7F | 0xC2 | 0xE2 | 0xEF))
    {
        let (run, tail) = text.split_at_checked(at).unwrap_or_default();
        put(&mut writer.values, run);
        let gone = unseen(tail, lines);
        changed |= gone > 0;
        match tail {
            [first, ..] if gone == 0 => writer.values.push(*first),
            [b'\t'..=b'\r', next, ..]
                if !matches!(next, b' ' | b'\t'..=b'\r')
                    && !matches!(writer.values.last(), Some(&(b' ' | TEXT))) =>
            {
                writer.values.push(b' ');
            }
            _ => {}
        }
        text = tail.get(gone.max(1)..).unwrap_or_default();
    }
    put(&mut writer.values, text);
    if changed && !typed.is_ascii() {
        // What stood apart may now combine.
        let mut apart = Buffer::new();
        put(&mut apart, writer.values.get(start..).unwrap_or_default());
        writer.values.truncate(start);
        if !(writer.host)(Ask::Nfc, &apart, &mut writer.values) {
            put(&mut writer.values, &apart);
        }
    }
}

/// Takes the blanks around it from what was added last.
pub(super) fn trim_last(writer: &mut ReportWriter, start: usize) {
    let added = writer.values.get_mut(start..).unwrap_or_default();
    let from = added.len().saturating_sub(trim_start(added).len());
    let length = trim(added).len();
    if from > 0 {
        for at in 0..length {
            let kept = added.get(at + from).copied().unwrap_or_default();
            if let Some(place) = added.get_mut(at) {
                *place = kept;
            }
        }
    }
    writer.values.truncate(start + length);
}

#[inline(never)]
fn trim_start(mut text: &[u8]) -> &[u8] {
    while let length @ 1.. = blank(text) {
        text = text.get(length..).unwrap_or_default();
    }
    text
}

shared! {
    "n",
    /// How many characters a text has: Unicode scalar values, because that is what the databases behind the CRMs count in
    /// a column of 255. An emoji is one, where HTML's `maxlength` counts two.
    #[inline(never)]
    pub(super) fn count(text: &[u8]) -> usize {
        // All bytes but those that continue a character.
        text.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
    }
}

/// Whether `n` is within the field's bounds.
pub(super) fn within(
    n: usize,
    field: &Field<'_>,
    few: &'static Code,
    many: &'static Code,
    writer: &mut ReportWriter,
) -> Verdict {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    let (limit, code) = match (field.min, field.max) {
        (Some(fewest), _) if n < fewest => (fewest, few),
        (_, Some(most)) if n > most => (most, many),
        _ => return Ok(()),
    };
    put_decimal(&mut writer.limit, limit);
    Err(code)
}

/// Free text, a person's name, a value that the page sets, or a choice of anything. Only names and choices are trimmed; the blanks inside stay,
/// because they are nobody's to judge. Blanks alone are nothing.
pub(super) fn check(field: &Field<'_>, text: &[u8], writer: &mut ReportWriter) -> Verdict {
    let start = writer.values.len();
    writer.values.push(TEXT);
    tidy(text, field.kind == Kind::Text, writer);
    let inner = start + 1;
    let added = writer.values.get(inner..).unwrap_or_default();
    if matches!(field.kind, Kind::Name | Kind::Choice) || trim_start(added).is_empty() {
        trim_last(writer, inner);
    }
    let added = writer.values.get(inner..).unwrap_or_default();
    if added.is_empty() {
        writer.values.truncate(start);
        return Ok(());
    }
    let length = if field.options.has(Options::BYTES) { added.len() } else { count(added) };
    writer.values.push(END);
    within(length, field, &code::TEXT_SHORT, &code::TEXT_LONG, writer)
}
