//! What the engine asks of its host: the tables of Unicode and regular expressions, which are too heavy for a page that
//! has them already.

#[cfg(all(feature = "web", target_arch = "wasm32"))]
mod javascript;
#[cfg(not(target_arch = "wasm32"))]
mod pattern;

use crate::memory::Buffer;

/// What is asked, by the number that a script knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The ASCII form of a domain (UTS #46, as the URL standard's *domain to ASCII* applies it). The asker has made sure
    /// that all its ASCII characters are letters, digits, hyphens and dots: a URL parser would read a slash or a colon
    /// as the end of the host. There is none of a domain with signs, dashes or emoji: that mapping takes them, and the
    /// registries that mail goes by do not (RFC 5892).
    AsciiDomain = 0,
    /// Unicode's form NFC of a text.
    Nfc = 1,
    /// Whether a pattern matches the whole of a text, both in one with a NUL between them: JavaScript's regular
    /// expressions with the flag `v`, as the HTML standard has them (4.10.5.3.6). One that is none matches everything.
    Pattern = 2,
    /// The domain that was probably meant. With the next two it is advice, which decides nothing: a page gets it later.
    Meant = 4,
    /// The address that stands in a text which is none.
    Repaired = 5,
    /// The place of an area code.
    #[cfg(feature = "wasm")]
    Place = 6,
    /// The part of a pattern by which one text can be divided in so many ways that [`Ask::Pattern`] would not come back.
    /// Nothing of one that is harmless. Pages do not ask: the relay has, before it gave them its form.
    #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
    Repeats = 3,
    /// The sentence of a code; see [`crate::code::ELSEWHERE`].
    #[cfg(all(target_arch = "wasm32", feature = "edge"))]
    Sentence = 7,
}

/// Answers at the end of `out`; false when there is no answer.
pub(crate) type Host = fn(Ask, &[u8], out: &mut Buffer) -> bool;

/// Longer texts are not composed.
#[cfg(not(target_arch = "wasm32"))]
const MAX_COMPOSED: usize = 1 << 20;

/// The most combining marks in a row. More take time with the square of their number to put in order, and no writing has
/// them (UAX #15-D4); `pkg/src/core/pack.ts` keeps as many.
#[cfg(any(feature = "web", not(target_arch = "wasm32")))]
const MAX_MARKS: u32 = 30;

/// Unicode's form NFC, without marks that no writing has.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn nfc(text: &str) -> std::borrow::Cow<'_, str> {
    use unicode_normalization::char::is_combining_mark;
    use unicode_normalization::{UnicodeNormalization, is_nfc};
    // A composed text is a third as long at least: more than that is too large either way.
    if text.is_ascii() || text.len() > MAX_COMPOSED {
        return std::borrow::Cow::Borrowed(text);
    }
    let mut run = 0_u32;
    let held = |character: &char| {
        run = if is_combining_mark(*character) { run + 1 } else { 0 };
        run <= MAX_MARKS
    };
    let held: String = text.chars().filter(held).collect();
    if held.len() == text.len() && is_nfc(text) {
        std::borrow::Cow::Borrowed(text)
    } else {
        std::borrow::Cow::Owned(held.nfc().collect())
    }
}

/// Whether no domain has it: the signs of Latin-1 but `\u{AA}`, `\u{AD}`, Catalan's `\u{B7}` and the digits, general
/// punctuation from U+2010 on, signs and arrows, emoji. `pkg/src/core/host.ts` has the same.
#[cfg(any(feature = "web", not(target_arch = "wasm32")))]
fn is_sign(character: char) -> bool {
    matches!(
        character,
        '\u{A1}'..='\u{A9}' | '\u{AB}' | '\u{AC}' | '\u{AE}'..='\u{B1}' | '\u{2010}'..='\u{203F}'
            | '\u{2080}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FFFF}'
    )
}

/// A regular expression with the flag `v`, which must match the whole of a text. The crate takes two different signs side by
/// side in a class, `[.,]`, for a doubled one, which the flag keeps for itself: escaped they say the same. Outside of classes
/// it asks for the strict grammar, in which `a{5` is no expression, where it has the flag `u` alone.
#[cfg(not(target_arch = "wasm32"))]
fn whole(pattern: &str) -> Option<regress::Regex> {
    let mut escaped = String::from("^(?:");
    let (mut depth, mut before, mut is_escaped) = (0_u32, ' ', false);
    let mut rest = pattern.chars().peekable();
    while let Some(sign) = rest.next() {
        let is_alone = before != sign && rest.peek() != Some(&sign);
        match sign {
            _ if is_escaped => {}
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '^' if before == '[' => {}
            '&' | '!' | '#' | '$' | '%' | '*' | '+' | ',' | '.' | ':' | ';' | '<' | '=' | '>'
            | '?' | '@' | '^' | '`' | '~'
                if depth > 0 && is_alone =>
            {
                escaped.push('\\');
            }
            _ => {}
        }
        escaped.push(sign);
        is_escaped = sign == '\\' && !is_escaped;
        before = sign;
    }
    escaped.push_str(")$");
    regress::Regex::with_flags(&escaped, "uv").ok()
}

/// Whether the pattern before the NUL matches the whole of the text behind it.
#[cfg(not(target_arch = "wasm32"))]
fn matches(question: &str) -> bool {
    let Some((pattern, text)) = question.split_once('\0') else { return true };
    whole(pattern).is_none_or(|pattern| pattern.find(text).is_some())
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    /// Who answers where the border did not bring a host along: the border's own, once it has said so.
    static APPOINTED: std::cell::Cell<Host> = const { std::cell::Cell::new(NOBODY) };
}

#[cfg(all(target_arch = "wasm32", not(feature = "web")))]
const NOBODY: Host = |_, _, _| false;
/// In a front end or a Worker in Rust the engine around it, which the crate asks by itself.
#[cfg(all(target_arch = "wasm32", feature = "web"))]
const NOBODY: Host = javascript::answer;

/// Names who answers in this module.
#[cfg(all(target_arch = "wasm32", feature = "edge"))]
pub(crate) fn appoint(host: Host) {
    APPOINTED.set(host);
}

/// In wasm the script around it has them: the same one for every call.
#[cfg(target_arch = "wasm32")]
pub(crate) fn native(ask: Ask, text: &[u8], out: &mut Buffer) -> bool {
    APPOINTED.get()(ask, text, out)
}

/// Natively three crates have them.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn native(ask: Ask, text: &[u8], out: &mut Buffer) -> bool {
    match ask {
        Ask::AsciiDomain if String::from_utf8_lossy(text).contains(is_sign) => return false,
        Ask::AsciiDomain => match idna::domain_to_ascii_cow(text, idna::AsciiDenyList::URL) {
            Ok(ascii) => out.extend_from_slice(ascii.as_bytes()),
            Err(_) => return false,
        },
        Ask::Nfc => out.extend(nfc(&String::from_utf8_lossy(text)).bytes()),
        Ask::Pattern => return matches(&String::from_utf8_lossy(text)),
        // All rules are here.
        Ask::Meant | Ask::Repaired => return false,
        #[cfg(feature = "wasm")]
        Ask::Place => return false,
        Ask::Repeats => match pattern::repeats(&String::from_utf8_lossy(text)) {
            Some(part) => out.extend_from_slice(part.as_bytes()),
            None => return false,
        },
    }
    true
}
