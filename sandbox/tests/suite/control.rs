//! The control port and the page.

use std::thread;

use fieldpost_sandbox::Options;
use serde_json::{Value, json};

use crate::server::{KEY, Server};

#[test]
fn the_ledger_has_the_fixed_members_for_every_attempt() {
    let server = Server::start();
    let token = server.marketo_token();
    server.submit(&token, &json!({ "email": "Ana@B.co", "phone": "1" }));
    server.submit("Bearer x", &json!({ "email": "ana@b.co" }));
    let rows = server.get("/_sandbox/ledger");
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert!(
            row["system"].is_string() && row["operation"].is_string() && row["key"].is_string()
        );
        assert!(row["verdict"].is_string() && row["status"].is_number());
        assert!(row["in"].as_i64().unwrap() <= row["out"].as_i64().unwrap());
    }
    assert_eq!(
        (&rows[0]["operation"], &rows[0]["verdict"]),
        (&json!("auth.token"), &json!("token"))
    );
    assert_eq!(rows[0]["body"]["client_secret"], "•••");
    assert_eq!(
        (&rows[1]["operation"], &rows[1]["key"]),
        (&json!("marketo.lead.submitForm"), &json!("ana@b.co"))
    );
    assert_eq!(
        (&rows[1]["verdict"], &rows[2]["verdict"]),
        (&json!("created"), &json!("refused:601"))
    );
    assert_eq!(rows[1]["id"], server.leads()[0]["id"]);
    assert_eq!(server.get("/_sandbox/ledger?limit=1").as_array().unwrap().len(), 1);
    assert_eq!(server.get("/_sandbox/ledger?operation=auth.token").as_array().unwrap().len(), 1);
}

#[test]
fn reset_keeps_tokens_and_settings_unless_asked() {
    let server = Server::start();
    let token = server.marketo_token();
    let lead = json!({ "email": "a@b.co" });
    server.submit(&token, &lead);
    let first = server.leads()[0]["id"].clone();
    server.fault(&json!({ "fault": "hang" }));
    server.configure(&json!({ "pardot": { "lag": 7 } }));
    server.control("/_sandbox/reset", &json!({}));
    assert_eq!((server.leads().len(), server.ledger().len()), (0, 0));
    assert_eq!(server.get("/_sandbox/faults"), json!([]));
    assert_eq!(server.get("/_sandbox/config")["pardot"]["lag"], 7);
    assert_eq!(server.submit(&token, &lead).json()["success"], true);
    assert_ne!(server.leads()[0]["id"], first, "an old id never comes to mean somebody else");

    server.control("/_sandbox/reset", &json!({ "tokens": true, "config": true, "clock": true }));
    assert_eq!(server.submit(&token, &lead).json()["errors"][0]["code"], "601");
    assert_eq!(server.get("/_sandbox/config")["pardot"]["lag"], 0);
}

#[test]
fn settings_are_merged_and_checked() {
    let server = Server::start();
    server.configure(&json!({ "lag": 5, "marketo": { "limits": { "calls": null } } }));
    let config = server.get("/_sandbox/config");
    for system in ["marketo", "pardot", "prospects"] {
        assert_eq!(config[system]["lag"], 5);
    }
    assert_eq!(
        config["marketo"]["limits"],
        json!({ "calls": null, "window": 20_000, "concurrent": 10, "daily": 50_000 })
    );
    assert!(
        config["marketo"]["forms"]["1029"]["fields"].as_array().unwrap().contains(&json!("labels"))
    );
    for wrong in [
        json!({ "lags": 5 }),
        json!({ "pardot": { "version": 5 } }),
        json!({ "marketo": { "lag": "x" } }),
        json!(3),
    ] {
        assert_eq!(
            server.send("POST", "/_sandbox/config", &[], &wrong.to_string()).status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(server.get("/_sandbox/config"), config);
    assert_eq!(server.send("POST", "/_sandbox/clock", &[], r#"{"advance":-1}"#).status, 400);
    assert_eq!(server.send("GET", "/_sandbox/nothing", &[], "").status, 404);
}

#[test]
fn changes_wake_who_waits() {
    let server = Server::start();
    let version = server.get("/_sandbox/changes")["version"].as_u64().unwrap();
    let waiting = {
        let server = server.clone();
        thread::spawn(move || {
            server.get(&format!("/_sandbox/changes?after={version}"))["version"].as_u64().unwrap()
        })
    };
    thread::sleep(std::time::Duration::from_millis(100));
    assert!(!waiting.is_finished());
    server.send("GET", "/v2/prospects", &[KEY], "");
    assert!(waiting.join().unwrap() > version);
}

#[test]
fn the_page_runs_only_its_own_files() {
    let server = Server::start();
    let page = server.send("GET", "/", &[], "");
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().contains("script-src 'self'"));
    let script = server.send("GET", "/page.js", &[], "");
    assert!(script.header("content-type").unwrap().starts_with("text/javascript"));
    for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
        assert!(!script.text().contains(forbidden), "{forbidden}");
    }
    for file in [page, script, server.send("GET", "/page.css", &[], "")] {
        assert!(!file.text().contains("https://"), "no external assets");
    }
    assert_eq!(server.send("GET", "/elsewhere", &[], "").status, 404);
}

#[test]
fn a_file_keeps_everything_over_a_restart() {
    let file = std::env::temp_dir().join(format!("fieldpost-sandbox-{}.db", std::process::id()));
    let options = Options { port: 0, data: Some(file.clone()) };
    let first = Server::start_with(options.clone());
    first.configure(&json!({ "latency": 0, "pardot": { "lag": 9 } }));
    let token = first.marketo_token();
    first.submit(&token, &json!({ "email": "a@b.co" }));
    first.fault(&json!({ "fault": "hang", "operation": "prospects.prospect.list" }));

    let second = Server::start_with(options);
    assert_eq!(second.leads(), first.leads());
    assert_eq!(second.ledger().len(), 1);
    assert_eq!(second.get("/_sandbox/config")["pardot"]["lag"], 9);
    assert_eq!(second.get("/_sandbox/faults").as_array().unwrap().len(), 1);
    assert_eq!(
        second.submit(&token, &json!({ "email": "a@b.co" })).json()["result"][0]["status"],
        json!("updated")
    );
    assert_ne!(second.get("/_sandbox/config"), Value::Null);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
}
