//! Marketo: the envelope, the record, the token, the limits.

use serde_json::{Value, json};

use crate::server::{JSON, SUBMIT, Server, at_once};

fn error(body: &Value) -> &str {
    assert_eq!(body["success"], false, "{body}");
    body["errors"][0]["code"].as_str().unwrap()
}

fn reason(body: &Value) -> &str {
    assert_eq!(body["success"], true, "{body}");
    assert_eq!(body["result"][0]["status"], "skipped", "{body}");
    body["result"][0]["reasons"][0]["code"].as_str().unwrap()
}

#[test]
fn a_form_creates_then_updates_and_every_fill_is_an_activity() {
    let server = Server::start();
    let token = server.marketo_token();
    let created = server
        .submit(&token, &json!({ "email": "Ana@example.com", "firstName": "Ana", "phone": "1" }))
        .json();
    assert_eq!(created["result"][0]["status"], "created");
    assert!(created["result"][0]["id"].is_i64());
    let request_id = created["requestId"].as_str().unwrap();
    let (left, right) = request_id.split_once('#').unwrap();
    assert!(left.bytes().chain(right.bytes()).all(|byte| byte.is_ascii_hexdigit()), "{request_id}");
    assert_eq!(created["warnings"], json!([]));

    let updated = server
        .submit(&token, &json!({ "email": "ana@example.com", "firstName": "", "phone": null }))
        .json();
    assert_eq!(updated["result"][0]["status"], "updated");
    assert_eq!(updated["result"][0]["id"], created["result"][0]["id"]);

    let leads = server.leads();
    assert_eq!(leads.len(), 1);
    assert_eq!(leads[0]["system"], "marketo");
    assert_eq!(leads[0]["email"], "ana@example.com");
    assert_eq!(leads[0]["activities"], 2);
    // Empty text and null both erase.
    assert_eq!(leads[0]["fields"]["firstName"], Value::Null);
    assert_eq!(leads[0]["fields"]["phone"], Value::Null);
}

#[test]
fn form_id_may_be_numeric_text() {
    let server = Server::start();
    let token = server.marketo_token();
    let body =
        |id: Value| json!({ "formId": id, "input": [{ "leadFormFields": { "email": "a@b.co" } }] });
    assert_eq!(server.submit_body(&token, &body(json!("1029"))).json()["success"], true);
    for unknown in [json!(7), json!("x"), json!([1029]), Value::Null] {
        assert_eq!(error(&server.submit_body(&token, &body(unknown)).json()), "609");
    }
}

#[test]
fn one_unknown_field_voids_the_lead_under_success() {
    let server = Server::start();
    let token = server.marketo_token();
    let reply = server.submit(&token, &json!({ "email": "a@b.co", "_radio_1": "x" }));
    assert_eq!(reply.status, 200);
    let body = reply.json();
    assert_eq!(reason(&body), "1006");
    assert_eq!(body["result"][0]["reasons"][0]["message"], "Field '_radio_1' not found");
    assert!(server.leads().is_empty());
    assert_eq!(server.last()["verdict"], "refused:1006");
    assert_eq!(server.last()["key"], "a@b.co");

    server.configure(&json!({ "marketo": { "forms": { "5": { "fields": ["email", "_radio_1"], "required": ["_radio_1"] } } } }));
    let body = |fields: Value| json!({ "formId": 5, "input": [{ "leadFormFields": fields }] });
    let complete =
        server.submit_body(&token, &body(json!({ "email": "a@b.co", "_radio_1": "x" }))).json();
    assert_eq!(complete["result"][0]["status"], "created");
    assert_eq!(
        reason(&server.submit_body(&token, &body(json!({ "email": "a@b.co" }))).json()),
        "1002"
    );
}

#[test]
fn records_that_are_skipped() {
    let server = Server::start();
    let token = server.marketo_token();
    let lead = json!({ "email": "a@b.co" });
    let with = |name: &str, value: Value| {
        let mut record = json!({ "leadFormFields": lead });
        record[name] = value;
        let body = json!({ "formId": 1029, "input": [record] });
        server.submit_body(&token, &body).json()
    };
    assert_eq!(reason(&server.submit(&token, &json!({ "firstName": "Ana" })).json()), "1002");
    assert_eq!(reason(&server.submit(&token, &json!({ "email": "" })).json()), "1002");
    assert_eq!(
        reason(&server.submit(&token, &json!({ "email": "jörg@example.com" })).json()),
        "1003"
    );
    assert_eq!(reason(&server.submit(&token, &json!({ "email": "no address" })).json()), "1003");
    assert_eq!(
        reason(&server.submit(&token, &json!({ "email": "a@b.co", "labels": ["x"] })).json()),
        "1001"
    );
    assert_eq!(
        reason(&with("visitorData", json!({ "leadClientIpAddress": "2001:db8::1" }))),
        "1003"
    );
    assert_eq!(reason(&with("cookie", json!("nonsense"))), "1012");
    assert!(server.leads().is_empty());
    let cookie = json!("id:123-ABC-456&token:_mch-example.com-1595000000000-12345");
    assert_eq!(with("cookie", cookie)["result"][0]["status"], "created");
    assert_eq!(
        with("visitorData", json!({ "leadClientIpAddress": "192.0.2.1" }))["result"][0]["status"],
        "updated"
    );
}

