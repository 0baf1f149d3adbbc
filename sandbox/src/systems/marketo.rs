//! Marketo Engage: identity and the Leads REST API.

mod answer;
mod identity;
mod submit_form;

use serde_json::Value;

use super::{Access, Name, Operation, Refusal, System, TOKEN};
use crate::call::Call;
use crate::desk::Desk;
use crate::limit::Limit;
use crate::reply::Reply;
use crate::token::Standing;

pub(super) const SYSTEM: System = System {
    name: Name::Marketo,
    prefixes: &["/rest/", "/identity/"],
    operations: OPERATIONS,
    key,
    admit,
    refuse: answer::refuse,
    // 610 no such resource, 605 method [A8].
    unrouted: ("610", "605"),
    limit_code,
    headers: |reply, _, _, _| reply,
};

const OPERATIONS: &[Operation] = &[
    Operation {
        name: TOKEN,
        methods: &["GET", "POST"],
        path: "/identity/oauth/token",
        access: Access::Open,
        plan: identity::token,
    },
    Operation {
        name: "marketo.lead.submitForm",
        methods: &["POST"],
        path: "/rest/v1/leads/submitForm.json",
        access: Access::Token,
        plan: submit_form::plan,
    },
];

/// Body at most 1 MB, URL at most 8 KB [A3].
const LARGEST_BODY: usize = 1 << 20;
const LONGEST_URL: usize = 8 << 10;

/// Sizes are the gateway's business and come first; then the token. The header is the only place for it: the
/// `access_token` parameter was removed on 2026-08-31 [A2].
fn admit(call: &Call, desk: &Desk, now: i64) -> Result<(), Reply> {
    let refuse = |code: &str| Err(answer::refuse(call, desk, &Refusal::new(code)));
    if call.uri_length > LONGEST_URL {
        return refuse("414");
    }
    if call.body.len() > LARGEST_BODY {
        return refuse("413");
    }
    let Some(token) = call.bearer() else { return refuse("600") };
    match desk.store.token_standing(Name::Marketo, token, now)? {
        Standing::Valid => Ok(()),
        Standing::Unknown => refuse("601"),
        Standing::Expired => refuse("602"),
    }
}

fn limit_code(limit: Limit) -> &'static str {
    match limit {
        Limit::Rate => "606",
        Limit::Concurrent => "615",
        Limit::Daily => "607",
    }
}

/// The first record's e-mail, phone or id.
fn key(call: &Call) -> String {
    let body = call.json().unwrap_or_default();
    let record = body.pointer("/input/0").unwrap_or(&Value::Null);
    let fields = record.get("leadFormFields").unwrap_or(record);
    let text = |name: &str| match fields.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.to_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    text("email").or_else(|| text("phone")).or_else(|| text("id")).unwrap_or_default()
}
