//! What the vendors' pages warn of, beyond what the other suites pass by: related records, archived prospects, exports of
//! every object, memberships, name-only prospects.

use serde_json::{Value, json};

use crate::operations::form_urlencoded;
use crate::server::{FORM, JSON, KEY, Reply, Server, UNIT};

fn pardot(server: &Server, token: &str, method: &str, path: &str, body: &str) -> Reply {
    let path = format!("/api/{}", path.replacen('/', "/version/4/do/", 1));
    server.send(method, &path, &[FORM, UNIT, ("authorization", token)], body)
}

fn records(server: &Server, body: &Value) -> Value {
    server.control("/_sandbox/records", body)
}

#[test]
fn records_are_put_there_by_the_control_port() {
    let server = Server::start();
    let ids = records(
        &server,
        &json!([
            { "system": "pardot", "object": "visitor", "ip_address": "192.0.2.1" },
            { "system": "pardot", "object": "prospectAccount", "name": "Acme" },
        ]),
    );
    assert!(ids.as_array().unwrap().iter().all(|one| one["id"].is_i64()), "{ids}");
    let all = server.get("/_sandbox/records");
    assert_eq!((all.as_array().unwrap().len(), &all[0]["name"]), (2, &json!("Acme")));
    for (wrong, says) in [
        (json!({ "system": "pardot", "object": "opportunity" }), "must be one of"),
        (
            json!({ "system": "marketo", "object": "smartCampaign", "leadId": 1 }),
            "needs smartCampaignId",
        ),
    ] {
        let reply = server.send("POST", "/_sandbox/records", &[JSON], &wrong.to_string());
        assert_eq!(reply.status, 400);
        assert!(reply.text().contains(says), "{}", reply.text());
    }
    server.control("/_sandbox/reset", &json!({}));
    assert_eq!(server.get("/_sandbox/records"), json!([]));
}

#[test]
fn a_lead_is_in_the_smart_campaigns_that_it_was_put_into() {
    let server = Server::start();
    let token = server.marketo_token();
    let id = server.submit(&token, &json!({ "email": "a@b.co" })).json()["result"][0]["id"].clone();
    let read = || {
        let path = format!("/rest/v1/leads/{id}/smartCampaignMembership.json");
        server.send("GET", &path, &[("authorization", &token)], "").json()
    };
    assert_eq!(read()["result"], json!([]));
    records(
        &server,
        &json!([
            { "system": "marketo", "object": "smartCampaign", "leadId": id, "smartCampaignId": 1003, "created_at": "2026-01-02 03:04:05" },
            { "system": "marketo", "object": "smartCampaign", "leadId": 1, "smartCampaignId": 1004 },
        ]),
    );
    let found = read();
    assert_eq!(
        (found["result"].as_array().unwrap().len(), &found["moreResult"]),
        (1, &json!(false))
    );
    assert_eq!(found["result"][0]["smartCampaignId"], 1003);
    assert_eq!(found["result"][0]["createdAt"], "2026-01-02T03:04:05Z");
}

