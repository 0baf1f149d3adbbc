//! What tells one state from another. Two that differ only in what nobody looks at any more are one state: lives and the
//! numbers of questions, what has run out, what is kept of a lead that is at rest, and what only an operator reads.

use crate::crm::{Kind, Person};
use crate::outbox::Ticket;
use crate::world::{Call, WINDOW, Word, World};
use fieldpost::delivery::outbox::{Delivery, Phase};
use fieldpost::relay::run::{At, Run};
use fieldpost::relay::schedule::Schedule;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};

/// No event of so small a world comes near what it may do, so how much of that is left tells nothing.
const PLENTY: u32 = 500;

/// Takes text as it comes.
#[derive(Default)]
struct Sum(DefaultHasher);

impl Write for Sum {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

impl Sum {
    fn text(&mut self, text: fmt::Arguments<'_>) {
        self.write_fmt(text).expect("a sum takes everything");
        self.0.write_u8(0);
    }

    fn put(&mut self, value: impl Hash) {
        value.hash(&mut self.0);
    }
}

impl World {
    pub(crate) fn sum_up(&mut self) {
        let mut sum = Sum::default();
        sum.put((self.now, self.alarms, &self.acknowledged, &self.left, self.alarm_lost));
        sum.put(&self.broken);
        sum.put(self.timers.map(|timer| timer.map(|(time, _)| time)));
        self.leads(&mut sum);
        for outbox in &self.outboxes {
            let (schedule, runs) = outbox.held();
            sum.put(schedule.is_some());
            if let Some(schedule) = schedule {
                self.schedule(&mut sum, schedule);
            }
            for (row, run) in runs {
                self.run(&mut sum, row, run);
            }
        }
        self.limiter(&mut sum);
        self.token(&mut sum);
        self.system(&mut sum);
        let mut words: Vec<u64> =
            self.words.iter().map(|(time, word)| self.word(*time, word)).collect();
        words.sort_unstable();
        sum.put(words);
        self.sum = sum.0.finish();
    }

    fn leads(&self, sum: &mut Sum) {
        for (lead, row) in self.store.rows.iter().enumerate() {
            sum.put((row.phase, row.maybe_repeated));
            if !self.is_at_rest(lead) {
                sum.put((row.next, &row.hold, row.trouble));
                delivery(sum, &row.state);
            }
        }
    }

    fn schedule(&self, sum: &mut Sum, schedule: &Schedule) {
        let budgets = &schedule.budgets.all;
        assert!(budgets.iter().all(|one| one.calls.min(one.deliveries).min(one.rows) > PLENTY));
        let account = &schedule.accounts[0];
        let mut running: Vec<&str> = schedule.running.iter().map(|lane| lane.id.as_str()).collect();
        running.sort_unstable();
        // One that should have rung a second ago stands no more.
        let alarm = schedule.alarm.filter(|at| at + 1_000 >= self.now);
        let refused = schedule.refused.max(self.now);
        sum.put((account.held.max(self.now), account.width, account.pause, running, alarm));
        sum.text(format_args!("{refused} {} {:?}", schedule.wait, schedule.targets));
    }

    fn run(&self, sum: &mut Sum, row: usize, run: &Run) {
        let Run { state, phase, hold, trouble, at, then, goes_on, due, .. } = run;
        sum.put((row, phase, hold, trouble, goes_on, &run.why, &run.token, run.write));
        sum.put((*at as u8, *then as u8));
        sum.put((*at == At::Sending).then_some(run.began));
        sum.put((*at == At::Rendering).then(|| format!("{:?}", self.rendered[row])));
        let is_as_kept = *state == self.store.rows[row].state;
        sum.put(is_as_kept);
        for state in due.iter().chain((!is_as_kept).then_some(state)) {
            delivery(sum, state);
        }
    }

