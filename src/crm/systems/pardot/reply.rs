//! What Pardot answers: `stat` decides, whatever the HTTP status; errors may come as XML where JSON was asked for.

use super::errors::KNOWN;
use super::tree::typed;
use crate::check::report::Issue;
use crate::code::call;
use crate::crm::outcome::{Class, Fault, Outcome, Reason, of_status};
use crate::crm::systems::record::{items, take};
use crate::crm::systems::reply::Reply;
use crate::value::{Entries, Value, cut, decimal, number};
use std::borrow::Cow;

/// The one prospect that was created or updated; an upsert says which by its status, a create has only one.
pub fn read_write(reply: &Reply, is_create: bool) -> Outcome {
    let status = if is_create || reply.status == 201 { "created" } else { "updated" };
    read_made(reply, "prospect", status)
}

/// The record that a write gave back, as a read would.
fn given_back(record: Value<'static>, is_xml: bool, status: &str) -> Outcome {
    let record = typed(record, is_xml);
    // A short answer may lack the id; it was written all the same.
    let id = record.get("id").and_then(Value::as_text).map(str::to_owned);
    Outcome::stored(id, status, Some(record))
}

/// The prospects that were asked for: absent, one object, or a list. A miss is no error to a search by e-mail, but
/// Pardot reports it as one, and so the caller sees `not_found`.
pub fn read_found(reply: &Reply) -> Outcome {
    read_objects(reply, "prospect")
}

/// The objects of that name, one by itself or a query's: absent, one object, or a list.
pub fn read_objects(reply: &Reply, name: &str) -> Outcome {
    let (body, is_xml) = match parsed(reply, false) {
        Ok(parsed) => parsed,
        Err(outcome) => return outcome,
    };
    let result = body.get("result");
    let is_query = result.is_some();
    let total = result
        .and_then(|result| result.get("total_results"))
        .and_then(Value::as_text)
        .and_then(number);
    let found = match result {
        Some(_) => take(body, "result").and_then(|result| take(result, name)),
        // An export may stand by itself.
        None if name == "export" && body.get("export").is_none() => Some(body),
        None => take(body, name),
    };
    let found = match name {
        // The list stands in an element of its own.
        "emailTemplates" => found.map(|list| take(list.clone(), "templates").unwrap_or(list)),
        _ => found,
    };
    let records: Vec<_> = items(found).into_iter().map(|record| typed(record, is_xml)).collect();
    let records: Vec<_> = match name {
        "export" => records.into_iter().map(with_refs).collect(),
        _ => records,
    };
    // A template that cannot be read says so in its own members.
    if let ("emailTemplate", [one]) = (name, records.as_slice()) {
        let said = |name| one.get(name).and_then(Value::as_text);
        let code = said("errorCode").and_then(number::<u16>).filter(|code| *code != 0);
        let flagged = one.get("error") == Some(&Value::Bool(true))
            || matches!(said("error"), Some("true" | "1"));
        if flagged || code.is_some() {
            return of_code(code, reply, false);
        }
    }
    // A query in bulk says no total, and what it found is one page of more.
    let total = total.or_else(|| if is_query { None } else { u64::try_from(records.len()).ok() });
    Outcome::Found { total, records, next: None }
}

