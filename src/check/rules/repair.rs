//! What was meant by a text that is no mail address.

use super::email::{MAX_WHOLE, put_lower};
use super::{text, typo};
use crate::packed::{Buffer, put};

/// Adds the address that may stand in a text which cannot be used; whether it is one is for its rule to say: a comma for a dot, a dot or an @ twice or at an end,
/// `gmail` without its ending, full-width signs, a word processor's dash or apostrophe, invisible letters, a blank beside
/// the @, quotes or brackets around it, `mailto:` or other words before it, words behind it. Words are never joined, and
/// of two addresses neither is. What is no word by itself is no address: not what stands behind a bracket in the middle of
/// one, nor what stands before `m` or `uk`, which was to be the end of the domain.
pub(crate) fn put_repaired(mut text: &[u8], out: &mut Buffer) -> bool {
    let mut right = [0; MAX_WHOLE];
    let mut length = 0_usize;
    // As if a dot went before: none may lead.
    let mut before = b'.';
    let (mut in_domain, mut apart, mut opened) = (false, false, false);
    while !text.is_empty() {
        let unseen = text::is_sign(text, text::INVISIBLE | text::JOINER);
        if unseen > 0 {
            text = text.get(unseen..).unwrap_or_default();
            continue;
        }
        let (sign, taken) = text::plain(text);
        text = text.get(taken..).unwrap_or_default();
        let byte = if sign == b',' { b'.' } else { sign };
        let closes = text::cut(b">)]}", byte).is_some();
        if in_domain && (closes || (byte == b' ' && before != b'@')) {
            if !closes && (1..4).contains(&text.len()) {
                return false;
            }
            break;
        }
        if byte == b' ' {
            apart = true;
            continue;
        }
        let begins = (closes && (opened || length == 0)) || matches!(byte, b'<' | b':');
        if (std::mem::take(&mut apart) && byte != b'@' && before != b'@') || begins {
            (length, before, in_domain, opened) = (0, b'.', false, byte == b'<');
        }
        match (before, byte) {
            (b'.' | b'@', b'.') | (b'@', b'@') => continue,
            _ if begins => continue,
            // Quotes, brackets, and what is left of `http://`.
            _ if length == 0 && text::cut(b"/'\"([{", byte).is_some() => {
                opened = true;
                continue;
            }
            (b'.', b'@') => length = length.saturating_sub(1),
            // Whatever else is wrong is not for guessing.
            (_, 128..) => return false,
            _ => {}
        }
        let Some(place) = right.get_mut(length) else { return false };
        *place = byte;
        length = length.saturating_add(1);
        before = byte;
        in_domain |= byte == b'@';
    }
    if before == b'.' {
        length = length.saturating_sub(1);
    }
    let right = right.get(..length).unwrap_or_default();
    let Some((local, domain)) = text::cut(right, b'@') else { return false };
    let whole = !local.is_empty() && !domain.is_empty() && text::cut(domain, b'@').is_none();
    if !whole || text::cut(text, b'@').is_some() {
        return false;
    }
    put(out, local);
    out.push(b'@');
    let mut lower = Buffer::new();
    put_lower(&mut lower, domain);
    if typo::is_free(&lower) || !typo::put_meant(&lower, out) {
        put(out, &lower);
    }
    true
}
