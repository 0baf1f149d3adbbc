//! E-mails that are sent and looked at (page "Emails"). Nothing leaves the sandbox.

use serde_json::{Value, json};

use super::answer::{self, refuser};
use super::objects::{TEMPLATE, all};
use super::params::exists;
use super::view::has_opted_out;
use crate::clock;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store;
use crate::store::persons::{By, Person};
use crate::system::Name;

const KIND: &str = "email";
const FIGURES: [&str; 10] = [
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
const RATES: [&str; 7] = [
    "delivery_rate",
    "opens_rate",
    "click_through_rate",
    "unique_click_through_rate",
    "click_open_ratio",
    "opt_out_rate",
    "spam_complaint_rate",
];

fn given<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.params.get(name).filter(|text| !text.is_empty())
}

/// The e-mail that a call describes, in one of its three ways; 13, 64, 68.
fn drafted(call: &Call, state: &SandboxState, now: i64) -> Result<Value, Reply> {
    let refuse = refuser(call, state);
    if given(call, "campaign_id").is_none() {
        return Err(refuse("13"));
    }
    for name in ["text_content", "html_content"] {
        let leaves = |text: &str| {
            text.contains("%%unsubscribe%%") || text.contains("%%email_preference_center%%")
        };
        if given(call, name).is_some_and(|text| !leaves(text)) {
            return Err(refuse("64"));
        }
    }
    if let Some(id) = given(call, "email_template_id") {
        let templates = all(state, TEMPLATE, now)?;
        let template = templates
            .iter()
            .find(|known| known.get("id").map(Value::to_string).as_deref() == Some(id));
        let template = template.ok_or_else(|| refuse("68"))?;
        let text = |name: &str| template.get(name).cloned().unwrap_or_default();
        return Ok(json!({ "name": text("name"), "subject": text("subject"),
            "message": { "text": text("textMessage"), "html": text("htmlMessage") } }));
    }
    let has = |names: &[&str]| names.iter().all(|name| given(call, name).is_some());
    if !has(&["text_content", "name", "subject"])
        || !(has(&["from_email", "from_name"]) || has(&["from_user_id"]))
    {
        return Err(refuse("13"));
    }
    Ok(json!({ "name": given(call, "name"), "subject": given(call, "subject"),
        "message": { "text": given(call, "text_content"), "html": given(call, "html_content") } }))
}

fn send(call: &Call, mut draft: Value, one_to_one: bool, recipients: Vec<String>) -> Commit {
    let call = call.clone();
    Box::new(move |state, now| {
        if let Some(members) = draft.as_object_mut() {
            members.insert("isOneToOne".to_owned(), json!(one_to_one));
            members.insert("sent".to_owned(), json!(recipients.len()));
            members.insert("recipients".to_owned(), json!(recipients));
        }
        let seq = state.store.add_thing(Name::Pardot, KIND, "", &draft, now)?;
        Ok(answer::ok(&call, 201, "email", &shown(state, seq, &draft, now, true), "sent"))
    })
}

fn shown(state: &SandboxState, seq: i64, draft: &Value, at: i64, with_message: bool) -> Value {
    let member = |name: &str| draft.get(name).cloned().unwrap_or_default();
    let mut email = json!({
        "id": seq, "name": member("name"), "isOneToOne": member("isOneToOne"), "subject": member("subject"),
        "created_at": clock::timestamp(at, state.config().pardot.utc_offset),
    });
    if let Some(members) = email.as_object_mut().filter(|_| with_message) {
        members.insert("message".to_owned(), member("message"));
    }
    email
}

/// Whether a prospect may be mailed: one that has opted out, or is not to be mailed, by an operational e-mail alone.
fn may_reach(call: &Call, person: &Person, state: &SandboxState) -> store::Result<bool> {
    let is_operational = matches!(given(call, "operational_email"), Some("true" | "1"));
    let is_blocked = person.fields.get("is_do_not_email") == Some(&json!(true));
    Ok(is_operational || !(is_blocked || has_opted_out(&person.id, state)?))
}

