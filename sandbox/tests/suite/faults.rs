//! Every fault as a client meets it on the wire, and whether the lead was stored.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Got, JSON, KEY, Server, at_once};

const LEAD: &str = r#"{"firstName":"A","lastName":"B","email":"a@b.co"}"#;

/// One write under one fault: what came back, how many persons there are then, and the ledger's line.
fn struck(script: &Value) -> (Got, usize, Value) {
    let server = Server::start();
    server.fault(script);
    let got = server.exchange("POST", "/v2/prospects", &[JSON, KEY], LEAD);
    let (leads, last) = (server.leads().len(), server.last());
    assert_eq!(server.get("/_sandbox/faults"), json!([]), "the rule is used up");
    assert_eq!(server.send("POST", "/v2/prospects", &[JSON, KEY], LEAD).status / 100, 2);
    (got, leads, last)
}

fn reply(got: Got) -> crate::server::Reply {
    match got {
        Got::Reply(reply) => reply,
        other => panic!("{other:?}"),
    }
}

#[test]
fn resets() {
    for (name, stored) in [("refuse", 0), ("reset_before", 0), ("reset_after", 1)] {
        let (got, leads, last) = struck(&json!({ "fault": name }));
        assert_eq!((got, leads), (Got::Reset, stored), "{name}");
        assert_eq!(
            (&last["verdict"], &last["status"]),
            (&json!(format!("fault:{name}")), &json!(0))
        );
        assert_eq!(last["effect"], if stored == 1 { json!("created") } else { Value::Null });
    }
}

#[test]
fn closes() {
    for (name, stored) in [("close_before", 0), ("close_after", 1)] {
        let (got, leads, _) = struck(&json!({ "fault": name }));
        assert_eq!((got, leads), (Got::Cut(Vec::new()), stored), "{name}");
    }
}

#[test]
fn truncated_bodies() {
    let (got, leads, last) = struck(&json!({ "fault": "truncate", "bytes": 10 }));
    let Got::Cut(raw) = got else { panic!("{got:?}") };
    let text = String::from_utf8_lossy(&raw).into_owned();
    assert!(text.starts_with("HTTP/1.1 201 Created\r\n"), "{text}");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.len(), 10);
    assert!(head.contains("content-length: "), "{head}");
    assert_eq!((leads, &last["status"]), (1, &json!(201)));
}

#[test]
fn a_body_that_stalls() {
    let (got, leads, last) = struck(&json!({ "fault": "stall", "bytes": 10 }));
    assert_eq!((got, leads, &last["status"]), (Got::TimedOut, 1, &json!(201)));
}

#[test]
fn garbage() {
    let (got, leads, _) = struck(&json!({ "fault": "garbage" }));
    let Got::Cut(raw) = got else { panic!("{got:?}") };
    assert!(!raw.is_empty() && !raw.starts_with(b"HTTP/"));
    assert_eq!(leads, 0);
    let (got, leads, _) = struck(&json!({ "fault": "garbage_after", "in": "body" }));
    let reply = reply(got);
    assert_eq!((reply.status, leads), (200, 1));
    assert!(serde_json::from_slice::<Value>(&reply.body).is_err());
}

#[test]
fn empty_and_html_answers() {
    for (name, stored) in [("empty", 0), ("empty_after", 1)] {
        let (got, leads, _) = struck(&json!({ "fault": name }));
        let reply = reply(got);
        assert_eq!((reply.status, reply.body.len(), leads), (200, 0, stored), "{name}");
    }
    let (got, leads, _) = struck(&json!({ "fault": "html" }));
    let reply = reply(got);
    assert!(reply.header("content-type").unwrap().starts_with("text/html"));
    assert_eq!((reply.status, leads), (200, 0));
}

#[test]
fn statuses() {
    let script =
        json!({ "fault": "status", "status": 429, "retryAfter": 7, "body": { "error": "slow" } });
    let (got, leads, last) = struck(&script);
    let reply = reply(got);
    assert_eq!((reply.status, reply.header("retry-after"), leads), (429, Some("7"), 0));
    assert_eq!(reply.json(), json!({ "error": "slow" }));
    assert_eq!(last["verdict"], "fault:status:429");
    let (got, leads, last) = struck(&json!({ "fault": "status_after", "status": 502 }));
    assert_eq!((self::reply(got).status, leads), (502, 1));
    assert_eq!(
        (&last["verdict"], &last["effect"]),
        (&json!("fault:status_after:502"), &json!("created"))
    );
}

