//! What a person rules about a delivery that waits for one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::delivery::outbox::{Call, Delivery, Phase};
use fieldpost::relay::ruling::{
    Move, Ruled, Ways, bars, checked, corrected, lets_ask, looks, may_take, moved, removable,
    renamed, renames, replay,
};
use fieldpost::{Outcome, System, deletes, recipe};

const NOW: u64 = 1_795_000_000_000;
const HERE: Ways = Ways { has_form: true, goes: true };
const GONE: Ways = Ways { has_form: true, goes: false };
const NO_FORM: Ways = Ways { has_form: false, goes: false };

fn fresh() -> Delivery {
    Delivery::new(recipe(System::Pardot).unwrap(), NOW)
}

#[test]
fn what_is_sent_on_begins_anew_and_keeps_what_is_not_known() {
    let pardot = recipe(System::Pardot);
    let lost = Delivery {
        phase: Phase::Dead,
        attempts: 7,
        uncertain_until: Some(NOW + 5),
        maybe_repeated: true,
        ..fresh()
    };
    let Ruled::Goes(state) = replay((Some(lost.clone()), pardot), None, HERE, NOW) else {
        panic!("it stays")
    };
    assert_eq!((state.phase, state.attempts), (Phase::Waiting, 0));
    assert_eq!((state.uncertain_until, state.maybe_repeated), (Some(NOW + 5), true));
    for (kept, bar, ways, code) in [
        ((Some(lost.clone()), pardot), Some("lead.invalid"), HERE, "lead.invalid"),
        ((Some(lost.clone()), pardot), None, GONE, "account.gone"),
        ((None, None), None, NO_FORM, "form.gone"),
        ((None, pardot), None, HERE, "delivery.state"),
        ((Some(lost), None), None, HERE, "account.invalid"),
    ] {
        assert_eq!(replay(kept, bar, ways, NOW), Ruled::Stays(code));
    }
}

#[test]
fn what_moves_goes_to_an_account_of_its_system_and_nobody_is_written_twice() {
    let pardot = recipe(System::Pardot);
    let to = Move {
        phase: "waiting",
        next: NOW,
        from: GONE,
        has_target: true,
        is_there: false,
        was: Some("pardot"),
        system: "pardot",
        sure: false,
        scale: 1,
    };
    let waiting = || (Some(fresh()), pardot);
    assert!(matches!(moved(waiting(), to, NOW), Ruled::Goes(_)));
    let sure = Move { sure: true, ..to };
    for (to, code) in [
        (Move { from: HERE, ..sure }, "account.there"),
        (Move { from: NO_FORM, ..sure }, "form.gone"),
        (Move { has_target: false, ..sure }, "account.target"),
        (Move { is_there: true, ..sure }, "account.twice"),
        (Move { was: Some("marketo"), ..sure }, "account.system"),
        (Move { was: None, ..to }, "account.unknown"),
        (Move { phase: "sent", next: NOW + 1, ..sure }, "delivery.out"),
    ] {
        assert_eq!(moved(waiting(), to, NOW), Ruled::Stays(code));
    }
    assert!(matches!(moved(waiting(), Move { was: None, ..sure }, NOW), Ruled::Goes(_)));
    assert_eq!(moved((None, pardot), to, NOW), Ruled::Stays("delivery.state"));
    assert_eq!(moved((Some(fresh()), None), to, NOW), Ruled::Stays("account.target"));
    let unknown = || Outcome::Unknown { why: "delivery.lost".into() };
    for state in [
        Delivery { phase: Phase::Sent, ..fresh() },
        Delivery { uncertain_until: Some(NOW), ..fresh() },
        Delivery { maybe_repeated: true, ..fresh() },
        Delivery { outcome: Some(unknown()), ..fresh() },
    ] {
        let kept = || (Some(state.clone()), pardot);
        assert_eq!(moved(kept(), to, NOW), Ruled::Stays("delivery.doubt"), "{state:?}");
        assert!(matches!(moved(kept(), sure, NOW), Ruled::Goes(_)), "{state:?}");
    }
    // What was refused or is held stays so.
    for phase in ["dead", "review"] {
        assert_eq!(moved(waiting(), Move { phase, ..to }, NOW), Ruled::Moves);
    }
    // A call whose answer nobody has written down may have come: its person is looked for first.
    let out = Delivery { phase: Phase::Sent, call: Call::Write, ..fresh() };
    let Ruled::Goes(state) = moved((Some(out), pardot), Move { phase: "sent", ..sure }, NOW) else {
        panic!("it stays")
    };
    assert_eq!((state.phase, state.call), (Phase::Waiting, Call::LookUp));
    let unsure = state.uncertain_until.unwrap();
    // Where times are divided, these are, too.
    let quick = Move { phase: "sent", scale: 10, ..sure };
    let out = Delivery { phase: Phase::Sent, call: Call::Write, ..fresh() };
    let Ruled::Goes(state) = moved((Some(out), pardot), quick, NOW) else { panic!("it stays") };
    assert_eq!(state.uncertain_until.unwrap() * 10, unsure);
}

/// A delivery that the system has taken.
fn done(system: System, status: &str) -> Delivery {
    let outcome = Some(Outcome::Stored {
        id: Some("42".to_owned()),
        status: status.to_owned(),
        warnings: Vec::new(),
        record: None,
    });
    let fresh = Delivery::new(recipe(system).unwrap(), NOW);
    Delivery { phase: Phase::Done, call: Call::Write, outcome, ..fresh }
}

