//! Web addresses.

use super::text::{self, class};
use crate::check::field::Field;
use crate::check::writer::{ReportWriter, Verdict};
use crate::code;
use crate::packed::{put, put_text};

/// An absolute http or https URL with a host's name and without credentials (RFC 3986). It is not normalised: a page's
/// address must come out as it went in, or it no longer matches what the CRM knows.
pub(super) fn check(field: &Field<'_>, text: &[u8], writer: &mut ReportWriter) -> Verdict {
    if !fits(text) {
        // `www.example.com`, as people say it.
        let mut whole = std::mem::take(&mut writer.suggestion);
        put(&mut whole, b"https://");
        put(&mut whole, text);
        // `0.5` has a dot, too.
        let named = text::cut(text, b'.')
            .and_then(|(_, rest)| rest.first())
            .is_some_and(|byte| class::is(*byte, class::LETTER));
        let host = text.split(|byte| *byte == b'/').next().unwrap_or_default();
        let bounded = field.min.is_some()
            || field
                .max
                .is_some_and(|most| i64::try_from(text::count(&whole)).unwrap_or(i64::MAX) > most);
        if named && !bounded && text::cut(host, b'.').is_some() && fits(&whole) {
            writer.suggestion = whole;
        }
        return Err(&code::URL);
    }
    put_text(&mut writer.values, text);
    text::within(text::count(text), field, &code::TEXT_SHORT, &code::TEXT_LONG, writer)
}

fn fits(url: &[u8]) -> bool {
    let Some((scheme, rest)) = text::cut(url, b':') else { return false };
    let known = scheme.eq_ignore_ascii_case(b"https") || scheme.eq_ignore_ascii_case(b"http");
    let Some(rest) = rest.strip_prefix(b"//") else { return false };
    let authority =
        rest.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next().unwrap_or_default();
    // An @ would make credentials of what stands before it.
    let (host, port) = text::cut(authority, b':').unwrap_or((authority, b""));
    let mut before = b'.';
    let dotted_well = host.iter().all(|byte| {
        let twice = before == b'.' && *byte == b'.';
        before = *byte;
        !twice
    });
    known
        && class::all(url, class::URL)
        && !text::has_unseen(url, 0)
        && !host.is_empty()
        && dotted_well
        && class::all(host, class::HOST)
        && port.len() <= 5
        && class::all(port, class::DIGIT)
}
