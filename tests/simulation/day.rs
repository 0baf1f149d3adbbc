//! One day: the relay as the Worker runs it (accounts, outboxes, one hold for each account), and what befalls it.

mod delivering;

use crate::crm::{Crm, Kind, LONGEST, Login, Trouble, Who, lost, retry};
use crate::gate::{Fate as Befalls, Gate, Task, said, settings};
use fieldpost::delivery::outbox::{Call as Sending, Delivery, Effect, Event, Phase, Recipe, Timing};
use fieldpost::operation::Repeat;
use fieldpost::outcome::{Fault, Reason};
use fieldpost::relay::account::{Acquire, Event as Asked, Kind as Came, Release, Reply, Said};
use fieldpost::relay::limiter::{Limits, PROBE_EVERY, Scope};
use fieldpost::{Outcome, System, recipe};
use std::collections::{BTreeMap, BTreeSet};

const TIMING: Timing = Timing { deadline: 35_000, base: 1_000, cap: 600_000, scale: 1 };
/// As long as a call may take, and what may pass between the gate's word and the call.
const LEASE: u64 = 45_000;
/// What it once was: one second for the way.
const SHORT_LEASE: u64 = 36_000;
const DAY: u64 = 24 * 60 * 60 * 1_000;
/// Milliseconds since 1970, so that nothing is near zero.
const START: u64 = 1_795_000_000_000;
const LEADS: usize = 50;
const SHARDS: usize = 3;
const AT_ONCE: usize = 10;
/// What broke is asked again after this long, and a gate that says nothing is waited for this long.
const STUMBLED: u64 = 30_000;
const GATE_DEADLINE: u64 = 75_000;
const FORMS: [&str; 2] = ["one", "two"];

/// What a day without look-ups would do with a system that always creates.
static RECKLESS: Recipe =
    Recipe { probe: None, guard: None, write: "write", repeat: Repeat::Creates, spare: &[] };

/// What one that asked nobody whose a phone is would do.
static TRUSTING: Recipe =
    Recipe { probe: None, guard: None, write: "write", repeat: Repeat::Safe, spare: &[] };

/// What came of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) trace: u64,
    pub(crate) calls: u64,
    pub(crate) lost: u64,
    pub(crate) kills: u64,
    pub(crate) steps: u64,
    pub(crate) tokens: u64,
    pub(crate) quotas: u64,
    pub(crate) repeats: u64,
    pub(crate) replays: u64,
    pub(crate) lagged: u64,
    pub(crate) taken: u64,
    pub(crate) closed: u64,
    pub(crate) targets: u64,
    pub(crate) blamed: u64,
    pub(crate) sign_ins: u64,
    pub(crate) signed_in_vain: u64,
    pub(crate) dead_tokens: u64,
    pub(crate) traps: u64,
    pub(crate) deaths: u64,
    pub(crate) full: u64,
    pub(crate) unanswered: u64,
}

impl Seen {
    pub(crate) fn add(&mut self, other: &Seen) {
        self.trace ^= other.trace;
        self.calls += other.calls;
        self.lost += other.lost;
        self.kills += other.kills;
        self.steps += other.steps;
        self.tokens += other.tokens;
        self.quotas += other.quotas;
        self.repeats += other.repeats;
        self.replays += other.replays;
        self.lagged += other.lagged;
        self.taken += other.taken;
        self.closed += other.closed;
        self.targets += other.targets;
        self.blamed += other.blamed;
        self.sign_ins += other.sign_ins;
        self.signed_in_vain += other.signed_in_vain;
        self.dead_tokens += other.dead_tokens;
        self.traps += other.traps;
        self.deaths += other.deaths;
        self.full += other.full;
        self.unanswered += other.unanswered;
    }
}

