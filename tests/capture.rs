//! From a lead to an operation's parameters: what the mapping names, and nothing else.
#![cfg(feature = "full")]

use fieldpost::capture::{Mapping, Visitor, fills, params};
use fieldpost::{System, Value};

fn mapping(pairs: &[(&str, &str)]) -> Mapping {
    Mapping {
        map: pairs
            .iter()
            .map(|(param, source)| ((*param).to_owned(), (*source).to_owned()))
            .collect(),
        ..Mapping::default()
    }
}

fn text(params: &[(std::borrow::Cow<'static, str>, Value<'static>)], name: &str) -> Option<String> {
    params
        .iter()
        .find(|(param, _)| param == name)
        .and_then(|(_, value)| value.as_text().map(str::to_owned))
}

fn lead() -> Value<'static> {
    Value::Map(vec![("email".into(), Value::from("ann@example.org"))])
}

#[test]
fn a_touch_is_named_by_its_place_and_its_parameter() {
    let visitor = Visitor {
        query: Some("utm_source=now".into()),
        first: Some("utm_source=news+letter&gclid=g1&page=%2F&at=1".into()),
        last: Some("utm_source=ads&at=2".into()),
        pardot: Some("visitor_id12345=77; visitor_id12345-hash=abc".into()),
        ..Visitor::default()
    };
    let map = mapping(&[
        ("source", "@utm_source"),
        ("first_source", "@first.utm_source"),
        ("first_click", "@first.gclid"),
        ("last_source", "@last.utm_source"),
        ("last_click", "@last.gclid"),
        ("email", "email"),
    ]);
    let params = params(System::Pardot, &lead(), &visitor, &map);
    assert_eq!(text(&params, "source").as_deref(), Some("now"));
    assert_eq!(text(&params, "first_source").as_deref(), Some("news letter"));
    assert_eq!(text(&params, "first_click").as_deref(), Some("g1"));
    assert_eq!(text(&params, "last_source").as_deref(), Some("ads"));
    assert_eq!(text(&params, "last_click"), None, "what a touch does not have is left out");
    assert!(
        !params
            .iter()
            .any(|(_, value)| value.as_text().is_some_and(|text| text.contains("visitor_id"))),
        "no operation takes Pardot's cookies"
    );
}

#[test]
fn without_consent_there_is_no_visitor_and_nothing_of_one_is_sent() {
    let map = mapping(&[("source", "@first.utm_source"), ("page", "@page"), ("email", "email")]);
    let params = params(System::Pardot, &lead(), &Visitor::default(), &map);
    assert_eq!(params.len(), 1);
    assert_eq!(text(&params, "email").as_deref(), Some("ann@example.org"));
}

#[test]
fn a_query_parameter_with_a_dot_is_still_one_of_the_query() {
    let visitor = Visitor { query: Some("a.b=1".into()), ..Visitor::default() };
    let params = params(System::Pardot, &lead(), &visitor, &mapping(&[("x", "@a.b")]));
    assert_eq!(text(&params, "x").as_deref(), Some("1"));
}

#[test]
fn of_a_name_that_comes_twice_in_a_query_the_last_that_is_not_empty_counts() {
    for query in [
        "utm_source=a&x=1&utm_source=b",
        "utm_source=b&utm_source=",
        "utm_source&utm_source=b&utm_source",
    ] {
        let visitor = Visitor { query: Some(query.into()), ..Visitor::default() };
        let params =
            params(System::Pardot, &lead(), &visitor, &mapping(&[("source", "@utm_source")]));
        assert_eq!(text(&params, "source").as_deref(), Some("b"), "{query}");
    }
}

