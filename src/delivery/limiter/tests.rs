use super::{Answer, Ask, Keep, Limiter, Limits, PROBE_EVERY};

const LIMITS: Limits = Limits { calls: 3, window: 20_000, at_once: 2 };
const GRANTED: Answer = Answer::Granted { doubt: None, kept: false };
const MANY: Limits = Limits { calls: 1_000, window: 20_000, at_once: 2 };

fn ask<'a>(id: &'a str, key: &'a str) -> Ask<'a> {
    Ask { id, key, shard: "0", deadline: 1_000, lag: 0, lost: false }
}

fn waits(answer: Answer) -> bool {
    matches!(answer, Answer::Wait { .. })
}

#[test]
fn one_call_at_a_time_for_each_person() {
    let mut gate = Limiter::default();
    assert_eq!(gate.acquire(LIMITS, ask("1", "ann"), 0), GRANTED);
    assert_eq!(gate.acquire(LIMITS, ask("2", "ann"), 10), Answer::Wait { until: 260, whole: false });
    gate.release("1", Keep::No, None);
    assert_eq!(gate.acquire(LIMITS, ask("2", "ann"), 20), GRANTED);
}

#[test]
fn a_lost_call_keeps_its_place_until_its_deadline() {
    let mut gate = Limiter::default();
    assert_eq!(gate.acquire(LIMITS, ask("1", "ann"), 0), GRANTED);
    gate.release("1", Keep::Lost, None);
    assert_eq!(gate.acquire(LIMITS, ask("2", "ann"), 300), Answer::Wait { until: 1_000, whole: false });
    assert_eq!(gate.acquire(LIMITS, ask("2", "ann"), 1_000), GRANTED);
    // It went out later than its place was given, and nobody holds the place for longer than it can run.
    gate.release("2", Keep::Lost, Some(1_900));
    assert_eq!(gate.acquire(LIMITS, ask("1", "ann"), 1_300), Answer::Wait { until: 1_900, whole: false });
    assert_eq!(gate.acquire(MANY, ask("1", "ann"), 1_900), GRANTED);
}

#[test]
fn who_was_just_written_is_remembered_until_reads_show_it() {
    let mut gate = Limiter::default();
    let of = |id| Ask { lag: 60_000, ..ask(id, "ann") };
    gate.acquire(LIMITS, of("1"), 0);
    gate.stored("1", 60_000, 500);
    gate.release("1", Keep::No, None);
    assert_eq!(gate.acquire(LIMITS, of("2"), 600), Answer::Granted { doubt: Some(68_000), kept: false });
    // Its worker died: nobody says what became of the call.
    assert_eq!(gate.acquire(LIMITS, of("3"), 1_600), Answer::Granted { doubt: Some(68_000), kept: false });
    gate.release("3", Keep::No, None);
    assert_eq!(gate.acquire(LIMITS, of("4"), 68_000), GRANTED);
}

#[test]
fn a_delivery_goes_on_in_its_own_place() {
    let mut gate = Limiter::default();
    gate.acquire(MANY, ask("1", "ann"), 0);
    gate.acquire(MANY, ask("2", "bob"), 0);
    gate.release("1", Keep::GoesOn, None);
    assert!(waits(gate.acquire(MANY, ask("3", "ann"), 5)), "the look-up counts for the one who made it");
    assert_eq!(gate.acquire(MANY, ask("1", "ann"), 10), Answer::Granted { doubt: None, kept: true });
    assert_eq!(gate.leases.len(), 2);
    assert_eq!(gate.calls.len(), 3, "it is another call all the same");
}

#[test]
fn never_over_a_limit() {
    let mut gate = Limiter::default();
    assert_eq!(gate.acquire(LIMITS, ask("1", "a"), 0), GRANTED);
    assert_eq!(gate.acquire(LIMITS, ask("2", "b"), 0), GRANTED);
    assert!(waits(gate.acquire(LIMITS, ask("3", "c"), 0)), "two at once");
    gate.release("1", Keep::No, None);
    gate.release("2", Keep::No, None);
    assert_eq!(gate.acquire(LIMITS, ask("3", "c"), 1), GRANTED);
    gate.release("3", Keep::No, None);
    let full = gate.acquire(LIMITS, ask("4", "d"), 19_000);
    assert_eq!(full, Answer::Wait { until: 20_000, whole: true }, "three in the window");
    assert_eq!(gate.acquire(LIMITS, ask("4", "d"), 20_000), GRANTED);
}

