//! What the operator's interface answers, as JSON Schema has it. An object has these members and no others.

use serde_json::{Map, Value, json};

type Schema = fn() -> Value;

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "number" })
}

fn whole() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// Milliseconds since 1970.
fn time() -> Value {
    json!({ "type": "integer", "minimum": 0, "description": "Milliseconds since 1970." })
}

fn yes() -> Value {
    json!({ "type": "boolean" })
}

fn maybe(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn one_of(words: &str) -> Value {
    json!({ "enum": words.split(' ').collect::<Vec<_>>() })
}

/// Named things, each of which is one of these.
fn named(each: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": each })
}

fn anything() -> Value {
    json!({ "type": "object" })
}

/// With `?` behind its name a member may be absent.
fn object(members: &[(&str, Value)]) -> Value {
    let name = |name: &str| name.trim_end_matches('?').to_owned();
    let properties: Map<String, Value> =
        members.iter().map(|(member, schema)| (name(member), schema.clone())).collect();
    let required: Vec<&str> =
        members.iter().map(|(member, _)| *member).filter(|member| !member.ends_with('?')).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A page of a list: `next` is the next call's `cursor`.
fn page(rows: &str, each: &str, more: &[(&str, Value)]) -> Value {
    let mut members = vec![(rows, list(&reference(each))), ("next", maybe(&text()))];
    members.extend_from_slice(more);
    object(&members)
}

/// A member of a body.
pub(super) fn asked(name: &str) -> Value {
    match name {
        "ids" | "accounts" => list(&text()),
        "values" => anything(),
        "limit" | "from" | "to" | "days" => json!({ "type": ["number", "string"] }),
        "count" | "later" | "anyway" | "sure" => yes(),
        "form" => json!({ "type": ["string", "object"] }),
        _ => text(),
    }
}

fn closed(more: &[(&str, Value)]) -> Value {
    let mut members =
        vec![("code", text()), ("message", text()), ("since", time()), ("probe", time())];
    members.extend_from_slice(more);
    object(&members)
}

const PHASE: &str = "waiting sent done dead review discarded";
const STATE: &str = "review dead waiting delivered discarded erased";

fn delivery(more: &[(&str, Value)]) -> Value {
    let mut members = vec![
        ("account", text()),
        ("phase", one_of(PHASE)),
        ("code", maybe(&text())),
        ("warning", maybe(&text())),
        ("hold", maybe(&text())),
        ("maybe_repeated", whole()),
        ("next", whole()),
        ("reason", maybe(&text())),
        ("gone", maybe(&text())),
        ("param", maybe(&text())),
    ];
    members.extend_from_slice(more);
    object(&members)
}

fn lead(more: &[(&str, Value)]) -> Value {
    let mut members = vec![
        ("id", text()),
        ("form", text()),
        ("accepted", time()),
        ("finished", maybe(&time())),
        ("review", maybe(&text())),
        ("raw", whole()),
        ("issues", maybe(&text())),
        ("test", maybe(&whole())),
        ("state", one_of(STATE)),
    ];
    members.extend_from_slice(more);
    object(&members)
}

fn found(more: &[(&str, Value)]) -> Value {
    let issue = object(&[
        ("field", text()),
        ("code", text()),
        ("severity", one_of("error warning")),
        ("message", text()),
        ("limit?", text()),
        ("suggestion?", text()),
    ]);
    let mut members = vec![("ok", yes()), ("issues", list(&issue))];
    members.extend_from_slice(more);
    object(&members)
}

/// By name, in the order in which they are used.
pub(super) const SCHEMAS: &[(&str, Schema)] = &[
    ("Refusal", || {
        let issue = json!({ "type": "object" });
        object(&[
            ("code", text()),
            ("message?", text()),
            ("needs?", one_of("view operate values")),
            ("issues?", list(&issue)),
            ("erased?", whole()),
            ("out?", whole()),
            ("missing?", list(&text())),
        ])
    }),
    ("Nothing", || object(&[])),
    ("Session", || {
        object(&[
            ("who", text()),
            ("rights", list(&one_of("view operate values"))),
            ("until", maybe(&time())),
        ])
    }),
    ("Finding", || {
        object(&[
            ("place", text()),
            ("code", text()),
            ("message", text()),
            ("suggestion?", text()),
            ("binding?", text()),
            ("closes", one_of("relay form account way target nothing")),
            ("form", text()),
            ("account", text()),
            ("param", text()),
        ])
    }),
    ("Limiter", || {
        object(&[
            ("account", text()),
            ("running", whole()),
            ("calls", whole()),
            ("quietUntil", whole()),
            ("quota", maybe(&time())),
            ("refused", maybe(&text())),
            ("refusals", whole()),
            ("closed", maybe(&closed(&[]))),
            ("targets", list(&closed(&[("form", text()), ("param", maybe(&text()))]))),
            ("version", maybe(&number())),
            ("system?", text()),
        ])
    }),
    ("Shard", || {
        let full = object(&[("account", text()), ("form", text()), ("dead", whole())]);
        object(&[
            ("shard", text()),
            ("queued", whole()),
            ("review", whole()),
            ("dead", whole()),
            ("gone", whole()),
            ("deadDeliveries", whole()),
            ("repeated", whole()),
            ("vanished", whole()),
            ("bytes", whole()),
            ("oldest", maybe(&time())),
            ("oldestForPerson", maybe(&time())),
            ("counters", named(&whole())),
            ("running", whole()),
            ("full", list(&full)),
        ])
    }),
    ("Status", || {
        object(&[
            ("shards", list(&reference("Shard"))),
            ("gates", list(&reference("Limiter"))),
            ("options", list(&reference("Finding"))),
        ])
    }),
    ("Group", || {
        object(&[
            ("phase", text()),
            ("code", maybe(&text())),
            ("leads", whole()),
            ("account?", text()),
            ("form?", text()),
            ("to?", list(&text())),
        ])
    }),
    ("Incident", || {
        object(&[
            ("state", one_of("opened grew open recovered")),
            ("code", text()),
            ("account", text()),
            ("form", text()),
            ("why", text()),
            ("count", whole()),
            ("opened", time()),
            ("ended", maybe(&time())),
        ])
    }),
    ("Alerts", || {
        let channel = object(&[
            ("name", text()),
            ("kind", text()),
            ("failing", whole()),
            ("tries", whole()),
            ("code", text()),
            ("last", whole()),
        ]);
        object(&[("channels", list(&channel)), ("incidents", list(&reference("Incident")))])
    }),
    ("Today", || {
        let day = object(&[
            ("day", whole()),
            ("what", one_of("accepted delivered")),
            ("form", text()),
            ("account", text()),
            ("n", whole()),
        ]);
        let leads =
            object(&[("form", text()), ("standing", one_of("queued review dead")), ("n", whole())]);
        let deliveries =
            object(&[("form", text()), ("account", text()), ("phase", text()), ("n", whole())]);
        let took =
            object(&[("of", whole()), ("median", maybe(&number())), ("p95", maybe(&number()))]);
        let oldest = object(&[("id", text()), ("form", text()), ("accepted", time())]);
        let form = object(&[("name", text()), ("title", text()), ("accounts", list(&text()))]);
        object(&[
            ("day", whole()),
            ("days", list(&day)),
            ("leads", list(&leads)),
            ("deliveries", list(&deliveries)),
            ("groups", list(&reference("Group"))),
            ("took", took),
            ("oldest", maybe(&oldest)),
            ("accounts", list(&reference("Limiter"))),
            ("forms", list(&form)),
            ("alerts", maybe(&reference("Alerts"))),
            ("options", list(&reference("Finding"))),
        ])
    }),
    ("Stored", || {
        let day = object(&[
            ("day", whole()),
            ("what", one_of("accepted there vanished unnamed")),
            ("form", text()),
            ("account", text()),
            ("n", whole()),
        ]);
        let vanished = object(&[
            ("lead", text()),
            ("form", text()),
            ("account", text()),
            ("record", text()),
            ("accepted", time()),
            ("since", time()),
        ]);
        object(&[
            ("day", whole()),
            ("asks", yes()),
            ("days", list(&day)),
            ("vanished", list(&vanished)),
            (
                "forms",
                list(&object(&[("name", text()), ("title", text()), ("accounts", list(&text()))])),
            ),
            ("accounts", list(&object(&[("name", text()), ("record", maybe(&text()))]))),
        ])
    }),
    ("FoundLead", || lead(&[("who?", maybe(&text())), ("deliveries", list(&delivery(&[])))])),
    ("Found", || page("leads", "FoundLead", &[])),
    ("Counted", || object(&[("count", whole())])),
    ("Attempt", || {
        object(&[
            ("at", time()),
            ("took", whole()),
            ("operation", text()),
            ("kind", text()),
            ("code", maybe(&text())),
            ("param", maybe(&text())),
        ])
    }),
    ("Lead", || {
        let consent =
            object(&[("field", text()), ("at?", text()), ("purpose?", text()), ("text?", text())]);
        let own = delivery(&[
            ("id", text()),
            ("record", maybe(&text())),
            ("sentOn", maybe(&time())),
            ("attempts", list(&reference("Attempt"))),
            ("cut", yes()),
            ("stays?", maybe(&text())),
        ]);
        lead(&[
            ("kept", yes()),
            ("consents", list(&consent)),
            ("values?", json!({ "type": ["object", "array", "null"] })),
            ("source?", anything()),
            ("deliveries", list(&own)),
        ])
    }),
    ("Delivery", || {
        delivery(&[
            ("id", text()),
            ("lead", text()),
            ("form", text()),
            ("accepted", time()),
            ("round", maybe(&text())),
            ("review", maybe(&text())),
            ("raw", whole()),
        ])
    }),
    ("Deliveries", || list(&reference("Delivery"))),
    ("DeliveriesPage", || page("rows", "Delivery", &[])),
    ("Attention", || {
        object(&[("groups", list(&reference("Group"))), ("leads", list(&anything()))])
    }),
    ("AttentionPage", || {
        object(&[
            ("groups", list(&reference("Group"))),
            ("leads", list(&anything())),
            ("next", maybe(&text())),
        ])
    }),
    ("Rounds", || {
        let state = object(&[("phase", text()), ("code", maybe(&text())), ("deliveries", whole())]);
        object(&[(
            "rounds",
            list(&object(&[("round", text()), ("at", time()), ("states", list(&state))])),
        )])
    }),
    ("PendingList", || {
        let one = object(&[
            ("name", text()),
            ("what", one_of("replay discard move")),
            ("due", time()),
            ("who", text()),
            ("done", maybe(&time())),
            ("moved", whole()),
            ("stayed", named(&whole())),
        ]);
        object(&[("pending", list(&one))])
    }),
    ("Setup", || {
        let way =
            object(&[("account", text()), ("map", named(&text())), ("constants", list(&text()))]);
        let form = object(&[
            ("name", text()),
            ("title", text()),
            ("fields", anything()),
            ("origins", list(&text())),
            ("deliver", list(&way)),
        ]);
        let account = object(&[
            ("name", text()),
            ("system", text()),
            ("host", text()),
            ("record", maybe(&text())),
        ]);
        object(&[
            ("options", list(&reference("Finding"))),
            ("forms", list(&form)),
            ("accounts", list(&account)),
            ("alerts", maybe(&reference("Alerts"))),
        ])
    }),
    ("Audit", || {
        let line = object(&[
            ("n", whole()),
            ("at", time()),
            ("who", text()),
            ("what", text()),
            ("about", text()),
        ]);
        object(&[("lines", list(&line))])
    }),
    ("Passes", || {
        let pass = object(&[
            ("id", text()),
            ("form", text()),
            ("kind", one_of("email domain")),
            ("domain", maybe(&text())),
            ("until", time()),
            ("made", time()),
            ("who", text()),
        ]);
        object(&[("passes", list(&pass))])
    }),
    ("Passed", || object(&[("id", text())])),
    ("Values", || list(&anything())),
    ("ValuesPage", || object(&[("rows", list(&anything())), ("next", maybe(&text()))])),
    ("Ruled", || {
        object(&[
            ("id?", text()),
            ("lead?", text()),
            ("account?", text()),
            ("shard?", text()),
            ("moved", yes()),
            ("code?", text()),
            ("message?", text()),
        ])
    }),
    ("RuledList", || list(&reference("Ruled"))),
    ("RuledPage", || page("rows", "Ruled", &[("round?", text())])),
    ("Later", || object(&[("name", text()), ("due", time())])),
    ("Corrected", || object(&[("rows", list(&reference("Ruled")))])),
    ("Tested", || object(&[("id", text()), ("state", one_of("stored queued refused unknown"))])),
    ("Removed", || object(&[("removed", yes()), ("code", maybe(&text())), ("message?", text())])),
    ("Erased", || object(&[("erased", whole()), ("out", whole())])),
    ("Checked", || {
        object(&[
            ("ok", yes()),
            (
                "accounts",
                list(&found(&[("account", text()), ("system", text()), ("signIn", text())])),
            ),
            ("forms", list(&found(&[("account", text()), ("form", text())]))),
        ])
    }),
    ("AlertSent", || object(&[("sent", yes()), ("code", maybe(&text())), ("message?", text())])),
];
