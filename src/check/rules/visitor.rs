//! What a browser says about its visitor.

use super::text::class;
use crate::check::writer::{ReportWriter, Verdict};
use crate::code;
use crate::encoding::unpercent;
use crate::packed::{END, TEXT, put};

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

/// `id:<munchkin id>&token:_mch-<domain>-…`, raw. A page stores it percent-encoded, and Adobe's own sample of a URL has its `&`
/// alone encoded; a raw one has a `&`. Only the frame is looked at: the token has changed its shape before.
pub(super) fn cookie(text: &[u8], writer: &mut ReportWriter) -> Verdict {
    let start = writer.values.len() + 1;
    writer.values.push(TEXT);
    if text.contains(&b'&') {
        put(&mut writer.values, text);
    } else {
        unpercent(text, &mut writer.values);
    }
    let raw = writer.values.get(start..).unwrap_or_default();
    let framed = raw.starts_with(b"id:") && raw.windows(5).any(|part| part == b"token");
    let fits = framed && raw.len() <= MAX_COOKIE && class::all(raw, class::COOKIE);
    writer.values.push(END);
    if fits { Ok(()) } else { Err(&code::PARAM_COOKIE) }
}
