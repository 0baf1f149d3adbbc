//! Static lists, programs and who is in them (pages "List membership" and "Program members"). A list, program or campaign
//! with a number up to 999,999 exists; a membership makes it.

use serde_json::{Map, Value, json};

use super::answer;
use super::leads::{asked, nobody, number, shown};
use super::request::{MOST, body, input, page, stem};
use crate::clock;
use crate::http::call::{Call, Params};
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::record;
use crate::state::SandboxState;
use crate::store;
use crate::store::persons::{By, Person};
use crate::store::things::Thing;
use crate::system::Name;

const LIST: &str = "list";
const PROGRAM: &str = "program";
/// Nobody joins one by an operation: the control port says who is in.
const CAMPAIGN: &str = "smartCampaign";
/// From here on they are batch campaigns, which nobody can request (page "Error codes", 1003).
const BATCH_CAMPAIGNS: u32 = 900_000;
/// The statuses of a program, in their order; a lead never goes back (page "Error codes", 1037).
const STATUSES: [&str; 4] = ["Invited", "Registered", "Visited", "Attended"];

/// The ids of `id` in the query or of `input` in the body.
fn ids(call: &Call, state: &SandboxState) -> Result<Vec<String>, Reply> {
    let given = call.query.several("id").unwrap_or_default();
    if given.len() > MOST {
        return Err(answer::failed("1003", "Too many ids"));
    }
    if !given.is_empty() {
        return Ok(given);
    }
    if call.body.is_empty() {
        return Err(answer::failed("1002", "Missing value for required parameter 'id'"));
    }
    let records = input(&body(call, state)?, MOST)?;
    Ok(records
        .iter()
        .map(|record| record.get("id").map(Value::to_string).unwrap_or_default().replace('"', ""))
        .collect())
}

/// Memberships of a kind: the owner is the lead, the body holds the list or program.
fn members(state: &SandboxState, kind: &str, of: &str) -> store::Result<Vec<Thing>> {
    let mut all = state.store.things(Name::Marketo, kind)?;
    all.retain(|thing| thing.body["of"] == of);
    Ok(all)
}

/// The id in a path, of something that exists; else 1001 for what is no number and 1013.
fn owner(call: &Call) -> Result<String, Reply> {
    numbered(call.capture("id").unwrap_or_default())
}

fn numbered(id: &str) -> Result<String, Reply> {
    match id.parse::<u32>() {
        Ok(1..=999_999) => Ok(id.to_owned()),
        Ok(_) => Err(answer::failed("1013", "Object not found")),
        Err(_) => Err(answer::failed("1001", "Invalid value. Required of type 'Integer'")),
    }
}

/// Leads that a smart campaign is asked to run: up to 100, each of them one that there is.
pub(super) fn trigger(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let of = owner(call)?;
    if of.parse::<u32>().is_ok_and(|id| id >= BATCH_CAMPAIGNS) {
        return Err(answer::failed("1003", "A batch campaign cannot be requested"));
    }
    let body = body(call, state)?;
    let leads = body.pointer("/input/leads").and_then(Value::as_array).cloned();
    let leads = leads.filter(|leads| !leads.is_empty());
    let leads = leads
        .ok_or_else(|| answer::failed("1002", "Missing value for required parameter 'leads'"))?;
    if leads.len() > 100 {
        return Err(answer::failed("1003", "Too many leads"));
    }
    let tokens = body.pointer("/input/tokens").cloned().unwrap_or_default();
    Ok(Box::new(move |state, now| {
        let mut persons = Vec::new();
        for one in &leads {
            let id = one["id"].to_string().replace('"', "");
            persons
                .push(lead(state, &id)?.ok_or_else(|| answer::failed("1004", "Lead not found"))?);
        }
        for person in &persons {
            let source = json!({ "campaignId": of, "tokens": tokens });
            state.store.add_activity(person.seq, "Request Campaign", now, &source)?;
        }
        let id = of.parse::<i64>().unwrap_or_default();
        Ok(answer::result(&[json!({ "id": id })], "requested"))
    }))
}

fn lead(state: &SandboxState, id: &str) -> store::Result<Option<Person>> {
    Ok(state.store.find(Name::Marketo, By::Id(id))?.pop())
}

fn stamp(at: i64) -> Value {
    json!(format!("{}Z", clock::timestamp(at, 0).replace(' ', "T")))
}

/// Does something with each id, and answers a record for each.
fn for_each(
    call: &Call,
    state: &SandboxState,
    act: impl Fn(&SandboxState, &Person, i64) -> store::Result<Value> + Send + 'static,
) -> Result<Commit, Reply> {
    let ids = ids(call, state)?;
    Ok(Box::new(move |state, now| {
        let mut results = Vec::new();
        for id in &ids {
            results.push(if let Some(person) = lead(state, id)? {
                act(state, &person, now)?
            } else {
                nobody(id)
            });
        }
        Ok(answer::result(&results, "listed"))
    }))
}

pub(super) fn add(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let of = owner(call)?;
    for_each(call, state, move |state, person, now| {
        if !members(state, LIST, &of)?.iter().any(|thing| thing.owner == person.id) {
            state.store.add_thing(Name::Marketo, LIST, &person.id, &json!({ "of": of }), now)?;
        }
        Ok(json!({ "id": number(person), "status": "added" }))
    })
}

pub(super) fn remove(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let of = owner(call)?;
    for_each(call, state, move |state, person, _| {
        match members(state, LIST, &of)?.into_iter().find(|thing| thing.owner == person.id) {
            Some(thing) => {
                state.store.remove_thing(thing.seq)?;
                Ok(json!({ "id": number(person), "status": "removed" }))
            }
            None => Ok(answer::skipped_record(Some(&number(person)), "1015", "Lead not in list")),
        }
    })
}

