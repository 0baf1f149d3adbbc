//! The rows of the table of codes are what the rules say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::code::operator::{EVENTS, PHASES};
use fieldpost::code::words::{FORM, PAGE};
use fieldpost::code::{self, Weight};
use fieldpost::delivery::outbox::Phase;
use fieldpost::systems::{marketo, pardot, token};
use fieldpost::{Form, Severity, Spec, Value};
use std::collections::HashSet;
use std::fs;
use std::path::Path;

#[test]
fn no_code_has_two_rows() {
    let mut seen = HashSet::new();
    for row in code::all() {
        assert!(seen.insert(row.name), "{}", row.name);
        assert!(!row.sentence.is_empty() || !row.means.is_empty(), "{} says nothing", row.name);
    }
}

/// Texts of sources that look like codes and are none: file names, names of storage, domains, places in a reply, types of messages.
const OTHERS: &[&str] = &[
    "describe.result",
    "leads.csv",
    "fieldpost.answered",
    "fieldpost.touch",
    "fieldpost.alert",
    "fieldpost.test",
];

/// Whatever is written like a code, anywhere in crate or package, has its row.
#[test]
fn every_code_that_is_said_has_a_row() {
    let rows = code::all().chain(EVENTS.rows).map(|row| row.name);
    let words = FORM.iter().chain(PAGE).map(|(word, _)| *word);
    let vendors =
        [marketo::REQUEST, marketo::LEAD, pardot::CODES].into_iter().flatten().map(|row| row.name);
    let tokens = token::CODES.iter().map(|(row, _)| row.name);
    let known: HashSet<_> =
        rows.chain(words).chain(vendors).chain(tokens).chain(OTHERS.iter().copied()).collect();
    // What begins like a code is one.
    let first = |text: &str| text.split_once('.').map(|(first, _)| first.to_owned());
    let subjects: HashSet<_> = known.iter().filter_map(|name| first(name)).collect();
    let mut missing = Vec::new();
    let mut seen = 0;
    for path in sources(Path::new("src")).into_iter().chain(sources(Path::new("pkg/src"))) {
        // Between any two quotes: code between texts has blanks or signs.
        for text in fs::read_to_string(&path).unwrap().split('"') {
            let is_code = text.split('.').filter(|part| !part.is_empty()).count() == 2
                && text.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte)
                });
            if is_code && first(text).is_some_and(|first| subjects.contains(&first)) {
                seen += 1;
                if !known.contains(text) {
                    missing.push(format!("{path}: {text}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "without a row:\n{}", missing.join("\n"));
    assert!(seen > 500, "only {seen} codes seen");
}

fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "ts") {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
fn every_phase_has_a_word() {
    for phase in [Phase::Waiting, Phase::Sent, Phase::Done, Phase::Dead] {
        let name = serde_json::to_value(phase).unwrap();
        assert!(PHASES.iter().any(|(known, _)| name == *known), "{name}");
    }
}

/// What the rules really say, over every case of a field.
#[test]
fn severities_are_what_the_rules_say() {
    let mut seen = 0;
    for file in fs::read_dir("tests/cases").unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let Value::List(cases) = serde_json::from_str::<Value<'_>>(&text).unwrap() else {
            panic!("no list")
        };
        for case in cases {
            let (Some(field), Some(input)) = (case.get("field"), case.get("input")) else {
                continue;
            };
            let spec = Value::from_iter([("fields", Value::from_iter([("value", field.clone())]))]);
            let spec = Spec::from(&spec);
            let Ok(form) = Form::from_spec(&spec) else { continue };
            let is_hidden = field.get("kind").and_then(Value::as_text) == Some("hidden");
            for issue in form.check_field("value", input.clone()).issues {
                let row = code::issues().find(|row| row.name == issue.code).unwrap();
                let fits = match row.weight {
                    Weight::Stops => (issue.severity == Severity::Error) != is_hidden,
                    Weight::Warns => issue.severity == Severity::Warning,
                    Weight::Either => true,
                };
                assert!(fits, "{}", issue.code);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "only {seen} issues seen");
}
