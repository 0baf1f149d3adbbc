//! Lead fields and forms (page "Leads", Describe and Fields; page "Form fields").

use serde_json::{Value, json};

use super::answer;
use super::request::{body, input, page, stem};
use super::submit_form::is_address;
use crate::config::DEMO_CUSTOM;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store;
use crate::system::Name;

/// What the API may ever create (page "Leads", Fields).
const MOST_CUSTOM: usize = 100;
const KIND: &str = "field";

/// Name, label, type, length. The fields that every subscription has, and the demo form's own.
const STANDARD: [(&str, &str, &str, Option<u32>); 35] = [
    ("id", "Id", "integer", None),
    ("salutation", "Salutation", "string", Some(255)),
    ("firstName", "First Name", "string", Some(255)),
    ("middleName", "Middle Name", "string", Some(255)),
    ("lastName", "Last Name", "string", Some(255)),
    ("dateOfBirth", "Date of Birth", "date", None),
    ("email", "Email Address", "email", Some(255)),
    ("phone", "Phone Number", "phone", Some(255)),
    ("mobilePhone", "Mobile Phone Number", "phone", Some(255)),
    ("fax", "Fax Number", "phone", Some(255)),
    ("title", "Job Title", "string", Some(255)),
    ("unsubscribed", "Unsubscribed", "boolean", None),
    ("company", "Company Name", "string", Some(255)),
    ("website", "Website", "url", Some(255)),
    ("industry", "Industry", "string", Some(255)),
    ("address", "Address", "text", None),
    ("city", "City", "string", Some(255)),
    ("state", "State", "string", Some(255)),
    ("postalCode", "Postal Code", "string", Some(255)),
    ("country", "Country", "string", Some(255)),
    ("leadSource", "Lead Source", "string", Some(255)),
    ("leadScore", "Lead Score", "score", None),
    ("externalCompanyId", "External Company Id", "string", Some(100)),
    ("externalSalesPersonId", "External Sales Person Id", "string", Some(100)),
    ("labels", "Labels", "string", Some(255)),
    ("notes", "Notes", "text", None),
    ("message", "Message", "text", None),
    ("utmSource", "UTM Source", "string", Some(255)),
    ("utmMedium", "UTM Medium", "string", Some(255)),
    ("utmCampaign", "UTM Campaign", "string", Some(255)),
    ("utmTerm", "UTM Term", "string", Some(255)),
    ("utmContent", "UTM Content", "string", Some(255)),
    ("createdAt", "Created At", "datetime", None),
    ("updatedAt", "Updated At", "datetime", None),
    ("leadPartitionId", "Lead Partition Id", "reference", None),
];

/// Every field as the schema shows it, the standard ones first.
pub(super) fn all(state: &SandboxState) -> store::Result<Vec<Value>> {
    let changed = state.store.things(Name::Marketo, KIND)?;
    let mut fields: Vec<Value> = STANDARD
        .iter()
        .map(|(name, label, kind, length)| {
            let mut field = json!({
                "displayName": label, "name": name, "description": null, "dataType": kind, "isHidden": false,
                "isHtmlEncodingInEmail": true, "isSensitive": false, "isCustom": false,
            });
            if let (Some(members), Some(length)) = (field.as_object_mut(), length) {
                members.insert("length".to_owned(), json!(length));
            }
            field
        })
        .collect();
    for thing in changed {
        match fields
            .iter_mut()
            .find(|field| field.get("name").and_then(Value::as_str) == Some(&thing.owner))
        {
            Some(field) => *field = thing.body,
            None => fields.push(thing.body),
        }
    }
    Ok(fields)
}

pub(super) fn field<'f>(fields: &'f [Value], name: &str) -> Option<&'f Value> {
    fields.iter().find(|field| field["name"] == name)
}

