//! The way of a request to its answer, walked whole: each answer that a host may give, after each other.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::struct_excessive_bools,
    reason = "a test that cannot go on has failed"
)]

use fieldpost::code::relay;
use fieldpost::relay::arrival::*;
use fieldpost::relay::token::{self, HOLDERS, LIFE};
use fieldpost::systems::relay::answers::{ANSWERS, Answer, State};
use std::collections::BTreeSet;

const NOW: u64 = 1_795_000_000_000;

/// A page's own post, by script and by a form alone.
const POST: u32 = SENDS | PROGRAM | ORIGIN | LISTED | BROWSER;
const NATIVE: u32 = SENDS | ORIGIN | LISTED | BROWSER;

fn row(arrival: Arrival) -> &'static Answer {
    &ANSWERS[usize::from(arrival.says)]
}

fn code(arrival: Arrival) -> &'static str {
    if arrival.ask == Ask::Say { row(arrival).code } else { "" }
}

/// What comes of these answers.
fn after(heard: &[u32]) -> Arrival {
    let mut arrival = Arrival::default();
    for one in heard {
        arrival.step(*one);
        assert_eq!(Arrival::unpacked(arrival.packed()), arrival);
    }
    arrival
}

fn reasons(arrival: Arrival) -> Vec<&'static str> {
    let all = REASONS.iter().enumerate();
    all.filter(|(at, _)| arrival.reasons >> at & 1 == 1).map(|(_, code)| code.name).collect()
}

/// The answers that a question may have.
fn answers(ask: Ask) -> Vec<u32> {
    let states = [SILENT, UNKNOWN, CONFLICT, RUNNING, FULL, QUEUED, STORED, MOVED];
    match ask {
        Ask::Meet => vec![
            READS | LISTED,
            READS | PROGRAM | LISTED,
            READS | PROGRAM | ORIGIN,
            PREFLIGHT | ORIGIN,
            0,
            POST,
            POST | WAITS,
            NATIVE,
            SENDS | PROGRAM | LISTED,
            SENDS | PROGRAM | LISTED | BROWSER,
            SENDS | PROGRAM | ORIGIN,
            SENDS | ORIGIN | OWN | BROWSER,
            SENDS | ORIGIN | OPAQUE | BROWSER,
            SENDS | ORIGIN | OPAQUE | BROWSER | NEAR,
        ],
        Ask::Share | Ask::Pass => vec![0, 1],
        // The row of a body that is too large, and of one that cannot be read.
        Ask::Read => vec![0, 16, 5],
        Ask::OwnPage | Ask::Token => {
            let says = [GOOD, FAST, EXPIRED, FORGED];
            says.iter().flat_map(|says| [0, SERVER, RELAY].map(|holder| says | holder)).collect()
        }
        Ask::Check => (0..1_u32 << 10)
            .map(|bits| bits << 11)
            .filter(|bits| bits & (WRONG | STOPPED) != WRONG | STOPPED)
            .collect(),
        Ask::Look | Ask::LookBefore | Ask::LookNext => {
            states.iter().flat_map(|state| [*state, state | MORE]).collect()
        }
        Ask::LookAnew | Ask::Reserve | Ask::Wait => states.to_vec(),
        Ask::Keepers => vec![0, 1, 2],
        Ask::Spend => vec![FREE, FREE | MORE, SPENT, SPENT | MORE, AWAY],
        Ask::Challenge => vec![MET, MISSING, FAILED, UNREACHABLE],
        Ask::Offer | Ask::OfferRaw => {
            states.iter().flat_map(|state| [*state, state | HELD]).collect()
        }
        Ask::Adopt | Ask::Beside | Ask::Source => vec![0],
        _ => Vec::new(),
    }
}

/// What has come of a request so far, beside what the machine holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Story {
    request: u32,
    lead: u32,
    /// An outbox says that it has the lead.
    is_taken: bool,
    offered: bool,
    conflict: bool,
    unread: bool,
}

#[test]
fn whatever_is_answered_each_request_comes_to_a_true_end() {
    let mut seen = BTreeSet::new();
    let mut ends = BTreeSet::new();
    let mut next = vec![(Arrival::default(), Story::default())];
    while let Some((arrival, story)) = next.pop() {
        let given = answers(arrival.ask);
        if given.is_empty() {
            ends.insert((arrival.ask as u8, arrival.says));
            judge(arrival, story);
            continue;
        }
        for heard in given {
            let mut then = arrival;
            then.step(heard);
            let mut now = story;
            match arrival.ask {
                Ask::Meet => now.request = heard,
                Ask::Check => now.lead = heard,
                Ask::Read => now.unread = heard > 0,
                Ask::Offer | Ask::OfferRaw => now.offered = true,
                _ => {}
            }
            if (Ask::Look as u8..=Ask::Reserve as u8).contains(&(arrival.ask as u8)) || now.offered
            {
                now.is_taken |= matches!(heard & !(HELD | MORE), QUEUED | STORED);
                now.conflict |= heard & !(HELD | MORE) == CONFLICT;
            }
            goes_on(then, now);
            if seen.insert((then.packed(), now)) {
                next.push((then, now));
            }
        }
    }
    println!("{} states, {} ends", seen.len(), ends.len());
    assert!(seen.len() > 50_000 && ends.len() > 15, "{} {}", seen.len(), ends.len());
}

