//! What the prospects API answers.

use crate::code;
use crate::outcome::{Outcome, of_status};
use crate::report::Issue;
use crate::systems::reply::Reply;
use crate::value::Value;
use std::borrow::Cow;

/// A written prospect: the record flat, or under `item` in the newest generation.
pub fn read_write(reply: &Reply) -> Outcome {
    let body = reply.json();
    if !(200..300).contains(&reply.status) {
        return match (reply.status, &body) {
            // Same key, other body, or the first call is still running.
            (409, _) => Outcome::Unknown { why: Cow::Borrowed("prospects.409") },
            (400 | 422, Some(_)) => Outcome::Refused {
                issues: vec![Issue {
                    field: String::new(),
                    code: Cow::Borrowed("prospects.invalid"),
                    severity: crate::report::Severity::Error,
                    message: Cow::Borrowed("The system does not take these values."),
                    limit: None,
                    suggestion: None,
                }],
            },
            _ => of_status(reply.status, reply.retry_after(), true),
        };
    }
    let Some(body) = body else {
        return of_status(reply.status, None, true);
    };
    let record = body.get("item").unwrap_or(&body);
    let Some(id) = record.get("id").and_then(Value::as_text).filter(|id| !id.is_empty()) else {
        return of_status(reply.status, None, true);
    };
    let message = [&body, record].iter().any(|map| map.get("message").is_some_and(|text| !text.is_empty()));
    let phone_dropped = message && matches!(record.get("phone"), None | Some(Value::Null));
    let warnings = match (phone_dropped, message) {
        (true, _) => vec![Issue::warning("phone", &code::STORED_PHONE_DROPPED)],
        (_, true) => vec![Issue::warning("", &code::STORED_MESSAGE)],
        _ => Vec::new(),
    };
    let status = if reply.status == 201 { "created" } else { "updated" };
    Outcome::Stored { id: Some(id.to_owned()), status: status.to_owned(), warnings }
}
