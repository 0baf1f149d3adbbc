//! Prospect fields as parameters (pages "Prospects" and "Object field references").

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::identifier::is_address;
use super::view::{FIELDS, LISTS};
use crate::http::call::{Call, Params};
use crate::store::persons::Fields;

/// Parameters that are not fields, and fields that cannot be written; the latter are passed over in silence.
const NOT_WRITTEN: [&str; 22] = [
    "format",
    "output",
    "api_key",
    "user_key",
    "limit_related_records",
    "id",
    "fid",
    "lists",
    "grade",
    "last_activity_at",
    "recent_interaction",
    "crm_lead_fid",
    "crm_contact_fid",
    "crm_account_fid",
    "salesforce_fid",
    "crm_last_sync",
    "crm_url",
    "opted_out",
    "created_at",
    "updated_at",
    "password",
    "fields",
];

/// Fields that can be written and that no answer shows before they were.
const UNSEEN: [&str; 5] =
    ["campaign_id", "user_id", "profile_id", "prospect_account_id", "is_archived"];

/// What a call changes.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Changes {
    /// Null clears.
    pub(super) fields: Fields,
    lists: BTreeMap<u64, bool>,
}

impl Changes {
    /// # Errors
    ///
    /// Pardot's code for the first value that does not fit.
    pub(super) fn read(call: &Call) -> Result<Self, &'static str> {
        Self::from_params(&call.params)
    }

    pub(super) fn from_params(params: &Params) -> Result<Self, &'static str> {
        if given(params, "user_id") && given(params, "crm_owner_fid") {
            return Err("125");
        }
        let mut changes = Self::default();
        let mut multiple: BTreeMap<&str, BTreeMap<u32, &str>> = BTreeMap::new();
        for (name, value) in params.iter().filter(|(name, _)| !NOT_WRITTEN.contains(name)) {
            match name
                .rsplit_once('_')
                .and_then(|(stem, index)| Some((stem, index.parse::<u32>().ok()?)))
            {
                Some(("list", id)) if !exists(u64::from(id)) => return Err("55"),
                Some(("list", id)) => {
                    changes.lists.insert(u64::from(id), value == "1" || value == "true");
                }
                Some(("profile_criteria", _)) => match value.to_ascii_lowercase().as_str() {
                    "match" | "nomatch" | "unknown" => {}
                    _ => return Err("18"),
                },
                Some((field, index)) => {
                    multiple.entry(field).or_default().insert(index, value);
                }
                None => drop(changes.fields.insert(name.to_owned(), typed(name, value)?)),
            }
        }
        for (field, values) in multiple {
            changes.fields.insert(field.to_owned(), gathered(&values));
        }
        Ok(changes)
    }

    /// Lays the changes over what is there; a field that is not named stays as it is. What does not fit an own field of the
    /// account, and a field that the account does not have, is dropped in silence, as recorded of the vendor.
    pub(super) fn apply(self, fields: &mut Fields, own: &BTreeMap<String, String>) {
        let fitting = self.fields.into_iter().filter_map(|(name, value)| {
            let is_known = FIELDS.contains(&name.as_str()) || UNSEEN.contains(&name.as_str());
            if !is_known && !own.contains_key(&name) {
                return None;
            }
            let value = match (own.get(&name).map(String::as_str), value.as_str()) {
                (Some("Number"), Some(text)) => number(text)?,
                (Some("Date"), Some(text)) => Value::from(text.parse::<Date>().ok()?.to_string()),
                _ => value,
            };
            Some((name, value))
        });
        fields.extend(fitting);
        if self.lists.is_empty() {
            return;
        }
        let mut lists: Vec<u64> = fields
            .get(LISTS)
            .and_then(Value::as_array)
            .map(|ids| ids.iter().filter_map(Value::as_u64).collect())
            .unwrap_or_default();
        for (id, member) in self.lists {
            lists.retain(|other| *other != id);
            if member {
                lists.push(id);
            }
        }
        fields.insert(LISTS.to_owned(), json!(lists));
    }
}

/// A number as the vendor gives it back.
fn number(text: &str) -> Option<Value> {
    let whole = text.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| Some(Value::from(text.parse::<f64>().ok().filter(|n| n.is_finite())?)))
}

