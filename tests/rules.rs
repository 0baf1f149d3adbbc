//! Runs the cases of `tests/cases` natively, and holds the rules to what must be true of every input.
//!
//! A case is `{ id, what, field, input, expect }`. In `expect`, what is not there is not: no issue, no suggestion, no flag.
//! Severities follow from `ok` where they are not named. A number that is clean is written as its text, because that is
//! how the border hands it out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::report::{FieldReport, Flags};
use fieldpost::rules::{self, phone};
use fieldpost::{Field, Form, Kind, Severity, Spec, Value};
use proptest::prelude::*;
use std::borrow::Cow;
use std::fs;

const FILES: &[&str] = &[
    "choice",
    "consent",
    "date",
    "email",
    "label",
    "number",
    "phone",
    "place",
    "policy_email",
    "policy_phone",
    "text",
    "typo",
    "url",
];

#[test]
fn cases() {
    let mut wrong = Vec::new();
    for file in FILES {
        let text = fs::read_to_string(format!("tests/cases/{file}.json")).unwrap();
        let Value::List(cases) = serde_json::from_str(&text).unwrap() else {
            panic!("{file}: no list")
        };
        for case in cases {
            let id = case.get("id").and_then(Value::as_text).unwrap().to_owned();
            let (got, expected) = run(&case);
            for (what, got) in got {
                let expected = expected.get(what).cloned().unwrap_or_default();
                if got != expected {
                    wrong.push(format!("{id}: {what} is {got:?}, not {expected:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the report says, by the names that `expect` has, and what it should say.
fn run(case: &Value<'static>) -> (Vec<(&'static str, Value<'static>)>, Value<'static>) {
    let field = case.get("field").unwrap().clone();
    let spec: Value<'static> =
        [("fields", [("value", field)].into_iter().collect())].into_iter().collect();
    let spec = Spec::from(&spec);
    let form = Form::from_spec(&spec).unwrap();
    let input = case.get("input").unwrap();
    let report = form.check_field("value", input.clone());
    let whole = form.check(vec![("value".into(), input.clone())]);
    let mut expected = case.get("expect").unwrap().clone();
    let texts = |texts: Vec<&str>| match texts.as_slice() {
        [] => Value::Null,
        _ => Value::List(texts.into_iter().map(|text| Value::from(text.to_owned())).collect()),
    };
    let maybe = |text: Option<&str>| text.map_or(Value::Null, |text| Value::from(text.to_owned()));
    let severity = |severity| if severity == Severity::Error { "error" } else { "warning" };
    if let Value::Map(entries) = &mut expected {
        // Empty lists say the same as none.
        entries.retain(|(_, value)| *value != Value::List(Vec::new()));
        if !entries.iter().any(|(name, _)| name == "severities") {
            let all = if report.ok() { "warning" } else { "error" };
            entries.push(("severities".into(), texts(vec![all; report.issues.len()])));
        }
    }
    // A form says of its one value what its field says; an extension is part of the number there.
    let kept = match (&report.value, &report.ext) {
        (Value::Text(number), Some(ext)) => Value::from(format!("{number} ext. {ext}")),
        (value, _) => value.clone(),
    };
    assert_eq!(whole.ok(), report.ok(), "{case:?}");
    assert_eq!(
        whole.values.first().map_or(Value::Null, |(_, value)| value.clone()),
        kept,
        "{case:?}"
    );
    let got = vec![
        ("ok", Value::Bool(report.ok())),
        ("value", plain(report.value)),
        ("codes", texts(report.issues.iter().map(|issue| &*issue.code).collect())),
        ("severities", texts(report.issues.iter().map(|issue| severity(issue.severity)).collect())),
        ("suggestion", maybe(report.issues.iter().find_map(|issue| issue.suggestion.as_deref()))),
        ("flags", texts(report.flags.names().collect())),
        ("ext", maybe(report.ext.as_deref())),
        ("region", maybe(report.region)),
    ];
    (got, expected)
}

/// Names that come more than once, and what no visitor can mend.
#[test]
fn repeated_names() {
    let text = fs::read_to_string("tests/cases/repeated.json").unwrap();
    let Value::List(cases) = serde_json::from_str(&text).unwrap() else { panic!("no list") };
    for case in cases {
        let member =
            |name: &str| case.get(name).cloned().unwrap_or_else(|| panic!("{name}: {case:?}"));
        let spec = Spec::from(&[("fields", member("fields"))].into_iter().collect::<Value<'_>>());
        let form = Form::from_spec(&spec).unwrap();
        let Value::List(entries) = member("entries") else { panic!("no entries") };
        let given = entries.into_iter().map(|entry| match entry {
            Value::List(pair) => {
                (Cow::Owned(pair[0].as_text().unwrap().to_owned()), pair[1].clone())
            }
            _ => panic!("no entry: {case:?}"),
        });
        let report = form.check(given.collect());
        let issues = report.issues.iter().map(|issue| {
            let severity = if issue.severity == Severity::Error { "error" } else { "warning" };
            Value::List(
                [&*issue.field, &*issue.code, severity]
                    .map(|text| Value::from(text.to_owned()))
                    .into(),
            )
        });
        let got = [
            ("ok", Value::Bool(report.ok())),
            ("values", Value::Map(report.values.clone())),
            ("issues", Value::List(issues.collect())),
        ];
        let expected = member("expect");
        for (what, got) in got {
            assert_eq!(
                sorted(got),
                sorted(expected.get(what).unwrap().clone()),
                "{what} of {:?}",
                case.get("id")
            );
        }
    }
}

/// The same map in one order.
fn sorted(value: Value<'static>) -> Value<'static> {
    match value {
        Value::Map(mut entries) => {
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Map(entries)
        }
        other => other,
    }
}

fn plain(value: Value<'_>) -> Value<'static> {
    match value.into_owned() {
        Value::Number(text) => Value::Text(text),
        other => other,
    }
}

/// The kinds that visitors' forms do not have, and so no case.
#[test]
fn parameters() {
    let codes = |kind, text: &'static str| {
        let report = rules::check(&Field::new("x", kind), Value::from(text));
        assert!(report.value == Value::from(text) || !report.ok(), "{text}: {:?}", report.value);
        report.issues.iter().map(|issue| issue.code.to_string()).collect::<Vec<_>>()
    };
    for right in ["0.0.0.0", "127.0.0.1", "255.255.255.255", "8.8.8.8", "192.168.10.249"] {
        assert!(codes(Kind::Ipv4, right).is_empty(), "{right}");
    }
    for wrong in [
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.",
        ".1.2.3",
        "1.2.3.x",
        "::1",
        "1.2.3.4 5",
        "1.2.3.1000",
    ] {
        assert_eq!(codes(Kind::Ipv4, wrong), ["params.ipv4"], "{wrong}");
    }
    for right in [
        "id:123-ABC-456&token:_mch-example.com-1612345678901-12345",
        "id:123-ABC-456&token:_mch-example.com-0123456789abcdef0123456789abcdef",
    ] {
        assert!(codes(Kind::Cookie, right).is_empty(), "{right}");
    }
    let raw = "id:123-ABC-456&token:_mch-example.com-1612345678901-12345";
    for stored in [&raw.replace(':', "%3A").replace('&', "%26"), &raw.replace('&', "%26"), raw] {
        let report = rules::check(&Field::new("x", Kind::Cookie), Value::from(stored));
        assert!(report.ok() && report.value == Value::from(raw), "{stored}");
    }
    for wrong in [
        "123-ABC-456",
        "id:123-ABC-456",
        "token:x",
        "id:1&token:a b",
        "id:1&token:a;b",
        "id:1&token:a\u{7}",
    ] {
        assert_eq!(codes(Kind::Cookie, wrong), ["params.cookie"], "{wrong}");
    }
    for right in ["1", "0012", "18446744073709551615"] {
        assert!(codes(Kind::Id, right).is_empty(), "{right}");
    }
    for wrong in ["-1", "1.0", "x", "184467440737095516150"] {
        assert_eq!(codes(Kind::Id, wrong), ["integer.invalid"], "{wrong}");
    }
    let long = format!("id:1&token:{}", "x".repeat(512));
    assert!(!rules::check(&Field::new("x", Kind::Cookie), Value::from(long)).ok());
}

#[test]
fn custom_fields_and_those_of_any_kind_pass_as_they_are() {
    let custom = Field::new("x", Kind::Custom);
    for value in [
        Value::Null,
        Value::Bool(true),
        Value::from(" a "),
        Value::Number("1.5".into()),
        Value::List(vec![Value::from("a"), Value::from("b")]),
    ] {
        assert_eq!(rules::check(&custom, value.clone()).value, value);
        for kind in [Kind::Any, Kind::Record, Kind::Records] {
            let field = Field::new("x", kind);
            for value in [value.clone(), Value::List(vec![Value::Bool(false), value.clone()])] {
                assert_eq!(rules::check(&field, value.clone()).value, value, "{kind:?}");
            }
        }
    }
    let ok = |value| rules::check(&custom, value).ok();
    assert!(
        !ok(Value::Map(Vec::new()))
            && !ok(Value::List(vec![Value::Null]))
            && !ok(Value::List(vec![Value::List(Vec::new())]))
    );
}

#[test]
fn a_list_has_a_thousand_items_at_most() {
    let check = |count: usize| {
        let items = (0..count).map(|n| Value::from(n.to_string())).collect();
        rules::check(&Field::new("labels", Kind::Labels), Value::List(items))
    };
    assert!(check(1_000).ok());
    assert_eq!(check(1_001).issues[0].code, "value.too_large");
}

#[test]
fn a_bound_is_a_whole_number() {
    let min = |digits: &'static str| {
        let rules = Value::Map(vec![
            ("kind".into(), Value::from("integer")),
            ("min".into(), Value::Number(digits.into())),
        ]);
        let spec: Value<'_> =
            [("fields", [("value", rules)].into_iter().collect())].into_iter().collect();
        Form::from_spec(&Spec::from(&spec)).ok().map(|form| form.fields[0].min)
    };
    assert_eq!(min("7"), Some(Some(7)));
    assert_eq!(min("-7"), Some(Some(-7)));
    for wrong in ["1.5", "-", "1e3", "9999999999999999999"] {
        assert_eq!(min(wrong), None, "{wrong}");
    }
}

/// Of the numbers that films use the parameters of one CRM say nothing; it takes them and says itself what it did.
#[test]
fn lenient_fields_keep_what_was_typed() {
    let report = rules::check(&Field::new("phone", Kind::Phone).lenient(), Value::from("call me"));
    assert!(report.ok());
    assert_eq!(report.value, Value::from("call me"));
    assert_eq!(report.issues[0].code, "phone.character");
}

#[test]
fn numbers_as_north_america_writes_them() {
    assert_eq!(phone::national("+12125550123").as_deref(), Some("(212) 555-0123"));
    assert_eq!(phone::international("+12125550123").as_deref(), Some("+1 212-555-0123"));
    for other in [
        "+442071838750",
        "+1212555012",
        "+121255501234",
        "+1212555012x",
        "2125550123",
        "+1",
        "",
        "+12125\u{e9}550",
    ] {
        assert_eq!(phone::national(other), None, "{other}");
    }
}

/// Every area code of the dated table is known, and nothing else is.
#[test]
fn area_codes() {
    let file = fs::read_to_string("src/data/area_codes.txt").unwrap();
    let mut known = std::collections::HashMap::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let place = words.next().unwrap();
        known.extend(words.map(|code| (code.parse::<u16>().unwrap(), place.to_owned())));
    }
    assert_eq!(known.len(), 485);
    for code in 200..=999_u16 {
        let report =
            rules::check(&Field::new("x", Kind::Phone), Value::from(format!("{code}5557890")));
        let warns = report.issues.iter().any(|issue| issue.code == "phone.unknown_area_code");
        match known.get(&code) {
            Some(place) => {
                assert!(report.ok() && !warns, "{code}");
                let expected =
                    place.starts_with(|c: char| c.is_ascii_uppercase()).then_some(place.as_str());
                assert_eq!(report.region, expected, "{code}");
            }
            None => assert!(warns || !report.ok(), "{code}"),
        }
    }
}

fn kinds() -> impl Iterator<Item = Kind> {
    let others = [Kind::Id, Kind::Ipv4, Kind::Cookie, Kind::Custom];
    Kind::VISITOR.iter().map(|(_, kind)| *kind).chain(others)
}

/// A field of that kind, with limits where they mean something.
fn field(kind: Kind) -> Field<'static> {
    match kind {
        Kind::Choice | Kind::Choices => Field::new("x", kind).choices(CHOICES),
        Kind::Integer | Kind::Number => Field::new("x", kind).min(-1_000).max(1_000_000),
        Kind::Text | Kind::Name => Field::new("x", kind).max(50),
        _ => Field::new("x", kind),
    }
}

const CHOICES: &[&str] = &["a", "b c", "1"];

/// Text that comes close to what the rules take, and text that does not.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        any::<Vec<u8>>().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        "[-+ ().,;x#0-9a-z@:/\u{e9}\u{200B}\u{FF11}]{0,30}",
        "[a-zA-Z0-9.+_-]{1,12}@[a-zA-Z0-9.\u{fc}-]{1,16}\\.[a-z]{1,4}",
        "(\\+1|1|011 1|)[ .(-]?[2-9][0-9]{2}[ .)-]{0,2}[2-9][0-9]{2}[ .-]?[0-9]{4}( ?(x|ext|ext\\.|#) ?[0-9]{1,6})?",
        "\\+[1-9][0-9 ]{5,18}( x[0-9]{1,4})?",
        "https?://[a-z.:@0-9]{0,12}(/[a-z?#&= ]{0,8})?",
        "[0-9]{2,5}-[0-9]{1,3}-[0-9]{1,3}",
        "[a-z\u{300}-\u{303}\u{200B}\u{7} ,]{0,20}",
        "[a-zA-Z][0-9][a-zA-Z][ -]?[0-9][a-zA-Z][0-9]",
        "-?[0-9]{0,4}\\.?[0-9]{0,4}",
    ]
}

fn values() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|n| Value::Number(n.to_string().into())),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::vec((any::<String>().prop_map(Cow::Owned), inner), 0..3)
                .prop_map(Value::Map),
        ]
    })
}