#[test]
fn shards_take_turns() {
    let mut gate = Limiter::default();
    let from = |shard| Ask { id: shard, key: shard, shard, deadline: 1_000, lag: 0, lost: false };
    gate.acquire(MANY, ask("1", "a"), 0);
    gate.acquire(MANY, ask("2", "b"), 0);
    assert!(waits(gate.acquire(MANY, from("B"), 1)));
    assert!(waits(gate.acquire(MANY, from("A"), 2)));
    gate.release("1", Keep::No, None);
    assert!(waits(gate.acquire(MANY, from("A"), 3)), "B came before");
    assert_eq!(gate.acquire(MANY, from("B"), 4), GRANTED);
    gate.release("B", Keep::No, None);
    assert!(waits(gate.acquire(MANY, from("B"), 5)), "B was served, A was not");
    assert_eq!(gate.acquire(MANY, from("A"), 6), GRANTED);
}

#[test]
fn a_shard_that_went_away_keeps_nobody_waiting() {
    let mut gate = Limiter::default();
    let from = |shard| Ask { id: shard, key: shard, shard, deadline: 60_000, lag: 0, lost: false };
    gate.acquire(MANY, from("1"), 0);
    gate.acquire(MANY, from("2"), 0);
    assert!(waits(gate.acquire(MANY, from("dead"), 1)));
    gate.release("1", Keep::No, None);
    assert!(waits(gate.acquire(MANY, from("B"), 500)));
    assert_eq!(gate.acquire(MANY, from("B"), 1_200), GRANTED);
}

#[test]
fn what_the_headers_leave_is_not_passed() {
    let mut gate = Limiter::default();
    assert_eq!(gate.acquire(MANY, ask("1", "a"), 0), GRANTED);
    assert_eq!(gate.acquire(MANY, ask("2", "b"), 0), GRANTED);
    gate.release("1", Keep::No, None);
    // Two are left, but the call that is out may not be counted yet.
    gate.heard(2, 30_000);
    assert_eq!(gate.acquire(MANY, ask("3", "c"), 1), GRANTED);
    gate.release("2", Keep::No, None);
    gate.release("3", Keep::No, None);
    assert_eq!(gate.acquire(MANY, ask("4", "d"), 2), Answer::Wait { until: 30_000, whole: true });
    // A reply that was overtaken brings nothing back.
    gate.heard(5, 30_000);
    assert!(waits(gate.acquire(MANY, ask("4", "d"), 3)));
    assert_eq!(gate.acquire(MANY, ask("4", "d"), 30_000), GRANTED);
}

#[test]
fn a_used_up_quota_is_asked_for_every_quarter_of_an_hour_and_not_after_its_reset() {
    let mut gate = Limiter::default();
    let reset = 5 * PROBE_EVERY + 7;
    gate.spent(reset, PROBE_EVERY, 0);
    let mut probes = Vec::new();
    let mut now = 0;
    while now < reset {
        match gate.acquire(MANY, ask("1", "a"), now) {
            Answer::Granted { .. } => {
                probes.push(now);
                assert!(waits(gate.acquire(MANY, ask("2", "b"), now)), "one probe at a time");
                gate.release("1", Keep::No, None);
                gate.spent(reset, PROBE_EVERY, now);
            }
            Answer::Wait { until, .. } => {
                assert!(until > now);
                now = until;
            }
        }
    }
    assert_eq!(probes.len(), 5, "{probes:?}");
    assert_eq!(gate.acquire(MANY, ask("1", "a"), reset), GRANTED);
    assert_eq!(gate.acquire(MANY, ask("2", "b"), reset), GRANTED, "open for all");
}

#[test]
fn a_quota_that_is_back_early_opens_the_gate() {
    let mut gate = Limiter::default();
    gate.spent(80_000_000, PROBE_EVERY, 0);
    assert_eq!(gate.acquire(MANY, ask("1", "a"), PROBE_EVERY), GRANTED);
    gate.release("1", Keep::No, None);
    gate.opened();
    assert_eq!(gate.acquire(MANY, ask("2", "b"), PROBE_EVERY + 1), GRANTED);
}

#[test]
fn a_clock_that_was_set_back_closes_nothing_for_long() {
    let mut gate = Limiter::default();
    gate.acquire(LIMITS, ask("1", "a"), 900_000_000);
    gate.acquire(LIMITS, ask("2", "b"), 900_000_000);
    assert!(waits(gate.acquire(LIMITS, ask("3", "a"), 1_000)));
    assert_eq!(gate.acquire(LIMITS, ask("3", "a"), 2_000), GRANTED);
}

#[test]
fn state_of_version_1_is_read() {
    let old = r#"{"calls":[5],"leases":[{"id":"1","key":"a","until":900}],"quiet_until":0}"#;
    let mut gate: Limiter = serde_json::from_str(old).unwrap_or_default();
    assert_eq!(gate.leases.len(), 1);
    assert!(waits(gate.acquire(LIMITS, ask("2", "a"), 10)));
}
