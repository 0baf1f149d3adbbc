//! A small world: its objects, the words between them, and what befalls these.

use crate::account::{AccountHost, Fate, Task, said, settings};
use crate::crm::{Crm, Kind, LONGEST, Who, lost};
use crate::outbox::{Outbox, Ticket, World as Host, arrives, happens, hears};
use crate::store::{Store, Stored};
use fieldpost::delivery::outbox::{Call as Sending, Delivery, Recipe};
use fieldpost::relay::account::{Acquire, Event as Asked, Release, Reply};
use fieldpost::relay::delivering::{DEADLINE, LIMITER_DEADLINE};
use fieldpost::relay::effect::Effect;
use fieldpost::relay::limiter::Limits;
use fieldpost::relay::outbox::Event;
use fieldpost::relay::run::{Failure, Heard, Run};
use fieldpost::{System, recipe};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

const START: u64 = 1_795_000_000_000;
const SHARDS: usize = 2;
/// The person and the outbox of each lead.
const LEADS: [(usize, usize); 3] = [(0, 0), (0, 1), (1, 0)];
/// Alarms and timers ring at a whole number of these: late, as a platform may. So moments that differ by little are one.
const GRID: u64 = 15_000;
/// A page sends again what was not acknowledged.
const AGAIN: u64 = 10_000;
/// The cron asks every outbox to look this often, should the platform lose an alarm.
const CRON: u64 = 300_000;
/// Whoever is not at rest by then never is.
const LONG: u64 = 2 * 60 * 60 * 1_000;

/// The faults that may strike, once each.
pub(crate) const FAULTS: [&str; 5] = ["crash", "reply", "alarm", "token", "disk"];

/// A world: its system, and how many calls may be out at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    system: System,
    kind: Kind,
    at_once: u32,
    lag: u64,
}

/// One that repeats an activity, one that would create a person twice, and one with a single lease.
pub(crate) const PLANS: [Plan; 3] = [
    Plan { name: "marketo", system: System::Marketo, kind: Kind::Form, at_once: 2, lag: 0 },
    Plan { name: "pardot", system: System::Pardot, kind: Kind::Creates, at_once: 2, lag: 20_000 },
    Plan { name: "one", system: System::Marketo, kind: Kind::Form, at_once: 1, lag: 0 },
];

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum What {
    /// A word arrives.
    Word(usize),
    Alarm(usize),
    Timer(usize),
    Cron,
}

/// What befalls it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The outbox dies before this effect.
    OutboxDies(u32),
    /// The limiter dies before this effect.
    LimiterDies(u32),
    /// A call never arrives.
    Dropped,
    /// It is carried out, and nobody hears of it.
    Unheard,
    /// The connection breaks at once, and the call is carried out late.
    Broken,
    /// What the limiter says is lost.
    Unanswered,
    /// What is asked of the limiter is lost.
    Unasked,
    /// The alarm never rings.
    NoAlarm,
    /// The token is good for nothing any more.
    NoToken,
    OutboxFull,
    LimiterFull,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Fault::OutboxDies(_) | Fault::LimiterDies(_) => "crash",
            Fault::Dropped
            | Fault::Unheard
            | Fault::Broken
            | Fault::Unanswered
            | Fault::Unasked => "reply",
            Fault::NoAlarm => "alarm",
            Fault::NoToken => "token",
            Fault::OutboxFull | Fault::LimiterFull => "disk",
        }
    }
}

/// How many effects of an outbox's a step had, and of the limiter's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Steps {
    outbox: u32,
    host: u32,
}

#[derive(Clone, Debug)]
struct Call {
    write: bool,
    who: Who,
    record: Option<usize>,
    token: u64,
    ticket: Ticket,
}