#[test]
fn a_consent_is_named_by_its_field_and_what_is_known_of_it() {
    let consents = "terms.at=2026-11-21T10%3A00%3A00.000Z&terms.purpose=an+offer&terms.text=v3";
    let visitor = Visitor { consents: Some(consents.into()), ..Visitor::default() };
    let map = mapping(&[
        ("agreed", "@consent.terms.at"),
        ("agreed_to", "@consent.terms.purpose"),
        ("wording", "@consent.terms.text"),
        ("other", "@consent.news.at"),
    ]);
    let params = params(System::Pardot, &lead(), &visitor, &map);
    assert_eq!(text(&params, "agreed").as_deref(), Some("2026-11-21T10:00:00.000Z"));
    assert_eq!(text(&params, "agreed_to").as_deref(), Some("an offer"));
    assert_eq!(text(&params, "wording").as_deref(), Some("v3"));
    assert_eq!(text(&params, "other"), None, "what was not agreed to is left out");
}

#[test]
fn silence_withdraws_nothing() {
    let lead = |news| {
        Value::Map(vec![("news".into(), Value::Bool(news)), ("stop".into(), Value::Bool(news))])
    };
    let map = mapping(&[("optIn", "news"), ("unsubscribed", "stop"), ("emailOptIn", "!stop")]);
    for system in [System::Marketo, System::Pardot, System::Prospects] {
        let silent = params(system, &lead(false), &Visitor::default(), &map);
        assert!(!format!("{silent:?}").contains("Bool(false)"), "{silent:?}");
        assert!(!format!("{silent:?}").contains("ptIn"), "{silent:?}");
    }
    let said = params(System::Pardot, &lead(true), &Visitor::default(), &map);
    let value =
        |name: &str| said.iter().find(|(param, _)| param == name).map(|(_, value)| value.clone());
    assert_eq!(value("optIn"), Some(Value::Bool(true)));
    assert_eq!(value("unsubscribed"), Some(Value::Bool(true)));
    assert_eq!(
        value("emailOptIn"),
        Some(Value::Bool(false)),
        "a box that withdraws, mapped as such"
    );
}

#[test]
fn what_the_owner_sends_with_each_lead_may_be_no() {
    let map = Mapping {
        constants: vec![("is_do_not_email".into(), Value::Bool(false))],
        ..Mapping::default()
    };
    let params = params(System::Pardot, &lead(), &Visitor::default(), &map);
    assert_eq!(params, vec![("is_do_not_email".into(), Value::Bool(false))]);
}

#[test]
fn a_list_of_blanks_erases_nothing() {
    let lead = Value::Map(vec![("labels".into(), Value::List(vec![Value::from(""), Value::Null]))]);
    for system in [System::Pardot, System::Prospects] {
        let params =
            params(system, &lead, &Visitor::default(), &mapping(&[("Interests", "labels")]));
        assert!(!params.iter().any(|(name, _)| name == "Interests"), "{params:?}");
    }
}

/// A lead waits for a closed parameter only where it would be sent with it.
#[test]
fn what_a_lead_fills_is_what_is_sent() {
    let lead = Value::Map(vec![
        ("email".into(), Value::from("ann@example.org")),
        ("company".into(), Value::from("")),
        ("agree".into(), Value::Bool(false)),
        ("stop".into(), Value::Bool(true)),
        ("topics".into(), Value::List(vec![Value::from("")])),
    ]);
    let mut mapping = mapping(&[
        ("email", "email"),
        ("company", "company"),
        ("optIn", "agree"),
        ("unsubscribed", "!stop"),
        ("topics", "topics"),
        ("source", "@first.utm_source"),
        ("page", "@page"),
    ]);
    mapping.constants.push(("formId".to_owned(), Value::from("7")));
    let visitor = Visitor { first: Some("utm_source=news".to_owned()), ..Visitor::default() };
    let filled = fills(&lead, &visitor, &mapping);
    assert_eq!(filled, ["email", "unsubscribed", "source", "formId"]);
    let sent = params(System::Prospects, &lead, &visitor, &mapping);
    let sent: Vec<&str> =
        sent.iter().map(|(name, _)| name.as_ref()).filter(|name| *name != "update").collect();
    assert_eq!(sent, filled);
}
