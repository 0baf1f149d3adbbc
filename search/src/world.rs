//! A small world: its objects, the words between them, and what happens next.

use crate::account::{AccountHost, settings};
use crate::crm::{Crm, Kind, Who};
use crate::outbox::{Outbox, Ticket, arrives, happens};
use crate::plan::{Fault, Plan, SHARDS, Steps};
use crate::store::{Store, Stored};
use fieldpost::delivery::outbox::Delivery;
use fieldpost::recipe;
use fieldpost::relay::limiter::Limits;
use fieldpost::relay::outbox::Event;
use fieldpost::relay::run::Heard;
use std::fmt;
use std::hash::{Hash, Hasher};

pub(crate) const START: u64 = 1_795_000_000_000;
/// Alarms and timers ring at a whole number of these: late, as a platform may. So moments that differ by little are one.
const GRID: u64 = 10_000;
/// The cron asks every outbox to look this often, should the platform lose an alarm.
const CRON: u64 = 300_000;
/// Whoever is not at rest by then never is.
const LONG: u64 = 2 * 60 * 60 * 1_000;

/// The account's calls.
pub(crate) const CALLS: u32 = 10;
pub(crate) const WINDOW: u64 = 20_000;

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum What {
    /// A word arrives.
    Word(usize),
    Alarm(usize),
    Timer(usize),
    Cron,
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) write: bool,
    pub(crate) who: Who,
    pub(crate) record: Option<usize>,
    pub(crate) token: u64,
    pub(crate) ticket: Ticket,
}

/// A word on its way.
#[derive(Clone, Debug)]
pub(crate) enum Word {
    Accept {
        lead: usize,
    },
    Said {
        ticket: Ticket,
        heard: Box<Heard>,
        by_limiter: bool,
    },
    Signed {
        life: u64,
        number: u64,
    },
    Looked {
        life: u64,
        number: u64,
        token: u64,
    },
    Arrive {
        call: Call,
    },
    /// A write has come to its end; whether its sender hears of it.
    Commit {
        call: Call,
        until: u64,
        is_heard: bool,
    },
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) now: u64,
    pub(crate) store: Store,
    pub(crate) outboxes: [Outbox; SHARDS],
    pub(crate) host: AccountHost<Ticket>,
    pub(crate) crm: Crm,
    /// With the time at which each arrives; those of now in any order.
    pub(crate) words: Vec<(u64, Word)>,
    pub(crate) alarms: [Option<u64>; SHARDS],
    pub(crate) timers: [Option<(u64, u64)>; SHARDS],
    pub(crate) acknowledged: Vec<bool>,
    /// The faults that may still strike.
    pub(crate) left: Vec<&'static str>,
    pub(crate) alarm_lost: bool,
    /// The requests that were made.
    pub(crate) rendered: Vec<Option<(Who, Option<usize>, bool)>>,
    /// What befalls the step that is under way.
    pub(crate) fault: Option<Fault>,
    pub(crate) is_full: bool,
    pub(crate) steps: Steps,
    pub(crate) broken: Option<String>,
    pub(crate) sum: u64,
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.sum);
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.sum == other.sum
    }
}

impl fmt::Debug for World {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phases: Vec<_> =
            self.store.rows.iter().map(|row| (row.phase, row.next.saturating_sub(START))).collect();
        write!(to, "{} ms: {phases:?} {:?}", self.now - START, self.broken)
    }
}

