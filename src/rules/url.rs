//! Web addresses.

use super::text;
use crate::code;
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;

/// An absolute http or https URL with a host and without credentials (RFC 3986). It is not normalised: a page's address
/// must come out as it went in, or it no longer matches what the CRM knows.
pub fn check<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    text::judge(value, &|text| {
        if fits(text) { text::has_length(field, text) } else { Err((&code::URL).into()) }
    })
}

fn fits(url: &str) -> bool {
    let Some((scheme, mut rest)) = url
        .as_bytes()
        .iter()
        .position(|byte| *byte == b':')
        .and_then(|at| url.as_bytes().split_at_checked(at))
    else {
        return false;
    };
    let known = scheme.eq_ignore_ascii_case(b"https") || scheme.eq_ignore_ascii_case(b"http");
    match rest {
        [b':', b'/', b'/', tail @ ..] if known => rest = tail,
        _ => return false,
    }
    // Blanks, controls, and the ASCII characters that no part of a URL may have.
    let foul = |c: char| {
        text::is_blank(c)
            || matches!(c, '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}')
    };
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    !url.chars().any(foul) && rest.get(..end).is_some_and(is_host)
}

/// A name, an IPv4 address or an IPv6 address in brackets, with or without a port.
fn is_host(authority: &[u8]) -> bool {
    let at = authority.iter().rposition(|byte| matches!(byte, b':' | b']'));
    let (host, port) = match at.and_then(|at| authority.split_at_checked(at)) {
        Some((host, [b':', port @ ..])) => (host, port),
        _ => (authority, [].as_slice()),
    };
    let host_fits = match host {
        [b'[', six @ .., b']'] => {
            six.contains(&b':')
                && six.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        }
        [name @ .., b'.'] | name => name.split(|byte| *byte == b'.').all(is_label),
    };
    host_fits && port.len() <= 5 && port.iter().all(u8::is_ascii_digit)
}

/// Another script's letters are the browser's to encode; an @ would make credentials of what stands before it.
fn is_label(label: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 128..);
    !label.is_empty() && label.iter().all(fits)
}
