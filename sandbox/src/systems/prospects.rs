//! The prospects API (`HiringCenter` v2), as <https://docs.hiringcenterpro.com/prospects> has it, in two generations.

mod answer;
mod list;
mod phone;
mod submission;
mod upsert;

use serde_json::Value;

use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::limit::{Limit, Limits, Usage};
use crate::operation::{Access, Operation, Refusal, System, WHOLE};
use crate::state::SandboxState;
use crate::system::Name;

pub(super) const SYSTEM: System = System {
    name: Name::Prospects,
    prefixes: &["/v2/"],
    operations: OPERATIONS,
    tunnel: |_| {},
    key,
    admit,
    refuse: answer::refuse,
    unrouted: ("404", "405"),
    limit_code: |_: Limit| "429",
    headers,
};

const OPERATIONS: &[Operation] = &[
    Operation {
        name: "prospects.prospect.upsert",
        methods: &["POST"],
        path: "/v2/prospects",
        ends: WHOLE,
        access: Access::Token,
        plan: upsert::plan,
    },
    Operation {
        name: "prospects.prospect.list",
        methods: &["GET"],
        path: "/v2/prospects",
        ends: WHOLE,
        access: Access::Token,
        plan: list::list,
    },
    Operation {
        name: "prospects.prospect.get",
        methods: &["GET"],
        path: "/v2/prospects/{id}",
        ends: WHOLE,
        access: Access::Token,
        plan: list::get,
    },
];

const API_KEY: &str = "sandbox-key";

fn admit(call: &Call, state: &SandboxState, _: i64) -> Result<(), Reply> {
    match call.bearer() {
        Some(API_KEY) => Ok(()),
        _ => Err(answer::refuse(call, state, &Refusal::new("401"))),
    }
}

/// `RateLimit-Limit`, `-Remaining` and `-Reset` on every answer.
fn headers(reply: Reply, usage: &Usage, limits: &Limits, now: i64) -> Reply {
    match (limits.calls, usage.remaining(limits)) {
        (Some(most), Some(left)) => reply
            .header("ratelimit-limit", most.to_string())
            .header("ratelimit-remaining", left.to_string())
            .header("ratelimit-reset", usage.reset_after(limits, now).to_string()),
        _ => reply,
    }
}

fn key(call: &Call) -> String {
    let body = call.json().unwrap_or_default();
    let text = |name: &str| {
        let value = body.get(name).and_then(Value::as_str).or_else(|| call.query.get(name));
        value.map(str::trim).filter(|text| !text.is_empty()).map(str::to_lowercase)
    };
    text("email")
        .or_else(|| text("phone"))
        .or_else(|| call.capture("id").map(str::to_lowercase))
        .unwrap_or_default()
}
