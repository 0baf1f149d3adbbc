//! Places: postal codes, countries, states.

use super::text::{self, class};
use crate::code::{self, Code};
use crate::report::FieldReport;
use crate::value::Value;

/// The most characters of a country's or state's name.
const MAX_NAME: usize = 100;

/// The postal codes: a Canadian one (Canada Post's addressing guidelines), a US ZIP code and its longer form (USPS
/// Publication 28). `A` is a letter, `0` a digit.
const CODES: [&str; 3] = ["A0A 0A0", "00000", "00000-0000"];

/// A US ZIP code, with or without its +4, or a Canadian postal code. Clean: `12345`, `12345-6789`, `K1A 0B1`.
pub fn postal(value: Value<'_>) -> FieldReport<'_> {
    text::judge(value, |text| match CODES.iter().find_map(|code| shaped(text.as_bytes(), code)) {
        Some(clean) => Ok(Some(Value::from(clean))),
        None => Err((&code::POSTAL).into()),
    })
}

/// The text in the shape of a code; a blank, a hyphen or nothing may stand where the code has one of both.
fn shaped(mut typed: &[u8], code: &str) -> Option<String> {
    // W and Z begin no Canadian district, and 000 no ZIP code.
    if let [b'W' | b'Z' | b'w' | b'z', ..] | [b'0', b'0', b'0', ..] = typed {
        return None;
    }
    let mut clean = String::with_capacity(code.len());
    for shape in code.bytes() {
        let next = match typed.first() {
            Some(next) => next.to_ascii_uppercase(),
            None => return None,
        };
        let sign = match shape {
            b' ' | b'-' if matches!(next, b' ' | b'-') => shape,
            b' ' | b'-' => {
                clean.push(char::from(shape));
                continue;
            }
            // These look too much like other signs.
            b'A' if matches!(next, b'D' | b'F' | b'I' | b'O' | b'Q' | b'U') => return None,
            shape if class::is(next, if shape == b'A' { class::LETTER } else { class::DIGIT }) => next,
            _ => return None,
        };
        clean.push(char::from(sign));
        typed = typed.get(1..)?;
    }
    typed.is_empty().then_some(clean)
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
    text::judge(value, |text| {
        let bytes = text.as_bytes();
        let has_letter =
            bytes.iter().any(|byte| class::is(*byte, class::HOST) && !matches!(byte, b'-' | b'.' | b'_'));
        if !has_letter || !class::all(bytes, class::NAME) || text::count(text) > MAX_NAME {
            return Err(wrong.into());
        }
        let is_code = text.len() == 2 && class::all(bytes, class::LETTER);
        Ok(is_code.then(|| Value::from(text.to_ascii_uppercase())))
    })
}
