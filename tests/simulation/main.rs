//! A day of deliveries on a virtual clock: the outbox and the limiter as they are, a model CRM with every fault that
//! the fault suites know, and a judge. Everything that happens comes from one seed, so a failure replays bit for bit.
//!
//! `SIMULATION_SEEDS=100000 cargo test --release --test simulation` tries more days;
//! `SIMULATION_SEED=4711 cargo test --test simulation` tells one day's story.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::struct_excessive_bools,
    reason = "a test that cannot go on has failed"
)]

mod crm;
mod day;

use day::{Day, Seen};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number")))
}

#[test]
fn no_day_loses_or_doubles_anybody() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let mut day = Day::new(seed);
        day.tell = true;
        println!("{:?}", day.run());
        return;
    }
    let seeds = number("SIMULATION_SEEDS").unwrap_or(if cfg!(debug_assertions) { 250 } else { 2_000 });
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4) as u64;
    let workers: Vec<_> = (0..threads)
        .map(|worker| {
            std::thread::spawn(move || {
                let mut seen = Seen::default();
                for seed in (worker..seeds).step_by(threads as usize) {
                    let day = std::panic::catch_unwind(|| Day::new(seed).run());
                    seen.add(&day.unwrap_or_else(|_| panic!("SIMULATION_SEED={seed} tells the story")));
                }
                seen
            })
        })
        .collect();
    let mut all = Seen::default();
    for worker in workers {
        all.add(&worker.join().expect("a day went wrong"));
    }
    println!("{seeds} days: {all:?}");
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
    ] {
        assert!(times >= seeds / 20, "only {times} {what} in {seeds} days");
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

/// A place is not for ever: where a call goes out on one that is about to end, it meets the next call about that person.
#[test]
fn a_relay_that_trusts_an_old_place_is_found_out() {
    let caught = |careful| {
        (0..200).any(|seed| {
            let mut day = Day::new(seed);
            day.slow = 2;
            day.careful = careful;
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || day.run())).is_err()
        })
    };
    assert!(caught(false), "two hundred slow days on old places, and no two calls met");
    assert!(!caught(true));
}