#[derive(Clone, Debug)]
enum Happening {
    Accept {
        lead: usize,
    },
    Pump {
        shard: usize,
    },
    GoOn {
        row: usize,
        life: u64,
    },
    /// What an account's gate has the world do comes to its end.
    Signed {
        account: usize,
        life: u64,
        number: u64,
        login: Option<Login>,
    },
    Looked {
        account: usize,
        life: u64,
        number: u64,
        token: u64,
    },
    /// Its answer, or that there is none, comes to who asked.
    Told {
        asker: Asker,
        reply: Option<Reply>,
    },
    Die {
        account: usize,
    },
    Full {
        account: usize,
        lasts: u64,
    },
    Login {
        account: usize,
        login: Login,
        lasts: u64,
    },
    Arrive {
        row: usize,
        call: Call,
    },
    Commit {
        row: usize,
        call: Call,
    },
    Hear {
        row: usize,
        sent: u64,
        life: u64,
        token: u64,
        outcome: Outcome,
    },
    Kill,
    Restart,
    Step {
        by: i64,
    },
    Expire {
        account: usize,
    },
    Quota {
        account: usize,
    },
    Trouble {
        account: usize,
        fault: Fault,
        form: usize,
        lasts: u64,
    },
    Mend,
}

/// Who asked a gate, in which life of the relay's, and what for.
#[derive(Clone, Copy, Debug)]
struct Asker {
    row: usize,
    life: u64,
    what: What,
    /// By the relay's clock.
    asked: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    /// A place.
    Place,
    /// The call is over, and this delivery may go on in its place.
    Over { goes_on: bool },
    /// No call was made.
    Back,
    /// None can be made: the lead has none of its keys.
    Blind,
}

#[derive(Clone, Debug)]
struct Call {
    write: bool,
    /// What a read goes by, and what a write sends.
    who: Who,
    record: Option<usize>,
    token: u64,
    sent: u64,
    life: u64,
    fate: Fate,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Answered,
    /// The reply is lost; the call is carried out.
    Unheard,
    /// The connection breaks at once; the call is carried out all the same.
    Broken,
    /// It comes, and is dropped.
    Dropped,
    /// It never comes.
    Refused,
    Busy,
    Rate,
}

struct Row {
    lead: usize,
    account: usize,
    shard: usize,
    state: Delivery,
    /// The closed form that it waits for.
    hold: Option<String>,
}

struct Account {
    recipe: &'static Recipe,
    limits: Limits,
    gate: Gate<Asker>,
    /// How far the gate's clock is ahead of the outboxes'.
    ahead: i64,
    /// The disk takes no more until then.
    full: u64,
    /// When a token was asked for.
    sign_ins: Vec<u64>,
    crm: Crm,
    /// By shard: the whole account waits until then.
    held: Vec<u64>,
    /// By shard: so many ask at once, one fewer for each that is turned away.
    wide: Vec<usize>,
    /// By shard: when the closed form may be asked about, as `Holds` knows it.
    holds: Vec<BTreeMap<String, u64>>,
}

struct Lead {
    person: usize,
    /// What it has of the keys that prospects are matched by. The other systems know everybody by e-mail.
    who: Who,
    poison: bool,
}

pub(crate) struct Day {
    /// Prints what happens.
    pub(crate) tell: bool,
    /// Whether the relay looks people up.
    pub(crate) looks: bool,
    /// Whether it makes sure that a place outlives its call.
    pub(crate) careful: bool,
    /// Whether it asks whose a phone is.
    pub(crate) asks: bool,
    /// The owner lets a phone say who somebody is.
    by_phone: bool,
    /// One call in so many is as slow as may be.
    pub(crate) slow: u64,
    now: u64,
    skew: i64,
    stepped: bool,
    random: u64,
    next: BTreeMap<(u64, u64), Happening>,
    count: u64,
    /// Counts the relay's lives; nothing, while it is down.
    life: u64,
    up: bool,
    accounts: Vec<Account>,
    leads: Vec<Lead>,
    rows: Vec<Row>,
    running: BTreeMap<usize, u64>,
    /// The rows that are not done, by account and shard.
    open: Vec<Vec<usize>>,
    /// Between a look-up and its write.
    going_on: BTreeSet<usize>,
    /// When each shard's alarm rings.
    alarms: [Option<(u64, u64)>; SHARDS],
    trouble: u64,
    seen: Seen,
}

