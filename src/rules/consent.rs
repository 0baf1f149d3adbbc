//! Consent: only yes counts.

use super::{choice, text};
use crate::code;
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;

/// Whether somebody agreed. A browser sends a ticked box's own value and nothing for an empty box, so any text but a
/// word for no is a yes: the site chose it (`value="agree"`).
pub fn check<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    let given = match value {
        Value::Bool(yes) => yes,
        value => match text::typed(value).map(text::trim) {
            Some(text) => !text.is_empty() && choice::answer(&text) != Some(false),
            None => return FieldReport::wrong(&code::KIND),
        },
    };
    if !given && field.required {
        return FieldReport::wrong(&code::CONSENT_REQUIRED);
    }
    FieldReport::clean(Value::Bool(given))
}
