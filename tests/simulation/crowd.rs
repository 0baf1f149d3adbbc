//! Thousands of leads of one account on a virtual clock: the account and the outbox as they are, no fault but the one
//! that is asked for. What is judged is how fast they go, and that they never go faster.

use crate::crm::{lost, refused, retry};
use crate::gate::{Fate, Gate, Task, said, settings};
use fieldpost::delivery::outbox::{Delivery, Effect, Event, Phase, Recipe, Timing};
use fieldpost::outcome::Reason;
use fieldpost::relay::account::{Acquire, Event as Asked, Release, Reply};
use fieldpost::relay::limiter::{Limits, PROBE_EVERY, Scope};
use fieldpost::{Outcome, System, recipe};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const TIMING: Timing = Timing { deadline: 35_000, base: 1_000, cap: 600_000, scale: 1 };
const LEASE: u64 = 45_000;
const SHARDS: usize = 4;
const AT_ONCE: usize = 10;

/// What is tried.
#[derive(Clone)]
pub(crate) struct Crowd {
    pub(crate) leads: usize,
    pub(crate) people: usize,
    pub(crate) limits: Limits,
    /// One lead in so many is refused.
    pub(crate) poison: Option<usize>,
    /// The relay is killed at these times.
    pub(crate) kills: Vec<u64>,
    /// From when to when the day's quota is used up.
    pub(crate) quota: Option<(u64, u64)>,
    pub(crate) start: u64,
}

/// What was found.
#[derive(Default, Debug)]
pub(crate) struct Found {
    pub(crate) done: usize,
    pub(crate) dead: usize,
    /// When the last healthy lead was delivered, after the start.
    pub(crate) last: u64,
    pub(crate) overlaps: usize,
    /// The most calls that the CRM saw in a window, and at once.
    pub(crate) window: usize,
    pub(crate) at_once: usize,
    /// Of what the limit allows while there was work, how much was used.
    pub(crate) percent: u64,
    /// Calls while the quota was used up, and the most in 15 minutes after those that were out.
    pub(crate) knocks: usize,
    pub(crate) probes: usize,
    /// Tries that a used-up quota cost.
    pub(crate) burned: u32,
}

#[derive(Clone, Debug)]
enum Happening {
    Pump(usize),
    Hear { row: usize, life: u32, outcome: Outcome },
    Kill,
}

struct Row {
    state: Delivery,
    person: usize,
    poison: bool,
}

struct Run<'a> {
    crowd: &'a Crowd,
    recipe: &'static Recipe,
    rows: Vec<Row>,
    due: Vec<BTreeSet<(u64, usize)>>,
    running: Vec<BTreeSet<usize>>,
    held: [u64; SHARDS],
    alarms: [Option<(u64, u64)>; SHARDS],
    gate: Gate<()>,
    next: BTreeMap<(u64, u64), Happening>,
    count: u64,
    now: u64,
    life: u32,
    mended: bool,
    found: Found,
    recent: VecDeque<u64>,
    begun: Vec<u64>,
    knocks: Vec<u64>,
    /// In the CRM: person → when its call ends.
    inside: BTreeMap<usize, u64>,
    ends: Vec<u64>,
    random: u64,
}

impl Crowd {
    pub(crate) fn run(&self) -> Found {
        let recipe = recipe(System::Marketo).unwrap();
        let mut run = Run {
            crowd: self,
            recipe,
            rows: Vec::new(),
            due: vec![BTreeSet::new(); SHARDS],
            running: vec![BTreeSet::new(); SHARDS],
            held: [0; SHARDS],
            alarms: [None; SHARDS],
            gate: Gate::new(settings(self.limits, 0)),
            next: BTreeMap::new(),
            count: 0,
            now: self.start,
            life: 0,
            mended: false,
            found: Found::default(),
            recent: VecDeque::new(),
            begun: Vec::new(),
            knocks: Vec::new(),
            inside: BTreeMap::new(),
            ends: Vec::new(),
            random: 7,
        };
        for row in 0..self.leads {
            let poison = self.poison.is_some_and(|every| row % every == 3);
            run.rows.push(Row {
                state: Delivery::new(recipe, self.start),
                person: row % self.people,
                poison,
            });
            run.due[row % SHARDS].insert((self.start, row));
        }
        for kill in &self.kills {
            run.at(self.start + kill, Happening::Kill);
        }
        run.go();
        if self.poison.is_some() {
            let (done, last) = (run.found.done, run.found.last);
            run.replay();
            run.found.last = last;
            assert_eq!(run.found.done, done + run.found.dead, "not every replay was delivered");
        }
        run.judge();
        run.found
    }
}