impl Day {
    pub(crate) fn new(seed: u64) -> Self {
        let mut day = Day {
            tell: false,
            looks: true,
            careful: true,
            asks: true,
            by_phone: false,
            slow: 20,
            now: START,
            skew: 0,
            stepped: false,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03,
            next: BTreeMap::new(),
            count: 0,
            life: 1,
            up: true,
            accounts: Vec::new(),
            leads: Vec::new(),
            rows: Vec::new(),
            running: BTreeMap::new(),
            open: vec![Vec::new(); 3 * SHARDS],
            going_on: BTreeSet::new(),
            alarms: [None; SHARDS],
            trouble: 0,
            seen: Seen::default(),
        };
        day.trouble = day.below(40);
        day
    }

    fn bits(&mut self) -> u64 {
        // splitmix64.
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.bits() % most.max(1)
    }

    fn at(&mut self, time: u64, happening: Happening) {
        self.count += 1;
        self.next.insert((time.max(self.now), self.count), happening);
    }

    /// What the relay's clock says.
    fn clock(&self) -> u64 {
        self.now.saturating_add_signed(self.skew)
    }

    /// The relay's clock's moment, in true time.
    fn when(&self, clock: u64) -> u64 {
        clock.saturating_add_signed(-self.skew).max(self.now)
    }

    pub(crate) fn run(mut self) -> Seen {
        self.plan();
        while let Some(((time, _), happening)) = self.next.pop_first() {
            assert!(time < START + 30 * DAY, "the day does not end");
            self.now = time;
            self.note(&happening);
            self.happens(happening);
        }
        self.judge(false);
        self.now += PROBE_EVERY;
        self.happens(Happening::Mend);
        while let Some(((time, _), happening)) = self.next.pop_first() {
            self.now = time;
            self.note(&happening);
            self.happens(happening);
        }
        self.judge(true);
        self.seen
    }

