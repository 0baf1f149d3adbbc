//! Web addresses.

use super::text::{self, class};
use crate::code;
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;

/// An absolute http or https URL with a host's name and without credentials (RFC 3986). It is not normalised: a page's
/// address must come out as it went in, or it no longer matches what the CRM knows.
pub fn check<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    text::judge(
        value,
        |text| {
            if fits(text) { text::has_length(field, text) } else { Err((&code::URL).into()) }
        },
    )
}

fn fits(url: &str) -> bool {
    let Some((scheme, rest)) = text::cut(url, b':') else { return false };
    let known = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let Some(rest) = rest.as_bytes().strip_prefix(b"//") else { return false };
    let authority = rest.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next().unwrap_or_default();
    // An @ would make credentials of what stands before it.
    let mut parts = authority.split(|byte| *byte == b':');
    let host = parts.next().unwrap_or_default();
    let port = parts.next().unwrap_or_default();
    known
        && class::all(url.as_bytes(), class::URL)
        && !text::has_blank(url)
        && !matches!(host, [] | [b'.', ..])
        && class::all(host, class::HOST)
        && !host.windows(2).any(|pair| pair == b"..")
        && port.len() <= 5
        && class::all(port, class::DIGIT)
        && parts.next().is_none()
}
