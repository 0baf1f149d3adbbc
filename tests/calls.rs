//! What a host does between parameters and outcome, step by step: parts, tokens, versions, pages, exports. JavaScript's
//! `client` is held to the same cases in `calls.test.mjs`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

use fieldpost::client::{Call, Client, Given, Goal, Host};
use fieldpost::systems::token::Credentials;
use fieldpost::value::Entries;
use fieldpost::{Account, Operation, Outcome, Reply, Request, System, Value, operation};
use serde_json::Value as Json;
use std::borrow::Cow;

fn cases() -> Vec<Json> {
    serde_json::from_str(include_str!("cases/call.json")).unwrap()
}

/// A template with its number, which counts from 1.
fn numbered(template: &Json, number: u64) -> Value<'static> {
    serde_json::from_str(&template.to_string().replace("{n}", &number.to_string())).unwrap()
}

fn params(case: &Json) -> Entries<'static> {
    let mut params = match serde_json::from_str(&case["params"].to_string()).unwrap() {
        Value::Map(params) => params,
        _ => Vec::new(),
    };
    if let Some([name, count, template]) = case["fill"].as_array().map(Vec::as_slice) {
        let mut list: Vec<_> =
            (1..=count.as_u64().unwrap()).map(|number| numbered(template, number)).collect();
        if let Some([_, at, wrong]) = case["spoil"].as_array().map(Vec::as_slice) {
            list[usize::try_from(at.as_u64().unwrap()).unwrap()] = numbered(wrong, 0);
        }
        params.push((name.as_str().unwrap().to_owned().into(), Value::List(list)));
    }
    params
}

fn replies(case: &Json) -> impl Iterator<Item = Reply> + use<> {
    let read = |row: &Json| {
        let mut body = row["body"].as_str().unwrap().to_owned();
        if let Some([count, template]) = row["each"].as_array().map(Vec::as_slice) {
            let template = template.as_str().unwrap();
            let items: Vec<_> = (1..=count.as_u64().unwrap())
                .map(|number| template.replace("{n}", &number.to_string()))
                .collect();
            body = body.replace("{*}", &items.join(","));
        }
        let headers = row["headers"].as_object().into_iter().flatten();
        Reply {
            status: row["status"].as_u64().map_or(200, |status| u16::try_from(status).unwrap()),
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect(),
            body,
        }
    };
    case["replies"].as_array().unwrap().iter().map(read).collect::<Vec<_>>().into_iter()
}

/// A host without a network: it notes what it sent with which token and for how long it slept, and hears what the case says.
struct Network {
    tokens: u32,
    sent: Vec<(String, String)>,
    slept: Vec<u64>,
    replies: Box<dyn Iterator<Item = Reply>>,
}

impl Host for Network {
    fn fetch(&mut self, request: &Request, _: u64) -> Result<Reply, Cow<'static, str>> {
        let path = request
            .url
            .split_once("://")
            .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        let path = path.unwrap();
        if path.ends_with("/token") {
            self.tokens += 1;
            let body = format!(r#"{{"access_token":"t{}","expires_in":3600}}"#, self.tokens);
            return Ok(Reply { status: 200, body, ..Reply::default() });
        }
        let bearer = request.headers.iter().find(|(name, _)| name == "Authorization");
        let token = bearer.and_then(|(_, value)| value.strip_prefix("Bearer ")).unwrap();
        self.sent.push((format!("{} {path}", request.method), token.to_owned()));
        Ok(self.replies.next().unwrap())
    }

    fn sleep(&mut self, milliseconds: u64) {
        self.slept.push(milliseconds);
    }

    fn now(&mut self) -> u64 {
        1_700_000_000_000
    }
}

/// What a case begins with.
struct Case {
    operation: &'static Operation,
    client: Client,
    network: Network,
}

impl Case {
    fn new(case: &Json) -> Self {
        let operation =
            operation(case["operation"].as_str().unwrap_or("pardot.export.read")).unwrap();
        let base = match operation.system {
            System::Marketo => "https://123-ABC-456.mktorest.com",
            _ => "https://pi.pardot.com",
        };
        let version = case["version"].as_u64().map(|version| u8::try_from(version).unwrap());
        let secret = |text: &str| Some(text.to_owned());
        let credentials = Credentials {
            client_id: secret("id"),
            client_secret: secret("secret"),
            login_url: secret("https://example.my.salesforce.com"),
            ..Credentials::default()
        };
        let account = Account { version, ..Account::new(operation.system, base) };
        Case {
            operation,
            client: Client::new(account, credentials),
            network: Network {
                tokens: 0,
                sent: Vec::new(),
                slept: Vec::new(),
                replies: Box::new(replies(case)),
            },
        }
    }
}

fn kind(outcome: &Outcome) -> String {
    serde_json::to_value(outcome).unwrap()["kind"].as_str().unwrap().to_owned()
}

