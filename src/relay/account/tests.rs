#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on has failed"
)]

mod walks;

use super::{AccountLimiter, Acquire, Effect, Event, Kind, Release, Reply, Said, Settings};
use crate::crm::outcome::{Fault, Reason};
use crate::relay::limiter::{Limits, PROBE_EVERY, Scope};

const SETTINGS: Settings = Settings {
    limits: Limits { calls: 1_000, window: 20_000, at_once: 5 },
    lag: 60_000,
    kinds: "",
    keyed: false,
    zone: String::new(),
    share: 2,
    scale: 1,
    expired: &["expired"],
    versions: &[("old", 4), ("new", 3)],
    wrong: Vec::new(),
};
const START: u64 = 1_000_000_000;

fn new() -> AccountLimiter {
    AccountLimiter::new(SETTINGS, std::iter::empty())
}

fn ask(id: &str) -> Event<'_> {
    Event::Acquire(Acquire {
        id,
        keys: id,
        shard: "0",
        form: "contact",
        fills: "email",
        deadline: 45_000,
        lost: false,
        spare: false,
    })
}

fn over<'a>(id: &'a str, token: &'a str, said: Said<'a>) -> Event<'a> {
    Event::Release(Release {
        id,
        form: "contact",
        fills: "email",
        token,
        said,
        write: true,
        ..Release::default()
    })
}

fn stored() -> Said<'static> {
    Said { kind: Kind::Stored, ..Said::default() }
}

fn refused(fault: Fault) -> Said<'static> {
    Said {
        kind: Kind::Refused,
        fault: Some(fault),
        field: "",
        issue: "crm.no",
        message: "No.",
        ..Said::default()
    }
}

