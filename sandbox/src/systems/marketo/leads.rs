//! Leads: sync, push, get, filter, merge, associate, delete (page "Leads").

use serde_json::{Value, json};

use super::request::{MOST, body, input, page, stem};
use super::submit_form::{id, is_munchkin_cookie};
use super::{answer, assets};
use crate::clock;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store;
use crate::store::persons::{By, Fields, Keys, Person};
use crate::system::Name;

/// A filter that matches more is an error.
const MOST_MATCHES: usize = 1_000;
/// Losers of one merge.
const MOST_LOSERS: usize = 25;
const DEFAULT_FIELDS: [&str; 6] =
    ["id", "email", "updatedAt", "createdAt", "firstName", "lastName"];

/// Fields of the company record, which a lead cannot change (page "Error codes", 1021).
const COMPANY: [&str; 7] = [
    "billingStreet",
    "billingCity",
    "billingState",
    "billingCountry",
    "billingPostalCode",
    "mainPhone",
    "sicCode",
];

/// What one record comes to.
enum Step {
    Skip(Value),
    Update(String, Fields),
    Create(Fields),
}

pub(super) fn sync(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let body = body(call, state)?;
    let action = body.get("action").and_then(Value::as_str).unwrap_or("createOrUpdate").to_owned();
    if !matches!(
        action.as_str(),
        "createOrUpdate" | "createOnly" | "updateOnly" | "createDuplicate"
    ) {
        return Err(answer::failed("1003", "Invalid value for action"));
    }
    if body.get("partitionName").is_some_and(|name| !name.is_null())
        && !matches!(action.as_str(), "createOrUpdate" | "createOnly")
    {
        return Err(answer::failed(
            "1003",
            "partitionName works with createOnly and createOrUpdate only",
        ));
    }
    upsert(&body, &action, None, state)
}

pub(super) fn push(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let body = body(call, state)?;
    if body.get("programName").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(answer::failed("1002", "Missing value for required parameter 'programName'"));
    }
    upsert(&body, "createOrUpdate", Some("Push Lead to Marketo"), state)
}

/// Looks every record up now and writes later: overlapping calls with one key make two persons, as the
/// page warns.
fn upsert(
    body: &Value,
    action: &str,
    activity: Option<&'static str>,
    state: &SandboxState,
) -> Result<Commit, Reply> {
    let records = input(body, MOST)?;
    let key = body.get("lookupField").and_then(Value::as_str).unwrap_or("email").to_owned();
    let known = assets::all(state)?;
    if assets::field(&known, &key).is_none() && key != "mktToken" {
        return Err(answer::failed("1006", &format!("Lookup field '{key}' not found")));
    }
    let partition = match body.get("partitionName").and_then(Value::as_str) {
        Some(name) => Some(
            number_of(name).ok_or_else(|| answer::failed("1008", "Access to partition denied"))?,
        ),
        None => None,
    };
    let mut seen = Vec::new();
    let mut steps = Vec::with_capacity(records.len());
    for record in records {
        steps.push(match step(record, action, &key, &known, &mut seen, state)? {
            // A lead that lives in another partition is not updated from here.
            Step::Update(id, _) if partition.is_some_and(|of| lives_elsewhere(&id, of, state)) => {
                let message = "Partition update not allowed; lead already exists";
                Step::Skip(answer::skipped_record(None, "1010", message))
            }
            Step::Create(mut fields) => {
                if let Some(partition) = partition {
                    fields.insert("leadPartitionId".to_owned(), json!(partition));
                }
                Step::Create(fields)
            }
            step => step,
        });
    }
    let source = json!({ "programName": body.get("programName"), "source": body.get("source"), "reason": body.get("reason") });
    Ok(Box::new(move |state, now| {
        let mut results = Vec::with_capacity(steps.len());
        let mut people = Vec::new();
        for step in steps {
            let (person, status) = match step {
                Step::Skip(record) => {
                    results.push(record);
                    continue;
                }
                Step::Create(fields) => {
                    (state.store.insert(Name::Marketo, keys(&fields), fields, now, id)?, "created")
                }
                Step::Update(target, fields) => {
                    let Some(mut person) = state.store.find(Name::Marketo, By::Id(&target))?.pop()
                    else {
                        results.push(answer::skipped_record(None, "1004", "Lead not found"));
                        continue;
                    };
                    person.fields.extend(fields);
                    person.keys = keys(&person.fields);
                    person.updated = now;
                    state.store.save(&person)?;
                    (person, "updated")
                }
            };
            if let Some(kind) = activity {
                state.store.add_activity(person.seq, kind, now, &source)?;
            }
            results.push(json!({ "id": number(&person), "status": status }));
            people.push(person.id);
        }
        let verdict = results
            .first()
            .and_then(|one| one.get("status"))
            .and_then(Value::as_str)
            .unwrap_or("skipped");
        Ok(answer::result(&results, verdict.to_owned()).about(people.join(",")))
    }))
}

