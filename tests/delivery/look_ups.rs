//! Whom the system knows: looked up before a write, and again before a lost write is repeated.

use crate::story::{Story, TIMING, faulty, found, lost, missing, stored};
use fieldpost::delivery::outbox::{Effect, Event};
use fieldpost::outcome::Fault;
use fieldpost::{Issue, Outcome, System, recipe};

#[test]
fn pardot_creates_only_whom_it_does_not_know() {
    let mut story = Story::of(System::Pardot);
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    assert_eq!(story.hears(missing()), Effect::Wait);
    assert_eq!(story.sends(), ("pardot.prospect.create", None));
    assert_eq!(story.hears(stored()), Effect::Done);
}

/// Another program wrote the person between the look-up and the create.
#[test]
fn whom_pardot_knows_after_all_is_looked_up_again_and_updated() {
    let there = |number: u16| fieldpost::systems::pardot::KNOWN.find(number).unwrap().outcome(true);
    for number in [9, 54] {
        let mut story = Story::of(System::Pardot);
        story.sends();
        story.hears(missing());
        assert_eq!(story.sends(), ("pardot.prospect.create", None));
        assert_eq!(story.hears(there(number)), Effect::Wait, "{number}");
        assert_eq!(story.sends(), ("pardot.prospect.read", None), "{number}");
        story.hears(found(&[("7", "")]));
        assert_eq!(story.sends(), ("pardot.prospect.update", Some("7".to_owned())));
        assert_eq!(story.hears(stored()), Effect::Done);
    }
    // A system that contradicts itself for ever ends as a dead letter.
    let mut story = Story::of(System::Pardot);
    let mut rounds = 0;
    loop {
        story.sends();
        story.hears(missing());
        story.sends();
        rounds += 1;
        match story.hears(there(9)) {
            Effect::Wait => assert!(rounds < 20),
            Effect::Dead => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rounds, 9);
}

#[test]
fn pardot_updates_the_one_of_several_who_was_active_last() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(found(&[("9", "2026-01-01 00:00:00"), ("3", "2026-05-01 00:00:00"), ("11", "")]));
    assert_eq!(story.sends(), ("pardot.prospect.update", Some("3".to_owned())));
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn a_create_whose_reply_was_lost_is_looked_up_before_it_is_repeated() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    let sent = {
        story.sends();
        story.now
    };
    assert_eq!(story.hears(lost()), Effect::Wait);
    // The lost call may still arrive: nothing goes out before its deadline.
    assert!(story.delivery.next >= sent + TIMING.deadline);
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    story.hears(found(&[("7", "")]));
    assert_eq!(
        story.sends(),
        ("pardot.prospect.update", Some("7".to_owned())),
        "never a second create"
    );
}

#[test]
fn an_absent_person_counts_only_once_reads_have_caught_up() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    let sent = story.now;
    story.hears(lost());
    let mut looks = 0;
    loop {
        let (operation, _) = story.sends();
        if operation == "pardot.prospect.create" {
            break;
        }
        looks += 1;
        story.hears(missing());
    }
    assert!(
        story.now >= sent + TIMING.deadline + 60_000,
        "created again after {} ms",
        story.now - sent
    );
    assert!(looks >= 2, "looked {looks} times");
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn a_worker_that_died_after_sending_has_lost_the_reply() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    // No outcome is ever told; the next wake-up comes after the deadline.
    story.now = story.delivery.next;
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None }),
        Effect::Wait
    );
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
}

#[test]
fn a_form_activity_that_may_be_repeated_is_marked() {
    let mut story = Story::of(System::Marketo);
    assert_eq!(story.sends(), ("marketo.lead.submitForm", None));
    let sent = story.now;
    story.hears(lost());
    assert!(story.delivery.maybe_repeated);
    story.sends();
    assert!(story.now >= sent + TIMING.deadline, "two upserts of one key may not overlap");
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn a_cookie_that_is_refused_goes_and_the_lead_stays() {
    let bad = || {
        Outcome::refused(vec![Issue {
            code: "marketo.1012".into(),
            ..Issue::error("", &fieldpost::code::KIND)
        }])
    };
    let mut story = Story::of(System::Marketo);
    story.sends();
    assert_eq!(story.hears(bad()), Effect::Wait);
    assert_eq!((story.delivery.next, story.delivery.attempts), (story.now, 0), "at once");
    assert_eq!(story.sends().0, "marketo.lead.submitForm");
    assert_eq!(story.delivery.without, "cookie");
    assert_eq!(
        story.delivery.warning(recipe(System::Marketo).unwrap()),
        Some("marketo.cookie_dropped")
    );
    assert_eq!(story.hears(bad()), Effect::Dead, "it was not the cookie");
}

#[test]
fn a_write_that_waited_for_its_account_is_looked_up_anew() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    story.hears(faulty(Fault::Writes));
    story.now = story.delivery.next + 3_600_000;
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: false, lease: None }),
        Effect::Wait
    );
    assert_eq!(story.sends(), ("pardot.prospect.read", None), "others may have written in between");
}

#[test]
fn a_person_who_was_deleted_in_between_is_looked_up_again() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(found(&[("7", "")]));
    story.sends();
    story.hears(missing());
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    story.hears(missing());
    assert_eq!(story.sends(), ("pardot.prospect.create", None));
}

#[test]
fn a_lost_create_that_the_limiter_holds_back_is_still_lost() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    // The worker died; the one that follows finds all leases of the account taken by calls that died with it.
    story.now = story.delivery.next;
    story.step(Event::Held { until: story.now + 100 });
    story.now += 100;
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: true, lease: None }),
        Effect::Wait
    );
    assert_eq!(
        story.sends(),
        ("pardot.prospect.read", None),
        "never a second create without a look"
    );
}

#[test]
fn a_look_up_holds_only_as_long_as_nobody_else_can_write() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    assert_eq!(
        story.step(Event::Due { uncertain_until: None, others: None, kept: false, lease: None }),
        Effect::Wait
    );
    assert_eq!(story.sends(), ("pardot.prospect.read", None), "asked again");
}

#[test]
fn who_was_written_for_another_lead_is_not_created_while_reads_lag() {
    let mut story = Story::of(System::Pardot);
    let uncertain_until = Some(60_000);
    assert!(matches!(
        story.step(Event::Due {
            uncertain_until,
            others: uncertain_until,
            kept: false,
            lease: None
        }),
        Effect::Send { .. }
    ));
    story.hears(missing());
    assert!(story.delivery.next > story.now);
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    story.hears(found(&[("7", "")]));
    assert_eq!(story.sends(), ("pardot.prospect.update", Some("7".to_owned())));
}
