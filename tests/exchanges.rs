//! Recorded exchanges of other clients with the real systems: each request is taken apart, built again and compared, each
//! reply is read. The recordings are no part of this project: `FIELDPOST_EXCHANGES` names their folder, and without it
//! there is nothing to do.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::type_complexity,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed, and its counts are its result"
)]

use fieldpost::{Operation, Outcome, Reply, Value, operation, operations};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// A request in parts that can be compared.
#[derive(Debug, Default, PartialEq)]
struct Parts {
    method: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Body>,
}

#[derive(Debug, PartialEq)]
enum Body {
    Data(Json),
    Form(Vec<(String, Json)>),
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            pair.split_once('=')
                .map_or((decoded(pair), String::new()), |(a, b)| (decoded(a), decoded(b)))
        })
        .collect();
    pairs.sort();
    pairs
}

/// A form's values; one that is a document is compared as what it says.
fn form(pairs: Vec<(String, String)>) -> Option<Body> {
    let read = |(name, value): (String, String)| {
        let document = value.starts_with('{').then(|| serde_json::from_str(&value).ok()).flatten();
        (name, document.unwrap_or(Json::String(value)))
    };
    (!pairs.is_empty()).then(|| Body::Form(pairs.into_iter().map(read).collect()))
}

fn address(method: &str, url: &str) -> Parts {
    let path = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let segments = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| decoded(&part.replace('+', "%2B")));
    Parts {
        method: method.to_owned(),
        segments: segments.collect(),
        query: pairs(query),
        body: None,
    }
}

