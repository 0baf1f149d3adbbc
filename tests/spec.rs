//! Forms from what CRMs say of their fields: the cases of `tests/cases/spec.json`, which the package's tests read too.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use fieldpost::{Form, Issue, Kind, Spec, Value, spec};
use proptest::prelude::*;
use std::fs;

fn cases() -> Vec<Value<'static>> {
    let text = fs::read_to_string("tests/cases/spec.json").unwrap();
    let Value::List(cases) = serde_json::from_str(&text).unwrap() else { panic!("no list") };
    cases
}

fn convert(
    from: &str,
    reply: &Value<'_>,
    describe: Option<&Value<'_>>,
) -> Result<Value<'static>, Vec<Issue>> {
    match from {
        "describe" => spec::describe(reply),
        "formFields" => spec::form_fields(reply, describe),
        "customFields" => spec::custom_fields(reply),
        other => panic!("{other} is no source"),
    }
}

fn packed(from: &str, reply: &Value<'_>, describe: Option<&Value<'_>>) -> Result<Spec, Vec<Issue>> {
    match from {
        "describe" => Spec::from_describe(reply),
        "formFields" => Spec::from_form_fields(reply, describe),
        _ => Spec::from_custom_fields(reply),
    }
}

#[test]
fn replies_become_specs() {
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        let text = |name| case.get(name).and_then(Value::as_text).unwrap();
        let (reply, describe) = (case.get("reply").unwrap(), case.get("describe"));
        let got = match convert(text("from"), reply, describe) {
            Ok(spec) => spec,
            Err(issues) => {
                let pair = |issue: &Issue| {
                    Value::List(vec![issue.field.clone().into(), issue.code.clone().into_owned().into()])
                };
                let issues = Value::List(issues.iter().map(pair).collect());
                Value::Map(vec![("issues".into(), issues)])
            }
        };
        if got != *case.get("expect").unwrap() {
            wrong.push(format!("{}: {got:?}", text("id")));
        }
    }
    assert!(cases.len() > 40, "only {} cases", cases.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// A spec is one that `from_spec` reads, and the form has its fields in the reply's order.
#[test]
fn specs_become_forms() {
    for case in cases() {
        let from = case.get("from").and_then(Value::as_text).unwrap();
        let expected = case.get("expect").unwrap();
        let spec = packed(from, case.get("reply").unwrap(), case.get("describe"));
        match (expected.get("fields"), spec.as_ref().map_err(Clone::clone).and_then(Form::from_spec)) {
            (Some(Value::Map(fields)), Ok(form)) => {
                assert_eq!(form.fields.len(), fields.len());
                for ((name, rules), field) in fields.iter().zip(form.fields.iter()) {
                    assert_eq!(*name, field.name);
                    assert_eq!(rules.get("kind").and_then(Value::as_text), Some(field.kind.name()), "{name}");
                    assert_eq!(rules.get("required").is_some(), field.required, "{name}");
                }
            }
            (None, Err(issues)) => assert!(!issues.is_empty()),
            (_, other) => panic!("{case:?} gives {other:?}"),
        }
    }
}

/// What a form from a CRM is for: it checks what visitors type.
#[test]
fn a_form_of_a_reply_checks() {
    let reply: Value<'_> = serde_json::from_str(
        r#"{"success": true, "result": [
            {"id": "Email", "label": "Email:", "dataType": "email", "required": true},
            {"id": "City", "label": "City:", "dataType": "text", "maxLength": 4}]}"#,
    )
    .unwrap();
    let spec = Spec::from_form_fields(&reply, None).unwrap();
    let form = Form::from_spec(&spec).unwrap();
    let report = form.check(vec![("City".into(), Value::from("Paris"))]);
    let codes: Vec<_> = report.issues.iter().map(|issue| (&*issue.field, &*issue.code)).collect();
    assert_eq!(codes, [("Email", "value.required"), ("City", "text.long")]);
    assert_eq!(form.field("City").unwrap().label, "City");
}

#[test]
fn sizes_are_capped() {
    let row = || Value::from_iter([("id", Value::from("x")), ("dataType", Value::from("text"))]);
    let reply = |rows: usize| Value::from_iter([("result", Value::List((0..rows).map(|_| row()).collect()))]);
    assert!(spec::form_fields(&reply(2_000), None).is_ok());
    assert_eq!(spec::form_fields(&reply(2_001), None).unwrap_err()[0].code, "value.too_large");

    let values = Value::List((0..2_001).map(|n: i32| Value::from(n.to_string())).collect());
    let mut row = row();
    if let Value::Map(members) = &mut row {
        members.push(("fieldMetaData".into(), Value::from_iter([("values", values)])));
    }
    let reply = Value::from_iter([("result", Value::List(vec![row]))]);
    let issues = spec::form_fields(&reply, None).unwrap_err();
    assert_eq!((&*issues[0].field, &*issues[0].code), ("result[0].fieldMetaData.values", "value.too_large"));
}

/// Every name that a reply could use, so that random data reaches all members.
const NAMES: &[&str] = &[
    "result",
    "fields",
    "rest",
    "soap",
    "name",
    "id",
    "label",
    "displayName",
    "dataType",
    "type",
    "values",
    "value",
    "customField",
    "field_id",
    "fieldId",
    "required",
    "isRequired",
    "readOnly",
    "updateable",
    "length",
    "maxLength",
    "fieldMetaData",
    "minValue",
    "maxValue",
    "multiSelect",
    "visibilityRules",
    "ruleType",
];

fn data() -> impl Strategy<Value = Value<'static>> {
    let texts = prop::sample::select(vec![
        "text",
        "email",
        "checkbox",
        "range",
        "show",
        "true",
        "1",
        "-2.5",
        "<b>",
        "&amp;",
        "",
        "Multi-Select",
        "é\u{FEFF}",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|n| Value::Number(n.to_string().into())),
        any::<f64>().prop_map(|n| Value::Number(n.to_string().into())),
        texts.prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 8, |inner| {
        let name = prop::sample::select(NAMES);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((name.prop_map(Into::into), inner), 0..8).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #[test]
    fn no_reply_breaks_it(reply in data(), describe in prop::option::of(data())) {
        for from in ["describe", "formFields", "customFields"] {
            // Wrapped, so that most runs get past the first look.
            for reply in [reply.clone(), Value::from_iter([("result", reply.clone())])] {
                if let Ok(spec) = convert(from, &reply, describe.as_ref()) {
                    let packed = Spec::from(&spec);
                    let form = Form::from_spec(&packed);
                    prop_assert!(form.is_ok(), "{spec:?} is no spec: {form:?}");
                    for field in form.unwrap().fields.iter() {
                        prop_assert!(!field.name.is_empty());
                        prop_assert!(field.label.chars().count() <= 200);
                        prop_assert!(Kind::VISITOR.iter().any(|(_, kind)| *kind == field.kind));
                    }
                }
            }
        }
    }
}
