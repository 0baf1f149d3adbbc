use super::*;
use crate::check::report::Issue;
use crate::code::relay::NOT_FOUND;
use crate::crm::outcome::Reason;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

const LIST: By = By::List("ids");
const BETWEEN: By = By::Between("above", "below");
const ONE: By = By::One("id");
const SYSTEMS: [(By, usize); 3] = [(LIST, 5), (BETWEEN, 4), (ONE, 1)];

/// A lead that a system has stored: when it ended, its row, and the record's id.
type Lead = (u64, u64, String);

/// What a host does: it keeps leads, counts and the machine's text, and asks a system.
struct World {
    leads: Vec<Lead>,
    /// What became of each row.
    verdicts: BTreeMap<u64, char>,
    /// How often the first verdict of each was counted.
    counted: BTreeMap<u64, u32>,
    kept: String,
    /// The ids that the system has; of Pardot's, others' too.
    there: BTreeSet<u64>,
    calls: u32,
    /// So many leads are looked at in one go.
    some: usize,
}

impl World {
    fn new(leads: Vec<Lead>) -> Self {
        let there = leads.iter().filter_map(|(_, _, id)| id.parse().ok()).collect();
        let (verdicts, counted) = (BTreeMap::new(), BTreeMap::new());
        World { leads, verdicts, counted, kept: String::new(), there, calls: 0, some: 7 }
    }

    /// The rows that a look is for, and where they end.
    fn rows(&self, look: Look, most: usize) -> (Vec<Lead>, Place) {
        let place = |lead: &Lead| Place { ended: lead.0, row: lead.1 };
        let mut all: Vec<&Lead> = self
            .leads
            .iter()
            .filter(|lead| place(lead) > look.after && place(lead) <= look.upto)
            .collect();
        all.sort_by_key(|lead| place(lead));
        let bound = all.get(self.some - 1).map_or(look.upto, |lead| place(lead));
        all.retain(|lead| place(lead) <= bound);
        all.truncate(most);
        let end = if all.len() == most { place(all[most - 1]) } else { bound };
        (all.into_iter().cloned().collect(), end)
    }

    fn answer(&self, by: By, most: usize, asked: &[&str]) -> Heard {
        let number = |id: &&str| id.parse::<u64>().unwrap_or_default();
        let found: Vec<u64> = match by {
            BETWEEN => {
                let (first, last) = (number(&asked[0]), number(&asked[asked.len() - 1]));
                self.there.range(first..=last).copied().take(most).collect()
            }
            _ => asked.iter().map(number).filter(|id| self.there.contains(id)).collect(),
        };
        Heard::Found(if by == ONE { found.iter().map(|_| 1).collect() } else { found })
    }

    /// One call, where there is one to make. `stops`: the host stops before it has written what it heard.
    fn turn(&mut self, (by, most): (By, usize), now: u64, stops: bool) -> bool {
        let mut machine = Reconciliation::unpacked(&self.kept);
        let Some(look) = machine.look(now, 1) else { return false };
        let (rows, end) = self.rows(look, most);
        let ids: Vec<&str> = rows.iter().map(|lead| lead.2.as_str()).collect();
        let numbers: Vec<u64> = rows.iter().map(|lead| lead.1).collect();
        let asked: Vec<&str> =
            machine.question(look.is_first, by, &ids).into_iter().map(|(_, at)| ids[at]).collect();
        let heard = if asked.is_empty() {
            Heard::Found(Vec::new())
        } else {
            self.calls += 1;
            self.answer(by, most, &asked)
        };
        if stops {
            return true;
        }
        let said = machine.settle(look.is_first, by, most, &ids, end, &heard);
        self.kept = machine.packed();
        assert_eq!(Reconciliation::unpacked(&self.kept), machine);
        for (row, verdict) in numbers.into_iter().zip(said.chars()) {
            if verdict != OPEN {
                self.verdicts.insert(row, verdict);
                *self.counted.entry(row).or_default() += u32::from(look.is_first);
            }
        }
        true
    }