fn text_of(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A recorded request in parts.
fn recorded(row: &Json) -> Option<Parts> {
    let request = row.get("request")?;
    let url = request.get("url").or_else(|| request.get("path"))?.as_str()?;
    // A mock server's mark behind the path.
    let url = url.split_once(".json/test").map_or(url.to_owned(), |(url, _)| format!("{url}.json"));
    let mut parts = address(request.get("method")?.as_str()?, &url);
    let extend = |parts: &mut Parts, query: &Json| {
        for (name, value) in query.as_object().into_iter().flatten() {
            parts.query.push((name.clone(), text_of(value)));
        }
        parts.query.sort();
    };
    extend(&mut parts, request.get("query").unwrap_or(&Json::Null));
    match (request.get("body"), request.get("form")) {
        (Some(Json::Object(body)), _) if body.contains_key("query") => {
            extend(&mut parts, &body["query"]);
        }
        (Some(Json::Object(body)), _) if body.contains_key("multipart") => {
            let list = body["multipart"].as_object().unwrap();
            parts.body =
                form(list.iter().map(|(name, value)| (name.clone(), text_of(value))).collect());
        }
        (Some(Json::Object(body)), _) if body.contains_key("JSON") => {
            let json =
                body.get("JSON").filter(|json| json.as_object().is_some_and(|map| !map.is_empty()));
            parts.body = json.cloned().map(Body::Data);
        }
        (Some(body @ Json::Object(map)), _) if !map.is_empty() => {
            parts.body = Some(Body::Data(body.clone()));
        }
        (Some(Json::String(body)), _) if body.starts_with('{') => {
            parts.body = serde_json::from_str(body).ok().map(Body::Data);
        }
        (Some(Json::String(body)), _) => parts.body = form(pairs(body)),
        (_, Some(Json::Object(map))) => {
            let mut list: Vec<_> =
                map.iter().map(|(name, value)| (name.clone(), text_of(value))).collect();
            list.sort();
            parts.body = form(list);
        }
        _ => {}
    }
    Some(parts)
}

/// The parameters that the path of a row holds, where the path is of this row.
fn captured(row: &Operation, parts: &Parts) -> Option<Vec<(String, Json)>> {
    if row.method != parts.method {
        return None;
    }
    let path = row.path.split('?').next().unwrap();
    let mut found = Vec::new();
    let mut segments = parts.segments.iter();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        match part.split_once('{') {
            Some((_, place)) if place.contains([',', '|']) => {
                while let Some(name) = segments.next() {
                    found.push((name.clone(), Json::String(segments.next()?.clone())));
                }
            }
            Some((_, place)) => {
                let (name, tail) = place.split_once('}')?;
                let value = segments.next()?.strip_suffix(tail)?;
                if name != "version" {
                    found.push((name.to_owned(), Json::String(value.to_owned())));
                }
            }
            None if segments.next().is_some_and(|segment| segment == part) => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(found)
}

/// The row, the version of its API, and the parameters.
type Taken = (&'static Operation, u8, Vec<(String, Json)>);

/// The operation that a request is of, its version and its parameters.
fn taken_apart(parts: &Parts) -> Option<Taken> {
    let version = if parts.segments.iter().any(|part| part == "3") { 3 } else { 4 };
    let mut method_in_body =
        parts.query.iter().find(|(name, _)| name == "_method").map(|(_, word)| word.clone());
    if let Some(Body::Form(form)) = &parts.body {
        method_in_body = method_in_body
            .or(form.iter().find(|(name, _)| name == "_method").map(|(_, word)| text_of(word)));
    }
    let asked = Parts {
        method: method_in_body.clone().unwrap_or_else(|| parts.method.clone()),
        segments: parts.segments.clone(),
        ..Parts::default()
    };
    let (found, mut params) = match method_in_body.as_deref() {
        Some("DELETE") => (operation("marketo.lead.delete")?, Vec::new()),
        _ => operations().find_map(|known| Some((known, captured(known.row(version), &asked)?)))?,
    };
    let mut add = |name: &str, value: Json| {
        if !(name == "_method" || name == "format" || params.iter().any(|(known, _)| known == name))
        {
            params.push((name.to_owned(), value));
        }
    };
    for (name, value) in &parts.query {
        let several: Vec<_> = parts.query.iter().filter(|(known, _)| known == name).collect();
        let list = several.iter().map(|(_, value)| Json::String(value.clone())).collect();
        add(name, if several.len() > 1 { Json::Array(list) } else { Json::String(value.clone()) });
    }
    match &parts.body {
        Some(Body::Data(Json::Object(map))) => {
            map.iter().for_each(|(name, value)| add(name, value.clone()));
        }
        Some(Body::Form(list)) => {
            for (name, value) in list {
                let inner = value.get("prospects").cloned().filter(|_| name == "prospects");
                add(name, inner.unwrap_or_else(|| value.clone()));
            }
        }
        _ => {}
    }
    Some((found, version, params))
}

/// The request that we build of the same parameters, or why not.
fn rebuilt(found: &Operation, version: u8, params: &[(String, Json)]) -> Result<Parts, String> {
    let params = params
        .iter()
        .map(|(name, value)| {
            (
                name.clone().into(),
                serde_json::from_str::<Value<'static>>(&value.to_string()).unwrap(),
            )
        })
        .collect();
    let payload = found.payload(params, version).map_err(|refusal| {
        let issues = refusal.issues.iter().map(|issue| format!("{} {}", issue.field, issue.code));
        issues.collect::<Vec<_>>().join(", ")
    })?;
    let mut parts = address(payload.method, &payload.path);
    parts.body = payload.body.and_then(|body| {
        if body.starts_with('{') {
            serde_json::from_str(&body).ok().map(Body::Data)
        } else {
            form(pairs(&body))
        }
    });
    Ok(parts)
}

/// What a reply must be read as, by rules of its own: the kinds that are right.
fn right_kinds(row: &Json, found: &Operation) -> Option<BTreeSet<&'static str>> {
    let response = row.get("response")?;
    let status = response.get("status").and_then(Json::as_u64).unwrap_or(200);
    let body = response.get("body").cloned().unwrap_or_default();
    let text = text_of(&body);
    if let Some(word) =
        row.get("expect").and_then(|expect| expect.get("errorType")).and_then(Json::as_str)
    {
        // A failed attempt may be repeated; of a write that broke off nobody can tell.
        return Some(if word == "aborted" {
            BTreeSet::from(["refused"])
        } else {
            BTreeSet::from(["retry", "unknown", "refused", "batch"])
        });
    }
    let good = if found.is_write() { ["stored", "batch"].as_slice() } else { ["found"].as_slice() };
    if status == 204 {
        return Some(BTreeSet::from(["stored"]));
    }
    if text.contains("\"success\":true") {
        let is_whole = body["result"]
            .as_array()
            .is_some_and(|list| list.iter().all(|one| one.get("reasons").is_none()));
        return Some(if is_whole {
            good.iter().copied().collect()
        } else {
            BTreeSet::from(["batch", "refused"])
        });
    }
    if text.contains("stat=\"ok\"") || text.contains("\"stat\":\"ok\"") {
        return Some(good.iter().copied().collect());
    }
    (text.contains("\"success\":false")
        || text.contains("stat=\"fail\"")
        || text.contains("\"stat\":\"fail\""))
    .then(|| BTreeSet::from(["refused", "retry", "batch"]))
}

fn reply(row: &Json) -> Reply {
    let response = &row["response"];
    let status =
        response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    Reply { status, body: text_of(&response["body"]), ..Reply::default() }
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Stored { .. } => "stored",
        Outcome::Found { .. } => "found",
        Outcome::Batch { .. } => "batch",
        Outcome::Refused { .. } => "refused",
        Outcome::Queued { .. } => "queued",
        Outcome::Retry { .. } => "retry",
        Outcome::Unknown { .. } => "unknown",
    }
}

/// A row with several requests as several rows.
fn spread(row: Json) -> Vec<Json> {
    match row.get("requests").and_then(Json::as_array) {
        Some(requests) if row.get("request").is_none() => {
            requests.iter().map(|request| serde_json::json!({ "request": request })).collect()
        }
        _ => vec![row],
    }
}

/// Replies without a request: the operation of each, by the name of its file.
const REPLIES: &[(&str, &str)] = &[
    ("customRedirectQuery", "pardot.customRedirect.query"),
    ("customRedirectRead", "pardot.customRedirect.read"),
    ("dynamicContentQuery", "pardot.dynamicContent.query"),
    ("dynamicContentRead", "pardot.dynamicContent.read"),
    ("emailRead", "pardot.email.read"),
    ("emailStats", "pardot.email.stats"),
    ("emailTemplateListOneToOne", "pardot.emailTemplate.listOneToOne"),
    ("emailTemplateRead", "pardot.emailTemplate.read"),
    ("prospectQuery", "pardot.prospect.query"),
    ("prospectRead", "pardot.prospect.read"),
    ("prospectRead2", "pardot.prospect.read"),
    ("prospectReadSimple", "pardot.prospect.read"),
    ("error", "pardot.prospect.read"),
    ("errorInvalidApiKey", "pardot.prospect.read"),
    ("errorInvalidSsoAccessToken", "pardot.prospect.read"),
    ("errorLoginFailed", "pardot.prospect.read"),
];

/// The operation of a reply that stands by itself.
fn named(row: &Json) -> Option<&'static Operation> {
    let file = row.get("op")?.as_str()?.split('.').next()?;
    REPLIES.iter().find(|(known, _)| *known == file).and_then(|(_, name)| operation(name))
}