fn retry(reason: Reason, code: &'static str) -> Said<'static> {
    Said { kind: Kind::Retry, reason: Some(reason), code, ..Said::default() }
}

/// What the host is asked to do outside, without what it keeps.
fn does(effects: &[Effect]) -> Vec<Effect> {
    let keeps = |effect: &&Effect| matches!(effect, Effect::Store(_) | Effect::Remember(_));
    effects.iter().filter(|effect| !keeps(effect)).cloned().collect()
}

fn answers(effects: &[Effect]) -> Vec<(u64, Reply)> {
    let answer = |effect: &Effect| match effect {
        Effect::Answer(number, reply) => Some((*number, reply.clone())),
        _ => None,
    };
    effects.iter().filter_map(answer).collect()
}

fn logs(effects: &[Effect]) -> Vec<String> {
    let line = |effect: &Effect| match effect {
        Effect::Log(event, _, code) => Some(format!("{event} {code}")),
        _ => None,
    };
    effects.iter().filter_map(line).collect()
}

/// Until when who asks has to wait; nothing where there is a lease.
fn waits(effects: &[Effect]) -> Option<u64> {
    match answers(effects).as_slice() {
        [(_, Reply::Wait { until, scope: Scope::Account, target: None })] => Some(*until),
        [(_, Reply::Granted { .. })] => None,
        other => panic!("{other:?}"),
    }
}

fn blamed(effects: &[Effect]) -> bool {
    match answers(effects).as_slice() {
        [(_, Reply::Released { blamed, .. })] => *blamed,
        other => panic!("{other:?}"),
    }
}

/// With a token that a call has gone through with.
fn proven() -> AccountLimiter {
    let mut account = new();
    account.step(1, ask("1"), START);
    account.step(1, Event::Signed("t1", 3_600_000), START);
    account.step(2, over("1", "t1", stored()), START);
    account
}

#[test]
fn whoever_comes_waits_for_the_one_sign_in() {
    let mut account = new();
    assert_eq!(does(&account.step(7, ask("1"), START)), [Effect::SignIn(7, 30_000)]);
    assert_eq!(does(&account.step(8, ask("2"), START + 5)), []);
    let told = answers(&account.step(7, Event::Signed("t1", 3_600_000), START + 10));
    assert_eq!(told.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [7, 8]);
    assert!(
        told.iter()
            .all(|(_, reply)| matches!(reply, Reply::Granted { token, .. } if token == "t1")),
        "{told:?}"
    );
    // It is used until it ends, and then there is another.
    assert_eq!(waits(&account.step(9, ask("3"), START + 3_600_009)), None);
    assert_eq!(does(&account.step(10, ask("4"), START + 3_600_010)), [Effect::SignIn(10, 30_000)]);
}

#[test]
fn what_was_set_off_before_says_nothing_now() {
    let mut account = new();
    account.step(7, ask("1"), START);
    assert_eq!(account.step(3, Event::Signed("of a life before", 3_600_000), START), []);
    assert_eq!(account.step(3, Event::NotSigned(refused(Fault::Account)), START), []);
    assert_eq!(account.step(3, Event::Looked(stored()), START), []);
    assert_eq!(account.step(3, Event::Midnight(START), START), []);
    assert_eq!(waits(&account.step(7, Event::Signed("t1", 3_600_000), START)), None);
    assert_eq!(account.step(7, Event::Signed("twice", 3_600_000), START), []);
}

#[test]
fn a_sign_in_that_fails_for_the_moment_is_made_again_at_a_slower_pace_and_the_third_closes() {
    let mut account = new();
    let busy = Said { after: Some(3_000), ..retry(Reason::Busy, "auth.down") };
    let mut now = START;
    for (said, pause, lines) in [
        (Said { after: None, ..busy }, 1_000, vec!["auth.refused auth.down"]),
        (busy, 3_000, vec!["auth.refused auth.down"]),
        (
            Said { after: None, ..busy },
            60_000,
            vec!["auth.refused auth.down", "account.closed auth.down"],
        ),
    ] {
        assert_eq!(does(&account.step(1, ask("1"), now)), [Effect::SignIn(1, 30_000)]);
        now += 10;
        let effects = account.step(1, Event::NotSigned(said), now);
        assert_eq!(logs(&effects), lines);
        assert_eq!(waits(&effects), Some(now + pause.max(1_000)));
        // Nobody is let through, and nobody asks, before then.
        let early = account.step(2, ask("2"), now + pause - 1);
        assert_eq!(
            waits(&early),
            Some(
                now + pause
                    .max(if pause == 60_000 { 0 } else { pause - 1 + 1_000 })
                    .max(pause - 1 + 1_000)
            )
        );
        now += pause;
    }
    // A minute later, and then each minute.
    account.step(3, ask("1"), now);
    account.step(3, Event::NotSigned(busy), now + 5);
    assert_eq!(does(&account.step(4, ask("1"), now + 60_004)).len(), 1);
    assert!(matches!(
        does(&account.step(5, ask("1"), now + 60_005)).as_slice(),
        [Effect::SignIn(5, _)]
    ));
    let opened = account.step(5, Event::Signed("t1", 3_600_000), now + 60_010);
    assert_eq!(logs(&opened), ["account.opened auth.down"]);
    assert_eq!(waits(&opened), None);
}

#[test]
fn what_the_owner_has_to_mend_closes_at_once_and_what_the_host_refuses_counts_for_nothing() {
    for (said, code, message) in [
        (
            Said {
                field: "clientId",
                issue: "auth.flow",
                message: "Mend it.",
                ..refused(Fault::Account)
            },
            "auth.flow",
            "clientId: Mend it.",
        ),
        (
            Said {
                kind: Kind::Failed,
                code: "account.invalid",
                field: "key",
                issue: "account.credential",
                message: "Give it.",
                ..Said::default()
            },
            "account.credential",
            "key: Give it.",
        ),
        (
            Said {
                kind: Kind::Failed,
                code: "account.invalid",
                message: "account.invalid",
                ..Said::default()
            },
            "account.invalid",
            super::NO_TOKEN,
        ),
    ] {
        let mut account = new();
        account.step(1, ask("1"), START);
        let effects = account.step(1, Event::NotSigned(said), START);
        assert_eq!(logs(&effects).len(), 2, "{effects:?}");
        let closed = account.status(START).limiter.closed.clone();
        assert_eq!(
            closed.map(|closed| (closed.code, closed.message)),
            Some((code.to_owned(), message.to_owned()))
        );
        assert_eq!(account.status(START).refused, Some(code));
    }
    let mut account = new();
    for n in 0..10 {
        let now = START + n * 60_000;
        account.step(n, ask("1"), now);
        let effects = account.step(n, Event::NotSigned(Said::default()), now);
        assert_eq!(logs(&effects).len(), 0);
    }
    assert_eq!((account.status(START).refusals, account.status(START).refused), (0, None));
    assert_eq!(account.limiter.closed, None);
}

/// Where the host lets no call out until its day turns, each try costs a request of that day.
#[test]
fn a_sign_in_that_the_host_holds_up_is_asked_for_at_a_slower_and_slower_pace() {
    let mut account = new();
    let mut now = START;
    for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
        assert_eq!(does(&account.step(1, ask("1"), now)), [Effect::SignIn(1, 30_000)]);
        let effects = account.step(1, Event::NotSigned(Said::default()), now);
        assert_eq!(waits(&effects), Some(now + pause));
        // Whoever comes meanwhile hears the same, and signs nobody in.
        assert_eq!(
            waits(&account.step(2, ask("2"), now + pause - 1)),
            Some(now + pause - 1 + 1_000)
        );
        now += pause;
    }
    // An hour of it is a request a minute.
    let hour = now + 3_600_000;
    let mut tries = 0;
    while now < hour {
        let effects = account.step(3, ask("3"), now);
        let signs = matches!(does(&effects).as_slice(), [Effect::SignIn(..)]);
        tries += u32::from(signs);
        let said = Event::NotSigned(Said::default());
        now = waits(&if signs { account.step(3, said, now) } else { effects }).unwrap();
    }
    assert_eq!(tries, 60);
    // Once one is let out, the next that is not is a first one.
    account.step(4, ask("4"), now);
    account.step(4, Event::Signed("t1", 1_000), now);
    now += 1_000;
    account.step(5, ask("5"), now);
    let effects = account.step(5, Event::NotSigned(Said::default()), now);
    assert_eq!(waits(&effects), Some(now + 1_000));
}

