//! `query` of prospects and of the other objects: filters, order, pages (page "Prospects").

use serde_json::{Map, Value, json};

use super::answer::{self, refuser};
use super::view::{DELETED, record};
use crate::clock;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Commit;
use crate::state::SandboxState;
use crate::store::persons::By;
use crate::system::Name;

const MOST: usize = 200;
const GRADES: [&str; 13] =
    ["F", "D-", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+"];
/// What only a read shows.
pub(super) const RELATED: [&str; 4] = ["lists", "profile", "visitor_activities", "visitors"];
pub(super) const MOBILE: [&str; 5] = ["id", "first_name", "last_name", "email", "company"];

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A filter of one record.
type Filter = Box<dyn Fn(&Value) -> bool>;

fn given<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.params.get(name).filter(|text| !text.is_empty())
}

fn yes(call: &Call, name: &str, code: &'static str) -> Result<Option<bool>, &'static str> {
    match given(call, name).map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(_) => Err(code),
    }
}

/// The filters that every object has.
pub(super) fn common(
    call: &Call,
    state: &SandboxState,
    now: i64,
) -> Result<Vec<Filter>, &'static str> {
    let mut filters: Vec<Filter> = Vec::new();
    let zone = state.config().pardot.utc_offset;
    for (name, member, after) in [
        ("created_after", "created_at", true),
        ("created_before", "created_at", false),
        ("updated_after", "updated_at", true),
        ("updated_before", "updated_at", false),
        ("last_activity_after", "last_activity_at", true),
        ("last_activity_before", "last_activity_at", false),
    ] {
        let Some(word) = given(call, name) else { continue };
        let limit = clock::moment(word, now, zone).ok_or("7")?;
        filters.push(Box::new(move |record| {
            let at = text(record, member);
            !at.is_empty() && if after { at > limit.as_str() } else { at < limit.as_str() }
        }));
    }
    for (name, greater) in [("id_greater_than", true), ("id_less_than", false)] {
        let Some(word) = given(call, name) else { continue };
        let limit: i64 = word.parse().map_err(|_| "16")?;
        filters.push(Box::new(move |record| {
            let id = record.get("id").and_then(Value::as_i64).unwrap_or_default();
            if greater { id > limit } else { id < limit }
        }));
    }
    Ok(filters)
}

fn of_prospects(call: &Call) -> Result<Vec<Filter>, &'static str> {
    let mut filters: Vec<Filter> = Vec::new();
    let is_assigned =
        |record: &Value| record.get("assigned_to").is_some_and(|user| !user.is_null());
    let is_new = yes(call, "new", "28")?;
    if let Some(wanted) = is_new {
        filters.push(Box::new(move |record| {
            let reviewed = record.get("is_reviewed") == Some(&json!(1));
            (!is_assigned(record) && !reviewed && !text(record, "last_activity_at").is_empty())
                == wanted
        }));
    } else if let Some(user) = given(call, "assigned_to_user") {
        let user = user.to_owned();
        filters.push(Box::new(move |record| {
            let of = record.pointer("/assigned_to/user");
            let id = of.and_then(|user| user.get("id")).map(Value::to_string).unwrap_or_default();
            id == user || of.is_some_and(|of| text(of, "email") == user)
        }));
    } else if let Some(wanted) = yes(call, "assigned", "26")? {
        filters.push(Box::new(move |record| is_assigned(record) == wanted));
    }
    if let Some(wanted) = yes(call, "is_starred", "25")? {
        filters
            .push(Box::new(move |record| (record.get("is_starred") == Some(&json!(1))) == wanted));
    }
    if let Some(wanted) = yes(call, "last_activity_never", "50")? {
        filters.push(Box::new(move |record| text(record, "last_activity_at").is_empty() == wanted));
    }
    for (name, order) in [("score_equal_to", 0), ("score_greater_than", 1), ("score_less_than", -1)]
    {
        let Some(word) = given(call, name) else { continue };
        let limit: i64 = word.parse().map_err(|_| "29")?;
        filters.push(Box::new(move |record| {
            let score = record.get("score").and_then(Value::as_i64).unwrap_or_default();
            score.cmp(&limit) as i8 == order
        }));
    }
    for (name, order) in [("grade_equal_to", 0), ("grade_greater_than", 1), ("grade_less_than", -1)]
    {
        let Some(word) = given(call, name) else { continue };
        let limit = GRADES.iter().position(|grade| *grade == word).ok_or("32")?;
        filters.push(Box::new(move |record| {
            let grade = GRADES.iter().position(|grade| *grade == text(record, "grade"));
            grade.is_some_and(|grade| grade.cmp(&limit) as i8 == order)
        }));
    }
    if let Some(word) = given(call, "list_id") {
        let id: u64 = word.parse().map_err(|_| "55")?;
        filters.push(Box::new(move |record| {
            let list = record.pointer("/lists/list_subscription");
            let of = |one: &Value| one.pointer("/list/id").and_then(Value::as_u64) == Some(id);
            match list {
                Some(Value::Array(many)) => many.iter().any(of),
                Some(one) => of(one),
                None => false,
            }
        }));
    }
    Ok(filters)
}