    fn note(&mut self, happening: &Happening) {
        let kind = match happening {
            Happening::Accept { lead } => *lead as u64,
            Happening::Pump { shard } => 100 + *shard as u64,
            Happening::Signed { account, .. } => 200 + *account as u64,
            Happening::Arrive { row, .. } => 1_000 + *row as u64,
            Happening::Commit { row, .. } => 2_000 + *row as u64,
            Happening::Hear { row, .. } => 3_000 + *row as u64,
            Happening::GoOn { row, .. } => 4_000 + *row as u64,
            Happening::Told { asker, .. } => 5_000 + asker.row as u64,
            Happening::Kill => 300,
            Happening::Restart => 301,
            Happening::Step { .. } => 302,
            Happening::Expire { account } => 310 + *account as u64,
            Happening::Quota { account } => 320 + *account as u64,
            Happening::Trouble { account, .. } => 330 + *account as u64,
            Happening::Looked { account, .. } => 340 + *account as u64,
            Happening::Die { account } => 350 + *account as u64,
            Happening::Full { account, .. } => 360 + *account as u64,
            Happening::Login { account, .. } => 370 + *account as u64,
            Happening::Mend => 303,
        };
        for word in [self.now, kind] {
            self.seen.trace = (self.seen.trace ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        }
        if self.tell && !matches!(happening, Happening::Pump { .. }) {
            println!("{:>9} {happening:?}", self.now - START);
        }
    }

    /// Decides the day: who comes when, and what goes wrong.
    fn plan(&mut self) {
        let lags: [u64; 3] = std::array::from_fn(|_| self.below(60_000));
        let at_once = 1 + self.below(5) as u32;
        let limits = Limits { calls: 10 + self.below(40) as u32, window: 20_000, at_once };
        let pardot = if self.looks { recipe(System::Pardot).unwrap() } else { &RECKLESS };
        for (recipe, kind, lag) in [
            (recipe(System::Marketo).unwrap(), Kind::Form, lags[0]),
            (pardot, Kind::Creates, lags[1]),
            (if self.asks { recipe(System::Prospects).unwrap() } else { &TRUSTING }, Kind::Upsert, lags[2]),
        ] {
            self.accounts.push(Account {
                recipe,
                limits,
                gate: Gate::new(settings(limits, recipe.lag())),
                ahead: 0,
                full: 0,
                sign_ins: Vec::new(),
                crm: Crm::new(kind, lag, LEADS),
                held: vec![0; SHARDS],
                wide: vec![AT_ONCE; SHARDS],
                holds: vec![BTreeMap::new(); SHARDS],
            });
        }
        let people = 1 + self.below(LEADS as u64);
        // A phone is a household's, or an office's.
        let lines = 1 + self.below(people);
        let phones: Vec<usize> = (0..people).map(|_| self.below(lines) as usize).collect();
        self.by_phone = self.below(4) == 0;
        // Half of the days are a rush.
        let span = if self.below(2) == 0 { DAY } else { 60_000 };
        for lead in 0..LEADS {
            let person = self.below(people) as usize;
            let poison = self.below(20) == 0;
            // Some give one key alone.
            let keys = self.below(8);
            let who =
                Who { email: (keys != 0).then_some(person), phone: (keys < 7).then_some(phones[person]) };
            self.leads.push(Lead { person, who, poison });
            let time = START + self.below(span);
            self.at(time, Happening::Accept { lead });
        }
        for _ in 0..self.below(8) {
            let time = START + self.below(span + 60_000);
            self.at(time, Happening::Kill);
        }
        for account in 0..self.accounts.len() {
            for _ in 0..self.below(4) {
                let time = START + self.below(span + 60_000);
                self.at(time, Happening::Expire { account });
            }
            if self.below(8) == 0 {
                let time = START + self.below(span);
                self.at(time, Happening::Quota { account });
            }
        }
        for account in 0..self.accounts.len() {
            if self.below(4) == 0 {
                let faults = [Fault::Account, Fault::Writes, Fault::Target, Fault::Unsure];
                let fault = faults[self.below(4) as usize];
                let (form, lasts) = (self.below(2) as usize, 1 + self.below(3 * 60 * 60 * 1_000));
                let time = START + self.below(span);
                self.at(time, Happening::Trouble { account, fault, form, lasts });
            }
        }
        for account in 0..self.accounts.len() {
            if self.below(3) == 0 {
                self.accounts[account].ahead = self.below(100) as i64 - 50;
            }
            for _ in 0..self.below(4) {
                let time = START + self.below(span + 60_000);
                self.at(time, Happening::Die { account });
            }
            if self.below(8) == 0 {
                let (time, lasts) = (START + self.below(span), 1 + self.below(10 * 60_000));
                self.at(time, Happening::Full { account, lasts });
            }
            if self.below(4) == 0 {
                let logins = [Login::Down, Login::Refused, Login::Stalls, Login::Dead, Login::Unsent];
                let login = logins[self.below(5) as usize];
                let (time, lasts) = (START + self.below(span), 1 + self.below(60 * 60_000));
                self.at(time, Happening::Login { account, login, lasts });
                // A token that is there does not need one.
                self.at(time, Happening::Expire { account });
            }
            // Half of them say 401, of which nobody is sure.
            self.accounts[account].crm.says_401 = self.below(2) == 0;
        }
        if self.below(3) == 0 {
            self.stepped = true;
            // A time service moves a clock by little at a time; a person may set it back by much.
            let by = match self.below(4) {
                0 => -(self.below(3_600_000) as i64),
                1 => -(self.below(2_000) as i64),
                _ => self.below(2_000) as i64,
            };
            let time = START + self.below(span);
            self.at(time, Happening::Step { by });
        }
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Accept { lead } => self.accept(lead),
            Happening::Pump { shard } => {
                self.alarms[shard] = None;
                if self.up {
                    self.pump(shard);
                }
            }
            Happening::Hear { row, sent, life, token, outcome } => {
                if self.up && life == self.life && self.rows[row].state.sent == sent {
                    self.hear(row, token, &outcome);
                }
            }
            Happening::GoOn { row, life } if self.up && life == self.life => {
                self.running.remove(&row);
                self.deliver(row);
                self.pump(self.rows[row].shard);
            }
            Happening::Told { asker, reply } if self.up && asker.life == self.life => self.told(asker, reply),
            Happening::Signed { account, life, number, login }
                if self.up && life == self.accounts[account].gate.life =>
            {
                self.signed(account, number, login);
            }
            Happening::Looked { account, life, number, token }
                if self.up && life == self.accounts[account].gate.life =>
            {
                self.looked(account, number, token);
            }
            Happening::Die { account } => {
                self.seen.deaths += 1;
                let tasks = self.accounts[account].gate.die();
                self.carry_out(account, tasks);
            }
            Happening::Full { account, lasts } => {
                self.seen.full += 1;
                self.accounts[account].full = self.now + lasts;
            }
            Happening::Login { account, login, lasts } => {
                self.accounts[account].crm.login = Some((login, self.now + lasts));
            }
            Happening::Arrive { row, call } => self.arrive(row, call),
            Happening::Commit { row, call } => self.commit(row, &call),
            Happening::Kill if self.up => {
                self.seen.kills += 1;
                self.up = false;
                self.running.clear();
                self.going_on.clear();
                let down = 50 + self.below(5_000);
                self.at(self.now + down, Happening::Restart);
            }
            Happening::Restart => self.restart(),
            Happening::Step { by } => {
                self.seen.steps += 1;
                self.skew += by;
                self.wake();
            }
            Happening::Expire { account } => {
                self.seen.tokens += 1;
                self.accounts[account].crm.token += 1;
            }
            Happening::Quota { account } => {
                self.seen.quotas += 1;
                let reset = self.now + 60_000 + self.below(10 * 60 * 60 * 1_000);
                self.accounts[account].crm.quota = reset;
            }
            Happening::Trouble { account, fault, form, lasts } => {
                let until = self.now + lasts;
                self.accounts[account].crm.trouble = Some(Trouble { fault, form, until });
            }
            Happening::Mend => self.mend(),
            Happening::Signed { .. }
            | Happening::Looked { .. }
            | Happening::GoOn { .. }
            | Happening::Told { .. }
            | Happening::Kill => {}
        }
    }

