//! Thousands of leads of one account on a virtual clock: the limiter and the outbox as they are, no fault but the one
//! that is asked for. What is judged is how fast they go, and that they never go faster.

use crate::account::{AccountHost, Fate, Task, said, settings};
use crate::crm::{lost, refused, retry};
use crate::outbox::{Outbox, Ticket, World, arrives, happens, hears};
use crate::store::{Store, Stored};
use fieldpost::delivery::outbox::{Delivery, Recipe};
use fieldpost::outcome::Reason;
use fieldpost::relay::account::{Acquire, Event as Asked, Release, Reply};
use fieldpost::relay::effect::Effect;
use fieldpost::relay::limiter::{Limits, PROBE_EVERY, Scope};
use fieldpost::relay::outbox::Event;
use fieldpost::relay::run::Heard;
use fieldpost::{Outcome, System, recipe};
use std::collections::{BTreeMap, VecDeque};

const SHARDS: usize = 4;

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
    /// So often a delivery asked, and the account had no lease.
    pub(crate) turned_away: usize,
}

#[derive(Clone, Debug)]
enum Happening {
    Alarm(usize),
    Ring { shard: usize, life: u64 },
    Said { ticket: Ticket, heard: Heard },
    Kill,
}

struct Run<'a> {
    crowd: &'a Crowd,
    recipe: &'static Recipe,
    store: Store,
    outboxes: [Outbox; SHARDS],
    alarms: [Option<(u64, u64)>; SHARDS],
    timers: [Option<(u64, u64)>; SHARDS],
    host: AccountHost<()>,
    next: BTreeMap<(u64, u64), Happening>,
    count: u64,
    now: u64,
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
            store: Store::default(),
            outboxes: Default::default(),
            alarms: [None; SHARDS],
            timers: [None; SHARDS],
            host: AccountHost::new(settings(self.limits, 0)),
            next: BTreeMap::new(),
            count: 0,
            now: self.start,
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
            run.store.add(Stored {
                shard: row % SHARDS,
                account: 0,
                form: "form",
                persons: (row % self.people).to_string(),
                fills: "",
                state: serde_json::to_string(&Delivery::new(recipe, self.start)).unwrap(),
                phase: "waiting",
                next: self.start,
                code: None,
                hold: None,
                trouble: None,
                maybe_repeated: false,
            });
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
    fn below(&mut self, most: u64) -> u64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % most
    }

    fn at(&mut self, time: u64, happening: Happening) {
        self.count += 1;
        self.next.insert((time.max(self.now), self.count), happening);
    }

    fn is_poison(&self, row: usize) -> bool {
        self.crowd.poison.is_some_and(|every| row % every == 3)
    }

    /// Each outbox looks, and then whatever happens.
    fn go(&mut self) {
        for shard in 0..SHARDS {
            arrives(self, shard, Event::Alarm);
        }
        while let Some(((time, _), happening)) = self.next.pop_first() {
            assert!(time < self.crowd.start + 3 * 24 * 60 * 60 * 1_000, "the crowd does not end");
            self.now = time;
            match happening {
                Happening::Alarm(shard) => {
                    self.alarms[shard] = None;
                    arrives(self, shard, Event::Alarm);
                }
                Happening::Ring { shard, life } if self.outboxes[shard].life == life => {
                    self.timers[shard] = None;
                    happens(self, shard, Event::Ring);
                }
                Happening::Ring { .. } => {}
                Happening::Said { ticket, heard } => hears(self, ticket, heard),
                Happening::Kill => self.kill(),
            }
        }
    }

    /// What is stored is all that goes on. The launcher wakes the outboxes.
    fn kill(&mut self) {
        self.host.die();
        for shard in 0..SHARDS {
            self.outboxes[shard].die();
            self.at(self.now + 200, Happening::Alarm(shard));
        }
    }

    /// The CRM counts for itself.
    fn arrive(&mut self, ticket: Ticket) {
        let (row, poison) = (ticket.row, self.is_poison(ticket.row));
        let person = row % self.crowd.people;
        // One answer in ten takes two seconds.
        let takes = if self.below(10) == 0 { 2_000 } else { 100 + self.below(200) };
        let ends = self.now + takes;
        self.begun.push(self.now);
        self.recent.push_back(self.now);
        while self.recent.front().is_some_and(|began| began + self.crowd.limits.window <= self.now)
        {
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
                    record: None,
                }
            }
        };
        self.at(
            ends,
            Happening::Said { ticket, heard: Heard::Called { outcome, pace: None, after: None } },
        );
    }

    fn acquire(&mut self, row: usize, lost: bool, deadline: u64) -> Heard {
        let (id, shard) = (row.to_string(), (row % SHARDS).to_string());
        let keys = self.store.rows[row].persons.clone();
        let acquire = Acquire {
            id: &id,
            keys: &keys,
            shard: &shard,
            form: "form",
            fills: "",
            deadline,
            lost,
            spare: false,
        };
        match self.ask_limiter(Asked::Acquire(acquire)) {
            Reply::Wait { until, scope, target } => {
                self.found.turned_away += usize::from(scope == Scope::Account);
                Heard::Held { until, scope: scope.name().to_owned(), target }
            }
            Reply::Granted { uncertain_until, others, kept, probe, version, token } => {
                Heard::Granted {
                    asked: self.now,
                    uncertain_until,
                    others,
                    kept,
                    probe,
                    version,
                    token,
                    stands: true,
                }
            }
            Reply::Released { .. } => panic!("a place was asked for"),
        }
    }

    fn release(&mut self, row: usize, outcome: Option<&Outcome>) -> Heard {
        let id = row.to_string();
        let release = Release {
            id: &id,
            form: "form",
            token: "t",
            said: outcome.map(said).unwrap_or_default(),
            write: true,
            ..Release::default()
        };
        match outcome {
            Some(Outcome::Retry { reason: Reason::Quota, .. }) => {
                let state: Delivery = serde_json::from_str(&self.store.rows[row].state).unwrap();
                self.found.burned += state.attempts;
            }
            None | Some(Outcome::Stored { .. } | Outcome::Refused { .. }) => {}
            Some(other) => assert_eq!(other, &lost(), "nothing else happens here"),
        }
        match self.ask_limiter(Asked::Release(release)) {
            Reply::Released { hold, until, blamed, opened } => {
                Heard::Released { hold, until, blamed, opened }
            }
            reply => panic!("{reply:?} to a release"),
        }
    }

    /// What the account answers. There is a token whenever it wants one.
    fn ask_limiter(&mut self, event: Asked<'_>) -> Reply {
        let mut tasks = self.host.ask((), event, self.now, Fate::default());
        while let Some(task) = tasks.pop() {
            let (number, event) = match task {
                Task::Answer((), reply) => return reply.expect("a sound disk"),
                Task::SignIn { number, .. } => (number, Asked::Signed("t", 3_600_000)),
                Task::Midnight { number } => {
                    (number, Asked::Midnight(self.crowd.quota.map_or(0, |(_, until)| until)))
                }
                Task::Look { .. } | Task::Log(_) => panic!("nothing closes here: {task:?}"),
            };
            tasks.extend(self.host.heard(number, event, self.now, Fate::default()));
        }
        panic!("nobody answers")
    }

    /// What was refused is mended and sent on.
    fn replay(&mut self) {
        self.mended = true;
        let now = self.now;
        for row in 0..self.store.rows.len() {
            if self.store.rows[row].phase == "dead" {
                let state: Delivery = serde_json::from_str(&self.store.rows[row].state).unwrap();
                let state = serde_json::to_string(&state.replayed(self.recipe, now)).unwrap();
                self.store
                    .change(row, |row| (row.state, row.phase, row.next) = (state, "waiting", now));
            }
        }
        self.go();
    }

    fn judge(&mut self) {
        for (at, row) in self.store.rows.iter().enumerate() {
            assert_eq!(row.phase, "done", "row {at}: {row:?}");
        }
        // The last window is not full of work any more.
        let limits = self.crowd.limits;
        let span = self.begun.last().copied().unwrap_or_default() - self.crowd.start;
        let windows = (span / limits.window).max(1);
        let full = self
            .begun
            .iter()
            .filter(|began| **began < self.crowd.start + windows * limits.window)
            .count();
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

impl World for Run<'_> {
    fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    fn outbox(&mut self, shard: usize) -> &mut Outbox {
        &mut self.outboxes[shard]
    }

    fn accounts(&self) -> usize {
        1
    }

    fn recipe(&self, account: usize) -> Option<&'static Recipe> {
        (account == 0).then_some(self.recipe)
    }

    fn forms(&self) -> &'static [&'static str] {
        &["form"]
    }

    fn is_paid(&self) -> bool {
        true
    }

    fn clock(&self) -> u64 {
        self.now
    }

    fn random(&mut self) -> u32 {
        self.below(1 << 31) as u32
    }

    fn dies(&mut self, _: usize) -> bool {
        false
    }

    fn is_full(&self, _: usize) -> bool {
        false
    }

    fn set_alarm(&mut self, shard: usize, at: u64) {
        if let Some(set) = self.alarms[shard].replace((at, self.count + 1)) {
            self.next.remove(&set);
        }
        self.at(at, Happening::Alarm(shard));
    }

    fn set_timer(&mut self, shard: usize, after: u64) {
        if let Some(set) = self.timers[shard].replace((self.now + after, self.count + 1)) {
            self.next.remove(&set);
        }
        let life = self.outboxes[shard].life;
        self.at(self.now + after, Happening::Ring { shard, life });
    }

    fn ask(&mut self, ticket: Ticket, effect: Effect) {
        let row = ticket.row;
        let heard = match &effect {
            Effect::Acquire { lost, deadline } => self.acquire(row, *lost, *deadline),
            Effect::Release { outcome, .. } => self.release(row, outcome.as_ref()),
            Effect::Render { .. } => Heard::Rendered { write: true, identity: None, stands: true },
            Effect::Send { .. } => return self.arrive(ticket),
            other => panic!("{other:?} is no question here"),
        };
        self.at(self.now, Happening::Said { ticket, heard });
    }

    fn saw(&mut self, row: Option<usize>, effect: &Effect) {
        if let (Some(row), Effect::Write { phase, answered: true, .. }) = (row, effect) {
            match *phase {
                "done" => {
                    self.found.done += 1;
                    self.found.last = self.now - self.crowd.start;
                }
                "dead" => self.found.dead += 1,
                phase => assert!(self.crowd.quota.is_some(), "row {row} is {phase}"),
            }
        }
    }
}
