//! One day: the relay as the Worker runs it (leases, tokens, one hold for each account), and what befalls it.

mod accounts;
mod calls;
mod judge;
mod pages;
mod plan;
mod world;

use crate::account::{AccountHost, Fate as Befalls, Task, said, settings};
use crate::crm::{Crm, EXTRA, Kind, LONGEST, Login, Trouble, Who, lost, retry};
use crate::outbox::{Outbox, Ticket, World, arrives, happens, hears, wakes};
use crate::store::{Store, Stored};
use fieldpost::delivery::outbox::{Call as Sending, Delivery, Phase, Recipe};
use fieldpost::operation::Repeat;
use fieldpost::outcome::{Fault, Reason};
use fieldpost::relay::account::{Acquire, Event as Asked, Kind as Came, Release, Reply, Said};
use fieldpost::relay::delivering::{DEADLINE, LIMITER_DEADLINE};
use fieldpost::relay::effect::Effect;
use fieldpost::relay::limiter::{Limits, PROBE_EVERY};
use fieldpost::relay::outbox::Event;
use fieldpost::relay::run::{Failure, Heard};
use fieldpost::relay::sender::{Leaves, leaves};
use fieldpost::{Outcome, System, recipe};
use pages::{Gathered, Page, Taken};
use std::collections::{BTreeMap, BTreeSet};

/// What it once was: one second for the way.
const SHORT_LEASE: u64 = 36_000;
const DAY: u64 = 24 * 60 * 60 * 1_000;
/// Milliseconds since 1970, so that nothing is near zero.
const START: u64 = 1_795_000_000_000;
const LEADS: usize = 50;
const SHARDS: usize = 3;
/// The cron asks every outbox to look this often, should the platform lose an alarm.
const CRON: u64 = 300_000;
const FORMS: [&str; 2] = ["one", "two"];

/// What a day without look-ups would do with a system that always creates.
static RECKLESS: Recipe = Recipe {
    look_up: None,
    guard: None,
    write: "write",
    repeat: Repeat::Creates,
    spare: &[],
    once: None,
};

/// What one that asked nobody whose a phone is would do.
static TRUSTING: Recipe = Recipe {
    look_up: None,
    guard: None,
    write: "write",
    repeat: Repeat::Safe,
    spare: &[],
    once: None,
};

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
    /// Outboxes that died between two effects, or were stopped while nothing was out, and their disks that were full.
    pub(crate) died: u64,
    pub(crate) stops: u64,
    pub(crate) disks: u64,
    /// Alarms that never rang, and calls that have not left.
    pub(crate) alarms: u64,
    pub(crate) unsent: u64,
    /// Writes of several leads, leads that a person had to let go, and pages that were told to come later.
    pub(crate) together: u64,
    pub(crate) held: u64,
    pub(crate) turned_away: u64,
    /// Leads whose values were refused, and pages that were told that nobody knows.
    pub(crate) refused: u64,
    pub(crate) unsure: u64,
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
        self.died += other.died;
        self.stops += other.stops;
        self.disks += other.disks;
        self.alarms += other.alarms;
        self.unsent += other.unsent;
        self.together += other.together;
        self.held += other.held;
        self.turned_away += other.turned_away;
        self.refused += other.refused;
        self.unsure += other.unsure;
    }
}

#[derive(Clone, Debug)]
enum Happening {
    Accept {
        page: Page,
    },
    Gather {
        shard: usize,
        before: u32,
    },
    Alarm {
        shard: usize,
    },
    Ring {
        shard: usize,
        life: u64,
    },
    Cron,
    Disk {
        shard: usize,
        lasts: u64,
    },
    Said {
        ticket: Ticket,
        heard: Heard,
    },
    /// What an account's limiter has the world do comes to its end.
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
        param: bool,
        lasts: u64,
    },
    Mend,
}

/// Who asked a limiter, and when by the outbox's clock.
#[derive(Clone, Copy, Debug)]
struct Asker {
    ticket: Ticket,
    asked: u64,
    /// Until when the system wants no calls, as this release says.
    quiet: u64,
}

