//! Patterns by which one text can be divided in too many ways are refused when a form is made; those that people use are not.
//! `tests/patterns.test.mjs` reads the same cases, and holds the decision to what patterns really do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fieldpost::{Form, Spec, Value};
use serde_json::Value as Json;

#[test]
fn cases() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("cases/patterns.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let pattern = case["pattern"].as_str().unwrap();
        let field: Value<'_> = [("kind", Value::from("text")), ("pattern", Value::from(pattern))]
            .into_iter()
            .collect();
        let spec: Value<'_> = [("fields", [("code", field)].into_iter().collect::<Value<'_>>())]
            .into_iter()
            .collect();
        let got = match Form::from_spec(&Spec::from(&spec)) {
            Ok(_) => Json::Null,
            Err(issues) => {
                assert_eq!(issues.len(), 1, "{issues:?}");
                assert_eq!(
                    (&*issues[0].field, &*issues[0].code),
                    ("fields.code.pattern", "spec.pattern")
                );
                issues[0].limit.as_deref().unwrap_or_default().into()
            }
        };
        if got != case["repeats"] {
            wrong.push(format!("{pattern}: {got}, not {}", case["repeats"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
