//! Pardot: duplicates, lag, identifiers, tokens, XML.

use serde_json::{Value, json};

use crate::server::{FORM, Server, UNIT, at_once};

fn refused(reply: &crate::server::Reply) -> (u16, i64) {
    let body = reply.json();
    assert_eq!(body["@attributes"]["stat"], "fail", "{body}");
    (reply.status, body["@attributes"]["err_code"].as_i64().unwrap())
}

#[test]
fn version_4_makes_another_prospect_of_a_known_address() {
    let server = Server::start();
    let token = server.pardot_token();
    let call = |operation: &str, body: &str| server.pardot(&token, "POST", operation, body);
    let first = call("create/email/a%40b.co", "first_name=Ana");
    assert_eq!(first.status, 201);
    let first = first.json();
    assert_eq!(first["@attributes"], json!({ "stat": "ok", "version": 1 }));
    assert!(first["prospect"]["id"].is_i64());
    assert_eq!(first["prospect"]["last_name"], Value::Null);
    assert_eq!(first["prospect"]["campaign"]["id"], 1);
    let one = server.pardot(&token, "GET", "read/email/a%40b.co", "").json();
    assert_eq!(one["prospect"]["id"], first["prospect"]["id"]);

    assert_eq!(call("upsert", "email=a%40b.co").status, 201);
    assert_eq!(call("upsert/email/A%40B.co", "").status, 201);
    let all = server.pardot(&token, "GET", "read/email/a%40b.co", "").json();
    assert_eq!(all["prospect"].as_array().unwrap().len(), 3);
    assert_eq!(server.leads().len(), 3);
    assert_eq!(server.last()["verdict"], "found");
    assert_eq!(server.last()["key"], "a@b.co");
}