/// Sorts, cuts and shows what the filters left; the collection is absent, an object or an array.
pub(super) fn answered(
    call: &Call,
    state: &SandboxState,
    mut all: Vec<Value>,
    name: &str,
    sorts: &[&str],
) -> Result<Reply, Reply> {
    let refuse = refuser(call, state);
    let by = given(call, "sort_by").unwrap_or("id");
    if !sorts.contains(&by) {
        return Err(refuse("19"));
    }
    let down = match given(call, "sort_order") {
        None => by != "id",
        Some("ascending") => false,
        Some("descending") => true,
        Some(_) => return Err(refuse("20")),
    };
    all.sort_by(|a, b| {
        let id = |record: &Value| record.get("id").and_then(Value::as_i64);
        let order = if by == "id" { id(a).cmp(&id(b)) } else { text(a, by).cmp(text(b, by)) };
        if down { order.reverse() } else { order }
    });
    let number = |name: &str, default: usize, code: &'static str| match given(call, name)
        .map(str::parse::<usize>)
    {
        None => Ok(default),
        Some(number) => number.map_err(|_| refuse(code)),
    };
    let (limit, offset) = (number("limit", MOST, "23")?, number("offset", 0, "21")?);
    if !(1..=MOST).contains(&limit) {
        return Err(refuse("23"));
    }
    let is_mobile = given(call, "output") == Some("mobile");
    let total = all.len();
    // Mobile has no limit.
    let most = if is_mobile { usize::MAX } else { limit };
    let wanted: Option<Vec<&str>> = match given(call, "fields") {
        Some(list) => Some(list.split(',').map(str::trim).chain(["id"]).collect()),
        None if is_mobile && name == "prospect" => Some(MOBILE.to_vec()),
        None => None,
    };
    let mut records: Vec<Value> = all
        .into_iter()
        .skip(offset)
        .take(most)
        .map(|record| match (&wanted, record) {
            (Some(names), Value::Object(members)) => Value::Object(
                members.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect(),
            ),
            // Top-level information alone: what is related comes with a read.
            (None, Value::Object(members)) if name == "prospect" => Value::Object(
                members.into_iter().filter(|(name, _)| !RELATED.contains(&name.as_str())).collect(),
            ),
            (_, record) => record,
        })
        .collect();
    let mut result = Map::new();
    // Bulk spares the count (page "Bulk data pull").
    if given(call, "output") != Some("bulk") {
        result.insert("total_results".to_owned(), json!(total));
    }
    match records.len() {
        0 => {}
        1 => drop(result.insert(name.to_owned(), records.pop().unwrap_or_default())),
        _ => drop(result.insert(name.to_owned(), Value::Array(records))),
    }
    // Nobody, and no count either: a client's own tests have null.
    let result = if result.is_empty() { Value::Null } else { Value::Object(result) };
    Ok(answer::ok(call, 200, "result", &result, "found"))
}

pub(super) fn prospects(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let refuse = refuser(call, state);
    common(call, state, now).map_err(&refuse)?;
    of_prospects(call).map_err(&refuse)?;
    let deleted = yes(call, "deleted", "27").map_err(&refuse)?.unwrap_or(false);
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let refuse = refuser(&call, state);
        let mut all: Vec<Value> = if deleted {
            state.store.things(Name::Pardot, DELETED)?.into_iter().map(|thing| thing.body).collect()
        } else {
            state
                .read(Name::Pardot, By::Any, now)?
                .iter()
                .map(|person| record(person, state))
                .collect()
        };
        for filter in common(&call, state, now)
            .map_err(&refuse)?
            .into_iter()
            .chain(of_prospects(&call).map_err(&refuse)?)
        {
            all.retain(|record| filter(record));
        }
        answered(
            &call,
            state,
            all,
            "prospect",
            &["created_at", "id", "last_activity_at", "updated_at"],
        )
    }))
}