#[test]
fn vendors_codes() {
    let server = Server::start();
    let marketo = server.marketo_token();
    let pardot = server.pardot_token();
    let lead = json!({ "email": "a@b.co" });
    for code in [601, 602, 606, 611] {
        server.fault(&json!({ "system": "marketo", "fault": "code", "code": code }));
        let reply = server.submit(&marketo, &lead);
        assert_eq!((reply.status, &reply.json()["success"]), (200, &json!(false)));
        assert_eq!(reply.json()["errors"][0]["code"], code.to_string());
    }
    server.fault(&json!({ "system": "marketo", "fault": "code", "code": "1003", "message": "no" }));
    let skipped = server.submit(&marketo, &lead).json();
    assert_eq!(skipped["success"], true);
    assert_eq!(skipped["result"][0]["reasons"], json!([{ "code": "1003", "message": "no" }]));
    assert!(server.leads().is_empty());
    // 604 says that it timed out; whether it was done is not said.
    server.fault(&json!({ "system": "marketo", "fault": "code_after", "code": 604 }));
    assert_eq!(server.submit(&marketo, &lead).json()["errors"][0]["code"], "604");
    assert_eq!(server.leads().len(), 1);

    for (code, status) in [(66, 400), (122, 400), (183, 500), (184, 401)] {
        server.fault(&json!({ "system": "pardot", "fault": "code", "code": code }));
        let reply = server.pardot(&pardot, "POST", "create/email/a%40b.co", "");
        assert_eq!(
            (reply.status, &reply.json()["@attributes"]["err_code"]),
            (status, &json!(code))
        );
    }
    server.fault(
        &json!({ "operation": "auth.token", "system": "marketo", "fault": "code", "code": "invalid_client" }),
    );
    let path = "/identity/oauth/token?grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret";
    assert_eq!(server.send("GET", path, &[], "").status, 401);
}

