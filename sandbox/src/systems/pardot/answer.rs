//! Pardot's answers, in JSON or XML, as recorded traffic has them (`grouparoo/grouparoo`, May 2021).

use serde_json::{Value, json};

use super::xml;
use crate::http::call::Call;
use crate::http::reply::{BARE_JSON, Reply, XML};
use crate::operation::Refusal;
use crate::state::SandboxState;

/// `{ "@attributes": …, name: value }` or `<rsp stat="ok">`.
pub(super) fn ok(call: &Call, status: u16, name: &str, value: &Value, verdict: &str) -> Reply {
    if wants_json(call) {
        let body = json!({ "@attributes": { "stat": "ok", "version": 1 }, name: value });
        return Reply::text(status, BARE_JSON, body.to_string(), verdict);
    }
    let body = xml::answer("ok", |out| xml::element(out, name, value));
    Reply::text(status, XML, body, verdict)
}

/// A batch: `errors` by key; some bad is `stat: fail` without a code, and no ids come back.
pub(super) fn batch(
    call: &Call,
    status: u16,
    errors: &[(String, &'static str)],
    verdict: &str,
) -> Reply {
    let stat = if errors.is_empty() { "ok" } else { "fail" };
    if wants_json(call) {
        let map: serde_json::Map<_, _> =
            errors.iter().map(|(key, code)| (key.clone(), json!(message(code)))).collect();
        let body = json!({ "@attributes": { "stat": stat, "version": 1 }, "errors": map });
        return Reply::text(status, BARE_JSON, body.to_string(), verdict);
    }
    let body = xml::answer(stat, |out| {
        let rows = |out: &mut xml::Out| {
            errors.iter().try_for_each(|(key, code)| {
                xml::leaf(out, "prospect", Some(("identifier", key)), message(code))
            })
        };
        out.create_element("errors").write_inner_content(rows).map(drop)
    });
    Reply::text(status, XML, body, verdict)
}

pub(super) fn refuse(call: &Call, state: &SandboxState, refusal: &Refusal) -> Reply {
    let code = refusal.code.as_str();
    let message = refusal.message.as_deref().unwrap_or_else(|| message(code));
    if call.path.starts_with("/services/") {
        return super::salesforce::refused(code, message);
    }
    let verdict = format!("refused:{code}");
    let status = status(code);
    if wants_json(call) && !(state.config().pardot.xml_auth_errors && is_auth(code)) {
        let number = code.parse::<u32>().unwrap_or_default();
        let body = json!({ "@attributes": { "stat": "fail", "version": 1, "err_code": number }, "err": message });
        return Reply::text(status, BARE_JSON, body.to_string(), verdict);
    }
    let body = xml::answer("fail", |out| xml::leaf(out, "err", Some(("code", code)), message));
    Reply::text(status, XML, body, verdict)
}

/// Refuses a call by its code alone.
pub(super) fn refuser<'a>(
    call: &'a Call,
    state: &'a SandboxState,
) -> impl Fn(&'static str) -> Reply + use<'a> {
    move |code| refuse(call, state, &Refusal::new(code))
}

/// XML unless JSON is asked for.
fn wants_json(call: &Call) -> bool {
    call.params.get("format").is_some_and(|format| format.eq_ignore_ascii_case("json"))
}

/// Live errors are mostly HTTP 400; a dead token is 401.
fn status(code: &str) -> u16 {
    match code {
        "184" => 401,
        "183" => 500,
        _ => 400,
    }
}

fn is_auth(code: &str) -> bool {
    matches!(code, "1" | "15" | "49" | "181" | "182" | "184" | "199" | "201")
}

/// Our wording; a client goes by the number.
fn message(code: &str) -> &'static str {
    match code {
        "3" => "Invalid prospect ID",
        "4" => "Invalid prospect email address",
        "5" => "No search parameter was recognised",
        "7" => "Invalid timestamp",
        "19" => "Invalid sort_by",
        "20" => "Invalid sort_order",
        "21" => "Invalid offset",
        "23" => "Invalid limit",
        "29" => "Invalid score",
        "32" => "Invalid grade",
        "47" => "Multiple assignment targets specified",
        "55" => "Invalid list ID",
        "64" => "The email content lacks required variables",
        "65" => "Invalid email format",
        "68" => "The email template does not exist",
        "70" => "Exceeded the maximum batch size of 50",
        "71" => "Input must be valid JSON or XML",
        "86" => "Invalid email template ID",
        "90" => "Batch input must be a flat array",
        "91" => "Batch input must be keyed by email or ID",
        "109" => "The record was not found",
        "130" => "Invalid fields",
        "145" => "Invalid archived parameter",
        "150" => "Invalid JSON in the request body",
        "151" => "The content type must be application/json",
        "174" => "Invalid procedure name",
        "175" => "Invalid procedure argument",
        "176" => "The range of the procedure is too long",
        "178" => "The state of the export does not allow this",
        "207" => "A procedure argument is missing",
        "9" => "A prospect with the specified email address already exists",
        "10" => "Invalid user ID",
        "13" => "A required parameter is missing",
        "14" => "The prospect ID does not exist, and no email address was provided",
        "16" => "Invalid ID",
        "18" => "Invalid profile criteria status",
        "36" => "A required parameter value is missing",
        "38" => "Invalid campaign ID",
        "44" => "Prospect email address and ID mismatch",
        "49" => "Access denied",
        "50" => "Invalid boolean",
        "54" => "The email address is already in use by another prospect",
        "56" => "The field value is not a number",
        "60" => "Invalid HTTP request method",
        "61" => "Invalid prospect account ID",
        "62" => "Conflicting update: the prospect was changed at the same time",
        "66" => "You have exceeded your concurrent request limit",
        "77" => "Invalid prospect FID",
        "81" => "The prospect ID and FID belong to different prospects",
        "85" => "The prospect could not be saved",
        "88" => "The account must use version 4 of the API",
        "89" => "The account cannot use version 4 of the API",
        "92" => "The prospect record was not found",
        "94" => "The API version is not a number",
        "122" => "Daily API rate limit met",
        "125" => "user_id and crm_owner_fid cannot both be specified",
        "181" => "The Pardot-Business-Unit-Id header is missing",
        "182" => "The Pardot-Business-Unit-Id header is not valid",
        "183" => "Internal error",
        "184" => "access_token is invalid, unknown, or malformed",
        "198" => "There is no such endpoint",
        "199" => "API key authentication is not supported",
        "201" => "The business unit was not found or is inactive",
        "202" => "Rate limit per minute met",
        "214" => "The request timed out",
        _ => "Error",
    }
}