    /// Whether a lead was counted, as the machine says it.
    fn is_counted(&self, system: (By, usize), (ended, row, _): &Lead) -> bool {
        let mut machine = Reconciliation::unpacked(&self.kept);
        let look = (false, Place::default());
        let said = machine.step(system, "", look, &Heard::Nothing, (LAST, 1));
        let words: Vec<&str> = said.split(ROW).nth(1).unwrap_or_default().split(WORD).collect();
        assert_eq!(words[..3], ["look", "", "1"], "{said}");
        let number = |at: usize| crate::value::number(words[at]).unwrap_or_default();
        let upto = Place { ended: number(3), row: number(4) };
        Place { ended: *ended, row: *row } <= upto
    }

    fn rest(&mut self, system: (By, usize), now: u64) {
        for turn in 0.. {
            assert!(turn < 10_000, "it asks for ever");
            if !self.turn(system, now, false) {
                break;
            }
        }
    }
}

/// A few numbers that look like chance.
fn chance(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Leads that ended in the three days before the tenth, in an order that is not that of their ids.
fn leads(seed: &mut u64, count: u64) -> Vec<Lead> {
    let mut all: Vec<Lead> = (1..=count)
        .map(|row| {
            let ended = 6 * DAY + chance(seed) % (3 * DAY);
            let id = if chance(seed).is_multiple_of(9) {
                String::new()
            } else {
                (1_000 + (chance(seed) % 900) * 7 + row % 7).to_string()
            };
            // Some end in the same moment.
            (ended - ended % HOUR, row, id)
        })
        .collect();
    all.sort_by_key(|lead| (lead.0, lead.1));
    all
}

#[test]
fn each_lead_gets_its_verdict_once_whatever_stops_and_each_again_on_the_next_day() {
    for system in SYSTEMS {
        for seed in 1..200_u64 {
            let mut random = seed;
            let mut world = World::new(leads(&mut random, seed % 40));
            // Records of others lie between.
            world.there.extend((0..chance(&mut random) % 30).map(|n| 999 + n * 5));
            let gone: BTreeSet<u64> = world
                .there
                .iter()
                .copied()
                .filter(|_| chance(&mut random).is_multiple_of(4))
                .collect();
            world.there.retain(|id| !gone.contains(id));
            let now = 10 * DAY + HOUR;
            assert!(!world.leads.iter().any(|lead| world.is_counted(system, lead)));
            let mut turns = 0;
            while world.turn(system, now, chance(&mut random).is_multiple_of(3)) {
                turns += 1;
                assert!(turns < 5_000, "it asks for ever");
                // Of a batch that takes several calls the machine does not say it.
                if Reconciliation::unpacked(&world.kept).first.above > 0 {
                    continue;
                }
                for lead in &world.leads {
                    let is_counted = world.counted.contains_key(&lead.1);
                    assert_eq!(world.is_counted(system, lead), is_counted, "{system:?} {seed}");
                }
            }
            for (_, row, id) in &world.leads {
                let wanted = match id.parse::<u64>() {
                    Err(_) => UNNAMED,
                    Ok(id) if world.there.contains(&id) => THERE,
                    Ok(_) => VANISHED,
                };
                assert_eq!(world.verdicts.get(row), Some(&wanted), "{system:?} {seed} {id}");
                assert_eq!(world.counted.get(row), Some(&1), "{system:?} {seed} {id}");
            }
            // Nothing more on this day; on the next one all of them once more, and what is back is there.
            assert!(!world.turn(system, now + HOUR, false));
            world.there.extend(&gone);
            world.rest(system, now + DAY);
            let vanished = world.verdicts.values().filter(|one| **one == VANISHED).count();
            assert_eq!(vanished, 0, "{system:?} {seed}");
            assert!(world.counted.values().all(|count| *count == 1));
        }
    }
}

#[test]
fn a_batch_is_one_call_where_the_system_takes_a_list() {
    let leads: Vec<Lead> = (1..=20).map(|n| (9 * DAY, n, (100 + n).to_string())).collect();
    for ((by, most), calls) in [((LIST, 300), 1), ((BETWEEN, 200), 1), ((ONE, 1), 20)] {
        let mut world = World { some: 1_000, ..World::new(leads.clone()) };
        world.rest((by, most), 10 * DAY);
        assert_eq!(world.calls, calls, "{by:?}");
    }
}

#[test]
fn what_has_just_ended_waits_for_the_next_day() {
    let mut world = World::new(vec![(10 * DAY - 1, 1, "5".to_owned())]);
    world.rest((LIST, 300), 10 * DAY + 3 * HOUR);
    assert_eq!(world.calls, 0);
    world.rest((LIST, 300), 11 * DAY);
    assert_eq!((world.calls, world.verdicts.get(&1)), (1, Some(&THERE)));
}

#[test]
fn a_pass_that_a_day_has_no_calls_for_goes_on_on_the_next_one_behind_what_is_new() {
    let old: Vec<Lead> = (1..=10).map(|n| (8 * DAY + n, n, (100 + n).to_string())).collect();
    let system = (ONE, 1);
    let mut world = World::new(old);
    world.rest(system, 10 * DAY);
    // Four calls of the next day, and something new on the one after.
    world.calls = 0;
    while world.calls < 4 {
        assert!(world.turn(system, 11 * DAY, false));
    }
    world.leads.push((11 * DAY + HOUR, 11, "111".to_owned()));
    world.there.insert(111);
    world.calls = 0;
    assert!(world.turn(system, 12 * DAY, false));
    assert!(world.verdicts.contains_key(&11), "what is new comes first");
    world.rest(system, 12 * DAY);
    assert_eq!(world.calls, 1 + 6, "the rest of yesterday's pass, and not all from the start");
}

#[test]
fn what_says_nothing_is_asked_again_later() {
    let later = |outcome| Heard::of(&outcome, LIST, DAY, 1);
    let retry = |after| Outcome::Retry { after, code: Cow::Borrowed("x"), reason: Reason::Busy };
    assert_eq!(later(retry(None)), Heard::Later(DAY + LATER));
    assert_eq!(later(retry(Some(HOUR))), Heard::Later(DAY + HOUR));
    assert_eq!(later(Outcome::Unknown { why: Cow::Borrowed("x") }), Heard::Later(DAY + LATER));
    assert_eq!(later(Outcome::refused(Vec::new())), Heard::Later(DAY + LATER));
    let missing = Outcome::refused(vec![Issue::error("", &NOT_FOUND)]);
    assert_eq!(Heard::of(&missing, ONE, DAY, 1), Heard::Found(Vec::new()));
    assert_eq!(Heard::of(&Outcome::refused(Vec::new()), ONE, DAY, 1), Heard::Never);
    let account = Outcome::Refused { issues: Vec::new(), fault: Fault::Account };
    assert_eq!(Heard::of(&account, ONE, DAY, 1), Heard::Later(DAY + LATER));

    let mut machine = Reconciliation::default();
    assert!(!machine.wait(10 * DAY + 60_000, 10 * DAY, 1), "a minute is not worth a row");
    assert_eq!(machine.look(10 * DAY, 1), None);
    assert!(machine.look(10 * DAY + 60_000, 1).is_some());
    assert!(machine.wait(11 * DAY, 10 * DAY, 1));
}

#[test]
fn a_prospect_that_cannot_be_asked_for_holds_up_nobody() {
    let mut machine = Reconciliation::default();
    assert!(machine.look(10 * DAY, 1).is_some_and(|look| look.is_first));
    let end = Place { ended: 9 * DAY, row: 1 };
    assert_eq!(machine.settle(true, ONE, 1, &["a/b"], end, &Heard::Never), "-");
    assert_eq!(machine.look(10 * DAY, 1).map(|look| look.after), Some(end));
}

#[test]
fn an_event_ends_with_its_calls_and_what_is_seen_at_no_cost_is_not_written() {
    assert!(goes_on(true, true, true));
    assert!(
        !goes_on(false, true, true) && !goes_on(true, false, true) && !goes_on(true, true, false)
    );
    assert!(
        writes(true, true) && writes(true, false) && writes(false, false) && !writes(false, true)
    );
}
