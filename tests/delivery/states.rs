//! What a delivery keeps: its stored state, of each version, and nothing of a visitor that it needs not.

use crate::story::{Story, decided, found};
use fieldpost::delivery::outbox::{Delivery, Effect, Event, Phase};
use fieldpost::{Outcome, System, Value, operation, recipe};

#[test]
fn each_request_of_a_delivery_is_kept_apart() {
    let mut story = Story::of(System::Prospects);
    let mut kept = Vec::new();
    let mut note = |story: &mut Story| {
        story.now = story.now.max(story.delivery.next);
        let Effect::Send { kept: name, .. } =
            story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None })
        else {
            panic!("nothing was sent");
        };
        kept.push(name);
    };
    note(&mut story);
    story.lists_page(&[Some("ann@example.com")], Some("2"), false);
    note(&mut story);
    story.lists(&[None], false);
    note(&mut story);
    story.hears(found(&[]));
    note(&mut story);
    assert_eq!(
        kept,
        [
            "prospects.prospect.list holders",
            "prospects.prospect.list holders 2",
            "prospects.prospect.list without phone",
            "prospects.prospect.upsert without phone aside",
        ]
    );
}

#[test]
fn a_look_ups_records_are_not_kept() {
    let mut story = decided(&[Some("bob@example.com")], false);
    assert!(!serde_json::to_string(&story.delivery).unwrap().contains("bob"));
    story.sends();
    story.hears(found(&[("9", "active")]));
    assert!(!serde_json::to_string(&story.delivery).unwrap().contains("active"));
}

#[test]
fn a_stored_state_is_read_back_as_it_was() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(found(&[("7", "")]));
    story.sends();
    let text = serde_json::to_string(&story.delivery).unwrap();
    assert_eq!(serde_json::from_str::<Delivery>(&text).unwrap(), story.delivery);
}

/// What version 1 wrote, word for word.
#[test]
fn state_of_version_1_goes_on() {
    for (system, state, call) in [
        (
            System::Marketo,
            r#"{"phase":"waiting","call":"write","next":5,"sent":1,"attempts":3,"record":null,"doubt":null,"maybe_repeated":true,"outcome":{"kind":"unknown","why":"network.failed"}}"#,
            "marketo.lead.submitForm",
        ),
        (
            System::Pardot,
            r#"{"phase":"sent","call":"write","next":9,"sent":2,"attempts":0,"record":null,"doubt":null,"maybe_repeated":false,"outcome":null}"#,
            "pardot.prospect.read",
        ),
    ] {
        let mut story =
            Story { system, delivery: serde_json::from_str(state).unwrap(), now: 100_000 };
        if story.delivery.phase == Phase::Sent {
            assert_eq!(
                story.step(Event::Due {
                    uncertain_until: None,
                    others: None,
                    kept: false,
                    lease: None
                }),
                Effect::Wait
            );
        }
        assert_eq!(story.sends().0, call);
    }
}

/// What version 2 wrote of prospects: it asked nobody whose a phone is.
#[test]
fn state_of_version_2_asks_whose_the_phone_is() {
    for (call, phase) in [("write", "waiting"), ("probe", "waiting"), ("write", "sent")] {
        let state = format!(
            r#"{{"phase":"{phase}","call":"{call}","next":5,"sent":1,"attempts":0,"record":null,"doubt":null,"maybe_repeated":false,"renewals":0,"blind":false,"outcome":null}}"#
        );
        let mut story = Story {
            system: System::Prospects,
            delivery: serde_json::from_str(&state).unwrap(),
            now: 100_000,
        };
        if (call, phase) == ("probe", "waiting") {
            story.sends();
            story.hears(found(&[("7", "")]));
        } else {
            assert_eq!(
                story.step(Event::Due {
                    uncertain_until: None,
                    others: None,
                    kept: false,
                    lease: None
                }),
                Effect::Wait
            );
        }
        story.sends();
        story.lists(&[Some("bob@example.com")], false);
        assert_eq!(story.delivery.without, "phone", "{call} {phase}");
    }
}

#[test]
fn every_call_of_a_recipe_is_in_the_catalogue() {
    for system in [System::Marketo, System::Pardot, System::Prospects] {
        let recipe = recipe(system).unwrap();
        let look_up = recipe.look_up.as_ref();
        let guard = recipe.guard.as_ref().map(|guard| guard.operation);
        for name in [
            Some(recipe.write),
            guard,
            look_up.map(|look_up| look_up.operation),
            look_up.and_then(|look_up| look_up.found),
        ] {
            assert!(name.is_none_or(|name| operation(name).is_some()), "{name:?}");
        }
    }
}

#[test]
fn nothing_that_a_look_up_found_is_kept_but_the_id() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    let comments = Value::from("\"".repeat(1 << 20));
    let record: Value<'static> = [
        ("id", Value::from("7")),
        ("email", Value::from("ann@example.org")),
        ("comments", comments),
    ]
    .into_iter()
    .collect();
    story.hears(Outcome::Found {
        records: vec![record],
        total: Some(1),
        next: Some("more".to_owned()),
    });
    let state = serde_json::to_string(&story.delivery).unwrap();
    assert!(state.len() < 1_000, "{} bytes", state.len());
    assert!(!state.contains("ann@example.org"), "a row of the outbox has the CRM's values in it");
    assert_eq!(story.sends().1.as_deref(), Some("7"));
}
