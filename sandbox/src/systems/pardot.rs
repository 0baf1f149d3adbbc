//! Pardot (Account Engagement) API versions 3 and 4, with Salesforce's token service.
//!
//! A page that a comment names is one of <https://developer.salesforce.com/docs/marketing/pardot/guide/>; the source of
//! their earlier edition is `pardot/api-docs`, folder `docs/kb`.

mod answer;
mod assertion;
mod assignment;
mod batch;
mod email;
mod export;
mod identifier;
mod objects;
mod params;
mod prospect;
mod query;
mod rows;
mod salesforce;
mod view;
mod xml;

use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::limit::Limit;
use crate::operation::{Access, Operation, Plan, Refusal, System, TOKEN, WHOLE};
use crate::state::SandboxState;
use crate::store::tokens::Standing;
use crate::system::Name;

pub(super) const SYSTEM: System = System {
    name: Name::Pardot,
    prefixes: &["/api/", "/services/oauth2/"],
    operations: OPERATIONS,
    tunnel: |_| {},
    key,
    admit,
    refuse: answer::refuse,
    // 198 no such endpoint, 60 method (page "Error codes").
    unrouted: ("198", "60"),
    limit_code,
    headers: |reply, _, _, _| reply,
};

const READ: &[&str] = &["GET", "POST"];
const WRITE: &[&str] = &["POST"];
/// A prospect is written by GET, too: the samples of version 3's page are addresses with a query.
const WRITE_PROSPECT: &[&str] = &["GET", "POST"];
/// Delete is refused as a GET with 60.
const DELETE: &[&str] = &["POST", "DELETE"];

/// The record may be named behind the path: what is missing there may leave its slash.
const NAMED: &[&str] = &["", "/", "//", "//{value}", "/{by}", "/{by}/", "/{by}/{value}"];
/// The same, and by two keys at once.
const NAMED_TWICE: &[&str] = &[
    "",
    "/",
    "//",
    "//{value}",
    "/{by}",
    "/{by}/",
    "/{by}/{value}",
    "/{by}/{value}/{by2}/{value2}",
];

const fn row(
    name: &'static str,
    methods: &'static [&'static str],
    path: &'static str,
    plan: Plan,
) -> Operation {
    named(name, methods, path, WHOLE, plan)
}

const fn named(
    name: &'static str,
    methods: &'static [&'static str],
    path: &'static str,
    ends: &'static [&'static str],
    plan: Plan,
) -> Operation {
    Operation { name, methods, path, ends, access: Access::Token, plan }
}

