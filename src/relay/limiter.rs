//! What one account may do at a time: so many calls in a window, so many at once, one at a time for each person, what
//! the system's own headers leave, nothing but a probe while the day's quota is used up, and the same where the account
//! or one of its targets is closed.

mod closed;
mod parts;

pub use closed::{Arrived, By, Closed, Door, Looked, Settled, Target, Told};
pub use parts::Part;

use crate::value::cut;
use crate::value::{cut_at, parts};
use parts::Changes;

/// An account's limits; a row for each system is in [`crate::systems`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls that may begin within `window`.
    pub calls: u32,
    /// Milliseconds.
    pub window: u64,
    /// Calls that may run at once.
    pub at_once: u32,
}

/// The limiters are told to forget persons by the clock this often, should no call come.
pub const TIDY: u64 = 60 * 60 * 1_000;

/// What they are told with a word of the cron, by whether that time is over: with each of them they would never be idle.
pub const fn told(is_over: bool) -> &'static [&'static str] {
    if is_over { &["forget"] } else { &[] }
}

/// While a quota is used up, one call in this many milliseconds asks whether it is back.
pub const PROBE_EVERY: u64 = 15 * 60 * 1_000;

/// A lease that is not free is asked for again after this long, and one that another call of the same person has.
const SOON: u64 = 100;
const PERSON: u64 = 250;

/// A limiter that is closed is asked again after this long, should it have been opened by hand or by a success.
const CLOSED: u64 = 60_000;

/// A shard that does not come back within this long after it was told to has lost its turn.
const PATIENCE: u64 = 1_000;

/// No system asks for quiet for longer than a day; a clock that was set back must not close a limiter for ever.
const DAY: u64 = 25 * 60 * 60 * 1_000;

/// So many persons are remembered at most: each costs a call, so this is more than any system takes in a minute. Were
/// there more, the next call waits for the first to be forgotten.
const FRESH: usize = 10_000;

/// Who is using the account. The host keeps it in [pieces](Part).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limiter {
    /// The calls of the current window, in the order in which they began.
    pub calls: Vec<Call>,
    /// The calls that are running.
    pub leases: Vec<Lease>,
    /// No call begins before then.
    pub quiet_until: u64,
    /// What the system's `RateLimit` headers leave.
    pub budget: Option<Budget>,
    /// The day's quota is used up.
    pub quota: Option<Quota>,
    /// The shards that were turned away, longest first: one that was served queues up again behind them.
    pub turns: Vec<Turn>,
    /// The persons whom a read may not show yet, though they have been written, or may have been.
    pub fresh: Vec<Fresh>,
    /// Nothing of this account can pass.
    pub closed: Option<Closed>,
    /// The forms, or parameters of forms, that this account does not take.
    pub targets: Vec<Target>,
    /// The API version that the account turned out to speak.
    pub version: Option<u8>,
    /// What those calls have taken of the day that nobody waits for.
    pub share: Share,
    /// The kinds of keys, `e` or `p`, that the system's reads are asked by; all where nothing is said.
    pub kinds: &'static str,
    /// What a harmless read opened last, and when: the same fault again shows that the read shows nothing.
    opened: Option<(String, u64)>,
    changes: Changes,
}

/// A call that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Call {
    /// When it began.
    pub began: u64,
    /// The row that it is kept in; another call has it once the window is over.
    row: u32,
}

/// One running call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lease {
    /// Whose it is.
    pub id: String,
    /// The persons it is about, see [`Ask::keys`]; then a line for each closed target that it asks about, the account's empty.
    pub about: String,
    /// When it ends by itself: after the call's deadline.
    pub until: u64,
    /// Its call was lost, so nobody gives it back before.
    pub lost: bool,
    /// It is kept between a look-up and its write. A lease whose grant never arrived is not: others may have written
    /// between that look-up and the grant.
    pub goes_on: bool,
}

impl Lease {
    fn keys(&self) -> &str {
        parts(&self.about, '\n').next().unwrap_or_default()
    }

    /// The closed targets that it asks about, by name.
    fn probes(&self) -> impl Iterator<Item = &str> {
        parts(&self.about, '\n').skip(1)
    }
}

