//! The walk over the shards that have a say about a key: every order in which calls of three Workers may come, each with its own
//! idea of the numbers that are in use. What a shard says is `relay::acceptance`'s.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on has failed"
)]

use fieldpost::relay::acceptance::{Answer, Asked, Effect, Found, Known, answer};
use fieldpost::relay::arrival::{MOVED, STATES, UNKNOWN};
use fieldpost::relay::shards::*;
use std::collections::{BTreeMap, BTreeSet};

/// A Worker: how far its walk is, and what it was told last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Worker {
    counts: Vec<u32>,
    walk: u32,
    said: (u32, u32),
    /// Where its lead is, once it knows.
    at: Option<u32>,
}

/// What shards have written down of the one key: which of them has taken it, and to which shard each number's has promised it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    taken: BTreeSet<u32>,
    claims: BTreeMap<(u32, u32), u32>,
    workers: Vec<Worker>,
}

/// A number that every count divides otherwise.
const HASH: u32 = 1_000_003;

fn homes(counts: &[u32]) -> Vec<u32> {
    counts.iter().map(|count| HASH % count).collect()
}

impl World {
    /// One call of a Worker's reaches its shard and comes back.
    fn step(&mut self, number: usize) {
        let Worker { counts, walk, said, .. } = self.workers[number].clone();
        let all = homes(&counts);
        let walk = next(&all, walk, said.0, said.1);
        let (ask, home, shard) = unpacked(walk);
        let of = |shard: u32, what: Asked<'_>, under: &[u32]| self.says(shard, what, under);
        let (asked, (state, named)) = match ask {
            LOOK => (shard, of(shard, Asked::Known, &counts[home..=home])),
            THERE => (shard, of(shard, Asked::Known, &[])),
            TAKE => (shard, of(shard, Asked::Reserve, &counts[home..])),
            CLAIM | KEEP_HERE => {
                let (own, count) = (all[home], counts[home]);
                assert_eq!(
                    ask == KEEP_HERE,
                    own == shard,
                    "a shard promises to itself without its name"
                );
                let told = self.claims.get(&(own, count)).copied();
                if self.taken.contains(&own) || told.is_some() {
                    let state = if self.taken.contains(&own) { "queued" } else { "free" };
                    (own, (state, told))
                } else {
                    self.claims.insert((own, count), shard);
                    (own, ("free", Some(shard)))
                }
            }
            _ => (0, ("", None)),
        };
        let worker = &mut self.workers[number];
        worker.walk = walk;
        let bit = STATES.iter().find(|(name, _)| *name == state).map_or(0, |(_, bit)| *bit);
        worker.said = (bit, named.map_or(0, |shard| shard + 1));
        if ask == TAKE && bit == UNKNOWN {
            self.taken.insert(shard);
            // It has the lead now, and says so.
            worker.said.0 = 5;
        }
        if worker.said.0 == 5 {
            worker.at = Some(asked);
        }
    }

    /// What a shard says of the key to who asks under these numbers, by the machine that ships.
    fn says(&self, shard: u32, what: Asked<'_>, under: &[u32]) -> (&'static str, Option<u32>) {
        let names: Vec<String> = (0..16).map(|n: u32| n.to_string()).collect();
        let elsewhere = under
            .iter()
            .filter_map(|count| self.claims.get(&(shard, *count)))
            .find(|to| **to != shard);
        let known = self.taken.contains(&shard);
        let found = Found {
            known: known.then_some(Known { id: "id", body: "x", phases: "" }),
            moved: elsewhere.map(|to| names[*to as usize].as_str()),
            ..Found::default()
        };
        let effects = answer(what, Some("x"), found, 0);
        let Some(Effect::Tell(Answer { state, shard, .. })) = effects.last() else {
            panic!("{effects:?}")
        };
        (state, shard.map(|name| name.parse().unwrap()))
    }

    fn is_over(&self, number: usize) -> bool {
        let Worker { counts, walk, said, .. } = &self.workers[number];
        *walk != TAKES && *walk != FINDS && next(&homes(counts), *walk, said.0, said.1) == TOLD
    }
}

