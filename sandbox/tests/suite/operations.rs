//! The operations that a lead form does not need: their limits and codes, each passed by one.

use serde_json::{Value, json};

use crate::server::{FORM, JSON, Reply, Server, UNIT};

pub(crate) struct Marketo(pub(crate) Server, pub(crate) String);

impl Marketo {
    pub(crate) fn start() -> Self {
        let server = Server::start();
        server.configure(&json!({ "marketo": { "limits": { "calls": 5000, "window": 20000, "concurrent": 10, "daily": null } } }));
        let token = server.marketo_token();
        Self(server, token)
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        self.0.send(method, path, &[JSON, ("authorization", &self.1)], &text).json()
    }

    pub(crate) fn sync(&self, body: &Value) -> Value {
        self.call("POST", "/rest/v1/leads.json", body)
    }

    /// Codes of the whole response, or of each record.
    pub(crate) fn codes(reply: &Value) -> Vec<String> {
        let of = |list: &Value| -> Vec<String> {
            list.as_array()
                .into_iter()
                .flatten()
                .filter_map(|one| one["code"].as_str().map(str::to_owned))
                .collect()
        };
        if reply["success"] == false {
            return of(&reply["errors"]);
        }
        reply["result"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|record| of(&record["reasons"]))
            .collect()
    }
}

#[test]
fn sync_keeps_its_actions_apart() {
    let marketo = Marketo::start();
    let codes = |body: &Value| Marketo::codes(&marketo.sync(body));
    let one = json!([{ "email": "a@b.co" }]);
    assert_eq!(codes(&json!({ "action": "updateOnly", "input": one })), ["1004"]);
    assert_eq!(marketo.sync(&json!({ "input": one }))["result"][0]["status"], "created");
    assert_eq!(
        marketo.sync(&json!({ "input": [{ "email": "A@B.co", "city": "x" }] }))["result"][0]["status"],
        "updated"
    );
    assert_eq!(codes(&json!({ "action": "createOnly", "input": one })), ["1005"]);
    assert_eq!(
        marketo.sync(&json!({ "action": "createDuplicate", "input": one }))["result"][0]["status"],
        "created"
    );
    assert_eq!(codes(&json!({ "input": one })), ["1007"]);
    assert_eq!(codes(&json!({ "action": "replace", "input": one })), ["1003"]);
    assert_eq!(codes(&json!({ "input": [{ "email": "c@d.co", "id": 5 }] })), ["1003"]);
    assert_eq!(
        codes(&json!({ "action": "updateOnly", "partitionName": "EU", "input": one })),
        ["1003"]
    );
    assert_eq!(codes(&json!({ "input": [{ "email": "c@d.co", "billingCity": "x" }] })), ["1021"]);
    assert_eq!(codes(&json!({ "input": [{ "email": "c@d.co", "nothing": 1 }] })), ["1006"]);
    assert_eq!(codes(&json!({ "input": [{ "email": "zoë@d.co" }] })), ["1003"]);
    assert_eq!(codes(&json!({ "input": [{ "email": "c@d.co", "city": { "x": 1 } }] })), ["1001"]);
    assert_eq!(codes(&json!({ "lookupField": "userId", "input": one })), ["1006"]);
    assert_eq!(
        codes(&json!({ "input": [{ "email": "e@f.co" }, { "email": "E@f.co" }] })),
        ["1036"]
    );
    assert_eq!(codes(&json!({})), ["701"]);
    let many = |count: usize| json!({ "input": (0..count).map(|at| json!({ "email": format!("m{at}@x.co") })).collect::<Vec<_>>() });
    assert_eq!(marketo.sync(&many(300))["result"].as_array().unwrap().len(), 300);
    assert_eq!(codes(&many(301)), ["1003"]);
    let plain = marketo
        .0
        .send("POST", "/rest/v1/leads.json", &[FORM, ("authorization", &marketo.1)], "x=1")
        .json();
    assert_eq!(Marketo::codes(&plain), ["612"]);
}

#[test]
fn a_field_that_was_emptied_is_null_in_replies() {
    let marketo = Marketo::start();
    let made = marketo.sync(&json!({ "input": [{ "email": "a@b.co", "city": "Ghent" }] }));
    let id = made["result"][0]["id"].to_string();
    marketo.sync(&json!({ "input": [{ "email": "a@b.co", "city": "" }] }));
    let read =
        marketo.call("GET", &format!("/rest/v1/lead/{id}.json?fields=email,city"), &Value::Null);
    assert_eq!(
        read["result"][0],
        json!({ "id": made["result"][0]["id"], "email": "a@b.co", "city": null })
    );
    let unknown = marketo.call("GET", "/rest/v1/lead/1.json", &Value::Null);
    assert_eq!(Marketo::codes(&unknown), ["1004"]);
}

