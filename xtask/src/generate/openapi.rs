//! `docs/operator.openapi.json`: the operator's interface as `OpenAPI` 3.1 has it. Which rights a call needs is the relay's own table;
//! `tests/openapi.test.mjs` asks a relay for every answer that stands here.

mod schemas;

use crate::Outcome;
use fieldpost::code;
use fieldpost::relay::desk::{self, Right};
use schemas::{SCHEMAS, reference};
use serde_json::{Map, Value, json};
use std::path::Path;

/// A call, without what is the same of all.
struct Call {
    /// Method and path, as in [`desk::CALLS`].
    name: &'static str,
    summary: &'static str,
    /// Parameters of the address, with blanks between.
    query: &'static str,
    /// Members of the body, with blanks between; empty for no body.
    body: &'static str,
    /// What it answers; several names for several kinds of the same call.
    answer: &'static str,
    /// The codes of each other status: `400 replay.which discard.reason`.
    refusals: &'static [&'static str],
    /// Outboxes are asked, and one may be away.
    asks: bool,
}

const fn read(
    name: &'static str,
    summary: &'static str,
    query: &'static str,
    answer: &'static str,
) -> Call {
    Call { name, summary, query, body: "", answer, refusals: &[], asks: true }
}

const fn tell(
    name: &'static str,
    summary: &'static str,
    body: &'static str,
    answer: &'static str,
    refusals: &'static [&'static str],
) -> Call {
    Call { name, summary, query: "", body, answer, refusals, asks: true }
}

const fn alone(call: Call) -> Call {
    Call { asks: false, ..call }
}

const BODY: &str = "400 body.json";
const SIZE: &str = "413 body.size";

