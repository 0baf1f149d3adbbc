//! Pardot's answers, in JSON or XML [B10].

use serde_json::{Value, json};

use crate::call::Call;
use crate::desk::Desk;
use crate::reply::{JSON, Reply, XML};
use crate::systems::Refusal;
use crate::xml;

/// `{ "@attributes": …, name: value }` or `<rsp stat="ok">`.
pub(super) fn ok(call: &Call, status: u16, name: &str, value: &Value, verdict: &str) -> Reply {
    if wants_json(call) {
        let body = json!({ "@attributes": { "stat": "ok", "version": 1 }, name: value });
        return Reply::json(status, &body, verdict);
    }
    let mut inner = String::new();
    xml::element(&mut inner, name, value);
    let body = format!("{PROLOGUE}<rsp stat=\"ok\" version=\"1.0\">{inner}</rsp>\n");
    Reply::text(status, XML, body, verdict)
}

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

pub(super) fn refuse(call: &Call, desk: &Desk, refusal: &Refusal) -> Reply {
    let code = refusal.code.as_str();
    let message = refusal.message.as_deref().unwrap_or_else(|| message(code));
    if call.path.starts_with("/services/") {
        return super::salesforce::refused(code, message);
    }
    let verdict = format!("refused:{code}");
    let status = status(code);
    if wants_json(call) && !(desk.config().pardot.xml_auth_errors && is_auth(code)) {
        let number = code.parse::<u32>().unwrap_or_default();
        let body =
            json!({ "@attributes": { "stat": "fail", "version": 1, "err_code": number }, "err": message });
        return Reply::text(status, JSON, body.to_string(), verdict);
    }
    let body = format!(
        "{PROLOGUE}<rsp stat=\"fail\" version=\"1.0\"><err code=\"{}\">{}</err></rsp>\n",
        xml::escaped(code),
        xml::escaped(message)
    );
    Reply::text(status, XML, body, verdict)
}

/// XML unless JSON is asked for [B4].
fn wants_json(call: &Call) -> bool {
    call.params.get("format").is_some_and(|format| format.eq_ignore_ascii_case("json"))
}

/// Live errors are mostly HTTP 400; a dead token is 401 [B10, B11].
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
