//! What a lenient sandbox would let pass, and whoever connects a real account would be the first to find out: recorded of live
//! vendors, or told by other clients that tripped over it.

use serde_json::{Value, json};

use crate::operations::Marketo;
use crate::server::{FORM, JSON, Server, UNIT};

const NONE: Value = Value::Null;

#[test]
fn marketo_skips_what_is_of_another_type() {
    let marketo = Marketo::start();
    let field = json!({ "input": [{ "name": "workEmail", "displayName": "Work e-mail", "dataType": "email" }] });
    marketo.call("POST", "/rest/v1/leads/schema/fields.json", &field);
    let long = "x".repeat(256);
    for (field, value) in [
        ("leadScore", json!("many")),
        ("unsubscribed", json!("perhaps")),
        ("dateOfBirth", json!("yesterday")),
        ("firstName", json!(long)),
        ("workEmail", json!("bademail")),
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
    let flag = json!({ "input": [{ "name": "isPilot", "displayName": "Is pilot", "dataType": "boolean" }] });
    marketo.call("POST", "/rest/v1/leads/schema/fields.json", &flag);
    let fits = json!({ "email": "a@b.co", "leadScore": "5", "unsubscribed": "1", "dateOfBirth": "2000-02-29" });
    let made = marketo.sync(&json!({ "input": [fits] }))["result"][0].clone();
    assert_eq!(made["status"], "created");
    // What a lead lacks is null, and of an own boolean false.
    let path = format!("/rest/v1/lead/{}.json?fields=city,isPilot,workEmail", made["id"]);
    let lacking = json!({ "id": made["id"], "city": null, "isPilot": false, "workEmail": null });
    assert_eq!(marketo.call("GET", &path, &NONE)["result"][0], lacking);
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
        ["createdAt", "updatedAt"]
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

#[test]
fn marketo_says_1003_of_what_an_action_does_not_take() {
    let marketo = Marketo::start();
    let person = json!({ "email": "a@b.co" });
    let id = marketo.sync(&json!({ "input": [person] }))["result"][0]["id"].clone();
    let with_id = json!([{ "id": id, "email": "a@b.co" }]);
    for body in [
        json!({ "action": "createOnly", "input": with_id }),
        json!({ "action": "createOrUpdate", "input": with_id }),
        json!({ "action": "createDuplicate", "input": with_id }),
        json!({ "action": "upsert", "input": [person] }),
        json!({ "action": "updateOnly", "partitionName": "EU", "input": [person] }),
        json!({ "action": "createDuplicate", "partitionName": "EU", "input": [person] }),
        json!({ "input": [{ "email": "a@b.co", "createdAt": "2026-01-01T00:00:00Z" }] }),
    ] {
        assert_eq!(Marketo::codes(&marketo.sync(&body)), ["1003"], "{body}");
    }
    let by_id = json!({ "action": "updateOnly", "lookupField": "id", "input": with_id });
    assert_eq!(marketo.sync(&by_id)["result"][0]["status"], "updated");
    let leads = json!({ "input": { "leads": [{ "id": id }] } });
    let asked = |campaign: &str| {
        let path = format!("/rest/v1/campaigns/{campaign}/trigger.json");
        Marketo::codes(&marketo.call("POST", &path, &leads))
    };
    assert_eq!((asked("3746"), asked("900000")), (vec![], vec!["1003".to_owned()]));
    let program = "/rest/v1/leads/programs/abc.json";
    assert_eq!(Marketo::codes(&marketo.call("GET", program, &NONE)), ["1001"]);
    assert_eq!(marketo.0.leads().len(), 1);
}

#[test]
fn marketo_says_1007_where_several_have_the_key() {
    let marketo = Marketo::start();
    let twins = json!({ "action": "createDuplicate", "input": [{ "email": "a@b.co" }, { "email": "a@b.co" }] });
    marketo.sync(&twins);
    for action in ["createOrUpdate", "createOnly", "updateOnly"] {
        let reply = marketo.sync(&json!({ "action": action, "input": [{ "email": "A@b.co" }] }));
        let expected = (&json!(true), vec!["1007".to_owned()]);
        assert_eq!((&reply["success"], Marketo::codes(&reply)), expected, "{action}");
        assert_eq!(reply["result"][0]["status"], "skipped");
    }
}

#[test]
fn marketo_keeps_leads_in_their_partitions() {
    let marketo = Marketo::start();
    let of = |partition: &str, email: &str| {
        marketo.sync(&json!({ "partitionName": partition, "input": [{ "email": email }] }))
    };
    assert_eq!(of("EU", "a@b.co")["result"][0]["status"], "created");
    assert_eq!(of("EU", "a@b.co")["result"][0]["status"], "updated");
    assert_eq!(Marketo::codes(&of("US", "a@b.co")), ["1010"]);
    marketo.sync(&json!({ "input": [{ "email": "b@b.co" }] }));
    assert_eq!(Marketo::codes(&of("EU", "b@b.co")), ["1010"], "it lives in the default one");
    let path = "/rest/v1/leads.json?filterType=leadPartitionId&filterValues=2&fields=email,leadPartitionId";
    let found = marketo.call("GET", path, &NONE)["result"].clone();
    assert_eq!((&found[0]["email"], &found[0]["leadPartitionId"]), (&json!("a@b.co"), &json!(2)));
    let moved = json!({ "input": [{ "id": found[0]["id"], "partitionName": "US" }] });
    marketo.call("POST", "/rest/v1/leads/partitions.json", &moved);
    assert_eq!(of("US", "a@b.co")["result"][0]["status"], "updated");
}

#[test]
fn pardot_drops_a_field_that_the_account_does_not_have() {
    let (server, token) = pardot();
    let made = server.pardot(
        &token,
        "POST",
        "create",
        "email=a%40b.co&Shoe_size=44&city=Ghent&Color_0=red&is_starred=1&is_reviewed=0",
    );
    let prospect = &made.json()["prospect"];
    assert_eq!(made.status, 201, "and says nothing of it");
    assert_eq!((prospect.get("Shoe_size"), &prospect["city"]), (None, &json!("Ghent")));
    assert_eq!(prospect["Color"], json!({ "value": ["red"] }));
    // As recorded: flags are numbers, and what no answer had is not there.
    let flags = [&prospect["is_starred"], &prospect["is_reviewed"], &prospect["is_do_not_call"]];
    assert_eq!(flags, [&json!(1), &json!(0), &NONE]);
    assert!(prospect.get("is_archived").is_none() && prospect.get("prospect_account_id").is_none());
    let batch = "prospects=%7B%22prospects%22%3A%5B%7B%22email%22%3A%22c%40b.co%22%2C%22Shoe_size%22%3A44%7D%5D%7D";
    server.pardot(&token, "POST", "batchCreate", batch);
    assert!(server.leads().iter().all(|lead| lead["fields"].get("Shoe_size").is_none()));
    server.configure(&json!({ "pardot": { "customFields": { "Shoe_size": "Number" } } }));
    let id = prospect["id"].to_string();
    let known = server.pardot(&token, "POST", &format!("update/id/{id}"), "Shoe_size=44").json();
    assert_eq!(known["prospect"]["Shoe_size"], 44);
}

#[test]
fn pardot_mails_nobody_who_has_opted_out() {
    let (server, token) = pardot();
    let make = |email: &str, more: &str| {
        let body = format!("email={email}%40b.co&list_9=1{more}");
        server.pardot(&token, "POST", "create", &body).json()["prospect"]["id"].clone()
    };
    let (out, blocked, open) = (make("out", ""), make("no", "&is_do_not_email=1"), make("yes", ""));
    server.control(
        "/_sandbox/records",
        &json!({ "system": "pardot", "object": "optOut", "prospect_id": out }),
    );
    let read = server.pardot(&token, "GET", &format!("read/id/{out}"), "").json();
    assert_eq!(
        (&read["prospect"]["opted_out"], &read["prospect"]["recent_interaction"]),
        (&json!(1), &json!("Opted Out"))
    );
    // No operation takes it back.
    let written = server.pardot(&token, "POST", &format!("update/id/{out}"), "opted_out=0").json();
    assert_eq!(written["prospect"]["opted_out"], 1);
    let send = |path: &str, more: &str| {
        let body = format!("campaign_id=1&email_template_id=11{more}");
        let path = format!("/api/email/version/4/do/{path}?format=json");
        server.send("POST", &path, &[FORM, UNIT, ("authorization", &token)], &body).json()
    };
    for id in [&out, &blocked] {
        let refused = send(&format!("send/prospect_id/{id}"), "");
        assert_eq!(refused["@attributes"]["err_code"], 3, "as if there were nobody");
        let answer = send(&format!("send/prospect_id/{id}"), "&operational_email=true");
        assert!(answer["email"]["id"].is_i64(), "{answer}");
    }
    assert_eq!(send("send/prospect_email/out%40b.co", "")["@attributes"]["err_code"], 3);
    assert!(send(&format!("send/prospect_id/{open}"), "")["email"]["id"].is_i64());
    let list = send("send", "&list_ids[]=9")["email"]["id"].to_string();
    let path = format!("/api/email/version/4/do/stats/id/{list}?format=json");
    let stats = server.send("GET", &path, &[UNIT, ("authorization", &token)], "").json();
    assert_eq!(stats["stats"]["sent"], 1, "{stats}");
}

#[test]
fn pardot_exports_the_fields_that_an_object_has() {
    let (server, token) = pardot();
    let export = |object: &str, fields: Value| {
        let arguments = json!({ "created_after": "1 week ago" });
        let procedure = json!({ "name": "filter_by_created_at", "arguments": arguments });
        let body = json!({ "object": object, "fields": fields, "procedure": procedure });
        let headers = [JSON, UNIT, ("authorization", token.as_str())];
        let path = "/api/export/version/4/do/create?format=json";
        let reply = server.send("POST", path, &headers, &body.to_string()).json();
        reply["@attributes"]["err_code"].as_i64()
    };
    for (object, fields, code) in [
        ("externalActivity", json!(["id", "prospectId", "activityDate", "createdById"]), None),
        ("externalActivity", json!(["prospect_id"]), Some(130)),
        ("prospect", json!(["email", "converted_at", "Visits"]), None),
        ("prospect", json!(["email", "Shoe_size"]), Some(130)),
        ("prospect", json!(["recent_interaction"]), Some(130)),
    ] {
        assert_eq!(export(object, fields.clone()), code, "{object} {fields}");
    }
}

#[test]
fn pardot_answers_by_the_account() {
    let (server, token) = pardot();
    let read = |version: u8, by: &str, format: &str| {
        let path = format!("/api/prospect/version/{version}/do/read/{by}{format}");
        server.send("GET", &path, &[UNIT, ("authorization", token.as_str())], "")
    };
    let code = |version: u8, by: &str| {
        let reply = read(version, by, "?format=json");
        (reply.status, reply.json()["@attributes"]["err_code"].as_i64())
    };
    // Whatever is asked for, the version comes first.
    assert_eq!(code(3, "id/1"), (400, Some(88)));
    assert_eq!(code(3, "id/x"), (400, Some(88)));
    assert_eq!(code(4, "id/1"), (400, Some(3)));
    assert!(read(3, "id/1", "").text().contains("<err code=\"88\">"));
    server.configure(&json!({ "pardot": { "version": 3 } }));
    assert_eq!(code(4, "email/a%40b.co"), (400, Some(89)));
    assert_eq!(code(3, "email/a%40b.co"), (400, Some(4)), "nobody is an error");
    assert_eq!(code(3, "fid/00Q000000000001"), (400, Some(198)), "version 3 knows no CRM ids");
    let body = "email=a%40b.co&fid=00Q000000000001";
    let path = "/api/prospect/version/3/do/create?format=json";
    let made = server.send("POST", path, &[FORM, UNIT, ("authorization", token.as_str())], body);
    assert_eq!(made.json()["prospect"]["salesforce_fid"], NONE);
    // The quota is the account's, whatever its version.
    server.configure(&json!({ "pardot": { "limits": { "daily": 0 } } }));
    assert_eq!(code(3, "id/1"), (400, Some(122)));
    assert_eq!(code(4, "id/1"), (400, Some(89)), "and a call of the other version is none of it");
}
