//! What must be true of every report, whatever came in. `tests/properties.rs` and the targets of `fuzz/` hold the rules
//! to it; each function panics with what it saw.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    missing_docs,
    unreachable_pub,
    reason = "a test's module: who includes it need not use all of it, and a test that cannot go on has failed"
)]

use fieldpost::report::{FieldReport, Issue, Report};
use fieldpost::rules::{self, phone};
use fieldpost::value::Entries;
use fieldpost::{Field, Form, Kind, Value, code};

const CHOICES: &[&str] = &["a", "b c", "1", "\u{e9}"];

/// Every kind that checks one value.
pub fn kinds() -> impl Iterator<Item = Kind> {
    let others = [Kind::Id, Kind::Ipv4, Kind::Cookie, Kind::Custom, Kind::Any];
    Kind::VISITOR.iter().map(|(_, kind)| *kind).chain(others)
}

/// A field of that kind, with limits where they mean something.
pub fn field(kind: Kind) -> Field<'static> {
    match kind {
        Kind::Choice | Kind::Choices => Field::new("x", kind).choices(CHOICES),
        Kind::Integer | Kind::Number => Field::new("x", kind).min(-1_000).max(1_000_000),
        Kind::Text | Kind::Name => Field::new("x", kind).max(50),
        _ => Field::new("x", kind),
    }
}

/// Checks a value and holds the report to all that must be true of a report on one value.
pub fn holds(field: &Field<'_>, input: &Value<'_>) -> FieldReport {
    let report = rules::check(field, input.clone());
    let kind = field.kind;
    if !report.ok() {
        assert!(
            report.value.is_empty() && report.ext.is_none() && report.region.is_none(),
            "{kind:?}: something of a wrong value stayed: {report:?}"
        );
    }
    silent(&report.issues);
    stays_clean(field, &report);
    if kind == Kind::Phone {
        survives_writing(field, &report);
    }
    suggests_well(field, &report.issues);
    report
}

/// A clean value is its own clean value.
fn stays_clean(field: &Field<'_>, report: &FieldReport) {
    if !report.ok() || report.value.is_empty() {
        return;
    }
    let again = rules::check(field, report.value.clone());
    assert!(
        again.ok(),
        "{:?}: {:?} is clean, and then {:?}",
        field.kind,
        report.value,
        again.issues
    );
    assert_eq!(again.value, report.value, "{:?}", field.kind);
    assert_eq!(again.flags, report.flags, "{:?} {:?}", field.kind, report.value);
    assert_eq!(again.region, report.region, "{:?} {:?}", field.kind, report.value);
    let codes = |report: &FieldReport| {
        report.issues.iter().map(|issue| issue.code.to_string()).collect::<Vec<_>>()
    };
    let (mut before, mut after) = (codes(report), codes(&again));
    let asks = |codes: &[String]| codes.iter().any(|code| code == "phone.country");
    if asks(&before) != asks(&after) {
        // How a number was typed nobody knows any more: its groups, or a zero before it, may have put it in doubt or out of it.
        before.retain(|code| code != "phone.country");
        after.retain(|code| code != "phone.country" && code != "phone.unknown_area_code");
    }
    assert_eq!(after, before, "{:?} {:?}", field.kind, report.value);
}

/// A number that is written in any usual way is read as the same number, with the same extension.
fn survives_writing(field: &Field<'_>, report: &FieldReport) {
    let Some(e164) = report.value.as_text().filter(|_| report.ok()) else { return };
    let digits = e164.strip_prefix('+').unwrap_or_else(|| panic!("{e164} is no E.164"));
    assert!(
        (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()),
        "{e164} is no E.164"
    );
    if let Some(ext) = report.ext.as_deref() {
        assert!(
            (1..=20).contains(&ext.len()) && ext.bytes().all(|byte| byte.is_ascii_digit()),
            "ext {ext}"
        );
    }
    let mut ways = vec![e164.to_owned(), format!("tel:{e164}"), format!("011 {digits}")];
    ways.extend(phone::national(e164));
    assert_eq!(phone::national(e164).is_some(), digits.starts_with('1'), "{e164}");
    for way in ways {
        let bare = rules::check(field, Value::from(way.as_str()));
        assert_eq!((bare.value.as_text(), bare.ext.as_deref()), (Some(e164), None), "{way}");
        let Some(ext) = report.ext.as_deref() else { continue };
        for sign in [" ext. ", " x", ";ext=", " #"] {
            let again = rules::check(field, Value::from([&way, sign, ext].concat()));
            assert_eq!(
                (again.value.as_text(), again.ext.as_deref()),
                (Some(e164), Some(ext)),
                "{way}{sign}{ext}"
            );
        }
    }
}

/// A suggestion is what we would take ourselves, without a second thought.
fn suggests_well(field: &Field<'_>, issues: &[Issue]) {
    for suggestion in issues.iter().filter_map(|issue| issue.suggestion.as_deref()) {
        let again = rules::check(field, Value::from(suggestion));
        assert!(
            again.ok() && again.issues.iter().all(|issue| issue.suggestion.is_none()),
            "{suggestion:?}: {:?}",
            again.issues
        );
        let mut clean = again.value.as_text().unwrap_or_default().to_owned();
        if let Some(ext) = again.ext {
            clean.push_str(" ext. ");
            clean.push_str(&ext);
        }
        assert_eq!(clean, suggestion);
    }
}

/// Nothing in an issue but its suggestion says what the visitor typed: the code is one of the table, and the sentence is
/// the code's own, with a limit at most. That is a number, or the names of parameters.
pub fn silent(issues: &[Issue]) {
    for issue in issues {
        let row = code::issues().find(|code| code.name == issue.code);
        let sentence = row.unwrap_or_else(|| panic!("{} is in no table", issue.code)).sentence;
        let fits = match sentence.split_once("{}") {
            None => issue.message == sentence,
            Some((before, after)) => issue
                .message
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|limit| {
                    limit.parse::<i64>().is_ok() || limit.split(", ").all(is_parameter)
                }),
        };
        assert!(fits, "{}: {:?} is not its sentence", issue.code, issue.message);
    }
}

fn is_parameter(name: &str) -> bool {
    let all = fieldpost::operations().flat_map(|operation| operation.params.fields.iter());
    all.flat_map(|field| field.fields.iter().chain([field])).any(|field| field.name == name)
}

/// Checks values and holds the report to all that must be true of a report on a form.
pub fn form_holds(form: &Form<'_>, values: &Entries<'_>) -> Report {
    let report = form.check(values.clone());
    let mut names: Vec<_> = form.fields.iter().map(|field| &field.name).collect();
    names.sort();
    let unique = names.windows(2).all(|pair| pair[0] != pair[1]);
    silent(&report.issues);
    for issue in &report.issues {
        assert!(issue.field.len() < 1_024, "a place of {} bytes", issue.field.len());
    }
    for (name, value) in &report.values {
        assert!(form.clears || !value.is_empty(), "{name} is empty and stayed");
    }
    // Of two fields with one name, which only a spec's raw JSON can have, neither can be told from the other.
    if report.ok() && unique {
        let again = form.check(report.values.clone());
        assert!(again.ok(), "clean values are wrong: {:?}: {:?}", report.values, again.issues);
        assert_eq!(again.values, report.values);
    }
    report
}

/// A form with a field of each kind that a visitor's form may have, some of them required.
pub fn every_kind() -> Form<'static> {
    let named = |(name, kind): &(&'static str, Kind)| Field {
        name,
        required: matches!(kind, Kind::Email | Kind::Consent),
        ..field(*kind)
    };
    Form::new(Kind::VISITOR.iter().map(named).collect())
}
