//! The prospects API: matching, the phone rule, idempotency, rate headers.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{JSON, KEY, Server, at_once};

#[test]
fn creates_and_echoes_a_flat_record() {
    let server = Server::start();
    let body = json!({
        "firstName": "Ana", "lastName": "Ng", "email": "Ana@Example.com", "phone": "(212) 555-0123",
        "labels": "Hot, Inbound", "notes": "call", "stageId": "s1", "pipelineId": "p1",
    });
    let reply = server.prospect(&body, &[]);
    assert_eq!(reply.status, 201);
    let record = reply.json();
    assert!(record["id"].is_string());
    assert_eq!(record["message"], Value::Null);
    assert_eq!(record["email"], "ana@example.com");
    assert_eq!(record["phone"], "(212) 555-0123");
    assert_eq!(record["labels"], json!(["Hot", "Inbound"]));
    assert_eq!(record["currentStageId"], "s1");
    assert_eq!(record.get("notes"), None);
    assert!(record["createdAt"].as_i64().unwrap() > 1_700_000_000_000);
    let path = format!("/v2/prospects/{}", record["id"].as_str().unwrap());
    assert_eq!(server.send("GET", &path, &[KEY], "").json()["email"], "ana@example.com");
    assert_eq!(server.send("GET", "/v2/prospects/none", &[KEY], "").status, 404);
    assert_eq!(server.leads()[0]["fields"]["notes"], "call");
}

#[test]
fn a_bad_phone_is_dropped_with_a_warning() {
    let server = Server::start();
    for phone in ["112-555-0123", "(212) 155-0123", "+1 012 555 0123"] {
        let reply =
            server.prospect(&json!({ "firstName": "A", "lastName": "B", "phone": phone }), &[]);
        assert_eq!(reply.status, 201);
        assert_eq!(reply.json()["phone"], Value::Null);
        assert!(reply.json()["message"].as_str().unwrap().contains("invalid"));
    }
    // Only that rule: N11 codes pass.
    let reply = server
        .prospect(&json!({ "firstName": "A", "lastName": "B", "phone": "911-411-0123" }), &[]);
    assert_eq!(
        (&reply.json()["phone"], &reply.json()["message"]),
        (&json!("911-411-0123"), &Value::Null)
    );
}

#[test]
fn a_match_stays_as_it_is_unless_update_is_asked_for() {
    let server = Server::start();
    let body = json!({ "firstName": "Ana", "lastName": "Ng", "email": "a@b.co", "phone": "212-555-0123", "title": "CEO" });
    let first = server.prospect(&body, &[]).json();
    let other =
        json!({ "firstName": "Bea", "lastName": "Ng", "email": "A@B.co", "company": "Acme" });
    let reply = server.prospect(&other, &[]);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json(), first);
    assert_eq!(server.last()["verdict"], "unchanged");

    let update = json!({ "firstName": "Bea", "lastName": "Ng", "phone": "+1 212 555 0123", "company": "Acme", "title": null, "update": true });
    let reply = server.prospect(&update, &[]);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["id"], first["id"]);
    assert_eq!(reply.json()["email"], "a@b.co");
    assert_eq!(reply.json()["title"], Value::Null);
    assert_eq!(reply.json()["company"], "Acme");
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn refuses_bad_bodies_and_keys() {
    let server = Server::start();
    let person = |extra: Value| {
        let mut body = json!({ "firstName": "A", "lastName": "B" });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        server.prospect(&body, &[]).status
    };
    assert_eq!(server.prospect(&json!({ "firstName": "A" }), &[]).status, 400);
    assert_eq!(person(json!({ "email": "nobody" })), 400);
    assert_eq!(person(json!({ "licenseStatus": "perhaps" })), 400);
    assert_eq!(person(json!({ "labels": 3 })), 400);
    assert_eq!(person(json!({ "update": "yes" })), 400);
    assert_eq!(person(json!({ "company": 3 })), 400);
    assert_eq!(server.send("POST", "/v2/prospects", &[KEY], "firstName=A").status, 415);
    assert_eq!(server.send("POST", "/v2/prospects", &[JSON], "{}").status, 401);
    assert_eq!(server.send("DELETE", "/v2/prospects", &[KEY], "").status, 405);
    let body = server.send("GET", "/v2/prospects", &[("authorization", "Bearer x")], "");
    assert_eq!((body.status, body.json()["error"].as_str()), (401, Some("Unauthorized")));
    assert!(server.leads().is_empty());
}