/// `resultRefs` is absent, a text or a list.
fn with_refs(record: Value<'static>) -> Value<'static> {
    let Value::Map(entries) = record else { return record };
    let refs =
        entries.iter().find(|(name, _)| name == "resultRefs").map(|(_, value)| value.clone());
    let mut entries: Entries<'static> = entries
        .into_iter()
        .filter(|(name, _)| !matches!(name.as_ref(), "resultRefs" | "@attributes"))
        .collect();
    entries.push((Cow::Borrowed("resultRefs"), Value::List(items(refs))));
    Value::Map(entries)
}

/// An object that was made, like an e-mail that was sent.
pub fn read_made(reply: &Reply, name: &str, status: &str) -> Outcome {
    let (body, is_xml) = match parsed(reply, true) {
        Ok(parsed) => parsed,
        Err(outcome) => return outcome,
    };
    match take(body, name) {
        Some(made) => given_back(made, is_xml, status),
        None => Outcome::Unknown { why: Cow::Borrowed(call::NO_RESULT.name) },
    }
}

/// An export that was made or cancelled, wrapped in `export` or by itself.
pub fn read_export(reply: &Reply) -> Outcome {
    let (body, is_xml) = match parsed(reply, true) {
        Ok(parsed) => parsed,
        Err(outcome) => return outcome,
    };
    let export = if body.get("export").is_some() { take(body, "export") } else { Some(body) };
    let export = export.map(|record| with_refs(typed(record, is_xml))).unwrap_or_default();
    let state = export.get("state").and_then(Value::as_text).map(str::to_ascii_lowercase);
    match (export.get("id").and_then(Value::as_text), state) {
        (Some(id), Some(state)) => Outcome::stored(Some(id.to_owned()), &state, Some(export)),
        _ => Outcome::Unknown { why: Cow::Borrowed(call::NO_RESULT.name) },
    }
}

/// HTTP 204 without a body.
pub fn read_gone(reply: &Reply) -> Outcome {
    if reply.status == 204 || (reply.status == 200 && reply.body.trim().is_empty()) {
        return Outcome::stored(None, "deleted", None);
    }
    match answer(reply, true) {
        Ok(_) => Outcome::stored(None, "deleted", None),
        Err(outcome) => outcome,
    }
}

/// A file of an export; an error comes as JSON or XML in its place.
pub fn read_csv(reply: &Reply) -> Outcome {
    let text = reply.body.trim_start_matches('\u{FEFF}').trim_start();
    if !(200..300).contains(&reply.status) || text.starts_with(['{', '<']) {
        return match parsed(reply, false) {
            Ok(_) => of_status(reply.status, reply.retry_after(), false),
            Err(outcome) => outcome,
        };
    }
    match super::csv::read(&reply.body) {
        Some(records) => {
            Outcome::Found { total: u64::try_from(records.len()).ok(), records, next: None }
        }
        None => Outcome::Retry {
            after: None,
            code: Cow::Borrowed(call::UNREADABLE.name),
            reason: Reason::Busy,
        },
    }
}

/// A batch: good records are processed beside bad ones, and the bad ones are named by position (version 4) or by key
/// (version 3). The page says that those which were made come back, the recordings know of none: where they do, each
/// belongs to the input of its key, or to that of its place among the good ones. `keys` are the records' keys in input
/// order, where the caller knows them.
pub fn read_batch(reply: &Reply, status: &str, keys: &[String], is_keyed: bool) -> Outcome {
    let (body, is_xml) = match parsed(reply, true) {
        Ok(parsed) => parsed,
        // `stat: fail` without a code: some records are bad.
        Err(outcome) => match batch_body(reply) {
            Some(body) => (body, reply.json().is_none()),
            None => return outcome,
        },
    };
    let errors = error_map(body.get("errors"));
    let made = made(body);
    if errors.is_empty() && keys.len().max(made.len()) < 2 {
        return match made.into_iter().next() {
            Some((_, record)) => given_back(record, is_xml, status),
            None => Outcome::stored(None, status, None),
        };
    }
    let position = |key: &str| {
        let listed = || keys.iter().position(|known| known.eq_ignore_ascii_case(key));
        let index = || number(key).filter(|at| keys.is_empty() || *at < keys.len());
        // A 1 is the second record to version 4 and the prospect 1 to version 3.
        if is_keyed { listed().or_else(index) } else { index().or_else(listed) }
    };
    let count = errors
        .iter()
        .filter_map(|(key, _)| position(key))
        .map(|at| at + 1)
        .chain([keys.len(), made.len() + errors.len()])
        .max()
        .unwrap_or_default();
    let mut results = vec![Outcome::stored(None, status, None); count.min(1_000)];
    let mut bad = Vec::new();
    for (at, (key, message)) in errors.iter().enumerate() {
        let at = position(key).unwrap_or(at);
        bad.push(at);
        if let Some(slot) = results.get_mut(at) {
            *slot = of_message(message);
        }
    }
    let is_whole = made.len().saturating_add(errors.len()) == results.len();
    let mut free = (0..results.len()).filter(|at| !bad.contains(at));
    for (key, record) in made {
        let listed = keys.iter().position(|known| {
            let own = |name| record.get(name).and_then(Value::as_text) == Some(known);
            known.eq_ignore_ascii_case(&key) || own("id") || own("email")
        });
        let next = free.next();
        // Of fewer than the good ones nobody could tell whose they are by their places.
        let at = if is_whole && (key.is_empty() || keys.is_empty()) { next } else { listed };
        if let Some(slot) = at.and_then(|at| results.get_mut(at)) {
            *slot = given_back(record, is_xml, status);
        }
    }
    match results.len() {
        0 => Outcome::Unknown { why: Cow::Borrowed(call::NO_RESULT.name) },
        1 => results.pop().unwrap_or(Outcome::Unknown { why: Cow::Borrowed(call::NO_RESULT.name) }),
        _ => Outcome::Batch { results },
    }
}

/// The records of a batch that came back, each with its key where it has one.
fn made(body: Value<'static>) -> Entries<'static> {
    let list = match take(body, "prospects") {
        Some(map) if map.get("prospect").is_some() => take(map, "prospect"),
        list => list,
    };
    match list {
        Some(Value::Map(entries))
            if entries.iter().all(|(_, one)| matches!(one, Value::Map(_))) =>
        {
            entries
        }
        list => items(list).into_iter().map(|one| (Cow::Borrowed(""), one)).collect(),
    }
}

/// The body of a batch some of whose records are bad.
fn batch_body(reply: &Reply) -> Option<Value<'static>> {
    let body = reply.json().or_else(|| reply.xml().and_then(rsp))?;
    let has_code = body.get("@attributes").is_some_and(|map| map.get("err_code").is_some())
        || body.get("err").is_some();
    (!has_code && !error_map(body.get("errors")).is_empty()).then_some(body)
}

/// The errors by key: an object, a list whose positions are the keys, or XML's elements with an attribute.
fn error_map(errors: Option<&Value<'static>>) -> Vec<(String, String)> {
    let text = |value: &Value<'_>| value.as_text().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    match errors {
        Some(Value::Map(entries)) => {
            for (name, value) in entries {
                match value {
                    _ if name == "@attributes" => {}
                    // `<error identifier="…">` or `<prospect identifier="…">`
                    Value::List(items) => {
                        for item in items {
                            all.push(keyed_error(name, item));
                        }
                    }
                    Value::Map(_) => all.push(keyed_error(name, value)),
                    other => all.push((name.clone().into_owned(), text(other))),
                }
            }
        }
        Some(Value::List(items)) => {
            for (at, item) in items.iter().enumerate() {
                all.push((decimal(at), text(item)));
            }
        }
        _ => {}
    }
    all
}

