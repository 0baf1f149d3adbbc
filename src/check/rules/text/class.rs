//! The classes of bytes that rules ask for, as one table: shorter and quicker than the questions themselves.

use crate::memory::shared;

pub(in crate::check::rules) const DIGIT: u8 = 1;
pub(in crate::check::rules) const LETTER: u8 = 1 << 1;
/// What may be in a mail address before the @, but the dot (atext of RFC 5322, 3.2.3).
pub(in crate::check::rules) const ATEXT: u8 = 1 << 2;
/// What may be in a domain (RFC 1034, 3.5).
pub(in crate::check::rules) const DOMAIN: u8 = 1 << 3;
/// What a URL's host may be typed with: also an underscore, and letters of other scripts.
pub(in crate::check::rules) const HOST: u8 = 1 << 4;
/// What a URL may be typed with (RFC 3986), and other scripts.
pub(in crate::check::rules) const URL: u8 = 1 << 5;
/// What a cookie may hold (RFC 6265, 4.1.1).
pub(in crate::check::rules) const COOKIE: u8 = 1 << 6;
/// What a place's name may have.
pub(in crate::check::rules) const NAME: u8 = 1 << 7;

static CLASSES: [u8; 256] = classes();

shared! {
    "a",
    /// Whether all bytes are of one of these classes.
    #[inline(never)]
    pub(in crate::check::rules) fn all(text: &[u8], classes: u8) -> bool {
        text.iter().all(|byte| is(*byte, classes))
    }
}

/// Whether a byte is of one of these classes.
pub(in crate::check::rules) fn is(byte: u8, classes: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|class| class & classes != 0)
}

#[allow(clippy::cast_possible_truncation, reason = "runs at compile time only")]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        classes[at] = match at as u8 {
            b'0'..=b'9' => DIGIT | ATEXT | DOMAIN | HOST | URL | COOKIE | NAME,
            b'A'..=b'Z' | b'a'..=b'z' => LETTER | ATEXT | DOMAIN | HOST | URL | COOKIE | NAME,
            b'-' => ATEXT | DOMAIN | HOST | URL | COOKIE | NAME,
            b'.' => DOMAIN | HOST | URL | COOKIE | NAME,
            b'_' => ATEXT | HOST | URL | COOKIE | NAME,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'/' | b'=' | b'?' | b'~' => {
                ATEXT | URL | COOKIE | NAME
            }
            b'^' | b'`' | b'{' | b'|' | b'}' => ATEXT | COOKIE | NAME,
            b'(' | b')' | b':' | b'[' | b']' => URL | COOKIE | NAME,
            b'@' => URL | COOKIE,
            b',' | b';' => URL | NAME,
            b'<' | b'>' => COOKIE,
            b' ' => NAME,
            128.. => HOST | URL | NAME,
            _ => 0,
        };
        at += 1;
    }
    classes
}
