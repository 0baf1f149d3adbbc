//! The rows of an export: what the account has of each of the six objects (page "Export").

use serde_json::{Value, json};

use super::email;
use super::view::{self, DELETED, LISTS};
use crate::clock;
use crate::record;
use crate::state::SandboxState;
use crate::store::Result;
use crate::store::persons::By;
use crate::system::Name;

/// The columns where none are asked for.
pub(super) const COLUMNS: [(&str, &[&str]); 6] = [
    (
        "externalActivity",
        // The one object whose section prints its fields, in a spelling of its own.
        &[
            "id",
            "extension",
            "extensionSalesforceId",
            "type",
            "typeSalesforceId",
            "prospectId",
            "value",
            "activityDate",
            "createdAt",
            "createdById",
        ],
    ),
    (
        "visitorActivity",
        &[
            "id",
            "visitor_id",
            "prospect_id",
            "type",
            "type_name",
            "details",
            "email_id",
            "created_at",
            "updated_at",
        ],
    ),
    ("listMembership", &["id", "list_id", "prospect_id", "opted_out", "created_at", "updated_at"]),
    (
        "prospect",
        &["id", "email", "first_name", "last_name", "company", "created_at", "updated_at"],
    ),
    ("prospectAccount", &["id", "name", "created_at", "updated_at"]),
    (
        "visitor",
        &[
            "id",
            "prospect_id",
            "page_view_count",
            "ip_address",
            "hostname",
            "source_parameter",
            "created_at",
            "updated_at",
        ],
    ),
];

/// An e-mail that was sent, as a visitor's activity.
const SENT: i64 = 6;

/// Everything there is of an object, deleted ones marked with `deleted`.
pub(super) fn all(state: &SandboxState, object: &str) -> Result<Vec<Value>> {
    let mut rows: Vec<Value> =
        record::all(state, Name::Pardot, object)?.into_iter().map(Value::Object).collect();
    let people = || state.store.find(Name::Pardot, By::Any);
    let zone = state.config().pardot.utc_offset;
    match object {
        "prospect" => {
            rows.extend(people()?.iter().map(|person| view::record(person, state)));
            for thing in state.store.things(Name::Pardot, DELETED)? {
                rows.push(with(thing.body, "deleted", json!(true)));
            }
        }
        // A membership has no times of its own here: it is as old as its prospect.
        "listMembership" => {
            for person in people()? {
                let opted_out = view::has_opted_out(&person.id, state)?;
                let lists =
                    person.fields.get(LISTS).and_then(Value::as_array).cloned().unwrap_or_default();
                rows.extend(lists.iter().map(|list| {
                    json!({
                        "id": format!("{}{list}", person.id).parse::<i64>().unwrap_or_default(), "list_id": list,
                        "prospect_id": id(&person.id), "opted_out": opted_out,
                        "created_at": clock::timestamp(person.created, zone), "updated_at": clock::timestamp(person.updated, zone),
                    })
                }));
            }
        }
        "visitorActivity" => {
            for (email, at, recipients) in email::sent(state)? {
                let at = clock::timestamp(at, zone);
                rows.extend(recipients.iter().map(|recipient| {
                    json!({
                        "id": format!("{email}{recipient}").parse::<i64>().unwrap_or_default(), "prospect_id": id(recipient),
                        "type": SENT, "type_name": "Email", "email_id": email, "created_at": at, "updated_at": at,
                    })
                }));
            }
        }
        _ => {}
    }
    // Visitors and accounts are also found by when their prospect changed.
    for row in &mut rows {
        let of =
            row.get("prospect_id").map(|id| id.to_string().replace('"', "")).unwrap_or_default();
        if let Some(person) = state.store.find(Name::Pardot, By::Id(&of))?.first() {
            let at = json!(clock::timestamp(person.updated, zone));
            *row = with(std::mem::take(row), "prospect_updated_at", at);
        }
    }
    Ok(rows)
}

/// What a prospect's export has beside the fields of an answer and the account's own (page "Object field references").
const PROSPECT: [&str; 25] = [
    "id",
    "campaign_id",
    "created_at",
    "updated_at",
    "prospect_account_id",
    "is_archived",
    "user_id",
    "assigned_to_user_id",
    "converted_at",
    "converted_from_object_type",
    "converted_from_object_name",
    "is_email_hard_bounced",
    "email_bounced_at",
    "email_bounced_reason",
    "first_assigned_at",
    "first_activity_at",
    "first_referrer_url",
    "first_referrer_type",
    "first_referrer_query",
    "campaign_parameter",
    "medium_parameter",
    "source_parameter",
    "content_parameter",
    "term_parameter",
    "profile_id",
];
/// Fields of an answer that no export has.
const NOT_EXPORTED: [&str; 2] = ["recent_interaction", "crm_url"];

/// Whether an object has a field to export.
pub(super) fn has(state: &SandboxState, object: &str, name: &str) -> bool {
    let own = || state.config().pardot.custom_fields.contains_key(name);
    match object {
        "prospect" if NOT_EXPORTED.contains(&name) => false,
        "prospect" => view::FIELDS.contains(&name) || PROSPECT.contains(&name) || own(),
        _ => COLUMNS.iter().any(|(known, names)| *known == object && names.contains(&name)),
    }
}

/// A row's value by a column's name.
pub(super) fn value<'r>(row: &'r Value, name: &str) -> Option<&'r Value> {
    row.get(name).or_else(|| {
        // What was put there has the names of the other objects: `activity_date` of `activityDate`.
        let mut plain = String::new();
        for sign in name.chars() {
            if sign.is_ascii_uppercase() {
                plain.push('_');
            }
            plain.push(sign.to_ascii_lowercase());
        }
        row.get(&plain)
    })
}

/// Whether a row fits the arguments of a procedure that are not times.
pub(super) fn fits(row: &Value, arguments: &Value) -> bool {
    let word = |name: &str| match arguments.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let deleted = row.get("deleted") == Some(&json!(true));
    let by_deletion = match word("deleted").as_str() {
        "true" => deleted,
        "all" => true,
        _ => !deleted,
    };
    let kind = word("type");
    let by_type =
        kind.is_empty() || row.get("type").map(Value::to_string).unwrap_or_default() == kind;
    let only = ["prospect_only", "prospectOnly"].iter().any(|name| word(name) == "true");
    by_deletion && by_type && (!only || row.get("prospect_id").is_some_and(|id| !id.is_null()))
}

fn with(mut row: Value, name: &str, value: Value) -> Value {
    if let Some(members) = row.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    row
}

fn id(text: &str) -> Value {
    json!(text.parse::<i64>().unwrap_or_default())
}