/// What may be asked of every report.
fn is_sound(report: &FieldReport, input: &Value<'_>) {
    if !report.ok() {
        assert_eq!(report.value, Value::Null, "a wrong value stayed: {input:?}");
    }
    for issue in &report.issues {
        assert!(
            fieldpost::code::issues().any(|code| code.name == issue.code),
            "{} is not in the table",
            issue.code
        );
        assert!(!issue.message.contains("{}"), "{} lacks its limit", issue.code);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_clean_stays_clean(input in values()) {
        for kind in kinds() {
            let field = field(kind);
            let report = rules::check(&field, input.clone());
            is_sound(&report, &input);
            if report.ok() && !report.value.is_empty() {
                let again = rules::check(&field, report.value.clone());
                prop_assert!(again.ok(), "{kind:?}: {:?} is not clean: {:?}", report.value, again.issues);
                prop_assert_eq!(&again.value, &report.value, "{:?}", kind);
                prop_assert_eq!(again.flags, report.flags, "{:?}", kind);
                prop_assert_eq!(again.region, report.region, "{:?}", kind);
            }
        }
    }

    #[test]
    fn borrowed_and_owned_are_judged_alike(text in texts()) {
        for kind in kinds() {
            let field = field(kind);
            prop_assert_eq!(rules::check(&field, Value::from(text.as_str())), rules::check(&field, Value::from(text.clone())));
        }
    }

    #[test]
    fn controls_are_alike(text in "[a-z0-9@. ,:/+-]{0,20}", at in 0_usize..20, control in 0_u8..32) {
        // Tab, line and page ends are blanks. The border puts U+001E where U+001F stood.
        prop_assume!(!matches!(control, b'\t'..=b'\r'));
        let with = |control: u8| {
            let mut text = text.clone();
            text.insert(at.min(text.len()), char::from(control));
            text
        };
        for kind in kinds().filter(|kind| *kind != Kind::Custom) {
            let field = field(kind);
            prop_assert_eq!(rules::check(&field, Value::from(with(control))), rules::check(&field, Value::from(with(0x1E))));
        }
    }

    #[test]
    fn phones_survive_being_written_and_read(area in 200_u16..1000, exchange in 200_u16..1000, line in 0_u16..10_000, ext in "[0-9]{1,7}") {
        let field = Field::new("x", Kind::Phone);
        let report = rules::check(&field, Value::from(format!("{area} {exchange} {line:04} ext {ext}")));
        prop_assume!(report.ok());
        let e164 = report.value.as_text().unwrap().to_owned();
        prop_assert_eq!(&e164, &format!("+1{area}{exchange}{line:04}"));
        prop_assert_eq!(report.ext.as_deref(), Some(ext.as_str()));
        let written = [
            phone::national(&e164).unwrap(),
            e164.clone(),
            format!("1-{area}-{exchange}-{line:04}"),
            format!("011 1 {area} {exchange} {line:04}"),
            format!("({area}) {exchange}.{line:04}"),
        ];
        for text in written {
            let again = rules::check(&field, Value::from(format!("{text} ext. {ext}")));
            prop_assert_eq!(again.value.as_text(), Some(e164.as_str()), "{}", text);
            prop_assert_eq!(&again.ext, &report.ext);
            prop_assert_eq!(again.flags, report.flags);
            let bare = rules::check(&field, Value::from(text));
            prop_assert_eq!(bare.value.as_text(), Some(e164.as_str()));
            prop_assert_eq!(bare.ext, None);
        }
    }

    #[test]
    fn suggestions_are_good_addresses(text in texts(), slip in "[gmailhotyus]{4,9}(\\.[cmonet]{2,4})?") {
        for text in [text, format!("ann@{slip}")] {
            let report = rules::check(&Field::new("x", Kind::Email), Value::from(text));
            for suggestion in report.issues.iter().filter_map(|issue| issue.suggestion.clone()) {
                let again = rules::check(&Field::new("x", Kind::Email), Value::from(suggestion));
                prop_assert!(again.ok() && again.issues.iter().all(|issue| issue.suggestion.is_none()), "{:?}", again);
            }
        }
    }

    #[test]
    fn flags_name_themselves(bits in any::<[bool; 9]>()) {
        let all = [Flags::ROLE, Flags::FREE, Flags::DISPOSABLE, Flags::TOLL_FREE, Flags::PREMIUM, Flags::PERSONAL, Flags::GOVERNMENT, Flags::INTERNATIONAL, Flags::FICTION];
        let mut flags = Flags::default();
        all.iter().zip(bits).filter(|(_, set)| *set).for_each(|(flag, _)| flags.insert(*flag));
        prop_assert_eq!(flags.names().count(), bits.iter().filter(|set| **set).count());
    }
}

/// Rails puts the box's hidden twin before it, ASP.NET behind it; a browser sends the twin alone for an empty box.
#[test]
fn a_box_with_a_hidden_twin_says_what_the_box_says() {
    for kind in [Kind::Boolean, Kind::Consent] {
        let form = Form::new(vec![Field::new("news", kind)]);
        for (typed, yes) in [
            (vec!["0", "1"], true),
            (vec!["true", "false"], true),
            (vec!["", "on"], true),
            (vec!["0"], false),
            (vec!["no", "off"], false),
        ] {
            let entries =
                typed.iter().map(|text| (Cow::Borrowed("news"), Value::from(*text))).collect();
            let report = form.check(entries);
            assert!(report.ok(), "{kind:?} {typed:?}");
            assert_eq!(
                report.values,
                vec![("news".into(), Value::Bool(yes))],
                "{kind:?} {typed:?}"
            );
        }
    }
}