    fn limiter(&self, sum: &mut Sum) {
        let now = self.now;
        let limiter = self.host.limiter();
        let mut leases: Vec<String> = limiter.leases.iter().map(|one| format!("{one:?}")).collect();
        leases.sort_unstable();
        sum.put(leases);
        sum.put(
            limiter
                .calls
                .iter()
                .map(|call| call.began)
                .filter(|began| began + WINDOW > now)
                .collect::<Vec<_>>(),
        );
        sum.put((limiter.quiet_until.max(now), limiter.version));
        for turn in limiter.turns.iter().filter(|turn| turn.until + 1_000 > now) {
            sum.put((&turn.shard, turn.until));
        }
        let mut fresh: Vec<_> = limiter.fresh.iter().filter(|fresh| fresh.until > now).collect();
        fresh.sort_by(|one, other| one.key.cmp(&other.key));
        for fresh in fresh {
            sum.put((&fresh.key, fresh.until, &fresh.by));
        }
        let (closed, targets) = (&limiter.closed, &limiter.targets);
        sum.text(format_args!("{closed:?} {targets:?} {:?} {:?}", limiter.budget, limiter.quota));
        // What is on disk is what it is made of anew: where nothing does that any more, it is not read.
        if self.left.contains(&"crash") || self.left.contains(&"disk") {
            let mut calls: Vec<u64> = Vec::new();
            for (name, text) in self.host.kept().0 {
                match name.strip_prefix("call ") {
                    Some(_) => calls.push(text.parse().unwrap()),
                    None => sum.put((name, text)),
                }
            }
            calls.retain(|began| began + WINDOW > now);
            calls.sort_unstable();
            sum.put(calls);
        }
    }

    /// The token, and who waits for it.
    fn token(&self, sum: &mut Sum) {
        let mut waiting: Vec<(u64, &String)> = Vec::new();
        for (name, text) in self.host.kept().1 {
            match name.strip_prefix("~wait ") {
                Some(number) => waiting.push((number.parse().unwrap(), text)),
                None if name == "~sign" => {
                    let words: Vec<&str> = text.split('\u{3}').collect();
                    let not_before: u64 = words[0].parse().unwrap();
                    let is_out = [words[4], words[5]].map(|number| !number.is_empty());
                    sum.put((not_before.max(self.now), words[1], words[2], is_out, words[6]));
                }
                None => sum.put((name, text)),
            }
        }
        waiting.sort_unstable();
        for (number, text) in waiting {
            sum.put((text, self.host.asker(number).map(|ticket| self.hears_of(*ticket))));
        }
    }

    fn system(&self, sum: &mut Sum) {
        // What can be seen, and what will be.
        let seen = self.now.saturating_sub(self.plan.lag);
        for Person { who, versions } in &self.crm.people {
            let old = versions.iter().rposition(|(since, _)| *since <= seen);
            let newer = &versions[old.map_or(0, |old| old + 1)..];
            sum.text(format_args!("{who:?} {:?} {newer:?}", old.map(|old| versions[old].1)));
        }
        sum.text(format_args!("{:?} {}", self.crm.running, self.crm.token));
        let enough = if self.plan.kind == Kind::Form { 2 } else { 1 };
        for written in &self.crm.written {
            sum.put((*written).min(enough));
        }
    }

    /// Words come in any order.
    fn word(&self, time: u64, word: &Word) -> u64 {
        let mut sum = Sum::default();
        sum.put(time.max(self.now));
        match word {
            Word::Accept { lead } => sum.put((0, lead)),
            Word::Said { ticket, heard, by_limiter } => {
                sum.put((1, ticket.row, by_limiter));
                sum.text(format_args!("{heard:?}"));
            }
            Word::Signed { number, .. } => sum.put((2, self.host.is_out(*number))),
            Word::Looked { number, token, .. } => sum.put((3, self.host.is_out(*number), token)),
            Word::Arrive { call } => {
                sum.put(4);
                self.call(&mut sum, call);
            }
            Word::Commit { call, until, is_heard } => {
                sum.put((5, until, is_heard));
                self.call(&mut sum, call);
            }
        }
        sum.0.finish()
    }

    fn call(&self, sum: &mut Sum, call: &Call) {
        let Call { write, who, record, token, ticket } = call;
        sum.put((write, record, token, ticket.row, self.hears_of(*ticket)));
        sum.text(format_args!("{who:?}"));
    }

    pub(crate) fn hears_of(&self, ticket: Ticket) -> bool {
        self.outboxes[self.shard(ticket.row)].waits_for(ticket)
    }
}

/// A delivery's state without what its next step sets anew.
fn delivery(sum: &mut Sum, state: &str) {
    let mut known: Delivery = serde_json::from_str(state).unwrap();
    known.outcome = None;
    if known.phase == Phase::Waiting {
        known.sent = 0;
    }
    sum.text(format_args!("{known:?}"));
}
