//! Numbers. They stay decimal text from end to end, so that nothing is rounded.

use super::text::{self, class};
use crate::check::field::Field;
use crate::check::writer::{ReportWriter, Verdict, put_decimal};
use crate::code;
use crate::packed::{END, NUMBER, put};

/// The most digits of an id; a `u64` has 20.
const MAX_ID: usize = 20;

/// The most digits before the point: more do not fit in 64 bits, and in no CRM.
const MAX_DIGITS: usize = 18;

/// A number between the field's bounds, as JSON writes it, whole or `decimal`: the HTML standard's *valid floating-point
/// number*, without an exponent. No thousands separators: `1,000` is a thousand to some and one to others.
pub(super) fn check(
    field: &Field<'_>,
    text: &[u8],
    decimal: bool,
    writer: &mut ReportWriter,
) -> Verdict {
    let wrong = Err(if decimal { &code::NUMBER } else { &code::INTEGER });
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let minus = digits.len() < text.len();
    let (whole, fraction): (_, &[u8]) = match text::cut(digits, b'.') {
        // A point must have digits behind it.
        Some((whole, fraction)) if decimal && !fraction.is_empty() => (whole, fraction),
        Some(_) => return wrong,
        None if digits.is_empty() => return wrong,
        None => (digits, b""),
    };
    if whole.len() > MAX_DIGITS
        || !class::all(whole, class::DIGIT)
        || !class::all(fraction, class::DIGIT)
    {
        return wrong;
    }
    let size = size(whole);
    let beyond = fraction.iter().any(|digit| *digit != b'0');
    // Twice the number, and a step further from zero for a fraction: enough to compare it with whole bounds.
    let twice = size.wrapping_mul(2).wrapping_add(i64::from(beyond));
    let twice = if minus { twice.wrapping_neg() } else { twice };
    let (limit, code) = match (field.min, field.max) {
        (Some(least), _) if twice < least.saturating_mul(2) => (least, &code::NUMBER_SMALL),
        (_, Some(most)) if twice > most.saturating_mul(2) => (most, &code::NUMBER_LARGE),
        _ => {
            let out = &mut writer.values;
            out.push(NUMBER);
            if twice < 0 {
                out.push(b'-');
            }
            put_decimal(out, size);
            put(out, digits.get(whole.len()..).unwrap_or_default());
            out.push(END);
            return Ok(());
        }
    };
    put_decimal(&mut writer.limit, limit);
    Err(code)
}

/// The number of at most 18 digits.
fn size(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |n: i64, digit| n.wrapping_mul(10).wrapping_add(i64::from(digit & 0x0F)))
}

/// A whole number that JSON writes without an exponent; JavaScript's have 16 digits at most.
pub(crate) fn whole(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let fits = (1..=MAX_DIGITS).contains(&digits.len()) && class::all(digits, class::DIGIT);
    fits.then(|| if digits.len() < text.len() { size(digits).wrapping_neg() } else { size(digits) })
}

/// A number that identifies a record; its text, because an id is a name and not an amount.
pub(super) fn is_id(text: &[u8]) -> bool {
    text.len() <= MAX_ID && class::all(text, class::DIGIT)
}
