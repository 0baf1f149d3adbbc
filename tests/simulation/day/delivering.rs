//! The deliveries of a day: the gate is asked, calls go out, arrive and are answered, or none of these.

use super::*;

impl Day {
    /// Starts what is due, and sets the alarm.
    pub(super) fn pump(&mut self, shard: usize) {
        let mut soonest = u64::MAX;
        for account in 0..self.accounts.len() {
            let open = account * SHARDS + shard;
            self.open[open].retain(|row| matches!(self.rows[*row].state.phase, Phase::Waiting | Phase::Sent));
            let mut busy = self.open[open].iter().filter(|row| self.running.contains_key(row)).count();
            soonest = soonest.min(self.scout(account, shard));
            loop {
                let waiting = self.open[open]
                    .iter()
                    .filter(|row| !self.running.contains_key(row) && self.rows[**row].hold.is_none());
                let Some(row) = waiting.copied().min_by_key(|row| (self.rows[*row].state.next, *row)) else {
                    break;
                };
                let due = self.rows[row].state.next.max(self.accounts[account].held[shard]);
                if busy >= AT_ONCE || due > self.clock() {
                    soonest = soonest.min(due.max(self.clock() + 1));
                    break;
                }
                self.deliver(row);
                busy += usize::from(self.running.contains_key(&row));
            }
        }
        if soonest < u64::MAX {
            let time = self.when(soonest);
            self.alarm(shard, time);
        }
    }

    /// One lead for each closed form that may be asked about: who waits longest. When to come back.
    fn scout(&mut self, account: usize, shard: usize) -> u64 {
        let mut soonest = u64::MAX;
        for (name, until) in self.accounts[account].holds[shard].clone() {
            let of = |row: &&usize| self.rows[**row].hold.as_ref() == Some(&name);
            let open = &self.open[account * SHARDS + shard];
            let held: Vec<usize> = open.iter().filter(of).copied().collect();
            if held.iter().any(|row| self.running.contains_key(row)) {
                continue;
            }
            let when = until.max(self.accounts[account].held[shard]);
            match held.into_iter().min_by_key(|row| (self.rows[*row].state.next, *row)) {
                None => {
                    self.accounts[account].holds[shard].remove(&name);
                }
                Some(row) if when <= self.clock() => {
                    self.deliver(row);
                    soonest = soonest.min(self.clock() + 250);
                }
                Some(_) => soonest = soonest.min(when),
            }
        }
        soonest
    }

    /// All who wait for this form go.
    fn let_go(&mut self, account: usize, shard: usize, name: &str) {
        self.accounts[account].holds[shard].remove(name);
        for row in &mut self.rows {
            if row.account == account && row.shard == shard && row.hold.as_deref() == Some(name) {
                row.hold = None;
            }
        }
    }

    /// The harmless read of an account comes to its end.
    pub(super) fn read(&mut self, account: usize) {
        let (now, at) = (self.clock(), self.now);
        let gate = &mut self.accounts[account];
        gate.reading = false;
        let looked = match gate.crm.look(at) {
            None => Looked::Good,
            Some(Fault::Account) => Looked::Refused,
            Some(_) => Looked::Forbidden,
        };
        gate.limiter.looked(looked, "crm.closed", "Mend it.", EVERY, now);
        gate.kept.write(&mut gate.limiter);
    }