/// Lists, campaigns, users and groups have numbers up to this one.
pub(super) fn exists(id: u64) -> bool {
    (1..1_000_000).contains(&id)
}

fn given(params: &Params, name: &str) -> bool {
    params.get(name).is_some_and(|text| !text.is_empty())
}

/// `field_0`, `field_1` … without gaps replace all values; `field_0=` alone clears.
fn gathered(values: &BTreeMap<u32, &str>) -> Value {
    let values: Vec<&str> = (0..)
        .map_while(|index: u32| values.get(&index).copied())
        .filter(|value| !value.is_empty())
        .collect();
    if values.is_empty() { Value::Null } else { json!(values) }
}

fn typed(name: &str, text: &str) -> Result<Value, &'static str> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let number = |code: &'static str| text.parse::<i64>().map(Value::from).map_err(|_| code);
    let id = |code: &'static str| {
        text.parse::<u64>().ok().filter(|id| exists(*id)).map(Value::from).ok_or(code)
    };
    match name {
        "email" if !is_address(text) => Err("4"),
        "score" => number("56"),
        "campaign_id" => id("38"),
        "user_id" => id("10"),
        "prospect_account_id" => id("61"),
        "is_do_not_email" | "is_do_not_call" | "is_reviewed" | "is_starred" | "is_archived" => {
            match text {
                "1" | "true" => Ok(Value::Bool(true)),
                "0" | "false" => Ok(Value::Bool(false)),
                _ => Err("50"),
            }
        }
        _ => Ok(Value::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Changes, Params};
    use crate::store::persons::Fields;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn changed(before: &serde_json::Value, text: &str) -> serde_json::Value {
        let mut fields: Fields = before.as_object().cloned().unwrap_or_default();
        let changes = Changes::from_params(&Params::parse(text.as_bytes()));
        changes
            .map(|changes| changes.apply(&mut fields, &own()))
            .map_or_else(|code| json!(code), |()| json!(fields))
    }

    fn own() -> BTreeMap<String, String> {
        [("Visits", "Number"), ("Birthday", "Date"), ("Color", "Multi-Select")]
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .into()
    }

    #[test]
    fn numbers_and_dates_are_such_or_dropped_in_silence() {
        assert_eq!(
            changed(&json!({ "Visits": 3 }), "Visits=12&Birthday=2026-02-28"),
            json!({ "Visits": 12, "Birthday": "2026-02-28" })
        );
        assert_eq!(changed(&json!({}), "Visits=1.5&Birthday=2026-02-30"), json!({ "Visits": 1.5 }));
        assert_eq!(changed(&json!({ "Visits": 3 }), "Visits=many"), json!({ "Visits": 3 }));
        assert_eq!(changed(&json!({ "Visits": 3 }), "Visits="), json!({ "Visits": null }));
    }

    #[test]
    fn a_field_that_the_account_does_not_have_is_dropped_in_silence() {
        let sent = "city=Ghent&Shoe_size=44&Past_jobs_0=janitor&is_archived=1&campaign_id=3";
        let kept = json!({ "city": "Ghent", "is_archived": true, "campaign_id": 3 });
        assert_eq!(changed(&json!({}), sent), kept);
    }

    #[test]
    fn reads_lists_multiple_values_and_clearing() {
        assert_eq!(
            changed(
                &json!({ "city": "Ghent", "lists": [5] }),
                "city=&list_7=1&list_5=0&Color_0=red&Color_1=blue"
            ),
            json!({ "city": null, "lists": [7], "Color": ["red", "blue"] })
        );
        assert_eq!(changed(&json!({ "Color": ["red"] }), "Color_0="), json!({ "Color": null }));
        assert_eq!(changed(&json!({}), "Color_0=a&Color_2=c"), json!({ "Color": ["a"] }));
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(changed(&json!({}), "profile_criteria_3=maybe"), json!("18"));
        assert_eq!(changed(&json!({}), "user_id=1&crm_owner_fid=005"), json!("125"));
        assert_eq!(changed(&json!({}), "campaign_id=x"), json!("38"));
        assert_eq!(changed(&json!({}), "campaign_id=1000000"), json!("38"));
        assert_eq!(changed(&json!({}), "list_1000000=1"), json!("55"));
    }
}
