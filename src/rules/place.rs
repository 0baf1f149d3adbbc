//! Places: postal codes, countries, states.

use super::text::{self, Verdict};
use crate::code::{self, Code};
use crate::report::FieldReport;
use crate::value::Value;

/// The most characters of a country's or state's name.
const MAX_NAME: usize = 100;

/// A US ZIP code, with or without its +4 (USPS Publication 28), or a Canadian postal code (Canada Post's addressing
/// guidelines). Clean: `12345`, `12345-6789`, `K1A 0B1`.
pub fn postal(value: Value<'_>) -> FieldReport<'_> {
    text::judge(value, &read_postal)
}

fn read_postal(text: &str) -> Verdict {
    let canadian = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let mut clean = String::with_capacity(10);
    for byte in text.bytes() {
        let byte = byte.to_ascii_uppercase();
        // Between its parts stands a blank, a hyphen or nothing.
        if matches!(byte, b' ' | b'-') && clean.len() == if canadian { 3 } else { 5 } {
            continue;
        }
        match (canadian, clean.len()) {
            (true, 3) => clean.push(' '),
            (false, 5) => clean.push('-'),
            _ => {}
        }
        let fits = match (canadian, clean.len()) {
            // D F I O Q U look like other signs, and W and Z begin no district.
            (true, at @ (0 | 2 | 5)) => match byte {
                b'D' | b'F' | b'I' | b'O' | b'Q' | b'U' => false,
                b'W' | b'Z' => at > 0,
                _ => byte.is_ascii_uppercase(),
            },
            (true, 1 | 4 | 6) | (false, 0..=9) => byte.is_ascii_digit(),
            _ => false,
        };
        if !fits {
            return Err((&code::POSTAL).into());
        }
        clean.push(char::from(byte));
    }
    // No ZIP code begins with 000.
    let whole = matches!((canadian, clean.len()), (true, 7) | (false, 5 | 10)) && !clean.starts_with("000");
    if whole { Ok(Some(Value::from(clean))) } else { Err((&code::POSTAL).into()) }
}

/// A country's name, or its two-letter code (ISO 3166-1), which becomes capitals.
pub fn country(value: Value<'_>) -> FieldReport<'_> {
    name(value, &code::COUNTRY)
}

/// A state's or province's name, or its two-letter code, which becomes capitals.
pub fn state(value: Value<'_>) -> FieldReport<'_> {
    name(value, &code::STATE)
}

/// A name is not looked up: lists of them differ from CRM to CRM. It must only look like one.
fn name<'a>(value: Value<'a>, wrong: &'static Code) -> FieldReport<'a> {
    text::judge(value, &|text| {
        let markup =
            text.bytes().any(|byte| byte < b' ' || matches!(byte, b'<' | b'>' | b'@' | b'"' | b'\\'));
        let has_letter = text.bytes().any(|byte| byte.is_ascii_alphanumeric() || byte >= 128);
        if markup || !has_letter || text::count(text) > MAX_NAME {
            return Err(wrong.into());
        }
        let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        Ok(is_code.then(|| Value::from(text.to_ascii_uppercase())))
    })
}
