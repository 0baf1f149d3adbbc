//! Pardot (Account Engagement) API versions 3 and 4, with Salesforce's token service.

mod answer;
mod identifier;
mod params;
mod prospect;
mod salesforce;

use super::{Access, Name, Operation, Plan, Refusal, System, TOKEN};
use crate::call::Call;
use crate::desk::Desk;
use crate::limit::Limit;
use crate::reply::Reply;
use crate::token::Standing;

pub(super) const SYSTEM: System = System {
    name: Name::Pardot,
    prefixes: &["/api/", "/services/oauth2/"],
    operations: OPERATIONS,
    key,
    admit,
    refuse: answer::refuse,
    // 198 no such endpoint, 60 method [B11].
    unrouted: ("198", "60"),
    limit_code,
    headers: |reply, _, _, _| reply,
};

const READ: &[&str] = &["GET", "POST"];
const WRITE: &[&str] = &["POST"];

const fn prospect(
    name: &'static str,
    methods: &'static [&'static str],
    path: &'static str,
    plan: Plan,
) -> Operation {
    Operation { name, methods, path, access: Access::Token, plan }
}

const OPERATIONS: &[Operation] = &[
    Operation {
        name: TOKEN,
        methods: WRITE,
        path: "/services/oauth2/token",
        access: Access::Open,
        plan: salesforce::token,
    },
    prospect(
        "pardot.prospect.create",
        WRITE,
        "/api/prospect/version/{version}/do/create/{by?}/{value?}",
        prospect::create,
    ),
    prospect(
        "pardot.prospect.read",
        READ,
        "/api/prospect/version/{version}/do/read/{by?}/{value?}",
        prospect::read,
    ),
    prospect(
        "pardot.prospect.update",
        WRITE,
        "/api/prospect/version/{version}/do/update/{by?}/{value?}",
        prospect::update,
    ),
    prospect(
        "pardot.prospect.upsert",
        WRITE,
        "/api/prospect/version/{version}/do/upsert/{by?}/{value?}",
        prospect::upsert,
    ),
];

/// Credentials, business unit, API version: in this order, so that a client learns of a dead token first.
fn admit(call: &Call, desk: &Desk, now: i64) -> Result<(), Reply> {
    let refuse = |code: &str| Err(answer::refuse(call, desk, &Refusal::new(code)));
    if call.query.get("api_key").or_else(|| call.query.get("user_key")).is_some() {
        // Credentials in the query are refused [B3].
        return refuse("49");
    }
    match call.bearer() {
        None if call.header("authorization").is_some_and(|text| text.starts_with("Pardot ")) => {
            return refuse("199");
        }
        None => return refuse("184"),
        Some(token) if desk.store.token_standing(Name::Pardot, token, now)? != Standing::Valid => {
            return refuse("184");
        }
        Some(_) => {}
    }
    match call.header("pardot-business-unit-id") {
        None => return refuse("181"),
        // 18 characters that start with 0Uv [B3].
        Some(unit) if unit.len() != 18 || !unit.starts_with("0Uv") => return refuse("182"),
        Some(unit) if unit != desk.config().pardot.business_unit => return refuse("201"),
        Some(_) => {}
    }
    match (call.capture("version").map(str::parse::<u8>), desk.config().pardot.version) {
        (Some(Err(_)), _) => refuse("94"),
        (Some(Ok(3)), 4) => refuse("88"),
        (Some(Ok(4)), 3) => refuse("89"),
        (Some(Ok(asked)), version) if asked != version => refuse("198"),
        _ => Ok(()),
    }
}

fn limit_code(limit: Limit) -> &'static str {
    match limit {
        Limit::Rate => "202",
        Limit::Concurrent => "66",
        Limit::Daily => "122",
    }
}

fn key(call: &Call) -> String {
    let in_path = |by: &str| call.capture("value").filter(|_| call.capture("by") == Some(by));
    let given = |name: &str| call.params.get(name).filter(|text| !text.is_empty());
    in_path("email")
        .or_else(|| given("email"))
        .or_else(|| given("phone"))
        .or_else(|| in_path("id"))
        .or_else(|| given("id"))
        .or_else(|| in_path("fid"))
        .or_else(|| given("fid"))
        .map(str::to_lowercase)
        .unwrap_or_default()
}