fn keyed_error(name: &str, item: &Value<'static>) -> (String, String) {
    let key = ["identifier", "index", "id"].iter().find_map(|key| attribute(item, key)?.as_text());
    (key.unwrap_or(name).to_owned(), String::new())
}

/// The row whose sentence Pardot wrote: a batch gives the text and no number. What is not known is refused.
fn of_message(message: &str) -> Outcome {
    const WORDS: &[(&str, u16)] = &[
        ("invalid prospect email", 4),
        ("invalid email", 4),
        ("invalid prospect id", 3),
        ("non-existent prospect id", 14),
        ("invalid prospect fid", 77),
        ("already exists", 9),
        ("already in use", 54),
        ("in use by another prospect", 54),
        ("required parameters are missing", 13),
        ("invalid campaign", 38),
        ("invalid profile id", 39),
        ("profile criteria", 18),
        ("invalid list id", 55),
        ("invalid number", 56),
        ("not a number", 56),
        ("invalid date", 57),
        ("not a date", 57),
        ("conflicting update", 62),
        ("do not match", 81),
        ("unable to save", 85),
        ("could not be saved", 85),
        ("could not be found", 92),
        ("archived", 132),
    ];
    let message = message.to_ascii_lowercase();
    let number =
        WORDS.iter().find(|(words, _)| cut(&message, words).is_some()).map(|(_, number)| *number);
    match number.and_then(|number| KNOWN.find(number)) {
        Some(row) if row.number == 4 => Outcome::refused(vec![row.issue("email")]),
        // A record of a batch is refused under the number itself: `not_found` is for what was asked for by itself.
        Some(row) if row.class == Class::Missing => Outcome::refused(vec![row.issue("")]),
        Some(row) => row.outcome(true),
        None => Outcome::refused(vec![unlisted()]),
    }
}

