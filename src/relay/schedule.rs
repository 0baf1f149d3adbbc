//! The schedule of an outbox: what is under way, what may begin beside it, what waits for whom, and when to look again.
//!
//! Rows stay with the host. What is due is read by statements, and decided on when their rows come, by what is under way
//! then: so nothing goes wrong where something else has happened between.

use super::budget::Budgets;
use super::closed::{FULL, Letters, Target};
use super::effect::{Effect, Statement};
use super::sender::CONNECTIONS;
use crate::value::{cut_at, has_part, has_sign, joined, parts};

/// So many deliveries to one account run at once in one outbox: as many as its sender may have out. The limiters hold the
/// accounts' own limits.
pub const AT_ONCE: u32 = CONNECTIONS;

/// So many leads are looked at for an account at a time.
const PAGE: u32 = 4 * AT_ONCE;

/// Of what is due so many are looked at for a closed form, at each look.
const SWEPT: u32 = 200;

/// Should the platform lose an alarm, the next one is never further away than this while something waits.
const LATEST_ALARM: u64 = 60_000;

/// Below what goes out at once there is an alarm, for the case that the object dies first. One for all of a second.
pub(super) const NET: u64 = 1_000;

/// What one event may not do any more is the next one's, and an alarm is one. Never now: the platform may lose such an alarm.
const SOON: u64 = 20;

/// Where all leases are taken, who ends first looks again; should nobody, this does.
const BUSY: u64 = 250;

/// An account of the options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its system.
    pub system: String,
    /// The forms that go there, a line each.
    pub forms: String,
    /// Until when the limiter has no lease for this outbox.
    pub held: u64,
    /// So many deliveries may ask or run. Where the limiter is full, six that ask in vain cost six calls and writes.
    pub width: u32,
    /// A limiter that fails is left alone for this long the next time; 0 after it has said a word.
    pub pause: u64,
}

/// A delivery that is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// Which one.
    pub id: String,
    /// Where it goes.
    pub account: String,
    /// The persons it is about, as hashes with blanks between and perhaps their kinds before them.
    pub persons: String,
    /// The event that it belongs to.
    pub of: u32,
}

/// What an outbox has under way. The host keeps it as [text](Schedule::packed) between two events; nothing of it outlives
/// the object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Divides all waiting times; 1 but in tests.
    pub scale: u64,
    /// So many dead letters of one target are kept before it closes.
    pub most_dead: u64,
    /// The host sends nothing until then …
    pub refused: u64,
    /// … and is left alone for this long the next time.
    pub wait: u64,
    /// When the alarm rings, as far as anybody knows.
    pub alarm: Option<u64>,
    /// The event that set the timer.
    pub timer: u32,
    /// With an event's allowance used up, the next event begins with this account: none lives at the others' expense.
    pub turn: String,
    /// What may be done in the events that go on.
    pub budgets: Budgets,
    /// The accounts, in the order of the options.
    pub accounts: Vec<Account>,
    /// What is out.
    pub running: Vec<Lane>,
    /// What is closed.
    pub targets: Vec<Target>,
    /// As many as the owner ever had.
    pub letters: Vec<Letters>,
}

/// A row of what is due.
pub(super) struct Due<'a> {
    pub(super) id: &'a str,
    pub(super) form: &'a str,
    pub(super) persons: &'a str,
    pub(super) phase: &'a str,
    pub(super) next: u64,
    /// The parameters that it fills, a line each; known only where one of them is closed.
    pub(super) fills: &'a str,
}

impl Schedule {
    /// An outbox that begins.
    pub fn new(scale: u64, is_paid: bool, most_dead: u64) -> Self {
        let budgets = Budgets { is_paid, ..Budgets::default() };
        Schedule { scale: scale.max(1), most_dead, wait: NET, budgets, ..Schedule::default() }
    }

    /// An account of the options, and the forms that go there.
    pub fn add(&mut self, name: &str, system: &str, forms: &[&str]) {
        let (name, system, forms) = (name.to_owned(), system.to_owned(), joined(forms, "\n"));
        self.accounts.push(Account { name, system, forms, held: 0, width: AT_ONCE, pause: 0 });
    }

    /// A waiting time as the relay's scale has it.
    pub(super) fn scaled(&self, milliseconds: u64) -> u64 {
        milliseconds.checked_div(self.scale).unwrap_or(milliseconds)
    }