#[test]
fn a_token_that_has_ended_is_replaced_and_one_after_the_other_is_not() {
    let mut account = proven();
    let dead = retry(Reason::Token, "crm.token");
    account.step(3, ask("1"), START);
    assert_eq!(logs(&account.step(4, over("1", "t1", dead), START)), [""; 0]);
    // The account is closed over the second in a row, and a token asked for at a slower and slower pace, though each read
    // passes meanwhile.
    let mut now = START;
    for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
        let mut effects = account.step(5, ask("1"), now);
        for _ in 0..2 {
            effects = match does(&effects).as_slice() {
                [Effect::SignIn(..)] => account.step(5, Event::Signed("t2", 3_600_000), now),
                [.., Effect::Look { .. }] => account.step(5, Event::Looked(stored()), now),
                _ => effects,
            };
        }
        assert_eq!(waits(&effects), None);
        let effects = account.step(6, over("1", "t2", dead), now);
        assert!(logs(&effects).contains(&"token.refused crm.token".to_owned()), "{effects:?}");
        assert_eq!(account.memory.sign.not_before, now + pause);
        let closed = account.limiter.closed.clone().unwrap();
        assert_eq!(
            (closed.code.as_str(), closed.message.as_str()),
            ("crm.token", super::NOT_TAKEN)
        );
        now += 75_000;
    }
    // One call that goes through, and the next refusal is a first one.
    account.step(5, ask("2"), now);
    account.step(5, Event::Signed("t3", 3_600_000), now);
    account.step(6, over("2", "t3", stored()), now);
    account.step(7, ask("2"), now);
    assert_eq!(logs(&account.step(8, over("2", "t3", dead), now)), [""; 0]);
}

