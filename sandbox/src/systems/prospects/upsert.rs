//! `POST /v2/prospects`.

use super::submission::{Submission, keys};
use super::{answer, phone};
use crate::http::call::Call;
use crate::http::reply::{JSON, Reply};
use crate::operation::{Commit, Refusal};
use crate::state::SandboxState;
use crate::store;
use crate::store::idempotency::Known;
use crate::store::persons::{By, Fields, Person};
use crate::system::Name;

const LONGEST_KEY: usize = 512;

pub(super) fn plan(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let refuse = |code: &str, sentence: String| {
        answer::refuse(call, state, &Refusal::saying(code, sentence))
    };
    let submission =
        Submission::read(call, state).map_err(|(code, sentence)| refuse(code, sentence))?;
    let key = call.header("x-idempotency-key").filter(|key| !key.is_empty()).map(str::to_owned);
    if let Some(key) = &key {
        if key.chars().count() > LONGEST_KEY {
            return Err(refuse(
                "400",
                "X-Idempotency-Key is longer than 512 characters".to_owned(),
            ));
        }
        match state.store.claim_key(key, &call.body, now)? {
            Known::New => {}
            Known::Running => {
                return Err(refuse("409", "The first request with this key still runs".to_owned()));
            }
            Known::OtherBody => {
                return Err(refuse("409", "This key was used with another body".to_owned()));
            }
            Known::Answered { status, body, person } => return Err(replayed(status, body, person)),
        }
    }
    let matched = matched(&submission, state)?.map(|person| person.id);
    Ok(Box::new(move |state, now| {
        let reply = write(submission, matched, state, now)?;
        if let Some(key) = key {
            state.store.answer_key(&key, reply.status, &reply.body, reply.person.as_deref())?;
        }
        Ok(reply)
    }))
}

fn replayed(status: u16, body: Vec<u8>, person: Option<String>) -> Reply {
    let mut reply = Reply::text(status, JSON, "", "replayed");
    reply.body = body;
    reply.person = person;
    reply
}

/// By e-mail, else by phone, says the newest page; of several the one changed last.
fn matched(submission: &Submission, state: &SandboxState) -> store::Result<Option<Person>> {
    let newest = |persons: Vec<Person>| {
        persons.into_iter().max_by_key(|person| (person.updated, person.seq))
    };
    if let Some(email) = submission.email()
        && let Some(person) = newest(state.store.find(Name::Prospects, By::Email(email))?)
    {
        return Ok(Some(person));
    }
    match submission.phone_digits() {
        Some(digits) => Ok(newest(state.store.find(Name::Prospects, By::Phone(&digits))?)),
        None => Ok(None),
    }
}

fn write(
    submission: Submission,
    matched: Option<String>,
    state: &SandboxState,
    now: i64,
) -> store::Result<Reply> {
    let message = submission.bad_phone.then_some(phone::WARNING);
    let current = match matched {
        Some(id) => state.store.find(Name::Prospects, By::Id(&id))?.pop(),
        None => None,
    };
    let Some(mut person) = current else {
        let mut fields = Fields::new();
        fields.extend(submission.fields.into_iter().filter(|(_, value)| !value.is_null()));
        let person = state.store.insert(Name::Prospects, keys(&fields), fields, now, id)?;
        // 201 for a new one is not documented; every client is told to take any 2xx.
        let reply = answer::one(state, 201, &answer::record(&person, message), "created");
        return Ok(reply.about(person.id));
    };
    if !submission.update {
        // Nothing in the answer says that nothing was changed.
        return Ok(
            answer::one(state, 200, &answer::record(&person, None), "unchanged").about(person.id)
        );
    }
    // Left out is unchanged, null is cleared, says the newest page.
    for (name, value) in submission.fields {
        if value.is_null() {
            person.fields.remove(&name);
        } else {
            person.fields.insert(name, value);
        }
    }
    person.keys = keys(&person.fields);
    person.updated = now;
    state.store.save(&person)?;
    Ok(answer::one(state, 200, &answer::record(&person, message), "updated").about(person.id))
}

fn id(seq: i64) -> String {
    format!("prospect-{seq:06}")
}