fn step(
    mut record: Fields,
    action: &str,
    key: &str,
    known: &[Value],
    seen: &mut Vec<String>,
    state: &SandboxState,
) -> Result<Step, Reply> {
    let skip = |code: &str, message: &str| Step::Skip(answer::skipped_record(None, code, message));
    if action != "updateOnly" && record.contains_key("id") {
        return Ok(skip("1003", "Field 'id' is not allowed with this action"));
    }
    // An empty text and null both erase (page "Lead database").
    for value in record.values_mut() {
        if value.as_str() == Some("") {
            *value = Value::Null;
        }
    }
    for (name, value) in &record {
        if COMPANY.contains(&name.as_str()) {
            return Ok(skip("1021", "Company fields cannot be updated"));
        }
        let field = assets::field(known, name);
        if field.is_none() && !matches!(name.as_str(), "cookies" | "mktToken") {
            return Ok(skip("1006", &format!("Field '{name}' not found")));
        }
        if value.is_object() || value.is_array() {
            return Ok(skip("1001", &format!("Invalid value for field '{name}'")));
        }
        if field.is_some_and(assets::is_kept) {
            return Ok(skip("1003", &format!("Field '{name}' is read-only")));
        }
        // The live sentence.
        if field.is_some_and(|field| !assets::fits(field, value)) {
            let message =
                format!("Invalid value for field '{name}' and value '{}'", text(Some(value)));
            return Ok(skip("1003", &message));
        }
    }
    if record
        .remove("cookies")
        .is_some_and(|cookie| cookie.as_str().is_none_or(|text| !is_munchkin_cookie(text)))
    {
        return Ok(skip("1012", "Invalid cookie value"));
    }
    if action == "createDuplicate" {
        return Ok(Step::Create(record));
    }
    let value = match record.get(key) {
        Some(Value::String(text)) if !text.is_empty() => text.to_lowercase(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Ok(skip("1002", &format!("Missing value for required field '{key}'"))),
    };
    if seen.contains(&value) {
        return Ok(skip("1036", "Duplicate object in request"));
    }
    seen.push(value.clone());
    let found = matches(state, key, &value)?;
    record.remove("id");
    Ok(match (action, found.as_slice()) {
        (_, [_, _, ..]) => skip("1007", "Multiple leads match lookup criteria"),
        ("createOnly", [one]) => {
            Step::Skip(answer::skipped_record(Some(&number(one)), "1005", "Lead already exists"))
        }
        ("updateOnly", []) => skip("1004", "Lead not found"),
        (_, []) if key == "mktToken" => skip("1003", "Invalid token"),
        (_, [one]) => Step::Update(one.id.clone(), record),
        _ => Step::Create(record),
    })
}

/// Whoever has this value in this field.
pub(super) fn matches(state: &SandboxState, key: &str, value: &str) -> store::Result<Vec<Person>> {
    match key {
        "email" => state.store.find(Name::Marketo, By::Email(value)),
        "id" => state.store.find(Name::Marketo, By::Id(value)),
        other => {
            let mut all = state.store.find(Name::Marketo, By::Any)?;
            all.retain(|person| text(person.fields.get(other)).to_lowercase() == *value);
            Ok(all)
        }
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

fn keys(fields: &Fields) -> Keys {
    Keys {
        email: fields.get("email").and_then(Value::as_str).map(str::to_lowercase),
        ..Keys::default()
    }
}

pub(super) fn number(person: &Person) -> Value {
    json!(person.id.parse::<i64>().unwrap_or_default())
}

/// A field that was asked for, and what stands there of a lead that lacks it: null, and of an own boolean false, as recorded.
pub(super) type Asked = (String, Value);

/// A lead with the fields that were asked for.
pub(super) fn shown(person: &Person, fields: &[Asked]) -> Value {
    let stamp = |at| json!(format!("{}Z", clock::timestamp(at, 0).replace(' ', "T")));
    let mut record = Fields::new();
    for (name, lacking) in fields {
        let value = match name.as_str() {
            "id" => number(person),
            "createdAt" => stamp(person.created),
            "updatedAt" => stamp(person.updated),
            "ecids" => json!([]),
            "leadPartitionId" => partition_of(person),
            other => {
                person.fields.get(other).filter(|value| !value.is_null()).unwrap_or(lacking).clone()
            }
        };
        record.insert(name.clone(), value);
    }
    record.insert("id".to_owned(), number(person));
    Value::Object(record)
}

/// The names in `fields`; an unknown one is 1006.
pub(super) fn asked(call: &Call, state: &SandboxState) -> Result<Vec<Asked>, Reply> {
    let Some(names) = call.query.several("fields") else {
        return Ok(DEFAULT_FIELDS.map(|name| (name.to_owned(), Value::Null)).to_vec());
    };
    let known = assets::all(state)?;
    let of = |name: String| match assets::field(&known, &name) {
        Some(field) => {
            let is_flag = field["isCustom"] == true && field["dataType"] == "boolean";
            Ok((name, if is_flag { json!(false) } else { Value::Null }))
        }
        None if name == "ecids" => Ok((name, Value::Null)),
        None => Err(answer::failed("1006", &format!("Field '{name}' not found"))),
    };
    names.into_iter().map(of).collect()
}

pub(super) fn get(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let target = stem(call).ok_or_else(|| answer::failed("610", "Requested resource not found"))?;
    let fields = asked(call, state)?;
    Ok(Box::new(move |state, now| match state.read(Name::Marketo, By::Id(&target), now)?.pop() {
        Some(person) => Ok(answer::page(&[shown(&person, &fields)], None, false).about(person.id)),
        None => Err(none(&target)),
    }))
}

pub(super) fn filter(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let given =
        |name: &str| call.query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let Some(kind) = given("filterType") else {
        return Err(answer::failed("1002", "Missing value for required parameter 'filterType'"));
    };
    let Some(values) = call.query.several("filterValues") else {
        return Err(answer::failed("1002", "Missing value for required parameter 'filterValues'"));
    };
    if !assets::searchable(state, &kind)? {
        return Err(answer::failed("1011", &format!("Field '{kind}' cannot be used as a filter")));
    }
    let values: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
    if values.len() > MOST {
        return Err(answer::failed("1003", "Too many values in filterValues"));
    }
    let fields = asked(call, state)?;
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let mut found = state.read(Name::Marketo, By::Any, now)?;
        found.retain(|person| {
            let value = match kind.as_str() {
                "id" => person.id.clone(),
                "leadPartitionId" => partition_of(person).to_string(),
                other => text(person.fields.get(other)).to_lowercase(),
            };
            values.contains(&value)
        });
        if found.len() > MOST_MATCHES {
            return Err(answer::failed("1003", "Too many results match the filter"));
        }
        let ids: Vec<&str> = found.iter().map(|person| person.id.as_str()).collect();
        let records: Vec<Value> = found.iter().map(|person| shown(person, &fields)).collect();
        Ok(page(&call, &records, false, now)?.about(ids.join(",")))
    }))
}