#[test]
fn whole_requests_that_are_refused() {
    let server = Server::start();
    let token = server.marketo_token();
    let bearer = ("authorization", token.as_str());
    let post = |headers: &[(&str, &str)], body: &str| server.send("POST", SUBMIT, headers, body);
    let fields = json!({ "leadFormFields": { "email": "a@b.co" } });
    assert_eq!(error(&post(&[bearer, ("content-type", "text/plain")], "{}").json()), "612");
    assert_eq!(error(&post(&[bearer, JSON], "{").json()), "609");
    assert_eq!(
        error(&server.submit_body(&token, &json!({ "formId": 1029, "input": fields })).json()),
        "609"
    );
    assert_eq!(
        error(
            &server
                .submit_body(&token, &json!({ "formId": 1029, "input": [fields, fields] }))
                .json()
        ),
        "609"
    );
    assert_eq!(error(&server.submit_body(&token, &json!({ "formId": 1029 })).json()), "701");
    assert_eq!(error(&server.send("GET", SUBMIT, &[bearer], "").json()), "605");
    assert_eq!(error(&server.send("GET", "/rest/v1/nothing.json", &[bearer], "").json()), "610");
    let long = format!("{SUBMIT}?x={}", "y".repeat(9000));
    assert_eq!(server.send("POST", &long, &[bearer, JSON], "{}").status, 414);
    assert_eq!(post(&[bearer, JSON], &" ".repeat((1 << 20) + 1)).status, 413);
    assert!(server.leads().is_empty());
    assert!(
        server.ledger().iter().all(|row| row["verdict"].as_str().unwrap().starts_with("refused:"))
    );
}

#[test]
fn tokens_are_shared_until_they_expire() {
    let server = Server::start();
    let body =
        "grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret";
    let ask = || server.send("POST", "/identity/oauth/token", &[crate::server::FORM], body).json();
    let first = ask();
    assert_eq!((&first["token_type"], &first["expires_in"]), (&json!("bearer"), &json!(3600)));
    server.control("/_sandbox/clock", &json!({ "advance": 600_000 }));
    let second = ask();
    assert_eq!(second["access_token"], first["access_token"]);
    assert!(second["expires_in"].as_i64().unwrap() <= 3000);

    let bearer = format!("Bearer {}", first["access_token"].as_str().unwrap());
    let lead = json!({ "email": "a@b.co" });
    assert_eq!(error(&server.submit("", &lead).json()), "600");
    assert_eq!(error(&server.submit("Bearer wrong", &lead).json()), "601");
    server.control("/_sandbox/tokens/expire", &json!({}));
    assert_eq!(error(&server.submit(&bearer, &lead).json()), "602");
    assert_ne!(ask()["access_token"], first["access_token"]);
    server.control("/_sandbox/clock", &json!({ "advance": 3_600_000 }));
    assert_ne!(ask()["access_token"], second["access_token"]);

    let wrong = server.send(
        "GET",
        "/identity/oauth/token?grant_type=client_credentials&client_id=x",
        &[],
        "",
    );
    assert_eq!((wrong.status, wrong.json()["error"].as_str()), (401, Some("invalid_client")));
}

#[test]
fn limits_answer_inside_a_200() {
    let server = Server::start();
    let token = server.marketo_token();
    let lead = json!({ "email": "a@b.co" });
    server.configure(&json!({ "marketo": { "limits": { "calls": 2 } } }));
    assert_eq!(server.submit(&token, &lead).json()["success"], true);
    assert_eq!(server.submit(&token, &lead).json()["success"], true);
    let third = server.submit(&token, &lead);
    assert_eq!((third.status, error(&third.json())), (200, "606"));
    assert_eq!(server.last()["verdict"], "limit:606");
    server.control("/_sandbox/clock", &json!({ "advance": 20_000 }));
    assert_eq!(server.submit(&token, &lead).json()["success"], true);

    server.configure(&json!({ "marketo": { "limits": { "calls": null, "daily": 3 } } }));
    assert_eq!(error(&server.submit(&token, &lead).json()), "607");
    server.configure(
        &json!({ "marketo": { "latency": 150, "limits": { "daily": null, "concurrent": 2 } } }),
    );
    let many = at_once(4, {
        let (server, token) = (server.clone(), token.clone());
        move |index| server.submit(&token, &json!({ "email": format!("{index}@b.co") })).json()
    });
    assert_eq!(many.iter().filter(|body| body["success"] == false).count(), 2);
    assert!(many.iter().filter(|body| body["success"] == false).all(|body| error(body) == "615"));
}

#[test]
fn overlapping_submissions_of_one_key_make_two_persons() {
    let server = Server::start();
    let token = server.marketo_token();
    server.configure(&json!({ "marketo": { "latency": 100 } }));
    let send = {
        let (server, token) = (server.clone(), token.clone());
        move |_| {
            server.submit(&token, &json!({ "email": "a@b.co" })).json()["result"][0]["status"]
                .clone()
        }
    };
    assert_eq!(at_once(2, send.clone()), vec![json!("created"), json!("created")]);
    assert_eq!(server.leads().len(), 2);
    // One after the other is fine.
    assert_eq!(send(0), json!("updated"));
    assert_eq!(server.leads().len(), 2);
}
