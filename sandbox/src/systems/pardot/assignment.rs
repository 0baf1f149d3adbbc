//! `prospect/do/assign`, `unassign` and `delete` (page "Prospects").

use serde_json::{Value, json};

use super::answer::{self, refuser};
use super::identifier::Identifier;
use super::params::exists;
use super::prospect::target;
use super::view::{DELETED, record};
use crate::http::call::Call;
use crate::http::reply::{HTML, Reply};
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store::persons::{By, Person};
use crate::system::Name;

/// The one prospect that a call names. By e-mail in version 3, and for a delete; version 4 assigns by id and fid.
fn named(call: &Call, state: &SandboxState, by_email: bool) -> Result<Person, Reply> {
    let refuse = refuser(call, state);
    let identifier = Identifier::read(call).map_err(&refuse)?;
    if let Some(person) = target(&identifier, state).map_err(|failure| failure.reply(&refuse))? {
        return Ok(person);
    }
    match identifier.email {
        Some(email) if by_email || state.config().pardot.version == 3 => {
            state.store.find(Name::Pardot, By::Email(email))?.pop().ok_or_else(|| refuse("4"))
        }
        _ => Err(refuse("13")),
    }
}

pub(super) fn assign(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    let given = |name: &str| call.params.get(name).filter(|text| !text.is_empty());
    let targets: Vec<&str> = ["user_email", "user_id", "group_id"]
        .into_iter()
        .filter(|name| given(name).is_some())
        .collect();
    let user = match targets.as_slice() {
        [] => return Err(refuse("13")),
        ["user_id"] => given("user_id")
            .and_then(|text| text.parse::<u64>().ok())
            .filter(|id| exists(*id))
            .ok_or("10")
            .map_err(&refuse)?,
        ["group_id"] => given("group_id")
            .and_then(|text| text.parse::<u64>().ok())
            .filter(|id| exists(*id))
            .ok_or("12")
            .map_err(&refuse)?,
        ["user_email"] if given("user_email").is_some_and(super::identifier::is_address) => 1,
        ["user_email"] => return Err(refuse("11")),
        _ => return Err(refuse("47")),
    };
    owned(call, state, json!(user))
}

pub(super) fn unassign(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    owned(call, state, Value::Null)
}

fn owned(call: &Call, state: &SandboxState, user: Value) -> Result<Commit, Reply> {
    let person = named(call, state, false)?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let found = state.store.find(Name::Pardot, By::Id(&person.id))?.pop();
        let mut person = found.ok_or_else(|| refuser(&call, state)("3"))?;
        person.fields.insert("user_id".to_owned(), user);
        person.updated = now;
        state.store.save(&person)?;
        Ok(answer::ok(&call, 200, "prospect", &record(&person, state), "updated").about(person.id))
    }))
}

/// HTTP 204 without a body.
pub(super) fn delete(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let person = named(call, state, true)?;
    Ok(Box::new(move |state, now| {
        state.store.add_thing(Name::Pardot, DELETED, &person.id, &record(&person, state), now)?;
        state.store.remove(&person)?;
        Ok(Reply::text(204, HTML, "", "deleted").about(person.id))
    }))
}
