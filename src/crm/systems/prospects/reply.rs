//! What the prospects API answers.

use crate::check::report::Issue;
use crate::code::relay::NOT_FOUND;
use crate::code::{self, call};
use crate::crm::outcome::{Outcome, of_status};
use crate::crm::systems::record::{items, take, with_text_ids};
use crate::crm::systems::reply::Reply;
use crate::value::{self, Value};
use std::borrow::Cow;

/// A written prospect: the record flat, or under `item` in the newest generation. `updates` is what the call asked for, where
/// that is known: one that was there already is given back as it is without `update`, and the answer does not tell.
/// `gave_phone` is whether there was a phone to be left out.
pub fn read_write(reply: &Reply, updates: Option<bool>, gave_phone: bool) -> Outcome {
    let body = match answer(reply, true) {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let record = body.get("item").unwrap_or(&body);
    let Some(id) = record.get("id").and_then(Value::as_text).filter(|id| !id.is_empty()) else {
        return of_status(reply.status, None, true);
    };
    let message =
        [&body, record].iter().any(|map| map.get("message").is_some_and(|text| !text.is_empty()));
    let lacks_phone = matches!(record.get("phone"), None | Some(Value::Null));
    // A message beside a phone is one of success: the page knows of no other warning.
    let warnings = if message && lacks_phone && gave_phone {
        vec![Issue::warning("phone", &code::STORED_PHONE_DROPPED)]
    } else {
        Vec::new()
    };
    let status = match (reply.status, updates) {
        (201, _) => "created",
        (_, Some(true)) => "updated",
        (_, Some(false)) => "unchanged",
        // The default is the system's, and is not the same in each generation.
        (_, None) => "matched",
    };
    let record = Some(with_text_ids(record.clone()));
    Outcome::Stored { id: Some(id.to_owned()), status: status.to_owned(), warnings, record }
}

/// The prospect or the prospects that were asked for, of either generation: `prospects` and `totalCount`, or `items` and
/// `pagination`; a record flat or under `item`. Only who asks for one by its id hears that there is none: a list that is
/// not there is a wrong address.
pub fn read_found(reply: &Reply, is_one: bool) -> Outcome {
    let body = match answer(reply, false) {
        Ok(_) | Err(Outcome::Refused { .. }) if reply.status == 404 && !is_one => {
            return of_status(404, None, false);
        }
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let number = |value: Option<&Value<'_>>| value.and_then(Value::as_text).and_then(value::number);
    let total = number(body.get("totalCount"))
        .or_else(|| number(body.get("pagination").and_then(|pages| pages.get("totalCount"))));
    let next = body
        .get("pagination")
        .and_then(|pages| pages.get("nextPageToken"))
        .and_then(Value::as_text)
        .map(str::to_owned);
    let list = ["prospects", "items"].into_iter().find(|name| body.get(name).is_some());
    let records = match list {
        Some(name) => items(take(body, name)),
        None if body.get("item").is_some() => items(take(body, "item")),
        None if body.get("id").is_some() => vec![body],
        None => return of_status(reply.status, None, false),
    };
    let records: Vec<_> = records.into_iter().map(with_text_ids).collect();
    Outcome::Found { total: total.or_else(|| u64::try_from(records.len()).ok()), records, next }
}

/// The body of a good answer, or the outcome of a bad one.
fn answer(reply: &Reply, is_write: bool) -> Result<Value<'static>, Outcome> {
    let body = reply.json();
    if (200..300).contains(&reply.status) {
        return body.ok_or_else(|| of_status(reply.status, None, is_write));
    }
    Err(match (reply.status, &body) {
        // Same key, other body, or the first call is still running.
        (409, _) => Outcome::Unknown { why: Cow::Borrowed(call::PROSPECTS_409.name) },
        (400 | 422, Some(_)) => Outcome::refused(vec![Issue::error("", &call::PROSPECTS_INVALID)]),
        (404, Some(_)) if !is_write => Outcome::refused(vec![Issue {
            message: Cow::Borrowed("There is no such prospect."),
            ..Issue::error("", &NOT_FOUND)
        }]),
        // The body says the seconds where a proxy has lost the header.
        (429, Some(body)) => {
            let seconds =
                body.get("retryAfter").and_then(Value::as_text).and_then(value::number::<u64>);
            let after = reply
                .retry_after()
                .or_else(|| seconds.map(|n| n.min(86_400).saturating_mul(1_000)));
            of_status(429, after, is_write)
        }
        _ => of_status(reply.status, reply.retry_after(), is_write),
    })
}
