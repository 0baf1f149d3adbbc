//! The delivery machine, story by story, on a clock of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on has failed"
)]

use fieldpost::delivery::outbox::{Delivery, Effect, Event, Phase, Timing};
use fieldpost::outcome::{Fault, Reason};
use fieldpost::{Issue, Outcome, System, Value, operation, recipe};

const TIMING: Timing = Timing { deadline: 35_000, base: 1_000, cap: 600_000, scale: 1 };

/// One delivery and the time that it goes by.
struct Story {
    system: System,
    delivery: Delivery,
    now: u64,
}

impl Story {
    fn of(system: System) -> Self {
        Story { system, delivery: Delivery::new(recipe(system).unwrap(), 0), now: 0 }
    }

    fn step(&mut self, event: Event) -> Effect {
        self.delivery.step(recipe(self.system).unwrap(), TIMING, event, self.now, 0)
    }

    /// Waits until something is due, and gives the call that goes out.
    #[track_caller]
    fn sends(&mut self) -> (&'static str, Option<String>) {
        self.now = self.now.max(self.delivery.next);
        match self.step(Event::Due { doubt: None, kept: true, place: None }) {
            Effect::Send { operation, record } => (operation, record),
            other => panic!("nothing was sent but {other:?}"),
        }
    }

    fn hears(&mut self, outcome: Outcome) -> Effect {
        self.now += 100;
        self.step(Event::Outcome { outcome })
    }
}

fn stored() -> Outcome {
    Outcome::Stored { id: Some("7".to_owned()), status: "created".to_owned(), warnings: Vec::new() }
}

fn lost() -> Outcome {
    Outcome::Unknown { why: "network.failed".into() }
}

fn missing() -> Outcome {
    let issue = Issue { code: "not_found".into(), ..Issue::error("", &fieldpost::code::REQUIRED) };
    Outcome::refused(vec![issue])
}

fn refused() -> Outcome {
    Outcome::refused(vec![Issue::error("", &fieldpost::code::KIND)])
}

fn found(records: &[(&'static str, &'static str)]) -> Outcome {
    let record = |(id, active): &(&'static str, &'static str)| -> Value<'static> {
        [("id", Value::from(*id)), ("last_activity_at", Value::from(*active))].into_iter().collect()
    };
    Outcome::Found { records: records.iter().map(record).collect(), total: None, next: None }
}

#[test]
fn pardot_creates_only_whom_it_does_not_know() {
    let mut story = Story::of(System::Pardot);
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    assert_eq!(story.hears(missing()), Effect::Wait);
    assert_eq!(story.sends(), ("pardot.prospect.create", None));
    assert_eq!(story.hears(stored()), Effect::Done);
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
    assert_eq!(story.sends(), ("pardot.prospect.update", Some("7".to_owned())), "never a second create");
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
    assert!(story.now >= sent + TIMING.deadline + 60_000, "created again after {} ms", story.now - sent);
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
    assert_eq!(story.step(Event::Due { doubt: None, kept: true, place: None }), Effect::Wait);
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
fn an_upsert_is_looked_up_before_it_is_repeated_without_a_mark() {
    let mut story = Story::of(System::Prospects);
    assert_eq!(
        story.sends(),
        ("prospects.prospect.upsert", None),
        "without a look-up as long as all is well"
    );
    let sent = story.now;
    story.hears(lost());
    assert_eq!(story.sends(), ("prospects.prospect.list", None));
    assert!(story.now >= sent + TIMING.deadline, "the lost call may still arrive");
    story.hears(found(&[("7", "")]));
    assert_eq!(story.sends(), ("prospects.prospect.upsert", None), "the same write, which finds the person");
    assert!(!story.delivery.maybe_repeated);
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn an_upsert_waits_until_reads_have_caught_up() {
    let mut story = Story::of(System::Prospects);
    story.sends();
    let sent = story.now;
    story.hears(lost());
    while story.sends().0 == "prospects.prospect.list" {
        story.hears(found(&[]));
    }
    assert!(story.now >= sent + TIMING.deadline + 60_000, "written again after {} ms", story.now - sent);
    assert!(!story.delivery.maybe_repeated);
}

#[test]
fn an_upsert_that_nobody_can_look_up_is_marked() {
    let mut story = Story::of(System::Prospects);
    story.sends();
    story.hears(lost());
    story.sends();
    story.step(Event::Blind);
    assert!(story.delivery.maybe_repeated);
    assert_eq!(story.sends(), ("prospects.prospect.upsert", None));
}

#[test]
fn a_place_that_may_end_before_the_call_does_is_asked_for_again() {
    let mut story = Story::of(System::Marketo);
    let due = |place| Event::Due { doubt: None, kept: false, place: Some(place) };
    assert_eq!(story.step(due(TIMING.deadline - 1)), Effect::Wait);
    assert_eq!((story.delivery.phase, story.delivery.next), (Phase::Waiting, story.now));
    assert!(matches!(story.step(due(TIMING.deadline)), Effect::Send { .. }));
}

#[test]
fn an_expired_token_costs_no_time() {
    let mut story = Story::of(System::Marketo);
    story.sends();
    story.hears(Outcome::Retry { after: Some(0), code: "marketo.602".into(), reason: Reason::Token });
    assert_eq!(story.delivery.next, story.now, "a new token is there at once");
    story.sends();
    assert_eq!(story.hears(stored()), Effect::Done);
}

#[test]
fn a_rate_limit_is_waited_for() {
    let mut story = Story::of(System::Marketo);
    story.sends();
    story.hears(Outcome::Retry { after: Some(20_000), code: "marketo.606".into(), reason: Reason::Rate });
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
    assert_eq!(story.step(Event::Due { doubt: None, kept: true, place: None }), Effect::Dead);
}

/// A refusal that somebody else has to mend.
fn faulty(fault: Fault) -> Outcome {
    Outcome::Refused { issues: vec![Issue::error("", &fieldpost::code::KIND)], fault }
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
            assert!(matches!(story.delivery.outcome, Some(Outcome::Refused { .. })), "the code stays");
        }
    }
}

