//! What a lenient sandbox would let pass, and whoever connects a real account would be the first to find out: recorded of live
//! vendors, or told by other clients that tripped over it.

use serde_json::{Value, json};

use crate::operations::Marketo;
use crate::server::{FORM, JSON, Server, UNIT};

const NONE: Value = Value::Null;

#[test]
fn marketo_skips_what_is_of_another_type() {
    let marketo = Marketo::start();
    let long = "x".repeat(256);
    for (field, value) in [
        ("leadScore", json!("many")),
        ("unsubscribed", json!("perhaps")),
        ("dateOfBirth", json!("yesterday")),
        ("firstName", json!(long)),
    ] {
        let reply = marketo.sync(&json!({ "input": [{ "email": "a@b.co", field: value }] }));
        assert_eq!(
            (&reply["success"], Marketo::codes(&reply)),
            (&json!(true), vec!["1003".to_owned()])
        );
        let said = reply["result"][0]["reasons"][0]["message"].as_str().unwrap();
        assert!(
            said.starts_with(&format!("Invalid value for field '{field}' and value '")),
            "{said}"
        );
    }
    let fits = json!({ "email": "a@b.co", "leadScore": "5", "unsubscribed": "1", "dateOfBirth": "2000-02-29" });
    assert_eq!(marketo.sync(&json!({ "input": [fits] }))["result"][0]["status"], "created");
}

#[test]
fn marketo_knows_what_there_is() {
    let marketo = Marketo::start();
    let id = marketo.sync(&json!({ "input": [{ "email": "a@b.co" }] }))["result"][0]["id"].clone();
    let by_id = json!({ "input": [{ "id": id }] });
    let of_nobody = json!({ "input": [{ "id": "abc" }] });
    for (method, path, body, codes) in [
        ("GET", "/rest/v1/lead/abc.json", &NONE, &["1001"][..]),
        ("GET", "/rest/v1/lead/1.json", &NONE, &["1004"]),
        ("POST", "/rest/v1/lists/abc/leads.json", &by_id, &["1001"]),
        ("POST", "/rest/v1/lists/1000000/leads.json", &by_id, &["1013"]),
        ("POST", "/rest/v1/lists/7/leads.json", &of_nobody, &["1001"]),
        ("POST", "/rest/v1/leads/delete.json", &of_nobody, &["1001"]),
        ("GET", "/rest/v1/lists/7/leads.json", &NONE, &[]),
        ("GET", "/rest/v1/leads.json?filterType=firstName&filterValues=x", &NONE, &["1011"]),
        ("GET", "/rest/v1/leads.json?filterType=cookies&filterValues=x", &NONE, &[]),
        ("GET", "/rest/v1/leads.json?filterType=leadPartitionId&filterValues=1", &NONE, &[]),
        (
            "POST",
            "/rest/v1/leads.json",
            &json!({ "partitionName": "Moon", "input": [{ "email": "b@b.co" }] }),
            &["1008"],
        ),
        // `%26` written twice is no cookie.
        (
            "POST",
            &format!("/rest/v1/leads/{id}/associate.json?cookie=id:1%2526token:_mch-x"),
            &NONE,
            &["1012"],
        ),
        (
            "POST",
            "/rest/v1/campaigns/3746/trigger.json",
            &json!({ "input": { "leads": [{ "id": 1 }] } }),
            &["1004"],
        ),
        ("POST", "/rest/identity/oauth/token?grant_type=client_credentials", &NONE, &["600"]),
    ] {
        assert_eq!(Marketo::codes(&marketo.call(method, path, body)), codes, "{method} {path}");
    }
}