#[test]
fn lists_one_by_default() {
    let server = Server::start();
    for (first, label) in [("Ana", "Hot"), ("Bea", "Cold"), ("Cee", "Hot,West")] {
        let email = format!("{first}@b.co");
        server.prospect(
            &json!({ "firstName": first, "lastName": "Ng", "email": email, "labels": label }),
            &[],
        );
    }
    let list =
        |query: &str| server.send("GET", &format!("/v2/prospects{query}"), &[KEY], "").json();
    let count = |query: &str| {
        let body = list(query);
        (body["prospects"].as_array().unwrap().len(), body["totalCount"].as_i64().unwrap())
    };
    assert_eq!(count(""), (1, 3));
    assert_eq!(count("?limit=10"), (3, 3));
    assert_eq!(count("?limit=10&label=Hot"), (2, 2));
    assert_eq!(count("?limit=10&label=Cold,West"), (2, 2));
    assert_eq!(count("?limit=10&label=Cold&label=West"), (2, 2));
    assert_eq!(count("?email=ANA%40b.co"), (1, 1));
    assert_eq!(count("?email=nobody%40b.co"), (0, 0));
    assert_eq!(count("?name=bea"), (1, 1));
    let eleven = format!("?label={}", ["x"; 11].join(","));
    assert_eq!(server.send("GET", &format!("/v2/prospects{eleven}"), &[KEY], "").status, 400);

    server.configure(&json!({ "prospects": { "generation": "newest" } }));
    let page = list("?limit=2");
    assert_eq!(
        (page["success"].as_bool(), page["items"].as_array().unwrap().len()),
        (Some(true), 2)
    );
    let next = page["pagination"]["nextPageToken"].as_str().unwrap();
    let rest = list(&format!("?limit=2&pageToken={next}"));
    assert_eq!(rest["items"][0]["firstName"], "Cee");
    assert_eq!(rest["pagination"], json!({ "nextPageToken": null, "totalCount": 3 }));
    let late = format!("/v2/prospects?limit=2&pageToken={next}");
    server.control("/_sandbox/clock", &json!({ "advance": 3_600_000 }));
    assert_eq!(server.send("GET", &late, &[KEY], "").status, 400);
    assert_eq!(server.send("GET", "/v2/prospects?pageToken=2", &[KEY], "").status, 400);
    // The newest generation updates a match by default, and wraps the record.
    let reply = server
        .prospect(&json!({ "firstName": "Anna", "lastName": "Ng", "email": "ana@b.co" }), &[])
        .json();
    assert_eq!(
        (reply["success"].as_bool(), reply["item"]["firstName"].as_str()),
        (Some(true), Some("Anna"))
    );
}

#[test]
fn overlapping_writes_of_one_person_make_two() {
    let server = Server::start();
    server.configure(&json!({ "prospects": { "latency": 100 } }));
    let statuses = at_once(2, {
        let server = server.clone();
        move |_| {
            server
                .prospect(
                    &json!({ "firstName": "A", "lastName": "B", "phone": "212-555-0123" }),
                    &[],
                )
                .status
        }
    });
    assert_eq!((statuses, server.leads().len()), (vec![201, 201], 2));
}

#[test]
fn idempotency_keys_replay_and_conflict() {
    let server = Server::start();
    let key = ("x-idempotency-key", "k1");
    let body = json!({ "firstName": "A", "lastName": "B" });
    let first = server.prospect(&body, &[key]);
    let again = server.prospect(&body, &[key]);
    assert_eq!((again.status, again.body.clone()), (first.status, first.body));
    assert_eq!(server.last()["verdict"], "replayed");
    assert_eq!(server.last()["idempotencyKey"], "k1");
    assert_eq!(server.leads().len(), 1);
    assert_eq!(server.prospect(&json!({ "firstName": "A", "lastName": "C" }), &[key]).status, 409);

    server.configure(&json!({ "prospects": { "latency": 300 } }));
    let running = {
        let (server, body) = (server.clone(), body.clone());
        thread::spawn(move || server.prospect(&body, &[("x-idempotency-key", "k2")]).status)
    };
    thread::sleep(Duration::from_millis(100));
    assert_eq!(server.prospect(&body, &[("x-idempotency-key", "k2")]).status, 409);
    assert_eq!(running.join().unwrap(), 201);
    let long = "k".repeat(513);
    assert_eq!(server.prospect(&body, &[("x-idempotency-key", &long)]).status, 400);
}

#[test]
fn a_lost_answer_is_replayed_by_its_key() {
    let server = Server::start();
    let body = json!({ "firstName": "A", "lastName": "B" }).to_string();
    let headers = [JSON, KEY, ("x-idempotency-key", "k")];
    server.fault(&json!({ "fault": "reset_after" }));
    assert_eq!(
        server.exchange("POST", "/v2/prospects", &headers, &body),
        crate::server::Got::Reset
    );
    assert_eq!(server.send("POST", "/v2/prospects", &headers, &body).status, 201);
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn rate_headers_count_down() {
    let server = Server::start();
    server.configure(&json!({ "prospects": { "limits": { "calls": 2 } } }));
    let list = || server.send("GET", "/v2/prospects", &[KEY], "");
    let first = list();
    assert_eq!(
        (first.header("ratelimit-limit"), first.header("ratelimit-remaining")),
        (Some("2"), Some("1"))
    );
    assert_eq!(list().header("ratelimit-remaining"), Some("0"));
    let over = list();
    assert_eq!(over.status, 429);
    let wait: i64 = over.header("retry-after").unwrap().parse().unwrap();
    assert!((59..=60).contains(&wait), "{wait}");
    assert_eq!(over.json()["retryAfter"], wait);
    assert_eq!(over.json()["error"], "Too Many Requests");
    assert_eq!(server.last()["verdict"], "limit:429");
    server.control("/_sandbox/clock", &json!({ "advance": 60_000 }));
    assert_eq!(list().status, 200);
}