#[test]
fn an_ended_token_and_a_late_refusal_of_an_old_one_close_nothing() {
    let mut account = proven();
    for n in 0..5_u64 {
        let now = START + n * 10_000;
        account.step(10 + n, ask("1"), now);
        account.step(10 + n, Event::Signed("t", 3_600_000), now);
        account.step(20 + n, over("1", "t", retry(Reason::Token, "expired")), now);
        assert_eq!(account.limiter.closed, None);
    }
    let mut account = proven();
    account.step(3, ask("1"), START);
    for n in 0..5 {
        account.step(10 + n, over("1", "t0", retry(Reason::Token, "crm.token")), START);
    }
    assert_eq!(account.status(START).refusals, 0);
    assert_eq!(waits(&account.step(30, ask("2"), START)), None);
}

/// What a 403 to a lead becomes, by what the harmless read gets.
#[test]
fn a_refusal_of_which_nobody_is_sure_is_what_the_read_shows() {
    for (read, is_blamed, closed_by) in [
        (Said { kind: Kind::Found, ..Said::default() }, true, None),
        (refused(Fault::Lead), true, None),
        (refused(Fault::Account), false, Some("read")),
        (refused(Fault::Unsure), false, Some("lead")),
        (refused(Fault::Writes), false, Some("lead")),
        (retry(Reason::Token, "http.401"), false, Some("read")),
        (retry(Reason::Busy, "http.503"), false, None),
        (Said { kind: Kind::Unknown, ..Said::default() }, false, None),
        (Said::default(), false, None),
    ] {
        let mut account = proven();
        account.step(3, ask("1"), START);
        let asked = account.step(4, over("1", "t1", refused(Fault::Unsure)), START);
        assert_eq!(
            does(&asked),
            [Effect::Look { number: 4, token: "t1".to_owned(), version: None, deadline: 35_000 }]
        );
        let told = account.step(4, Event::Looked(read), START + 50);
        assert_eq!(blamed(&told), is_blamed, "{read:?}");
        let by =
            account.limiter.closed.as_ref().map(|closed| format!("{:?}", closed.by).to_lowercase());
        assert_eq!(by.as_deref(), closed_by, "{read:?}");
    }
}

/// Two leads are refused while the account is closed, and the read finds it mended: neither is to blame.
#[test]
fn what_was_mended_between_a_call_and_the_read_blames_nobody() {
    let mut account = proven();
    for id in ["1", "2", "3"] {
        account.step(3, ask(id), START);
    }
    account.step(4, over("3", "t1", refused(Fault::Writes)), START);
    account.step(5, over("1", "t1", refused(Fault::Unsure)), START + 10);
    account.step(6, over("2", "t1", refused(Fault::Unsure)), START + 10);
    let told = account.step(5, Event::Looked(stored()), START + 20);
    assert_eq!(logs(&told), ["account.opened crm.no"]);
    for (_, reply) in answers(&told) {
        assert!(matches!(reply, Reply::Released { blamed: false, .. }), "{told:?}");
    }
}

/// 401 with a token that was just issued: a new one, then the read.
#[test]
fn an_unsure_token_asks_for_another_and_then_for_the_read() {
    let mut account = proven();
    let dead = retry(Reason::Token, "http.401");
    account.step(3, ask("1"), START);
    account.step(4, over("1", "t1", dead), START);
    account.step(5, ask("1"), START);
    account.step(5, Event::Signed("t2", 3_600_000), START);
    assert_eq!(
        does(&account.step(6, over("1", "t2", dead), START))[1..],
        [Effect::SignIn(6, 30_000)]
    );
    // Who comes meanwhile waits for the same.
    assert_eq!(does(&account.step(7, ask("2"), START)), []);
    let then = account.step(6, Event::Signed("t3", 3_600_000), START + 10);
    assert!(
        does(&then)
            .iter()
            .any(|effect| matches!(effect, Effect::Look { number: 6, token, .. } if token == "t3")),
        "{then:?}"
    );
    assert!(matches!(answers(&then).as_slice(), [(7, Reply::Granted { .. })]), "{then:?}");
    assert!(
        blamed(&account.step(6, Event::Looked(stored()), START + 20)),
        "the read passes, so it is that one lead"
    );
    assert_eq!(account.limiter.closed, None);
}