#[test]
fn filters_have_their_limits_and_a_way_round_414() {
    let marketo = Marketo::start();
    marketo.sync(&json!({ "input": [{ "email": "a@b.co" }] }));
    let filter =
        |query: &str| marketo.call("GET", &format!("/rest/v1/leads.json?{query}"), &Value::Null);
    assert_eq!(filter("filterType=email&filterValues=x@y.co")["result"], json!([]));
    assert_eq!(Marketo::codes(&filter("filterType=email")), ["1002"]);
    assert_eq!(Marketo::codes(&filter("filterType=dateOfBirth&filterValues=x")), ["1011"]);
    assert_eq!(
        Marketo::codes(&filter("filterType=email&filterValues=a@b.co&batchSize=301")),
        ["1003"]
    );
    let values = |count: usize| (0..count).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(filter(&format!("filterType=id&filterValues={}", values(300)))["success"], true);
    assert_eq!(
        Marketo::codes(&filter(&format!("filterType=id&filterValues={}", values(301)))),
        ["1003"]
    );
    let long = format!("filterType=email&filterValues={},a@b.co", "x".repeat(8200));
    let path = format!("/rest/v1/leads.json?{long}");
    assert_eq!(marketo.0.send("GET", &path, &[("authorization", &marketo.1)], "").status, 414);
    let posted = marketo
        .0
        .send(
            "POST",
            "/rest/v1/leads.json?_method=GET",
            &[FORM, ("authorization", &marketo.1)],
            &long,
        )
        .json();
    assert_eq!(posted["result"][0]["email"], "a@b.co");
    let many: Vec<_> = (0..300).map(|at| json!({ "email": format!("m{at}@x.co") })).collect();
    for at in 0..4 {
        let part: Vec<_> = many
            .iter()
            .map(|one| json!({ "email": format!("{at}{}", one["email"].as_str().unwrap()), "utmTerm": "Same" }))
            .collect();
        marketo.sync(&json!({ "input": part }));
    }
    // The city of a person is no field to find them by; a custom field is.
    assert_eq!(Marketo::codes(&filter("filterType=city&filterValues=Same")), ["1011"]);
    assert_eq!(Marketo::codes(&filter("filterType=utmTerm&filterValues=Same")), ["1003"]);
}

#[test]
fn merges_lists_and_programs_refuse_by_number() {
    let marketo = Marketo::start();
    let made = marketo
        .sync(&json!({ "input": [{ "email": "a@b.co" }, { "email": "c@d.co", "city": "Ghent" }] }));
    let (winner, loser) =
        (made["result"][0]["id"].to_string(), made["result"][1]["id"].to_string());
    let post = |path: String, body: Value| marketo.call("POST", &path, &body);
    let ids = (0..26).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(
        Marketo::codes(&post(
            format!("/rest/v1/leads/{winner}/merge.json?leadIds={ids}"),
            Value::Null
        )),
        ["1080"]
    );
    assert_eq!(
        Marketo::codes(&post(format!("/rest/v1/leads/{winner}/merge.json?leadId=1"), Value::Null)),
        ["1004"]
    );
    let added = post(
        "/rest/v1/lists/7/leads.json".into(),
        json!({ "input": [{ "id": made["result"][0]["id"] }, { "id": 1 }] }),
    );
    assert_eq!(
        (&added["result"][0]["status"], Marketo::codes(&added)),
        (&json!("added"), vec!["1004".to_owned()])
    );
    let removed = marketo.call(
        "DELETE",
        &format!("/rest/v1/lists/7/leads.json?id={winner}&id={loser}"),
        &Value::Null,
    );
    assert_eq!(
        (&removed["result"][0]["status"], Marketo::codes(&removed)),
        (&json!("removed"), vec!["1015".to_owned()])
    );
    let status = |word: &str| {
        post(
            "/rest/v1/leads/programs/9/status.json".into(),
            json!({ "status": word, "input": [{ "id": made["result"][0]["id"] }] }),
        )
    };
    assert_eq!(Marketo::codes(&status("Nope")), ["1025"]);
    assert_eq!(status("Visited")["result"][0]["status"], "updated");
    assert_eq!(Marketo::codes(&status("Invited")), ["1037"]);
    let merged = post(format!("/rest/v1/leads/{winner}/merge.json?leadId={loser}"), Value::Null);
    assert_eq!((&merged["success"], merged.get("result")), (&json!(true), None));
    let read = marketo.call(
        "GET",
        &format!("/rest/v1/lead/{winner}.json?fields=email,city"),
        &Value::Null,
    );
    assert_eq!(
        (&read["result"][0]["email"], &read["result"][0]["city"]),
        (&json!("a@b.co"), &json!("Ghent"))
    );
    assert_eq!(
        Marketo::codes(&marketo.call("GET", "/rest/asset/v1/form/5/fields.json", &Value::Null)),
        ["702"]
    );
    assert_eq!(
        Marketo::codes(&marketo.call("GET", "/rest/v1/leads/schema/fields/x.json", &Value::Null)),
        ["610"]
    );
}

