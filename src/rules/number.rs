//! Numbers. They stay decimal text from end to end, so that nothing is rounded.

use super::text::{self, Verdict, Wrong, class};
use crate::code;
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;

/// The most digits of an id; a `u64` has 20.
const MAX_ID: usize = 20;

/// The most digits before the point: more do not fit in 64 bits, and in no CRM.
const MAX_DIGITS: usize = 18;

/// A whole number's text, without the weight of `fmt`.
pub fn digits(n: i64) -> String {
    let mut text = String::new();
    if n < 0 {
        text.push('-');
    }
    push(&mut text, n.unsigned_abs());
    text
}

fn push(text: &mut String, n: u64) {
    if n >= 10 {
        push(text, n.wrapping_div(10));
    }
    // A remainder of ten fits in a byte.
    text.push(char::from(b'0'.wrapping_add(u8::try_from(n.wrapping_rem(10)).unwrap_or_default())));
}

/// A whole number between the field's bounds, as JSON writes it.
pub fn integer<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    text::judge(value, |text| read(field, text, false))
}

/// A decimal number between the field's bounds, as JSON writes it.
pub fn decimal<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    text::judge(value, |text| read(field, text, true))
}

/// The HTML standard's *valid floating-point number*, without an exponent. No thousands separators: `1,000` is a
/// thousand to some and one to others.
fn read(field: &Field, text: &str, decimal: bool) -> Verdict {
    let wrong = || Wrong(if decimal { &code::NUMBER } else { &code::INTEGER }, None);
    let digits = text.strip_prefix("-").unwrap_or(text);
    let minus = digits.len() < text.len();
    let (whole, fraction) = match text::cut(digits, b'.') {
        // A point must have digits behind it.
        Some((whole, fraction)) if decimal && !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(wrong()),
        None if digits.is_empty() => return Err(wrong()),
        None => (digits, ""),
    };
    let fits = whole.len() <= MAX_DIGITS && class::all(whole.as_bytes(), class::DIGIT);
    if !fits || !class::all(fraction.as_bytes(), class::DIGIT) {
        return Err(wrong());
    }
    let size = whole.bytes().fold(0_i64, |n, digit| n.wrapping_mul(10).wrapping_add(i64::from(digit & 0x0F)));
    let beyond = fraction.bytes().any(|digit| digit != b'0');
    // Twice the number, and a step further from zero for a fraction: enough to compare it with whole bounds.
    let step = i64::from(beyond);
    let twice = size.wrapping_mul(2).wrapping_add(step);
    let twice = if minus { twice.wrapping_neg() } else { twice };
    if let Some(least) = field.min.filter(|least| twice < least.saturating_mul(2)) {
        return Err(Wrong(&code::NUMBER_SMALL, Some(least)));
    }
    if let Some(most) = field.max.filter(|most| twice > most.saturating_mul(2)) {
        return Err(Wrong(&code::NUMBER_LARGE, Some(most)));
    }
    let sign = if twice < 0 { "-" } else { "" };
    let tail = digits.get(whole.len()..).unwrap_or_default();
    Ok(Some(Value::Number([sign, &self::digits(size), tail].concat().into())))
}

/// A number that identifies a record; its text, because an id is a name and not an amount.
pub fn id(value: Value<'_>) -> FieldReport<'_> {
    text::fit(value, &code::INTEGER, |text| text.len() <= MAX_ID && class::all(text.as_bytes(), class::DIGIT))
}
