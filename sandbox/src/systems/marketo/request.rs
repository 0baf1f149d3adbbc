//! What the calls of the leads API have in common: a JSON body with records, a page, a file's name.

use serde_json::Value;

use super::answer;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Refusal;
use crate::state::SandboxState;
use crate::store::persons::Fields;

/// Records of one call, and of one page.
pub(super) const MOST: usize = 300;

/// A JSON body, or 612 and 609.
pub(super) fn body(call: &Call, state: &SandboxState) -> Result<Value, Reply> {
    let refuse = |code| answer::refuse(call, state, &Refusal::new(code));
    if call.content_type().as_deref() != Some("application/json") {
        return Err(refuse("612"));
    }
    call.json().filter(Value::is_object).ok_or_else(|| refuse("609"))
}

/// The records of `input`, from one to `most`.
pub(super) fn input(body: &Value, most: usize) -> Result<Vec<Fields>, Reply> {
    let list = match body.get("input") {
        None | Some(Value::Null) => return Err(answer::failed("701", "input cannot be blank")),
        Some(Value::Array(list)) if !list.is_empty() => list,
        Some(_) => return Err(answer::failed("609", "input must be an array of records")),
    };
    if list.len() > most {
        return Err(answer::failed("1003", "Too many records in input"));
    }
    let records: Option<Vec<_>> = list.iter().map(|record| record.as_object().cloned()).collect();
    records.ok_or_else(|| answer::failed("609", "input must be an array of records"))
}

/// The name of a file like `318581.json` without its ending.
pub(super) fn stem(call: &Call) -> Option<String> {
    call.capture("file")?.strip_suffix(".json").map(str::to_owned)
}

/// How long a page's token is good for: a day. Which code a later one gets is not documented; it is no valid value.
const TOKEN_LIFE: i64 = 24 * 60 * 60 * 1_000;

/// A page of what was found: tokens are positions and moments, and opaque to a client.
pub(super) fn page(call: &Call, all: &[Value], more: bool, now: i64) -> Result<Reply, Reply> {
    let size = match call.query.get("batchSize").map(str::parse::<usize>) {
        None => MOST,
        Some(Ok(size)) if (1..=MOST).contains(&size) => size,
        Some(_) => return Err(answer::failed("1003", "batchSize must be 1 to 300")),
    };
    let start = match call.query.get("nextPageToken").filter(|text| !text.is_empty()) {
        None => 0,
        Some(token) => token
            .strip_prefix("SBX")
            .and_then(|rest| rest.strip_suffix("==="))
            .and_then(|rest| rest.split_once('T'))
            .filter(|(_, made)| {
                let made = made.parse::<i64>().ok();
                made.is_some_and(|made| now.saturating_sub(made) < TOKEN_LIFE)
            })
            .and_then(|(digits, _)| digits.parse::<usize>().ok())
            .ok_or_else(|| answer::failed("1003", "Invalid nextPageToken"))?,
    };
    let records: Vec<Value> = all.iter().skip(start).take(size).cloned().collect();
    let end = start.saturating_add(records.len());
    let next = (end < all.len()).then(|| format!("SBX{end}T{now}==="));
    Ok(answer::page(&records, next.as_deref(), more))
}