/// What has to be so before a step.
fn goes_on(arrival: Arrival, story: Story) {
    let Story { request, lead, unread, .. } = story;
    let is_listed = request & (LISTED | OPAQUE) != 0 || request & ORIGIN == 0;
    match arrival.ask {
        Ask::Check => assert!(
            !unread && (is_listed || request & OWN != 0),
            "{story:?} is read though its page may not send"
        ),
        Ask::Offer => assert_eq!(lead & (WRONG | STOPPED), 0, "{story:?} is offered as if clean"),
        Ask::OfferRaw => assert!(arrival.reasons != 0, "{story:?} goes on unchecked"),
        _ => {}
    }
    if matches!(arrival.ask, Ask::Offer | Ask::OfferRaw) {
        assert!(lead & VERSION == 0 && (lead & WRONG == 0 || lead & SEALED != 0), "{story:?}");
    }
}

/// What a sender is told is so.
fn judge(arrival: Arrival, story: Story) {
    let Story { request, lead, is_taken, offered, conflict, .. } = story;
    let told = format!("{arrival:?} {story:?}");
    match arrival.ask {
        Ask::Took => assert!(is_taken && request & PROGRAM != 0, "{told}"),
        Ask::Thank => assert!(is_taken && request & PROGRAM == 0, "{told}"),
        Ask::Refuse => {
            assert!(lead & WRONG != 0 && lead & SEALED == 0 && !is_taken && !offered, "{told}");
        }
        Ask::Say => {
            let Answer { state, code, .. } = row(arrival);
            assert!(!is_taken || *state == State::Unknown, "{told}");
            assert!(*code != "key.reused" || conflict, "{told}");
            if *code == "outbox.unavailable" {
                assert!(!offered && lead & AGAIN == 0, "nobody can tell: {told}");
            }
        }
        _ => {}
    }
}

#[test]
fn two_signs_hold_a_lead_and_one_does_not() {
    let clean = [POST, 0, 0, KEYED, UNKNOWN];
    let with = |heard: &[u32]| after(&[&clean[..], heard].concat());
    assert_eq!(with(&[GOOD, 2, FREE]).ask, Ask::Offer);
    // One sign: too fast.
    assert_eq!((with(&[FAST, 2, FREE]).ask, with(&[FAST, 2, FREE]).reasons), (Ask::Offer, 0));
    assert_eq!(reasons(with(&[FORGED])), ["token.forged"]);
    assert_eq!(reasons(with(&[EXPIRED])), ["token.expired"]);
    assert_eq!(reasons(with(&[FAST, 2, SPENT])), ["token.spent"]);
    let trapped = [POST, 0, 0, KEYED | FILLED, UNKNOWN, FAST, 2, FREE];
    assert_eq!(reasons(after(&trapped)), ["token.fast", "trap"]);
    assert_eq!(after(&trapped).ask, Ask::Pass);
    // Each shard that knows of the token is asked, until one says that it was another lead's.
    assert_eq!(with(&[GOOD, 3, FREE | MORE]).ask, Ask::Spend);
    assert_eq!(reasons(with(&[GOOD, 3, FREE | MORE, SPENT])), ["token.spent"]);
    assert_eq!(with(&[GOOD, 3, FREE | MORE, FREE]).ask, Ask::Offer);
    // A person has let the sender through; and nobody has.
    assert_eq!(after(&[&trapped[..], &[1]].concat()).ask, Ask::Offer);
    assert_eq!(after(&[&trapped[..], &[1]].concat()).reasons, 0);
    assert_eq!(after(&[&trapped[..], &[0]].concat()).ask, Ask::Source);
    // No token, and a browser that says no origin.
    let bare = [SENDS | LISTED | BROWSER, 0, 0, BARE, UNKNOWN];
    assert_eq!(reasons(after(&bare)), ["token.missing", "origin.missing"]);
    // A page without an origin: with a page's token it is one sign, with a server's it is enough.
    let opaque = [SENDS | ORIGIN | OPAQUE | BROWSER, 0, 0, KEYED, UNKNOWN];
    assert_eq!(reasons(after(&[&opaque[..], &[GOOD, 2, FREE]].concat())), [""; 0]);
    assert_eq!(reasons(after(&[&opaque[..], &[GOOD | SERVER, 2, FREE]].concat())), ["origin.null"]);
}