impl Run<'_> {
    fn at(&mut self, time: u64, happening: Happening) {
        self.count += 1;
        self.next.insert((time.max(self.now), self.count), happening);
    }

    /// One alarm for each shard.
    fn alarm(&mut self, shard: usize, time: u64) {
        if let Some(set) = self.alarms[shard].replace((time.max(self.now), self.count + 1)) {
            self.next.remove(&set);
        }
        self.at(time, Happening::Pump(shard));
    }

    fn below(&mut self, most: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % most
    }

    fn go(&mut self) {
        for shard in 0..SHARDS {
            self.alarm(shard, self.now);
        }
        while let Some(((time, _), happening)) = self.next.pop_first() {
            self.now = time;
            match happening {
                Happening::Pump(shard) => {
                    self.alarms[shard] = None;
                    self.pump(shard);
                }
                Happening::Hear { row, life, outcome } if life == self.life => self.hear(row, &outcome),
                Happening::Hear { .. } => {}
                Happening::Kill => self.kill(),
            }
        }
    }

    /// What is stored is all that goes on.
    fn kill(&mut self) {
        self.life += 1;
        self.gate.die();
        self.held = [0; SHARDS];
        for shard in 0..SHARDS {
            for row in std::mem::take(&mut self.running[shard]) {
                self.due[shard].insert((self.rows[row].state.next, row));
            }
            self.alarm(shard, self.now + 200);
        }
    }

    fn pump(&mut self, shard: usize) {
        while self.running[shard].len() < AT_ONCE {
            let Some((next, row)) = self.due[shard].first().copied() else { return };
            let when = next.max(self.held[shard]);
            if when > self.now {
                return self.alarm(shard, when);
            }
            self.due[shard].remove(&(next, row));
            self.deliver(shard, row);
        }
    }

    fn deliver(&mut self, shard: usize, row: usize) {
        let (id, keys, name) = (row.to_string(), self.rows[row].person.to_string(), shard.to_string());
        let lost = self.rows[row].state.phase == Phase::Sent;
        let (form, fills) = ("form", "");
        let acquire = Acquire { id: &id, keys: &keys, shard: &name, form, fills, deadline: LEASE, lost };
        match self.ask(Asked::Acquire(acquire)) {
            Reply::Wait { until, scope, .. } => {
                if scope == Scope::Account {
                    self.held[shard] = until;
                } else {
                    self.step(row, Event::Held { until });
                }
                self.due[shard].insert((self.rows[row].state.next, row));
            }
            Reply::Granted { doubt, others, kept, .. } => {
                let place = Some(self.now + LEASE);
                if let Effect::Send { .. } = self.step(row, Event::Due { doubt, others, kept, place }) {
                    self.running[shard].insert(row);
                    self.arrive(row);
                } else {
                    self.ask(Asked::Release(Release { id: &id, form, ..Release::default() }));
                    self.due[shard].insert((self.rows[row].state.next, row));
                }
            }
            Reply::Released { .. } => panic!("a place was asked for"),
        }
    }

    /// What the account answers. There is a token whenever it wants one.
    fn ask(&mut self, event: Asked<'_>) -> Reply {
        let mut tasks = self.gate.ask((), event, self.now, Fate::default());
        while let Some(task) = tasks.pop() {
            let (number, event) = match task {
                Task::Answer((), reply) => return reply.expect("a sound disk"),
                Task::SignIn { number, .. } => (number, Asked::Signed("t", 3_600_000)),
                Task::Midnight { number } => {
                    (number, Asked::Midnight(self.crowd.quota.map_or(0, |(_, until)| until)))
                }
                Task::Look { .. } | Task::Log(_) => panic!("nothing closes here: {task:?}"),
            };
            tasks.extend(self.gate.heard(number, event, self.now, Fate::default()));
        }
        panic!("nobody answers")
    }

    fn step(&mut self, row: usize, event: Event) -> Effect {
        let random = self.below(1 << 31) as u32;
        self.rows[row].state.step(self.recipe, TIMING, event, self.now, random)
    }

    /// The CRM counts for itself.
    fn arrive(&mut self, row: usize) {
        let Row { person, poison, .. } = self.rows[row];
        // One answer in ten takes two seconds.
        let takes = if self.below(10) == 0 { 2_000 } else { 100 + self.below(200) };
        let ends = self.now + takes;
        self.begun.push(self.now);
        self.recent.push_back(self.now);
        while self.recent.front().is_some_and(|began| began + self.crowd.limits.window <= self.now) {
            self.recent.pop_front();
        }
        self.found.window = self.found.window.max(self.recent.len());
        self.ends.retain(|end| *end > self.now);
        self.ends.push(ends);
        self.found.at_once = self.found.at_once.max(self.ends.len());
        let outcome = match self.crowd.quota {
            Some((from, until)) if (from..until).contains(&self.now) => {
                self.knocks.push(self.now);
                retry("crm.quota", Reason::Quota, 900_000)
            }
            _ if poison && !self.mended => refused("crm.field"),
            _ => {
                let busy = self.inside.insert(person, ends).is_some_and(|end| end > self.now);
                self.found.overlaps += usize::from(busy);
                Outcome::Stored {
                    id: Some(person.to_string()),
                    status: "created".into(),
                    warnings: Vec::new(),
                }
            }
        };
        self.at(ends, Happening::Hear { row, life: self.life, outcome });
    }

    fn hear(&mut self, row: usize, outcome: &Outcome) {
        let shard = row % SHARDS;
        self.running[shard].remove(&row);
        let before = self.rows[row].state.attempts;
        self.step(row, Event::Outcome { outcome: outcome.clone() });
        let id = row.to_string();
        self.ask(Asked::Release(Release {
            id: &id,
            form: "form",
            token: "t",
            said: said(outcome),
            write: true,
            ..Release::default()
        }));
        match outcome {
            Outcome::Retry { reason: Reason::Quota, .. } => {
                self.found.burned += self.rows[row].state.attempts - before;
            }
            Outcome::Stored { .. } | Outcome::Refused { .. } => {}
            other => assert_eq!(other, &lost(), "nothing else happens here"),
        }
        match self.rows[row].state.phase {
            Phase::Done => {
                self.found.done += 1;
                self.found.last = self.now - self.crowd.start;
            }
            Phase::Dead => self.found.dead += 1,
            _ => {
                self.due[shard].insert((self.rows[row].state.next, row));
            }
        }
        if matches!(outcome, Outcome::Refused { .. }) {
            assert_eq!(self.rows[row].state.phase, Phase::Dead, "a refusal is the verdict");
        }
        self.held[shard] = 0;
        self.pump(shard);
    }

    /// What was refused is mended and sent on.
    fn replay(&mut self) {
        self.mended = true;
        for row in 0..self.rows.len() {
            if self.rows[row].state.phase == Phase::Dead {
                self.rows[row].state = self.rows[row].state.replayed(self.recipe, self.now);
                self.due[row % SHARDS].insert((self.now, row));
            }
        }
        self.go();
    }

    fn judge(&mut self) {
        for (at, row) in self.rows.iter().enumerate() {
            assert_eq!(row.state.phase, Phase::Done, "row {at}: {:?}", row.state);
        }
        // The last window is not full of work any more.
        let limits = self.crowd.limits;
        let span = self.begun.last().copied().unwrap_or_default() - self.crowd.start;
        let windows = (span / limits.window).max(1);
        let full =
            self.begun.iter().filter(|began| **began < self.crowd.start + windows * limits.window).count();
        self.found.percent = full as u64 * 100 / (windows * u64::from(limits.calls));
        self.found.knocks = self.knocks.len();
        let after: Vec<u64> = self.knocks.iter().skip(limits.at_once as usize).copied().collect();
        self.found.probes = after
            .iter()
            .map(|from| after.iter().filter(|at| (*from..from + PROBE_EVERY).contains(at)).count())
            .max()
            .unwrap_or_default();
    }
}