    /// One alarm for each shard, as a Durable Object has it.
    fn alarm(&mut self, shard: usize, time: u64) {
        if let Some(set) = self.alarms[shard].replace((time, self.count + 1)) {
            self.next.remove(&set);
        }
        self.at(time, Happening::Pump { shard });
    }

    fn wake(&mut self) {
        for shard in 0..SHARDS {
            self.alarm(shard, self.now);
        }
    }

    /// What is stored is all that a new life begins with.
    fn restart(&mut self) {
        self.up = true;
        self.life += 1;
        for row in &mut self.rows {
            row.state = serde_json::from_str(&serde_json::to_string(&row.state).unwrap()).unwrap();
        }
        for account in &mut self.accounts {
            drop(account.gate.die());
            account.held = vec![0; SHARDS];
            account.wide = vec![AT_ONCE; SHARDS];
            account.holds = vec![BTreeMap::new(); SHARDS];
        }
        // What was marked before is asked about at once; the gate says when.
        for at in 0..self.rows.len() {
            if let Row { hold: Some(name), account, shard, .. } = &self.rows[at] {
                self.accounts[*account].holds[*shard].insert(name.clone(), 0);
            }
        }
        self.wake();
    }

    fn accept(&mut self, lead: usize) {
        if !self.up {
            // The page keeps what was not acknowledged.
            self.at(self.now + 10_000, Happening::Accept { lead });
            return;
        }
        let shard = lead % SHARDS;
        for account in 0..self.accounts.len() {
            let state = Delivery::new(self.accounts[account].recipe, self.clock());
            self.open[account * SHARDS + shard].push(self.rows.len());
            self.rows.push(Row { lead, account, shard, state, hold: None });
        }
        self.pump(shard);
    }

