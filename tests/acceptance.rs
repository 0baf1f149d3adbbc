//! The way into an outbox: what becomes of leads that are written together, and what is said of their keys.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on has failed"
)]

use fieldpost::relay::acceptance::{
    Answer, Asked, Batch, Effect, Found, KEEP, Known, Offer, Room, answer, counts_as, frees,
    gathers, has_place, is_empty, is_of_the_day, spend, turns,
};

const NOW: u64 = 1_795_000_000_000;
const HOURS: u64 = 60 * 60 * 1_000;
const ROOM: Room = Room { queued: [0, 1_000], review: [0, 100], bytes: [0, 1_000_000] };

fn batch(room: Room) -> Batch<'static> {
    Batch::new(room, NOW)
}

fn offer(key: &'static str) -> Offer<'static> {
    Offer {
        id: key,
        key,
        body: "body",
        nonce: None,
        review: "",
        source: "",
        bytes: 100,
        found: Found::default(),
        user: None,
        of_source: 0,
    }
}

/// What is done for a lead that goes on.
fn queued(id: &'static str, spends: bool) -> Vec<Effect<'static>> {
    let spent = spends.then_some(Effect::Spend(NOW + 13 * HOURS));
    [Effect::Put { review: String::new(), standing: ["queued", "waiting"] }]
        .into_iter()
        .chain(spent)
        .chain([Effect::Due, Effect::Tell(Answer { id, ..Answer::of("queued") })])
        .collect()
}

/// What is done for one that a person looks at.
fn held(id: &'static str, review: &str) -> Vec<Effect<'static>> {
    vec![
        Effect::Put { review: review.to_owned(), standing: ["review"; 2] },
        Effect::Took,
        Effect::Tell(Answer { id, held: true, ..Answer::of("queued") }),
    ]
}

fn known(id: &'static str, state: &'static str) -> Vec<Effect<'static>> {
    vec![Effect::Tell(Answer { id, ..Answer::of(state) })]
}

/// What is done for one that is there and has yet to go out. Whoever wrote it may have ended before an alarm stood.
fn again(id: &'static str) -> Vec<Effect<'static>> {
    vec![Effect::Due, Effect::Tell(Answer { id, ..Answer::of("queued") })]
}

fn full(held: bool) -> Vec<Effect<'static>> {
    vec![Effect::Tell(Answer { held, ..Answer::of("full") })]
}

fn moved(shard: &'static str) -> Vec<Effect<'static>> {
    vec![Effect::Tell(Answer { shard: Some(shard), ..Answer::of("moved") })]
}

fn there(phases: &'static str) -> Found<'static> {
    Found { known: Some(Known { id: "row", body: "body", phases }), ..Found::default() }
}

#[test]
fn a_key_is_one_lead_whether_it_is_in_a_row_or_came_a_moment_ago() {
    let mut batch = batch(ROOM);
    assert_eq!(batch.take(offer("k:one")), queued("k:one", false));
    assert_eq!(batch.take(offer("k:one")), again("k:one"));
    assert_eq!(batch.take(Offer { body: "other", ..offer("k:one") }), known("k:one", "conflict"));
    for (phases, state) in [
        ("done", "stored"),
        ("done done", "stored"),
        // Waits, or was erased; and was given up for one of two systems.
        ("", "queued"),
        ("done discarded", "queued"),
    ] {
        let found = there(phases);
        let told = if phases.is_empty() { again("row") } else { known("row", state) };
        assert_eq!(batch.take(Offer { found, ..offer("k:row") }), told);
        assert_eq!(answer(Asked::Known, None, found, NOW), known("row", state));
        for asked in [Asked::Known, Asked::Reserve, Asked::Claim("shard-1")] {
            assert_eq!(answer(asked, Some("body"), found, NOW), known("row", state));
            assert_eq!(answer(asked, Some("other"), found, NOW), known("row", "conflict"));
        }
    }
    // What is here already stays here, wherever its key was promised.
    let found = Found { moved: Some("shard-1"), ..there("") };
    assert_eq!(batch.take(Offer { found, ..offer("k:row") }), again("row"));
    let found = Found { moved: Some("shard-1"), ..Found::default() };
    assert_eq!(batch.take(Offer { found, ..offer("k:two") }), moved("shard-1"));
    assert_eq!(answer(Asked::Known, Some("body"), found, NOW), moved("shard-1"));
    assert_eq!(answer(Asked::Reserve, Some("body"), found, NOW), moved("shard-1"));
}

#[test]
fn a_key_is_kept_for_one_check_and_promised_to_one_shard() {
    let free = Answer::of("free");
    let none = Found::default();
    assert_eq!(answer(Asked::Known, None, none, NOW), [Effect::Tell(free)]);
    assert_eq!(
        answer(Asked::Reserve, Some("body"), none, NOW),
        [Effect::Reserve(NOW + 15_000), Effect::Tell(free)]
    );
    let running = Found { running: Some("body"), ..none };
    for (body, state) in [("body", "running"), ("other", "conflict")] {
        let said = answer(Asked::Reserve, Some(body), running, NOW);
        assert_eq!(said, [Effect::Tell(Answer::of(state))]);
    }
    let to = |shard| Answer { shard: Some(shard), ..free };
    let claim = Asked::Claim("shard-3");
    let promised = |shard| [Effect::Promise(shard, NOW + KEEP), Effect::Tell(to(shard))];
    assert_eq!(answer(claim, Some("body"), none, NOW), promised("shard-3"));
    // What is being checked here is taken here.
    assert_eq!(answer(claim, Some("body"), running, NOW), promised(""));
    for shard in ["shard-2", ""] {
        let before = Found { promised: Some(shard), ..running };
        assert_eq!(answer(claim, Some("body"), before, NOW), [Effect::Tell(to(shard))]);
    }
}

#[test]
fn a_token_is_good_for_one_lead() {
    let mut batch = batch(ROOM);
    let with = |key, nonce| Offer { nonce: Some(nonce), ..offer(key) };
    assert_eq!(batch.take(with("k:one", "nonce")), queued("k:one", true));
    assert_eq!(batch.take(with("k:two", "nonce")), held("k:two", "token.spent"));
    let suspect = Offer { review: "trap token.fast", ..with("k:three", "nonce") };
    assert_eq!(batch.take(suspect), held("k:three", "token.spent trap token.fast"));
    // The lead that the token is the key of needs no row to say so.
    assert_eq!(batch.take(with("k:own", "own")), queued("k:own", false));
    assert_eq!(batch.take(with("k:four", "own")), held("k:four", "token.spent"));
    let user = |user, offer| Offer { user: Some(user), ..offer };
    let spent = user("k:earlier", with("k:five", "old"));
    assert_eq!(batch.take(spent), held("k:five", "token.spent"));
    assert_eq!(batch.take(user("k:six", with("k:six", "mine"))), queued("k:six", false));
    assert_eq!(spend(None, "k:one", NOW), (false, Some(NOW + 13 * HOURS)));
    assert_eq!(spend(Some("k:one"), "k:one", NOW), (false, None));
    assert_eq!(spend(Some("k:one"), "k:two", NOW), (true, None));
}

#[test]
fn each_kind_of_lead_has_its_own_bound_and_bytes_bound_all() {
    let mut batch = batch(Room { queued: [9, 10], review: [0, 100], bytes: [0, 1_000] });
    let suspect = |key| Offer { review: "trap", ..offer(key) };
    assert_eq!(batch.take(offer("1")), queued("1", false));
    assert_eq!(batch.take(offer("2")), full(false));
    assert_eq!(batch.take(suspect("3")), held("3", "trap"));
    assert_eq!(batch.take(Offer { bytes: 900, ..suspect("4") }), full(true));
    // A lead that was refused has taken nothing.
    assert_eq!(batch.take(Offer { bytes: 800, ..suspect("5") }), held("5", "trap"));
    assert_eq!(batch.take(Offer { bytes: 1, ..suspect("6") }), full(true));
}

#[test]
fn no_source_fills_the_review_and_all_of_them_leave_room_for_another_one() {
    let fill = |room, source, of_source| {
        let mut batch = batch(room);
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o"];
        let offers = keys.map(|key| Offer { review: "trap", source, of_source, ..offer(key) });
        offers.into_iter().filter(|offer| batch.take(*offer).contains(&Effect::Took)).count()
    };
    // A tenth of an empty review, less where it fills, and what there is in rows counts.
    assert_eq!(fill(ROOM, "one", 0), 10);
    assert_eq!(fill(ROOM, "one", 5), 6);
    let half = Room { review: [50, 100], ..ROOM };
    assert_eq!(fill(half, "one", 0), 3);
    assert_eq!(fill(half, "", 0), 15);
    assert_eq!(fill(half, "", 45), 3);
    assert_eq!(fill(Room { review: [100, 100], ..ROOM }, "one", 0), 0);
    assert_eq!(fill(Room { review: [0, 0], ..ROOM }, "", 0), 0);
    assert_eq!(fill(Room { review: [0, u64::MAX], ..ROOM }, "one", 0), 15);
}

#[test]
fn a_burst_is_waited_for_and_bounded() {
    assert!(has_place(999, 0, 16 << 20));
    assert!(!has_place(1_000, 0, 1));
    assert!(!has_place(1, 1, 16 << 20));
    assert!(gathers(1, 2, NOW, NOW + 9));
    assert!(!gathers(1, 2, NOW, NOW + 10), "no longer than that");
    assert!(!gathers(2, 2, NOW, NOW), "nobody came");
}

#[test]
fn a_delivery_that_is_over_counts_and_the_last_one_ends_its_lead() {
    assert_eq!([turns("done"), turns("dead")], [Some("ends"), Some("counts")]);
    for phase in ["waiting", "sent", "review", "discarded"] {
        assert_eq!(turns(phase), None);
    }
}

#[test]
fn names_of_systems_do_not_fill_the_counters_nor_strangers_a_table() {
    assert_eq!([counts_as(true, false), counts_as(false, true)], ["own", "own"]);
    assert_eq!(counts_as(false, false), "others");
    assert_eq!([frees(true, false), frees(true, true)], ["ended", "first"]);
    assert_eq!([frees(false, false), frees(false, true)], ["nothing"; 2]);
    assert!(is_empty(true, true) && !is_empty(true, false) && !is_empty(false, true));
    assert!(is_of_the_day(false) && !is_of_the_day(true));
}