/// A word on its way.
#[derive(Clone, Debug)]
enum Word {
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
    plan: Plan,
    now: u64,
    store: Store,
    outboxes: [Outbox; SHARDS],
    host: AccountHost<Ticket>,
    crm: Crm,
    /// With the time at which each arrives; those of now in any order.
    words: Vec<(u64, Word)>,
    alarms: [Option<u64>; SHARDS],
    timers: [Option<(u64, u64)>; SHARDS],
    acknowledged: [bool; LEADS.len()],
    /// The faults that may still strike.
    left: Vec<&'static str>,
    alarm_lost: bool,
    /// The requests that were made.
    rendered: [Option<(Who, Option<usize>, bool)>; LEADS.len()],
    /// What befalls the step that is under way.
    fault: Option<Fault>,
    is_full: bool,
    pub(crate) steps: Steps,
    pub(crate) broken: Option<String>,
    sum: u64,
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
        let limits = Limits { calls: 10, window: 20_000, at_once: plan.at_once };
        let mut store = Store::default();
        for (person, shard) in LEADS {
            store.add(Stored {
                shard,
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
            crm: Crm::new(plan.kind, plan.lag, LEADS.len()),
            words: (0..LEADS.len()).map(|lead| (START, Word::Accept { lead })).collect(),
            alarms: [None; SHARDS],
            timers: [None; SHARDS],
            acknowledged: [false; LEADS.len()],
            left: faults.to_vec(),
            alarm_lost: false,
            rendered: [None; LEADS.len()],
            fault: None,
            is_full: false,
            steps: Steps::default(),
            broken: None,
            sum: 0,
        };
        world.sum_up();
        world
    }

    /// All leads are taken, and all are where they belong.
    pub(crate) fn is_over(&self) -> bool {
        self.words.is_empty()
            && self.acknowledged.iter().all(|yes| *yes)
            && self.store.rows.iter().all(|row| matches!(row.phase, "done" | "dead"))
    }

    /// None is lost, none is there twice unless it says so, and nobody is there twice.
    pub(crate) fn is_well(&self) -> bool {
        let leads = self.store.rows.iter().zip(&self.crm.written).all(|(row, written)| {
            let is_marked = *written < 2 || self.plan.kind != Kind::Form || row.maybe_repeated;
            row.phase == "done" && *written > 0 && is_marked
        });
        leads && self.crm.people.len() == 2
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
        if steps.host > 0 {
            faults.extend([Fault::LimiterFull, Fault::Unasked]);
        }
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
        if let Some(fault) = fault {
            self.left.retain(|left| *left != fault.name());
        }
        if self.is_full {
            self.fault = None;
        }
        self.happens(what);
        self.is_full = false;
        assert!(self.now < START + LONG, "not at rest after two hours");
        // What nobody waits for is heard by nobody.
        let World { words, outboxes, host, .. } = self;
        words.retain(|(_, word)| match word {
            Word::Said { ticket, .. } => outboxes[LEADS[ticket.row].1].waits_for(*ticket),
            Word::Signed { life, .. } | Word::Looked { life, .. } => host.life == *life,
            _ => true,
        });
        for (timer, outbox) in self.timers.iter_mut().zip(&self.outboxes) {
            timer.take_if(|(_, life)| *life != outbox.life);
        }
        self.fault.take().is_none()
    }

    fn befalls(&mut self, fault: Fault) -> bool {
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
                    self.set_alarm(shard, self.now + 2_000);
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

    fn hear(&mut self, word: Word) {
        match word {
            Word::Accept { lead } => self.accept(lead),
            Word::Said { ticket, heard, by_limiter } => {
                if by_limiter && self.befalls(Fault::Unanswered) {
                    return self.unanswered(ticket);
                }
                hears(self, ticket, *heard);
            }
            Word::Signed { number, .. } => {
                let token = self.crm.token.to_string();
                self.limiter_hears(number, Asked::Signed(&token, 3_540_000));
            }
            Word::Looked { number, token, .. } => {
                let outcome = self.crm.look(token, self.now);
                self.limiter_hears(number, Asked::Looked(said(&outcome)));
            }
            Word::Arrive { call } => self.arrive(call),
            Word::Commit { call, until, is_heard } => {
                let outcome = self.crm.commit(call.who, call.ticket.row, until);
                if is_heard {
                    self.tell(
                        self.now,
                        call.ticket,
                        Heard::Called { outcome, pace: None, after: None },
                    );
                }
            }
        }
    }

    fn accept(&mut self, lead: usize) {
        let shard = LEADS[lead].1;
        if self.is_full {
            return self.words.push((self.now + AGAIN, Word::Accept { lead }));
        }
        if self.store.rows[lead].phase == "away" {
            let now = self.now;
            self.store.change(lead, |row| (row.phase, row.next) = ("waiting", now));
        }
        let life = self.outboxes[shard].life;
        arrives(self, shard, Event::Arrived(vec!["0".to_owned()]));
        if self.outboxes[shard].life == life {
            assert!(
                self.alarms[shard].is_some(),
                "lead {lead} is acknowledged, and no alarm stands"
            );
            self.acknowledged[lead] = true;
        } else {
            self.words.push((self.now + AGAIN, Word::Accept { lead }));
        }
    }

    fn tell(&mut self, time: u64, ticket: Ticket, heard: Heard) {
        self.words.push((time, Word::Said { ticket, heard: Box::new(heard), by_limiter: false }));
    }

    fn unanswered(&mut self, ticket: Ticket) {
        let failure = Failure { code: "gate.failed".to_owned(), ..Failure::default() };
        self.tell(self.now + LIMITER_DEADLINE, ticket, Heard::Failed(failure));
    }

    /// A call reaches the system.
    fn arrive(&mut self, call: Call) {
        let unknown = |outcome| Heard::Called { outcome, pace: None, after: None };
        if self.befalls(Fault::Dropped) {
            return self.tell(self.now + DEADLINE, call.ticket, unknown(lost()));
        }
        if self.befalls(Fault::NoToken) {
            self.crm.token += 1;
        }
        if let Some(outcome) = self.crm.knock(call.token, false, (0, call.write), self.now) {
            return self.tell(self.now, call.ticket, unknown(outcome));
        }
        let is_unheard = self.befalls(Fault::Unheard);
        let is_broken = self.befalls(Fault::Broken);
        if is_unheard || is_broken {
            let after = if is_broken { 0 } else { DEADLINE };
            self.tell(self.now + after, call.ticket, unknown(lost()));
        }
        let is_heard = !is_unheard && !is_broken;
        if !call.write {
            if is_heard {
                let outcome = self.crm.read(call.who, self.now);
                self.tell(self.now, call.ticket, unknown(outcome));
            }
            return;
        }
        // Between its beginning and its end anything may happen; what the connection has left takes as long as it may.
        let (time, until) = if is_broken {
            (self.now + LONGEST, self.now + LONGEST)
        } else {
            (self.now, self.now + 1)
        };
        self.crm.begin(call.who, call.record, until, self.now);
        self.words.push((time, Word::Commit { call, until, is_heard }));
    }

    fn fate(&mut self) -> Fate {
        let full = self.befalls(Fault::LimiterFull);
        let dies = match self.fault {
            Some(Fault::LimiterDies(at)) => Some(at as usize),
            _ => None,
        };
        if dies.is_some() {
            self.fault = None;
        }
        Fate { traps: false, full, dies }
    }

    fn ask_limiter(&mut self, ticket: Ticket, event: Asked<'_>) {
        if self.befalls(Fault::Unasked) {
            return self.unanswered(ticket);
        }
        let fate = self.fate();
        let tasks = self.host.ask(ticket, event, self.now, fate);
        self.carry_out(tasks);
    }

    fn limiter_hears(&mut self, number: u64, event: Asked<'_>) {
        let fate = self.fate();
        let tasks = self.host.heard(number, event, self.now, fate);
        self.carry_out(tasks);
    }

    fn carry_out(&mut self, tasks: Vec<Task<Ticket>>) {
        // It is enough to die before each of so many.
        self.steps.host = self.steps.host.max(6);
        let life = self.host.life;
        for task in tasks {
            match task {
                Task::Answer(ticket, reply) => self.answer(ticket, reply),
                Task::SignIn { number, .. } => {
                    self.words.push((self.now, Word::Signed { life, number }));
                }
                Task::Look { number, token } => {
                    let token = token.parse().unwrap();
                    self.words.push((self.now, Word::Looked { life, number, token }));
                }
                Task::Midnight { .. } => panic!("no quota here is used up"),
                Task::Log(_) => {}
            }
        }
    }

    fn answer(&mut self, ticket: Ticket, reply: Option<Reply>) {
        let heard = match reply {
            None => Heard::Failed(Failure { code: "gate.failed".to_owned(), ..Failure::default() }),
            Some(Reply::Wait { until, scope, target }) => {
                Heard::Held { until, scope: scope.name().to_owned(), target }
            }
            Some(Reply::Granted { uncertain_until, others, kept, probe, version, token }) => {
                let out = self.host.limiter().leases.len();
                assert!(out <= self.plan.at_once as usize, "{out} places at once");
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
            Some(Reply::Released { hold, until, opened, blamed }) => {
                Heard::Released { hold, until, blamed, opened }
            }
        };
        self.words
            .push((self.now, Word::Said { ticket, heard: Box::new(heard), by_limiter: true }));
    }

    fn render(&mut self, row: usize, state: &Delivery) -> (bool, Option<String>) {
        let who = Who { email: Some(LEADS[row].0), phone: None };
        let write = matches!(state.call, Sending::Write | Sending::Found);
        let record = state.record.as_ref().filter(|_| state.call == Sending::Found);
        self.rendered[row] = Some((who, record.map(|id| id.parse().unwrap()), write));
        (write, None)
    }

    /// What tells this state from another one. Lives and the numbers of questions do not: what they are for is done.
    pub(crate) fn sum_up(&mut self) {
        let mut sum = DefaultHasher::new();
        (self.now, self.alarms, self.acknowledged, &self.left, self.alarm_lost, &self.broken)
            .hash(&mut sum);
        self.timers.map(|timer| timer.map(|(time, _)| time)).hash(&mut sum);
        for row in &self.store.rows {
            (
                row.phase,
                row.next,
                &row.state,
                &row.code,
                &row.hold,
                row.trouble,
                row.maybe_repeated,
            )
                .hash(&mut sum);
        }
        for outbox in &self.outboxes {
            let (schedule, runs) = outbox.held();
            schedule.hash(&mut sum);
            for run in runs {
                format!("{run:?}").hash(&mut sum);
            }
        }
        self.host.kept().hash(&mut sum);
        format!("{:?} {:?} {:?}", self.host.limiter(), self.crm, self.rendered).hash(&mut sum);
        let mut words: Vec<String> = self
            .words
            .iter()
            .map(|(time, word)| match word {
                Word::Said { ticket, heard, by_limiter } => {
                    format!("{time} {} {heard:?} {by_limiter}", ticket.row)
                }
                Word::Arrive { call } => format!("{time} arrive {} {call}", self.hears_of(call)),
                Word::Commit { call, until, is_heard } => {
                    format!("{time} commit {} {call} {until} {is_heard}", self.hears_of(call))
                }
                word => format!("{time} {word:?}"),
            })
            .collect();
        words.sort_unstable();
        words.hash(&mut sum);
        self.sum = sum.finish();
    }

    fn hears_of(&self, call: &Call) -> bool {
        self.outboxes[LEADS[call.ticket.row].1].waits_for(call.ticket)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Call { write, who, record, token, ticket } = self;
        write!(to, "{write} {who:?} {record:?} {token} {}", ticket.row)
    }
}

impl Host for World {
    fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    fn outbox(&mut self, shard: usize) -> &mut Outbox {
        &mut self.outboxes[shard]
    }

    fn recipes(&self) -> Vec<&'static Recipe> {
        vec![recipe(self.plan.system).expect("a system of leads")]
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

    /// One backoff is as good as another: none of them makes two moments one that are not on the grid.
    fn random(&mut self) -> u32 {
        0
    }

    fn dies(&mut self, _: usize) -> bool {
        let at = self.steps.outbox;
        self.steps.outbox += 1;
        self.befalls(Fault::OutboxDies(at))
    }

    fn is_full(&self, _: usize) -> bool {
        self.is_full
    }

    fn set_alarm(&mut self, shard: usize, at: u64) {
        assert!(at > self.now, "an alarm at or before now");
        self.alarms[shard] = Some(on_grid(at));
    }

    fn set_timer(&mut self, shard: usize, after: u64) {
        self.timers[shard] = Some((on_grid(self.now + after), self.outboxes[shard].life));
    }

    fn ask(&mut self, ticket: Ticket, _: &Run, effect: Effect) {
        let row = ticket.row;
        match effect {
            Effect::Acquire { lost, deadline } => {
                let Stored { persons, shard, .. } = self.store.rows[row].clone();
                let (id, shard) = (row.to_string(), shard.to_string());
                let acquire = Acquire {
                    id: &id,
                    keys: &persons,
                    shard: &shard,
                    form: "form",
                    fills: "",
                    deadline,
                    lost,
                };
                self.ask_limiter(ticket, Asked::Acquire(acquire));
            }
            Effect::Release { outcome, unsent, token, write, goes_on, landed, after, .. } => {
                let id = row.to_string();
                let release = Release {
                    id: &id,
                    form: "form",
                    fills: "",
                    token: token.as_deref().unwrap_or_default(),
                    said: outcome.as_ref().map(said).unwrap_or_default(),
                    unsent,
                    write,
                    goes_on,
                    landed,
                    left: None,
                    until: None,
                    after,
                };
                self.ask_limiter(ticket, Asked::Release(release));
            }
            Effect::Render { state, .. } => {
                let state = serde_json::from_str(&state).unwrap();
                let (write, identity) = self.render(row, &state);
                self.tell(self.now, ticket, Heard::Rendered { write, identity, stands: true });
            }
            Effect::Send { token, .. } => {
                let (who, record, write) = self.rendered[row].expect("a request that was made");
                let call = Call { write, who, record, token: token.parse().unwrap(), ticket };
                self.words.push((self.now, Word::Arrive { call }));
            }
            Effect::Sleep { after } => self.tell(on_grid(self.now + after), ticket, Heard::Slept),
            other => panic!("{other:?} is no question"),
        }
    }

    fn saw(&mut self, _: Option<usize>, _: &Effect) {}
}

fn on_grid(time: u64) -> u64 {
    START + (time - START).div_ceil(GRID) * GRID
}
