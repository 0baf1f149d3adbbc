//! `make search`: every interleaving of the relay's machines on a small world, by the model checker `stateright`.
//!
//! Two leads of one person and one of another, in two outboxes, to one account. Each fault alone (`SEARCH=pairs`: each
//! pair; `SEARCH=crash,disk`: these) strikes once, at every step. The machines are those that ship; the host around them is the
//! simulation's. What is walked and what is left out stands in docs/faults.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on has failed"
)]

#[allow(dead_code, reason = "a day has more faults than a search")]
#[path = "../../tests/simulation/account.rs"]
mod account;
#[allow(dead_code, reason = "a day has more faults than a search")]
#[path = "../../tests/simulation/crm.rs"]
mod crm;
mod model;
#[allow(dead_code, reason = "a day has more faults than a search")]
#[path = "../../tests/simulation/outbox.rs"]
mod outbox;
#[path = "../../tests/simulation/store.rs"]
mod store;
mod world;

use model::Search;
use stateright::{Checker, Model};
use std::process::ExitCode;
use std::time::Instant;
use world::{FAULTS, Plan};

/// Searches one world, and says whether it is sound.
fn search(plan: Plan, faults: &[&'static str]) -> bool {
    let begun = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let search = Search { plan, faults: faults.to_vec() };
    let checker = search.checker().threads(threads).spawn_dfs().join();
    let name = if faults.is_empty() { "no fault".to_owned() } else { faults.join(" and ") };
    println!(
        "{:8} {name}: {} states, {} steps, at most {} one after the other, {:.1} s",
        plan.name,
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        begun.elapsed().as_secs_f64()
    );
    let mut found = checker.discoveries();
    let ends = found.remove(model::ENDS).is_some();
    if !ends {
        println!("NOT SO: {}", model::ENDS);
    }
    for (property, path) in &found {
        println!("NOT SO: {property}");
        for (state, action) in path.clone().into_vec() {
            println!("  {action:?}\n    {state:?}");
        }
    }
    ends && found.is_empty()
}

/// Nothing and each fault alone.
fn alone() -> Vec<Vec<&'static str>> {
    std::iter::once(Vec::new()).chain(FAULTS.iter().map(|fault| vec![*fault])).collect()
}

fn pairs() -> Vec<Vec<&'static str>> {
    let pairs = |at: usize| {
        FAULTS[at + 1..].iter().map(move |other| vec![FAULTS[at], *other]).collect::<Vec<_>>()
    };
    (0..FAULTS.len()).flat_map(pairs).collect()
}

fn main() -> ExitCode {
    // What breaks is found by its state, which says why.
    std::panic::set_hook(Box::new(|_| {}));
    let sets = match std::env::var("SEARCH").as_deref() {
        Err(_) => alone(),
        Ok("pairs") => pairs(),
        Ok(names) => {
            vec![
                FAULTS
                    .iter()
                    .copied()
                    .filter(|fault| names.split(',').any(|name| name == *fault))
                    .collect(),
            ]
        }
    };
    let only = std::env::var("SEARCH_SYSTEM").unwrap_or_default();
    let mut is_sound = true;
    for plan in world::PLANS.iter().filter(|plan| plan.name.contains(&only)) {
        for faults in &sets {
            is_sound &= search(*plan, faults);
        }
    }
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The worlds that take no time.
#[test]
fn a_world_with_one_fault_is_sound() {
    for faults in [&[][..], &["alarm"]] {
        assert!(search(world::PLANS[0], faults), "{faults:?}");
    }
}