impl World {
    pub(crate) fn new(plan: Plan, faults: &[&'static str]) -> Self {
        let recipe = recipe(plan.system).expect("a system of leads");
        let limits = Limits { calls: CALLS, window: WINDOW, at_once: plan.at_once };
        let leads = plan.leads.len();
        let mut store = Store::default();
        for (person, shard) in plan.leads {
            store.add(Stored {
                shard: *shard,
                account: 0,
                form: "form",
                persons: format!("e:{person}"),
                fills: "",
                state: serde_json::to_string(&Delivery::new(recipe, START)).unwrap(),
                phase: "away",
                next: START,
                code: None,
                hold: None,
                trouble: None,
                maybe_repeated: false,
            });
        }
        let mut world = World {
            plan,
            now: START,
            store,
            outboxes: Default::default(),
            host: AccountHost::new(settings(limits, recipe.lag())),
            crm: Crm::new(plan.kind, plan.lag, leads),
            words: (0..leads).map(|lead| (START, Word::Accept { lead })).collect(),
            alarms: [None; SHARDS],
            timers: [None; SHARDS],
            acknowledged: vec![false; leads],
            left: faults.to_vec(),
            alarm_lost: false,
            rendered: vec![None; leads],
            fault: None,
            is_full: false,
            steps: Steps::default(),
            broken: None,
            sum: 0,
        };
        world.sum_up();
        world
    }

    pub(crate) fn shard(&self, lead: usize) -> usize {
        self.plan.leads[lead].1
    }

    pub(crate) fn is_at_rest(&self, lead: usize) -> bool {
        matches!(self.store.rows[lead].phase, "done" | "dead")
    }

    /// All leads are taken, and all are where they belong.
    pub(crate) fn is_over(&self) -> bool {
        self.words.is_empty()
            && self.acknowledged.iter().all(|yes| *yes)
            && (0..self.plan.leads.len()).all(|lead| self.is_at_rest(lead))
    }

    /// None is lost, none is there twice unless it says so, and nobody is there twice.
    pub(crate) fn is_well(&self) -> bool {
        let leads = self.store.rows.iter().zip(&self.crm.written).all(|(row, written)| {
            let is_marked = *written < 2 || self.plan.kind != Kind::Form || row.maybe_repeated;
            row.phase == "done" && *written > 0 && is_marked
        });
        leads && self.crm.people.len() == self.plan.people()
    }

    /// What may happen next: what is due, else what is due first.
    pub(crate) fn enabled(&self) -> Vec<What> {
        let words = self.words.iter().enumerate().map(|(at, (time, _))| (*time, What::Word(at)));
        let alarms = self
            .alarms
            .iter()
            .enumerate()
            .filter_map(|(at, time)| Some(((*time)?, What::Alarm(at))));
        let timers = self
            .timers
            .iter()
            .enumerate()
            .filter_map(|(at, time)| Some(((*time)?.0, What::Timer(at))));
        let mut all: Vec<(u64, What)> = words.chain(alarms).chain(timers).collect();
        // Without an alarm the cron is what is left.
        if all.is_empty() && self.alarm_lost && !self.is_over() {
            all.push((self.now + CRON, What::Cron));
        }
        let first = all.iter().map(|(time, _)| (*time).max(self.now)).min().unwrap_or_default();
        all.into_iter().filter(|(time, _)| *time <= first).map(|(_, what)| what).collect()
    }

    /// Nothing more befalls it.
    pub(crate) fn is_spent(&self) -> bool {
        self.left.is_empty()
    }

    /// What may befall it.
    pub(crate) fn faults(&self, what: What, steps: Steps) -> Vec<Fault> {
        let mut faults = Vec::new();
        faults.extend((0..steps.outbox).map(Fault::OutboxDies));
        faults.extend((0..steps.host).map(Fault::LimiterDies));
        if steps.outbox > 0 {
            faults.push(Fault::OutboxFull);
        }
        faults.extend((0..steps.asked).flat_map(|at| [Fault::LimiterFull(at), Fault::Unasked(at)]));
        match what {
            What::Alarm(_) => faults.push(Fault::NoAlarm),
            What::Word(at) => match &self.words[at].1 {
                Word::Arrive { .. } => {
                    faults.extend([Fault::Dropped, Fault::Unheard, Fault::Broken, Fault::NoToken]);
                }
                Word::Said { by_limiter: true, .. } => faults.push(Fault::Unanswered),
                _ => {}
            },
            _ => {}
        }
        faults.retain(|fault| self.left.contains(&fault.name()));
        faults
    }

    /// Lets it happen; says whether what was to befall it did.
    pub(crate) fn take(&mut self, what: What, fault: Option<Fault>) -> bool {
        self.fault = fault;
        self.is_full = fault == Some(Fault::OutboxFull);
        self.steps = Steps::default();
        self.host.steps = 0;
        if let Some(fault) = fault {
            self.left.retain(|left| *left != fault.name());
        }
        if self.is_full {
            self.fault = None;
        }
        self.happens(what);
        self.is_full = false;
        self.steps.host = self.host.steps;
        assert!(self.now < START + LONG, "not at rest after two hours");
        // What nobody waits for is heard by nobody.
        let World { plan, words, outboxes, host, .. } = self;
        words.retain(|(_, word)| match word {
            Word::Said { ticket, .. } => outboxes[plan.leads[ticket.row].1].waits_for(*ticket),
            Word::Signed { life, .. } | Word::Looked { life, .. } => host.life == *life,
            _ => true,
        });
        for (timer, outbox) in self.timers.iter_mut().zip(&self.outboxes) {
            timer.take_if(|(_, life)| *life != outbox.life);
        }
        self.fault.take().is_none()
    }

    pub(crate) fn befalls(&mut self, fault: Fault) -> bool {
        let is_so = self.fault == Some(fault);
        if is_so {
            self.fault = None;
        }
        is_so
    }

    fn happens(&mut self, what: What) {
        match what {
            What::Alarm(shard) => {
                self.now = self.now.max(self.alarms[shard].take().unwrap_or_default());
                if self.befalls(Fault::NoAlarm) {
                    self.alarm_lost = true;
                    return;
                }
                let life = self.outboxes[shard].life;
                arrives(self, shard, Event::Alarm);
                // The platform rings again where the object died over it.
                if self.outboxes[shard].life != life && self.alarms[shard].is_none() {
                    self.alarms[shard] = Some(on_grid(self.now + 2_000));
                }
            }
            What::Timer(shard) => {
                self.now = self.now.max(self.timers[shard].take().map_or(0, |(time, _)| time));
                happens(self, shard, Event::Ring);
            }
            What::Cron => {
                self.now += CRON;
                for shard in 0..SHARDS {
                    arrives(self, shard, Event::Alarm);
                }
            }
            What::Word(at) => {
                let (time, word) = self.words.remove(at);
                self.now = self.now.max(time);
                self.hear(word);
            }
        }
    }
}

pub(crate) fn on_grid(time: u64) -> u64 {
    START + (time - START).div_ceil(GRID) * GRID
}
