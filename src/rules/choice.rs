//! Choices: one, some, yes or no.

use super::{label, text};
use crate::code;
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;
use std::borrow::Cow;

/// One of the field's choices, letter for letter. A field without choices takes any text.
pub fn one<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    text::judge(
        value,
        |text| {
            if allowed(field, text) { Ok(None) } else { Err((&code::CHOICE_UNKNOWN).into()) }
        },
    )
}

/// Some of the field's choices, each once, in the order given. A single text is one choice: a choice may have a comma.
pub fn some<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    label::list(field, value, false)
}

pub(super) fn allowed(field: &Field, text: &str) -> bool {
    let same = |choice: &Cow<'static, str>| text::nfc(Cow::Borrowed(choice)) == text;
    field.choices.is_empty() || field.choices.iter().any(same)
}

/// Yes or no, in the words that HTML, JSON and query strings use for it.
pub fn boolean(value: Value<'_>) -> FieldReport<'_> {
    match value {
        Value::Bool(_) => FieldReport::clean(value),
        _ => text::judge(value, |text| match answer(text) {
            Some(yes) => Ok(Some(Value::Bool(yes))),
            None => Err((&code::KIND).into()),
        }),
    }
}

/// What a text says to a question of yes or no. `on` is what a browser sends for a checkbox without a value.
pub(super) fn answer(text: &str) -> Option<bool> {
    const WORDS: [&str; 8] = ["true", "1", "yes", "on", "false", "0", "no", "off"];
    WORDS.iter().position(|word| text.eq_ignore_ascii_case(word)).map(|at| at < 4)
}
