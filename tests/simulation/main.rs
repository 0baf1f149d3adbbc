//! A day of deliveries on a virtual clock: the outbox and the limiter as they are, a model CRM with every fault that
//! the fault suites know, and a judge. Everything that happens comes from one seed, so a failure replays bit for bit.
//!
//! `SIMULATION_SEEDS=100000 cargo test --profile days --test simulation` tries more days;
//! `SIMULATION_FIRST=20000` begins with another one than the first;
//! `SIMULATION_SEED=4711 cargo test --test simulation` tells one day's story.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::struct_excessive_bools,
    reason = "a test that cannot go on has failed"
)]

mod account;
mod crm;
mod crowd;
mod day;
mod outbox;
mod store;

use crowd::Crowd;
use day::{Day, Seen};
use fieldpost::relay::limiter::Limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number")))
}

#[test]
fn no_day_loses_or_doubles_anybody() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let mut day = Day::new(seed);
        day.tell = true;
        println!("{:?}", day.run());
        return;
    }
    let seeds =
        number("SIMULATION_SEEDS").unwrap_or(if cfg!(debug_assertions) { 100 } else { 2_000 });
    let first = number("SIMULATION_FIRST").unwrap_or_default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4) as u64;
    // One day that went wrong is enough.
    let failed = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..threads)
        .map(|worker| {
            let failed = Arc::clone(&failed);
            std::thread::spawn(move || {
                let mut seen = Seen::default();
                for seed in (first + worker..first + seeds).step_by(threads as usize) {
                    if failed.load(Ordering::Relaxed) {
                        break;
                    }
                    let day = std::panic::catch_unwind(|| Day::new(seed).run());
                    failed.fetch_or(day.is_err(), Ordering::Relaxed);
                    seen.add(
                        &day.unwrap_or_else(|_| panic!("SIMULATION_SEED={seed} tells the story")),
                    );
                }
                seen
            })
        })
        .collect();
    let mut all = Seen::default();
    for worker in workers {
        all.add(&worker.join().expect("a day went wrong"));
    }
    println!("{seeds} days from {first} on: {all:?}");
    // A simulation in which nothing goes wrong proves nothing.
    for (what, times) in [
        ("calls", all.calls),
        ("lost replies", all.lost),
        ("kills", all.kills),
        ("clock steps", all.steps),
        ("expired tokens", all.tokens),
        ("used-up quotas", all.quotas),
        ("repeats", all.repeats),
        ("replays of dead letters", all.replays),
        ("look-ups that lagged", all.lagged),
        ("phones of others that were left out", all.taken),
        ("accounts that were closed", all.closed),
        ("forms that were closed", all.targets),
        ("sign-ins that failed", all.signed_in_vain),
        ("new tokens that were refused", all.dead_tokens),
        ("modules that stopped", all.traps),
        ("gates that died", all.deaths),
        ("full disks", all.full),
        ("answers that never came", all.unanswered),
        ("outboxes that died between two effects", all.died),
        ("outboxes that were stopped", all.stops),
        ("outboxes without room on disk", all.disks),
        ("alarms that never rang", all.alarms),
        ("calls that have not left", all.unsent),
        ("writes of several leads", all.together),
        ("leads that a person had to let go", all.held),
        ("pages that were told to come later", all.turned_away),
        ("leads whose values were refused", all.refused),
        ("pages that were told that nobody knows", all.unsure),
    ] {
        assert!(times >= seeds / 20, "only {times} {what} in {seeds} days");
    }
}

/// Days that went wrong once. On the first two an outbox died after it had written a lead and before its alarm stood; the page came
/// again, was told that the lead is there, and nobody had set an alarm. On the third the judge allowed no call more for a limiter
/// that ends before it has written down that the quota is used up. On the fourth an account was mended while the read was out that asked
/// whose fault a refusal was, and the lead was blamed.
#[test]
fn days_that_went_wrong_once_go_well() {
    for seed in [1_486, 10_566, 17_342, 27_241] {
        Day::new(seed).run();
    }
}

#[test]
fn a_seed_is_the_same_day_each_time() {
    for seed in [1, 7, 4_711] {
        assert_eq!(Day::new(seed).run(), Day::new(seed).run());
    }
    assert_ne!(Day::new(1).run().trace, Day::new(2).run().trace);
}

/// The judge judges: where look-ups are left out, somebody is there twice, and he says so.
#[test]
fn a_relay_without_look_ups_is_found_out() {
    let caught = (0..40).any(|seed| {
        let mut day = Day::new(seed);
        day.looks = false;
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || day.run())).is_err()
    });
    assert!(caught, "forty days without a look-up, and nobody was there twice");
}

