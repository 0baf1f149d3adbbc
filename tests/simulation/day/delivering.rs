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
                let is_full = busy >= self.accounts[account].wide[shard];
                if is_full || due > self.clock() {
                    // Who ends first pumps.
                    soonest = soonest.min(due.max(self.clock() + if is_full { 250 } else { 1 }));
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

    /// Asks an account's gate; the answer comes when it comes.
    fn ask(&mut self, row: usize, what: What, event: Asked<'_>) {
        let account = self.rows[row].account;
        let asker = Asker { row, life: self.life, what, asked: self.clock() };
        let (now, fate) = (self.gate_clock(account), self.befalls(account));
        let tasks = self.accounts[account].gate.ask(asker, event, now, fate);
        self.carry_out(account, tasks);
    }

    /// What an account's gate has done comes back to it.
    fn came(&mut self, account: usize, number: u64, event: Asked<'_>) {
        let (now, fate) = (self.gate_clock(account), self.befalls(account));
        let tasks = self.accounts[account].gate.heard(number, event, now, fate);
        self.carry_out(account, tasks);
    }

    fn gate_clock(&self, account: usize) -> u64 {
        self.clock().saturating_add_signed(self.accounts[account].ahead)
    }

    fn befalls(&mut self, account: usize) -> Befalls {
        let traps = self.below(50) == 0;
        let dies = (self.below(200) == 0).then(|| self.below(6) as usize);
        self.seen.traps += u64::from(traps);
        self.seen.deaths += u64::from(dies.is_some());
        Befalls { traps, full: self.now < self.accounts[account].full, dies }
    }

    /// What a gate has the world do.
    pub(super) fn carry_out(&mut self, account: usize, tasks: Vec<Task<Asker>>) {
        let life = self.accounts[account].gate.life;
        for task in tasks {
            match task {
                Task::Answer(asker, reply) => self.answer(asker, reply),
                Task::SignIn { number, deadline } => {
                    self.seen.sign_ins += 1;
                    let login = self.accounts[account].crm.login(self.now);
                    // What the host keeps back asks nobody.
                    if login != Some(Login::Unsent) {
                        self.accounts[account].sign_ins.push(self.now);
                    }
                    let slow = self.below(self.slow) == 0;
                    let takes = match login {
                        Some(Login::Stalls) => deadline,
                        Some(Login::Unsent) => 0,
                        _ => 1 + self.below(if slow { deadline } else { 200 }),
                    };
                    self.at(self.now + takes, Happening::Signed { account, life, number, login });
                }
                Task::Look { number, token } => {
                    let token = token.parse().unwrap();
                    let slow = self.below(self.slow) == 0;
                    let takes = 1 + self.below(if slow { LONGEST } else { 100 });
                    self.at(self.now + takes, Happening::Looked { account, life, number, token });
                }
                Task::Midnight { number } => {
                    let (ahead, reset) = (self.accounts[account].ahead, self.accounts[account].crm.quota);
                    let reset = reset.saturating_add_signed(self.skew + ahead).max(self.gate_clock(account));
                    self.came(account, number, Asked::Midnight(reset));
                }
                Task::Log(event) => {
                    self.seen.closed += u64::from(event == "account.closed");
                    self.seen.targets += u64::from(event == "target.closed");
                    self.seen.signed_in_vain += u64::from(event == "auth.refused");
                    self.seen.dead_tokens += u64::from(event == "token.refused");
                }
            }
        }
    }

    /// Between two objects a word takes milliseconds, on a bad day seconds, and now and then it is lost.
    fn answer(&mut self, asker: Asker, reply: Option<Reply>) {
        let late = asker.asked + GATE_DEADLINE;
        if self.below(400) == 0 {
            let time = self.when(late);
            return self.at(time, Happening::Told { asker, reply: None });
        }
        let bad = self.below(2 * self.slow) == 0;
        let way = self.below(if bad { 20_000 } else { 20 });
        let is_late = self.clock() + way > late && reply.is_some();
        self.at(self.now + way, Happening::Told { asker, reply: if is_late { None } else { reply } });
    }

    /// A sign-in comes to its end.
    pub(super) fn signed(&mut self, account: usize, number: u64, login: Option<Login>) {
        let good = self.accounts[account].crm.token;
        let failed = |code: &'static str| Said { kind: Came::Failed, code, message: code, ..Said::default() };
        let (value, said) = match login {
            None => (good.to_string(), None),
            Some(Login::Dead) => ((good + 1_000 + number).to_string(), None),
            Some(Login::Stalls) => (String::new(), Some(failed("network.timeout"))),
            Some(Login::Unsent) => (String::new(), Some(Said::default())),
            Some(Login::Down) => {
                (String::new(), Some(Said { kind: Came::Retry, code: "auth.down", ..Said::default() }))
            }
            Some(Login::Refused) => (String::new(), Some(failed("account.invalid"))),
        };
        match said {
            None => self.came(account, number, Asked::Signed(&value, 3_540_000)),
            Some(said) => self.came(account, number, Asked::NotSigned(said)),
        }
    }

    /// The harmless read of an account comes to its end.
    pub(super) fn looked(&mut self, account: usize, number: u64, token: u64) {
        let outcome = self.accounts[account].crm.look(token, self.now);
        self.came(account, number, Asked::Looked(said(&outcome)));
    }

    /// Takes one delivery as far as it goes now: what `Outbox.deliver` does. First it asks for its place.
    pub(super) fn deliver(&mut self, row: usize) {
        self.running.insert(row, self.now);
        let keys = self.keys(row);
        let (id, shard) = (row.to_string(), self.rows[row].shard.to_string());
        let lost = self.rows[row].state.phase == Phase::Sent;
        let deadline = if self.careful { LEASE } else { SHORT_LEASE };
        let (form, fills) = (FORMS[self.rows[row].lead % 2], "");
        let acquire = Acquire { id: &id, keys: &keys, shard: &shard, form, fills, deadline, lost };
        self.ask(row, What::Place, Asked::Acquire(acquire));
    }

    /// Gives the place back: no call was made.
    fn give_back(&mut self, row: usize, what: What) {
        let id = row.to_string();
        let form = FORMS[self.rows[row].lead % 2];
        self.ask(row, what, Asked::Release(Release { id: &id, form, ..Release::default() }));
    }

    /// The gate's word has come, or none.
    pub(super) fn told(&mut self, asker: Asker, reply: Option<Reply>) {
        let Asker { row, what, asked, .. } = asker;
        let Row { account, shard, .. } = self.rows[row];
        match (what, reply) {
            // Whoever broke waits for a while, whatever it was about.
            (_, None) => {
                self.seen.unanswered += 1;
                self.running.remove(&row);
                self.going_on.remove(&row);
                let next = self.clock() + STUMBLED;
                let state = &mut self.rows[row].state;
                state.next = state.next.max(next);
            }
            (What::Place, Some(Reply::Granted { doubt, others, kept, probe, token, .. })) => {
                return self.granted(row, asked, (doubt, others, kept, probe), &token);
            }
            (What::Place, Some(Reply::Wait { until, scope, target })) => {
                let now = self.clock();
                let goes_on = self.going_on.contains(&row);
                // Between a look-up and its write nobody else may come, so the place is kept for a while.
                if goes_on && scope == Scope::Account && until < now + 10_000 {
                    let time = self.when(until);
                    return self.at(time, Happening::GoOn { row, life: self.life });
                }
                self.running.remove(&row);
                if self.going_on.remove(&row) {
                    self.running.insert(row, self.now);
                    self.give_back(row, What::Back);
                }
                match (scope, target) {
                    (Scope::Account, _) => {
                        let Account { held, wide, .. } = &mut self.accounts[account];
                        held[shard] = until;
                        wide[shard] = wide[shard].saturating_sub(1).max(1);
                    }
                    (_, Some(name)) => {
                        self.accounts[account].holds[shard].insert(name.clone(), until);
                        self.rows[row].hold = Some(name);
                    }
                    (..) => drop(self.step(row, Event::Held { until })),
                }
            }
            (What::Over { goes_on }, Some(Reply::Released { hold, until, opened, blamed })) => {
                self.running.remove(&row);
                self.settle(row, hold, until, opened, blamed);
                if goes_on && !blamed && until == 0 {
                    self.going_on.insert(row);
                    self.deliver(row);
                }
            }
            (What::Blind, Some(Reply::Released { .. })) => {
                self.running.remove(&row);
                self.step(row, Event::Blind);
            }
            (What::Back, Some(Reply::Released { .. })) => drop(self.running.remove(&row)),
            (what, reply) => panic!("{what:?} was told {reply:?}"),
        }
        self.pump(shard);
    }

    /// What the gate says of a call that was answered: what `Deliveries.settle` does.
    fn settle(&mut self, row: usize, hold: Option<String>, until: u64, opened: bool, blamed: bool) {
        let Row { account, shard, .. } = self.rows[row];
        self.seen.blamed += u64::from(blamed);
        self.accounts[account].held[shard] = if hold.is_none() { until } else { 0 };
        if blamed {
            self.step(row, Event::Blamed);
        }
        if let Some(name) = hold {
            self.accounts[account].holds[shard].insert(name.clone(), until);
            self.rows[row].hold = Some(name);
        } else if let (true, Some(name)) = (opened, self.rows[row].hold.clone()) {
            self.let_go(account, shard, &name);
        }
    }

    /// There is a place.
    fn granted(
        &mut self,
        row: usize,
        asked: u64,
        (doubt, others, kept, probe): (Option<u64>, Option<u64>, bool, bool),
        token: &str,
    ) {
        self.going_on.remove(&row);
        let Row { account, shard, ref hold, .. } = self.rows[row];
        if let (false, Some(name)) = (probe, hold.clone()) {
            self.let_go(account, shard, &name);
        }
        let Account { gate, limits, wide, .. } = &mut self.accounts[account];
        wide[shard] = AT_ONCE.min(wide[shard] + 1);
        assert!(gate.limiter().leases.len() <= limits.at_once as usize, "too many at once");
        assert!(gate.limiter().calls.len() <= limits.calls as usize, "too many in a window");
        let place = self.careful.then_some(asked + LEASE);
        match self.step(row, Event::Due { doubt, others, kept, place }) {
            Effect::Send { operation, record, .. } if self.said(row) != Who::default() => {
                self.send(row, token.parse().unwrap(), operation, record);
            }
            Effect::Send { .. } => self.give_back(row, What::Blind),
            effect => {
                assert!(!matches!(effect, Effect::Done | Effect::Dead), "{effect:?}");
                self.give_back(row, What::Back);
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
        self.at(time, Happening::Hear { row, sent: call.sent, life: call.life, token: call.token, outcome });
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

    /// The relay hears what came of a call, and tells the gate.
    pub(super) fn hear(&mut self, row: usize, token: u64, outcome: &Outcome) {
        if !self.running.contains_key(&row) {
            return;
        }
        let unknown = matches!(outcome, Outcome::Unknown { .. });
        self.seen.lost += u64::from(unknown);
        let lead = self.rows[row].lead;
        let call = self.rows[row].state.call;
        let write = matches!(call, Sending::Write | Sending::Found);
        let sent = self.rows[row].state.sent;
        let outcome_is = outcome.clone();
        self.step(
            row,
            match call {
                Sending::Holders => {
                    let identity = self.leads[lead].person.to_string();
                    Event::Listed { outcome: outcome_is, identity, by_key: self.by_phone }
                }
                _ => Event::Outcome { outcome: outcome_is },
            },
        );
        let now = self.clock();
        let state = &self.rows[row].state;
        let again = state.phase == Phase::Waiting && state.next <= now;
        let goes_on = again && !write && matches!(outcome, Outcome::Found { .. } | Outcome::Refused { .. });
        // What the machine makes of one refused token after the other.
        let heard = match &state.outcome {
            Some(refused @ Outcome::Refused { .. }) => refused.clone(),
            _ => outcome.clone(),
        };
        let landed = self.careful.then(|| (sent + TIMING.deadline).saturating_sub(now));
        let (id, token, form) = (row.to_string(), token.to_string(), FORMS[lead % 2]);
        let after = match outcome {
            Outcome::Retry { reason: Reason::Rate, after, .. } => *after,
            _ => None,
        };
        let release = Release {
            id: &id,
            form,
            token: &token,
            said: said(&heard),
            write,
            goes_on,
            landed,
            after,
            ..Release::default()
        };
        self.ask(row, What::Over { goes_on }, Asked::Release(release));
    }
}