    pub(super) fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|one| one.name == name)
    }

    fn account_mut(&mut self, name: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|one| one.name == name)
    }

    /// The names of the accounts, where those are not said.
    pub(super) fn names(&self) -> Vec<String> {
        self.accounts.iter().map(|one| one.name.clone()).collect()
    }

    /// Whether the options have a way from a form to an account.
    pub(super) fn has_way(&self, account: &str, form: &str) -> bool {
        self.account(account).is_some_and(|one| has_part(&one.forms, '\n', form))
    }

    // Who is under way.

    fn out(&self, account: &str) -> u32 {
        u32::try_from(self.running.iter().filter(|lane| lane.account == account).count())
            .unwrap_or(u32::MAX)
    }

    fn room(&self, account: &str, now: u64) -> u32 {
        let known = self.account(account).filter(|known| known.held <= now);
        known.map_or(0, |known| known.width.saturating_sub(self.out(account)))
    }

    /// Neither this delivery nor another one about one of its persons is under way here.
    fn is_free(&self, account: &str, id: &str, persons: &str) -> bool {
        let about = |lane: &Lane| {
            let other = |key| plain(&lane.persons).any(|busy| busy == key);
            lane.account == account && plain(persons).any(other)
        };
        !self.running.iter().any(|lane| lane.id == id || about(lane))
    }

    /// It is as far as it goes now.
    pub(super) fn leave(&mut self, id: &str) {
        self.running.retain(|lane| lane.id != id);
        for target in self.targets.iter_mut().filter(|target| target.scout == id) {
            target.scout.clear();
        }
    }

    /// Forgets the events of which nothing goes on: no delivery, no timer, and none of these looks.
    pub(super) fn forget(&mut self, out: &[Effect]) {
        let Schedule { budgets, running, timer, .. } = self;
        let looks = |event| {
            out.iter().any(|effect| matches!(effect, Effect::Look { of, .. } if *of == event))
        };
        let runs = |event| running.iter().any(|lane| lane.of == event);
        budgets.forget(|event| event == *timer || runs(event) || looks(event));
    }

    pub(super) fn hold(&mut self, account: &str, until: u64) {
        if let Some(account) = self.account_mut(account) {
            account.held = until;
        }
    }

    /// The limiter of an account is broken, or nobody hears it. That passes for all leads at once, and one that cannot keep what
    /// it knows would sign in for each of them: it is asked at a slower and slower pace, until it says a word.
    pub(super) fn limiter_failed(&mut self, name: &str, now: u64) {
        let pause = self.account(name).map_or(NET, |account| account.pause.max(NET));
        let until = now.saturating_add(self.scaled(pause));
        if let Some(account) = self.account_mut(name) {
            account.held = account.held.max(until);
            account.pause = pause.saturating_mul(2).min(LATEST_ALARM);
        }
        self.narrow(name);
    }

    /// The limiter of an account has said a word.
    pub(super) fn limiter_said(&mut self, name: &str) {
        if let Some(account) = self.account_mut(name) {
            account.pause = 0;
        }
    }

    /// The limiter had no lease.
    pub(super) fn narrow(&mut self, account: &str) {
        if let Some(account) = self.account_mut(account) {
            account.width = account.width.saturating_sub(1).max(1);
        }
    }

    /// There was a lease, so there may be another one. Says whether there is room for it.
    pub(super) fn widen(&mut self, account: &str) -> bool {
        let Some(account) = self.account_mut(account).filter(|account| account.width < AT_ONCE)
        else {
            return false;
        };
        account.width += 1;
        true
    }

    /// Whatever asked to be left alone is asked again.
    pub(super) fn let_ask(&mut self) {
        for account in &mut self.accounts {
            account.held = 0;
        }
    }

    /// The host sends nothing more in this event, or today: it is asked again at a slower and slower pace, until a call passes.
    pub(super) fn leave_alone(&mut self, of: u32, now: u64, out: &mut Vec<Effect>) {
        self.budgets.spend(of);
        if self.refused > now {
            return;
        }
        out.push(line("host.refused", |line| line.wait = Some(self.wait)));
        self.refused = now.saturating_add(self.scaled(self.wait));
        self.wait = self.wait.saturating_mul(2).min(LATEST_ALARM);
    }

    /// The host has let a call out.
    pub(super) fn passed(&mut self) {
        self.wait = NET;
    }

    // What to look at.

    /// Looks for what is due for these accounts, and for when to look again. Nothing here waits for a system: one that hangs
    /// must not hold up the others.
    pub(super) fn look(
        &mut self,
        accounts: &[String],
        arm: bool,
        of: u32,
        now: u64,
        out: &mut Vec<Effect>,
    ) {
        let mut statements = Vec::new();
        if self.refused <= now {
            let first = accounts.iter().position(|name| *name == self.turn).unwrap_or_default();
            let (behind, ahead) = accounts.split_at_checked(first).unwrap_or_default();
            for some in [ahead, behind] {
                for account in some {
                    self.due(account, of, now, &mut statements);
                }
            }
        }
        if arm {
            for one in &self.accounts {
                let most = u64::from(AT_ONCE) + 1;
                statements.push(Statement::of("next", &[&one.name], &[most]));
            }
        }
        if !statements.is_empty() {
            out.push(Effect::Look { of, arm, statements });
        }
    }

    fn due(&mut self, account: &str, of: u32, now: u64, statements: &mut Vec<Statement>) {
        if self.room(account, now) == 0 {
            return;
        }
        let most = u64::from(self.budgets.rows(of));
        let own = || self.targets.iter().filter(|one| one.account == account);
        // What is let go or marked of a backlog is some at a time.
        for target in own().filter(|one| one.open) {
            statements.push(Statement::of("let", &[account, &target.name], &[most]));
        }
        for target in own().filter(|one| !one.open && !has_sign(&one.name, '/')) {
            // A call that was made has to come to its end, whoever waits for a person.
            let full = u64::from(self.is_full(account, &target.name));
            let most = most.min(u64::from(SWEPT));
            statements.push(Statement::of("sweep", &[account, &target.name], &[now, most, full]));
        }
        // One lead for each closed target that may be asked about: who waits longest, and after that another one.
        let due = |one: &&Target| !one.open && one.scout.is_empty() && one.until <= now;
        for target in own().filter(due).filter(|one| !self.is_full(account, &one.name)) {
            statements.push(Statement::of("scout", &[account, &target.name], &[]));
        }
        let fills = own().any(|one| !one.open && has_sign(&one.name, '/'));
        let name = if fills { "filled" } else { "due" };
        statements.push(Statement::of(name, &[account], &[now, u64::from(PAGE)]));
    }

    /// So many leads of a target that is open were let go: where it was not as many as might, none is left.
    pub(super) fn let_go(&mut self, account: &str, name: &str, most: u64, changed: u64) {
        if changed < most {
            self.drop(account, name);
        }
    }

    /// The row of who waits longest for a closed target, or none.
    pub(super) fn scout(
        &mut self,
        account: &str,
        name: &str,
        row: Option<&Due<'_>>,
        of: u32,
        now: u64,
    ) -> Begun {
        match row {
            // Where nobody waits any more, the next lead is told by the limiter.
            None => self.drop(account, name),
            // Its last call may still be out, or has to wait longer than the target.
            Some(row) if row.next > now => {
                if let Some(target) = self.of(account, name) {
                    target.until = row.next;
                }
            }
            Some(row) => {
                let begun = self.begin(account, row, of, now);
                if let (Begun::Yes(_), Some(target)) = (&begun, self.of(account, name)) {
                    row.id.clone_into(&mut target.scout);
                }
                return begun;
            }
        }
        Begun::No
    }

    /// A row that is due begins, is marked as one that waits for a closed target, or stays.
    pub(super) fn sift(
        &mut self,
        account: &str,
        row: &Due<'_>,
        of: u32,
        now: u64,
        may_begin: bool,
    ) -> Begun {
        let mark = |target: &str, code| {
            Begun::Marked(Effect::Mark { id: row.id.to_owned(), target: target.to_owned(), code })
        };
        if row.phase == "waiting" && self.is_full(account, row.form) {
            return mark(row.form, Some(FULL));
        }
        if !self.has_way(account, row.form) {
            return mark(row.form, None);
        }
        let concerns = |one: &&Target| {
            let param = one.name.strip_prefix(row.form).and_then(|rest| rest.strip_prefix('/'));
            one.account == account
                && !one.open
                && param.is_some_and(|param| has_part(row.fills, '\n', param))
        };
        match self.targets.iter().find(concerns) {
            Some(target) => mark(&target.name, None),
            None if may_begin => self.begin(account, row, of, now),
            None => Begun::No,
        }
    }

    fn begin(&mut self, account: &str, row: &Due<'_>, of: u32, now: u64) -> Begun {
        if self.room(account, now) == 0
            || self.refused > now
            || !self.is_free(account, row.id, row.persons)
        {
            return Begun::No;
        }
        if !self.budgets.begin(of) {
            account.clone_into(&mut self.turn);
            return Begun::Spent;
        }
        let (id, persons) = (row.id.to_owned(), row.persons.to_owned());
        self.running.push(Lane { id: id.clone(), account: account.to_owned(), persons, of });
        let deadline = self.scaled(super::delivering::LEASE);
        Begun::Yes(Effect::Start {
            id,
            account: account.to_owned(),
            of,
            lost: row.phase == "sent",
            deadline,
        })
    }

    /// The rest comes at once, in the next event where this one may do no more.
    pub(super) fn later(&mut self, of: u32, now: u64, out: &mut Vec<Effect>) {
        self.by(now.saturating_add(1), of, now, out);
    }

    /// More of a backlog was changed than this event shall change.
    pub(super) fn changed(&mut self, of: u32, rows: u32) -> bool {
        let some = PAGE.min(self.budgets.rows(of));
        self.budgets.change(of, rows);
        rows >= some
    }

    // When to look again.

    /// Sets the alarm for the earliest delivery that is not running: `waiting` has the first ones of each account.
    pub(super) fn arm(
        &mut self,
        waiting: &[(&str, &str, u64)],
        of: u32,
        now: u64,
        out: &mut Vec<Effect>,
    ) {
        // Should the object die while something is out, this is what begins it anew.
        let latest = now.saturating_add(self.scaled(LATEST_ALARM));
        let is_busy = !self.running.is_empty();
        let mut soonest = is_busy.then_some(latest);
        let mut at =
            |time: u64| soonest = Some(soonest.map_or(time, |soonest: u64| soonest.min(time)));
        for account in &self.accounts {
            // Who ends first looks again; nothing is asked for again and again meanwhile.
            let pause = if is_busy { now.saturating_add(BUSY) } else { 0 };
            let earliest = self.refused.max(account.held).max(pause);
            if let Some(asks) = self.asks(&account.name) {
                at(asks.max(earliest));
            }
            for (_, id, next) in waiting.iter().filter(|(name, ..)| *name == account.name) {
                at(latest);
                // Where all leases are taken, the one that ends first looks; the alarm is there for the case of a crash.
                if !self.running.iter().any(|lane| lane.id == *id) {
                    at((*next).max(earliest));
                    break;
                }
            }
        }
        if let Some(soonest) = soonest {
            self.by(soonest, of, now, out);
        }
    }

    /// There is something to do by then. The alarm may only move nearer before it rings, and never stands at or before now,
    /// where the platform may lose it: what comes sooner is the timer's, and the alarm is the net below that. What a spent
    /// event has left is for the alarm alone, since a timer belongs to the event that set it.
    pub(super) fn by(&mut self, sooner: u64, of: u32, now: u64, out: &mut Vec<Effect>) {
        let is_spent = self.budgets.is_spent(of);
        let time = sooner.max(now.saturating_add(if is_spent { SOON } else { NET }));
        if sooner < time && !is_spent {
            self.ring(sooner, of, now, out);
        }
        if self.alarm.is_some_and(|at| at <= time && at >= now.saturating_sub(NET)) {
            return;
        }
        self.alarm = Some(time);
        out.push(Effect::Alarm { after: time.saturating_sub(now) });
    }

    /// A wait of less than a second: an alarm that is moved back and forth that fast may ring at the later time.
    fn ring(&mut self, time: u64, of: u32, now: u64, out: &mut Vec<Effect>) {
        self.timer = of;
        out.push(Effect::Timer { after: time.saturating_sub(now).max(1) });
    }

    /// No alarm stands, so the next one is not too late; and should nobody ask for one, the timer does.
    pub(super) fn unarmed(&mut self, of: u32, now: u64, out: &mut Vec<Effect>) {
        self.alarm = None;
        self.ring(now.saturating_add(NET), of, now, out);
    }
}

/// What became of a row that is due.
pub(super) enum Begun {
    Yes(Effect),
    Marked(Effect),
    No,
    /// The event may begin no more.
    Spent,
}

/// The persons of a lead without the kind of each key; leads of older versions have none.
fn plain(persons: &str) -> impl Iterator<Item = &str> {
    parts(persons, ' ').map(|key| cut_at(key, ':').map_or(key, |(_, key)| key))
}

/// The members of a line of the log.
#[derive(Default)]
pub(super) struct Line {
    pub(super) id: Option<String>,
    pub(super) account: Option<String>,
    pub(super) form: Option<String>,
    pub(super) code: Option<String>,
    pub(super) param: Option<String>,
    pub(super) wait: Option<u64>,
}

pub(super) fn line(event: &'static str, say: impl FnOnce(&mut Line)) -> Effect {
    let mut line = Line::default();
    say(&mut line);
    let Line { id, account, form, code, param, wait } = line;
    Effect::Log { event, id, account, form, code, param, wait }
}