/// Where nobody is asked whose a phone is, two people become one.
#[test]
fn a_relay_that_trusts_a_phone_is_found_out() {
    let caught = (0..40).any(|seed| {
        let mut day = Day::new(seed);
        day.asks = false;
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || day.run())).is_err()
    });
    assert!(caught, "forty days that trusted each phone, and nobody became another one");
}

/// A lease is not for ever: where a call goes out on one that is about to end, it meets the next call about that person.
#[test]
fn a_relay_that_trusts_an_old_place_is_found_out() {
    let caught = |careful, mut seeds: std::ops::Range<u64>| {
        seeds.any(|seed| {
            let mut day = Day::new(seed);
            day.slow = 2;
            day.careful = careful;
            let is_caught =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || day.run())).is_err();
            if is_caught {
                println!("day {seed} tells");
            }
            is_caught
        })
    };
    // The days before the one that tells take minutes without optimisation.
    let from = if cfg!(debug_assertions) { 195 } else { 0 };
    assert!(
        caught(false, from..2_000),
        "two thousand slow days on old places, and no two calls met"
    );
    assert!(!caught(true, 0..if cfg!(debug_assertions) { 20 } else { 200 }));
}

/// What Adobe advises for one integration.
const MARKETO: Limits = Limits { calls: 50, window: 20_000, at_once: 5 };

fn crowd(leads: usize) -> Crowd {
    Crowd {
        leads,
        people: 500,
        limits: MARKETO,
        poison: None,
        kills: Vec::new(),
        quota: None,
        start: 1_795_000_000_000,
    }
}

#[test]
fn twenty_thousand_leads_of_five_hundred_people_never_overlap_and_use_the_limit() {
    // The relay is killed every 97 seconds of the first ten minutes, with calls that are out.
    let found = Crowd { kills: (1..=6).map(|n| n * 97_000).collect(), ..crowd(20_000) }.run();
    println!("20,000 leads, 500 people, 6 kills: {found:?}");
    assert_eq!((found.done, found.overlaps), (20_000, 0));
    assert!(found.window <= 50 && found.at_once <= 5 && found.percent >= 95, "{found:?}");
}

#[test]
fn ten_minutes_at_the_limit_and_not_a_call_over_it() {
    for (name, limits) in [
        ("Marketo's advice", MARKETO),
        ("Marketo's limit", Limits { calls: 100, window: 20_000, at_once: 10 }),
        ("Pardot", Limits { calls: 100, window: 20_000, at_once: 5 }),
        ("by the minute", Limits { calls: 300, window: 60_000, at_once: 5 }),
    ] {
        let calls = 600_000 / limits.window as usize * limits.calls as usize;
        let found = Crowd { limits, kills: vec![200_000, 400_000], ..crowd(calls + 200) }.run();
        println!("{name}: {found:?}");
        assert!(
            found.window <= limits.calls as usize && found.at_once <= limits.at_once as usize,
            "{found:?}"
        );
        assert!(found.percent >= 95, "{name}: {found:?}");
    }
}

#[test]
fn a_thousand_refused_leads_hold_nobody_up() {
    let clean = crowd(19_000).run();
    let found = Crowd { poison: Some(20), ..crowd(20_000) }.run();
    println!("1,000 of 20,000 refused: {found:?}");
    assert_eq!((found.done, found.dead), (20_000, 1_000));
    // They take calls, and nothing but calls: leads in a time.
    let rate = |leads: u64, found: &crowd::Found| leads * 1_000_000 / found.last;
    assert!(rate(20_000, &found) * 100 >= rate(19_000, &clean) * 95, "{found:?}, clean {clean:?}");
}

#[test]
fn a_used_up_quota_is_asked_for_four_times_an_hour_and_then_all_goes_out() {
    // Five minutes into Chicago's day of 23 hours and its day of 25, and the midnights that `pace.test.mjs` computes.
    for (day, start, reset) in [
        ("2026-03-08", 1_772_949_900_000_u64, 1_773_032_400_000_u64),
        ("2026-11-01", 1_793_509_500_000, 1_793_599_200_000),
    ] {
        let found = Crowd {
            start,
            quota: Some((start, reset)),
            kills: vec![3_600_000, 30_000_000],
            ..crowd(20_000)
        }
        .run();
        println!("{day}, {} minutes without quota: {found:?}", (reset - start) / 60_000);
        assert_eq!((found.done, found.dead, found.burned), (20_000, 0, 0));
        assert!(found.probes <= 1, "{found:?}");
    }
}