/// The CSV of an export, whatever it takes.
fn exported(
    server: &Server,
    token: &str,
    object: &str,
    name: &str,
    arguments: &Value,
    fields: &Value,
) -> Vec<String> {
    let body = json!({ "object": object, "fields": fields, "procedure": { "name": name, "arguments": arguments } });
    let headers = [JSON, UNIT, ("authorization", token)];
    let made = server
        .send("POST", "/api/export/version/4/do/create?format=json", &headers, &body.to_string())
        .json();
    let id = made["id"].to_string();
    server.control("/_sandbox/clock", &json!({ "advance": 180_000 }));
    let read = pardot(server, token, "GET", &format!("export/read/id/{id}?format=json"), "").json();
    assert_eq!(read["export"]["state"], "Complete", "{object}: {made}");
    let files = match &read["export"]["resultRefs"] {
        Value::Null => 0,
        Value::Array(list) => list.len(),
        _ => 1,
    };
    (1..=files)
        .flat_map(|file| {
            let text = pardot(
                server,
                token,
                "GET",
                &format!("export/downloadResults/id/{id}/file/{file}"),
                "",
            )
            .text();
            text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_object_can_be_exported() {
    let server = Server::start();
    let token = server.pardot_token();
    let make = |email: &str, more: &str| {
        pardot(
            &server,
            &token,
            "POST",
            "prospect/create?format=json",
            &format!("email={email}%40b.co&{more}"),
        )
        .json()["prospect"]["id"]
            .to_string()
    };
    let (ann, bo) = (make("ann", "list_9=1&list_10=1"), make("bo", "list_9=1"));
    pardot(
        &server,
        &token,
        "POST",
        &format!("email/send/prospect_id/{ann}?format=json"),
        "campaign_id=1&email_template_id=11",
    );
    let old = "2020-01-01 00:00:00";
    records(
        &server,
        &json!([
            { "system": "pardot", "object": "visitor", "prospect_id": bo, "ip_address": "192.0.2.1", "hostname": "a,b" },
            { "system": "pardot", "object": "visitor", "ip_address": "192.0.2.2" },
            { "system": "pardot", "object": "visitor", "ip_address": "192.0.2.3", "deleted": true },
            { "system": "pardot", "object": "visitorActivity", "type": 2, "visitor_id": 5 },
            { "system": "pardot", "object": "visitorActivity", "type": 2, "prospect_id": bo, "created_at": old, "updated_at": old },
            { "system": "pardot", "object": "externalActivity", "prospect_id": bo, "type": "Webinar", "value": "w1", "activity_date": "2026-01-05 00:00:00" },
            { "system": "pardot", "object": "prospectAccount", "name": "Acme", "prospect_id": ann },
        ]),
    );
    let rows = |object: &str, name: &str, arguments: Value, fields: Value| {
        exported(&server, &token, object, name, &arguments, &fields)
    };
    let since = |stem: &str| json!({ format!("{stem}_after"): "yesterday" });

    let mut members = rows(
        "listMembership",
        "filter_by_created_at",
        since("created"),
        json!(["list_id", "prospect_id"]),
    );
    members.sort();
    let mut wanted = [format!("10,{ann}"), format!("9,{ann}"), format!("9,{bo}")];
    wanted.sort();
    assert_eq!(members, wanted);

    let sent = rows(
        "visitorActivity",
        "filter_by_created_at",
        json!({ "created_after": "yesterday", "type": 6 }),
        json!(["type", "prospect_id"]),
    );
    assert_eq!(sent, [format!("6,{ann}")], "an e-mail that was sent is an activity");
    let known = rows(
        "visitorActivity",
        "filter_by_created_at",
        json!({ "created_after": "yesterday", "prospect_only": true }),
        json!(["type"]),
    );
    assert_eq!(known, ["6"]);
    let year =
        json!({ "updated_after": "2019-12-31 00:00:00", "updated_before": "2020-06-01 00:00:00" });
    assert_eq!(
        rows("visitorActivity", "filter_by_updated_at", year, json!(["prospect_id"])),
        [bo.as_str()]
    );

    assert_eq!(
        rows("visitor", "filter_by_updated_at", since("updated"), json!(["ip_address"])),
        ["192.0.2.1", "192.0.2.2"]
    );
    let all = json!({ "updated_after": "yesterday", "deleted": "all" });
    assert_eq!(rows("visitor", "filter_by_updated_at", all, json!(["ip_address"])).len(), 3);
    assert_eq!(
        rows(
            "visitor",
            "filter_by_prospect_updated_at",
            since("prospect_updated"),
            json!(["hostname"])
        ),
        ["\"a,b\""]
    );
    assert_eq!(
        rows(
            "prospectAccount",
            "filter_by_prospect_updated_at",
            since("prospect_updated"),
            json!(["name"])
        ),
        ["Acme"]
    );
    let webinar = json!({ "activity_after": "2026-01-01 00:00:00", "activity_before": "2026-02-01 00:00:00" });
    assert_eq!(
        rows("externalActivity", "filter_by_activity_date", webinar, json!(["type", "value"])),
        ["Webinar,w1"]
    );
    let emails = rows("prospect", "filter_by_created_at", since("created"), Value::Null);
    assert_eq!(emails.len(), 2, "{emails:?}");
}

#[test]
fn a_large_export_has_several_files_in_no_order_and_ends_after_a_week() {
    let server = Server::start();
    let token = server.pardot_token();
    for part in 0..3 {
        let rows: Vec<_> =
            (0..50).map(|at| format!("{{\"email\":\"p{part}x{at}@b.co\"}}")).collect();
        let document = format!("{{\"prospects\":[{}]}}", rows.join(","));
        let escaped = form_urlencoded(&document);
        pardot(
            &server,
            &token,
            "POST",
            "prospect/batchCreate?format=json",
            &format!("prospects={escaped}"),
        );
    }
    let rows = exported(
        &server,
        &token,
        "prospect",
        "filter_by_created_at",
        &json!({ "created_after": "yesterday" }),
        &json!(["email"]),
    );
    assert_eq!(rows.len(), 150);
    let query = || {
        pardot(&server, &token, "GET", "export/query?format=json", "").json()["result"]["export"]
            .clone()
    };
    let id = query()["id"].to_string();
    let read = || {
        pardot(&server, &token, "GET", &format!("export/read/id/{id}?format=json"), "").json()["export"]
            .clone()
    };
    let refs = read()["resultRefs"].as_array().unwrap().clone();
    assert!(refs.len() == 2 && refs[0].as_str() > refs[1].as_str(), "{refs:?}");
    server.control("/_sandbox/clock", &json!({ "advance": 8 * 86_400_000_i64 }));
    let token = server.pardot_token();
    let gone =
        pardot(&server, &token, "GET", &format!("export/downloadResults/id/{id}/file/1"), "");
    assert_eq!(gone.status, 400);
    let late = pardot(&server, &token, "GET", &format!("export/read/id/{id}?format=json"), "")
        .json()["export"]
        .clone();
    assert_eq!((&late["isExpired"], late.get("resultRefs")), (&json!(true), None));
}

#[test]
fn a_write_by_id_takes_a_prospect_out_of_the_archive() {
    let server = Server::start();
    let token = server.pardot_token();
    let call = |operation: &str, body: &str| server.pardot(&token, "POST", operation, body).json();
    let id = call("create", "email=a%40b.co")["prospect"]["id"].to_string();
    assert_eq!(call(&format!("update/id/{id}"), "is_archived=1")["prospect"]["is_archived"], 1);
    assert_eq!(
        call(&format!("upsert/id/{id}"), "city=Ghent")["prospect"]["is_archived"],
        Value::Null
    );
}

#[test]
fn a_fid_that_nobody_has_creates_where_an_address_is_given() {
    let server = Server::start();
    let token = server.pardot_token();
    let fid = "00Q000000000002AAA";
    let made = server.pardot(&token, "POST", &format!("upsert/fid/{fid}/email/a%40b.co"), "");
    assert_eq!((made.status, &made.json()["prospect"]["salesforce_fid"]), (201, &json!(fid)));
    assert_eq!(
        server.pardot(&token, "POST", &format!("upsert/fid/{fid}/email/new%40b.co"), "").status,
        200
    );
    assert_eq!((server.leads().len(), server.leads()[0]["email"].clone()), (1, json!("new@b.co")));
    assert_eq!(server.pardot(&token, "POST", "upsert/fid/00Q000000000003AAA", "").status, 400);
}

#[test]
fn batches_of_updates_answer_200_and_never_name_ids() {
    let server = Server::start();
    let token = server.pardot_token();
    let id = server.pardot(&token, "POST", "create", "email=a%40b.co").json()["prospect"]["id"]
        .to_string();
    let batch = |rows: &str| {
        let escaped = form_urlencoded(&format!("{{\"prospects\":[{rows}]}}"));
        server.pardot(&token, "POST", "batchUpdate", &format!("prospects={escaped}"))
    };
    let good = batch(&format!("{{\"id\":{id},\"score\":5}}"));
    assert_eq!(
        (good.status, good.json()),
        (200, json!({ "@attributes": { "stat": "ok", "version": 1 }, "errors": {} }))
    );
    let mixed =
        batch(&format!("{{\"email\":\"a@b.co\",\"score\":6}},{{\"id\":{id},\"score\":7}}")).json();
    assert_eq!(mixed["@attributes"], json!({ "stat": "fail", "version": 1 }), "no err_code");
    assert!(
        mixed["errors"]["0"].is_string() && mixed["errors"].as_object().unwrap().len() == 1,
        "{mixed}"
    );
    assert_eq!(
        server.leads()[0]["fields"]["score"],
        7,
        "the good row is written beside the bad one"
    );
}

#[test]
fn collections_are_null_an_object_or_an_array_and_xml_has_values() {
    let server = Server::start();
    let token = server.pardot_token();
    let made =
        server.pardot(&token, "POST", "create", "email=a%40b.co&Color_0=red&Color_1=b%26w").json();
    let id = made["prospect"]["id"].to_string();
    let lists = |body: &str| {
        server.pardot(&token, "POST", &format!("update/id/{id}"), body).json()["prospect"]["lists"]
            .clone()
    };
    assert_eq!(lists("city=x"), Value::Null);
    assert!(lists("list_1=1")["list_subscription"].is_object());
    assert!(lists("list_2=1")["list_subscription"].is_array());
    assert!(
        lists("list_2=1")["list_subscription"].as_array().unwrap().len() == 2,
        "a repeat is ignored"
    );

    let read = |more: &str| {
        let path = format!("/api/prospect/version/4/do/read/id/{id}?{more}");
        server.send("GET", &path, &[UNIT, ("authorization", &token)], "")
    };
    let activities = |more: &str| {
        read(&format!("format=json{more}")).json()["prospect"]["visitor_activities"].clone()
    };
    assert_eq!(activities(""), Value::Null);
    let activity = json!({ "system": "pardot", "object": "visitorActivity", "type": 4, "prospect_id": made["prospect"]["id"] });
    records(&server, &activity);
    assert!(activities("")["visitor_activity"].is_object());
    records(&server, &activity);
    assert!(activities("")["visitor_activity"].is_array());
    assert!(activities("&limit_related_records=1")["visitor_activity"].is_object());
    let visitor = json!({ "system": "pardot", "object": "visitor", "ip_address": "192.0.2.1", "prospect_id": made["prospect"]["id"] });
    records(&server, &visitor);
    let prospect = |more: &str| read(&format!("format=json{more}")).json()["prospect"].clone();
    assert_eq!(prospect("")["visitors"]["visitor"]["ip_address"], "192.0.2.1");
    assert_eq!(prospect("")["last_activity"]["visitor_activity"]["type"], 4);
    // Short answers end with what was last.
    let simple = prospect("&output=simple");
    assert!(simple.get("last_activity").is_some() && simple.get("visitors").is_none());

    let xml = read("format=xml").text();
    assert!(xml.contains("<Color><value>red</value><value>b&amp;w</value></Color>"), "{xml}");
    assert_eq!(xml.matches("<list_subscription>").count(), 2);
}

#[test]
fn a_query_in_bulk_has_no_total() {
    let server = Server::start();
    let token = server.pardot_token();
    for email in ["a", "b"] {
        server.pardot(&token, "POST", "create", &format!("email={email}%40b.co"));
    }
    let query = |more: &str| {
        pardot(&server, &token, "GET", &format!("prospect/query?format=json{more}"), "").json()["result"]
            .clone()
    };
    assert_eq!(query("")["total_results"], 2);
    let bulk = query("&output=bulk");
    assert_eq!((bulk.get("total_results"), bulk["prospect"].as_array().unwrap().len()), (None, 2));
}

#[test]
fn limits_are_the_instances_and_not_a_tokens() {
    let server = Server::start();
    let first = server.marketo_token();
    server.configure(&json!({ "marketo": { "tokenLifetime": 60, "limits": { "calls": 1 } } }));
    assert_eq!(server.submit(&first, &json!({ "email": "a@b.co" })).json()["success"], true);
    server.control("/_sandbox/tokens/expire", &json!({}));
    let second = server.marketo_token();
    assert_ne!(first, second);
    let body = server.submit(&second, &json!({ "email": "c@d.co" })).json();
    assert_eq!(body["errors"][0]["code"], "606", "{body}");
}

#[test]
fn who_gives_a_name_alone_is_never_found_again() {
    let server = Server::start();
    let body = json!({ "firstName": "Ana", "lastName": "Ng", "update": true });
    let (first, second) = (server.prospect(&body, &[]).json(), server.prospect(&body, &[]).json());
    assert_ne!(first["id"], second["id"]);
    assert_eq!(server.leads().len(), 2);
}

#[test]
fn what_is_left_out_stays_and_null_clears() {
    let server = Server::start();
    let write = |body: Value| server.prospect(&body, &[]).json();
    let person = |more: Value| {
        let mut body =
            json!({ "firstName": "Ana", "lastName": "Ng", "email": "a@b.co", "update": true });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    write(person(json!({ "title": "CEO", "company": "Acme" })));
    let kept = write(person(json!({ "company": null })));
    assert_eq!((&kept["title"], &kept["company"]), (&json!("CEO"), &Value::Null));
    server.configure(&json!({ "prospects": { "generation": "newest" } }));
    let list = server.send("GET", "/v2/prospects", &[KEY], "").json();
    assert_eq!(
        list["items"].as_array().unwrap().len(),
        1,
        "the newest generation lists 25 where no limit is given"
    );
}