#[test]
fn a_challenge_is_asked_about_once_the_key_is_kept() {
    let asked = [POST, 0, 0, KEYED | CHALLENGED, UNKNOWN];
    let with = |heard: &[u32]| after(&[&asked[..], heard].concat());
    assert_eq!(with(&[]).ask, Ask::Reserve);
    assert_eq!(code(with(&[RUNNING])), "key.running");
    assert_eq!(with(&[UNKNOWN, GOOD, 2, FREE]).ask, Ask::Challenge);
    assert_eq!(with(&[UNKNOWN, GOOD, 2, FREE, MET]).ask, Ask::Offer);
    assert_eq!(reasons(with(&[UNKNOWN, GOOD, 2, FREE, MISSING])), ["turnstile.missing"]);
    assert_eq!(reasons(with(&[UNKNOWN, GOOD, 2, FREE, FAILED])), ["turnstile.failed"]);
    assert_eq!(reasons(with(&[UNKNOWN, GOOD, 2, FREE, UNREACHABLE])), [""; 0]);
    assert_eq!(
        reasons(with(&[UNKNOWN, FAST, 2, FREE, UNREACHABLE])),
        ["token.fast", "turnstile.unreachable"]
    );
}

#[test]
fn what_waited_in_a_browser_is_refused_never() {
    let sealed = [POST, 0, 0, KEYED | SEALED | WRONG, UNKNOWN, GOOD, 2, FREE];
    let held = after(&sealed);
    assert_eq!((held.ask, reasons(held)), (Ask::Source, vec!["lead.invalid"]));
    assert_eq!(after(&[&sealed[..], &[0]].concat()).ask, Ask::OfferRaw);
    // Its key is another lead's: it gets one of its own.
    let reused = [POST, 0, 0, KEYED | SEALED, CONFLICT];
    assert_eq!(after(&reused).ask, Ask::LookAnew);
    let held = after(&[&reused[..], &[UNKNOWN, GOOD, 2, FREE]].concat());
    assert_eq!(reasons(held), ["key.reused"]);
    // Not sealed, the same is refused.
    assert_eq!(after(&[POST, 0, 0, KEYED | WRONG, UNKNOWN]).ask, Ask::Refuse);
    assert_eq!(after(&[POST, 0, 0, WRONG]).ask, Ask::Refuse);
    assert_eq!(code(after(&[POST, 0, 0, KEYED | WRONG, CONFLICT])), "key.reused");
    // Taken before its rules changed, its answer stands.
    assert_eq!(after(&[POST, 0, 0, KEYED | WRONG, QUEUED]).ask, Ask::Took);
}

#[test]
fn a_lead_that_was_offered_is_said_to_be_unsure_until_its_outbox_answers() {
    let offered = [POST | WAITS, 0, 0, KEYED, UNKNOWN, GOOD, 2, FREE];
    let with = |heard: &[u32]| after(&[&offered[..], heard].concat());
    assert_eq!(code(with(&[SILENT])), "outbox.unknown");
    assert_eq!(code(with(&[FULL])), "outbox.full");
    assert_eq!(code(with(&[FULL | HELD])), "review.full");
    assert_eq!(with(&[QUEUED]).ask, Ask::Wait);
    assert_eq!(with(&[QUEUED | HELD]).ask, Ask::Took);
    assert_eq!(
        (with(&[QUEUED, STORED]).ask, row(with(&[QUEUED, STORED])).status),
        (Ask::Took, 200)
    );
    assert_eq!(row(with(&[QUEUED, QUEUED])).status, 202);
    assert_eq!(code(after(&[POST, 0, 0, KEYED, SILENT])), "outbox.unavailable");
    assert_eq!(code(after(&[NATIVE, 0, 0, AGAIN, SILENT])), "outbox.unknown");
    assert_eq!(after(&[NATIVE, 0, 0, 0, UNKNOWN, GOOD, 2, FREE, QUEUED]).ask, Ask::Thank);
}