    /// The owner mends what was refused and sends the dead letters on.
    fn mend(&mut self) {
        for account in &mut self.accounts {
            account.crm.mended = true;
        }
        let now = self.clock();
        for (at, row) in self.rows.iter_mut().enumerate() {
            if row.state.phase == Phase::Dead {
                self.seen.replays += 1;
                row.state = row.state.replayed(self.accounts[row.account].recipe, now);
                self.open[row.account * SHARDS + row.shard].push(at);
            }
        }
        self.wake();
    }

    fn judge(&mut self, mended: bool) {
        assert_eq!(self.rows.len(), LEADS * self.accounts.len(), "a lead was never taken");
        for (at, row) in self.rows.iter().enumerate() {
            let lead = &self.leads[row.lead];
            let wanted = if lead.poison && !mended { Phase::Dead } else { Phase::Done };
            assert_eq!(row.state.phase, wanted, "row {at}, lead {}: {:?}", row.lead, row.state);
            let crm = &self.accounts[row.account].crm;
            let times = crm.written[row.lead];
            assert!(wanted == Phase::Dead || times > 0, "lead {} is lost", row.lead);
            if times > 1 {
                self.seen.repeats += 1;
                assert!(
                    crm.kind != Kind::Form || row.state.maybe_repeated,
                    "row {at}: a repeat that is not marked"
                );
            }
        }
        for (number, account) in self.accounts.iter().enumerate() {
            let mut known = BTreeSet::new();
            for person in &account.crm.people {
                let who = person.who;
                let rows: Vec<usize> = (0..self.rows.len())
                    .filter(|at| {
                        Some(self.leads[self.rows[*at].lead].person) == who.email
                            && self.rows[*at].account == number
                    })
                    .collect();
                assert!(
                    who.email.is_none_or(|email| known.insert(email)),
                    "account {number}: {who:?} is there twice: rows {rows:?}"
                );
            }
            // Who gave a phone alone is one for each phone.
            let mut nameless: Vec<_> = account.crm.people.iter().map(|person| person.who).collect();
            nameless.retain(|who| who.email.is_none());
            let phones: BTreeSet<_> = nameless.iter().map(|who| who.phone).collect();
            assert_eq!(
                phones.len(),
                nameless.len(),
                "account {number}: a phone is there twice: {nameless:?}"
            );
            account.judge_sign_ins(self.seen.kills + self.seen.deaths + self.seen.steps);
            // The calls that were out when the quota ended, and then one in a quarter of an hour; one more for each
            // kill or step of the clock, which leaves a probe unheard.
            let knocks = &account.crm.knocks;
            if let (Some(first), Some(last)) = (knocks.first(), knocks.last()) {
                let probes = (last - first) / PROBE_EVERY;
                let most = u64::from(account.limits.at_once) + probes + self.seen.kills + self.seen.steps + 2;
                assert!(
                    knocks.len() as u64 <= most,
                    "account {number}: {} knocks, {most} allowed",
                    knocks.len()
                );
            }
        }
    }
}

impl Account {
    /// Tokens that are good for nothing, or none at all, are asked for at a slow pace. One that ends costs one, a life that
    /// begins another, and so does each lead that is asked about because of a 401.
    fn judge_sign_ins(&self, begun: u64) {
        const TEN_MINUTES: u64 = 600_000;
        let most = 40 + begun as usize;
        for (at, from) in self.sign_ins.iter().enumerate() {
            let within = self.sign_ins[at..].iter().take_while(|time| **time < from + TEN_MINUTES).count();
            assert!(self.crm.says_401 || within <= most, "{within} sign-ins in ten minutes, {most} allowed");
        }
    }
}