/// Whether a value is of a field's type, and no longer than it may be; null clears any. Which code a text gets that is too
/// long is not documented: it is skipped like any other that does not fit.
pub(super) fn fits(field: &Value, value: &Value) -> bool {
    let text = match value {
        Value::Null => return true,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_short = field["length"]
        .as_u64()
        .is_none_or(|most| u64::try_from(text.chars().count()).is_ok_and(|count| count <= most));
    let digits = |text: &str, shape: &str| {
        text.len() >= shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(a, b)| if b == b'9' { a.is_ascii_digit() } else { a == b })
    };
    is_short
        && match field["dataType"].as_str() {
            Some("integer" | "score" | "percent" | "reference") => text.parse::<i64>().is_ok(),
            Some("float" | "currency") => text.parse::<f64>().is_ok(),
            // Whatever the field is called, as recorded.
            Some("email") => is_address(&text),
            Some("boolean") => {
                matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "1" | "0")
            }
            Some("date") => text.len() == 10 && digits(&text, "9999-99-99"),
            Some("datetime") => digits(&text, "9999-99-99"),
            _ => true,
        }
}

/// What a subscription's leads are found by beside its custom fields (page "Leads", Query).
const SEARCHABLE: [&str; 13] = [
    "cookies",
    "email",
    "facebookId",
    "id",
    "leadPartitionId",
    "linkedInId",
    "sfdcAccountId",
    "sfdcContactId",
    "sfdcLeadId",
    "sfdcLeadOwnerId",
    "sfdcOpptyId",
    "twitterId",
    "mktoName",
];

/// Custom fields filter only as string, e-mail or integer (page "Leads", Query).
pub(super) fn searchable(state: &SandboxState, name: &str) -> store::Result<bool> {
    let all = all(state)?;
    let custom = field(&all, name).is_some_and(|field| {
        let is_own = field["isCustom"] == true || DEMO_CUSTOM.contains(&name);
        is_own && matches!(field["dataType"].as_str(), Some("string" | "email" | "integer"))
    });
    Ok(custom || SEARCHABLE.contains(&name))
}

/// What Marketo keeps itself.
pub(super) fn is_kept(field: &Value) -> bool {
    matches!(field["name"].as_str(), Some("createdAt" | "updatedAt"))
}

#[allow(clippy::unnecessary_wraps, reason = "a plan may refuse; this one has nothing to refuse")]
pub(super) fn describe(_: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    Ok(Box::new(|state, _| {
        let fields = all(state)?;
        let shown: Vec<Value> = (1..)
            .zip(&fields)
            .map(|(id, field)| {
                json!({
                    "id": id, "displayName": field["displayName"], "dataType": field["dataType"],
                    "length": field.get("length"), "rest": { "name": field["name"], "readOnly": is_kept(field) },
                })
            })
            .collect();
        Ok(answer::page(&shown, None, false))
    }))
}

#[allow(clippy::unnecessary_wraps, reason = "a plan may refuse; this one has nothing to refuse")]
pub(super) fn describe2(_: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    Ok(Box::new(|state, _| {
        let fields = all(state)?;
        let shown: Vec<Value> = fields
            .iter()
            .map(|field| {
                json!({
                    "name": field["name"], "displayName": field["displayName"], "dataType": field["dataType"],
                    "length": field.get("length"), "updateable": !is_kept(field), "crmManaged": false,
                })
            })
            .collect();
        let searchable: Vec<Value> = SEARCHABLE.iter().map(|name| json!([name])).collect();
        Ok(answer::page(
            &[json!({ "name": "API Lead", "searchableFields": searchable, "fields": shown })],
            None,
            false,
        ))
    }))
}

#[allow(clippy::unnecessary_wraps, reason = "a plan may refuse; this one refuses with the page")]
pub(super) fn browse(call: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let call = call.clone();
    Ok(Box::new(move |state, now| page(&call, &all(state)?, true, now)))
}

pub(super) fn get(call: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let name = stem(call).ok_or_else(|| answer::failed("610", "Requested resource not found"))?;
    Ok(Box::new(move |state, _| {
        let field = all(state)?
            .into_iter()
            .find(|field| field.get("name").and_then(Value::as_str) == Some(&name));
        field
            .map(|field| answer::page(&[field], None, false))
            .ok_or_else(|| answer::failed("610", "Requested resource not found"))
    }))
}