    /// Takes one delivery as far as it goes now: what `Outbox.deliver` does.
    pub(super) fn deliver(&mut self, row: usize) {
        let now = self.clock();
        let (account, shard) = (self.rows[row].account, self.rows[row].shard);
        let keys = self.keys(row);
        let gate = &mut self.accounts[account];
        let Some(token) = gate.token else {
            if !std::mem::replace(&mut gate.asking, true) {
                self.at(self.now + 100, Happening::Token { account, life: self.life });
            }
            self.accounts[account].held[shard] = now + 150;
            return;
        };
        let door = gate.limiter.door(now);
        if door == Door::Read {
            if !std::mem::replace(&mut gate.reading, true) {
                self.at(self.now + 50, Happening::Read { account, life: self.life });
            }
            self.accounts[account].held[shard] = now + 100;
            return;
        }
        let (id, name) = (row.to_string(), shard.to_string());
        let lost = self.rows[row].state.phase == Phase::Sent;
        let lag = gate.recipe.lag();
        let deadline = if self.careful { LEASE } else { SHORT_LEASE };
        let (form, fills, every) = (FORMS[self.rows[row].lead % 2], "", EVERY);
        let ask = Ask { id: &id, keys: &keys, shard: &name, deadline, lag, lost, form, fills, every };
        let answer = gate.limiter.acquire(gate.limits, ask, now);
        gate.kept.write(&mut gate.limiter);
        match answer {
            // Between a look-up and its write nobody else may come, so the place is kept for a while.
            Answer::Wait { until, scope: Scope::Account, .. }
                if self.going_on.contains(&row) && until < now + 10_000 =>
            {
                self.running.insert(row, self.now);
                let time = self.when(until);
                self.at(time, Happening::GoOn { row, life: self.life });
            }
            Answer::Wait { until, scope: Scope::Account, .. } => {
                if self.going_on.remove(&row) {
                    gate.limiter.release(&id, Keep::No, None);
                }
                gate.held[shard] = until;
            }
            Answer::Wait { until, scope: Scope::Target, target } => {
                let name = target.unwrap();
                gate.holds[shard].insert(name.clone(), until);
                self.rows[row].hold = Some(name);
            }
            Answer::Wait { until, .. } => {
                self.step(row, Event::Held { until });
            }
            Answer::Granted { doubt, others, kept, probe } => {
                self.going_on.remove(&row);
                let hold = self.rows[row].hold.clone();
                if let (false, Some(name)) = (probe, hold) {
                    self.let_go(account, shard, &name);
                }
                let gate = &mut self.accounts[account];
                assert!(gate.limiter.leases.len() <= gate.limits.at_once as usize, "too many at once");
                assert!(gate.limiter.calls.len() <= gate.limits.calls as usize, "too many in a window");
                self.running.insert(row, self.now);
                // Between two objects a word takes milliseconds, and on a bad day seconds.
                let bad = self.below(2 * self.slow) == 0;
                let way = self.below(if bad { 20_000 } else { 20 });
                let grant = Grant { token, doubt, others, kept, asked: now };
                self.at(self.now + way, Happening::Granted { row, life: self.life, grant });
            }
        }
    }

    /// The gate's word has come.
    pub(super) fn granted(&mut self, row: usize, grant: &Grant) {
        let Grant { token, doubt, others, kept, asked } = *grant;
        let place = self.careful.then_some(asked + LEASE);
        match self.step(row, Event::Due { doubt, others, kept, place }) {
            Effect::Send { operation, record, .. } if self.said(row) != Who::default() => {
                self.send(row, token, operation, record);
            }
            Effect::Send { .. } => {
                self.running.remove(&row);
                let Row { account, shard, lead, .. } = self.rows[row];
                let (id, now) = (row.to_string(), self.clock());
                let limiter = &mut self.accounts[account].limiter;
                limiter.settle(unsent(&id, FORMS[lead % 2]), now);
                limiter.release(&id, Keep::No, None);
                self.step(row, Event::Blind);
                self.pump(shard);
            }
            effect => {
                self.running.remove(&row);
                let Row { account, shard, lead, .. } = self.rows[row];
                let (id, now) = (row.to_string(), self.clock());
                let limiter = &mut self.accounts[account].limiter;
                limiter.settle(unsent(&id, FORMS[lead % 2]), now);
                limiter.release(&id, Keep::No, None);
                assert!(!matches!(effect, Effect::Done | Effect::Dead), "{effect:?}");
                self.pump(shard);
            }
        }
    }

    /// What a lead has of an account's keys.
    fn who(&self, row: usize) -> Who {
        let lead = &self.leads[self.rows[row].lead];
        match self.accounts[self.rows[row].account].crm.kind {
            Kind::Upsert => lead.who,
            Kind::Form | Kind::Creates => Who { email: Some(lead.person), phone: None },
        }
    }

