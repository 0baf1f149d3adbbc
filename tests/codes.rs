//! The rows of the table of codes are what the rules say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::code::{self, Weight};
use fieldpost::{Form, Severity, Spec, Value};
use std::collections::HashSet;
use std::fs;

#[test]
fn no_code_has_two_rows() {
    let mut seen = HashSet::new();
    for row in code::all() {
        assert!(seen.insert(row.name), "{}", row.name);
    }
}

/// What the rules really say, over every case of a field.
#[test]
fn severities_are_what_the_rules_say() {
    let mut seen = 0;
    for file in fs::read_dir("tests/cases").unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let Value::List(cases) = serde_json::from_str::<Value<'_>>(&text).unwrap() else { panic!("no list") };
        for case in cases {
            let (Some(field), Some(input)) = (case.get("field"), case.get("input")) else { continue };
            let spec = Value::from_iter([("fields", Value::from_iter([("value", field.clone())]))]);
            let spec = Spec::from(&spec);
            let Ok(form) = Form::from_spec(&spec) else { continue };
            let is_hidden = field.get("kind").and_then(Value::as_text) == Some("hidden");
            for issue in form.check_field("value", input.clone()).issues {
                let row = code::all().find(|row| row.name == issue.code).unwrap();
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
