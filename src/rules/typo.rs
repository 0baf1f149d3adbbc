//! Slips of the keyboard in mail domains.
//!
//! Only one slip at a time is undone (a letter too many, too few, another, or two swapped), and only towards domains that
//! many leads have: at two slips the real domains of businesses begin to look like mistakes.

pub(super) mod words;

use super::text;
use words::{Words, words};

/// The mailboxes of providers: certainly no slips, and free for everybody.
pub(super) static FREE: Words = words!("../data/free_mail.txt");

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
const ENDINGS: [&str; 3] = ["com", "net", "org"];

/// The endings in use (IANA's root zone, 2026-11) that are one slip away from those and no shorter.
const REAL: [&str; 11] = ["bom", "cam", "mom", "bet", "nec", "new", "next", "ntt", "pet", "vet", "ong"];

/// The domain that was probably meant. `domain` is in lower case; it may lack its dot.
pub fn domain(domain: &str) -> Option<String> {
    if FREE.contains(domain) {
        return None;
    }
    let dot = text::cut(domain, b'.');
    let (name, ending) = dot.unwrap_or((domain, ""));
    for (right_name, right_ending) in TARGETS {
        let name_fits = name == *right_name || (right_name.len() > SHORT && slip(name, right_name, true));
        let ending_fits =
            ending == *right_ending || (right_ending.len() == 3 && slip(ending, right_ending, false));
        // `gmail`, and `gmailcom`.
        let cut_off = dot.is_none()
            && name.strip_prefix(right_name).is_some_and(|rest| rest.is_empty() || rest == *right_ending);
        if (name_fits && ending_fits) || cut_off {
            return Some([right_name, ".", right_ending].concat());
        }
    }
    let last_dot = domain.bytes().rposition(|byte| byte == b'.')?;
    let (head, last) = domain.split_at_checked(last_dot.saturating_add(1))?;
    if last.len() < 3 || REAL.contains(&last) {
        return None;
    }
    let right = ENDINGS.iter().find(|right| slip(last, right, false))?;
    Some([head, right].concat())
}

/// Whether exactly one slip lies between two words: an optimal string alignment distance of one. With `anchored`, the
/// first letter is the same or has changed places: `cloud.com` is not `icloud.com`.
fn slip(typed: &str, right: &str, anchored: bool) -> bool {
    if typed.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let (mut typed, mut right) = (typed.as_bytes(), right.as_bytes());
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
