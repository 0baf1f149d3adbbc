//! What records of every system have in common: ids are names and not amounts, so they are text.

use crate::value::{Entries, Value};

/// The records with every `id`, `…_id` and `…Id` as text, however deep.
pub(in crate::crm::systems) fn with_text_ids(value: Value<'static>) -> Value<'static> {
    match value {
        Value::Map(entries) => Value::Map(entries.into_iter().map(member).collect()),
        Value::List(items) => Value::List(items.into_iter().map(with_text_ids).collect()),
        other => other,
    }
}

fn member(
    (name, value): <Entries<'static> as IntoIterator>::Item,
) -> <Entries<'static> as IntoIterator>::Item {
    let is_id = name == "id" || name.ends_with("_id") || name.ends_with("Id");
    let value = match value {
        Value::Number(text) if is_id => Value::Text(text),
        other => with_text_ids(other),
    };
    (name, value)
}

/// What an absent, a single or a repeated member holds.
pub(in crate::crm::systems) fn items(value: Option<Value<'static>>) -> Vec<Value<'static>> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(items)) => items,
        Some(single) => vec![single],
    }
}

/// Takes the member of that name out of a map.
pub(in crate::crm::systems) fn take(value: Value<'static>, name: &str) -> Option<Value<'static>> {
    match value {
        Value::Map(entries) => {
            entries.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
        }
        _ => None,
    }
}