#[test]
fn a_corrected_lead_goes_to_its_own_record_or_only_for_the_same_person() {
    let correct = |system, same, ways| {
        corrected((Some(done(system, "created")), recipe(system)), same, ways, NOW)
    };
    let Ruled::Goes(state) = correct(System::Pardot, false, HERE) else { panic!("it stays") };
    assert_eq!((state.call, state.record.as_deref()), (Call::Found, Some("42")));
    // What is refused then and sent on again is of that record still, but not in another account.
    let dead = Delivery { phase: Phase::Dead, ..state };
    let kept = || (Some(dead.clone()), recipe(System::Pardot));
    let Ruled::Goes(again) = replay(kept(), None, HERE, NOW) else { panic!("it stays") };
    assert_eq!((again.call, again.record.as_deref()), (Call::Found, Some("42")));
    let to = Move {
        phase: "waiting",
        next: NOW,
        from: GONE,
        has_target: true,
        is_there: false,
        was: Some("pardot"),
        system: "pardot",
        sure: true,
        scale: 1,
    };
    let Ruled::Goes(other) = moved(kept(), to, NOW) else { panic!("it stays") };
    assert_eq!((other.call, other.record), (Call::LookUp, None));
    for system in [System::Marketo, System::Prospects] {
        assert_eq!(correct(system, false, HERE), Ruled::Stays("correct.person"));
        let Ruled::Goes(state) = correct(system, true, HERE) else { panic!("it stays") };
        assert_eq!(state, Delivery::new(recipe(system).unwrap(), NOW));
    }
    assert_eq!(correct(System::Pardot, true, GONE), Ruled::Stays("account.gone"));
    assert_eq!(correct(System::Pardot, true, NO_FORM), Ruled::Stays("form.gone"));
    let pardot = recipe(System::Pardot);
    assert_eq!(corrected((None, pardot), true, HERE, NOW), Ruled::Stays("delivery.state"));
    // Nobody knows which record it was, and the e-mail is another one.
    let lost = Delivery { outcome: None, ..done(System::Pardot, "created") };
    assert_eq!(corrected((Some(lost), pardot), false, HERE, NOW), Ruled::Stays("correct.person"));
}

#[test]
fn a_tests_record_is_taken_out_only_where_nobody_was_there_and_the_system_has_made_it() {
    let fate = |system, state: &Delivery| {
        removable(state, recipe(system).unwrap(), deletes(system).is_some()).map(str::to_owned)
    };
    let made = done(System::Pardot, "created");
    assert_eq!(fate(System::Pardot, &made), Ok("42".to_owned()));
    assert_eq!(fate(System::Prospects, &done(System::Prospects, "created")), Err("test.stays"));
    assert_eq!(fate(System::Marketo, &done(System::Marketo, "created")), Err("test.unasked"));
    let other = |change: fn(&mut Delivery)| {
        let mut state = made.clone();
        change(&mut state);
        fate(System::Pardot, &state)
    };
    for (change, code) in [
        ((|state| state.phase = Phase::Waiting) as fn(&mut Delivery), "test.waits"),
        (|state| state.phase = Phase::Dead, "test.waits"),
        (|state| state.blind = true, "test.unasked"),
        (|state| state.maybe_repeated = true, "test.doubt"),
        (|state| state.uncertain_until = Some(NOW), "test.doubt"),
        (|state| state.call = Call::Found, "test.there"),
        (|state| state.record = Some("42".to_owned()), "test.there"),
        (|state| state.outcome = None, "test.doubt"),
    ] {
        assert_eq!(other(change), Err(code));
    }
    assert_eq!(fate(System::Pardot, &done(System::Pardot, "updated")), Err("test.doubt"));
}

const ASKED: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

#[test]
fn a_lead_goes_to_a_form_of_another_name_once_the_old_one_is_gone_and_the_new_one_takes_it() {
    let ways = ASKED.map(|(has_old, has_way)| renames(has_old, has_way));
    assert_eq!(ways, ["account.target", "form.there", "check", "form.there"]);
    assert_eq!([false, true].map(checked), ["lead.invalid", "goes"]);
    // What may have arrived keeps its request.
    let goes = ASKED.map(|(has_way, is_out)| renamed(has_way, is_out));
    assert_eq!(goes, ["stays", "goes", "stays", "repeats"]);
}

#[test]
fn what_bars_a_lead_is_its_form_or_its_check() {
    let bars = ASKED.map(|(has_form, is_raw)| bars(has_form, is_raw));
    assert_eq!(bars, ["form.gone", "goes", "form.gone", "check"]);
    let takes = ASKED.map(|(is_unknown, is_same)| may_take(is_unknown, is_same));
    assert_eq!(takes, [false, true, true, true]);
}

#[test]
fn what_was_left_alone_is_asked_again_once_and_what_moves_goes_out() {
    assert_eq!(
        ASKED.map(|(is_first, is_replay)| lets_ask(is_first, is_replay)),
        [false, false, false, true]
    );
    assert_eq!(ASKED.map(|(lets, moves)| looks(lets, moves)), [false, true, true, true]);
}