/// A person who was written a moment ago.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fresh {
    /// Who, as a hash.
    pub key: String,
    /// Until then a look-up that finds nobody proves nothing.
    pub until: u64,
    /// The e-mails of the lead that was written, as hashes; `*` where there were several leads, or nobody knows.
    pub by: String,
}

/// Whoever it was.
const ANYBODY: &str = "*";

fn anybody() -> String {
    ANYBODY.to_owned()
}

/// What a system said it still takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// So many calls …
    pub left: u32,
    /// … until then.
    pub until: u64,
}

/// The calls of a day that nobody waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// When the first of them began.
    pub since: u64,
    /// How many there were.
    pub used: u32,
}

/// A call that nobody waits for: so many may begin in a day, which is so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spare {
    /// Calls.
    pub most: u32,
    /// Milliseconds.
    pub day: u64,
}

/// A day's quota that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// When the day turns, as the host computed it.
    pub reset: u64,
    /// A probe may go out after each of these, in milliseconds.
    pub every: u64,
}

/// A shard that waits for a lease.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Which one.
    pub shard: String,
    /// Its turn is kept until then.
    pub until: u64,
}

/// A call that wants to go out.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The delivery.
    pub id: &'a str,
    /// The persons it is about: hashes with blanks between, each with its kind before it (`e:` an e-mail, `p:` a phone).
    /// Whoever shares one of them waits.
    pub keys: &'a str,
    /// The outbox that asks.
    pub shard: &'a str,
    /// After this many milliseconds the call cannot be running any more.
    pub deadline: u64,
    /// Milliseconds by which the system's reads lag behind its writes; 0 where nobody is looked up before a write.
    pub lag: u64,
    /// Nobody heard what became of this delivery's last call.
    pub lost: bool,
    /// The lead's form.
    pub form: &'a str,
    /// The names of the parameters that the lead fills, a line each.
    pub fills: &'a str,
    /// What is closed is asked about once in so many milliseconds.
    pub every: u64,
    /// Nobody waits for this call, and every other one comes before it.
    pub spare: Option<Spare>,
}

/// Whether a call's lease is kept when it is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// It is free.
    #[default]
    No,
    /// The write that relies on this look-up comes next.
    GoesOn,
    /// Nobody knows whether the call is over.
    Lost,
}

impl Keep {
    /// Whether the write comes next, and whether nobody knows.
    pub fn of(goes_on: bool, lost: bool) -> Self {
        match (goes_on, lost) {
            (true, _) => Keep::GoesOn,
            (_, true) => Keep::Lost,
            _ => Keep::No,
        }
    }
}

/// Who has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every call of the account.
    Account,
    /// What goes to the same target.
    Target,
    /// What concerns this person.
    Person,
}

impl Scope {
    /// Its name at the border.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Account => "account",
            Scope::Target => "target",
            Scope::Person => "person",
        }
    }
}

/// The limiter's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go.
    Granted {
        /// Until then a look-up that finds nobody proves nothing: somebody else's lead about this person went out.
        uncertain_until: Option<u64>,
        /// Until then a look-up by a key that several people may have proves nothing: a lead with another e-mail went out.
        others: Option<u64>,
        /// The delivery has kept its lease since its last call, so nobody else wrote this person in between.
        kept: bool,
        /// What it is about is closed, and this call finds out whether it still is.
        probe: bool,
    },
    /// Not before then.
    Wait {
        /// When to ask again.
        until: u64,
        /// Who waits.
        scope: Scope,
        /// The closed target's name.
        target: Option<String>,
    },
}

impl Answer {
    fn wait(until: u64, scope: Scope) -> Self {
        Answer::Wait { until, scope, target: None }
    }
}

/// A key without its kind. Leads of version 1 have keys without one.
fn bare(key: &str) -> &str {
    cut_at(key, ':').map_or(key, |(_, hash)| hash)
}

/// Who somebody is: the e-mails of these keys. Leads of version 1 have no kinds, and are who they are by their one key.
fn identity(keys: &str) -> String {
    let mut who = String::new();
    for key in parts(keys, ' ').filter(|key| !key.starts_with("p:")) {
        who.push_str(if who.is_empty() { "" } else { " " });
        who.push_str(bare(key));
    }
    who
}