#[test]
fn recorded_exchanges_are_met() {
    let Ok(folder) = std::env::var("FIELDPOST_EXCHANGES") else { return };
    let declared: BTreeMap<String, String> =
        serde_json::from_str(include_str!("expected_differences_exchanges.json")).unwrap();
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for system in ["marketo", "pardot"] {
        let file = format!("{folder}/{system}-exchanges.json");
        let rows: Vec<Json> =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let count = rows.len();
        let rows = rows
            .into_iter()
            .enumerate()
            .flat_map(|(at, row)| spread(row).into_iter().map(move |row| (at, row)));
        let (mut met, mut different, mut read, mut no_reply, mut no_request, mut alone) =
            (0, 0, 0, 0, 0, 0);
        let mut outside: BTreeMap<String, usize> = BTreeMap::new();
        let mut by_operation: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, row) in rows {
            let row = &row;
            let id = format!("{system}-{index}");
            let Some(parts) = recorded(row) else {
                let Some((found, right)) =
                    named(row).and_then(|found| Some((found, right_kinds(row, found)?)))
                else {
                    no_request += 1;
                    continue;
                };
                let kind = kind(&found.read(&reply(row)));
                if right.contains(kind) {
                    alone += 1;
                } else {
                    wrong.push(format!("{id} {}: read as {kind}, right is {right:?}", found.name));
                }
                continue;
            };
            let Some((found, version, params)) = taken_apart(&parts) else {
                let name = parts.segments.iter().map(|part| {
                    if part.bytes().any(|byte| byte.is_ascii_digit()) {
                        "…"
                    } else {
                        part.as_str()
                    }
                });
                *outside
                    .entry(format!("{} {}", parts.method, name.collect::<Vec<_>>().join("/")))
                    .or_default() += 1;
                continue;
            };
            *by_operation.entry(found.name).or_default() += 1;
            let outcome = rebuilt(found, version, &params);
            if outcome.as_ref() == Ok(&parts) {
                met += 1;
            } else if declared.contains_key(&id) {
                different += 1;
                used.insert(id.clone());
            } else {
                wrong.push(format!("{id} {}: recorded {parts:?}, built {outcome:?}", found.name));
            }
            let Some(right) = right_kinds(row, found) else {
                no_reply += 1;
                continue;
            };
            let (response, reply) = (&row["response"], reply(row));
            let given: Vec<_> = params
                .iter()
                .map(|(name, value)| {
                    (name.clone().into(), serde_json::from_str(&value.to_string()).unwrap())
                })
                .collect();
            let outcome = found.row(version).read_for(&reply, &given);
            if right.contains(kind(&outcome)) {
                read += 1;
            } else {
                wrong.push(format!(
                    "{id} {}: read as {outcome:?}, right is {right:?}: {response}",
                    found.name
                ));
            }
        }
        println!(
            "{system}: {count} exchanges, {met} requests met, {different} differences declared, {read} replies read, \
             {alone} replies without a request read, {no_reply} without a reply, {no_request} without either, {} outside \
             the catalogue",
            outside.values().sum::<usize>(),
        );
        println!("  by operation: {by_operation:?}\n  outside: {outside:?}");
    }
    let unused: Vec<_> = declared.keys().filter(|id| !used.contains(*id)).collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(unused.is_empty(), "declared and met: {unused:?}");
}