#[test]
fn hangs() {
    let server = Server::start();
    server.fault(&json!({ "fault": "hang" }));
    assert_eq!(server.exchange("POST", "/v2/prospects", &[JSON, KEY], LEAD), Got::TimedOut);
    let last = server.last();
    assert_eq!((&last["verdict"], &last["out"]), (&json!("fault:hang"), &Value::Null));
    server.fault(&json!({ "fault": "hang_after", "ms": 200 }));
    let started = Instant::now();
    assert_eq!(server.exchange("POST", "/v2/prospects", &[JSON, KEY], LEAD), Got::Cut(Vec::new()));
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn latency_lets_writes_overlap() {
    let server = Server::start();
    let token = server.marketo_token();
    server.fault(&json!({ "fault": "latency", "ms": 200, "times": 2 }));
    let statuses = at_once(2, {
        let server = server.clone();
        move |_| {
            server.submit(&token, &json!({ "email": "a@b.co" })).json()["result"][0]["status"]
                .clone()
        }
    });
    assert_eq!(statuses, vec![json!("created"), json!("created")]);
    assert_eq!(server.last()["verdict"], "created");
    assert_eq!(server.leads().len(), 2);
}

#[test]
fn a_caller_that_hangs_up_does_not_stop_the_work() {
    let server = Server::start();
    server.fault(&json!({ "fault": "latency", "ms": 1800 }));
    // The client's patience ends after 1.5 s.
    assert_eq!(server.exchange("POST", "/v2/prospects", &[JSON, KEY], LEAD), Got::TimedOut);
    assert!(server.leads().is_empty());
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn rules_are_used_in_order_by_the_calls_they_match() {
    let server = Server::start();
    server.fault(&json!([
        { "operation": "prospects.prospect.list", "fault": "status", "status": 500 },
        { "key": "A@B.co", "after": 1, "times": 2, "fault": "status", "status": 501 },
        { "key": "a@b.co", "fault": "status", "status": 502 },
    ]));
    let post = |email: &str| {
        let body = json!({ "firstName": "A", "lastName": "B", "email": email }).to_string();
        server.send("POST", "/v2/prospects", &[JSON, KEY], &body).status
    };
    assert_eq!(post("other@b.co"), 201);
    // The second rule lets one pass, so the third strikes.
    assert_eq!(post("a@b.co"), 502);
    assert_eq!(server.get("/_sandbox/faults").as_array().unwrap().len(), 2);
    assert_eq!((post("a@b.co"), post("a@b.co"), post("a@b.co")), (501, 501, 201));
    assert_eq!(server.send("GET", "/v2/prospects", &[KEY], "").status, 500);
    assert_eq!(server.get("/_sandbox/faults"), json!([]));
}

#[test]
fn bad_scripts_are_refused_whole() {
    let server = Server::start();
    let post =
        |script: &Value| server.send("POST", "/_sandbox/faults", &[JSON], &script.to_string());
    for script in [
        json!({ "fault": "explode" }),
        json!({ "fault": "code" }),
        json!({ "fault": "latency" }),
        json!({ "fault": "status", "status": 99 }),
        json!({ "fault": "hang", "system": "hubspot" }),
        json!({ "fault": "hang", "operation": "marketo.lead.dance" }),
        json!([{ "fault": "hang" }, { "fault": "hang", "colour": "red" }]),
        json!({ "fault": "truncate", "commit": false }),
    ] {
        let reply = post(&script);
        assert_eq!(reply.status, 400, "{script}");
        assert!(reply.json()["error"].as_str().unwrap().starts_with("rule "), "{}", reply.text());
    }
    assert_eq!(server.get("/_sandbox/faults"), json!([]));
    assert_eq!(post(&json!({ "fault": "hang" })).status, 200);
    assert_eq!(post(&json!([])).json(), json!([]));
}

/// What somebody has to mend strikes until it is mended, and only the calls that it concerns.
#[test]
fn a_rule_that_lasts() {
    let server = Server::start();
    server.fault(&json!([
        { "calls": "write", "field": "company", "fault": "status", "status": 501, "until": "cleared" },
        { "calls": "read", "fault": "status", "status": 502, "until": "cleared" },
        { "form": 7, "fault": "code", "code": 609, "until": "cleared" },
        { "calls": "token", "system": "pardot", "fault": "empty", "until": "cleared" },
    ]));
    let token = server.marketo_token();
    let with = r#"{"firstName":"A","lastName":"B","email":"c@b.co","company":"C"}"#;
    for _ in 0..3 {
        assert_eq!(server.send("POST", "/v2/prospects", &[JSON, KEY], LEAD).status / 100, 2);
        assert_eq!(server.send("POST", "/v2/prospects", &[JSON, KEY], with).status, 501);
        assert_eq!(server.send("GET", "/v2/prospects", &[KEY], "").status, 502);
        let form = |id: &Value| {
            server
                .submit_body(
                    &token,
                    &json!({ "formId": id, "input": [{ "leadFormFields": { "email": "a@b.co" } }] }),
                )
                .json()
        };
        assert_eq!(form(&json!(7))["errors"][0]["code"], "609");
        assert_eq!(form(&json!("7"))["errors"][0]["code"], "609");
        assert_eq!(form(&json!(1029))["success"], true);
        assert_eq!(server.send("POST", "/services/oauth2/token", &[], "").text(), "");
    }
    assert_eq!(server.get("/_sandbox/faults").as_array().unwrap().len(), 4);
    assert_eq!(server.send("DELETE", "/_sandbox/faults", &[], "").json(), json!([]));
    assert_eq!(server.send("POST", "/v2/prospects", &[JSON, KEY], with).status / 100, 2);
}

/// A token call breaks like any other, with Salesforce's words where it has some.
#[test]
fn token_calls_break() {
    let server = Server::start();
    let grant =
        json!({ "error": "invalid_grant", "error_description": "expired access/refresh token" });
    for (script, status, starts) in [
        (
            json!({ "fault": "status", "status": 400, "body": grant }),
            400,
            "{\"error\":\"invalid_grant\"",
        ),
        (json!({ "fault": "html" }), 200, "<!doctype html>"),
        (
            json!({ "fault": "status", "status": 200, "body": { "access_token": "" } }),
            200,
            "{\"access_token\":\"\"}",
        ),
    ] {
        let mut script = script;
        script["calls"] = json!("token");
        server.fault(&script);
        let reply = server.send("POST", "/services/oauth2/token", &[], "");
        assert_eq!(reply.status, status);
        assert!(reply.text().starts_with(starts), "{}", reply.text());
    }
    server.fault(&json!({ "calls": "token", "fault": "truncate", "bytes": 5 }));
    assert!(matches!(server.exchange("POST", "/services/oauth2/token", &[], ""), Got::Cut(_)));
    server.fault(&json!({ "calls": "token", "fault": "hang", "ms": 50 }));
    assert_eq!(server.exchange("POST", "/services/oauth2/token", &[], ""), Got::Cut(Vec::new()));
}
