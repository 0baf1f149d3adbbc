//! Pardot's trees as typed values: the same whether they came as XML or as JSON.

use crate::crm::systems::record::{items, take, with_text_ids};
use crate::value::Value;
use std::borrow::Cow;

/// Members that hold a collection, with the names that its items may have.
const COLLECTIONS: &[(&str, &[&str])] = &[
    ("visitors", &["visitor"]),
    ("visitor_activities", &["visitor_activity"]),
    // The page's table says membership where its tree says subscription.
    ("lists", &["list_subscription", "list_membership"]),
];

/// Whole numbers that have no id in their name.
const NUMBERS: &[&str] = &[
    "score",
    "type",
    "page_view_count",
    "max_score",
    "sent",
    "delivered",
    "total_clicks",
    "unique_clicks",
    "soft_bounced",
    "hard_bounced",
    "opt_outs",
    "spam_complaints",
    "opens",
    "unique_opens",
];

/// A record with collections as lists, several values as lists, ids as text, and XML's texts as what they stand for.
pub(super) fn typed(record: Value<'static>, is_xml: bool) -> Value<'static> {
    with_text_ids(shaped(record, is_xml))
}

fn shapes(list: Vec<Value<'static>>, is_xml: bool) -> Value<'static> {
    Value::List(list.into_iter().map(|item| shaped(item, is_xml)).collect())
}

fn shaped(value: Value<'static>, is_xml: bool) -> Value<'static> {
    let Value::Map(entries) = value else { return value };
    let member = |(name, value): (Cow<'static, str>, Value<'static>)| {
        if let Some((_, of)) = COLLECTIONS.iter().find(|(known, _)| *known == name) {
            let mut list = Vec::new();
            if let Value::List(items) = value {
                list = items;
            } else {
                for item in *of {
                    list.append(&mut items(take(value.clone(), item)));
                }
            }
            return (name, shapes(list, is_xml));
        }
        if name == "profile_criteria" {
            return (name, shapes(items(Some(value)), is_xml));
        }
        let value = match value {
            Value::Map(mut parts)
                if parts.len() == 1 && parts.iter().all(|(name, _)| name == "value") =>
            {
                Value::List(items(parts.pop().map(|(_, value)| value)))
            }
            Value::List(list) => shapes(list, is_xml),
            map @ Value::Map(_) => shaped(map, is_xml),
            Value::Text(text) if is_xml => scalar(&name, text),
            // JSON has 1 and 0 where the page of fields says yes and no.
            Value::Number(text) if is_flag(&name) => flag(text).unwrap_or_else(Value::Number),
            other => other,
        };
        (name, value)
    };
    Value::Map(entries.into_iter().filter(|(name, _)| name != "@attributes").map(member).collect())
}

/// What an XML text stands for, by its member's name.
fn scalar(name: &str, text: Cow<'static, str>) -> Value<'static> {
    let is_number = text.strip_prefix('-').unwrap_or(&text);
    let digits = !is_number.is_empty()
        && is_number.len() <= 15
        && is_number.bytes().all(|byte| byte.is_ascii_digit());
    if is_flag(name) {
        return flag(text).unwrap_or_else(Value::Text);
    }
    if digits && NUMBERS.contains(&name) { Value::Number(text) } else { Value::Text(text) }
}

fn is_flag(name: &str) -> bool {
    name.starts_with("is_")
        || name == "opted_out"
        || (name.starts_with("is") && name.as_bytes().get(2).is_some_and(u8::is_ascii_uppercase))
}

/// A yes or a no, or what was written instead.
fn flag(text: Cow<'static, str>) -> Result<Value<'static>, Cow<'static, str>> {
    match text.as_ref() {
        "true" | "1" => Ok(Value::Bool(true)),
        "false" | "0" => Ok(Value::Bool(false)),
        _ => Err(text),
    }
}
