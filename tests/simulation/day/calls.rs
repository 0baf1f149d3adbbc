//! The calls of a day: they leave, arrive and are answered, or none of these.

use super::*;

impl Day {
    /// What a lead has of an account's keys.
    fn who(&self, row: usize) -> Who {
        let lead = &self.leads[self.lead_of[row]];
        match self.accounts[self.store.rows[row].account].crm.kind {
            Kind::Upsert => lead.who,
            Kind::Form | Kind::Creates => Who { email: Some(lead.person), phone: None },
        }
    }

    /// The same as the limiter has them.
    pub(super) fn keys(&self, lead: usize, account: usize) -> String {
        let Lead { person, who, .. } = self.leads[lead];
        let Who { email, phone } = match self.accounts[account].crm.kind {
            Kind::Upsert => who,
            Kind::Form | Kind::Creates => Who { email: Some(person), phone: None },
        };
        let keys =
            [email.map(|email| format!("e:e{email}")), phone.map(|phone| format!("p:p{phone}"))];
        keys.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Makes the request of a delivery's call; nothing where the lead has none of the keys that it goes by.
    pub(super) fn render(
        &mut self,
        row: usize,
        state: &Delivery,
    ) -> Option<(bool, Option<String>)> {
        let who = self.who(row);
        let left = |key, name: &str| if state.without == name { None } else { key };
        let who = Who { email: left(who.email, "email"), phone: left(who.phone, "phone") };
        let who = match state.call {
            Sending::Holders if who.email.is_none() => Who::default(),
            Sending::Holders => Who { email: None, ..who },
            Sending::LookUp if who.email.is_some() => Who { phone: None, ..who },
            Sending::LookUp | Sending::Write | Sending::Found => who,
        };
        if who == Who::default() {
            return None;
        }
        let write = matches!(state.call, Sending::Write | Sending::Found);
        self.seen.taken += u64::from(write && state.without == "phone");
        let record = state.record.as_ref().filter(|_| state.call == Sending::Found);
        let record = record.map(|id| id.parse().unwrap());
        self.rendered.insert(row, (who, record, write));
        let identity = self.leads[self.lead_of[row]].person.to_string();
        Some((write, (state.call == Sending::Holders).then_some(identity)))
    }

    pub(super) fn send(&mut self, ticket: Ticket, token: u64, deadline: u64, ends: u64) {
        let Stored { shard, account, .. } = self.store.rows[ticket.row];
        // Some words to a sender are held up on their way, and some calls the host holds back.
        let late = if self.below(300) == 0 { self.below(2 * deadline) } else { 0 };
        let out = self.out.entry((shard, account)).or_default();
        let why =
            match leaves(*out, deadline, ends, self.now.saturating_add_signed(self.skew) + late) {
                Leaves::Late => Some("late"),
                Leaves::Full => Some("full"),
                Leaves::Within(_) => (self.below(300) == 0).then_some("host"),
            };
        if let Some(why) = why {
            self.seen.unsent += 1;
            let why = why.to_owned();
            return self.said(
                self.now + late + 5,
                ticket,
                Heard::Unsent { why, code: String::new() },
            );
        }
        *self.out.entry((shard, account)).or_default() += 1;
        self.seen.calls += 1;
        let row = ticket.row;
        let fate = if self.below(100) < self.trouble {
            let fates =
                [Fate::Unheard, Fate::Broken, Fate::Dropped, Fate::Refused, Fate::Busy, Fate::Rate];
            fates[self.below(6) as usize]
        } else {
            Fate::Answered
        };
        let (who, record, write) = self.rendered[&row];
        let call = Call { write, who, record, token, ticket, fate };
        // Most calls are quick; some are as slow as may be.
        let slow = self.below(self.slow) == 0;
        let way = 1 + self.below(if slow { LONGEST / 2 - 1 } else { 50 });
        match fate {
            Fate::Refused => self.hear_at(self.now + 5, &call, lost()),
            Fate::Broken => {
                self.hear_at(self.now + 1, &call, lost());
                self.at(self.now + way, Happening::Arrive { row, call });
            }
            _ => self.at(self.now + way, Happening::Arrive { row, call }),
        }
    }

    fn hear_at(&mut self, time: u64, call: &Call, outcome: Outcome) {
        // A `Retry-After` stands beside what it is about, or is missing.
        let after = match &outcome {
            Outcome::Retry { after, reason: Reason::Rate | Reason::Busy, .. } => {
                after.filter(|_| time.is_multiple_of(2))
            }
            _ => None,
        };
        self.said(time, call.ticket, Heard::Called { outcome, pace: None, after });
    }

    /// A call reaches the CRM.
    pub(super) fn arrive(&mut self, row: usize, call: Call) {
        let (lead, account) = (self.lead_of[row], self.store.rows[row].account);
        let poison = self.leads[lead].poison;
        let who = call.who;
        let deadline = self.now + DEADLINE;
        match call.fate {
            Fate::Dropped => return self.hear_at(self.now + 1, &call, lost()),
            Fate::Busy => {
                return self.hear_at(self.now + 1, &call, retry("http.503", Reason::Busy, 2_000));
            }
            Fate::Rate => {
                return self.hear_at(self.now + 1, &call, retry("http.429", Reason::Rate, 5_000));
            }
            _ => {}
        }
        let is_poison = poison && call.write;
        // Who does not fill the parameter goes to another target, as far as this is concerned.
        let of_param = self.accounts[account].crm.trouble.is_some_and(|trouble| trouble.param);
        let form =
            if of_param && self.store.rows[row].fills != EXTRA { usize::MAX } else { lead % 2 };
        let said =
            self.accounts[account].crm.knock(call.token, is_poison, (form, call.write), self.now);
        if let Some(said) = said {
            if call.fate == Fate::Broken {
                self.accounts[account].crm.unheard += 1;
            } else {
                self.hear_at(self.now + 1, &call, said);
            }
            return;
        }
        let crm = &mut self.accounts[account].crm;
        if !call.write {
            self.seen.lagged += u64::from(crm.lags(who, self.now));
            let said = crm.read(who, self.now);
            match call.fate {
                Fate::Answered => self.hear_at(self.now + 20, &call, said),
                Fate::Broken => {}
                _ => self.hear_at(deadline, &call, lost()),
            }
            return;
        }
        let slow = self.below(self.slow) == 0;
        let takes = 1 + self.below(if slow { LONGEST / 2 - 1 } else { 200 });
        self.accounts[account].crm.begin(who, call.record, self.now + takes, self.now);
        self.at(self.now + takes, Happening::Commit { row, call });
    }

    pub(super) fn commit(&mut self, row: usize, call: &Call) {
        let (lead, account) = (self.lead_of[row], self.store.rows[row].account);
        let outcome = self.accounts[account].crm.commit(call.who, lead, self.now);
        match call.fate {
            Fate::Broken => {}
            Fate::Answered => self.hear_at(self.now + 1, call, outcome),
            // Cut in the middle, or never sent: the relay's own deadline ends it.
            _ => {
                let late = if self.below(2) == 0 { 1 } else { DEADLINE };
                self.hear_at(self.now + late, call, lost());
            }
        }
    }
}
