//! Slips of the keyboard in mail domains.
//!
//! Only one slip at a time is undone (a letter too many, too few, another, or two swapped), and only towards domains that
//! many leads have: at two slips the real domains of businesses begin to look like mistakes.

pub(super) mod words;

use super::text;
use crate::memory::shared;
use crate::packed::{Buffer, put};
use words::{Words, words};

/// The mailboxes of providers: certainly no slips, and free for everybody.
static FREE: Words = words!("../../data/free_mail.txt");

shared! {
    "f",
    /// Whether the domain is a provider's.
    #[cfg_attr(any(feature = "full", not(target_arch = "wasm32")), inline(always))]
    #[allow(clippy::inline_always, reason = "it is only a name for what stands in it")]
    pub(super) fn is_free(domain: &[u8]) -> bool {
        FREE.contains(domain)
    }
}

/// The domains that a slip is undone towards, the most common first: name and ending.
const TARGETS: &[(&str, &str)] = &[
    ("gmail", "com"),
    ("yahoo", "com"),
    ("hotmail", "com"),
    ("outlook", "com"),
    ("icloud", "com"),
    ("aol", "com"),
    ("comcast", "net"),
    ("live", "com"),
    ("msn", "com"),
    ("att", "net"),
    ("verizon", "net"),
    ("sbcglobal", "net"),
    ("bellsouth", "net"),
    ("protonmail", "com"),
    ("yahoo", "ca"),
    ("hotmail", "ca"),
    ("yahoo", "co.uk"),
    ("hotmail", "co.uk"),
];

/// Names up to this length have too many real neighbours (`aon.com` beside `aol.com`): they must be right themselves.
const SHORT: usize = 4;

/// Endings that a slip is undone towards on any domain.
const ENDINGS: &[u8] = b"com net org edu gov";

/// The endings in use (IANA's root zone, 2026-11) that are one slip away from those and no shorter.
const REAL: &[u8] = b"bom cam mom bet nec new next ntt pet vet ong goo gop got mov";

/// Adds the domain that was probably meant, and says whether there is one. `domain` is in lower case, may lack its dot,
/// and is none of [`FREE`].
pub(crate) fn put_meant(domain: &[u8], out: &mut Buffer) -> bool {
    let dot = text::cut(domain, b'.');
    let (name, ending) = dot.unwrap_or((domain, b""));
    // Two slips, and more common than most single ones.
    let name = if name == b"icould" { b"icloud" } else { name };
    for (right_name, right_ending) in TARGETS {
        let (right_name, right_ending) = (right_name.as_bytes(), right_ending.as_bytes());
        // One slip changes a length by one at most; and the first letter is right, or has changed places.
        if (dot.is_some() && name.len().abs_diff(right_name.len()) > 1)
            || name.iter().take(2).all(|letter| Some(letter) != right_name.first())
        {
            continue;
        }
        let name_fits =
            name == right_name || (right_name.len() > SHORT && slip(name, right_name, true));
        // `gmail`, and `gmailcom`.
        let cut_off = dot.is_none()
            && name
                .strip_prefix(right_name)
                .is_some_and(|rest| rest.is_empty() || rest == right_ending);
        if cut_off
            || (name_fits
                && (ending == right_ending
                    || (right_ending.len() == 3 && slip(ending, right_ending, false))
                    || (name == right_name && is_elsewhere(right_name, ending))))
        {
            put(out, right_name);
            out.push(b'.');
            put(out, right_ending);
            return true;
        }
    }
    let mut last = domain;
    while let Some((_, rest)) = text::cut(last, b'.') {
        last = rest;
    }
    // None of these is a slip away from another.
    if last.len() < 3
        || last.len() == domain.len()
        || text::has_word(ENDINGS, last)
        || text::has_word(REAL, last)
    {
        return false;
    }
    let Some(right) = ENDINGS.split(|byte| *byte == b' ').find(|right| slip(last, right, false))
    else {
        return false;
    };
    let mut meant = Buffer::new();
    put(&mut meant, domain.get(..domain.len().saturating_sub(last.len())).unwrap_or_default());
    put(&mut meant, right);
    // `yahoo.ore` would be `yahoo.org`, and that is one of those that nobody has.
    if is_free(&meant) || !put_meant(&meant, out) {
        put(out, &meant);
    }
    true
}

/// Whether nobody's mailbox is below this ending: the `.net` and `.org` of these providers are not theirs, Gmail has no
/// domains of countries, and one letter is an ending that was not typed to its end.
fn is_elsewhere(name: &[u8], ending: &[u8]) -> bool {
    let abroad = name == b"gmail" && text::has_word(b"ca us co.uk", ending);
    abroad || (name.len() > SHORT && text::has_word(b"net org c n", ending))
}

/// Whether exactly one slip lies between two words: an optimal string alignment distance of one. With `anchored`, the
/// first letter is the same or has changed places: `cloud.com` is not `icloud.com`.
pub(crate) fn slip(mut typed: &[u8], mut right: &[u8], anchored: bool) -> bool {
    if typed.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let mut anchored = anchored;
    while let ([a, typed_rest @ ..], [b, right_rest @ ..]) = (typed, right) {
        if a != b {
            break;
        }
        (typed, right, anchored) = (typed_rest, right_rest, false);
    }
    while let ([typed_rest @ .., a], [right_rest @ .., b]) = (typed, right) {
        if a != b {
            break;
        }
        (typed, right) = (typed_rest, right_rest);
    }
    match (typed, right) {
        ([_], [] | [_]) | ([], [_]) => !anchored,
        ([a, b], [x, y]) => a == y && b == x,
        _ => false,
    }
}