/// By `input`, or by `id` where the body is empty, says the vendor's `OpenAPI`.
pub(super) fn delete(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let targets: Vec<String> = match call.query.several("id") {
        Some(ids)
            if call.body.is_empty()
                || call.content_type().as_deref() != Some("application/json") =>
        {
            ids
        }
        _ => {
            input(&body(call, state)?, MOST)?.iter().map(|record| text(record.get("id"))).collect()
        }
    };
    Ok(Box::new(move |state, _| {
        let mut results = Vec::new();
        for target in targets {
            match state.store.find(Name::Marketo, By::Id(&target))?.pop() {
                Some(person) => {
                    state.store.remove(&person)?;
                    results.push(json!({ "id": number(&person), "status": "deleted" }));
                }
                None => {
                    results.push(nobody(&target));
                }
            }
        }
        Ok(answer::result(&results, "deleted"))
    }))
}

/// A record of a lead that there is none of; an id that is no number is a wrong type, and no lead with the id 0.
pub(super) fn nobody(id: &str) -> Value {
    match id.parse::<u64>() {
        Ok(number) => answer::skipped_record(Some(&json!(number)), "1004", "Lead not found"),
        Err(_) => answer::skipped_record(None, "1001", "Invalid value. Required of type 'Integer'"),
    }
}

