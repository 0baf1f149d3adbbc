//! What befalls the relay in a day: decided before it begins.

use super::*;

impl Day {
    /// Decides the day.
    pub(super) fn plan(&mut self) {
        self.open();
        self.come_and_go();
    }

    /// The accounts of the day, with the systems behind them.
    fn open(&mut self) {
        let lags: [u64; 3] = std::array::from_fn(|_| self.below(60_000));
        let at_once = 1 + self.below(5) as u32;
        let limits = Limits { calls: 10 + self.below(40) as u32, window: 20_000, at_once };
        let pardot = if self.looks { recipe(System::Pardot).unwrap() } else { &RECKLESS };
        for (recipe, kind, lag) in [
            (recipe(System::Marketo).unwrap(), Kind::Form, lags[0]),
            (pardot, Kind::Creates, lags[1]),
            (
                if self.asks { recipe(System::Prospects).unwrap() } else { &TRUSTING },
                Kind::Upsert,
                lags[2],
            ),
        ] {
            self.accounts.push(Account {
                recipe,
                limits,
                host: AccountHost::new(settings(limits, recipe.lag())),
                ahead: 0,
                full: 0,
                was_full: false,
                quiet: 0,
                sign_ins: Vec::new(),
                crm: Crm::new(kind, lag, LEADS),
            });
        }
    }

    /// Who comes when, and what goes wrong.
    fn come_and_go(&mut self) {
        let people = 1 + self.below(LEADS as u64);
        // A phone is a household's, or an office's.
        let lines = 1 + self.below(people);
        let phones: Vec<usize> = (0..people).map(|_| self.below(lines) as usize).collect();
        if self.below(4) == 0 {
            "phone".clone_into(&mut self.store.by);
        }
        // Half of the days are a rush.
        let span = if self.below(2) == 0 { DAY } else { 60_000 };
        let mut times = Vec::new();
        for lead in 0..LEADS {
            let person = self.below(people) as usize;
            let poison = self.below(20) == 0;
            // Some give one key alone.
            let keys = self.below(8);
            let who = Who {
                email: (keys != 0).then_some(person),
                phone: (keys < 7).then_some(phones[person]),
            };
            self.leads.push(Lead { person, who, poison });
            let mut time = START + self.below(span);
            // Some come in the same moment to the same outbox.
            if lead >= SHARDS && self.chance(4) == 0 {
                time = times[lead - SHARDS];
            }
            times.push(time);
            self.at(time, Happening::Accept { page: Page::of(lead) });
        }
        for _ in 0..self.below(8) {
            let time = START + self.below(span + 60_000);
            self.at(time, Happening::Kill);
        }
        for _ in 0..self.below(3) {
            let time = START + self.below(span + 60_000);
            let (shard, lasts) = (self.below(SHARDS as u64) as usize, 1 + self.below(600_000));
            self.at(time, Happening::Disk { shard, lasts });
        }
        self.at(START + CRON, Happening::Cron);
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
                let param = fault == Fault::Target && self.below(2) == 0;
                self.at(time, Happening::Trouble { account, fault, form, param, lasts });
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
                let logins =
                    [Login::Down, Login::Refused, Login::Stalls, Login::Dead, Login::Unsent];
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
}