const OPERATIONS: &[Operation] = &[
    Operation {
        name: TOKEN,
        methods: WRITE,
        path: "/services/oauth2/token",
        ends: WHOLE,
        access: Access::Open,
        plan: salesforce::token,
    },
    named(
        "pardot.prospect.create",
        WRITE_PROSPECT,
        "/api/prospect/version/{version}/do/create",
        NAMED,
        prospect::create,
    ),
    named(
        "pardot.prospect.read",
        READ,
        "/api/prospect/version/{version}/do/read",
        NAMED,
        prospect::read,
    ),
    named(
        "pardot.prospect.update",
        WRITE_PROSPECT,
        "/api/prospect/version/{version}/do/update",
        NAMED,
        prospect::update,
    ),
    named(
        "pardot.prospect.upsert",
        WRITE_PROSPECT,
        "/api/prospect/version/{version}/do/upsert",
        NAMED_TWICE,
        prospect::upsert,
    ),
    named(
        "pardot.prospect.assign",
        WRITE_PROSPECT,
        "/api/prospect/version/{version}/do/assign",
        NAMED,
        assignment::assign,
    ),
    named(
        "pardot.prospect.unassign",
        WRITE_PROSPECT,
        "/api/prospect/version/{version}/do/unassign",
        NAMED,
        assignment::unassign,
    ),
    named(
        "pardot.prospect.delete",
        DELETE,
        "/api/prospect/version/{version}/do/delete",
        NAMED,
        assignment::delete,
    ),
    row(
        "pardot.prospect.query",
        READ,
        "/api/prospect/version/{version}/do/query",
        query::prospects,
    ),
    row(
        "pardot.prospect.batchCreate",
        WRITE_PROSPECT,
        "/api/prospect/version/{version}/do/batchCreate",
        batch::create,
    ),
    row(
        "pardot.prospect.batchUpdate",
        WRITE_PROSPECT,
        "/api/prospect/version/{version}/do/batchUpdate",
        batch::update,
    ),
    row(
        "pardot.prospect.batchUpsert",
        WRITE_PROSPECT,
        "/api/prospect/version/{version}/do/batchUpsert",
        batch::upsert,
    ),
    row(
        "pardot.customField.query",
        READ,
        "/api/customField/version/{version}/do/query",
        objects::custom_fields,
    ),
    row(
        "pardot.customRedirect.read",
        READ,
        "/api/customRedirect/version/{version}/do/read/id/{id}",
        objects::redirect,
    ),
    row(
        "pardot.customRedirect.query",
        READ,
        "/api/customRedirect/version/{version}/do/query",
        objects::redirects,
    ),
    row(
        "pardot.dynamicContent.read",
        READ,
        "/api/dynamicContent/version/{version}/do/read/id/{id}",
        objects::content,
    ),
    row(
        "pardot.dynamicContent.query",
        READ,
        "/api/dynamicContent/version/{version}/do/query",
        objects::contents,
    ),
    row(
        "pardot.emailTemplate.read",
        READ,
        "/api/emailTemplate/version/{version}/do/read/id/{id}",
        objects::template,
    ),
    row(
        "pardot.emailTemplate.listOneToOne",
        READ,
        "/api/emailTemplate/version/{version}/do/listOneToOne",
        objects::templates,
    ),
    named(
        "pardot.email.listSend",
        WRITE,
        "/api/email/version/{version}/do/send",
        // A client of others has the slash.
        &["", "/"],
        email::list_send,
    ),
    row(
        "pardot.email.oneToOneSend",
        WRITE,
        "/api/email/version/{version}/do/send/{by}/{value}",
        email::one_to_one,
    ),
    row("pardot.email.read", READ, "/api/email/version/{version}/do/read/id/{id}", email::read),
    row("pardot.email.stats", READ, "/api/email/version/{version}/do/stats/id/{id}", email::stats),
    row("pardot.export.create", WRITE, "/api/export/version/{version}/do/create", export::create),
    row("pardot.export.read", READ, "/api/export/version/{version}/do/read/id/{id}", export::read),
    row("pardot.export.query", READ, "/api/export/version/{version}/do/query", export::query),
    row(
        "pardot.export.download",
        READ,
        "/api/export/version/{version}/do/downloadResults/id/{id}/file/{file}",
        export::download,
    ),
    row(
        "pardot.export.cancel",
        WRITE,
        "/api/export/version/{version}/do/cancel/id/{id}",
        export::cancel,
    ),
];

/// Credentials, business unit, API version: in this order, so that a client learns of a dead token first.
fn admit(call: &Call, state: &SandboxState, now: i64) -> Result<(), Reply> {
    let refuse = |code: &str| Err(answer::refuse(call, state, &Refusal::new(code)));
    if call.query.get("api_key").or_else(|| call.query.get("user_key")).is_some() {
        // Credentials in the query are refused.
        return refuse("49");
    }
    match call.bearer() {
        None if call.header("authorization").is_some_and(|text| text.starts_with("Pardot ")) => {
            return refuse("199");
        }
        None => return refuse("184"),
        Some(token) if state.store.token_standing(Name::Pardot, token, now)? != Standing::Valid => {
            return refuse("184");
        }
        // A token whose app lacks the scope opens other doors of Salesforce's alone.
        Some(_) if !state.config().pardot.has_scope("pardot_api") => return refuse("49"),
        Some(_) => {}
    }
    match call.header("pardot-business-unit-id") {
        None => return refuse("181"),
        // 18 characters that start with 0Uv (page "Authentication").
        Some(unit) if unit.len() != 18 || !unit.starts_with("0Uv") => return refuse("182"),
        Some(unit) if unit != state.config().pardot.business_unit => return refuse("201"),
        Some(_) => {}
    }
    match (call.capture("version").map(str::parse::<u8>), state.config().pardot.version) {
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