#[derive(Clone, Debug)]
struct Call {
    write: bool,
    /// What a read goes by, and what a write sends.
    who: Who,
    record: Option<usize>,
    token: u64,
    ticket: Ticket,
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

struct Account {
    recipe: &'static Recipe,
    limits: Limits,
    host: AccountHost<Asker>,
    /// How far the limiter's clock is ahead of the outboxes'.
    ahead: i64,
    /// The disk takes no more until then.
    full: u64,
    was_full: bool,
    /// Until when the system wants no calls, as the limiter has heard.
    quiet: u64,
    /// When a token was asked for.
    sign_ins: Vec<u64>,
    crm: Crm,
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
    /// Whether it makes sure that a lease outlives its call.
    pub(crate) careful: bool,
    /// Whether it asks whose a phone is.
    pub(crate) asks: bool,
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
    /// What is written down of each, and who waits for the next write of each shard.
    taken: Vec<Option<Taken>>,
    gathered: [Gathered; SHARDS],
    /// So many leads of a shard may wait for a system.
    most_queued: u64,
    /// The chances of pages.
    pages: u64,
    store: Store,
    /// The lead of each row.
    lead_of: Vec<usize>,
    outboxes: [Outbox; SHARDS],
    /// The calls of each shard that its senders have out to each account.
    out: BTreeMap<(usize, usize), u32>,
    /// The requests that were made: whom they are about, the record that they name, and whether they write.
    rendered: BTreeMap<usize, (Who, Option<usize>, bool)>,
    /// When each shard's alarm and timer ring.
    alarms: [Option<(u64, u64)>; SHARDS],
    timers: [Option<(u64, u64)>; SHARDS],
    /// An alarm stands, as far as anybody was told.
    stands: [bool; SHARDS],
    /// The owner's plan, which says what one event may set off.
    is_paid: bool,
    /// Until when each shard's disk is full.
    full: [u64; SHARDS],
    /// An object dies before one effect in so many; never where it is 0.
    mortal: u64,
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
            taken: vec![None; LEADS],
            gathered: Default::default(),
            most_queued: if seed % 4 == 1 { 2 + seed % 5 } else { u64::MAX },
            pages: seed.wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ 0x94D0_49BB_1331_11EB,
            store: Store::default(),
            lead_of: Vec::new(),
            outboxes: Default::default(),
            out: BTreeMap::new(),
            rendered: BTreeMap::new(),
            alarms: [None; SHARDS],
            timers: [None; SHARDS],
            stands: [false; SHARDS],
            is_paid: !seed.is_multiple_of(3),
            full: [0; SHARDS],
            mortal: 0,
            trouble: 0,
            seen: Seen::default(),
        };
        day.trouble = day.below(40);
        day.mortal = [0, 0, 2_000, 200][day.below(4) as usize];
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
            Happening::Accept { page } => page.number(),
            Happening::Gather { shard, .. } => 140 + *shard as u64,
            Happening::Alarm { shard } => 100 + *shard as u64,
            Happening::Ring { shard, .. } => 110 + *shard as u64,
            Happening::Disk { shard, .. } => 120 + *shard as u64,
            Happening::Cron => 130,
            Happening::Signed { account, .. } => 200 + *account as u64,
            Happening::Arrive { row, .. } => 1_000 + *row as u64,
            Happening::Commit { row, .. } => 2_000 + *row as u64,
            Happening::Said { ticket, .. } => 3_000 + ticket.row as u64,
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
        if self.tell
            && !matches!(
                happening,
                Happening::Alarm { .. } | Happening::Ring { .. } | Happening::Cron
            )
        {
            println!("{:>9} {happening:?}", self.now - START);
        }
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Accept { page } => self.accept(page),
            Happening::Gather { shard, before } => self.gather(shard, before),
            Happening::Alarm { shard } => {
                self.alarms[shard] = None;
                self.stands[shard] = false;
                if self.up {
                    arrives(self, shard, Event::Alarm);
                    // Whose object died of it will be rung again, as the platform says. Here it never is, which is harder.
                    self.stands[shard] |= !self.outboxes[shard].is_up();
                    self.stop(shard);
                }
            }
            Happening::Ring { shard, life } if self.up && self.outboxes[shard].life == life => {
                self.timers[shard] = None;
                happens(self, shard, Event::Ring);
            }
            Happening::Cron => self.cron(),
            Happening::Disk { shard, lasts } => {
                self.seen.disks += 1;
                self.full[shard] = self.now + lasts;
            }
            Happening::Said { ticket, heard } => {
                if let Heard::Called { outcome: Outcome::Unknown { .. }, .. } = &heard {
                    self.seen.lost += 1;
                }
                if let Heard::Called { .. } = &heard {
                    let Stored { shard, account, .. } = self.store.rows[ticket.row];
                    let out = self.out.entry((shard, account)).or_default();
                    *out = out.saturating_sub(1);
                }
                hears(self, ticket, heard);
                self.stop(self.store.rows[ticket.row].shard);
            }
            Happening::Signed { account, life, number, login }
                if self.up && life == self.accounts[account].host.life =>
            {
                self.signed(account, number, login);
            }
            Happening::Looked { account, life, number, token }
                if self.up && life == self.accounts[account].host.life =>
            {
                self.looked(account, number, token);
            }
            Happening::Die { account } => {
                self.seen.deaths += 1;
                let tasks = self.accounts[account].host.die();
                self.carry_out(account, tasks);
            }
            Happening::Full { account, lasts } => {
                self.seen.full += 1;
                self.accounts[account].full = self.now + lasts;
                self.accounts[account].was_full = true;
            }
            Happening::Login { account, login, lasts } => {
                self.accounts[account].crm.login = Some((login, self.now + lasts));
            }
            Happening::Arrive { row, call } => self.arrive(row, call),
            Happening::Commit { row, call } => self.commit(row, &call),
            Happening::Kill if self.up => {
                self.seen.kills += 1;
                self.up = false;
                // The calls go on; those who made them are gone.
                self.out.clear();
                for outbox in &mut self.outboxes {
                    outbox.die();
                }
                let down = 50 + self.below(5_000);
                self.at(self.now + down, Happening::Restart);
            }
            Happening::Restart => self.restart(),
            Happening::Step { by } => {
                self.seen.steps += 1;
                self.skew += by;
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
            Happening::Trouble { account, fault, form, param, lasts } => {
                let until = self.now + lasts;
                self.accounts[account].crm.trouble = Some(Trouble { fault, form, param, until });
            }
            Happening::Mend => self.mend(),
            Happening::Signed { .. }
            | Happening::Looked { .. }
            | Happening::Ring { .. }
            | Happening::Kill => {}
        }
    }

    /// An object with nothing under way may be stopped, and its timer with it.
    fn stop(&mut self, shard: usize) {
        let outbox = &self.outboxes[shard];
        if outbox.is_up() && outbox.is_idle() && self.below(20) == 0 {
            self.seen.stops += 1;
            self.outboxes[shard].die();
        }
    }

    /// Asks every outbox to look, for as long as something waits.
    fn cron(&mut self) {
        if self.up {
            self.wake();
        }
        let waits = self.store.rows.iter().any(|row| matches!(row.phase, "waiting" | "sent"));
        if waits || self.store.rows.len() < LEADS * self.accounts.len() {
            self.at(self.now + CRON, Happening::Cron);
        }
    }

    fn wake(&mut self) {
        for shard in 0..SHARDS {
            arrives(self, shard, Event::Alarm);
        }
    }

    /// What is stored is all that a new life begins with.
    fn restart(&mut self) {
        self.up = true;
        self.life += 1;
        for account in &mut self.accounts {
            drop(account.host.die());
        }
        self.wake();
    }

    fn state(&self, row: usize) -> Delivery {
        serde_json::from_str(&self.store.rows[row].state).unwrap()
    }

    /// The owner mends what was refused and sends the dead letters on.
    fn mend(&mut self) {
        for account in &mut self.accounts {
            account.crm.mended = true;
        }
        let now = self.clock();
        for at in 0..self.store.rows.len() {
            if matches!(self.store.rows[at].phase, "dead" | "review") {
                self.seen.replays += 1;
                let state =
                    self.state(at).replayed(self.accounts[self.store.rows[at].account].recipe, now);
                self.store.change(at, |row| {
                    row.state = serde_json::to_string(&state).unwrap();
                    (row.phase, row.next, row.code) = ("waiting", now, None);
                });
            }
        }
        for shard in 0..SHARDS {
            arrives(self, shard, Event::Acted { first: true, counts: true });
        }
        self.at(self.now + CRON, Happening::Cron);
    }
}
