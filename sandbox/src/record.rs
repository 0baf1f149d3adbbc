//! Records that no operation of the sandbox makes: what visitors did, accounts, smart campaigns. The control port puts
//! them there, so that exports and memberships have something to show.

use serde_json::{Map, Value, json};

use crate::clock;
use crate::state::SandboxState;
use crate::store;
use crate::store::things::Thing;
use crate::system::Name;

/// What may be put there: the system, the object, and the members that it needs.
const OBJECTS: [(Name, &str, &[&str]); 7] = [
    (Name::Marketo, "smartCampaign", &["leadId", "smartCampaignId"]),
    (Name::Pardot, "externalActivity", &["prospect_id"]),
    (Name::Pardot, "visitorActivity", &["type"]),
    (Name::Pardot, "listMembership", &["list_id", "prospect_id"]),
    (Name::Pardot, "prospectAccount", &["name"]),
    (Name::Pardot, "visitor", &[]),
    (Name::Pardot, "optOut", &["prospect_id"]),
];

/// The kind under which things of an object lie, apart from what operations keep.
fn kind(object: &str) -> String {
    format!("record.{object}")
}

/// Adds one; the sentence says what is wrong with it.
pub(crate) fn add(state: &SandboxState, record: &Value) -> Result<Value, String> {
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let row = OBJECTS
        .iter()
        .find(|(system, object, _)| system.as_str() == text("system") && *object == text("object"));
    let Some((system, object, needed)) = row else {
        let known: Vec<String> = OBJECTS
            .iter()
            .map(|(system, object, _)| format!("{} {object}", system.as_str()))
            .collect();
        return Err(format!("system and object must be one of: {}", known.join(", ")));
    };
    if let Some(name) = needed.iter().find(|name| record.get(**name).is_none_or(Value::is_null)) {
        return Err(format!("{object} needs {name}"));
    }
    let mut members: Map<String, Value> = record.as_object().cloned().unwrap_or_default();
    members.remove("system");
    members.remove("object");
    let added =
        state.store.add_thing(*system, &kind(object), "", &Value::Object(members), state.now());
    added.map(|id| json!({ "id": id })).map_err(|error| format!("storage failed: {error}"))
}

/// All that were added, with their ids and times; a time that was given stays.
pub(crate) fn all(
    state: &SandboxState,
    system: Name,
    object: &str,
) -> store::Result<Vec<Map<String, Value>>> {
    let zone = state.config().pardot.utc_offset;
    let shown = |thing: Thing| {
        let mut members = match thing.body {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        members.entry("id").or_insert_with(|| json!(thing.seq));
        for (name, at) in [("created_at", thing.created), ("updated_at", thing.updated)] {
            members.entry(name).or_insert_with(|| json!(clock::timestamp(at, zone)));
        }
        members
    };
    Ok(state.store.things(system, &kind(object))?.into_iter().map(shown).collect())
}

/// Every record as it was added, with its system and object.
pub(crate) fn list(state: &SandboxState) -> store::Result<Vec<Value>> {
    let mut records = Vec::new();
    for (system, object, _) in OBJECTS {
        for mut members in all(state, system, object)? {
            members.insert("system".to_owned(), json!(system.as_str()));
            members.insert("object".to_owned(), json!(object));
            records.push(Value::Object(members));
        }
    }
    Ok(records)
}
