//! Exports (page "Export"): a minute in the queue, a minute at work, files for seven days. The sandbox's clock decides.

use serde_json::{Value, json};

use super::answer::{self, refuser};
use super::query::{answered, common};
use super::rows;
use crate::clock;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store::things::Thing;
use crate::system::Name;

const KIND: &str = "export";
const MINUTE: i64 = 60_000;
const LIFE: i64 = 7 * 24 * 60 * MINUTE;
/// Small, so that a test meets several files.
const ROWS: usize = 100;
const MOST_FIELDS: usize = 150;
const CSV: &str = "text/csv; charset=utf-8";

/// Object, procedure, stem of its range, other arguments.
const PROCEDURES: [(&str, &str, &str, &[&str]); 12] = [
    ("externalActivity", "filter_by_created_at", "created", &[]),
    ("externalActivity", "filter_by_activity_date", "activity", &[]),
    ("visitorActivity", "filter_by_created_at", "created", &["type", "prospect_only"]),
    ("visitorActivity", "filter_by_updated_at", "updated", &["type", "prospectOnly"]),
    ("listMembership", "filter_by_created_at", "created", &["deleted"]),
    ("listMembership", "filter_by_updated_at", "updated", &["deleted"]),
    ("prospect", "filter_by_created_at", "created", &["deleted"]),
    ("prospect", "filter_by_updated_at", "updated", &[]),
    ("prospectAccount", "filter_by_prospect_updated_at", "prospect_updated", &["prospect_deleted"]),
    ("prospectAccount", "filter_by_updated_at", "updated", &["deleted"]),
    ("visitor", "filter_by_prospect_updated_at", "prospect_updated", &["prospect_deleted"]),
    ("visitor", "filter_by_updated_at", "updated", &["deleted"]),
];

pub(super) fn create(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    if call.content_type().as_deref() != Some("application/json") {
        return Err(refuse("151"));
    }
    let body = call.json().filter(Value::is_object).ok_or_else(|| refuse("150"))?;
    let text = |pointer: &str| {
        body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (object, name) = (text("/object"), text("/procedure/name"));
    let row = PROCEDURES.iter().find(|(of, known, ..)| *of == object && *known == name);
    let (_, _, stem, others) = row.ok_or_else(|| refuse("174"))?;
    if body.get("fields").and_then(Value::as_array).is_some_and(|fields| fields.len() > MOST_FIELDS)
    {
        return Err(refuse("130"));
    }
    let unknown = |field: &Value| !rows::has(state, &object, field.as_str().unwrap_or_default());
    if body.get("fields").and_then(Value::as_array).is_some_and(|list| list.iter().any(unknown)) {
        return Err(refuse("130"));
    }
    let empty = json!({});
    let arguments = body.pointer("/procedure/arguments").unwrap_or(&empty);
    let (after, before) = (format!("{stem}_after"), format!("{stem}_before"));
    for name in arguments.as_object().into_iter().flat_map(|map| map.keys()) {
        if *name != after && *name != before && !others.contains(&name.as_str()) {
            return Err(refuse("175"));
        }
    }
    let zone = state.config().pardot.utc_offset;
    let moment = |name: &str| match arguments.get(name).and_then(Value::as_str) {
        None => Ok(None),
        Some(text) => clock::moment(text, now, zone).map(Some).ok_or_else(|| refuse("7")),
    };
    let start = moment(&after)?.ok_or_else(|| refuse("207"))?;
    let end = moment(&before)?.unwrap_or_else(|| clock::timestamp(now, zone));
    let year = start
        .get(..4)
        .and_then(|year| year.parse::<i64>().ok())
        .unwrap_or_default()
        .saturating_add(1);
    let limit = format!("{year:04}{}", start.get(4..).unwrap_or_default());
    if end > limit || end < start {
        return Err(refuse("176"));
    }
    let kept = json!({ "object": object, "fields": body.get("fields"), "stem": stem, "after": start, "before": moment(&before)?,
        "arguments": arguments });
    Ok(Box::new(move |state, now| {
        let seq = state.store.add_thing(Name::Pardot, KIND, "", &kept, now)?;
        let thing = Thing { seq, owner: String::new(), body: kept, created: now, updated: now };
        // Flat, as the page's samples are; the read is wrapped, as its table says.
        Ok(Reply::json(200, &shown(state, &thing, now), "waiting"))
    }))
}

fn state_of(thing: &Thing, now: i64) -> &'static str {
    let age = now.saturating_sub(thing.created);
    match age {
        _ if thing.owner == "Canceled" => "Canceled",
        _ if age < MINUTE => "Waiting",
        _ if age < MINUTE.saturating_mul(2) => "Processing",
        _ => "Complete",
    }
}

fn shown(state: &SandboxState, thing: &Thing, now: i64) -> Value {
    let zone = state.config().pardot.utc_offset;
    json!({
        "id": thing.seq, "state": state_of(thing, now), "isExpired": now.saturating_sub(thing.created) > LIFE,
        "createdAt": clock::timestamp(thing.created, zone), "updatedAt": clock::timestamp(thing.updated, zone),
    })
}

