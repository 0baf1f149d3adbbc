//! Marketo's envelope: 200 is not success, `success: true` is not either; each record has a verdict of its own.

use super::errors::{LEAD, REQUEST};
use crate::outcome::{Class, Outcome, VendorCode, of_status};
use crate::report::{Issue, Severity};
use crate::systems::reply::Reply;
use crate::value::Value;
use std::borrow::Cow;

/// The records of a write; one record is its own outcome, several are a batch.
pub fn read_records(reply: &Reply) -> Outcome {
    let Some(body) = reply.json() else {
        return of_status(reply.status, reply.retry_after(), true);
    };
    match body.get("success") {
        Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return refused(&body),
        _ => return of_status(reply.status, reply.retry_after(), true),
    }
    let Some(Value::List(records)) = body.get("result") else {
        return Outcome::Unknown { why: Cow::Borrowed("reply.no_result") };
    };
    match records.as_slice() {
        [] => Outcome::Unknown { why: Cow::Borrowed("reply.no_result") },
        [one] => record(one),
        many => Outcome::Batch { results: many.iter().map(record).collect() },
    }
}

/// `success: false`: nothing was executed. The worst of its errors decides.
fn refused(body: &Value<'static>) -> Outcome {
    let codes: Vec<_> = codes(body.get("errors")).collect();
    let known = |code: &&Value<'static>| row(REQUEST, code).or_else(|| row(LEAD, code));
    let retry = codes.iter().filter_map(known).find(|row| !matches!(row.class, Class::Refused));
    if let Some(row) = retry {
        return row.outcome(true);
    }
    Outcome::Refused { issues: if codes.is_empty() { vec![unlisted()] } else { issues(&codes) } }
}

/// A record is stored only with a good status and without reasons: a failed one may have an id and no status.
fn record(record: &Value<'static>) -> Outcome {
    let reasons: Vec<_> = codes(record.get("reasons")).chain(codes(record.get("reason"))).collect();
    let status = record.get("status").and_then(Value::as_text).unwrap_or_default();
    if reasons.is_empty() && matches!(status, "created" | "updated" | "deleted" | "added" | "removed") {
        let id = record.get("id").and_then(Value::as_text).map(str::to_owned);
        return Outcome::Stored { id, status: status.to_owned(), warnings: Vec::new() };
    }
    if reasons.is_empty() && status != "skipped" {
        return Outcome::Unknown { why: Cow::Borrowed("reply.no_status") };
    }
    let later =
        reasons.iter().filter_map(|code| row(LEAD, code)).find(|row| matches!(row.class, Class::Retry(..)));
    match later {
        Some(row) => row.outcome(true),
        None => {
            Outcome::Refused { issues: if reasons.is_empty() { vec![unlisted()] } else { issues(&reasons) } }
        }
    }
}

/// The codes of a list of `{ code, message }`, or of a single one; a code is text here and a number there.
fn codes<'v>(list: Option<&'v Value<'static>>) -> impl Iterator<Item = &'v Value<'static>> {
    let (many, one) = match list {
        Some(Value::List(items)) => (items.as_slice(), None),
        Some(single @ Value::Map(_)) => (&[][..], Some(single)),
        _ => (&[][..], None),
    };
    many.iter().chain(one).map(|item| item.get("code").unwrap_or(item))
}

fn row(table: &'static [VendorCode], code: &Value<'_>) -> Option<&'static VendorCode> {
    let number: u16 = code.as_text()?.parse().ok()?;
    table.iter().find(|row| row.number == number)
}

fn issues(codes: &[&Value<'static>]) -> Vec<Issue> {
    codes
        .iter()
        .map(|code| match row(LEAD, code).or_else(|| row(REQUEST, code)) {
            Some(row) => row.issue(""),
            None => unlisted(),
        })
        .collect()
}

/// A code that Adobe's pages do not list: its number is kept out, for it came from outside and may be anything.
fn unlisted() -> Issue {
    Issue {
        field: String::new(),
        code: Cow::Borrowed("marketo.unlisted"),
        severity: Severity::Error,
        message: Cow::Borrowed(
            "Marketo refused the record for a reason that its documentation does not list.",
        ),
        limit: None,
        suggestion: None,
    }
}
