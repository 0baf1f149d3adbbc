//! What a browser says about its visitor.

use super::text::class;

/// The most bytes of a `_mkto_trk` cookie; real ones have about 70.
const MAX_COOKIE: usize = 512;

/// Four numbers up to 255 without leading zeros, which some readers take for octal (RFC 6943, 3.1.1). Marketo's
/// `leadClientIpAddress` takes no other addresses.
pub(super) fn is_ipv4(text: &[u8]) -> bool {
    let mut parts = 0_u32;
    let all = text.split(|byte| *byte == b'.').all(|part| {
        parts = parts.wrapping_add(1);
        // Of three digits each, so that comparing the signs compares the numbers.
        class::all(part, class::DIGIT)
            && match part {
                [_] => true,
                [b'0', ..] => false,
                [_, _] => true,
                [_, _, _] => part <= b"255".as_slice(),
                _ => false,
            }
    });
    all && parts == 4
}

/// `id:<munchkin id>&token:_mch-<domain>-…`, as it is or percent-encoded. Only its frame is looked at: the token has
/// changed its shape before, and the whole goes to Marketo as it came.
pub(super) fn is_cookie(text: &[u8]) -> bool {
    let framed = text.starts_with(b"id:") || text.starts_with(b"id%3A");
    let token = text.windows(5).any(|part| part == b"token");
    framed && token && text.len() <= MAX_COOKIE && class::all(text, class::COOKIE)
}