#[test]
fn a_page_of_nobodys_may_read_and_send_nothing() {
    let unlisted = ORIGIN | BROWSER;
    assert_eq!(after(&[READS | PROGRAM | unlisted]).ask, Ask::Forbid);
    assert_eq!(after(&[SENDS | unlisted]).ask, Ask::Forbid);
    // What says that it is the relay's own page brings the relay's own token.
    let own = [SENDS | unlisted | OWN, 0, 0];
    assert_eq!(after(&own).ask, Ask::OwnPage);
    assert_eq!(after(&[&own[..], &[GOOD | RELAY]].concat()).ask, Ask::Adopt);
    assert_eq!(after(&[&own[..], &[EXPIRED | RELAY, 0]].concat()).ask, Ask::Check);
    for says in [GOOD, GOOD | SERVER, FORGED | RELAY, FORGED] {
        assert_eq!(after(&[&own[..], &[says]].concat()).ask, Ask::Forbid, "{says}");
    }
    // A body that cannot be read tells such a page nothing.
    assert_eq!(after(&[SENDS | unlisted | OWN, 0, 3]).ask, Ask::Forbid);
    assert_eq!(after(&[NATIVE, 1, 3]).says, after(&[NATIVE, 1, 0]).says);
    assert_eq!(code(after(&[NATIVE, 1, 0])), "address.limit");
    assert_eq!(code(after(&[POST, 1])), "address.limit");
    assert_eq!(code(after(&[0])), "method");
}

#[test]
fn each_answer_of_the_table_that_is_said_has_its_row() {
    for (status, code) in [(200, ""), (202, ""), (405, "method"), (503, "outbox.unknown")] {
        let at = fieldpost::systems::relay::answers::row(status, code);
        assert_eq!(
            (ANSWERS[usize::from(at)].status, ANSWERS[usize::from(at)].code),
            (status, code)
        );
    }
    assert!(ANSWERS.len() <= 31 && Ask::ALL.len() <= 32, "a state has five bits for each");
}

#[test]
fn a_token_says_when_it_was_given_and_to_whom() {
    let issued = |at: u64| {
        let mut digits = Vec::new();
        let mut left = at;
        while left > 0 {
            digits.push(char::from_digit(u32::try_from(left % 36).unwrap(), 36).unwrap());
            left /= 36;
        }
        digits.iter().rev().collect::<String>()
    };
    let says =
        |at: u64, nonce: &str| token::read(&format!("1.{}.{nonce}.mac", issued(at)), NOW).says;
    assert_eq!(says(NOW, "ab"), FAST);
    assert_eq!(says(NOW - 1_999, "ab"), FAST);
    assert_eq!(says(NOW - 2_000, "ab"), GOOD);
    assert_eq!(says(NOW - LIFE, "ab"), GOOD);
    assert_eq!(says(NOW - LIFE - 1, "ab"), EXPIRED);
    assert_eq!(says(NOW + 60_000, "ab"), FAST);
    assert_eq!(says(NOW + 60_001, "ab"), EXPIRED);
    for ((name, mark), holder) in HOLDERS.iter().zip([0, SERVER, RELAY]) {
        assert_eq!(says(NOW - 5_000, &format!("{mark}00")), GOOD | holder, "{name}");
    }
    for broken in ["", "1", "2.a.b.c", "...", "1..", "1.zzzzzzzzzzzzzzzzzzzz.n.m"] {
        let read = token::read(broken, NOW);
        assert_eq!(read.holder & FORGED, FORGED, "{broken}");
        assert!(read.says & FORGED == FORGED || read.says & FORGED == EXPIRED, "{broken}");
    }
    let long = format!("1.{}.ab.{}", issued(NOW), "f".repeat(300));
    assert_eq!(token::read(&long, NOW).says, FORGED);
    assert_eq!(token::read("1.ab.nonce.mac", NOW).nonce, "nonce");
}

#[test]
fn a_key_has_eight_to_sixty_four_letters() {
    for key in ["abcd-_09", &"x".repeat(64)] {
        assert!(is_key(key), "{key}");
    }
    for key in ["", "short", "with blank", "ünïcödé!", "new\nline..", &"x".repeat(65)] {
        assert!(!is_key(key), "{key}");
    }
}

#[test]
fn sentences_name_the_bounds_of_a_body() {
    assert_eq!(MAX_BYTES, fieldpost::rules::MAX_BYTES, "one value may fill a body");
    let others =
        [include_str!("../src/data/relay/es.txt"), include_str!("../src/data/relay/fr-CA.txt")];
    for (code, bound) in [
        (&relay::BODY_SIZE, format!(" {} KiB", MAX_BYTES >> 10)),
        (&relay::BODY_FIELDS, format!(" {MAX_FIELDS} ")),
    ] {
        let lines = others.iter().flat_map(|text| text.lines());
        let said: Vec<_> = lines.filter(|line| line.starts_with(code.name)).collect();
        assert_eq!(said.len(), others.len());
        for line in said.into_iter().chain([code.sentence]) {
            assert!(line.contains(&bound), "{line}");
        }
    }
}
