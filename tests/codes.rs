//! `docs/codes.md`, the page of all codes, is what the tables say. `REWRITE=1 cargo test --test codes` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::{Form, Severity, Spec, Value, code, language};
use std::fmt::Write;
use std::{env, fs};

const PAGE: &str = "docs/codes.md";

/// The codes that let the lead through. Everything else stops it.
const WARNINGS: &[&str] = &[
    "field.unknown",
    "value.twice",
    "email.typo",
    "phone.unknown_area_code",
    "phone.fiction",
    "phone.premium",
    "phone.toll_free",
    "params.overridden",
    "params.forever",
    "prospects.phone_dropped",
    "prospects.message",
];

/// The codes that stop a lead where a value cannot be, and let it through where it may be.
const EITHER: &[&str] = &["phone.country"];

/// What the first word of a code speaks of, in the order of the page.
const GROUPS: &[(&str, &str, &str)] = &[
    ("value", "Any value", "Said of every kind of field."),
    ("field", "Fields", "Said of a name that the form does not have."),
    ("text", "Text", "Said of text, names, URLs and hidden fields. Lengths are in characters."),
    ("email", "E-mail", ""),
    ("phone", "Phone", ""),
    ("labels", "Labels", ""),
    ("choice", "A choice", ""),
    ("choices", "Several choices", ""),
    ("consent", "Consent", ""),
    ("number", "Numbers", "The bounds are said of whole numbers too."),
    ("integer", "Whole numbers", ""),
    ("date", "Dates", ""),
    ("url", "Web addresses", ""),
    ("postal", "Postal codes", ""),
    ("country", "Countries", ""),
    ("state", "States and provinces", ""),
    (
        "spec",
        "Specs of forms",
        "For the people who build a site; no visitor sees them. The part of the pattern is the limit.",
    ),
    ("params", "Parameters of operations", "For the people who build a site; no visitor sees them."),
    ("account", "Accounts", "For the people who build a site; no visitor sees them."),
    ("pardot", "What Pardot says of an export", ""),
    ("prospects", "What the prospects API says of a lead that it stored", ""),
];

#[test]
fn the_page_is_what_the_tables_say() {
    let page = page();
    if env::var_os("REWRITE").is_some() {
        fs::create_dir_all("docs").unwrap();
        fs::write(PAGE, &page).unwrap();
    }
    let stands = fs::read_to_string(PAGE).unwrap_or_default();
    let line = page.lines().zip(stands.lines()).position(|(one, other)| one != other);
    assert!(
        page == stands,
        "{PAGE} is stale from line {:?}: REWRITE=1 cargo test --test codes",
        line.map(|at| at + 1)
    );
}

fn page() -> String {
    let mut page = String::from(
        "# Codes\n\n\
         <!-- Written by `REWRITE=1 cargo test --test codes` from src/code.rs and src/data/messages/. -->\n\n\
         Every issue has a `code`, which programs compare and which stays, and a `message`, which people read and which may\n\
         change. *stops*: an error, the lead does not go on. *warns*: the lead goes on, and somebody may look at it. A parameter\n\
         that a system takes as it is (the phone number of `prospects.prospect.upsert`) has its errors lowered to warnings, and\n\
         so has a field of kind `hidden`, which no visitor can mend: what is wrong with it is left out.\n\
         `{}` is the limit that was passed, never what the visitor typed.\n\n\
         How to say something else, or the same in another language, is in [messages.md](messages.md). Codes that begin with a\n\
         system's name and a number (`marketo.1006`, `pardot.4`) are the vendor's own.\n",
    );
    for (group, title, note) in GROUPS {
        let rows: Vec<_> =
            code::ALL.iter().filter(|code| code.name.split('.').next() == Some(group)).collect();
        if rows.is_empty() {
            continue;
        }
        write!(page, "\n## {title}\n\n").unwrap();
        if !note.is_empty() {
            write!(page, "{note}\n\n").unwrap();
        }
        page.push_str("| code | | English");
        for name in language::names() {
            write!(page, " | {name}").unwrap();
        }
        page.push_str(" |\n|---|---|---");
        page.push_str(&"|---".repeat(language::names().count()));
        page.push_str("|\n");
        for code in rows {
            let weight = match code.name {
                name if EITHER.contains(&name) => "stops or warns",
                name if WARNINGS.contains(&name) => "warns",
                _ => "stops",
            };
            write!(page, "| `{}` | {weight} | {}", code.name, code.sentence).unwrap();
            for name in language::names() {
                write!(page, " | {}", language::sentence(name, code.name).unwrap_or("–")).unwrap();
            }
            page.push_str(" |\n");
        }
    }
    for code in code::ALL {
        assert!(
            page.contains(&format!("| `{}` |", code.name)),
            "{} belongs to no group of the page",
            code.name
        );
    }
    page
}

#[test]
fn every_warning_is_a_code() {
    for name in WARNINGS.iter().chain(EITHER) {
        assert!(code::ALL.iter().any(|code| code.name == *name), "{name}");
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
                let warns = WARNINGS.contains(&&*issue.code) || is_hidden;
                let fits = (issue.severity == Severity::Warning) == warns || EITHER.contains(&&*issue.code);
                assert!(fits, "{}", issue.code);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "only {seen} issues seen");
}
