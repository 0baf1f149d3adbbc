//! Consent: only yes counts.

use super::{choice, text};
use crate::code;
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;

/// Whether somebody agreed. A browser sends a ticked box's own value and nothing for an empty box, so any text but a
/// word for no is a yes: the site chose it (`value="agree"`).
pub fn check<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    let report = match value {
        Value::Bool(_) => FieldReport::clean(value),
        _ => text::judge(value, |text| Ok(Some(Value::Bool(choice::answer(text) != Some(false))))),
    };
    match report.value {
        Value::Bool(true) => report,
        _ if !report.ok() => report,
        _ if field.required => FieldReport::wrong(&code::CONSENT_REQUIRED),
        _ => FieldReport::clean(Value::Bool(false)),
    }
}