fn walk_all(purposes: &[u32], lists: &[&[u32]]) -> usize {
    let workers = lists
        .iter()
        .zip(purposes)
        .map(|(counts, walk)| Worker {
            counts: counts.to_vec(),
            walk: *walk,
            said: (0, 0),
            at: None,
        })
        .collect();
    let mut seen = BTreeSet::new();
    let mut next = vec![World { workers, ..World::default() }];
    while let Some(world) = next.pop() {
        assert!(world.taken.len() <= 1, "taken twice: {world:?}");
        let going: Vec<usize> = (0..lists.len()).filter(|n| !world.is_over(*n)).collect();
        if going.is_empty() {
            for (worker, walk) in world.workers.iter().zip(purposes) {
                // Who only asks may have come before anybody took it.
                assert!(
                    *walk == FINDS && worker.said.0 == UNKNOWN
                        || worker.at == world.taken.first().copied(),
                    "{world:?}"
                );
                assert_ne!(worker.said.0, MOVED, "{world:?}");
            }
            // Whoever asks now finds it, whatever numbers it knows of.
            for counts in lists {
                let mut late = World { workers: Vec::new(), ..world.clone() };
                late.workers.push(Worker {
                    counts: counts.to_vec(),
                    walk: FINDS,
                    said: (0, 0),
                    at: None,
                });
                while !late.is_over(0) {
                    late.step(0);
                }
                assert_eq!(late.workers[0].at, world.taken.first().copied(), "{late:?}");
            }
        }
        for number in going {
            let mut then = world.clone();
            then.step(number);
            if seen.insert(then.clone()) {
                next.push(then);
            }
        }
    }
    seen.len()
}

#[test]
fn whoever_comes_with_whatever_numbers_the_key_is_taken_once_and_found() {
    let lists: [&[&[u32]]; 7] = [
        &[&[2, 5, 3], &[2, 5], &[2]],
        &[&[2], &[2, 5], &[2, 5, 3]],
        &[&[5, 3, 2], &[5], &[5, 3]],
        &[&[4], &[7, 4], &[7, 4, 5]],
        &[&[2, 4, 8], &[2, 4], &[2]],
        &[&[1], &[1, 6], &[1, 6, 9]],
        &[&[6, 4, 9, 2], &[6, 4], &[6, 4, 9]],
    ];
    let mut states = 0;
    for list in lists {
        states += walk_all(&[TAKES, TAKES, TAKES], list);
        states += walk_all(&[TAKES, FINDS, TAKES], list);
    }
    println!("{states} states");
    assert!(states > 1_000, "{states}");
}

#[test]
fn one_number_is_one_call() {
    let walk = next(&[3], TAKES, 0, 0);
    assert_eq!(unpacked(walk), (TAKE, 0, 3));
    assert_eq!(next(&[3], walk, 5, 0), TOLD);
    let walk = next(&[3], FINDS, 0, 0);
    assert_eq!(unpacked(walk), (LOOK, 0, 3));
    assert_eq!(next(&[3], walk, UNKNOWN, 0), TOLD);
    // Numbers that share a shard are one call, too.
    assert_eq!(unpacked(next(&[1, 1], TAKES, 0, 0)), (TAKE, 0, 1));
    // An object of the release before names nobody.
    assert_eq!(unpacked(next(&[0, 1], packed(CLAIM, 0, 1), UNKNOWN, 0)), (TAKE, 1, 1));
    assert_eq!(next(&[], TAKES, 0, 0) & 7, TAKE, "whoever knows of no number asks the first shard");
    assert_eq!(next(&[], packed(TAKE, 0, 0), MOVED, 4), TOLD);
}

#[test]
fn a_status_is_an_answer_or_that_of_the_release_before() {
    assert_eq!([200, MISDIRECTED, 404].map(says), [Some("answer"), Some("answer"), Some("before")]);
    assert!((100..600).filter(|status| says(*status).is_some()).count() == 3);
}

#[test]
fn what_the_registry_said_is_gone_by_for_the_same_number_alone() {
    let all = [(false, false), (true, false), (false, true), (true, true)];
    assert_eq!(all.map(|(is_own, is_new)| believes(is_own, is_new)), [0, 1, 0, 2]);
}