/// The body of a good answer, or the outcome of a bad one.
fn answer(reply: &Reply, is_write: bool) -> Result<Value<'static>, Outcome> {
    parsed(reply, is_write).map(|(body, _)| body)
}

/// The body of a good answer, and whether it came as XML.
fn parsed(reply: &Reply, is_write: bool) -> Result<(Value<'static>, bool), Outcome> {
    let unreadable = || of_status(reply.status, reply.retry_after(), is_write);
    let json = reply.json();
    let is_xml = json.is_none();
    let body = json.or_else(|| reply.xml().and_then(rsp)).ok_or_else(unreadable)?;
    let attributes = body.get("@attributes");
    match attributes.and_then(|map| map.get("stat")).and_then(Value::as_text) {
        Some("ok") => return Ok((body, is_xml)),
        Some("fail") => {}
        // An export's samples have no attributes, nor has what some proxies pass on of a query.
        _ if (200..300).contains(&reply.status)
            && body.get("err").is_none()
            && ["state", "export", "result"].iter().any(|name| body.get(name).is_some()) =>
        {
            return Ok((body, is_xml));
        }
        _ => return Err(unreadable()),
    }
    let parse = |value: &Value<'_>| value.as_text().and_then(number::<u16>);
    let errors = items(body.get("err").cloned());
    let number = attributes
        .and_then(|map| map.get("err_code"))
        .and_then(parse)
        .or_else(|| errors.iter().find_map(|error| attribute(error, "code")).and_then(parse));
    if number == Some(PARAMETER) {
        let row = KNOWN.find(PARAMETER);
        let mut issues = Vec::new();
        for name in errors.iter().filter_map(|error| attribute(error, "param").and_then(parameter))
        {
            issues.push(row.as_ref().map_or_else(unlisted, |row| row.issue(name)));
        }
        if !issues.is_empty() {
            return Err(Outcome::refused(issues));
        }
    }
    Err(of_code(number, reply, is_write))
}

/// An attribute of an element.
fn attribute<'v>(element: &'v Value<'static>, name: &str) -> Option<&'v Value<'static>> {
    element.get("@attributes")?.get(name)
}

/// Says that each `err` names a parameter.
const PARAMETER: u16 = 10_000;

/// A parameter's name; what has other signs is none, and may be anything.
fn parameter<'v>(value: &'v Value<'static>) -> Option<&'v str> {
    let name = value.as_text()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'[' | b']');
    (!name.is_empty() && name.len() <= 64 && name.bytes().all(fits)).then_some(name)
}

/// What one of Pardot's numbers means for this call.
fn of_code(number: Option<u16>, reply: &Reply, is_write: bool) -> Outcome {
    let row = number.and_then(|number| KNOWN.find(number));
    match row {
        // To a create or an upsert 4 says that the address is not one.
        Some(row) if row.number == 4 && is_write => Outcome::refused(vec![row.issue("email")]),
        // Not an expired token: one of another org or without the scope. A new one would be no better.
        Some(row) if matches!(row.class, Class::Retry(Reason::Token, _)) && reply.status == 403 => {
            Outcome::Refused { issues: vec![row.issue("")], fault: Fault::Account }
        }
        Some(row) => row.outcome(is_write),
        None if reply.status >= 500 => of_status(reply.status, reply.retry_after(), is_write),
        None => Outcome::refused(vec![unlisted()]),
    }
}

fn unlisted() -> Issue {
    Issue::error("", &call::PARDOT_UNLISTED)
}

/// The members of the root element `rsp`.
fn rsp(document: Value<'static>) -> Option<Value<'static>> {
    match document {
        Value::Map(entries) => {
            entries.into_iter().find(|(name, _)| name == "rsp").map(|(_, value)| value)
        }
        _ => None,
    }
}
