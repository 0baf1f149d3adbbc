//! Labels: short texts, as a list or separated by commas.

use super::{choice, text};
use crate::code;
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;
use text::Wrong;

/// The most characters of one label: what a text field of the CRMs holds.
const MAX_LENGTH: usize = 255;
/// The most items of one list: more than any lead has, and few enough to compare each with each.
const MAX_ITEMS: usize = 1_000;

/// Trimmed, empty ones dropped, each once whatever its (ASCII) case, in the order given. Commas separate only within a
/// text: an element of a list keeps its own.
pub fn check<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    list(field, value, true)
}

/// A list of labels, or one of choices: each text of the latter is one choice, commas and all.
pub(super) fn list<'a>(field: &Field, value: Value<'a>, labels: bool) -> FieldReport<'a> {
    match read(field, items(value, labels), labels) {
        Ok(list) => FieldReport::clean(list),
        Err(wrong) => wrong.report(),
    }
}

fn items(value: Value<'_>, labels: bool) -> Vec<Value<'_>> {
    match value {
        Value::List(items) => items,
        Value::Text(text) if labels => {
            let (mut rest, mut items) = (&*text, Vec::new());
            while let Some((label, tail)) = text::cut(rest, b',') {
                items.push(Value::from(label.to_owned()));
                rest = tail;
            }
            items.push(Value::from(rest.to_owned()));
            items
        }
        single => vec![single],
    }
}

fn read<'a>(field: &Field, mut items: Vec<Value<'a>>, labels: bool) -> Result<Value<'a>, Wrong> {
    if items.len() > MAX_ITEMS {
        return Err((&code::TOO_LARGE).into());
    }
    let mut kept: Vec<Value<'a>> = Vec::new();
    for item in &mut items {
        let item = text::trim(text::tidy(text::typed(std::mem::take(item)).ok_or(&code::KIND)?, false));
        let same = |known: &Value<'_>| match known.as_text() {
            Some(known) if labels => known.eq_ignore_ascii_case(&item),
            known => known == Some(&item),
        };
        if item.is_empty() || kept.iter().any(same) {
            continue;
        }
        if labels && text::count(&item) > MAX_LENGTH {
            return Err(Wrong(&code::LABELS_LONG, Some(255)));
        }
        if !labels && !choice::allowed(field, &item) {
            return Err((&code::CHOICE_UNKNOWN).into());
        }
        kept.push(Value::Text(item));
    }
    // An empty list is no list; whether it may be is for `required` to say.
    if kept.is_empty() {
        return Ok(Value::Null);
    }
    let (few, many) = if labels {
        (&code::LABELS_FEW, &code::LABELS_MANY)
    } else {
        (&code::CHOICES_FEW, &code::CHOICES_MANY)
    };
    text::within(kept.len(), field, few, many)?;
    Ok(Value::List(kept))
}
