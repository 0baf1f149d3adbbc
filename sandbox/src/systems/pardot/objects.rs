//! Custom redirects, dynamic content and e-mail templates: a few of each, to be read (pages of the same
//! names).

use serde_json::{Value, json};

use super::answer::{self, refuser};
use super::query::{answered, common};
use crate::clock;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store;
use crate::system::Name;

pub(super) const TEMPLATE: &str = "emailTemplate";

/// What the account has of a kind; the first look puts it there.
pub(super) fn all(state: &SandboxState, kind: &str, now: i64) -> store::Result<Vec<Value>> {
    if state.store.things(Name::Pardot, kind)?.is_empty() {
        for body in first(kind) {
            state.store.add_thing(Name::Pardot, kind, "", &body, now)?;
        }
    }
    let zone = state.config().pardot.utc_offset;
    let shown = |thing: crate::store::things::Thing| {
        let mut body = thing.body;
        if let Some(members) = body.as_object_mut().filter(|_| kind != TEMPLATE) {
            members.insert("created_at".to_owned(), json!(clock::timestamp(thing.created, zone)));
            members.insert("updated_at".to_owned(), json!(clock::timestamp(thing.updated, zone)));
        }
        body
    };
    Ok(state.store.things(Name::Pardot, kind)?.into_iter().map(shown).collect())
}

fn first(kind: &str) -> Vec<Value> {
    match kind {
        "customRedirect" => (1..=3)
            .map(|id| {
                json!({ "id": 1233_i64.saturating_add(id), "name": format!("Redirect {id}"), "url": format!("https://go.sandbox.example/r/{id}"),
                        "destination_url": format!("https://www.sandbox.example/{id}"), "campaign": { "id": 1, "name": "Website Tracking" } })
            })
            .collect(),
        "dynamicContent" => vec![json!({
            "id": 1234, "name": "Greeting", "embedCode": "<script></script>", "embedUrl": "https://go.sandbox.example/dcjs/1",
            "baseContent": "Hello", "basedOn": "Custom Field",
            "variation": [{ "comparison": "is acme", "content": "Hello Acme" }, { "comparison": "is blank", "content": "Hello you" }],
        })],
        TEMPLATE => [(11, false, true), (12, true, false), (13, true, true)]
            .iter()
            .map(|(id, one_to_one, archived)| {
                json!({
                    "id": id, "name": format!("Template {id}"), "subject": "Hello", "isOneToOneEmail": one_to_one,
                    "isArchived": *archived && *one_to_one, "isAutoResponderEmail": false, "isDripEmail": false, "isListEmail": !one_to_one,
                    "htmlMessage": "<p>Hi</p><p>%%unsubscribe%%</p>", "textMessage": "Hi %%unsubscribe%%",
                    "sendOptions": { "replyToAddress": null, "sendFromData": "[{\"type\":1}]" }, "error": 0,
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// One by its id; 16 for no number, 109 for nothing.
fn one(
    call: &Call,
    state: &SandboxState,
    kind: &'static str,
    missing: &'static str,
) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    let id: i64 = call.capture("id").unwrap_or_default().parse().map_err(|_| refuse("16"))?;
    let archived = archived(call).map_err(&refuse)?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let found =
            all(state, kind, now)?.into_iter().find(|record| record.get("id") == Some(&json!(id)));
        match found.filter(|record| archived || record.get("isArchived") != Some(&json!(true))) {
            Some(record) => Ok(answer::ok(&call, 200, kind, &record, "found")),
            None => Err(refuser(&call, state)(missing)),
        }
    }))
}

fn archived(call: &Call) -> Result<bool, &'static str> {
    match call.params.get("archived") {
        None | Some("" | "false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err("145"),
    }
}

fn several(
    call: &Call,
    state: &SandboxState,
    kind: &'static str,
    now: i64,
) -> Result<Commit, Reply> {
    common(call, state, now).map_err(refuser(call, state))?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let mut records = all(state, kind, now)?;
        for filter in common(&call, state, now).map_err(refuser(&call, state))? {
            records.retain(|record| filter(record));
        }
        answered(&call, state, records, kind, &["created_at", "id", "updated_at"])
    }))
}

pub(super) fn redirect(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    one(call, state, "customRedirect", "109")
}

pub(super) fn redirects(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    several(call, state, "customRedirect", now)
}

/// The account's own fields, in the order of their names.
pub(super) fn custom_fields(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    common(call, state, now).map_err(refuser(call, state))?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let created = clock::timestamp(0, state.config().pardot.utc_offset);
        let mut records: Vec<Value> = (5_746_i64..)
            .zip(&state.config().pardot.custom_fields)
            .map(|(id, (name, kind))| {
                json!({
                    "id": id, "name": name.replace('_', " "), "field_id": name, "type": kind, "type_id": null, "crm_id": null,
                    "is_record_multiple_responses": kind == "Multi-Select", "is_use_values": false,
                    "created_at": created, "updated_at": created,
                })
            })
            .collect();
        for filter in common(&call, state, now).map_err(refuser(&call, state))? {
            records.retain(|record| filter(record));
        }
        answered(&call, state, records, "customField", &["created_at", "id", "updated_at"])
    }))
}

pub(super) fn content(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    one(call, state, "dynamicContent", "109")
}

pub(super) fn contents(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    several(call, state, "dynamicContent", now)
}

pub(super) fn template(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    one(call, state, TEMPLATE, "86")
}

pub(super) fn templates(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let archived = archived(call).map_err(refuser(call, state))?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let mut records = all(state, TEMPLATE, now)?;
        let is = |record: &Value, name: &str| record.get(name) == Some(&json!(true));
        records.retain(|record| {
            is(record, "isOneToOneEmail") && (archived || !is(record, "isArchived"))
        });
        let list = match records.len() {
            1 => records.pop().unwrap_or_default(),
            _ => Value::Array(records),
        };
        Ok(answer::ok(&call, 200, "emailTemplates", &json!({ "templates": list }), "found"))
    }))
}
