//! What a person rules about a delivery that waits for one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fieldpost::delivery::outbox::{Call, Delivery, Phase};
use fieldpost::relay::ruling::{Move, Ruled, Ways, moved, replay};
use fieldpost::{Outcome, System, recipe};

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