/// The kinds of a batch's outcomes, equal neighbours counted together.
fn runs(outcome: &Outcome) -> Vec<(u64, String)> {
    let Outcome::Batch { results } = outcome else { return Vec::new() };
    let mut runs: Vec<(u64, String)> = Vec::new();
    for kind in results.iter().map(kind) {
        match runs.last_mut() {
            Some((count, last)) if *last == kind => *count += 1,
            _ => runs.push((1, kind)),
        }
    }
    runs
}

/// A request without its query where the case has none.
fn shown(sent: &[(String, String)], expect: &Json) -> Vec<Json> {
    let wanted = expect["requests"].as_array().unwrap();
    let cut = |(at, (request, _)): (usize, &(String, String))| {
        let bare = wanted.get(at).is_some_and(|text| !text.as_str().unwrap().contains('?'));
        let text = if bare { request.split('?').next().unwrap() } else { request.as_str() };
        Json::from(text)
    };
    sent.iter().enumerate().map(cut).collect()
}

#[test]
fn calls_are_carried_on() {
    for case in cases().iter().filter(|case| case["export"].is_null() && case["pages"].is_null()) {
        let (id, expect) = (&case["id"], &case["expect"]);
        let Case { operation, mut client, mut network } = Case::new(case);
        match client.call(&mut network, operation, &params(case)) {
            Ok(outcome) => {
                assert_eq!(expect["kind"], kind(&outcome), "{id}: {outcome:?}");
                let runs = serde_json::to_value(runs(&outcome)).unwrap();
                assert!(expect["kinds"].is_null() || expect["kinds"] == runs, "{id}: {runs}");
                match outcome {
                    Outcome::Found { records, .. } => {
                        assert_eq!(expect["records"], records.len(), "{id}");
                    }
                    Outcome::Stored { warnings, .. } => {
                        let codes: Vec<_> =
                            warnings.iter().map(|issue| issue.code.as_ref()).collect();
                        let wanted = &expect["warnings"];
                        assert!(
                            *wanted == Json::from(codes.clone())
                                || (wanted.is_null() && codes.is_empty()),
                            "{id}: {codes:?}"
                        );
                    }
                    _ => {}
                }
            }
            Err(failure) => {
                assert_eq!(failure.code, "params.invalid", "{id}");
                let fields: Vec<_> =
                    failure.issues.iter().map(|issue| issue.field.as_str()).collect();
                assert_eq!(expect["issues"], Json::from(fields), "{id}");
            }
        }
        assert_eq!(expect["requests"], Json::from(shown(&network.sent, expect)), "{id}");
        let tokens: Vec<_> = network.sent.iter().map(|(_, token)| token.as_str()).collect();
        assert!(
            expect["tokens"].is_null() || expect["tokens"] == Json::from(tokens.clone()),
            "{id}: {tokens:?}"
        );
        assert!(network.replies.next().is_none(), "{id}: not every reply was asked for");
    }
}

#[test]
fn pages_follow_pages() {
    for case in cases().iter().filter(|case| !case["pages"].is_null()) {
        let (id, expect) = (&case["id"], &case["expect"]);
        let Case { operation, mut client, mut network } = Case::new(case);
        let call = Call::new(operation, Goal::Pages);
        let page = |given| match given {
            Ok(Given::Outcome(Outcome::Found { records, .. })) => Json::from(records.len()),
            Ok(Given::Outcome(other)) => Json::from(kind(&other)),
            other => panic!("{id}: {other:?}"),
        };
        let carried = client.carry(&mut network, call, &params(case));
        let pages: Vec<Json> = carried.map(page).collect();
        assert_eq!(expect["pages"], Json::from(pages), "{id}");
        assert_eq!(expect["requests"], Json::from(shown(&network.sent, expect)), "{id}");
    }
}

#[test]
fn an_export_is_waited_for() {
    for case in cases().iter().filter(|case| !case["export"].is_null()) {
        let (id, expect) = (&case["id"], &case["expect"]);
        let Case { operation, mut client, mut network } = Case::new(case);
        let call = Call::new(operation, Goal::Job { first: None, most: None });
        let params = vec![("id".into(), Value::from("7"))];
        let mut carried = client.carry(&mut network, call, &params);
        let (files, code) = match carried.next().unwrap() {
            Ok(Given::Files(refs)) => {
                let file =
                    |text: &String| text.split_once("/id/").unwrap().1.replace("/file/", "/");
                (Json::from(refs.iter().map(file).collect::<Vec<_>>()), Json::Null)
            }
            Ok(other) => panic!("{id}: {other:?}"),
            Err(failure) => (Json::Null, Json::from(failure.code.as_ref())),
        };
        assert!(carried.next().is_none(), "{id}: it is over");
        assert_eq!(expect["waits"], Json::from(network.slept), "{id}");
        assert_eq!((&expect["files"], &expect["code"]), (&files, &code), "{id}");
    }
}
