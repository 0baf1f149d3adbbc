//! Text: what every rule reads first, and the kinds `text`, `name` and `hidden`.

pub(super) mod class;

use crate::code::{self, Code};
use crate::draft::{Draft, Verdict, put_decimal};
use crate::field::{Field, Kind, Options};
use crate::host::Ask;
use crate::tape::{END, TEXT, put};

/// How many bytes the blank at the start has; 0 where there is none. Blank is what nobody sees: white space of any
/// width, zero-width characters and the marks of writing direction, which phones put around the numbers that people
/// copy. Of the control characters only tab and line ends; the others are faults.
pub(super) fn blank(text: &[u8]) -> usize {
    match text {
        [b' ' | b'\t' | b'\n' | b'\r', ..] => 1,
        // U+00A0
        [0xC2, 0xA0, ..] => 2,
        // U+1680; U+2000 to U+200B, U+200E, U+200F, U+2028 to U+202F; U+205F, U+2060, U+2066 to U+2069; U+3000; U+FEFF
        [0xE1, 0x9A, 0x80, ..]
        | [0xE2, 0x80, 0x80..=0x8B | 0x8E | 0x8F | 0xA8..=0xAF, ..]
        | [0xE2, 0x81, 0x9F | 0xA0 | 0xA6..=0xA9, ..]
        | [0xE3, 0x80, 0x80, ..]
        | [0xEF, 0xBB, 0xBF, ..] => 3,
        _ => 0,
    }
}

/// Whether something in it is blank, or should not be stored, or is one of these letters that nobody sees.
pub(super) fn has_unseen(mut text: &[u8], letters: &[[u8; 4]]) -> bool {
    while let [_, rest @ ..] = text {
        if blank(text) > 0 || unseen(text, false) > 0 || invisible(text, letters) > 0 {
            return true;
        }
        text = rest;
    }
    false
}

/// What nobody sees though it is a letter to a computer, as the first two bytes and the bounds of the third: Unicode's
/// `Default_Ignorable_Code_Point`, the braille blank, and what stands for objects. Copied text brings them along: a soft
/// hyphen, joiners, fillers, marks of direction, selectors of an emoji's look, tags.
pub(super) static INVISIBLE: [[u8; 4]; 18] = [
    // U+200C and U+200D stand first: of a domain they may be a part, and the others are of none.
    [0xE2, 0x80, 0x8C, 0x8D],
    // U+00AD; U+034F; U+061C
    [0xC2, 0xAD, 0, 0xFF],
    [0xCD, 0x8F, 0, 0xFF],
    [0xD8, 0x9C, 0, 0xFF],
    // U+115F, U+1160; U+17B4, U+17B5; U+180B to U+180F
    [0xE1, 0x85, 0x9F, 0xA0],
    [0xE1, 0x9E, 0xB4, 0xB5],
    [0xE1, 0xA0, 0x8B, 0x8F],
    // U+200B, U+200E, U+200F; U+202A to U+202E; U+2060 to U+206F; U+2800
    [0xE2, 0x80, 0x8B, 0x8B],
    [0xE2, 0x80, 0x8E, 0x8F],
    [0xE2, 0x80, 0xAA, 0xAE],
    [0xE2, 0x81, 0xA0, 0xAF],
    [0xE2, 0xA0, 0x80, 0x80],
    // U+3164; U+FE00 to U+FE0F; U+FEFF; U+FFA0; U+FFF0 to U+FFFC
    [0xE3, 0x85, 0xA4, 0xA4],
    [0xEF, 0xB8, 0x80, 0x8F],
    [0xEF, 0xBB, 0xBF, 0xBF],
    [0xEF, 0xBE, 0xA0, 0xA0],
    [0xEF, 0xBF, 0xB0, 0xBC],
    // U+E0000 to U+E0FFF
    [0xF3, 0xA0, 0x80, 0xBF],
];

/// How many bytes the letter at the start has that is one of these; 0 where it is none.
pub(super) fn invisible(text: &[u8], letters: &[[u8; 4]]) -> usize {
    let &[first, second, ..] = text else { return 0 };
    let third = text.get(2).copied().unwrap_or_default();
    let is = |row: &[u8; 4]| row[0] == first && row[1] == second && (row[2]..=row[3]).contains(&third);
    if !letters.iter().any(is) {
        return 0;
    }
    match first {
        ..0xE0 => 2,
        0xF0.. => 4,
        _ => 3,
    }
}

/// The text without the blanks around it.
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let (length @ 1.., rest) = (blank(text), text) {
        text = rest.get(length..).unwrap_or_default();
    }
    while let Some(length) = (1..=3).find(|length| {
        let last = text.len().checked_sub(*length).and_then(|at| text.get(at..)).unwrap_or_default();
        blank(last) == *length
    }) {
        text = text.get(..text.len().saturating_sub(length)).unwrap_or_default();
    }
    text
}

/// Whether the word is one of these, which have a blank between them.
#[inline(never)]
pub(super) fn has_word(words: &[u8], word: &[u8]) -> bool {
    words.split(|byte| *byte == b' ').any(|known| known == word)
}

