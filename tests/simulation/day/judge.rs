//! What has to be so at the end of a day.

use super::*;

impl Day {
    pub(super) fn judge(&mut self, mended: bool) {
        assert_eq!(self.store.rows.len(), LEADS * self.accounts.len(), "a lead was never taken");
        for at in 0..self.store.rows.len() {
            let (row, state, own) = (&self.store.rows[at], self.state(at), self.lead_of[at]);
            let lead = &self.leads[own];
            let waits = self.taken[own].as_ref().is_some_and(|taken| taken.held) && !mended;
            let wanted = match lead.poison && !mended {
                _ if waits => Phase::Waiting,
                true => Phase::Dead,
                false => Phase::Done,
            };
            assert_eq!(state.phase, wanted, "row {at}, lead {own}: {row:?}");
            let crm = &self.accounts[row.account].crm;
            let times = crm.written[own];
            assert!(wanted != Phase::Done || times > 0, "lead {own} is lost");
            assert!(!waits || row.phase == "review" && times == 0, "nobody let lead {own} go");
            if times > 1 {
                self.seen.repeats += 1;
                assert!(
                    crm.kind != Kind::Form || row.maybe_repeated,
                    "row {at}: a repeat that is not marked"
                );
            }
        }
        self.judge_tokens();
        for (number, account) in self.accounts.iter().enumerate() {
            let mut known = BTreeSet::new();
            for person in &account.crm.people {
                let who = person.who;
                let rows: Vec<usize> = (0..self.store.rows.len())
                    .filter(|at| {
                        Some(self.leads[self.lead_of[*at]].person) == who.email
                            && self.store.rows[*at].account == number
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
            // What a limiter cannot write down it has forgotten: each outbox asks it at a slower and slower pace then.
            let full = if account.was_full { SHARDS as u64 * 16 } else { 0 };
            account.judge_sign_ins(self.seen.kills + self.seen.deaths + self.seen.steps + full);
            account.judge_met(self.seen.kills + self.seen.deaths + self.seen.steps + full);
            // The calls that were out when the quota ended, and then one in a quarter of an hour; one more for each step of the clock,
            // for each connection that broke, and for each end of who was to hear the answer or to write it down: these leave a probe
            // unheard.
            let knocks = &account.crm.knocks;
            if let (Some(first), Some(last)) = (knocks.first(), knocks.last()) {
                let probes = (last - first) / PROBE_EVERY;
                let most = u64::from(account.limits.at_once)
                    + probes
                    + account.crm.unheard
                    + self.seen.kills
                    + self.seen.died
                    + self.seen.deaths
                    + self.seen.steps
                    + 2;
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
    /// What is closed is asked about once a minute, and no lead after the other meets it.
    fn judge_met(&self, begun: u64) {
        const TEN_MINUTES: u64 = 600_000;
        let most = 20 + begun as usize;
        for (at, from) in self.crm.met.iter().enumerate() {
            let within =
                self.crm.met[at..].iter().take_while(|time| **time < from + TEN_MINUTES).count();
            assert!(
                within <= most,
                "what is closed was met {within} times in ten minutes, {most} allowed"
            );
        }
    }

    /// Tokens that are good for nothing, or none at all, are asked for at a slow pace. One that ends costs one, a life that
    /// begins another, and so does each lead that is asked about because of a 401.
    fn judge_sign_ins(&self, begun: u64) {
        const TEN_MINUTES: u64 = 600_000;
        let most = 40 + begun as usize;
        for (at, from) in self.sign_ins.iter().enumerate() {
            let within =
                self.sign_ins[at..].iter().take_while(|time| **time < from + TEN_MINUTES).count();
            assert!(
                self.crm.says_401 || within <= most,
                "{within} sign-ins in ten minutes, {most} allowed"
            );
        }
    }
}
