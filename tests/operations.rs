//! Requests byte for byte, replies outcome by outcome: the same cases that JavaScript reads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::{
    Account, Outcome, Payload, Refusal, Reply, Request, System, Value, operation, operations,
};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct RequestCase {
    id: String,
    operation: String,
    #[serde(default)]
    params: Option<Value<'static>>,
    /// Parameters as JSON text, for names that a JSON reader might treat in a way of its own.
    #[serde(default)]
    raw: Option<String>,
    #[serde(default)]
    account: Option<Account>,
    expect: ExpectedRequest,
}

#[derive(Debug, Deserialize)]
struct ExpectedRequest {
    method: Option<String>,
    path: Option<String>,
    url: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    body: Option<String>,
    code: Option<String>,
    issues: Option<Vec<(String, String)>>,
}

/// Every file of a kind; a new system's cases are a new line here.
fn cases<T: for<'de> Deserialize<'de>>(files: &[&str]) -> Vec<T> {
    files.iter().flat_map(|text| serde_json::from_str::<Vec<T>>(text).unwrap()).collect()
}

fn request_cases() -> Vec<RequestCase> {
    cases(&[
        include_str!("cases/request.json"),
        include_str!("cases/request-prospects.json"),
        include_str!("cases/request-pardot.json"),
        include_str!("cases/request-marketo.json"),
    ])
}

fn reply_cases() -> Vec<ReplyCase> {
    cases(&[
        include_str!("cases/reply.json"),
        include_str!("cases/reply-prospects.json"),
        include_str!("cases/reply-pardot.json"),
        include_str!("cases/reply-marketo.json"),
    ])
}

fn built(case: &RequestCase) -> Result<Request, Refusal> {
    let params = case
        .params
        .clone()
        .unwrap_or_else(|| serde_json::from_str(case.raw.as_ref().unwrap()).unwrap());
    let Value::Map(params) = params else { panic!("{}: the parameters are no object", case.id) };
    let Some(operation) = operation(&case.operation) else {
        let issue = fieldpost::Issue::error("operation", &fieldpost::code::OPERATION_UNKNOWN);
        return Err(Refusal { code: "params.invalid", issues: vec![issue] });
    };
    match &case.account {
        Some(account) => operation.request(params, account),
        None => operation.payload(params, 4).map(|Payload { method, path, headers, body }| {
            Request { method, url: path, headers, body }
        }),
    }
}