#[test]
fn a_write_that_waited_for_its_account_is_looked_up_anew() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    story.hears(faulty(Fault::Writes));
    story.now = story.delivery.next + 3_600_000;
    assert_eq!(story.step(Event::Due { doubt: None, kept: false, place: None }), Effect::Wait);
    assert_eq!(story.sends(), ("pardot.prospect.read", None), "others may have written in between");
}

#[test]
fn where_nobody_is_sure_the_gate_has_the_last_word() {
    let mut story = Story::of(System::Marketo);
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

#[test]
fn the_other_version_is_spoken_at_once_and_not_for_ever() {
    let mut story = Story::of(System::Pardot);
    let other = || Outcome::Retry { after: Some(0), code: "pardot.89".into(), reason: Reason::Version };
    story.sends();
    story.hears(other());
    assert_eq!((story.delivery.next, story.delivery.attempts), (story.now, 0));
    story.sends();
    story.hears(other());
    assert!(story.delivery.next > story.now, "an account that speaks neither is not called at full speed");
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
fn the_gate_may_hold_a_call_back() {
    let mut story = Story::of(System::Marketo);
    assert_eq!(story.step(Event::Held { until: 500 }), Effect::Wait);
    assert_eq!(
        story.step(Event::Due { doubt: None, kept: true, place: None }),
        Effect::Wait,
        "not before then"
    );
    assert_eq!(story.delivery.phase, Phase::Waiting);
    story.sends();
    assert!(story.now >= 500);
}

#[test]
fn a_lost_create_that_the_gate_holds_back_is_still_lost() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    story.sends();
    // The worker died; the one that follows finds all places of the account taken by calls that died with it.
    story.now = story.delivery.next;
    story.step(Event::Held { until: story.now + 100 });
    story.now += 100;
    assert_eq!(story.step(Event::Due { doubt: None, kept: true, place: None }), Effect::Wait);
    assert_eq!(story.sends(), ("pardot.prospect.read", None), "never a second create without a look");
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

#[test]
fn a_look_up_holds_only_as_long_as_nobody_else_can_write() {
    let mut story = Story::of(System::Pardot);
    story.sends();
    story.hears(missing());
    assert_eq!(story.step(Event::Due { doubt: None, kept: false, place: None }), Effect::Wait);
    assert_eq!(story.sends(), ("pardot.prospect.read", None), "asked again");
}

#[test]
fn who_was_written_for_another_lead_is_not_created_while_reads_lag() {
    let mut story = Story::of(System::Pardot);
    let doubt = Some(60_000);
    assert!(matches!(story.step(Event::Due { doubt, kept: false, place: None }), Effect::Send { .. }));
    story.hears(missing());
    assert!(story.delivery.next > story.now);
    assert_eq!(story.sends(), ("pardot.prospect.read", None));
    story.hears(found(&[("7", "")]));
    assert_eq!(story.sends(), ("pardot.prospect.update", Some("7".to_owned())));
}

#[test]
fn tokens_that_are_refused_again_and_again_burn_no_try() {
    let mut story = Story::of(System::Marketo);
    for _ in 0..20 {
        story.sends();
        story.hears(Outcome::Retry { after: Some(0), code: "marketo.602".into(), reason: Reason::Token });
    }
    assert_eq!(story.delivery.attempts, 0);
    assert!(story.delivery.next > story.now + 1_000, "but the second time it waits");
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
        let mut story = Story { system, delivery: serde_json::from_str(state).unwrap(), now: 100_000 };
        if story.delivery.phase == Phase::Sent {
            assert_eq!(story.step(Event::Due { doubt: None, kept: false, place: None }), Effect::Wait);
        }
        assert_eq!(story.sends().0, call);
    }
}

#[test]
fn every_call_of_a_recipe_is_in_the_catalogue() {
    for system in [System::Marketo, System::Pardot, System::Prospects] {
        let recipe = recipe(system).unwrap();
        let probe = recipe.probe.as_ref();
        for name in
            [Some(recipe.write), probe.map(|probe| probe.operation), probe.and_then(|probe| probe.found)]
        {
            assert!(name.is_none_or(|name| operation(name).is_some()), "{name:?}");
        }
    }
}
