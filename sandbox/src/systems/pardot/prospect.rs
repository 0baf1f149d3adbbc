//! `prospect/do/create`, `read`, `update` and `upsert`, and above all what they do about duplicates (page
//! "Prospects", and the guide to version 4).

use serde_json::{Value, json};

use super::answer::{self, refuser};
use super::identifier::Identifier;
use super::params::Changes;
use super::query::{MOBILE, RELATED};
use super::rows;
use super::view::{OLDEST_CAMPAIGN, id, keys, record};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store;
use crate::store::persons::{By, Fields, Keys, Person};
use crate::system::Name;

/// In version 4 a known address makes another prospect; in version 3 it is error 9.
pub(super) fn create(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    let identifier = Identifier::read(call).map_err(&refuse)?;
    let email = identifier.email.ok_or("13").map_err(&refuse)?.to_owned();
    let changes = changes(call, Some(&email)).map_err(&refuse)?;
    // An optional parameter of version 4; version 3 knows none.
    let fid = identifier.fid.filter(|_| state.config().pardot.version == 4).map(str::to_owned);
    if state.config().pardot.version == 3
        && !state.store.find(Name::Pardot, By::Email(&email))?.is_empty()
    {
        return Err(refuse("9"));
    }
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        // Unlike the lookups by id there is nothing to find: version 3's address is unique in the vendor's database.
        if state.config().pardot.version == 3
            && !state.store.find(Name::Pardot, By::Email(&email))?.is_empty()
        {
            return Err(refuser(&call, state)("9"));
        }
        Ok(insert(&call, state, changes, fid, now)?)
    }))
}

/// By e-mail version 4 returns every match: an object for one, an array for several.
pub(super) fn read(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let identifier = Identifier::read(call).map_err(refuser(call, state))?;
    if identifier == Identifier::default() {
        return Err(refuser(call, state)("13"));
    }
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let refuse = refuser(&call, state);
        let identifier = Identifier::read(&call).map_err(&refuse)?;
        let lookup = |by| state.read(Name::Pardot, by, now);
        let (mut found, missing) = match (identifier.id, identifier.fid, identifier.email) {
            (Some(id), ..) => (lookup(By::Id(id))?, "3"),
            (None, Some(fid), _) => (lookup(By::Fid(fid))?, "92"),
            (None, None, email) => (lookup(By::Email(email.unwrap_or_default()))?, "4"),
        };
        if state.config().pardot.version == 3 {
            found.truncate(1);
        }
        let mut records: Vec<Value> = found.iter().map(|person| record(person, state)).collect();
        let most = call.params.get("limit_related_records").and_then(|text| text.parse().ok());
        let most = most.unwrap_or(usize::MAX);
        let (activities, visitors) =
            (rows::all(state, "visitorActivity")?, rows::all(state, "visitor")?);
        for record in &mut records {
            related(record, ("visitors", "visitor"), &visitors, most);
            related(record, ("visitor_activities", "visitor_activity"), &activities, most);
            last_activity(record, &activities);
        }
        // The short answers of the page's table.
        for members in records.iter_mut().filter_map(Value::as_object_mut) {
            match call.params.get("output") {
                Some("simple") => members.retain(|name, _| !RELATED.contains(&name.as_str())),
                Some("mobile") => members.retain(|name, _| MOBILE.contains(&name.as_str())),
                _ => {}
            }
        }
        let prospect = match records.as_slice() {
            [] => return Err(refuse(missing)),
            [one] => one.clone(),
            _ => Value::Array(records),
        };
        let reply = answer::ok(&call, 200, "prospect", &prospect, "found");
        let ids: Vec<String> = found.into_iter().map(|person| person.id).collect();
        Ok(reply.about(ids.join(",")))
    }))
}

/// Who a prospect was and what it did, an object for one and an array for several; the parameter limits them.
fn related(record: &mut Value, (collection, name): (&str, &str), all: &[Value], most: usize) {
    let mut found: Vec<Value> = all.iter().filter(of(record)).take(most).cloned().collect();
    let found = match found.len() {
        0 => return,
        1 => found.pop().unwrap_or_default(),
        _ => Value::Array(found),
    };
    if let Some(members) = record.as_object_mut() {
        members.insert(collection.to_owned(), json!({ name: found }));
    }
}

/// The newest of its activities; the leaf only appears where there is one, says the page.
fn last_activity(record: &mut Value, activities: &[Value]) {
    let at = |one: &&Value| one.get("created_at").map(Value::to_string);
    let newest = activities.iter().filter(of(record)).max_by_key(at).cloned();
    if let (Some(newest), Some(members)) = (newest, record.as_object_mut()) {
        members.insert("last_activity".to_owned(), json!({ "visitor_activity": newest }));
    }
}

/// Whether a row is of this prospect.
fn of(record: &Value) -> impl Fn(&&Value) -> bool + use<> {
    let id = record.get("id").map(Value::to_string).unwrap_or_default();
    move |row| row.get("prospect_id").is_some_and(|of| of.to_string().trim_matches('"') == id)
}

/// By id or fid. The vendor's pages disagree about version 4 and the address ("Prospects" allows it, the guide to
/// version 4 says that it is refused); the sandbox takes the strict side. In version 3 the address is an identifier.
pub(super) fn update(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    let identifier = Identifier::read(call).map_err(&refuse)?;
    let target = match target(&identifier, state).map_err(|failure| failure.reply(&refuse))? {
        Some(person) => person,
        None if state.config().pardot.version == 3 => match identifier.email {
            Some(email) => state
                .store
                .find(Name::Pardot, By::Email(email))?
                .pop()
                .ok_or("4")
                .map_err(&refuse)?,
            None => return Err(refuse("13")),
        },
        None => return Err(refuse("16")),
    };
    let changes = changes(call, in_path(call)).map_err(&refuse)?;
    taken(&changes, &target, state)?.map_err(&refuse)?;
    Ok(modify(call, target, changes))
}