fn share(one: &str, other: &str) -> bool {
    parts(one, ' ').any(|key| parts(other, ' ').any(|known| bare(known) == bare(key)))
}

impl Limiter {
    /// Asks for a lease. A delivery that kept its own goes on with the next call of it.
    pub fn acquire(&mut self, limits: Limits, ask: Ask<'_>, now: u64) -> Answer {
        let ask = &ask;
        self.tidy(limits, ask, now);
        let mut busy: Option<&Lease> = None;
        for lease in self.leases.iter().filter(|lease| lease.id != ask.id) {
            if share(lease.keys(), ask.keys) && busy.is_none_or(|known| known.until <= lease.until)
            {
                busy = Some(lease);
            }
        }
        if let Some(lease) = busy {
            // A lost call has its lease to the end; others give it back when they are answered.
            let until =
                if lease.lost { lease.until } else { lease.until.min(now.saturating_add(PERSON)) };
            return Answer::wait(until.max(now.saturating_add(1)), Scope::Person);
        }
        if let Some(until) = ask.spare.and_then(|spare| self.keeps(limits, ask, spare, now)) {
            return Answer::wait(until, Scope::Account);
        }
        if self.quiet_until > now {
            return Answer::wait(self.quiet_until.min(now.saturating_add(CLOSED)), Scope::Account);
        }
        let probe = match self.probes(ask, now) {
            Ok(probe) => probe,
            Err(wait) => return wait,
        };
        if let Some(until) = self.full(limits, ask, now) {
            let until = until.max(now.saturating_add(1));
            self.turn_away(ask.shard, until);
            return Answer::wait(until, Scope::Account);
        }
        if let Some(quota) = self.quota {
            // The one probe; everybody else waits for what it finds.
            self.quiet_until = now.saturating_add(quota.every).min(quota.reset);
            self.changes.account();
        }
        if let Some(budget) = &mut self.budget {
            budget.left = budget.left.saturating_sub(1);
            self.changes.account();
        }
        if ask.spare.is_some() {
            self.share.used = self.share.used.saturating_add(1);
            self.changes.share();
        }
        self.asked_about(&probe, ask.id, now.saturating_add(ask.every.max(ask.deadline)));
        self.turns.retain(|turn| turn.shard != ask.shard);
        self.called(limits, now);
        let mut kept = false;
        while let Some(lease) = self.taken(|lease| lease.id == ask.id) {
            // One that was never given back is as good as that of a lost call: nobody said what came of its call.
            if lease.goes_on && !lease.lost && !ask.lost {
                kept = true;
            } else {
                self.wrote(lease.keys(), lease.until.saturating_add(ask.lag), ask.lag);
            }
        }
        let probes = !probe.is_empty();
        let mut about = ask.keys.to_owned();
        for name in probe {
            about.push('\n');
            about.push_str(&name);
        }
        self.changes.lease(ask.id);
        self.leases.push(Lease {
            id: ask.id.to_owned(),
            about,
            until: now.saturating_add(ask.deadline),
            lost: false,
            goes_on: false,
        });
        let who = identity(ask.keys);
        let uncertain_until = self.fresh_until(if who.is_empty() { ask.keys } else { &who }, "");
        let others = self.fresh_until(ask.keys, &who);
        Answer::Granted { uncertain_until, others, kept, probe: probes }
    }

    /// Until when a look-up by these keys proves nothing, since somebody else than `by` wrote one of their persons.
    fn fresh_until(&self, keys: &str, by: &str) -> Option<u64> {
        let mut until = None;
        for fresh in &self.fresh {
            if share(keys, &fresh.key) && (by.is_empty() || fresh.by != by) {
                until = until.max(Some(fresh.until));
            }
        }
        until
    }

    /// Takes one of these leases out.
    fn taken(&mut self, is_one: impl FnMut(&Lease) -> bool) -> Option<Lease> {
        let at = self.leases.iter().position(is_one)?;
        Some(self.leases.remove(at))
    }