#[test]
fn marketo_reads_several_values_and_other_methods() {
    let marketo = Marketo::start();
    let made = marketo.sync(&json!({ "input": [{ "email": "a@b.co" }, { "email": "b@b.co" }, { "email": "c@b.co" }, { "email": "d@b.co" }] }));
    let id = |at: usize| made["result"][at]["id"].to_string();
    let both = marketo.call("GET", "/rest/v1/leads.json?filterType=email&filterValues=a@b.co&filterValues=b@b.co&fields=id&fields=city", &NONE);
    assert_eq!(both["result"].as_array().unwrap().len(), 2);
    assert_eq!(both["result"][0], json!({ "id": made["result"][0]["id"], "city": null }));
    let merge = format!("/rest/v1/leads/{}/merge.json?leadIds={}&leadIds={}", id(0), id(1), id(2));
    assert_eq!(marketo.call("POST", &merge, &NONE)["success"], true);
    assert_eq!(marketo.0.leads().len(), 2, "both were merged");
    let list = "/rest/v1/lists/7/leads.json";
    let input = json!({ "input": [{ "id": made["result"][0]["id"] }] });
    assert_eq!(marketo.call("POST", list, &input)["result"][0]["status"], "added");
    let gone = marketo.call("POST", &format!("{list}?_method=DELETE"), &input);
    assert_eq!(gone["result"][0]["status"], "removed", "what should go is not added");
    let deleted = marketo.call("POST", &format!("/rest/v1/leads/delete.json?id={}", id(3)), &NONE);
    assert_eq!(deleted["result"][0]["status"], "deleted");
    let deleted = marketo.call("POST", "/rest/v1/leads.json?_method=DELETE", &input);
    assert_eq!(deleted["result"][0]["status"], "deleted", "and no lead is made");
    assert!(marketo.0.leads().is_empty());
    let describe = marketo.call("GET", "/rest/v1/leads/describe.json", &NONE);
    let kept =
        describe["result"].as_array().unwrap().iter().filter(|one| one["rest"]["readOnly"] == true);
    assert_eq!(
        kept.map(|one| one["rest"]["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["id", "createdAt", "updatedAt"]
    );
}

#[test]
fn marketos_page_tokens_expire() {
    let marketo = Marketo::start();
    marketo.sync(&json!({ "input": [{ "email": "a@b.co" }, { "email": "b@b.co" }] }));
    let path = "/rest/v1/leads.json?filterType=email&filterValues=a@b.co,b@b.co&batchSize=1";
    let token =
        marketo.call("GET", path, &NONE)["nextPageToken"].as_str().unwrap().replace('=', "%3D");
    let next = format!("{path}&nextPageToken={token}");
    assert_eq!(marketo.call("GET", &next, &NONE)["result"].as_array().unwrap().len(), 1);
    marketo.0.control("/_sandbox/clock", &json!({ "advance": 86_400_000 }));
    let fresh = marketo.0.marketo_token();
    let late = marketo.0.send("GET", &next, &[("authorization", &fresh)], "").json();
    assert_eq!(Marketo::codes(&late), ["1003"]);
}

fn pardot() -> (Server, String) {
    let server = Server::start();
    let token = server.pardot_token();
    (server, token)
}

#[test]
fn pardot_reads_batches_and_updates_as_parts_and_says_bare_json() {
    let (server, token) = pardot();
    let parts = |fields: &[(&str, &str)]| {
        let part = |(name, value): &(&str, &str)| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        format!("{}--x--\r\n", fields.iter().map(part).collect::<String>())
    };
    let headers =
        [("content-type", "multipart/form-data; boundary=x"), UNIT, ("authorization", &token)];
    let batch = parts(&[("prospects", r#"{"prospects":[{"email":"a@b.co"}]}"#)]);
    let made =
        server.send("POST", "/api/prospect/version/4/do/batchUpsert?format=json", &headers, &batch);
    assert_eq!((made.status, made.header("content-type")), (201, Some("application/json")));
    let id = server.leads()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/prospect/version/4/do/update/id/{id}?format=json");
    let changed = server.send("POST", &path, &headers, &parts(&[("city", "Ghent")]));
    assert_eq!(changed.json()["prospect"]["city"], "Ghent");
}

#[test]
fn pardot_knows_what_there_is_and_shows_it_as_recorded() {
    let (server, token) = pardot();
    let call = |method: &str, path: &str, body: &str| {
        let path = format!("/api/{}", path.replacen('/', "/version/4/do/", 1));
        server.send(method, &path, &[FORM, UNIT, ("authorization", &token)], body).json()
    };
    let made =
        call("POST", "prospect/create?format=json", "email=a%40b.co&fid=00Q000000000001&list_9=1");
    let prospect = &made["prospect"];
    assert_eq!(
        (&prospect["score"], &prospect["recent_interaction"]),
        (&json!(0), &json!("Never active."))
    );
    assert_eq!(prospect["profile"]["profile_criteria"][0]["matches"], "Unknown");
    assert!(prospect["lists"]["list_subscription"]["id"].is_i64());
    let found = call("GET", "prospect/read/fid/00Q000000000001?format=json&output=mobile", "");
    assert_eq!(found["prospect"].as_object().unwrap().len(), 5);
    let query = call("GET", "prospect/query?format=json", "");
    assert!(query["result"]["prospect"].get("lists").is_none(), "{query}");
    assert_eq!(
        call("GET", "prospect/query?format=json&output=bulk&id_greater_than=99999999", "")["result"],
        NONE
    );
    for (path, body, code) in [
        ("prospect/create?format=json", "email=b%40b.co&campaign_id=1000000", 38),
        ("prospect/create?format=json", "email=b%40b.co&list_1000000=1", 55),
        ("prospect/create?format=json", "email=b%40b.co&user_id=1000000", 10),
        ("prospect/read/email/nobody%40b.co?format=json", "", 4),
        ("prospect/read/id/x?format=json", "", 16),
        ("email/send?format=json", "campaign_id=1&list_ids%5B0%5D=x&email_template_id=11", 55),
    ] {
        assert_eq!(call("POST", path, body)["@attributes"]["err_code"], code, "{path} {body}");
    }
    let export = |fields: &Value| {
        let body = json!({ "object": "visitor", "fields": fields,
            "procedure": { "name": "filter_by_updated_at", "arguments": { "updated_after": "1 week ago" } } });
        let headers = [JSON, UNIT, ("authorization", &token)];
        server
            .send(
                "POST",
                "/api/export/version/4/do/create?format=json",
                &headers,
                &body.to_string(),
            )
            .json()
    };
    assert_eq!(export(&json!(["id", "nonsense"]))["@attributes"]["err_code"], 130);
    assert_eq!(export(&json!(["id"]))["state"], "Waiting");
}

#[test]
fn salesforce_takes_a_client_by_http_basic() {
    let server = Server::start();
    let basic = ("authorization", "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=");
    let body = "grant_type=refresh_token&refresh_token=sandbox-refresh";
    let token =
        |headers: &[(&str, &str)]| server.send("POST", "/services/oauth2/token", headers, body);
    assert!(token(&[FORM, basic]).json()["access_token"].is_string());
    let wrong = token(&[FORM, ("authorization", "Basic eDp5")]);
    assert_eq!((wrong.status, &wrong.json()["error"]), (400, &json!("invalid_client_id")));
}
