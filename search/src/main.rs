//! `make search`: every interleaving of the relay's machines on a small world, by the model checker `stateright`.
//!
//! Two leads of one person and one of another, in two outboxes, to one account, and each fault alone strikes once, at every
//! step; with two leads of one person each two faults; with one lead all of them. The machines are those that ship; the host
//! around them is the simulation's. `SEARCH=crash,disk` searches these faults alone, `SEARCH_SYSTEM=pardot` one world,
//! `SEARCH_LEADS=3` with so many leads. What is walked and what is left out stands in docs/faults.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on has failed"
)]

#[allow(dead_code, reason = "a day has more faults than a search")]
#[path = "../../tests/simulation/account.rs"]
mod account;
mod apart;
#[allow(dead_code, reason = "a day has more faults than a search")]
#[path = "../../tests/simulation/crm.rs"]
mod crm;
mod host;
mod model;
mod order;
#[allow(dead_code, reason = "a day has more faults than a search")]
#[path = "../../tests/simulation/outbox.rs"]
mod outbox;
mod plan;
#[path = "../../tests/simulation/store.rs"]
mod store;
mod words;
mod world;

use model::{Orders, Search};
use plan::{FAULTS, PLANS, Plan};
use stateright::{Checker, HasDiscoveries, Model};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What a search has found.
struct Found {
    is_sound: bool,
    states: usize,
    #[cfg_attr(not(test), expect(dead_code, reason = "a test compares those of two walks"))]
    ends: BTreeSet<u64>,
}

/// Searches one world, and says what came of it.
fn search(plan: Plan, faults: &[&'static str], orders: Orders) -> Found {
    let begun = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let ends = Arc::new(Mutex::new(BTreeSet::new()));
    let search = Search { plan, faults: faults.to_vec(), orders, ends: Arc::clone(&ends) };
    let checker = search
        .checker()
        .threads(threads)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_dfs()
        .join();
    let name = if faults.is_empty() { "no fault".to_owned() } else { faults.join(" and ") };
    let ends = std::mem::take(&mut *ends.lock().unwrap_or_else(PoisonError::into_inner));
    println!(
        "{:8} {} leads, {name}: {} states, {} steps, at most {} one after the other, {} ends, {:.1} s",
        plan.name,
        plan.leads.len(),
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        ends.len(),
        begun.elapsed().as_secs_f64()
    );
    let mut found = checker.discoveries();
    let is_ended = found.remove(model::ENDS).is_some();
    if !is_ended {
        println!("NOT SO: {}", model::ENDS);
    }
    for (property, path) in &found {
        println!("NOT SO: {property}");
        for (state, action) in path.clone().into_vec() {
            println!("  {action:?}\n    {state:?}");
        }
    }
    Found { is_sound: is_ended && found.is_empty(), states: checker.unique_state_count(), ends }
}

/// Each choice of so many faults.
fn choices(most: usize) -> Vec<Vec<&'static str>> {
    let all = (0..1_u32 << FAULTS.len()).map(|mask| {
        let chosen = FAULTS.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
        chosen.map(|(_, fault)| *fault).collect::<Vec<_>>()
    });
    all.filter(|chosen| chosen.len() == most).collect()
}

fn main() -> ExitCode {
    // What breaks is found by its state, which says why.
    std::panic::set_hook(Box::new(|_| {}));
    let sets = match std::env::var("SEARCH") {
        Err(_) => [0, 1, 2, FAULTS.len()].into_iter().flat_map(choices).collect(),
        Ok(names) => {
            let is_named = |fault: &&str| names.split(',').any(|name| name == *fault);
            vec![FAULTS.iter().copied().filter(is_named).collect::<Vec<_>>()]
        }
    };
    let only = std::env::var("SEARCH_SYSTEM").unwrap_or_default();
    let leads = std::env::var("SEARCH_LEADS").ok().and_then(|leads| leads.parse().ok());
    let begun = Instant::now();
    let (mut is_sound, mut states) = (true, 0);
    for plan in PLANS.into_iter().filter(|plan| plan.name.contains(&only)) {
        for faults in &sets {
            let found =
                search(plan.of(leads.unwrap_or(plan::leads(faults.len()))), faults, Orders::Enough);
            is_sound &= found.is_sound;
            states += found.states;
        }
    }
    let word = if is_sound { "nothing is broken" } else { "NOT SOUND" };
    println!("{states} states in {:.0} s: {word}", begun.elapsed().as_secs_f64());
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The worlds that take no time.
#[test]
fn a_world_with_one_fault_is_sound() {
    for faults in [&[][..], &["alarm"]] {
        assert!(search(PLANS[0], faults, Orders::Enough).is_sound, "{faults:?}");
    }
}

/// What is left out of the orders comes to the same.
#[test]
fn a_walk_of_enough_orders_ends_wherever_one_of_all_does() {
    for (plan, leads, faults) in [
        (PLANS[0], 3, &[][..]),
        (PLANS[0], 3, &["alarm"]),
        (PLANS[1], 2, &["token"]),
        (PLANS[0], 2, &["crash"]),
        (PLANS[2], 2, &["reply", "alarm"]),
    ] {
        let [all, enough] =
            [Orders::All, Orders::Enough].map(|orders| search(plan.of(leads), faults, orders));
        assert!(all.is_sound && enough.is_sound, "{faults:?}");
        assert!(enough.states < all.states, "{faults:?}");
        assert_eq!(all.ends, enough.ends, "{faults:?}");
    }
}