/// What stands before and after the first such sign of ASCII.
#[inline(never)]
pub(super) fn cut(text: &[u8], sign: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == sign)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
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
/// be), a zero-width one, or one that turns the writing direction of what follows. U+200C and U+200D stay: Persian, the
/// scripts of India and emoji need them inside words.
fn unseen(text: &[u8], lines: bool) -> usize {
    match text {
        [b'\t' | b'\n', ..] if lines => 0,
        [..0x20 | 0x7F, ..] => 1,
        // U+0080 to U+009F
        [0xC2, 0x80..=0x9F, ..] => 2,
        // U+200B, U+202A to U+202E; U+2060, U+2066 to U+2069; U+FEFF
        [0xE2, 0x80, 0x8B | 0xAA..=0xAE, ..]
        | [0xE2, 0x81, 0xA0 | 0xA6..=0xA9, ..]
        | [0xEF, 0xBB, 0xBF, ..] => 3,
        _ => 0,
    }
}

/// Adds the text without what no field should store. Where a tab or a line end may not stay, a blank is between the words
/// that it kept apart.
pub(super) fn tidy(mut text: &[u8], lines: bool, draft: &mut Draft) {
    let start = draft.values.len();
    let wide = !text.is_ascii();
    let mut changed = false;
    // Copies the runs between what may be unseen.
    while let Some(at) = text.iter().position(|byte| matches!(byte, ..0x20 | 0x7F | 0xC2 | 0xE2 | 0xEF)) {
        let (run, tail) = text.split_at_checked(at).unwrap_or_default();
        put(&mut draft.values, run);
        let gone = unseen(tail, lines);
        changed |= gone > 0;
        match tail {
            [first, ..] if gone == 0 => draft.values.push(*first),
            [b'\t'..=b'\r', next, ..]
                if !matches!(next, b' ' | b'\t'..=b'\r')
                    && !matches!(draft.values.last(), Some(&(b' ' | TEXT))) =>
            {
                draft.values.push(b' ');
            }
            _ => {}
        }
        text = tail.get(gone.max(1)..).unwrap_or_default();
    }
    put(&mut draft.values, text);
    if changed && wide {
        // What stood apart may now combine.
        let mut typed = Vec::new();
        put(&mut typed, draft.values.get(start..).unwrap_or_default());
        draft.values.truncate(start);
        if !(draft.host)(Ask::Nfc, &typed, &mut draft.values) {
            put(&mut draft.values, &typed);
        }
    }
}

/// Takes the blanks around it from what was added last.
pub(super) fn trim_last(draft: &mut Draft, start: usize) {
    let added = draft.values.get_mut(start..).unwrap_or_default();
    let from = added.len().saturating_sub(trim_start(added).len());
    let length = trim(added).len();
    if from > 0 {
        for at in 0..length {
            let kept = added.get(at.saturating_add(from)).copied().unwrap_or_default();
            if let Some(place) = added.get_mut(at) {
                *place = kept;
            }
        }
    }
    draft.values.truncate(start.saturating_add(length));
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while let length @ 1.. = blank(text) {
        text = text.get(length..).unwrap_or_default();
    }
    text
}

/// How many characters a text has: Unicode scalar values, because that is what the databases behind the CRMs count in
/// a column of 255. An emoji is one, where HTML's `maxlength` counts two.
pub(super) fn count(text: &[u8]) -> usize {
    // All bytes but those that continue a character.
    text.iter().fold(0, |sum: usize, byte| sum.saturating_add(usize::from(byte & 0xC0 != 0x80)))
}

/// Whether `n` is within the field's bounds.
pub(super) fn within(
    n: usize,
    field: &Field<'_>,
    few: &'static Code,
    many: &'static Code,
    draft: &mut Draft,
) -> Verdict {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    let (limit, code) = match (field.min, field.max) {
        (Some(fewest), _) if n < fewest => (fewest, few),
        (_, Some(most)) if n > most => (most, many),
        _ => return Ok(()),
    };
    put_decimal(&mut draft.limit, limit);
    Err(code)
}

/// Free text, a person's name, a value that the page sets, or a choice of anything. Only names and choices are trimmed; the blanks inside stay,
/// because they are nobody's to judge. Blanks alone are nothing.
pub(super) fn check(field: &Field<'_>, text: &[u8], draft: &mut Draft) -> Verdict {
    let start = draft.values.len();
    draft.values.push(TEXT);
    tidy(text, field.kind == Kind::Text, draft);
    let inner = start.saturating_add(1);
    let added = draft.values.get(inner..).unwrap_or_default();
    if matches!(field.kind, Kind::Name | Kind::Choice) || trim_start(added).is_empty() {
        trim_last(draft, inner);
    }
    let added = draft.values.get(inner..).unwrap_or_default();
    if added.is_empty() {
        draft.values.truncate(start);
        return Ok(());
    }
    let length = if field.options.has(Options::BYTES) { added.len() } else { count(added) };
    draft.values.push(END);
    within(length, field, &code::TEXT_SHORT, &code::TEXT_LONG, draft)
}