#[test]
fn requests_are_built_byte_for_byte() {
    let mut wrong = Vec::new();
    for case in &request_cases() {
        let ExpectedRequest { method, path, url, headers, body, code, issues } = &case.expect;
        let fits = match &built(case) {
            Ok(request) => {
                let given: BTreeMap<_, _> = request.headers.iter().cloned().collect();
                code.is_none()
                    && Some(request.method) == method.as_deref()
                    && Some(&request.url) == url.as_ref().or(path.as_ref())
                    && request.body == *body
                    && Some(&given) == headers.as_ref()
            }
            Err(refusal) => {
                let found = refusal.issues.iter();
                let found: Vec<_> =
                    found.map(|issue| (issue.field.clone(), issue.code.to_string())).collect();
                Some(refusal.code) == code.as_deref() && Some(&found) == issues.as_ref()
            }
        };
        if !fits {
            wrong.push(format!("{}: {:?}\n  not {:?}", case.id, built(case), case.expect));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[derive(Deserialize)]
struct ReplyCase {
    id: String,
    operation: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// What the call was made with, where the parser depends on it.
    #[serde(default)]
    params: Value<'static>,
    /// Pardot's 3 or 4.
    #[serde(default)]
    version: Option<u8>,
    body: String,
    expect: serde_json::Map<String, serde_json::Value>,
}

#[test]
fn replies_are_read_for_what_they_are() {
    let mut wrong = Vec::new();
    for case in reply_cases() {
        let id = case.id;
        let reply = Reply {
            status: case.status,
            headers: case.headers.into_iter().collect(),
            body: case.body,
        };
        let params = match case.params {
            Value::Map(params) => params,
            _ => Vec::new(),
        };
        let outcome = operation(&case.operation)
            .unwrap()
            .row(case.version.unwrap_or(4))
            .read_for(&reply, &params);
        let mut told = summary(&outcome);
        // Cases that care for the records name them.
        if let (Outcome::Found { records, .. }, true) =
            (&outcome, case.expect.contains_key("records"))
        {
            told.insert("records".to_owned(), serde_json::to_value(records).unwrap());
        }
        // And for the record that a write gave back, or for the ids of those of a batch.
        if !case.expect.contains_key("record") {
            told.remove("record");
        }
        if let (Outcome::Batch { results }, true) = (&outcome, case.expect.contains_key("ids")) {
            let id = |outcome: &Outcome| match outcome {
                Outcome::Stored { id, .. } => id.clone(),
                _ => None,
            };
            told.insert("ids".to_owned(), results.iter().map(id).collect::<Vec<_>>().into());
        }
        if told != case.expect {
            wrong.push(format!("{id}: {told:?}\n  not {:?}", case.expect));
        }
        let told = serde_json::to_string(&outcome).unwrap();
        assert!(
            !told.contains("visitor@example.com"),
            "{id}: a vendor's text may hold what the visitor typed"
        );
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// An outcome as the cases write it: codes instead of sentences, counts instead of records.
fn summary(outcome: &Outcome) -> serde_json::Map<String, serde_json::Value> {
    let mut map = match serde_json::to_value(outcome).unwrap() {
        serde_json::Value::Object(map) => map,
        other => panic!("an outcome is an object, not {other}"),
    };
    let codes = |issues: &[fieldpost::Issue]| {
        issues.iter().map(|issue| issue.code.clone()).collect::<Vec<_>>()
    };
    match outcome {
        Outcome::Stored { warnings, .. } => {
            map.insert("warnings".to_owned(), codes(warnings).into());
        }
        Outcome::Found { .. } => {
            map.remove("records");
        }
        Outcome::Refused { issues, .. } => {
            map.remove("issues");
            map.insert("codes".to_owned(), codes(issues).into());
            let fields: Vec<_> = issues.iter().map(|issue| issue.field.clone()).collect();
            if fields.iter().any(|field| !field.is_empty()) {
                map.insert("fields".to_owned(), fields.into());
            }
        }
        Outcome::Batch { results } => {
            map.remove("results");
            let kinds: Vec<_> = results
                .iter()
                .map(|result| summary(result).get("kind").cloned().unwrap())
                .collect();
            map.insert("kinds".to_owned(), kinds.into());
        }
        _ => {}
    }
    map
}

#[test]
fn every_operation_has_cases_of_both_kinds() {
    let requests = request_cases();
    let replies = reply_cases();
    let mut untested = Vec::new();
    for operation in operations() {
        let named = |name: &str| name == operation.name;
        let refused =
            requests.iter().any(|case| named(&case.operation) && case.expect.code.is_some());
        let built =
            requests.iter().any(|case| named(&case.operation) && case.expect.code.is_none());
        let read = replies.iter().any(|case| named(&case.operation));
        // The relay's call refuses nothing that a page could leave out but the form's name.
        if !built || !read || !(refused || operation.system == System::Relay) {
            untested.push(operation.name);
        }
    }
    assert!(untested.is_empty(), "{untested:?}");
}

/// The table of docs/systems.md, and the relay's own call.
const CATALOGUE: &[(&str, &str)] = &[
    ("relay.lead", "submit"),
    ("prospects.prospect", "list upsert get"),
    (
        "pardot.prospect",
        "assign unassign create read update upsert delete query batchCreate batchUpdate batchUpsert",
    ),
    ("pardot.customField", "query"),
    ("pardot.customRedirect", "read query"),
    ("pardot.dynamicContent", "read query"),
    ("pardot.emailTemplate", "read listOneToOne"),
    ("pardot.email", "listSend oneToOneSend read stats"),
    ("pardot.export", "create read query download cancel"),
    (
        "marketo.lead",
        "describe describe2 get filter sync push submitForm merge associate delete listMembership \
         programMembership smartCampaignMembership byList byProgram partition",
    ),
    ("marketo.field", "browse get create update"),
    ("marketo.list", "add remove isMember"),
    ("marketo.program", "changeStatus"),
    ("marketo.campaign", "trigger"),
    ("marketo.form", "fields"),
];

#[test]
fn the_catalogue_is_the_designs() {
    let mut designed: Vec<_> = CATALOGUE
        .iter()
        .flat_map(|(object, verbs)| {
            verbs.split_whitespace().map(move |verb| format!("{object}.{verb}"))
        })
        .collect();
    let mut built: Vec<_> = operations().map(|operation| operation.name.to_owned()).collect();
    designed.sort();
    built.sort();
    assert_eq!(built, designed);
    let older = operations().filter(|operation| operation.more.older.is_some()).count();
    assert_eq!(older, 11, "each of Pardot's prospect operations has a row for version 3");
}

#[test]
fn names_tell_the_system_and_are_unique() {
    let names: Vec<_> = operations().map(|operation| operation.name).collect();
    for operation in operations() {
        assert!(
            operation.name.starts_with(&format!("{}.", operation.system.name())),
            "{}",
            operation.name
        );
        assert_eq!(
            names.iter().filter(|name| **name == operation.name).count(),
            1,
            "{}",
            operation.name
        );
        assert!(operation.docs.starts_with("https://"), "{}", operation.name);
    }
}

#[test]
fn text_of_any_kind_survives_every_layout() {
    use proptest::prelude::*;
    let mut runner = proptest::test_runner::TestRunner::default();
    let read = |body: &str| -> Vec<(String, String)> {
        body.split('&')
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                (decoded(name), decoded(value))
            })
            .collect()
    };
    runner
        .run(
            &"[^\\x00-\\x1f\\x7f-\\x9f\u{200b}\u{feff}\u{2060}\u{202a}-\u{202e}\u{2066}-\u{2069}]{1,40}",
            |text| {
                let params = |name: &'static str| {
                    vec![
                        ("email".into(), Value::from("a@example.com")),
                        (name.into(), Value::from(text.clone())),
                    ]
                };
                let form =
                    operation("pardot.prospect.create").unwrap().payload(params("Own_field"), 4).unwrap();
                let pairs = read(&form.body.unwrap());
                // The rule normalises (NFC) and the encoding must keep what the rule gave.
                let clean =
                    unicode_normalization::UnicodeNormalization::nfc(text.as_str()).collect::<String>();
                if let Some((_, value)) = pairs.get(1) {
                    prop_assert_eq!(value, &clean);
                } else {
                    prop_assert!(clean.trim().is_empty(), "lost: {:?}", text);
                }
                Ok(())
            },
        )
        .unwrap();
}

/// A form decoder that shares nothing with the encoder.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What shows that a closed account is mended must itself do nothing, and bring nobody's data.
#[test]
fn every_systems_harmless_read() {
    for (system, base, url) in [
        (
            System::Marketo,
            "https://123-ABC-456.mktorest.com/rest",
            "https://123-ABC-456.mktorest.com/rest/v1/leads.json?filterType=id&filterValues=1&fields=id",
        ),
        (
            System::Pardot,
            "https://pi.pardot.com",
            "https://pi.pardot.com/api/prospect/version/4/do/query?format=json&id_less_than=2&fields=id&limit=1",
        ),
        (
            System::Prospects,
            "https://api.hiringcenterpro.com",
            "https://api.hiringcenterpro.com/v2/prospects?email=nobody%40example.invalid&limit=1",
        ),
    ] {
        let read = fieldpost::harmless(system).unwrap();
        assert!(!operation(read.operation).unwrap().is_write());
        let account = Account {
            business_unit: (system == System::Pardot).then(|| "0UvB00000000001AAA".to_owned()),
            ..Account::new(system, base)
        };
        let request = read.request(&account).unwrap();
        assert_eq!((request.method, request.url.as_str()), ("GET", url));
    }
    assert!(fieldpost::harmless(System::Relay).is_none());
}

#[test]
fn every_system_has_operations() {
    for system in System::ALL {
        assert!(operations().any(|operation| operation.system == system), "{}", system.name());
    }
}
