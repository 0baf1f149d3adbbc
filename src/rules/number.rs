//! Numbers. They stay decimal text from end to end, so that nothing is rounded.

use super::text::{self, Verdict, Wrong, class};
use crate::code::{self, Code};
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;
use std::borrow::Cow;

/// The most digits of an id; a `u64` has 20.
const MAX_ID: usize = 20;

/// A whole number's text, without the weight of `fmt`.
pub fn digits(n: i64) -> String {
    let mut text = String::new();
    if n < 0 {
        text.push('-');
    }
    push(&mut text, n.unsigned_abs());
    text
}

/// Writes a whole number.
pub(super) fn push(text: &mut String, n: u64) {
    if n >= 10 {
        push(text, n.wrapping_div(10));
    }
    // A remainder of ten fits in a byte.
    text.push(char::from(b'0'.wrapping_add(u8::try_from(n.wrapping_rem(10)).unwrap_or_default())));
}

/// A whole number between the field's bounds, as JSON writes it.
pub fn integer<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    text::judge(value, &|text| read(field, text, &code::INTEGER))
}

/// A decimal number between the field's bounds, as JSON writes it.
pub fn decimal<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    text::judge(value, &|text| read(field, text, &code::NUMBER))
}

/// The HTML standard's *valid floating-point number*, without an exponent. No thousands separators: `1,000` is a
/// thousand to some and one to others. What does not fit in 64 bits fits in no CRM.
fn read(field: &Field, text: &str, wrong: &'static Code) -> Verdict {
    let (mut size, mut seen, mut fraction, mut beyond) = (0_i64, 0_usize, None, false);
    let (minus, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    for (at, byte) in digits.bytes().enumerate() {
        match (byte, fraction) {
            (b'0'..=b'9', None) => {
                let digit = i64::from(byte & 0x0F);
                size = size.checked_mul(10).and_then(|size| size.checked_add(digit)).ok_or(wrong)?;
            }
            (b'0'..=b'9', Some(_)) => beyond |= byte != b'0',
            (b'.', None) if wrong == &code::NUMBER => fraction = Some(at),
            _ => return Err(wrong.into()),
        }
        seen = at;
    }
    // A point must have digits behind it, and something must be there at all.
    if digits.is_empty() || fraction == Some(seen) {
        return Err(wrong.into());
    }
    let whole = if minus { size.wrapping_neg() } else { size };
    // A fraction leads away from zero, so at the bound itself it decides.
    if let Some(least) = field.min.filter(|least| whole < *least || (whole == *least && minus && beyond)) {
        return Err(Wrong(&code::NUMBER_SMALL, Some(least)));
    }
    if let Some(most) = field.max.filter(|most| whole > *most || (whole == *most && !minus && beyond)) {
        return Err(Wrong(&code::NUMBER_LARGE, Some(most)));
    }
    let mut clean = String::with_capacity(text.len());
    if minus && (size > 0 || beyond) {
        clean.push('-');
    }
    push(&mut clean, size.unsigned_abs());
    clean.push_str(fraction.and_then(|at| digits.get(at..)).unwrap_or_default());
    Ok(Some(Value::Number(Cow::Owned(clean))))
}

/// A number that identifies a record; its text, because an id is a name and not an amount.
pub fn id(value: Value<'_>) -> FieldReport<'_> {
    text::fit(value, &code::INTEGER, &|text| {
        text.len() <= MAX_ID && class::all(text.as_bytes(), class::DIGIT)
    })
}