fn found(call: &Call, state: &SandboxState) -> Result<Thing, Reply> {
    let refuse = refuser(call, state);
    let id: i64 = call.capture("id").unwrap_or_default().parse().map_err(|_| refuse("16"))?;
    let thing = state.store.things(Name::Pardot, KIND)?.into_iter().find(|thing| thing.seq == id);
    thing.ok_or_else(|| refuse("109"))
}

/// The records of an export: those of its object that its procedure wants.
fn records(state: &SandboxState, thing: &Thing) -> Result<Vec<Value>, Reply> {
    let text =
        |name: &str| thing.body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (after, before) = (text("after"), text("before"));
    let member = match text("stem").as_str() {
        "activity" => "activity_date".to_owned(),
        stem => format!("{stem}_at"),
    };
    let arguments = thing.body.get("arguments").cloned().unwrap_or_default();
    let mut records = rows::all(state, &text("object"))?;
    records.retain(|record| {
        let at = record.get(&member).and_then(Value::as_str).unwrap_or_default();
        at > after.as_str()
            && (before.is_empty() || at < before.as_str())
            && rows::fits(record, &arguments)
    });
    Ok(records)
}

pub(super) fn read(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let thing = found(call, state)?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let mut export = shown(state, &thing, now);
        let files = records(state, &thing)?.len().div_ceil(ROWS);
        let is_there =
            state_of(&thing, now) == "Complete" && now.saturating_sub(thing.created) <= LIFE;
        let version = call.capture("version").unwrap_or("4");
        let address = |file: usize| {
            format!(
                "{}/api/export/version/{version}/do/downloadResults/id/{}/file/{file}",
                call.origin(),
                thing.seq
            )
        };
        // Absent, a text or a list.
        let refs = match files {
            _ if !is_there => Value::Null,
            0 => Value::Null,
            1 => json!(address(1)),
            many => (1..=many).rev().map(address).collect(),
        };
        if let Some(members) = export.as_object_mut().filter(|_| !refs.is_null()) {
            members.insert("resultRefs".to_owned(), refs);
        }
        Ok(answer::ok(&call, 200, "export", &export, "found"))
    }))
}

pub(super) fn query(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    common(call, state, now).map_err(refuser(call, state))?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let zone = state.config().pardot.utc_offset;
        let mut records: Vec<Value> = Vec::new();
        for thing in state.store.things(Name::Pardot, KIND)? {
            let mut export = shown(state, &thing, now);
            let wanted = |name: &str, value: Option<&Value>| {
                call.params.get(name).is_none_or(|word| value.and_then(Value::as_str) == Some(word))
            };
            if !wanted("status", export.get("state")) || !wanted("object", thing.body.get("object"))
            {
                continue;
            }
            // What the filters and the order read.
            if let Some(members) = export.as_object_mut() {
                members
                    .insert("created_at".to_owned(), json!(clock::timestamp(thing.created, zone)));
                members
                    .insert("updated_at".to_owned(), json!(clock::timestamp(thing.updated, zone)));
            }
            records.push(export);
        }
        for filter in common(&call, state, now).map_err(refuser(&call, state))? {
            records.retain(|record| filter(record));
        }
        // Newest first where nothing is said.
        let mut call = call;
        if call.params.get("sort_order").is_none() {
            call.params.extend([("sort_order".to_owned(), "descending".to_owned())]);
        }
        answered(&call, state, records, "export", &["id", "created_at", "updated_at"])
    }))
}

pub(super) fn cancel(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let mut thing = found(call, state)?;
    if matches!(state_of(&thing, now), "Complete" | "Canceled") {
        return Err(refuser(call, state)("178"));
    }
    "Canceled".clone_into(&mut thing.owner);
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        state.store.save_thing(&thing, now)?;
        Ok(answer::ok(&call, 200, "export", &shown(state, &thing, now), "canceled"))
    }))
}

/// A header row, no byte-order mark, null as nothing, a formula with a backslash before it.
pub(super) fn download(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    let thing = found(call, state)?;
    if state_of(&thing, now) != "Complete" || now.saturating_sub(thing.created) > LIFE {
        return Err(refuse("178"));
    }
    let file: usize = call.capture("file").unwrap_or_default().parse().map_err(|_| refuse("16"))?;
    let records = records(state, &thing)?;
    let page: Vec<Value> =
        records.chunks(ROWS).nth(file.wrapping_sub(1)).ok_or_else(|| refuse("109"))?.to_vec();
    Ok(Box::new(move |_, _| {
        let asked = thing.body.get("fields").and_then(Value::as_array);
        let names: Vec<&str> = if let Some(fields) = asked {
            fields.iter().filter_map(Value::as_str).collect()
        } else {
            let of = rows::COLUMNS
                .iter()
                .find(|(name, _)| thing.body.get("object") == Some(&json!(name)));
            of.map(|(_, names)| names.to_vec()).unwrap_or_default()
        };
        let mut text = format!("{}\n", names.join(","));
        for record in &page {
            let cells: Vec<String> =
                names.iter().map(|name| cell(rows::value(record, name))).collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        Ok(Reply::text(200, CSV, text, "downloaded"))
    }))
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) if text.starts_with(['=', '+', '-', '@']) => format!("\\{text}"),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