    /// Forgets what is over. A clock that was set back leaves times in the future: none may count for longer than it
    /// could from now.
    fn tidy(&mut self, limits: Limits, ask: &Ask<'_>, now: u64) {
        for call in &mut self.calls {
            call.began = call.began.min(now);
        }
        for lease in &mut self.leases {
            lease.until = lease.until.min(now.saturating_add(ask.deadline));
        }
        let longest =
            now.saturating_add(ask.deadline).saturating_add(ask.lag).saturating_add(ask.lag >> 3);
        for fresh in &mut self.fresh {
            fresh.until = fresh.until.min(longest);
        }
        self.not_asked_after(now.saturating_add(ask.every.max(ask.deadline)));
        self.quiet_until = self.quiet_until.min(now.saturating_add(DAY));
        self.pass(limits, now);
        while let Some(lease) = self.taken(|lease| lease.until <= now) {
            // Nobody said what became of such a call: it may have written.
            self.changes.lease(&lease.id);
            self.wrote(lease.keys(), lease.until.saturating_add(ask.lag), ask.lag);
        }
        let Limiter { fresh, changes, .. } = self;
        fresh.retain(|fresh| {
            if fresh.until <= now {
                changes.fresh(&fresh.key);
            }
            fresh.until > now
        });
        self.budget = self
            .budget
            .filter(|budget| budget.until > now && budget.until <= now.saturating_add(DAY));
        self.quota =
            self.quota.filter(|quota| quota.reset > now && quota.reset <= now.saturating_add(DAY));
        self.turns.retain(|turn| turn.until.saturating_add(PATIENCE) > now);
    }

    /// Until when there is no lease for this call.
    fn full(&self, limits: Limits, ask: &Ask<'_>, now: u64) -> Option<u64> {
        let left = |most: u32, used: usize| {
            usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(used)
        };
        let soon = now.saturating_add(SOON);
        let others = self.leases.iter().filter(|lease| lease.id != ask.id).count();
        let bounds = [
            (left(limits.at_once, others), soon),
            (
                left(limits.calls, self.calls.len()),
                self.calls.first().map_or(soon, |call| call.began.saturating_add(limits.window)),
            ),
            self.budget.map_or((usize::MAX, soon), |budget| (left(budget.left, 0), budget.until)),
            (FRESH.saturating_sub(self.fresh.len()), soon),
        ];
        // The bound that lasts longest is the one to wait for.
        if let Some(until) =
            bounds.iter().filter(|(free, _)| *free == 0).map(|(_, until)| *until).max()
        {
            return Some(until);
        }
        let free = bounds.iter().map(|(free, _)| *free).min().unwrap_or_default();
        let ahead = self.turns.iter().take_while(|turn| turn.shard != ask.shard).count();
        // Who has a lease already waits for nobody.
        (free <= ahead && others == self.leases.len()).then_some(soon)
    }

    /// Until when what is left is kept for leads: half of the window and of what the headers leave, and a place. Nothing is
    /// asked of an account that is closed, or whose day's quota is used up.
    fn keeps(&mut self, limits: Limits, ask: &Ask<'_>, spare: Spare, now: u64) -> Option<u64> {
        let over = self.share.since.saturating_add(spare.day);
        if now >= over || self.share.since > now {
            self.share = Share { since: now, used: 0 };
        }
        let half = limits.calls / 2;
        let out = self.leases.len().saturating_add(if limits.at_once > 1 { 2 } else { 1 });
        let few = |most: u32| usize::try_from(most).unwrap_or(usize::MAX);
        let soon = now.saturating_add(ask.every);
        let bounds = [
            (self.share.used >= spare.most, self.share.since.saturating_add(spare.day)),
            (self.quota.is_some(), self.quota.map_or(0, |quota| quota.reset)),
            (self.budget.is_some_and(|budget| budget.left <= half), soon),
            (self.closed.is_some() || !self.turns.is_empty(), soon),
            (out > few(limits.at_once) || self.calls.len() >= few(half).max(1), soon),
        ];
        bounds.iter().filter(|(is_kept, _)| *is_kept).map(|(_, until)| *until).max()
    }

