//! `batchCreate`, `batchUpdate` and `batchUpsert` (page "Prospects").

use serde_json::{Value, json};

use super::answer::{self, refuser};
use super::identifier::is_address;
use super::params::Changes;
use super::view::{id, keys};
use super::xml;
use crate::http::call::{Call, Params};
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store;
use crate::store::persons::{By, Fields, Keys, Person};
use crate::system::Name;

const MOST: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Update,
    Upsert,
}

/// A row: what its errors are keyed by, and its fields.
type Row = (String, Vec<(String, String)>);

pub(super) fn create(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    batch(call, state, Kind::Create)
}

pub(super) fn update(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    batch(call, state, Kind::Update)
}

pub(super) fn upsert(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    batch(call, state, Kind::Upsert)
}

fn batch(call: &Call, state: &SandboxState, kind: Kind) -> Result<Commit, Reply> {
    let version = state.config().pardot.version;
    let refuse = refuser(call, state);
    // Raw JSON as the body is no parameter: 71 (`pardot/api-docs`, issues 142 and 232).
    let document = call.params.get("prospects").ok_or_else(|| refuse("71"))?;
    let rows = rows(document.trim(), version).map_err(&refuse)?;
    if rows.len() > MOST {
        return Err(refuse("70"));
    }
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let mut errors = Vec::new();
        let mut is_created = false;
        // Good rows are processed beside bad ones.
        for (key, fields) in rows {
            match row(state, version, kind, fields, now)? {
                Ok(created) => is_created |= created,
                Err(code) => errors.push((key, code)),
            }
        }
        let status = if is_created && errors.is_empty() { 201 } else { 200 };
        Ok(answer::batch(&call, status, &errors, "batch"))
    }))
}

/// Version 4 takes a list, version 3 a map; either in JSON or XML.
fn rows(document: &str, version: u8) -> Result<Vec<Row>, &'static str> {
    let by_key = |key: String, mut fields: Vec<(String, String)>| {
        let name = if key.bytes().all(|byte| byte.is_ascii_digit()) { "id" } else { "email" };
        // An e-mail beside an id is a change.
        fields.insert(0, (if name == "email" { "email" } else { "id" }.to_owned(), key.clone()));
        (key, fields)
    };
    if document.starts_with('<') {
        let records = xml::batch(document).ok_or("71")?;
        return records
            .into_iter()
            .enumerate()
            .map(|(at, (key, fields))| match (version, key) {
                (3, Some(key)) => Ok(by_key(key, fields)),
                (3, None) => Err("91"),
                (_, None) => Ok((at.to_string(), fields)),
                (_, Some(_)) => Err("90"),
            })
            .collect();
    }
    let parsed: Value = serde_json::from_str(document).map_err(|_| "71")?;
    let flat = |record: &Value| -> Result<Vec<(String, String)>, &'static str> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        Ok(record
            .as_object()
            .ok_or("71")?
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect())
    };
    match (version, parsed.get("prospects").ok_or("71")?) {
        (4, Value::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(at, record)| Ok((at.to_string(), flat(record)?)))
            .collect(),
        (3, Value::Object(map)) => {
            map.iter().map(|(key, record)| Ok(by_key(key.clone(), flat(record)?))).collect()
        }
        (4, _) => Err("90"),
        _ => Err("91"),
    }
}

fn find(state: &SandboxState, by: By<'_>) -> store::Result<Option<Person>> {
    Ok(state.store.find(Name::Pardot, by)?.pop())
}

/// Whether the row created somebody, or Pardot's code.
fn row(
    state: &SandboxState,
    version: u8,
    kind: Kind,
    fields: Vec<(String, String)>,
    now: i64,
) -> store::Result<Result<bool, &'static str>> {
    let given = |name: &str| {
        fields
            .iter()
            .find(|(known, text)| known == name && !text.is_empty())
            .map(|(_, text)| text.clone())
    };
    let (number, record, email) = (given("id"), given("fid"), given("email"));
    if email.as_deref().is_some_and(|email| !is_address(email)) {
        return Ok(Err("4"));
    }
    let mut params = Params::default();
    params.extend(fields);
    let changes = match Changes::from_params(&params) {
        Ok(changes) => changes,
        Err(code) => return Ok(Err(code)),
    };

    let by_email = |email: &Option<String>| match (version, email) {
        (3, Some(email)) => find(state, By::Email(email)),
        _ => Ok(None),
    };
    let target: Option<Person> = match (kind, &number, &record) {
        (Kind::Create, ..) => {
            if email.is_none() {
                return Ok(Err("13"));
            }
            if by_email(&email)?.is_some() {
                return Ok(Err("9"));
            }
            None
        }
        (_, Some(known), _) => match find(state, By::Id(known))? {
            None if kind == Kind::Update || email.is_none() || version == 4 => return Ok(Err("3")),
            None => by_email(&email)?,
            found => found,
        },
        (_, None, Some(crm)) => match find(state, By::Fid(crm))? {
            None if kind == Kind::Update || email.is_none() => return Ok(Err("77")),
            found => found,
        },
        (Kind::Update, ..) if version == 4 => return Ok(Err("13")),
        _ => match (by_email(&email)?, &email) {
            (None, _) if kind == Kind::Update => return Ok(Err("4")),
            (None, None) => return Ok(Err("14")),
            (found, _) => found,
        },
    };
    if let Some(mut person) = target {
        changes.apply(&mut person.fields, &state.config().pardot.custom_fields);
        person.keys = Keys { fid: person.keys.fid, ..keys(&person.fields) };
        person.updated = now;
        state.store.save(&person)?;
        return Ok(Ok(false));
    }
    let mut fields = Fields::new();
    fields.insert("campaign_id".to_owned(), json!(1));
    changes.apply(&mut fields, &state.config().pardot.custom_fields);
    let keys = Keys { fid: record, ..keys(&fields) };
    state.store.insert(Name::Pardot, keys, fields, now, id)?;
    Ok(Ok(true))
}
