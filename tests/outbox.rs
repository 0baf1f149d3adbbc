//! The machine of an outbox, step by step: what the days of `tests/simulation` meet too seldom, or survive too well.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::delivery::outbox::{Delivery, Recipe};
use fieldpost::relay::effect::Effect;
use fieldpost::relay::outbox::{Event, Kit, Moment, step};
use fieldpost::relay::run::{Failure, Heard, Run};
use fieldpost::relay::schedule::Schedule;
use fieldpost::{Issue, Outcome, System, code, recipe};

const NOW: u64 = 1_795_000_000_000;

fn of(system: &str) -> Option<&'static Recipe> {
    System::from_name(system).and_then(recipe)
}

fn read(state: &str) -> Option<Delivery> {
    serde_json::from_str(state).ok()
}

fn write(delivery: &Delivery) -> String {
    serde_json::to_string(delivery).unwrap()
}

/// An outbox with one account, at one moment.
struct Outbox {
    schedule: Schedule,
    run: Run,
}

impl Outbox {
    /// One lead is due and has asked for its lease.
    fn asking() -> Self {
        let mut schedule = Schedule::new(1, true, 10_000);
        schedule.add("crm", "marketo", &["contact"]);
        let state = write(&Delivery::new(of("marketo").unwrap(), NOW));
        let run = Run {
            id: "one".to_owned(),
            account: "crm".to_owned(),
            form: "contact".to_owned(),
            state,
            phase: "waiting".to_owned(),
            ..Run::default()
        };
        let mut outbox = Outbox { schedule, run };
        let started = outbox.look();
        assert!(started.iter().any(|effect| matches!(effect, Effect::Start { .. })), "{started:?}");
        outbox
    }

    fn happens(&mut self, event: Event<'_>, with_run: bool) -> Vec<Effect> {
        let kit = Kit { recipe: &of, read: &read, write: &write };
        let at = Moment { now: NOW, random: 0, newest: 0 };
        step(&mut self.schedule, with_run.then_some(&mut self.run), event, kit, at)
    }

    fn hears(&mut self, heard: Heard) -> Vec<Effect> {
        self.happens(Event::Heard(heard), true)
    }

    /// The row of the lead, as a statement gives it.
    fn look(&mut self) -> Vec<Effect> {
        let words = ["due", "crm", "one", "contact", "e:somebody", "waiting", &NOW.to_string(), ""]
            .join("\u{1}");
        self.happens(Event::Rows { of: 0, arm: true, rows: &words }, false)
    }
}

fn starts(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Start { .. }))
}

/// A limiter says when it may be asked again by its own clock. Where that is behind, the time is past already, and an outbox
/// that took it at its word would ask as fast as the network carries it.
#[test]
fn a_limiter_whose_clock_is_behind_is_not_asked_again_at_once() {
    let held =
        |scope: &str| Heard::Held { until: NOW - 5_000, scope: scope.to_owned(), target: None };

    let mut outbox = Outbox::asking();
    outbox.hears(held("account"));
    assert_eq!(outbox.schedule.accounts.first().unwrap().held, NOW + 100);
    assert!(!starts(&outbox.look()));

    let mut outbox = Outbox::asking();
    let effects = outbox.hears(held("person"));
    let next = effects.iter().find_map(|effect| match effect {
        Effect::Write { next, .. } => Some(*next),
        _ => None,
    });
    assert_eq!(next, Some(NOW + 100), "{effects:?}");

    let mut outbox = Outbox::asking();
    let target = Some("contact".to_owned());
    outbox.hears(Heard::Held { until: NOW - 5_000, scope: "target".to_owned(), target });
    assert_eq!(outbox.schedule.targets.first().unwrap().until, NOW + 100);
}

/// The limiter has given a lease; what follows of that cannot be written down. Nobody shall wait for the lease until it ends.
#[test]
fn a_place_is_given_back_where_the_disk_is_full() {
    let mut outbox = Outbox::asking();
    let full = Failure { code: "storage.full".to_owned(), ..Failure::default() };
    let effects = outbox.hears(Heard::Failed(full));
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Release { outcome: None, .. })),
        "{effects:?}"
    );

    let heard = Heard::Released { hold: None, until: 0, blamed: false, opened: false };
    let effects = outbox.hears(heard);
    let stumbles = |effect: &Effect| matches!(effect, Effect::Stumble { phase: "waiting", code, .. } if code == "storage.full");
    assert!(effects.iter().any(stumbles), "{effects:?}");
    // That passes for all leads at once.
    assert_eq!(outbox.schedule.accounts.first().unwrap().held, NOW + 30_000);
}

