//! Marketo Engage: identity and the Leads REST API.
//!
//! A page that a comment names is one of Adobe's at
//! <https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/rest-api>; their source is
//! `AdobeDocs/marketo-developer.en`, folder `help/rest-api`.

mod answer;
mod assets;
mod identity;
mod leads;
mod lists;
mod request;
mod submit_form;

use serde_json::Value;

use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::limit::Limit;
use crate::operation::{Access, Operation, Plan, Refusal, System, TOKEN, WHOLE};
use crate::state::SandboxState;
use crate::store::tokens::Standing;
use crate::system::Name;

pub(super) const SYSTEM: System = System {
    name: Name::Marketo,
    prefixes: &["/rest/", "/identity/"],
    operations: OPERATIONS,
    tunnel,
    key,
    admit,
    refuse: answer::refuse,
    // 610 no such resource, 605 method (page "Error codes").
    unrouted: ("610", "605"),
    limit_code,
    headers: |reply, _, _, _| reply,
};

const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];

const fn row(
    name: &'static str,
    methods: &'static [&'static str],
    path: &'static str,
    plan: Plan,
) -> Operation {
    Operation { name, methods, path, ends: WHOLE, access: Access::Token, plan }
}

const OPERATIONS: &[Operation] = &[
    Operation {
        name: TOKEN,
        methods: &["GET", "POST"],
        path: "/identity/oauth/token",
        ends: WHOLE,
        access: Access::Open,
        plan: identity::token,
    },
    // Whoever puts the REST root before it gets 600 (Adobe's article ka-28813).
    Operation {
        name: TOKEN,
        methods: &["GET", "POST"],
        path: "/rest/identity/oauth/token",
        ends: WHOLE,
        access: Access::Open,
        plan: |_, _, _| Err(answer::failed("600", "Access token not specified")),
    },
    row("marketo.lead.submitForm", POST, "/rest/v1/leads/submitForm.json", submit_form::plan),
    row("marketo.lead.describe", GET, "/rest/v1/leads/describe.json", assets::describe),
    row("marketo.lead.describe2", GET, "/rest/v1/leads/describe2.json", assets::describe2),
    row("marketo.lead.push", POST, "/rest/v1/leads/push.json", leads::push),
    row("marketo.lead.delete", POST, "/rest/v1/leads/delete.json", leads::delete),
    row("marketo.lead.delete", &["DELETE"], "/rest/v1/leads.json", leads::delete),
    row("marketo.lead.partition", POST, "/rest/v1/leads/partitions.json", leads::partition),
    row("marketo.campaign.trigger", POST, "/rest/v1/campaigns/{id}/trigger.json", lists::trigger),
    row("marketo.field.browse", GET, "/rest/v1/leads/schema/fields.json", assets::browse),
    row("marketo.field.create", POST, "/rest/v1/leads/schema/fields.json", assets::create),
    row("marketo.field.get", GET, "/rest/v1/leads/schema/fields/{file}", assets::get),
    row("marketo.field.update", POST, "/rest/v1/leads/schema/fields/{file}", assets::update),
    row("marketo.lead.byProgram", GET, "/rest/v1/leads/programs/{file}", lists::by_program),
    row(
        "marketo.program.changeStatus",
        POST,
        "/rest/v1/leads/programs/{id}/status.json",
        lists::change_status,
    ),
    row("marketo.lead.filter", GET, "/rest/v1/leads.json", leads::filter),
    row("marketo.lead.sync", POST, "/rest/v1/leads.json", leads::sync),
    row("marketo.lead.get", GET, "/rest/v1/lead/{file}", leads::get),
    row("marketo.lead.merge", POST, "/rest/v1/leads/{id}/merge.json", leads::merge),
    row("marketo.lead.associate", POST, "/rest/v1/leads/{id}/associate.json", leads::associate),
    row(
        "marketo.lead.listMembership",
        GET,
        "/rest/v1/leads/{id}/listMembership.json",
        lists::of_lead,
    ),
    row(
        "marketo.lead.programMembership",
        GET,
        "/rest/v1/leads/{id}/programMembership.json",
        lists::programs_of_lead,
    ),
    row(
        "marketo.lead.smartCampaignMembership",
        GET,
        "/rest/v1/leads/{id}/smartCampaignMembership.json",
        lists::campaigns_of_lead,
    ),
    row("marketo.lead.byList", GET, "/rest/v1/list/{id}/leads.json", lists::by_list),
    // The documented spelling today, beside the one before it.
    row("marketo.lead.byList", GET, "/rest/v1/lists/{id}/leads.json", lists::by_list),
    row("marketo.list.isMember", GET, "/rest/v1/lists/{id}/leads/ismember.json", lists::is_member),
    row("marketo.list.add", POST, "/rest/v1/lists/{id}/leads.json", lists::add),
    row("marketo.list.remove", &["DELETE"], "/rest/v1/lists/{id}/leads.json", lists::remove),
    row("marketo.form.fields", GET, "/rest/asset/v1/form/{id}/fields.json", assets::form_fields),
];

/// A POST that stands for another method: a GET round the limit of 8 KB for a URL, a DELETE with a body.
fn tunnel(call: &mut Call) {
    let method = call.params.get("_method").filter(|_| call.method == "POST").map(str::to_owned);
    if let Some(method @ ("GET" | "DELETE")) = method.as_deref() {
        method.clone_into(&mut call.method);
        call.query = call.params.clone();
    }
}

/// Body at most 1 MB, URL at most 8 KB (page "Error codes", 413 and 414).
const LARGEST_BODY: usize = 1 << 20;
const LONGEST_URL: usize = 8 << 10;

/// Sizes are the gateway's business and come first; then the token. The header is the only place for it: the
/// `access_token` parameter was removed on 2026-08-31 (page "Authentication").
fn admit(call: &Call, state: &SandboxState, now: i64) -> Result<(), Reply> {
    let refuse = |code: &str| Err(answer::refuse(call, state, &Refusal::new(code)));
    if call.uri_length > LONGEST_URL {
        return refuse("414");
    }
    if call.body.len() > LARGEST_BODY {
        return refuse("413");
    }
    let Some(token) = call.bearer() else { return refuse("600") };
    match state.store.token_standing(Name::Marketo, token, now)? {
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
