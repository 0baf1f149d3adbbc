//! Marketo's envelope: nearly everything is an HTTP 200 (page "Error codes").

use serde_json::{Value, json};

use crate::clock;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Refusal;
use crate::state::SandboxState;
use crate::store::tokens::fresh_hex;

/// `{ requestId, result, success }`.
pub(super) fn result(records: &[Value], verdict: impl Into<String>) -> Reply {
    let body =
        json!({ "requestId": request_id(), "result": records, "success": true, "warnings": [] });
    Reply::json(200, &body, verdict)
}

/// A page of records with the token of the next one; `more` where the endpoint says whether there is one.
pub(super) fn page(records: &[Value], next: Option<&str>, more: bool) -> Reply {
    let mut body = json!({ "requestId": request_id(), "result": records, "success": true });
    if let Some(members) = body.as_object_mut() {
        if let Some(next) = next {
            members.insert("nextPageToken".to_owned(), json!(next));
        }
        if more {
            members.insert("moreResult".to_owned(), json!(next.is_some()));
        }
    }
    Reply::json(200, &body, "found")
}

/// Success without a result: merge and associate.
pub(super) fn done(verdict: &str) -> Reply {
    Reply::json(200, &json!({ "requestId": request_id(), "success": true }), verdict)
}

/// An error of the whole response, whatever its number.
pub(super) fn failed(code: &str, message: &str) -> Reply {
    let errors = json!([{ "code": code, "message": message }]);
    let body = json!({ "requestId": request_id(), "success": false, "errors": errors });
    Reply::json(200, &body, format!("refused:{code}"))
}

/// A record that was not taken, beside others that were.
pub(super) fn skipped_record(id: Option<&Value>, code: &str, message: &str) -> Value {
    let mut record =
        json!({ "status": "skipped", "reasons": [{ "code": code, "message": message }] });
    if let (Some(members), Some(id)) = (record.as_object_mut(), id) {
        members.insert("id".to_owned(), id.clone());
    }
    record
}

/// A record that was not taken: the call is a success, the lead is lost to whoever reads no further.
pub(super) fn skipped(reasons: &[(&str, String)]) -> Reply {
    let verdict =
        reasons.first().map_or_else(|| "refused".to_owned(), |(code, _)| format!("refused:{code}"));
    let reasons: Vec<Value> =
        reasons.iter().map(|(code, message)| json!({ "code": code, "message": message })).collect();
    result(&[json!({ "status": "skipped", "reasons": reasons })], verdict)
}

/// An error by its number: 413 and 414 are HTTP's, identity answers 401, 1xxx belong to a record, the rest to the
/// whole response.
pub(super) fn refuse(call: &Call, _: &SandboxState, refusal: &Refusal) -> Reply {
    let code = refusal.code.as_str();
    let message = || refusal.message.clone().unwrap_or_else(|| message(code).to_owned());
    let verdict = format!("refused:{code}");
    if call.path.starts_with("/identity/") && !matches!(code, "413" | "414") {
        return super::identity::refused(code, &message());
    }
    match code {
        "413" | "414" => {
            Reply::text(code.parse().unwrap_or(413), crate::http::reply::HTML, message(), verdict)
        }
        _ if code.len() == 4 && code.starts_with('1') => skipped(&[(code, message())]),
        _ => {
            let errors = json!([{ "code": code, "message": message() }]);
            let body = json!({ "requestId": request_id(), "success": false, "errors": errors });
            Reply::json(200, &body, verdict)
        }
    }
}

/// `hex#hex`, as in the samples of the page "Leads".
fn request_id() -> String {
    let random = fresh_hex();
    format!("{}#{:x}", random.get(..5).unwrap_or("0"), clock::machine_now())
}

/// Our wording: the vendor's are templates that vary, and a client must go by the code.
fn message(code: &str) -> &'static str {
    match code {
        "413" => "Request entity too large",
        "414" => "Request URI too long",
        "500" => "Internal error",
        "502" => "Bad gateway",
        "600" => "Access token not specified",
        "601" => "Access token invalid",
        "602" => "Access token expired",
        "603" => "Access denied",
        "604" => "Request timed out",
        "605" => "HTTP method not supported",
        "606" => "Max rate limit exceeded with in 20 secs",
        "607" => "Daily quota reached",
        "608" => "API temporarily unavailable",
        "609" => "Invalid JSON",
        "610" => "Requested resource not found",
        "611" => "System error",
        "612" => "Invalid content type",
        "614" => "Subscription cannot be reached",
        "615" => "Concurrent access limit reached",
        "701" => "Value must not be blank",
        "702" => "No data found",
        "713" => "Transient error",
        "719" => "Lock wait timeout",
        "1001" => "Invalid value type",
        "1002" => "Missing value for required parameter",
        "1003" => "Invalid data",
        "1004" => "Lead not found",
        "1006" => "Field not found",
        "1007" => "Multiple leads match lookup criteria",
        "1008" => "Access to partition denied",
        "1012" => "Invalid cookie value",
        "1013" => "Object not found",
        _ => "Error",
    }
}
