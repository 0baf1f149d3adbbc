//! What a delivery waits for: a token, a rate, its account, its limiter, a person.

use crate::story::{Story, TIMING, faulty, missing, refused, stored};
use fieldpost::delivery::outbox::{Effect, Event, Phase};
use fieldpost::outcome::{Fault, Reason};
use fieldpost::{Outcome, System};

#[test]
fn a_place_that_may_end_before_the_call_does_is_asked_for_again() {
    let mut story = Story::of(System::Marketo);
    let due =
        |lease| Event::Due { uncertain_until: None, others: None, kept: false, lease: Some(lease) };
    assert_eq!(story.step(due(TIMING.deadline - 1)), Effect::Wait);
    assert_eq!((story.delivery.phase, story.delivery.next), (Phase::Waiting, story.now));
    assert!(matches!(story.step(due(TIMING.deadline)), Effect::Send { .. }));
}

#[test]
fn an_expired_token_costs_no_time() {
    let mut story = Story::of(System::Marketo);
    story.sends();
    story.hears(Outcome::Retry {
        after: Some(0),
        code: "marketo.602".into(),
        reason: Reason::Token,
    });
    assert_eq!(story.delivery.next, story.now, "a new token is there at once");
    story.sends();
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn a_rate_limit_is_waited_for() {
    let mut story = Story::of(System::Marketo);
    story.sends();
    story.hears(Outcome::Retry {
        after: Some(20_000),
        code: "marketo.606".into(),
        reason: Reason::Rate,
    });
    assert!(story.delivery.next >= story.now + 20_000);
}

#[test]
fn retries_never_end_and_never_hurry() {
    let mut story = Story::of(System::Prospects);
    for _ in 0..1_000 {
        story.sends();
        story.hears(Outcome::Retry { after: None, code: "http.503".into(), reason: Reason::Busy });
    }
    assert_eq!(story.delivery.phase, Phase::Waiting);
    assert!(story.delivery.next - story.now >= TIMING.cap / 2);
}

#[test]
fn what_the_system_refuses_waits_for_a_person() {
    let mut story = Story::of(System::Prospects);
    story.sends();
    assert_eq!(story.hears(refused()), Effect::Dead);
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None }),
        Effect::Dead
    );
}

#[test]
fn what_is_not_the_leads_fault_kills_no_lead_and_costs_no_try() {
    for system in [System::Marketo, System::Pardot, System::Prospects] {
        for fault in [Fault::Target, Fault::Writes, Fault::Account] {
            let mut story = Story::of(system);
            for _ in 0..50 {
                story.sends();
                assert_eq!(story.hears(faulty(fault)), Effect::Wait);
                assert!(story.delivery.next > story.now, "another lead asks first");
            }
            assert_eq!((story.delivery.phase, story.delivery.attempts), (Phase::Waiting, 0));
            assert!(
                matches!(story.delivery.outcome, Some(Outcome::Refused { .. })),
                "the code stays"
            );
        }
    }
}

#[test]
fn where_nobody_is_sure_the_limiter_has_the_last_word() {
    let mut story = Story::of(System::Marketo);
    story.sends();
    assert_eq!(story.hears(faulty(Fault::Unsure)), Effect::Wait);
    // The account may have been mended between the call and the read.
    assert_eq!(story.step(Event::Blamed), Effect::Wait);
    story.sends();
    assert_eq!(story.hears(faulty(Fault::Unsure)), Effect::Wait);
    assert_eq!(story.step(Event::Blamed), Effect::Dead);
    assert_eq!(story.delivery.phase, Phase::Dead);
    // And where its word is lost, the lead is sent again.
    let mut story = Story::of(System::Marketo);
    story.sends();
    story.hears(faulty(Fault::Unsure));
    story.sends();
    assert_eq!(story.hears(stored()), Effect::Done);
}

/// A token that is refused may meet any lead, and the next one's too. Only the lead that no new token helps has earned it.
#[test]
fn a_few_refused_tokens_are_no_leads_fault() {
    let refused = || Outcome::Retry { after: None, code: "http.401".into(), reason: Reason::Token };
    let mut story = Story::of(System::Marketo);
    for _ in 0..4 {
        story.sends();
        story.hears(refused());
        assert_eq!(story.step(Event::Blamed), Effect::Wait);
        assert_eq!(story.delivery.phase, Phase::Waiting);
    }
    story.sends();
    story.hears(refused());
    // Now the limiter is asked, whatever other leads have come to meanwhile.
    assert!(matches!(story.delivery.outcome, Some(Outcome::Refused { fault: Fault::Unsure, .. })));
    assert_eq!(story.step(Event::Blamed), Effect::Wait);
    for _ in 0..5 {
        story.sends();
        story.hears(refused());
    }
    assert_eq!(story.step(Event::Blamed), Effect::Dead);
    // One that goes through in between begins anew.
    let mut story = Story::of(System::Pardot);
    for _ in 0..4 {
        story.sends();
        story.hears(refused());
    }
    story.sends();
    story.hears(missing());
    story.sends();
    story.hears(refused());
    assert_eq!(story.step(Event::Blamed), Effect::Wait);
}

#[test]
fn the_other_version_is_spoken_at_once_and_not_for_ever() {
    let mut story = Story::of(System::Pardot);
    let other =
        || Outcome::Retry { after: Some(0), code: "pardot.89".into(), reason: Reason::Version };
    story.sends();
    story.hears(other());
    assert_eq!((story.delivery.next, story.delivery.attempts), (story.now, 0));
    story.sends();
    story.hears(other());
    assert!(
        story.delivery.next > story.now,
        "an account that speaks neither is not called at full speed"
    );
}

#[test]
fn the_limiter_may_hold_a_call_back() {
    let mut story = Story::of(System::Marketo);
    assert_eq!(story.step(Event::Held { until: 500 }), Effect::Wait);
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None }),
        Effect::Wait,
        "not before then"
    );
    assert_eq!(story.delivery.phase, Phase::Waiting);
    story.sends();
    assert!(story.now >= 500);
}

#[test]
fn tokens_that_are_refused_again_and_again_burn_no_try() {
    let mut story = Story::of(System::Marketo);
    for _ in 0..20 {
        story.sends();
        story.hears(Outcome::Retry {
            after: Some(0),
            code: "marketo.602".into(),
            reason: Reason::Token,
        });
    }
    assert_eq!(story.delivery.attempts, 0);
    assert!(story.delivery.next > story.now + 1_000, "but the second time it waits");
}
