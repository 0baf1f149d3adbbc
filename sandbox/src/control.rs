//! The control port, `/_sandbox/…`: what tests read and set.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::config::Config;
use crate::fault;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::record;
use crate::state::{SandboxState, SharedState};
use crate::store::persons::By;
use crate::system::Name;

/// How long a request for changes waits for one.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

pub(crate) async fn answer(shared: &SharedState, call: &Call) -> Reply {
    let path = call.path.trim_start_matches("/_sandbox/");
    if (call.method.as_str(), path) == ("GET", "changes") {
        return changes(shared, call).await;
    }
    let answer = {
        let mut state = shared.lock();
        match (call.method.as_str(), path) {
            ("GET", "ledger") => ledger(&state, call),
            ("GET", "leads") => leads(&state, call),
            ("DELETE", "leads") => forget(&state, call),
            ("GET", "faults") => faults(&state),
            ("POST", "faults") => add_faults(&state, call),
            ("DELETE", "faults") => clear_faults(&state),
            ("GET", "config") => Ok(config(&state)),
            ("POST" | "PATCH", "config") => set_config(&mut state, call),
            ("GET", "records") => Ok(Value::Array(record::list(&state).unwrap_or_default())),
            ("POST", "records") => add_records(&state, call),
            ("POST", "reset") => reset(&mut state, call),
            ("GET", "clock") => Ok(clock(&state)),
            ("POST", "clock") => advance(&mut state, call),
            ("POST", "tokens/expire") => expire_tokens(&state),
            _ => Err(Problem(404, format!("there is no {} /_sandbox/{path}", call.method))),
        }
    };
    if call.method != "GET" {
        shared.touch();
    }
    match answer {
        Ok(body) => Reply::json(200, &body, ""),
        Err(Problem(status, sentence)) => Reply::json(status, &json!({ "error": sentence }), ""),
    }
}

type Answer = Result<Value, Problem>;

/// An error that is answered with a status and a sentence.
struct Problem(u16, String);

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self(500, format!("storage failed: {error}"))
    }
}

fn bad(sentence: impl Into<String>) -> Problem {
    Problem(400, sentence.into())
}

/// The body as JSON; an empty one is `{}`.
fn body(call: &Call) -> Answer {
    if call.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(json!({}));
    }
    serde_json::from_slice(&call.body)
        .map_err(|error| bad(format!("the body is not JSON: {error}")))
}

fn ledger(state: &SandboxState, call: &Call) -> Answer {
    let limit = match call.query.get("limit") {
        Some(text) => Some(text.parse().map_err(|_| bad("limit must be a number"))?),
        None => None,
    };
    let mut rows = state.store.ledger(limit)?;
    for member in ["system", "operation", "key"] {
        if let Some(wanted) = call.query.get(member) {
            rows.retain(|row| row.get(member).and_then(Value::as_str) == Some(wanted));
        }
    }
    Ok(Value::Array(rows))
}

fn leads(state: &SandboxState, call: &Call) -> Answer {
    let mut leads = Vec::new();
    for name in Name::ALL {
        if call.query.get("system").is_some_and(|wanted| wanted != name.as_str()) {
            continue;
        }
        for person in state.store.find(name, By::Any)? {
            let mut lead = json!({
                "system": name.as_str(),
                "id": person.id,
                "email": person.keys.email,
                "fields": person.fields,
                "created": person.created,
                "updated": person.updated,
            });
            if name == Name::Marketo {
                let count = state.store.count_activities(person.seq)?;
                if let Some(members) = lead.as_object_mut() {
                    members.insert("activities".to_owned(), json!(count));
                }
            }
            leads.push(lead);
        }
    }
    Ok(Value::Array(leads))
}

/// Takes one person away, as somebody may who works in the CRM.
fn forget(state: &SandboxState, call: &Call) -> Answer {
    let given = |name| call.query.get(name).ok_or_else(|| bad(format!("{name} is missing")));
    let (system, id) = (given("system")?, given("id")?);
    let name = Name::ALL.into_iter().find(|name| name.as_str() == system);
    let name = name.ok_or_else(|| bad("there is no such system"))?;
    let found = state.store.find(name, By::Id(id))?;
    for person in &found {
        state.store.remove(person)?;
    }
    Ok(json!({ "removed": found.len() }))
}

fn faults(state: &SandboxState) -> Answer {
    Ok(json!(fault::script(&state.store)?))
}

/// Adds to the script; an empty array empties it.
fn add_faults(state: &SandboxState, call: &Call) -> Answer {
    let rules = fault::parse(body(call)?).map_err(bad)?;
    if rules.is_empty() {
        return clear_faults(state);
    }
    fault::add(&state.store, &rules)?;
    faults(state)
}

fn clear_faults(state: &SandboxState) -> Answer {
    state.store.clear_faults()?;
    Ok(json!([]))
}

/// One record or a list of them.
fn add_records(state: &SandboxState, call: &Call) -> Answer {
    let added = match body(call)? {
        Value::Array(records) => records.iter().map(|one| record::add(state, one)).collect(),
        one => record::add(state, &one).map(|id| vec![id]),
    };
    added.map(Value::Array).map_err(bad)
}

fn config(state: &SandboxState) -> Value {
    serde_json::to_value(state.config()).unwrap_or_default()
}

fn set_config(state: &mut SandboxState, call: &Call) -> Answer {
    let patched = state.config().patched(body(call)?).map_err(bad)?;
    state.set_config(patched)?;
    Ok(config(state))
}

/// Empties everything that calls left behind. Tokens, settings and the clock stay unless the body names them.
fn reset(state: &mut SandboxState, call: &Call) -> Answer {
    let options = body(call)?;
    let asked = |name: &str| options.get(name).and_then(Value::as_bool).unwrap_or(false);
    state.store.clear()?;
    state.reset_usage();
    if asked("tokens") {
        state.store.forget_tokens()?;
    }
    if asked("config") {
        state.set_config(Config::default())?;
    }
    if asked("clock") {
        state.set_clock_offset(0)?;
    }
    Ok(json!({ "reset": true }))
}

fn clock(state: &SandboxState) -> Value {
    json!({ "now": state.now(), "offset": state.clock_offset() })
}

/// Only forward: what was stored must not come to lie in the future.
fn advance(state: &mut SandboxState, call: &Call) -> Answer {
    let by = body(call)?.get("advance").and_then(Value::as_i64).filter(|by| *by >= 0);
    let by = by.ok_or_else(|| bad("advance must be a number of milliseconds, 0 or more"))?;
    let offset = state.clock_offset().saturating_add(by);
    state.set_clock_offset(offset)?;
    Ok(clock(state))
}

fn expire_tokens(state: &SandboxState) -> Answer {
    let expired = state.store.expire_tokens(state.now())?;
    Ok(json!({ "expired": expired }))
}

/// Waits until something is newer than the version in `after`, or for 25 s, and says which version it is now.
async fn changes(shared: &SharedState, call: &Call) -> Reply {
    let mut changes = shared.changes();
    let seen = call.query.get("after").and_then(|text| text.parse::<u64>().ok());
    if let Some(seen) = seen {
        // The sender lives as long as the server, so the only other end of this wait is its time.
        let _ = timeout(LONGEST_WAIT, changes.wait_for(|version| *version != seen)).await;
    }
    let version = *changes.borrow();
    Reply::json(200, &json!({ "version": version }), "")
}
