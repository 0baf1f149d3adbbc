//! A prospect as Pardot's answers and exports show it, and what it is found by.

use serde_json::{Map, Value, json};

use crate::clock;
use crate::record;
use crate::state::SandboxState;
use crate::store;
use crate::store::persons::{Fields, Keys, Person};
use crate::system::Name;

/// A new prospect without a campaign joins the oldest one.
pub(super) const OLDEST_CAMPAIGN: i64 = 1;

/// Where the list subscriptions are kept among the fields.
pub(super) const LISTS: &str = "lists";

/// Every field of an answer as recorded; a value that is missing is null.
pub(super) const FIELDS: [&str; 40] = [
    "salutation",
    "first_name",
    "last_name",
    "email",
    "company",
    "website",
    "job_title",
    "department",
    "country",
    "address_one",
    "address_two",
    "city",
    "state",
    "territory",
    "zip",
    "phone",
    "fax",
    "source",
    "annual_revenue",
    "employees",
    "industry",
    "years_in_business",
    "comments",
    "notes",
    "score",
    "grade",
    "last_activity_at",
    "recent_interaction",
    "crm_lead_fid",
    "crm_contact_fid",
    "crm_owner_fid",
    "crm_account_fid",
    "salesforce_fid",
    "crm_last_sync",
    "crm_url",
    "is_do_not_email",
    "is_do_not_call",
    "opted_out",
    "is_reviewed",
    "is_starred",
];

/// The kind of thing that a deleted prospect is kept as, for `query?deleted=true` and for exports.
pub(super) const DELETED: &str = "deleted prospect";

pub(super) fn keys(fields: &Fields) -> Keys {
    let email = fields.get("email").and_then(Value::as_str).map(str::to_lowercase);
    Keys { email, ..Keys::default() }
}

pub(super) fn id(seq: i64) -> String {
    seq.saturating_add(58_564_000).to_string()
}

pub(super) fn record(person: &Person, state: &SandboxState) -> Value {
    let time = |at| json!(clock::timestamp(at, state.config().pardot.utc_offset));
    let mut record: Map<String, Value> =
        FIELDS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    // As recorded of a prospect that did nothing yet.
    record.insert("password".to_owned(), Value::Null);
    record.insert("score".to_owned(), json!(0));
    record.insert("recent_interaction".to_owned(), json!("Never active."));
    for (name, value) in &person.fields {
        // A custom field that was cleared is absent.
        if value.is_null() && !FIELDS.contains(&name.as_str()) {
            continue;
        }
        let value = match value {
            // A field with several values holds a `value` list.
            Value::Array(_) => json!({ "value": value }),
            // As recorded, and in XML too.
            Value::Bool(yes) => json!(u8::from(*yes)),
            other => other.clone(),
        };
        record.insert(name.clone(), value);
    }
    if has_opted_out(&person.id, state).unwrap_or_default() {
        record.insert("opted_out".to_owned(), json!(1));
        record.insert("recent_interaction".to_owned(), json!("Opted Out"));
    }
    let campaign = person.fields.get("campaign_id").and_then(Value::as_i64);
    record.insert("id".to_owned(), json!(person.id.parse::<i64>().unwrap_or_default()));
    record.insert("campaign".to_owned(), campaign.map_or(Value::Null, campaign_record));
    record.insert(LISTS.to_owned(), lists(person, &time(person.updated)));
    record.insert("created_at".to_owned(), time(person.created));
    record.insert("updated_at".to_owned(), time(person.updated));
    // The leaf only appears where there is somebody, says the page.
    if let Some(user) = person.fields.get("user_id").filter(|user| !user.is_null()) {
        let user = json!({ "id": user, "email": format!("user{user}@sandbox.example") });
        record.insert("assigned_to".to_owned(), json!({ "user": user }));
    }
    for collection in ["visitors", "visitor_activities"] {
        record.insert(collection.to_owned(), Value::Null);
    }
    record.insert("profile".to_owned(), profile());
    Value::Object(record)
}

/// Whether a prospect has unsubscribed, which no operation does: the control port says so.
pub(super) fn has_opted_out(id: &str, state: &SandboxState) -> store::Result<bool> {
    let all = record::all(state, Name::Pardot, "optOut")?;
    let of = |one: &Map<String, Value>| one.get("prospect_id").map(Value::to_string);
    Ok(all.iter().any(|one| of(one).is_some_and(|of| of.trim_matches('"') == id)))
}

/// The profile that every account has.
fn profile() -> Value {
    let criteria = ["Company Size", "Industry", "Location", "Job Title", "Department"];
    let criteria: Vec<Value> = (5_063..)
        .step_by(2)
        .zip(criteria)
        .map(|(id, name)| json!({ "id": id, "name": name, "matches": "Unknown" }))
        .collect();
    json!({ "id": 1_009, "name": "Default", "profile_criteria": criteria })
}

fn campaign_record(id: i64) -> Value {
    let name = if id == OLDEST_CAMPAIGN {
        "Website Tracking".to_owned()
    } else {
        format!("Campaign {id}")
    };
    json!({ "id": id, "name": name })
}

/// Null when there is none, an object for one, an array for several.
fn lists(person: &Person, since: &Value) -> Value {
    let ids = person.fields.get(LISTS).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut subscriptions: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({
                "id": id.as_i64().unwrap_or_default().saturating_add(30_000_000),
                "did_opt_in": false, "did_opt_out": false, "created_at": since, "updated_at": since,
                "list": {
                    "id": id, "name": format!("List {id}"), "is_public": false, "is_dynamic": false,
                    "title": null, "description": null, "is_crm_visible": false,
                    "created_at": since, "updated_at": since,
                },
            })
        })
        .collect();
    match subscriptions.len() {
        0 => Value::Null,
        1 => json!({ "list_subscription": subscriptions.pop() }),
        _ => json!({ "list_subscription": subscriptions }),
    }
}