const CALLS: &[Call] = &[
    alone(read("GET /operator/session", "Who is signed in.", "", "Session")),
    Call {
        refusals: &[
            BODY,
            "401 operator.key",
            "403 operator.origin value.key",
            SIZE,
            "429 address.limit",
        ],
        ..alone(tell(
            "POST /operator/session",
            "Signs in: gives a cookie.",
            "key valueKey",
            "Session",
            &[],
        ))
    },
    alone(tell("DELETE /operator/session", "Signs out.", "", "Nothing", &[])),
    read(
        "GET /operator/status",
        "Outboxes, limiters, and what is wrong with the options.",
        "",
        "Status",
    ),
    read("GET /operator/today", "What came, was delivered and waits.", "days zone", "Today"),
    read(
        "GET /operator/stored",
        "What came, and what of it the systems still have; what vanished.",
        "days zone",
        "Stored",
    ),
    tell(
        "POST /operator/search",
        "Leads, the newest first; with `count` how many.",
        "text form account state code from to limit cursor count",
        "Found Counted",
        &["400 body.json search.text search.state", SIZE],
    ),
    Call {
        refusals: &["404 not_found"],
        ..read("GET /operator/lead", "One lead, with every attempt.", "id", "Lead")
    },
    read(
        "GET /operator/leads",
        "Deliveries, the newest first; with `page=1` a page.",
        "phase code id limit cursor page format",
        "Deliveries DeliveriesPage",
    ),
    read(
        "GET /operator/attention",
        "Leads that wait for a person; with `page=1` a page.",
        "phase code limit cursor page",
        "Attention AttentionPage",
    ),
    read(
        "GET /operator/rounds",
        "Where the deliveries of the newest replays are.",
        "round limit",
        "Rounds",
    ),
    read("GET /operator/pending", "What people have ruled of late.", "", "PendingList"),
    read("GET /operator/metrics", "Prometheus text.", "", "Text"),
    alone(read("GET /operator/setup", "Forms, accounts, and how it is with alerts.", "", "Setup")),
    alone(read(
        "GET /operator/audit",
        "Who saw or changed what, the newest first.",
        "cursor",
        "Audit",
    )),
    alone(read("GET /operator/passes", "Senders that are let through.", "", "Passes")),
    Call {
        refusals: &["400 export.format"],
        ..read(
            "GET /operator/export",
            "Leads that are not finished, with their values.",
            "format limit cursor page phase code id",
            "Values ValuesPage Text",
        )
    },
    Call {
        query: "id code phase anyway page cursor",
        ..tell(
            "POST /operator/replay",
            "Sends leads on; with `later` in ten seconds.",
            "ids code phase account form anyway later round",
            "RuledList RuledPage Later",
            &["400 body.json replay.which", SIZE],
        )
    },
    Call {
        query: "id code phase reason page cursor",
        ..tell(
            "POST /operator/discard",
            "Gives leads up.",
            "ids code phase account form reason later",
            "RuledList RuledPage Later",
            &["400 body.json discard.which discard.reason", SIZE],
        )
    },
    Call {
        query: "page cursor",
        ..tell(
            "POST /operator/move",
            "Gives what waits for an account or form that is gone to another.",
            "from to form ids sure later",
            "RuledList RuledPage Later",
            &["400 body.json move.which move.to", SIZE],
        )
    },
    tell(
        "POST /operator/undo",
        "Takes back what has not begun.",
        "name",
        "Nothing",
        &[BODY, "409 undo.late", SIZE],
    ),
    tell(
        "POST /operator/correct",
        "Puts other values in the place of a lead's, and sends it on.",
        "id values",
        "Corrected",
        &[BODY, "409 correct.which", SIZE, "422 correct.values"],
    ),
    tell(
        "POST /operator/test",
        "Sends a test lead, to each of the form's accounts or to some.",
        "form values accounts",
        "Tested",
        &["400 body.json test.way", SIZE, "422 test.values", "503 outbox.full"],
    ),
    tell(
        "POST /operator/remove",
        "Has a test lead's record deleted in a system, where the test has made it.",
        "id account",
        "Removed",
        &[BODY, "404 not_found", SIZE],
    ),
    tell(
        "POST /operator/erase",
        "Takes a person, or one lead, out.",
        "email phone id",
        "Erased",
        &["400 body.json erase.which erase.email erase.phone", SIZE],
    ),
    alone(tell(
        "POST /operator/passes",
        "Lets a sender through, or no more.",
        "form sender days remove",
        "Passed Nothing",
        &["400 body.json pass.form pass.sender pass.end", "404 not_found", SIZE],
    )),
    Call {
        query: "account form",
        ..alone(tell(
            "POST /operator/check",
            "Signs in to accounts, and compares mappings.",
            "",
            "Checked",
            &[BODY, "400 check.which", SIZE],
        ))
    },
    alone(tell(
        "POST /operator/alert",
        "Sends a test to a channel of alerts.",
        "channel",
        "AlertSent",
        &["400 body.json alert.which", SIZE],
    )),
];

/// What a status means.
const STATUSES: &[(&str, &str)] = &[
    ("400", "The call does not say what it wants."),
    ("401", "Nobody knows who asks."),
    ("403", "They may not."),
    ("404", "There is none."),
    ("409", "It is too late, or not possible."),
    ("413", "The body is too large."),
    ("422", "The form's rules do not take the values."),
    ("429", "Too many keys were tried; see Retry-After."),
    ("503", "An outbox does not answer; see Retry-After."),
];

