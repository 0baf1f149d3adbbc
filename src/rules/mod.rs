//! The rules: one kind of value each. A rule takes a value and says what is wrong with it and what it is, cleaned.

pub mod choice;
pub mod consent;
pub mod date;
pub mod email;
pub mod idn;
pub mod label;
pub mod number;
pub mod phone;
pub mod place;
pub mod text;
pub mod typo;
pub mod url;
pub mod visitor;

use crate::code;
use crate::field::{Field, Kind};
use crate::report::{FieldReport, Severity};
use crate::value::Value;

/// The most bytes of one value; a longer one is refused before any work starts.
pub const MAX_BYTES: usize = 64 * 1024;

/// Checks one value against one field. [`Kind::Record`] and [`Kind::Records`] are the form's to check.
pub fn check<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    if weight(&value) > MAX_BYTES {
        return FieldReport::wrong(&code::TOO_LARGE);
    }
    let typed = field.lenient.then(|| value.clone());
    let mut report = match field.kind {
        Kind::Email => email::check(value),
        Kind::Phone => phone::check(value),
        Kind::Labels => label::check(field, value),
        Kind::Choice => choice::one(field, value),
        Kind::Choices => choice::some(field, value),
        Kind::Boolean => choice::boolean(value),
        Kind::Consent => consent::check(field, value),
        Kind::Integer => number::integer(field, value),
        Kind::Number => number::decimal(field, value),
        Kind::Date => date::check(value),
        Kind::Url => url::check(field, value),
        Kind::Postal => place::postal(value),
        Kind::Country => place::country(value),
        Kind::State => place::state(value),
        Kind::Ipv4 => visitor::ipv4(value),
        Kind::Cookie => visitor::cookie(value),
        Kind::Id => number::id(value),
        Kind::Text | Kind::Name | Kind::Hidden => text::check(field, value),
        Kind::Custom => text::custom(normal(value)),
        Kind::Record | Kind::Records | Kind::Any => FieldReport::clean(normal(value)),
    };
    if field.required && report.value.is_empty() && report.ok() {
        report.error(&code::REQUIRED);
    }
    if let Some(typed) = typed {
        if !report.ok() {
            report.value = typed;
        }
        for issue in &mut report.issues {
            issue.severity = Severity::Warning;
        }
    }
    report
}

/// A value that no rule reads, in the same form as the others: JavaScript has normalised it before.
fn normal(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Text(text) => Value::Text(text::nfc(text)),
        Value::List(items) => Value::List(items.into_iter().map(normal).collect()),
        Value::Map(entries) => {
            Value::Map(entries.into_iter().map(|(name, value)| (text::nfc(name), normal(value))).collect())
        }
        other => other,
    }
}

/// How many bytes of text a value holds.
fn weight(value: &Value<'_>) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 0,
        Value::Number(text) | Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(|item| weight(item).saturating_add(1)).sum(),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| key.len().saturating_add(weight(value))).sum()
        }
    }
}