struct Pardot(Server, String, u8);

impl Pardot {
    fn start(version: u8) -> Self {
        let server = Server::start();
        server.configure(&json!({ "pardot": { "version": version } }));
        let token = server.pardot_token();
        Self(server, token, version)
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Reply {
        let path = format!("/api/{}", path.replacen('/', &format!("/version/{}/do/", self.2), 1));
        self.0.send(method, &path, &[FORM, UNIT, ("authorization", &self.1)], body)
    }

    fn code(&self, method: &str, path: &str, body: &str) -> i64 {
        self.call(method, path, body).json()["@attributes"]["err_code"].as_i64().unwrap_or_default()
    }

    fn batch(&self, verb: &str, document: &str) -> Reply {
        let escaped: String = form_urlencoded(document);
        self.call("POST", &format!("prospect/{verb}?format=json"), &format!("prospects={escaped}"))
    }
}

/// Every byte escaped: what any text may be in a form.
pub(crate) fn form_urlencoded(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect()
}

#[test]
fn batches_answer_by_position_and_process_the_good_rows() {
    let pardot = Pardot::start(4);
    let made =
        pardot.batch("batchCreate", r#"{"prospects":[{"email":"a@b.co"},{"email":"c@d.co"}]}"#);
    assert_eq!(
        (made.status, made.json()),
        (201, json!({ "@attributes": { "stat": "ok", "version": 1 }, "errors": {} }))
    );
    let mixed =
        pardot.batch("batchCreate", r#"{"prospects":[{"email":"bad"},{"email":"a@b.co"}]}"#);
    let body = mixed.json();
    assert_eq!(
        (mixed.status, &body["@attributes"]),
        (200, &json!({ "stat": "fail", "version": 1 }))
    );
    assert_eq!(body["errors"].as_object().unwrap().keys().collect::<Vec<_>>(), ["0"]);
    assert_eq!(pardot.0.leads().len(), 3, "a known address makes another one");
    let code = |document: &str| {
        pardot.batch("batchUpsert", document).json()["@attributes"]["err_code"].as_i64()
    };
    assert_eq!(code(r#"{"prospects":{"a@b.co":{}}}"#), Some(90));
    assert_eq!(code("nonsense"), Some(71));
    let rows = |count: usize| {
        format!("{{\"prospects\":[{}]}}", vec!["{\"email\":\"r@s.co\"}"; count].join(","))
    };
    assert_eq!(code(&rows(51)), Some(70));
    assert_eq!(code(&rows(50)), None);
    assert_eq!(
        pardot.code("POST", "prospect/batchUpsert?format=json", r#"{"prospects":[]}"#),
        71,
        "a raw body is no parameter"
    );
    let three = Pardot::start(3);
    assert_eq!(
        three.batch("batchCreate", r#"{"prospects":[{"email":"a@b.co"}]}"#).json()["@attributes"]["err_code"],
        91
    );
    assert_eq!(three.batch("batchCreate", r#"<prospects><prospect identifier="a@b.co"><first_name>A &amp; B</first_name></prospect></prospects>"#).status, 201);
    let again = three.batch("batchCreate", r#"{"prospects":{"a@b.co":{}}}"#).json();
    assert!(again["errors"]["a@b.co"].as_str().unwrap().contains("already exists"));
}

#[test]
fn prospects_are_assigned_found_and_deleted() {
    let pardot = Pardot::start(4);
    let id = pardot
        .call("POST", "prospect/create?format=json", "email=a%40b.co&score=7&list_9=1")
        .json()["prospect"]["id"]
        .to_string();
    assert_eq!(
        pardot.code(
            "POST",
            &format!("prospect/assign/id/{id}?format=json"),
            "user_id=1&group_id=2"
        ),
        47
    );
    assert_eq!(pardot.code("POST", &format!("prospect/assign/id/{id}?format=json"), ""), 13);
    assert_eq!(
        pardot.code("POST", "prospect/assign/email/a%40b.co?format=json", "user_id=1"),
        13,
        "version 4 does not assign by e-mail"
    );
    let query =
        |text: &str| pardot.call("GET", &format!("prospect/query?format=json&{text}"), "").json();
    assert_eq!(
        query("score_greater_than=7")["result"],
        json!({ "total_results": 0 }),
        "absent for none"
    );
    assert!(
        query("score_equal_to=7&list_id=9&assigned=false")["result"]["prospect"].is_object(),
        "an object for one"
    );
    pardot.call("POST", "prospect/create?format=json", "email=c%40d.co");
    assert_eq!(
        query("output=mobile")["result"]["prospect"].as_array().unwrap().len(),
        2,
        "an array for more"
    );
    for (text, code) in [
        ("limit=201", 23),
        ("limit=0", 23),
        ("offset=x", 21),
        ("sort_by=name", 19),
        ("sort_order=up", 20),
        ("created_after=2019-12-31%2025:59:59", 7),
        ("grade_equal_to=E", 32),
    ] {
        assert_eq!(query(text)["@attributes"]["err_code"], code, "{text}");
    }
    assert_eq!(pardot.code("GET", &format!("prospect/delete/id/{id}?format=json"), ""), 60);
    let gone = pardot.call("DELETE", &format!("prospect/delete/id/{id}"), "");
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(pardot.code("POST", &format!("prospect/delete/id/{id}?format=json"), ""), 3);
    assert_eq!(query("deleted=true")["result"]["total_results"], 1);
}

#[test]
fn emails_and_exports_have_their_rules() {
    let pardot = Pardot::start(4);
    let send = |body: &str| pardot.code("POST", "email/send?format=json", body);
    assert_eq!(send("list_ids%5B%5D=1&email_template_id=11"), 13);
    assert_eq!(send("campaign_id=1&list_ids%5B%5D=1&email_template_id=99"), 68);
    assert_eq!(
        send("campaign_id=1&list_ids%5B%5D=1&name=n&subject=s&text_content=Hi&from_user_id=1"),
        64
    );
    assert_eq!(
        send(
            "campaign_id=1&list_ids%5B%5D=1&name=n&subject=s&text_content=%25%25unsubscribe%25%25&from_name=x"
        ),
        13
    );
    assert_eq!(send("campaign_id=1&list_ids%5B%5D=1&email_template_id=11"), 0);
    assert_eq!(
        pardot.code(
            "POST",
            "email/send/prospect_id/1?format=json",
            "campaign_id=1&email_template_id=11"
        ),
        3
    );
    let create = |body: &Value| {
        let headers = [JSON, UNIT, ("authorization", pardot.1.as_str())];
        pardot
            .0
            .send(
                "POST",
                "/api/export/version/4/do/create?format=json",
                &headers,
                &body.to_string(),
            )
            .json()
    };
    let ask = |object: &str, name: &str, arguments: Value| {
        create(&json!({ "object": object, "procedure": { "name": name, "arguments": arguments } }))
    };
    let code = |reply: Value| reply["@attributes"]["err_code"].as_i64().unwrap_or_default();
    assert_eq!(code(ask("prospect", "filter_by_activity_date", json!({}))), 174);
    assert_eq!(
        code(ask(
            "prospect",
            "filter_by_updated_at",
            json!({ "updated_after": "today", "deleted": "all" })
        )),
        175
    );
    assert_eq!(
        code(ask("prospect", "filter_by_updated_at", json!({ "updated_before": "today" }))),
        207
    );
    assert_eq!(
        code(ask(
            "prospect",
            "filter_by_updated_at",
            json!({ "updated_after": "2019-12-25 00:00:00", "updated_before": "2020-12-25 00:00:01" })
        )),
        176
    );
    assert_eq!(
        ask(
            "visitor",
            "filter_by_updated_at",
            json!({ "updated_after": "2019-12-25 00:00:00", "updated_before": "2020-12-25 00:00:00" })
        )["state"],
        "Waiting"
    );
    let fields: Vec<_> = (0..151).map(|at| format!("f{at}")).collect();
    let many = json!({ "object": "prospect", "fields": fields, "procedure": { "name": "filter_by_updated_at", "arguments": { "updated_after": "today" } } });
    assert_eq!(code(create(&many)), 130);
    assert_eq!(pardot.code("POST", "export/create?format=json", "x=1"), 151);
    pardot.call("POST", "prospect/create?format=json", "email=a%40b.co&company=%3DSUM(1)");
    let id = ask("prospect", "filter_by_created_at", json!({ "created_after": "yesterday" }))["id"]
        .to_string();
    let read = || {
        pardot.call("GET", &format!("export/read/id/{id}?format=json"), "").json()["export"].clone()
    };
    assert_eq!((read()["state"].as_str(), read().get("resultRefs")), (Some("Waiting"), None));
    pardot.0.control("/_sandbox/clock", &json!({ "advance": 180_000 }));
    assert!(read()["resultRefs"].is_string(), "one file is a text");
    let file = pardot.call("GET", &format!("export/downloadResults/id/{id}/file/1"), "");
    assert!(file.text().contains("\\=SUM(1)") && !file.text().starts_with('\u{feff}'));
    assert_eq!(pardot.code("POST", &format!("export/cancel/id/{id}?format=json"), ""), 178);
}