/// The file.
pub(super) fn file(_: &Path) -> Outcome<String> {
    let mut paths: Map<String, Value> = Map::new();
    for call in CALLS {
        let (method, path) = call.name.split_once(' ').ok_or("a call without a method")?;
        let own = operation(call)?;
        let of = paths.entry(path).or_insert_with(|| json!({}));
        of[method.to_lowercase()] = own;
    }
    for (name, _) in desk::CALLS {
        if !CALLS.iter().any(|call| call.name == *name) {
            return Err(format!("{name} is not described").into());
        }
    }
    let schemas: Map<String, Value> =
        SCHEMAS.iter().map(|(name, schema)| ((*name).to_owned(), schema())).collect();
    let file = json!({
        "openapi": "3.1.1",
        "info": {
            "title": "A relay's operator interface",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "What people and programs ask a Fieldpost relay that they run.",
            "description": "Generated by `cargo xtask generate`. docs/relay.md says what each call means. A call that breaks answers 500 with `relay.failed`; an unknown one 404 with `not_found`.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "https://leads.example.com", "description": "Your relay." }],
        "security": [{ "key": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "A key of the options." },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-fieldpost-desk", "description": "The console's; it needs the header Fieldpost-Console, too." },
            },
            "schemas": schemas,
        },
    });
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

fn operation(call: &Call) -> Outcome<Value> {
    let rights = desk::CALLS
        .iter()
        .find(|(name, _)| *name == call.name)
        .map_or(desk::OTHERS, |(_, rights)| rights);
    let rights: Vec<&str> = rights.iter().copied().map(Right::name).collect();
    let is_open = call.name == "POST /operator/session";
    let (method, path) = call.name.split_once(' ').ok_or("a call without a method")?;
    let last = path.rsplit('/').next().unwrap_or_default();
    let verb = match method {
        "GET" => "read",
        "DELETE" => "end",
        _ => "tell",
    };
    let mut own = json!({
        "operationId": format!("{verb}_{last}"),
        "summary": call.summary,
        "responses": { "200": answered(call.answer) },
    });
    if is_open {
        own["security"] = json!([]);
        own["description"] = json!("Needs no right. The header Fieldpost-Console must be there.");
    } else {
        own["description"] = json!(format!("Needs: {}.", rights.join(", ")));
    }
    let parameters: Vec<Value> = call
        .query
        .split_whitespace()
        .map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } }))
        .collect();
    if !parameters.is_empty() {
        own["parameters"] = json!(parameters);
    }
    if !call.body.is_empty() {
        let members: Map<String, Value> =
            call.body.split(' ').map(|name| (name.to_owned(), schemas::asked(name))).collect();
        own["requestBody"] = json!({ "content": { "application/json": { "schema": { "type": "object", "properties": members } } } });
    }
    let common: &[&str] = if is_open {
        &[]
    } else {
        &["401 operator.key operator.session", "403 operator.role operator.origin value.key"]
    };
    let away: &[&str] = if call.asks { &["503 outbox.unavailable"] } else { &[] };
    for row in call.refusals.iter().chain(common).chain(away) {
        let (status, codes) = row.split_once(' ').ok_or("a refusal without a code")?;
        let means =
            STATUSES.iter().find(|(known, _)| *known == status).ok_or("an unknown status")?.1;
        let mut all: Vec<&str> = codes.split(' ').collect();
        for code in &all {
            let is_known = code::all().any(|row| row.name == *code);
            if !is_known {
                return Err(format!("{code} is no code of the table").into());
            }
        }
        if let Some(before) = own["responses"].get(status) {
            let known =
                before.pointer("/content/application~1json/schema/allOf/1/properties/code/enum");
            all.splice(
                0..0,
                known
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect::<Vec<_>>(),
            );
            let joined = refusal(means, &all);
            own["responses"][status] = joined;
        } else {
            own["responses"][status] = refusal(means, &all);
        }
    }
    Ok(own)
}

fn refusal(means: &str, codes: &[&str]) -> Value {
    let schema =
        json!({ "allOf": [reference("Refusal"), { "properties": { "code": { "enum": codes } } }] });
    json!({ "description": means, "content": { "application/json": { "schema": schema } } })
}

/// What a call answers where it does what it was asked.
fn answered(names: &str) -> Value {
    let is_text = |name: &&str| *name == "Text";
    let all: Vec<Value> = names.split(' ').filter(|name| !is_text(name)).map(reference).collect();
    let mut content = Map::new();
    if let [one] = all.as_slice() {
        content.insert("application/json".into(), json!({ "schema": one }));
    } else if !all.is_empty() {
        content.insert("application/json".into(), json!({ "schema": { "anyOf": all } }));
    }
    if names.split(' ').any(|name| is_text(&name)) {
        for kind in
            if all.is_empty() { &["text/plain"][..] } else { &["text/csv", "application/x-ndjson"] }
        {
            content.insert((*kind).to_owned(), json!({ "schema": { "type": "string" } }));
        }
    }
    json!({ "description": "What was asked for.", "content": content })
}