    fn turn_away(&mut self, shard: &str, until: u64) {
        match self.turns.iter_mut().find(|turn| turn.shard == shard) {
            Some(turn) => turn.until = until,
            None => self.turns.push(Turn { shard: shard.to_owned(), until }),
        }
    }

    /// Gives the lease back. It is kept between a look-up and the write that relies on it; and after a lost reply until
    /// `landed`, for the call may still be running then, or until the lease ends where that is not known.
    pub fn release(&mut self, id: &str, keep: Keep, landed: Option<u64>) {
        self.changes.lease(id);
        if keep == Keep::No {
            return self.leases.retain(|lease| lease.id != id);
        }
        for lease in self.leases.iter_mut().filter(|lease| lease.id == id) {
            lease.goes_on = keep == Keep::GoesOn;
            lease.lost |= keep == Keep::Lost;
            lease.until = landed.unwrap_or(lease.until);
        }
    }

    /// This delivery's call wrote its person; reads show it `lag` milliseconds later, and an eighth of that is for a
    /// clock that a time service puts forward meanwhile.
    pub fn stored(&mut self, id: &str, lag: u64, now: u64) {
        if let Some(lease) = self.leases.iter().find(|lease| lease.id == id) {
            let keys = lease.keys().to_owned();
            self.wrote(&keys, now.saturating_add(lag).saturating_add(lag >> 3), lag);
        }
    }

    fn wrote(&mut self, keys: &str, until: u64, lag: u64) {
        if lag == 0 {
            return;
        }
        for key in parts(keys, ' ') {
            let kind = cut_at(key, ':').map_or("", |(kind, _)| kind);
            if !self.kinds.is_empty() && !kind.is_empty() && cut(self.kinds, kind).is_none() {
                continue;
            }
            self.changes.fresh(bare(key));
            let by = identity(keys);
            match self.fresh.iter_mut().find(|fresh| fresh.key == bare(key)) {
                Some(fresh) => {
                    fresh.until = fresh.until.max(until);
                    if fresh.by != by {
                        fresh.by = anybody();
                    }
                }
                None => self.fresh.push(Fresh { key: bare(key).to_owned(), until, by }),
            }
        }
    }

    /// The system wants no calls before `until`.
    pub fn quiet(&mut self, until: u64) {
        self.quiet_until = self.quiet_until.max(until);
        self.changes.account();
    }

    /// The system's headers leave `left` calls until `until`. Calls that are out may not be counted in it yet.
    pub fn heard(&mut self, left: u32, until: u64) {
        let out = u32::try_from(self.leases.len()).unwrap_or(u32::MAX);
        let left = left.saturating_sub(out);
        // Replies overtake each other: within one window, only less is news.
        let same = self.budget.filter(|known| known.until.abs_diff(until) < 2_000);
        let left = same.map_or(left, |known| known.left.min(left));
        self.budget = Some(Budget { left, until });
        self.changes.account();
    }

    /// The day's quota is used up until `reset`; every `every` milliseconds one call may ask.
    pub fn spent(&mut self, reset: u64, every: u64, now: u64) {
        self.quota = Some(Quota { reset, every });
        self.quiet_until = now.saturating_add(every).min(reset);
        self.changes.account();
    }

    /// A call went through, so no quota is used up.
    pub fn opened(&mut self) {
        if self.quota.take().is_some() {
            self.quiet_until = 0;
            self.changes.account();
        }
    }

    /// The account speaks this version of the API.
    pub fn speaks(&mut self, version: u8) {
        self.version = Some(version);
        self.changes.account();
    }

    /// A call is made that counts, be it a delivery's or nobody's.
    pub fn called(&mut self, limits: Limits, now: u64) {
        self.pass(limits, now);
        let call = Call { began: now, row: self.changes.row() };
        self.calls.push(call);
        self.changes.call(call);
    }

    /// Calls whose window is over no longer count.
    fn pass(&mut self, limits: Limits, now: u64) {
        let Limiter { calls, changes, .. } = self;
        calls.retain(|call| {
            let counts = call.began.saturating_add(limits.window) > now;
            if !counts {
                changes.free(call.row);
            }
            counts
        });
    }
}

#[cfg(test)]
mod tests;
