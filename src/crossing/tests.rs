//! What stored states and scripts rest on: the names, what may be absent, and what does not fit.

use crate::check::report::{Issue, Severity};
use crate::code::Code;
use crate::crm::outcome::{Fault, Outcome, Reason};
use crate::crm::systems::reply::Reply;
use crate::relay::delivery::outbox::Delivery;
use crate::relay::effect::{Bind, Effect, Statement};
use crate::relay::run::{Failure, Heard, Run};
use crate::value::Value;

const STATE: &str = r#"{"phase":"sent","call":"probe","next":7,"sent":6,"attempts":2,"record":null,"doubt":9,"maybe_repeated":true,"renewals":0,"blind":false,"others":null,"key":"asked","page":null,"seen":"nobody","without":"","aside":false,"corrected":false,"outcome":{"kind":"retry","code":"http.429","reason":"rate"}}"#;

const NONE: Code = Code { name: "", sentence: "" };

fn read<T: super::Crossing>(text: &str) -> Option<T> {
    super::hear(&mut serde_json::Deserializer::from_str(text)).ok()
}

#[test]
fn a_stored_state_is_the_same_text_again() {
    let mut state: Delivery = read(STATE).unwrap_or(Delivery::begun(0));
    assert_eq!(super::written(&mut state), STATE);
    assert_eq!(serde_json::to_string(&state).unwrap_or_default(), STATE);
    // What only a few have takes no room in the others.
    let blamed = STATE.replace(",\"outcome\"", ",\"blamed\":true,\"outcome\"");
    state.blamed = true;
    assert_eq!(super::written(&mut state), blamed);
    assert_eq!(read(&blamed), Some(state));
}

#[test]
fn a_state_of_before_has_fewer_members() {
    let first = r#"{"phase":"waiting","call":"write","next":7,"sent":0,"attempts":0,"maybe_repeated":false}"#;
    let known = Delivery { next: 7, ..Delivery::begun(0) };
    assert_eq!(read::<Delivery>(first), Some(known.clone()));
    // One of a later version has more.
    let more = first.replace("\"next\"", "\"later\":[{}],\"next\"");
    assert_eq!(read::<Delivery>(&more), Some(known));
}

#[test]
fn what_does_not_fit_is_refused() {
    for (was, wrong) in [
        ("\"phase\":\"sent\",", ""),
        ("\"sent\",", "\"gone\","),
        ("\"next\":7", "\"next\":-7"),
        ("\"next\":7", "\"next\":7.5"),
        ("\"next\":7", "\"next\":\"7\""),
        ("\"next\":7", "\"next\":null"),
        ("\"attempts\":2", "\"attempts\":4294967296"),
        ("\"blind\":false", "\"blind\":0"),
        ("\"without\":\"\"", "\"without\":null"),
        ("\"reason\":\"rate\"", "\"reason\":\"\""),
        (",\"reason\":\"rate\"", ""),
        ("\"kind\":\"retry\"", "\"kind\":\"maybe\""),
        ("\"kind\":\"retry\",", ""),
        ("\"outcome\":{", "\"outcome\":[],\"more\":{"),
    ] {
        assert!(STATE.contains(was), "{was}");
        assert_eq!(read::<Delivery>(&STATE.replace(was, wrong)), None, "{was} {wrong}");
    }
    assert_eq!(read::<Delivery>("[]"), None);
    assert_eq!(read::<Run>("null"), None);
    assert_eq!(read::<Vec<(String, String)>>(r#"[["a"]]"#), None);
    assert!(read::<Reply>(r#"{"status":65536,"body":""}"#).is_none());
}

#[test]
fn what_a_write_gave_back_is_told_and_never_kept() {
    let record = Value::from_iter([("email", Value::from("ann@example.org"))]);
    let mut stored = Outcome::stored(Some("7".to_owned()), "created", Some(record));
    let text = super::written(&mut stored);
    assert_eq!(
        text,
        r#"{"kind":"stored","id":"7","status":"created","warnings":[],"record":{"email":"ann@example.org"}}"#
    );
    stored.forget();
    assert_eq!(read(&text), Some(stored));
}

#[test]
fn what_says_nothing_is_left_out_where_a_type_says_so() {
    for (mut outcome, text) in [
        (
            Outcome::Refused { issues: Vec::new(), fault: Fault::Lead },
            r#"{"kind":"refused","issues":[]}"#,
        ),
        (
            Outcome::Refused { issues: Vec::new(), fault: Fault::Writes },
            r#"{"kind":"refused","issues":[],"fault":"writes"}"#,
        ),
        (
            Outcome::Retry { after: Some(0), code: "x".into(), reason: Reason::Quota },
            r#"{"kind":"retry","after":0,"code":"x","reason":"quota"}"#,
        ),
        (
            Outcome::Batch { results: vec![Outcome::Unknown { why: "\"\n".into() }] },
            r#"{"kind":"batch","results":[{"kind":"unknown","why":"\"\n"}]}"#,
        ),
    ] {
        assert_eq!(super::written(&mut outcome), text);
        assert_eq!(read(text), Some(outcome));
    }
    let mut all = vec![
        Effect::Release {
            outcome: None,
            unsent: false,
            token: None,
            write: true,
            goes_on: true,
            landed: Some(1),
            pace: None,
            after: None,
        },
        Effect::Look {
            of: 1,
            arm: false,
            statements: vec![Statement {
                name: "due",
                values: vec![Bind::Text("a".to_owned()), Bind::Number(2)],
            }],
        },
        Effect::Mark { id: "i".to_owned(), target: "t".to_owned(), code: None },
        Effect::Leave {},
    ];
    assert_eq!(
        super::written(&mut all),
        concat!(
            r#"[{"do":"release","write":true,"goesOn":true,"landed":1},"#,
            r#"{"do":"look","of":1,"arm":false,"statements":[{"name":"due","values":["a",2]}]},"#,
            r#"{"do":"mark","id":"i","target":"t","code":null},{"do":"leave"}]"#
        )
    );
}

#[test]
fn what_a_delivery_hears_is_read_by_its_kind() {
    let text = r#"{"event":"failed","code":"disk","map":[["a","b"]],"issues":[{"field":"","code":"c","severity":"warning","message":"m"}]}"#;
    let issue = Issue { severity: Severity::Warning, ..Issue::error("", &NONE) };
    let known = Failure {
        code: "disk".to_owned(),
        map: vec![("a".to_owned(), "b".to_owned())],
        issues: vec![Issue { code: "c".into(), message: "m".into(), ..issue }],
        ..Failure::default()
    };
    assert_eq!(read(text), Some(Heard::Failed(known)));
    assert_eq!(read::<Heard>(r#"{"event":"called"}"#), None);
    assert_eq!(read::<Heard>(r#"{"event":"slept","more":1}"#), Some(Heard::Slept));
}

#[test]
fn a_number_that_javascript_would_round_stays_text() {
    for (number, text) in [
        ("9007199254740992", "9007199254740992"),
        ("9007199254740993", "\"9007199254740993\""),
        ("-12.5", "-12.5"),
        ("1e400", "\"1e400\""),
        ("1e21", "1e21"),
        ("Infinity", "\"Infinity\""),
    ] {
        assert_eq!(super::written(&mut Value::Number(number.into())), text);
    }
}