pub(super) fn create(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let records = input(&body(call, state)?, MOST_CUSTOM)?;
    Ok(Box::new(move |state, now| {
        let mut results = Vec::new();
        for record in records {
            let text = |name: &str| {
                record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let (name, label, kind) = (text("name"), text("displayName"), text("dataType"));
            let skip = |code, message| answer::skipped_record(None, code, message);
            let custom = state.store.things(Name::Marketo, KIND)?.len();
            let known = all(state)?;
            let taken = known.iter().any(|field| {
                field["name"] == name.as_str() || field["displayName"] == label.as_str()
            });
            let fits = name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            results.push(if name.is_empty() || label.is_empty() || kind.is_empty() {
                skip("1002", "Missing value for required parameter")
            } else if !fits {
                skip("1003", "Invalid name")
            } else if taken {
                skip("1017", "Field already exists")
            } else if custom >= MOST_CUSTOM {
                skip("1014", "The limit of custom fields is reached")
            } else {
                let flag = |name: &str| record.get(name).and_then(Value::as_bool).unwrap_or(false);
                let field = json!({
                    "displayName": label, "name": name, "description": record.get("description"), "dataType": kind,
                    "isHidden": flag("isHidden"), "isHtmlEncodingInEmail": flag("isHtmlEncodingInEmail"),
                    "isSensitive": flag("isSensitive"), "isCustom": true, "isApiCreated": true,
                });
                state.store.add_thing(Name::Marketo, KIND, &name, &field, now)?;
                json!({ "name": name, "status": "created" })
            });
        }
        Ok(answer::result(&results, "created"))
    }))
}

pub(super) fn update(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let name = stem(call).ok_or_else(|| answer::failed("610", "Requested resource not found"))?;
    let changes = input(&body(call, state)?, 1)?.pop().unwrap_or_default();
    Ok(Box::new(move |state, now| {
        let found = all(state)?
            .into_iter()
            .find(|field| field.get("name").and_then(Value::as_str) == Some(&name));
        let mut field =
            found.ok_or_else(|| answer::failed("610", "Requested resource not found"))?;
        let is_custom = field["isCustom"] == true;
        for (member, value) in &changes {
            let allowed = match member.as_str() {
                "description" | "isHtmlEncodingInEmail" | "isSensitive" => true,
                "displayName" | "isHidden" => is_custom,
                _ => false,
            };
            if !allowed {
                return Err(answer::failed("1003", &format!("'{member}' cannot be changed")));
            }
            field[member] = value.clone();
        }
        let known =
            state.store.things(Name::Marketo, KIND)?.into_iter().find(|thing| thing.owner == name);
        match known {
            Some(mut thing) => {
                thing.body = field;
                state.store.save_thing(&thing, now)?;
            }
            None => drop(state.store.add_thing(Name::Marketo, KIND, &name, &field, now)?),
        }
        Ok(answer::result(&[json!({ "name": name, "status": "updated" })], "updated"))
    }))
}

/// The fields of a configured form; without `company`'s kind an asset answers 702 for what it does not have.
pub(super) fn form_fields(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let id = call.capture("id").unwrap_or_default();
    let form = state.config().marketo.forms.get(id).cloned();
    let form = form.ok_or_else(|| answer::failed("702", "No data found"))?;
    Ok(Box::new(move |_, _| {
        let fields: Vec<Value> = form
            .fields
            .iter()
            .zip(0..)
            .map(|(name, row)| {
                let required = name == "email" || form.required.contains(name);
                json!({ "id": name, "label": name, "dataType": if name == "email" { "email" } else { "text" },
                        "required": required, "rowNumber": row, "columnNumber": 0 })
            })
            .collect();
        Ok(answer::page(&fields, None, false))
    }))
}