pub(super) fn list_send(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    let ids = |name: &str| -> Result<Vec<u64>, Reply> {
        // As PHP reads them: `name[]`, and with the number of its place.
        let stem = name.trim_end_matches(']');
        let is_one = |key: &str| {
            key.strip_prefix(stem)
                .and_then(|rest| rest.strip_suffix(']'))
                .is_some_and(|at| at.bytes().all(|sign| sign.is_ascii_digit()))
        };
        let ids = call.params.iter().filter(|(key, _)| is_one(key));
        ids.map(|(_, text)| text.parse().ok().filter(|id| exists(*id)).ok_or_else(|| refuse("55")))
            .collect()
    };
    let (lists, without) = (ids("list_ids[]")?, ids("suppression_list_ids[]")?);
    if lists.is_empty() {
        return Err(refuse("13"));
    }
    let draft = drafted(call, state, now)?;
    let on = |person: &Person, lists: &[u64]| {
        let of = person.fields.get("lists").and_then(Value::as_array);
        of.is_some_and(|ids| ids.iter().filter_map(Value::as_u64).any(|id| lists.contains(&id)))
    };
    let mut reached = Vec::new();
    for person in state.store.find(Name::Pardot, By::Any)? {
        if on(&person, &lists) && !on(&person, &without) && may_reach(call, &person, state)? {
            reached.push(person.id);
        }
    }
    Ok(send(call, draft, false, reached))
}

pub(super) fn one_to_one(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    let value = call.capture("value").unwrap_or_default();
    let (by, missing) = match call.capture("by") {
        Some("prospect_id") => (By::Id(value), "3"),
        Some("prospect_email") => (By::Email(value), "4"),
        _ => return Err(refuse("198")),
    };
    let found = state.store.find(Name::Pardot, by)?.into_iter().next();
    let person = found.ok_or_else(|| refuse(missing))?;
    // The vendor says of these, too, that there is no such id (`pardot/api-docs`, issue 38).
    if !may_reach(call, &person, state)? {
        return Err(refuse("3"));
    }
    if given(call, "scheduled_time").is_some() {
        return Err(refuse("51"));
    }
    Ok(send(call, drafted(call, state, now)?, true, vec![person.id]))
}

/// Every e-mail with when it was sent, and the ids of those who got it.
pub(super) fn sent(state: &SandboxState) -> store::Result<Vec<(i64, i64, Vec<String>)>> {
    let recipients = |body: &Value| {
        let list = body.get("recipients").and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let things = state.store.things(Name::Pardot, KIND)?;
    Ok(things
        .into_iter()
        .map(|thing| (thing.seq, thing.created, recipients(&thing.body)))
        .collect())
}

/// One e-mail with when it was made.
fn found(call: &Call, state: &SandboxState) -> Result<(i64, Value, i64), Reply> {
    let refuse = refuser(call, state);
    let id: i64 = call.capture("id").unwrap_or_default().parse().map_err(|_| refuse("16"))?;
    let thing = state.store.things(Name::Pardot, KIND)?.into_iter().find(|thing| thing.seq == id);
    thing.map(|thing| (thing.seq, thing.body, thing.created)).ok_or_else(|| refuse("109"))
}

pub(super) fn read(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let (seq, draft, at) = found(call, state)?;
    let with_message = !matches!(call.params.get("include_message"), Some("false" | "0"));
    let call = call.clone();
    Ok(Box::new(move |state, _| {
        Ok(answer::ok(&call, 200, "email", &shown(state, seq, &draft, at, with_message), "found"))
    }))
}

pub(super) fn stats(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let (_, draft, _) = found(call, state)?;
    if draft.get("isOneToOne") == Some(&json!(true)) {
        return Err(refuser(call, state)("109"));
    }
    let sent = draft.get("sent").cloned().unwrap_or_default();
    let call = call.clone();
    Ok(Box::new(move |_, _| {
        let mut numbers = serde_json::Map::new();
        for name in FIGURES {
            numbers.insert(
                name.to_owned(),
                if matches!(name, "sent" | "delivered") { sent.clone() } else { json!(0) },
            );
        }
        for name in RATES {
            numbers.insert(
                name.to_owned(),
                json!(if name == "delivery_rate" { "100.00%" } else { "0.00%" }),
            );
        }
        Ok(answer::ok(&call, 200, "stats", &Value::Object(numbers), "found"))
    }))
}
