//! Marketo's envelope: 200 is not success, `success: true` is not either; each record has a verdict of its own.

use super::errors::{ALREADY, LEAD_KNOWN, READ_KNOWN, REQUEST_KNOWN};
use crate::check::report::Issue;
use crate::code::call;
use crate::crm::outcome::{Class, Fault, Outcome, of_status};
use crate::crm::systems::known::Known;
use crate::crm::systems::record::{items, take, with_text_ids};
use crate::crm::systems::reply::Reply;
use crate::crm::systems::sent::Sent;
use crate::value::{Value, number, parts};
use std::borrow::Cow;

/// The records of a write; one record is its own outcome, several are a batch.
pub fn read_records(reply: &Reply, sent: Sent<'_>, name: &str) -> Outcome {
    let body = match answer_of(reply, true, sent) {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    match body.get("result") {
        Some(Value::List(records)) => match records.as_slice() {
            [] => Outcome::Unknown { why: Cow::Borrowed(call::NO_RESULT.name) },
            [one] => record(one, sent, name),
            many => {
                Outcome::Batch { results: many.iter().map(|one| record(one, sent, name)).collect() }
            }
        },
        Some(single @ Value::Map(_)) => record(single, sent, name),
        _ => Outcome::Unknown { why: Cow::Borrowed(call::NO_RESULT.name) },
    }
}

/// The records that were asked for, and the token of the next page where there is one. `moreResult: false` ends the
/// pages; a token without `moreResult` means that there may be more.
pub fn read_found(reply: &Reply) -> Outcome {
    let body = match answer(reply, false) {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let is_last = body.get("moreResult") == Some(&Value::Bool(false));
    let next = body.get("nextPageToken").and_then(Value::as_text).filter(|text| !text.is_empty());
    let next = if is_last { None } else { next.map(str::to_owned) };
    let records = items(take(body, "result")).into_iter().map(with_text_ids).collect();
    Outcome::Found { records, total: None, next }
}

/// A call that answers with success alone.
pub fn read_done(reply: &Reply, status: &str) -> Outcome {
    match answer(reply, true) {
        Ok(body) => match body.get("result") {
            Some(Value::List(records)) => match records.as_slice() {
                // A record with a verdict of its own has the last word.
                [one] if one.get("reasons").is_some() || one.get("status").is_some() => {
                    match record(one, Sent::default(), "") {
                        Outcome::Unknown { .. } => done(status),
                        outcome => outcome,
                    }
                }
                _ => done(status),
            },
            _ => done(status),
        },
        Err(outcome) => outcome,
    }
}

fn done(status: &str) -> Outcome {
    Outcome::stored(None, status, None)
}

/// The envelope of a call that was executed, or the outcome of one that was not.
fn answer(reply: &Reply, is_write: bool) -> Result<Value<'static>, Outcome> {
    answer_of(reply, is_write, Sent::default())
}

fn answer_of(reply: &Reply, is_write: bool, sent: Sent<'_>) -> Result<Value<'static>, Outcome> {
    let unreadable = || of_status(reply.status, reply.retry_after(), is_write);
    let body = reply.json().ok_or_else(unreadable)?;
    match body.get("success") {
        Some(Value::Bool(true)) => Ok(body),
        Some(Value::Bool(false)) => Err(refused(&body, is_write, sent)),
        // The gateway's own errors may come without the word.
        None if !codes([body.get("errors"), None]).is_empty() => {
            Err(refused(&body, is_write, sent))
        }
        _ => Err(unreadable()),
    }
}

/// `success: false`: nothing was executed. The worst of its errors decides.
fn refused(body: &Value<'static>, is_write: bool, sent: Sent<'_>) -> Outcome {
    let codes = codes([body.get("errors"), None]);
    let rows = rows(&codes, is_write);
    match rows.iter().find(|row| !matches!(row.class, Class::Refused(_))) {
        Some(row) => row.outcome(is_write),
        None => refusal(&codes, sent, is_write),
    }
}

/// What a record's verdict is called when it is good.
const GOOD: [&str; 6] = ["created", "updated", "deleted", "added", "removed", "merged"];

/// A record is stored only with a good status and without reasons: a failed one may have an id and no status.
fn record(record: &Value<'static>, sent: Sent<'_>, name: &str) -> Outcome {
    let reasons = codes([record.get("reasons"), record.get("reason")]);
    let status = record.get("status").and_then(Value::as_text).unwrap_or_default();
    if reasons.is_empty() && GOOD.contains(&status) {
        // A field has a name, a member of a program its lead's id.
        let id = ["id", "leadId", "name"]
            .iter()
            .find_map(|name| record.get(name).and_then(Value::as_text));
        let given = with_text_ids(record.clone());
        return Outcome::stored(id.map(str::to_owned), status, Some(given));
    }
    if reasons.is_empty() && status != "skipped" {
        return Outcome::Unknown { why: Cow::Borrowed(call::NO_STATUS.name) };
    }
    let rows = rows(&reasons, true);
    if let ([_], [code]) = (reasons.as_slice(), rows.as_slice())
        && ALREADY.contains(&(name, code.number))
    {
        return Known { class: Class::Done, ..code.clone() }.outcome(true);
    }
    let later = rows.iter().find(|row| matches!(row.class, Class::Retry(..)));
    let alone =
        rows.first().filter(|row| reasons.len() == 1 && !matches!(row.class, Class::Refused(_)));
    match later.or(alone) {
        Some(row) => row.outcome(true),
        None => refusal(&reasons, sent, true),
    }
}

/// A refusal for all of these codes; the fault that holds the most back is the one to mend first.
fn refusal(codes: &[&Value<'static>], sent: Sent<'_>, is_write: bool) -> Outcome {
    let (mut issues, mut worst) = (Vec::new(), Fault::default());
    for code in codes {
        let Some(row) = row(code, is_write) else {
            issues.push(unlisted());
            continue;
        };
        if let Class::Refused(fault) = row.class {
            worst = worst.max(fault);
        }
        let names_field = FIELDS.contains(&row.number);
        issues.push(row.issue(if names_field { field_of(code, sent) } else { "" }));
    }
    if issues.is_empty() {
        issues.push(unlisted());
    }
    Outcome::Refused { fault: worst, issues }
}

/// The items of lists of `{ code, message }`, or of single ones; a code is text here and a number there.
fn codes<'v>(lists: [Option<&'v Value<'static>>; 2]) -> Vec<&'v Value<'static>> {
    let mut all = Vec::new();
    for list in lists.into_iter().flatten() {
        match list {
            Value::List(items) => all.extend(items),
            Value::Map(_) => all.push(list),
            _ => {}
        }
    }
    all
}

/// What is known of these codes.
fn rows(codes: &[&Value<'static>], is_write: bool) -> Vec<Known> {
    let mut rows = Vec::new();
    for code in codes {
        rows.extend(row(code, is_write));
    }
    rows
}

fn row(item: &Value<'_>, is_write: bool) -> Option<Known> {
    let number: u16 = number(item.get("code").unwrap_or(item).as_text()?)?;
    let read = if is_write { None } else { READ_KNOWN.find(number) };
    read.or_else(|| LEAD_KNOWN.find(number)).or_else(|| REQUEST_KNOWN.find(number))
}

/// Their messages say in quotes which field they are about.
const FIELDS: [u16; 3] = [1_003, 1_006, 1_011];

/// The one word of a message that is the name of a parameter that we sent; nothing else of it is believed.
fn field_of<'v>(item: &'v Value<'static>, sent: Sent<'_>) -> &'v str {
    let message = item.get("message").and_then(Value::as_text).unwrap_or_default();
    parts(message, '\'').find(|word| sent.has(word)).unwrap_or_default()
}

/// A code that Adobe's pages do not list: its number is kept out, for it came from outside and may be anything.
fn unlisted() -> Issue {
    Issue::error("", &call::MARKETO_UNLISTED)
}