#[test]
fn updates_by_id_change_what_they_name() {
    let server = Server::start();
    let token = server.pardot_token();
    let call = |operation: &str, body: &str| server.pardot(&token, "POST", operation, body);
    let created = call(
        "create",
        "email=a%40b.co&first_name=Ana&city=Ghent&Color_0=red&Color_1=blue&list_9=1",
    )
    .json();
    let id = created["prospect"]["id"].to_string();
    assert_eq!(created["prospect"]["Color"], json!({ "value": ["red", "blue"] }));
    assert_eq!(created["prospect"]["lists"]["list_subscription"]["list"]["id"], 9);

    server.control("/_sandbox/clock", &json!({ "advance": 5000 }));
    let updated = call(&format!("update/id/{id}"), "city=&company=Acme&list_9=0&Color_0=");
    assert_eq!(updated.status, 200);
    let updated = updated.json();
    assert_eq!(updated["prospect"]["first_name"], "Ana");
    assert_eq!(updated["prospect"]["company"], "Acme");
    assert_eq!(updated["prospect"]["city"], Value::Null);
    assert_eq!(updated["prospect"]["lists"], Value::Null);
    assert_eq!(updated["prospect"]["Color"], Value::Null);
    assert_eq!(updated["prospect"]["created_at"], created["prospect"]["created_at"]);
    assert_ne!(updated["prospect"]["updated_at"], created["prospect"]["updated_at"]);
    let stamp = created["prospect"]["created_at"].as_str().unwrap();
    let shape: String = stamp.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    assert_eq!(shape, "9999-99-99 99:99:99");

    assert_eq!(call(&format!("upsert/id/{id}"), "email=c%40d.co").status, 200);
    assert_eq!(server.leads()[0]["email"], "c@d.co");
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn fids_identify() {
    let server = Server::start();
    let token = server.pardot_token();
    let call = |operation: &str, body: &str| server.pardot(&token, "POST", operation, body);
    let fid = "00Q000000000001AAA";
    assert_eq!(refused(&call(&format!("read/fid/{fid}"), "")), (400, 92));
    assert_eq!(refused(&call("read/fid/xyz", "")), (400, 77));
    assert_eq!(call(&format!("upsert/fid/{fid}"), "email=a%40b.co").status, 201);
    assert_eq!(call(&format!("upsert/fid/{fid}"), "company=Acme").status, 200);
    assert_eq!(call(&format!("read/fid/{fid}"), "").json()["prospect"]["company"], "Acme");
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn errors_have_the_vendors_numbers() {
    let server = Server::start();
    let token = server.pardot_token();
    let call =
        |operation: &str, body: &str| refused(&server.pardot(&token, "POST", operation, body));
    assert_eq!(call("read/email/a%40b.co", ""), (400, 4));
    assert_eq!(call("read/id/1", ""), (400, 3));
    assert_eq!(call("read/id/x", ""), (400, 16));
    assert_eq!(call("read", ""), (400, 13));
    assert_eq!(call("create", "first_name=Ana"), (400, 13));
    assert_eq!(call("create", "email=no+address"), (400, 4));
    assert_eq!(call("create", &format!("email={}%40b.co", "a".repeat(65))), (400, 4));
    assert_eq!(call("create", "email=a%40b.co&campaign_id=x"), (400, 38));
    assert_eq!(call("create", "email=a%40b.co&user_id=1&crm_owner_fid=005"), (400, 125));
    assert_eq!(call("create", "email=a%40b.co&profile_criteria_4=perhaps"), (400, 18));
    assert_eq!(call("create", "email=a%40b.co&is_starred=perhaps"), (400, 50));
    assert_eq!(call("upsert", "first_name=Ana"), (400, 14));
    assert_eq!(call("upsert/id/1", "email=a%40b.co"), (400, 3));
    assert_eq!(call("update/id/1", "city=x"), (400, 3));
    assert_eq!(call("update/email/a%40b.co", "city=x"), (400, 16));
    assert_eq!(call("dance", ""), (400, 198));
    // A page's samples are addresses with a query; a delete alone is refused so.
    assert_eq!(server.pardot(&token, "GET", "create/email/a%40b.co", "").status, 201);
    assert_eq!(refused(&server.pardot(&token, "GET", "delete/email/a%40b.co", "")), (400, 60));
    assert_eq!(server.leads().len(), 1, "of the GET alone");
}

#[test]
fn credentials_and_headers() {
    let server = Server::start();
    let token = server.pardot_token();
    let bearer = ("authorization", token.as_str());
    let read = |headers: &[(&str, &str)]| {
        refused(&server.send(
            "GET",
            "/api/prospect/version/4/do/read/id/1?format=json",
            headers,
            "",
        ))
    };
    assert_eq!(read(&[bearer]), (400, 181));
    assert_eq!(read(&[bearer, ("pardot-business-unit-id", "1")]), (400, 182));
    assert_eq!(read(&[bearer, ("pardot-business-unit-id", "0Uv000000000009CAA")]), (400, 201));
    assert_eq!(read(&[UNIT]), (401, 184));
    assert_eq!(read(&[UNIT, ("authorization", "Bearer x")]), (401, 184));
    assert_eq!(read(&[UNIT, ("authorization", "Pardot api_key=1, user_key=2")]), (400, 199));
    assert_eq!(read(&[UNIT, bearer]), (400, 3));
    let version_3 = "/api/prospect/version/3/do/read/id/1?format=json";
    assert_eq!(refused(&server.send("GET", version_3, &[UNIT, bearer], "")), (400, 88));
    server.control("/_sandbox/tokens/expire", &json!({}));
    assert_eq!(read(&[UNIT, bearer]), (401, 184));

    let token = |body: &str| server.send("POST", "/services/oauth2/token", &[FORM], body);
    let client = "client_id=sandbox-client&client_secret=sandbox-secret";
    let good =
        token(&format!("grant_type=refresh_token&refresh_token=sandbox-refresh&{client}")).json();
    assert_eq!(good.get("expires_in"), None);
    assert!(good["instance_url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let wrong = token("grant_type=client_credentials&client_id=x&client_secret=y");
    assert_eq!((wrong.status, wrong.json()["error"].as_str()), (400, Some("invalid_client_id")));
    let wrong = token(&format!("grant_type=password&username=x&password=y&{client}"));
    assert_eq!((wrong.status, wrong.json()["error"].as_str()), (400, Some("invalid_grant")));
}

#[test]
fn xml_is_the_default() {
    let server = Server::start();
    let token = server.pardot_token();
    let headers = [FORM, UNIT, ("authorization", token.as_str())];
    let send = |operation: &str, body: &str| {
        server.send("POST", &format!("/api/prospect/version/4/do/{operation}"), &headers, body)
    };
    let created = send("create/email/a%40b.co", "company=A%26B");
    assert!(created.header("content-type").unwrap().starts_with("text/xml"));
    assert!(
        created.text().contains("<rsp stat=\"ok\" version=\"1.0\"><prospect>"),
        "{}",
        created.text()
    );
    assert!(created.text().contains("<company>A&amp;B</company>"));
    let missing = send("read/id/1", "");
    assert_eq!(missing.status, 400);
    assert!(missing.text().contains("<rsp stat=\"fail\" version=\"1.0\"><err code=\"3\">"));

    server.configure(&json!({ "pardot": { "xmlAuthErrors": true } }));
    let path = "/api/prospect/version/4/do/read/id/1?format=json";
    assert!(server.send("GET", path, &[UNIT], "").text().contains("<err code=\"184\">"));
}

#[test]
fn reads_lag_behind_writes() {
    let server = Server::start();
    let token = server.pardot_token();
    server.configure(&json!({ "pardot": { "lag": 30_000 } }));
    let read = || server.pardot(&token, "GET", "read/email/a%40b.co", "");
    let created = server.pardot(&token, "POST", "create/email/a%40b.co", "city=Ghent").json();
    assert_eq!(refused(&read()), (400, 4));
    server.control("/_sandbox/clock", &json!({ "advance": 31_000 }));
    assert_eq!(read().json()["prospect"]["city"], "Ghent");
    // A write by id is not held up, and is not seen at once either.
    let id = created["prospect"]["id"].to_string();
    assert_eq!(
        server
            .pardot(&token, "POST", &format!("update/id/{id}"), "city=Bruges&email=n%40b.co")
            .status,
        200
    );
    assert_eq!(read().json()["prospect"]["city"], "Ghent");
    server.control("/_sandbox/clock", &json!({ "advance": 31_000 }));
    assert_eq!(refused(&read()), (400, 4));
    assert_eq!(
        server.pardot(&token, "GET", &format!("read/id/{id}"), "").json()["prospect"]["city"],
        "Bruges"
    );
}

#[test]
fn limits() {
    let server = Server::start();
    let token = server.pardot_token();
    server.configure(&json!({ "pardot": { "latency": 150, "limits": { "concurrent": 5 } } }));
    let codes = at_once(7, {
        let (server, token) = (server.clone(), token.clone());
        move |_| refused(&server.pardot(&token, "GET", "read/id/1", ""))
    });
    assert_eq!(codes.iter().filter(|code| **code == (400, 66)).count(), 2);
    server.configure(&json!({ "pardot": { "latency": 0, "limits": { "calls": 5 } } }));
    assert_eq!(refused(&server.pardot(&token, "GET", "read/id/1", "")), (400, 202));
    server.configure(&json!({ "pardot": { "limits": { "daily": 5 } } }));
    assert_eq!(refused(&server.pardot(&token, "GET", "read/id/1", "")), (400, 122));
    assert_eq!(server.last()["verdict"], "limit:122");
}

#[test]
fn version_3_keeps_addresses_unique() {
    let server = Server::start();
    let token = server.pardot_token();
    server.configure(&json!({ "pardot": { "version": 3 } }));
    let call = |operation: &str, body: &str| {
        let path = format!("/api/prospect/version/3/do/{operation}?format=json");
        server.send("POST", &path, &[FORM, UNIT, ("authorization", token.as_str())], body)
    };
    assert_eq!(refused(&server.pardot(&token, "GET", "read/id/1", "")), (400, 89));
    assert_eq!(call("create/email/a%40b.co", "").status, 201);
    assert_eq!(refused(&call("create/email/a%40b.co", "")), (400, 9));
    assert_eq!(call("upsert/email/a%40b.co", "city=Ghent").status, 200);
    assert_eq!(call("update/email/a%40b.co", "company=Acme").status, 200);
    assert_eq!(call("upsert/id/1", "email=a%40b.co").status, 200);
    assert_eq!(refused(&call("upsert/id/1", "")), (400, 14));
    assert_eq!(call("create/email/c%40d.co", "").status, 201);
    let id = server.leads()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(refused(&call(&format!("update/id/{id}"), "email=c%40d.co")), (400, 54));
    assert_eq!(server.leads().len(), 2);
}

/// Salesforce gives client credentials no token where all orgs sign in; a refresh token gets one there.
#[test]
fn client_credentials_need_the_orgs_own_domain() {
    let server = Server::start();
    let asked = |body: &str| server.send("POST", "/services/oauth2/token", &[FORM], body);
    let client = "client_id=sandbox-client&client_secret=sandbox-secret";
    assert_eq!(asked(&format!("grant_type=client_credentials&{client}")).status, 200);
    server.configure(&json!({ "pardot": { "loginHosts": ["127.0.0.1"] } }));
    let reply = asked(&format!("grant_type=client_credentials&{client}"));
    assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("invalid_grant")));
    assert_eq!(reply.json()["error_description"], "request not supported on this domain");
    assert_eq!(
        asked(&format!("grant_type=refresh_token&refresh_token=sandbox-refresh&{client}")).status,
        200
    );
}