    /// The same as the gate has them.
    fn keys(&self, row: usize) -> String {
        let Who { email, phone } = self.who(row);
        let keys = [email.map(|email| format!("e:e{email}")), phone.map(|phone| format!("p:p{phone}"))];
        keys.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What the next call of a row goes by or sends; nothing where the lead has none of its keys.
    fn said(&self, row: usize) -> Who {
        let who = self.who(row);
        let state = &self.rows[row].state;
        let left = |key, name: &str| if state.without == name { None } else { key };
        let who = Who { email: left(who.email, "email"), phone: left(who.phone, "phone") };
        match state.call {
            Sending::Holders if who.email.is_none() => Who::default(),
            Sending::Holders => Who { email: None, ..who },
            Sending::Probe if who.email.is_some() => Who { phone: None, ..who },
            Sending::Probe | Sending::Write | Sending::Found => who,
        }
    }

    pub(super) fn step(&mut self, row: usize, event: Event) -> Effect {
        let random = self.bits() as u32;
        let now = self.clock();
        let recipe = self.accounts[self.rows[row].account].recipe;
        let state = &mut self.rows[row].state;
        let effect = state.step(recipe, TIMING, event, now, random);
        if matches!(effect, Effect::Done | Effect::Dead) {
            self.rows[row].hold = None;
        }
        let state = &self.rows[row].state;
        if matches!(effect, Effect::Wait) {
            assert!(state.next <= now + 25 * 60 * 60 * 1_000, "{state:?} waits for ever");
        }
        effect
    }

    pub(super) fn send(&mut self, row: usize, token: u64, operation: &str, record: Option<String>) {
        self.seen.calls += 1;
        let recipe = self.accounts[self.rows[row].account].recipe;
        let reads = [
            recipe.probe.as_ref().map(|probe| probe.operation),
            recipe.guard.as_ref().map(|guard| guard.operation),
        ];
        let write = !reads.contains(&Some(operation));
        self.running.insert(row, self.now);
        let fate = if self.below(100) < self.trouble {
            let fates = [Fate::Unheard, Fate::Broken, Fate::Dropped, Fate::Refused, Fate::Busy, Fate::Rate];
            fates[self.below(6) as usize]
        } else {
            Fate::Answered
        };
        let sent = self.rows[row].state.sent;
        let who = self.said(row);
        self.seen.taken += u64::from(write && self.rows[row].state.without == "phone");
        let record = record.map(|id| id.parse().unwrap());
        let call = Call { write, who, record, token, sent, life: self.life, fate };
        // Most calls are quick; some are as slow as may be.
        let slow = self.below(self.slow) == 0;
        let way = 1 + self.below(if slow { LONGEST / 2 - 1 } else { 50 });
        match fate {
            Fate::Refused => self.hear_at(self.now + 5, row, &call, lost()),
            Fate::Broken => {
                self.hear_at(self.now + 1, row, &call, lost());
                self.at(self.now + way, Happening::Arrive { row, call });
            }
            _ => self.at(self.now + way, Happening::Arrive { row, call }),
        }
    }

    pub(super) fn hear_at(&mut self, time: u64, row: usize, call: &Call, outcome: Outcome) {
        self.at(time, Happening::Hear { row, sent: call.sent, life: call.life, outcome });
    }

    /// A call reaches the CRM.
    pub(super) fn arrive(&mut self, row: usize, call: Call) {
        let Row { lead, account, .. } = self.rows[row];
        let poison = self.leads[lead].poison;
        let who = call.who;
        let deadline = self.now + TIMING.deadline;
        match call.fate {
            Fate::Dropped => return self.hear_at(self.now + 1, row, &call, lost()),
            Fate::Busy => {
                return self.hear_at(self.now + 1, row, &call, retry("http.503", Reason::Busy, 2_000));
            }
            Fate::Rate => {
                return self.hear_at(self.now + 1, row, &call, retry("http.429", Reason::Rate, 5_000));
            }
            _ => {}
        }
        if let Some(said) = self.accounts[account].crm.knock(
            call.token,
            poison && call.write,
            (lead % 2, call.write),
            self.now,
        ) {
            if call.fate != Fate::Broken {
                self.hear_at(self.now + 1, row, &call, said);
            }
            return;
        }
        let crm = &mut self.accounts[account].crm;
        if !call.write {
            self.seen.lagged += u64::from(crm.lags(who, self.now));
            let said = crm.read(who, self.now);
            match call.fate {
                Fate::Answered => self.hear_at(self.now + 20, row, &call, said),
                Fate::Broken => {}
                _ => self.hear_at(deadline, row, &call, lost()),
            }
            return;
        }
        let slow = self.below(self.slow) == 0;
        let takes = 1 + self.below(if slow { LONGEST / 2 - 1 } else { 200 });
        self.accounts[account].crm.begin(who, call.record, self.now + takes, self.now);
        self.at(self.now + takes, Happening::Commit { row, call });
    }

    pub(super) fn commit(&mut self, row: usize, call: &Call) {
        let Row { lead, account, .. } = self.rows[row];
        let outcome = self.accounts[account].crm.commit(call.who, lead, self.now);
        match call.fate {
            Fate::Broken => {}
            Fate::Answered => self.hear_at(self.now + 1, row, call, outcome),
            // Cut in the middle, or never sent: the relay's own deadline ends it.
            _ => {
                let late = if self.below(2) == 0 { 1 } else { TIMING.deadline };
                self.hear_at(self.now + late, row, call, lost());
            }
        }
    }

    /// The relay hears what came of a call.
    pub(super) fn hear(&mut self, row: usize, outcome: &Outcome) {
        if self.running.remove(&row).is_none() {
            return;
        }
        let unknown = matches!(outcome, Outcome::Unknown { .. });
        self.seen.lost += u64::from(unknown);
        let Row { account, shard, lead, .. } = self.rows[row];
        let call = self.rows[row].state.call;
        let write = matches!(call, Sending::Write | Sending::Found);
        let outcome_is = outcome.clone();
        self.step(
            row,
            match call {
                Sending::Holders => {
                    let identity = self.leads[self.rows[row].lead].person.to_string();
                    Event::Listed { outcome: outcome_is, identity, by_key: self.by_phone }
                }
                _ => Event::Outcome { outcome: outcome_is },
            },
        );
        let now = self.clock();
        let gate = &mut self.accounts[account];
        if write && matches!(outcome, Outcome::Stored { .. }) {
            gate.limiter.stored(&row.to_string(), gate.recipe.lag(), now);
        }
        let state = &self.rows[row].state;
        let goes_on = !write
            && state.phase == Phase::Waiting
            && matches!(outcome, Outcome::Found { .. } | Outcome::Refused { .. })
            && state.next <= now;
        let keep = match (goes_on, write && unknown) {
            (true, _) => Keep::GoesOn,
            (false, true) => Keep::Lost,
            _ => Keep::No,
        };
        let landed = (keep == Keep::Lost && self.careful).then_some(state.sent + TIMING.deadline);
        let mut fault = match outcome {
            Outcome::Refused { fault, .. } => Some(*fault),
            _ => None,
        };
        let mut blamed = false;
        if fault == Some(Fault::Unsure) {
            let looked = gate.crm.look(self.now);
            blamed = looked.is_none();
            fault = looked.map(|fault| if fault == Fault::Account { fault } else { Fault::Writes });
        }
        let id = row.to_string();
        let told = Told {
            unsent: false,
            stored: write && matches!(outcome, Outcome::Stored { .. }),
            fault,
            ..unsent(&id, FORMS[lead % 2])
        };
        let Settled { hold, until, events } = gate.limiter.settle(told, now);
        let has = |wanted: &str| events.iter().filter(|(event, ..)| *event == wanted).count() as u64;
        self.seen.closed += has("account.closed");
        self.seen.targets += has("target.closed");
        self.seen.blamed += u64::from(blamed);
        gate.limiter.release(&row.to_string(), keep, landed);
        match outcome {
            Outcome::Retry { reason: Reason::Token, .. } => gate.token = None,
            Outcome::Retry { reason: Reason::Rate, after, .. } => {
                gate.limiter.quiet(now + after.unwrap_or_default());
            }
            Outcome::Retry { reason: Reason::Quota, .. } => {
                let reset = (gate.crm.quota).saturating_add_signed(self.skew);
                gate.limiter.spent(reset.max(now), PROBE_EVERY, now);
            }
            Outcome::Stored { .. } | Outcome::Found { .. } | Outcome::Refused { .. } => gate.limiter.opened(),
            _ => {}
        }
        gate.kept.write(&mut gate.limiter);
        gate.held[shard] = if hold.is_none() { until } else { 0 };
        let opened = has("target.opened") > 0;
        if blamed {
            self.step(row, Event::Blamed);
        }
        if let Some(name) = hold {
            self.accounts[account].holds[shard].insert(name.clone(), until);
            self.rows[row].hold = Some(name);
        } else if let (true, Some(name)) = (opened, self.rows[row].hold.clone()) {
            self.let_go(account, shard, &name);
        }
        if goes_on {
            self.going_on.insert(row);
            self.deliver(row);
        }
        self.pump(shard);
    }
}

fn unsent<'a>(id: &'a str, form: &'a str) -> Told<'a> {
    Told {
        id,
        form,
        fills: "",
        unsent: true,
        stored: false,
        fault: None,
        param: "",
        code: "crm.closed",
        message: "Mend it.",
        every: EVERY,
    }
}