/// The limiter lets the call out, and nothing is known of one before.
fn granted() -> Heard {
    Heard::Granted {
        asked: NOW,
        uncertain_until: None,
        others: None,
        kept: false,
        probe: false,
        version: None,
        token: "token".to_owned(),
        stands: true,
    }
}

/// A reply is lost, and then the limiter does not hear of it. Half a minute later the call may still run.
#[test]
fn a_lost_call_is_waited_for_whatever_broke_after_it() {
    let mut outbox = Outbox::asking();
    outbox.hears(granted());
    outbox.hears(Heard::Rendered { write: true, identity: None, stands: true });
    let outcome = Outcome::Unknown { why: "network.failed".into() };
    outbox.hears(Heard::Called { outcome, pace: None, after: None });
    let failure = Failure { code: "gate.failed".to_owned(), ..Failure::default() };
    let effects = outbox.hears(Heard::Failed(failure));
    let next = effects.iter().find_map(|effect| match effect {
        Effect::Stumble { next, .. } => Some(*next),
        _ => None,
    });
    assert_eq!(next, Some(NOW + 35_000), "{effects:?}");
}

/// What the owner can mend is named where a lead dies, in its line of the log and in what is kept of its outcome.
#[test]
fn a_dead_letter_says_what_it_is_about() {
    let mut outbox = Outbox::asking();
    let failure = Failure {
        code: "params.invalid".to_owned(),
        issues: vec![Issue::error("input[0].leadFormFields.email", &code::EMAIL_AT)],
        map: vec![("email".to_owned(), "email".to_owned())],
        ..Failure::default()
    };
    outbox.hears(granted());
    let mut effects = outbox.hears(Heard::Failed(failure));
    let heard = Heard::Released { hold: None, until: 0, blamed: false, opened: false };
    effects.extend(outbox.hears(heard));
    let about = effects.iter().find_map(|effect| match effect {
        Effect::Log { event: "delivery.dead", code, param, .. } => {
            Some((code.as_deref(), param.as_deref()))
        }
        _ => None,
    });
    let field = "input[0].leadFormFields.email";
    assert_eq!(about, Some((Some("email.at"), Some(field))), "{effects:?}");
    let state = read(&outbox.run.state).unwrap();
    let Some(Outcome::Refused { issues, .. }) = state.outcome else { panic!("{effects:?}") };
    assert_eq!(issues.first().unwrap().field, field);
}

/// Leads that were just written down are promised once an alarm stands below them: it comes before anything begins.
#[test]
fn the_alarm_stands_before_anything_begins() {
    let mut outbox = Outbox::asking();
    outbox.schedule.running.clear();
    outbox.schedule.alarm = None;
    let effects = outbox.happens(Event::Arrived(vec!["crm".to_owned()]), false);
    assert!(
        matches!(
            effects.as_slice(),
            [Effect::Alarm { after: 1_000 }, Effect::Look { arm: false, .. }]
        ),
        "{effects:?}"
    );

    outbox.schedule.alarm = None;
    let effects = outbox.look();
    let at = |is: fn(&Effect) -> bool| effects.iter().position(is).unwrap();
    assert!(
        at(|effect| matches!(effect, Effect::Alarm { .. }))
            < at(|effect| matches!(effect, Effect::Start { .. }))
    );
}

/// A limiter that is broken would be asked by each lead, one after the other; and one that can keep nothing signs in for each.
#[test]
fn a_limiter_that_fails_is_asked_at_a_slower_and_slower_pace() {
    let mut outbox = Outbox::asking();
    let held = |outbox: &Outbox| outbox.schedule.accounts.first().unwrap().held - NOW;
    let failed = || Heard::Failed(Failure { code: "gate.failed".to_owned(), ..Failure::default() });
    for wait in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
        outbox.hears(failed());
        assert_eq!(held(&outbox), wait);
        assert!(!starts(&outbox.look()), "another lead asks at once");
    }
    outbox.hears(Heard::Held { until: NOW + 500, scope: "account".to_owned(), target: None });
    outbox.hears(failed());
    assert_eq!(held(&outbox), 1_000);
}
