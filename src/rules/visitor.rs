//! What a browser says about its visitor.

use super::text;
use crate::code;
use crate::report::FieldReport;
use crate::value::Value;

/// The most bytes of a `_mkto_trk` cookie; real ones have about 70.
const MAX_COOKIE: usize = 512;

/// Four numbers up to 255 without leading zeros, which some readers take for octal (RFC 6943, 3.1.1). Marketo's
/// `leadClientIpAddress` takes no other addresses.
pub fn ipv4(value: Value<'_>) -> FieldReport<'_> {
    text::judge(value, &|text| {
        let parts = text.as_bytes().split(|byte| *byte == b'.');
        let number = |part: &[u8]| match part {
            [a] => a.is_ascii_digit(),
            [b'1'..=b'9', a] => a.is_ascii_digit(),
            [b'1', a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
            [b'2', a @ b'0'..=b'5', b] => b.is_ascii_digit() && (*a < b'5' || *b <= b'5'),
            _ => false,
        };
        if parts.clone().all(number) && parts.count() == 4 {
            Ok(None)
        } else {
            Err((&code::PARAM_IPV4).into())
        }
    })
}

/// `id:<munchkin id>&token:_mch-<domain>-…`, as it is or percent-encoded. Only its frame is looked at: the token has
/// changed its shape before, and the whole goes to Marketo as it came.
pub fn cookie(value: Value<'_>) -> FieldReport<'_> {
    text::judge(value, &|text| {
        // What RFC 6265 lets a cookie hold.
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
        let framed = text.starts_with("id:") || text.starts_with("id%3A");
        let token = text.as_bytes().windows(5).any(|part| part == b"token");
        let fits = framed && token && text.len() <= MAX_COOKIE && text.bytes().all(plain);
        if fits { Ok(None) } else { Err((&code::PARAM_COOKIE).into()) }
    })
}
