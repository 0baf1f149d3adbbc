//! What Pardot answers: `stat` decides, whatever the HTTP status; errors may come as XML where JSON was asked for.

use super::errors::CODES;
use crate::outcome::{Class, Outcome, Reason, of_status};
use crate::report::{Issue, Severity};
use crate::systems::reply::Reply;
use crate::value::Value;
use std::borrow::Cow;

/// The one prospect that was created or updated.
pub fn read_write(reply: &Reply) -> Outcome {
    let body = match answer(reply, true) {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let Some(id) = body.get("prospect").and_then(|prospect| prospect.get("id")).and_then(Value::as_text)
    else {
        return Outcome::Unknown { why: Cow::Borrowed("reply.no_result") };
    };
    let status = if reply.status == 201 { "created" } else { "updated" };
    Outcome::Stored { id: Some(id.to_owned()), status: status.to_owned(), warnings: Vec::new() }
}

/// The prospects that were asked for: absent, one object, or a list. A miss is no error to a search by e-mail, but
/// Pardot reports it as one, and so the caller sees `not_found`.
pub fn read_found(reply: &Reply) -> Outcome {
    let body = match answer(reply, false) {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let records = match body {
        Value::Map(entries) => {
            entries.into_iter().find(|(name, _)| name == "prospect").map(|(_, value)| value)
        }
        _ => None,
    };
    let records = match records {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(records)) => records,
        Some(record) => vec![record],
    };
    Outcome::Found { total: u64::try_from(records.len()).ok(), records, next: None }
}

/// The body of a good answer, or the outcome of a bad one.
fn answer(reply: &Reply, is_write: bool) -> Result<Value<'static>, Outcome> {
    let unreadable = || of_status(reply.status, reply.retry_after(), is_write);
    let body = reply.json().or_else(|| reply.xml().and_then(rsp)).ok_or_else(unreadable)?;
    let attributes = body.get("@attributes");
    match attributes.and_then(|map| map.get("stat")).and_then(Value::as_text) {
        Some("ok") => return Ok(body),
        Some("fail") => {}
        _ => return Err(unreadable()),
    }
    let number = attributes
        .and_then(|map| map.get("err_code"))
        .or_else(|| body.get("err").and_then(|err| err.get("@attributes")).and_then(|map| map.get("code")))
        .and_then(Value::as_text)
        .and_then(|code| code.parse::<u16>().ok());
    let row = number.and_then(|number| CODES.iter().find(|row| row.number == number));
    Err(match row {
        // To a create or an upsert 4 says that the address is not one.
        Some(row) if row.number == 4 && is_write => Outcome::Refused { issues: vec![row.issue("email")] },
        Some(row) if matches!(row.class, Class::Retry(Reason::Token, _)) && reply.status == 403 => {
            Outcome::Refused { issues: vec![row.issue("")] }
        }
        Some(row) => row.outcome(is_write),
        None if reply.status >= 500 => unreadable(),
        None => Outcome::Refused {
            issues: vec![Issue {
                field: String::new(),
                code: Cow::Borrowed("pardot.unlisted"),
                severity: Severity::Error,
                message: Cow::Borrowed(
                    "Pardot refused the request for a reason that its documentation does not list.",
                ),
                limit: None,
                suggestion: None,
            }],
        },
    })
}

/// The members of the root element `rsp`.
fn rsp(document: Value<'static>) -> Option<Value<'static>> {
    match document {
        Value::Map(entries) => entries.into_iter().find(|(name, _)| name == "rsp").map(|(_, value)| value),
        _ => None,
    }
}
