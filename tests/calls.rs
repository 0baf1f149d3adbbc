//! What a host does between parameters and outcome, step by step: parts, tokens, versions, pages, exports. JavaScript's
//! `client` is held to the same cases in `calls.test.mjs`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on has failed"
)]

use fieldpost::delivery::call::{Call, Then};
use fieldpost::systems::pardot::{Asked, Wait, file_of};
use fieldpost::value::Entries;
use fieldpost::{Account, Operation, Outcome, Reply, System, Value, operation};
use serde_json::Value as Json;

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

/// A host without a network: it says what it sent with which token, and hears what the case says.
struct Host {
    operation: &'static Operation,
    account: Account,
    tokens: u32,
    sent: Vec<(String, String)>,
    replies: Box<dyn Iterator<Item = Reply>>,
}

impl Host {
    fn new(case: &Json) -> Self {
        let operation = operation(case["operation"].as_str().unwrap_or("pardot.export.read")).unwrap();
        let base = match operation.system {
            System::Marketo => "https://123-ABC-456.mktorest.com",
            _ => "https://pi.pardot.com",
        };
        let version = case["version"].as_u64().map(|version| u8::try_from(version).unwrap());
        let account = Account { token: Some("t1".into()), version, ..Account::new(operation.system, base) };
        Host { operation, account, tokens: 1, sent: Vec::new(), replies: Box::new(replies(case)) }
    }

    fn version(&self) -> u8 {
        self.account.version.unwrap_or(4)
    }

    /// What README-like code does with a call.
    fn call(&mut self, params: Entries<'static>) -> Result<Outcome, fieldpost::Refusal> {
        let mut call = Call::new(self.operation, params, self.version())?;
        while let Some(part) = call.part() {
            let request = self.operation.request(part.params.clone(), &self.account)?;
            let path =
                request.url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
            self.sent
                .push((format!("{} {}", request.method, path.unwrap()), self.account.token.clone().unwrap()));
            let reply = self.replies.next().unwrap();
            match call.heard(self.operation.row(self.version()).read_for(&reply, &part.params)) {
                Then::GoOn => {}
                Then::NewToken => {
                    self.tokens += 1;
                    self.account.token = Some(format!("t{}", self.tokens));
                }
                Then::Version(version) => self.account.version = Some(version),
            }
        }
        Ok(call.outcome().unwrap())
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
        let mut host = Host::new(case);
        match host.call(params(case)) {
            Ok(outcome) => {
                assert_eq!(expect["kind"], kind(&outcome), "{id}: {outcome:?}");
                let runs = serde_json::to_value(runs(&outcome)).unwrap();
                assert!(expect["kinds"].is_null() || expect["kinds"] == runs, "{id}: {runs}");
                match outcome {
                    Outcome::Found { records, .. } => {
                        assert_eq!(expect["records"], records.len(), "{id}");
                    }
                    Outcome::Stored { warnings, .. } => {
                        let codes: Vec<_> = warnings.iter().map(|issue| issue.code.as_ref()).collect();
                        let wanted = &expect["warnings"];
                        assert!(
                            *wanted == Json::from(codes.clone()) || (wanted.is_null() && codes.is_empty()),
                            "{id}: {codes:?}"
                        );
                    }
                    _ => {}
                }
            }
            Err(refusal) => {
                let fields: Vec<_> = refusal.issues.iter().map(|issue| issue.field.as_str()).collect();
                assert_eq!(expect["issues"], Json::from(fields), "{id}");
            }
        }
        assert_eq!(expect["requests"], Json::from(shown(&host.sent, expect)), "{id}");
        let tokens: Vec<_> = host.sent.iter().map(|(_, token)| token.as_str()).collect();
        assert!(
            expect["tokens"].is_null() || expect["tokens"] == Json::from(tokens.clone()),
            "{id}: {tokens:?}"
        );
        assert!(host.replies.next().is_none(), "{id}: not every reply was asked for");
    }
}

#[test]
fn pages_follow_pages() {
    for case in cases().iter().filter(|case| !case["pages"].is_null()) {
        let (id, expect) = (&case["id"], &case["expect"]);
        let mut host = Host::new(case);
        let mut pages = Vec::new();
        let mut next = Some(params(case));
        while let Some(params) = next {
            let outcome = host.call(params.clone()).unwrap();
            pages.push(match &outcome {
                Outcome::Found { records, .. } => Json::from(records.len()),
                other => Json::from(kind(other)),
            });
            next = host.operation.next_page(&params, &outcome);
        }
        assert_eq!(expect["pages"], Json::from(pages), "{id}");
        assert_eq!(expect["requests"], Json::from(shown(&host.sent, expect)), "{id}");
    }
}

#[test]
fn an_export_is_waited_for() {
    for case in cases().iter().filter(|case| !case["export"].is_null()) {
        let (id, expect) = (&case["id"], &case["expect"]);
        let mut host = Host::new(case);
        let mut wait = Wait::default();
        let mut waits = Vec::new();
        let (files, code) = loop {
            waits.push(wait.after());
            let outcome = host.call(vec![("id".into(), Value::from("7"))]).unwrap();
            match wait.heard(&outcome) {
                Asked::Again { .. } => {}
                Asked::Complete { refs } => {
                    let file =
                        |text: &String| file_of(text).map(|(id, file)| format!("{id}/{file}")).unwrap();
                    break (Json::from(refs.iter().map(file).collect::<Vec<_>>()), Json::Null);
                }
                Asked::Over { .. } => break (Json::Null, Json::from("pardot.export_state")),
                Asked::Unreadable { issues } => {
                    break (
                        Json::Null,
                        Json::from(issues.first().map_or("reply.unreadable", |issue| issue.code.as_ref())),
                    );
                }
            }
        };
        assert_eq!(expect["waits"], Json::from(waits), "{id}");
        assert_eq!((&expect["files"], &expect["code"]), (&files, &code), "{id}");
    }
}