/// Version 4: by e-mail alone it always creates; by id or fid it updates, and a fid that nobody has creates when an
/// address is there. Version 3: by id or address, and creates when neither is known.
pub(super) fn upsert(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    let version = state.config().pardot.version;
    let identifier = Identifier::read(call).map_err(&refuse)?;
    if identifier == Identifier::default() {
        return Err(refuse("14"));
    }
    let changes = changes(call, identifier.email).map_err(&refuse)?;
    let target = match (target(&identifier, state), identifier.email) {
        (Ok(Some(person)), _) => Some(person),
        (Ok(None), Some(email)) if version == 3 => {
            state.store.find(Name::Pardot, By::Email(email))?.pop()
        }
        // Version 3 falls back to the address when the id is unknown, version 4 only when the fid is.
        (Err(Failure::Missing("3")), Some(email)) if version == 3 => {
            state.store.find(Name::Pardot, By::Email(email))?.pop()
        }
        (Err(Failure::Missing("3")), None) => return Err(refuse("14")),
        (Ok(None), _) | (Err(Failure::Missing("92")), Some(_)) => None,
        (Err(failure), _) => return Err(failure.reply(&refuse)),
    };
    if let Some(target) = target {
        taken(&changes, &target, state)?.map_err(&refuse)?;
        return Ok(modify(call, target, changes));
    }
    let (call, fid) = (call.clone(), identifier.fid.map(str::to_owned));
    Ok(Box::new(move |state, now| Ok(insert(&call, state, changes, fid, now)?)))
}

fn in_path(call: &Call) -> Option<&str> {
    call.capture("value").filter(|_| call.capture("by") == Some("email"))
}

/// The fields of a call; an address in the path is a field as well.
pub(super) fn changes(call: &Call, email: Option<&str>) -> Result<Changes, &'static str> {
    let mut changes = Changes::read(call)?;
    if let Some(email) = email {
        if !super::identifier::is_address(email) {
            return Err("4");
        }
        changes.fields.insert("email".to_owned(), json!(email));
    }
    // A required field cannot be cleared.
    if changes.fields.get("email").is_some_and(Value::is_null) {
        return Err("36");
    }
    Ok(changes)
}

pub(super) enum Failure {
    Missing(&'static str),
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    pub(super) fn reply(self, refuse: impl Fn(&'static str) -> Reply) -> Reply {
        match self {
            Self::Missing(code) => refuse(code),
            Self::Store(error) => error.into(),
        }
    }
}

/// The prospect that an id or fid names; none when the call gives neither.
pub(super) fn target(
    identifier: &Identifier<'_>,
    state: &SandboxState,
) -> Result<Option<Person>, Failure> {
    let by_fid = match identifier.fid {
        Some(fid) => Some(state.store.find(Name::Pardot, By::Fid(fid))?.pop()),
        None => None,
    };
    let Some(id) = identifier.id else {
        return match by_fid {
            Some(None) => Err(Failure::Missing("92")),
            found => Ok(found.flatten()),
        };
    };
    let person = state.store.find(Name::Pardot, By::Id(id))?.pop().ok_or(Failure::Missing("3"))?;
    match by_fid.flatten() {
        Some(other) if other.seq != person.seq => Err(Failure::Missing("81")),
        _ => Ok(Some(person)),
    }
}

/// Version 3 keeps addresses unique: a change to somebody else's is error 54.
fn taken(
    changes: &Changes,
    target: &Person,
    state: &SandboxState,
) -> store::Result<Result<(), &'static str>> {
    let Some(email) = changes.fields.get("email").and_then(Value::as_str) else {
        return Ok(Ok(()));
    };
    if state.config().pardot.version != 3 {
        return Ok(Ok(()));
    }
    let others = state.store.find(Name::Pardot, By::Email(email))?;
    Ok(if others.iter().any(|other| other.seq != target.seq) { Err("54") } else { Ok(()) })
}

fn insert(
    call: &Call,
    state: &SandboxState,
    changes: Changes,
    fid: Option<String>,
    now: i64,
) -> store::Result<Reply> {
    let mut fields = Fields::new();
    fields.insert("campaign_id".to_owned(), json!(OLDEST_CAMPAIGN));
    if let Some(fid) = &fid {
        fields.insert("salesforce_fid".to_owned(), json!(fid));
    }
    changes.apply(&mut fields, &state.config().pardot.custom_fields);
    let keys = Keys { fid, ..keys(&fields) };
    let person = state.store.insert(Name::Pardot, keys, fields, now, id)?;
    let reply = answer::ok(call, 201, "prospect", &record(&person, state), "created");
    Ok(reply.about(person.id))
}

/// The second half of an update. Writing to an archived prospect un-archives it.
fn modify(call: &Call, target: Person, changes: Changes) -> Commit {
    let call = call.clone();
    Box::new(move |state, now| {
        // What others wrote in the meantime stays: an update names the fields that it changes.
        let mut person = state
            .store
            .find(Name::Pardot, By::Id(&target.id))?
            .pop()
            .ok_or_else(|| refuser(&call, state)("3"))?;
        if !changes.fields.contains_key("is_archived") {
            person.fields.remove("is_archived");
        }
        changes.apply(&mut person.fields, &state.config().pardot.custom_fields);
        person.keys = Keys { fid: person.keys.fid, ..keys(&person.fields) };
        person.updated = now;
        state.store.save(&person)?;
        Ok(answer::ok(&call, 200, "prospect", &record(&person, state), "updated").about(person.id))
    })
}