pub(super) fn is_member(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let of = owner(call)?;
    for_each(call, state, move |state, person, _| {
        let is_member = members(state, LIST, &of)?.iter().any(|thing| thing.owner == person.id);
        Ok(
            json!({ "id": number(person), "status": if is_member { "memberof" } else { "notmemberof" } }),
        )
    })
}

/// The leads of a list or program; a program's have their `membership`.
fn leads_of(
    call: &Call,
    state: &SandboxState,
    kind: &'static str,
    of: String,
) -> Result<Commit, Reply> {
    let fields = asked(call, state)?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let mut records = Vec::new();
        for thing in members(state, kind, &of)? {
            let Some(person) = lead(state, &thing.owner)? else { continue };
            let mut record = shown(&person, &fields);
            if kind == PROGRAM {
                record["membership"] = membership(&thing);
            }
            records.push(record);
        }
        page(&call, &records, false, now)
    }))
}

fn membership(thing: &Thing) -> Value {
    json!({
        "id": thing.seq, "progressionStatus": thing.body["status"], "progressionStatusType": thing.body["status"],
        "isExhausted": false, "acquiredBy": false, "reachedSuccess": thing.body["status"] == "Attended",
        "membershipDate": stamp(thing.created), "updatedAt": stamp(thing.updated),
    })
}

pub(super) fn by_list(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    leads_of(call, state, LIST, owner(call)?)
}

pub(super) fn by_program(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let of = stem(call).ok_or_else(|| answer::failed("610", "Requested resource not found"))?;
    leads_of(call, state, PROGRAM, numbered(&of)?)
}

/// What a lead is a member of.
fn of_one(
    call: &Call,
    kind: &'static str,
    show: fn(&Thing) -> Value,
    admits: impl Fn(&Thing) -> bool + Send + 'static,
) -> Commit {
    let call = call.clone();
    Box::new(move |state, now| {
        let id = call.capture("id").unwrap_or_default();
        if lead(state, id)?.is_none() {
            return Err(answer::failed("1004", "Lead not found"));
        }
        let mut all = state.store.things(Name::Marketo, kind)?;
        all.retain(|thing| thing.owner == id && admits(thing));
        let records: Vec<Value> = all.iter().map(show).collect();
        page(&call, &records, true, now)
    })
}

fn dated(name: &str, thing: &Thing) -> Value {
    let of = thing.body["of"].as_str().and_then(|text| text.parse::<i64>().ok());
    json!({ name: of, "createdAt": stamp(thing.created), "updatedAt": stamp(thing.updated) })
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "a plan may refuse; this one refuses in its second half"
)]
pub(super) fn of_lead(call: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    Ok(of_one(call, LIST, |thing| dated("listId", thing), |_| true))
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "a plan may refuse; this one refuses in its second half"
)]
pub(super) fn campaigns_of_lead(call: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let id = call.capture("id").unwrap_or_default();
        if lead(state, id)?.is_none() {
            return Err(answer::failed("1004", "Lead not found"));
        }
        let mut all = record::all(state, Name::Marketo, CAMPAIGN)?;
        all.retain(|members| {
            members.get("leadId").map(|lead| lead.to_string().replace('"', "")).as_deref()
                == Some(id)
        });
        let of = |members: &Map<String, Value>| {
            let time = |name: &str| {
                json!(format!("{}Z", members[name].as_str().unwrap_or_default().replace(' ', "T")))
            };
            json!({ "smartCampaignId": members["smartCampaignId"], "createdAt": time("created_at"), "updatedAt": time("updated_at") })
        };
        page(&call, &all.iter().map(of).collect::<Vec<_>>(), true, now)
    }))
}

pub(super) fn programs_of_lead(call: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let wanted: Option<Vec<String>> =
        match (call.query.get("filterType"), call.query.several("filterValues")) {
            (None, None) => None,
            (Some("programId"), Some(values)) => Some(values),
            _ => return Err(answer::failed("1035", "The filter type is not supported")),
        };
    let show = |thing: &Thing| {
        let mut record = membership(thing);
        record["id"] = thing.body["of"].as_str().and_then(|text| text.parse::<i64>().ok()).into();
        record
    };
    Ok(of_one(call, PROGRAM, show, move |thing| {
        wanted.as_ref().is_none_or(|ids| ids.iter().any(|id| thing.body["of"] == id.as_str()))
    }))
}

pub(super) fn change_status(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let of = owner(call)?;
    let body = body(call, state)?;
    let status = body.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(rank) = STATUSES.iter().position(|known| *known == status) else {
        return Err(answer::failed("1025", "The program status does not exist"));
    };
    let call = Call { query: Params::default(), ..call.clone() };
    for_each(&call, state, move |state, person, now| {
        let known =
            members(state, PROGRAM, &of)?.into_iter().find(|thing| thing.owner == person.id);
        if let Some(mut thing) = known {
            let at = STATUSES.iter().position(|known| thing.body["status"] == *known);
            if at.is_some_and(|at| at >= rank) {
                let message = "Lead is already in or past this status";
                return Ok(answer::skipped_record(Some(&number(person)), "1037", message));
            }
            thing.body["status"] = json!(status);
            state.store.save_thing(&thing, now)?;
        } else {
            let body = json!({ "of": of, "status": status });
            state.store.add_thing(Name::Marketo, PROGRAM, &person.id, &body, now)?;
        }
        Ok(json!({ "id": number(person), "status": "updated" }))
    })
}