/// The same of a whole call.
fn none(id: &str) -> Reply {
    match id.parse::<u64>() {
        Ok(_) => answer::failed("1004", "Lead not found"),
        Err(_) => answer::failed("1001", "Invalid value. Required of type 'Integer'"),
    }
}

/// The partitions of this subscription, each with its number.
const PARTITIONS: [(&str, u8); 3] = [("Default", DEFAULT), ("EU", 2), ("US", 3)];
const DEFAULT: u8 = 1;

fn number_of(partition: &str) -> Option<u8> {
    PARTITIONS.iter().find(|(name, _)| *name == partition).map(|(_, number)| *number)
}

fn lives_elsewhere(id: &str, partition: u8, state: &SandboxState) -> bool {
    let found = state.store.find(Name::Marketo, By::Id(id)).unwrap_or_default();
    found.first().is_some_and(|person| partition_of(person) != json!(partition))
}

/// Where a lead lives: in the first partition where nothing else was said.
fn partition_of(person: &Person) -> Value {
    person.fields.get("leadPartitionId").cloned().unwrap_or(json!(DEFAULT))
}

pub(super) fn partition(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let records = input(&body(call, state)?, MOST)?;
    Ok(Box::new(move |state, now| {
        let mut results = Vec::new();
        for record in records {
            let id = text(record.get("id"));
            let name = text(record.get("partitionName"));
            let found = state.store.find(Name::Marketo, By::Id(&id))?.pop();
            results.push(match (found, number_of(&name)) {
                (None, _) => nobody(&id),
                (Some(person), None) => answer::skipped_record(
                    Some(&number(&person)),
                    "1008",
                    "Access to partition denied",
                ),
                (Some(mut person), Some(partition)) => {
                    person.fields.insert("leadPartitionId".to_owned(), json!(partition));
                    person.updated = now;
                    state.store.save(&person)?;
                    json!({ "id": number(&person), "status": "updated" })
                }
            });
        }
        Ok(answer::result(&results, "updated"))
    }))
}

/// The winner's values win; its empty ones are filled from the losers, in their order.
pub(super) fn merge(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let winner = call.capture("id").unwrap_or_default().to_owned();
    let losers = match (call.query.get("leadId"), call.query.several("leadIds")) {
        (Some(one), None) => vec![one.to_owned()],
        (None, Some(many)) => many,
        _ => return Err(answer::failed("1002", "leadId or leadIds is needed")),
    };
    if losers.len() > MOST_LOSERS {
        return Err(answer::failed("1080", "At most 25 leads can be merged"));
    }
    let _ = state;
    Ok(Box::new(move |state, now| {
        let mut person =
            state.store.find(Name::Marketo, By::Id(&winner))?.pop().ok_or_else(|| none(&winner))?;
        let mut others = Vec::new();
        for loser in &losers {
            let found =
                state.store.find(Name::Marketo, By::Id(loser))?.pop().ok_or_else(|| none(loser))?;
            if found.seq == person.seq {
                return Err(answer::failed("1003", "A lead cannot be merged with itself"));
            }
            others.push(found);
        }
        for other in others {
            for (name, value) in &other.fields {
                let empty = person.fields.get(name).is_none_or(Value::is_null);
                if empty {
                    person.fields.insert(name.clone(), value.clone());
                }
            }
            state.store.remove(&other)?;
        }
        person.keys = keys(&person.fields);
        person.updated = now;
        state.store.save(&person)?;
        Ok(answer::done("merged").about(person.id))
    }))
}

pub(super) fn associate(call: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let target = call.capture("id").unwrap_or_default().to_owned();
    let cookie = call.query.get("cookie").unwrap_or_default().to_owned();
    if !is_munchkin_cookie(&cookie) {
        return Err(answer::failed("1012", "Invalid cookie value"));
    }
    Ok(Box::new(move |state, now| {
        let person = state.store.find(Name::Marketo, By::Id(&target))?.pop();
        let person = person.ok_or_else(|| none(&target))?;
        state.store.add_activity(
            person.seq,
            "Associate Web Activity",
            now,
            &json!({ "cookie": cookie }),
        )?;
        Ok(answer::done("associated").about(person.id))
    }))
}