#[test]
fn any_retry_with_a_retry_after_quiets_the_account_and_a_rate_without_one_for_a_second() {
    for (reason, header, own, until) in [
        (Reason::Busy, None, Some(9_000), None),
        (Reason::Busy, Some(7_000), Some(2_000), Some(7_000)),
        (Reason::Rate, None, None, Some(1_000)),
        (Reason::Rate, None, Some(5_000), Some(5_000)),
        (Reason::Rate, Some(7_000), Some(5_000), Some(7_000)),
    ] {
        let mut account = proven();
        account.step(3, ask("1"), START);
        let said = Said { after: own, ..retry(reason, "http.503") };
        let Event::Release(release) = over("1", "t1", said) else { unreachable!() };
        account.step(4, Event::Release(Release { after: header, ..release }), START);
        assert_eq!(
            waits(&account.step(5, ask("2"), START)),
            until.map(|pause| START + pause),
            "{reason:?} {header:?}"
        );
    }
}

#[test]
fn a_used_up_quota_waits_for_the_zones_midnight() {
    let mut account = AccountLimiter::new(
        Settings { zone: "America/Chicago".to_owned(), ..SETTINGS },
        std::iter::empty(),
    );
    account.step(1, ask("1"), START);
    account.step(1, Event::Signed("t1", 90_000_000), START);
    let asked = account.step(2, over("1", "t1", retry(Reason::Quota, "crm.quota")), START);
    assert_eq!(does(&asked), [Effect::Midnight(2, "America/Chicago".to_owned())]);
    let reset = START + 2 * PROBE_EVERY + 5;
    assert_eq!(answers(&account.step(2, Event::Midnight(reset), START)).len(), 1);
    assert_eq!(account.status(START).quota, Some(reset));
    assert_eq!(account.status(reset).quota, None);
    // One asks each quarter of an hour, and after that all go.
    assert_eq!(waits(&account.step(3, ask("1"), START + PROBE_EVERY)), None);
    assert!(waits(&account.step(4, ask("2"), START + PROBE_EVERY)).is_some());
    assert_eq!(waits(&account.step(5, ask("2"), reset)), None);
}

#[test]
fn the_version_that_an_account_asks_for_is_learnt() {
    for (code, version) in [("old", Some(4)), ("new", Some(3)), ("neither", None)] {
        let mut account = proven();
        account.step(3, ask("1"), START);
        account.step(4, over("1", "t1", retry(Reason::Version, code)), START);
        assert_eq!(account.status(START).limiter.version, version);
    }
}

#[test]
fn whatever_a_token_was_good_for_a_closed_account_is_opened_by_a_new_one() {
    let mut account = proven();
    account.limiter.close(super::By::Token, "auth.refused", "Mend it.", 60_000, START);
    assert_eq!(waits(&account.step(5, ask("1"), START)), Some(START + 60_000));
    assert_eq!(does(&account.step(6, ask("1"), START + 60_000)), [Effect::SignIn(6, 30_000)]);
    assert_eq!(waits(&account.step(6, Event::Signed("t2", 3_600_000), START + 60_000)), None);
}

#[test]
fn a_closed_account_is_read_once_and_whoever_asks_waits_for_that() {
    let mut account = proven();
    account.step(3, ask("1"), START);
    account.step(4, over("1", "t1", refused(Fault::Account)), START);
    assert_eq!(waits(&account.step(5, ask("2"), START + 1)), Some(START + 60_000));
    let now = START + 60_000;
    assert!(matches!(
        does(&account.step(6, ask("2"), now)).as_slice(),
        [Effect::Look { number: 6, .. }]
    ));
    assert_eq!(does(&account.step(7, ask("3"), now)), []);
    let told = account.step(6, Event::Looked(stored()), now + 10);
    assert_eq!(logs(&told), ["account.opened crm.no"]);
    assert!(matches!(
        answers(&told).as_slice(),
        [(6, Reply::Granted { .. }), (7, Reply::Granted { .. })]
    ));
}
