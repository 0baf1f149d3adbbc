//! The limiters of a day: each account's machine in its object, with its sign-ins and reads, and the way of a word to it and back.

use super::*;

impl Day {
    /// A delivery asks its limiter.
    fn ask_limiter(&mut self, ticket: Ticket, event: Asked<'_>) {
        let account = self.store.rows[ticket.row].account;
        let quiet = self.now + quiet_of(&event);
        let asker = Asker { ticket, asked: self.clock(), quiet };
        let (now, fate) = (self.limiter_clock(account), self.befalls(account));
        let tasks = self.accounts[account].host.ask(asker, event, now, fate);
        self.carry_out(account, tasks);
    }

    /// It asks for its lease.
    pub(super) fn acquire(&mut self, ticket: Ticket, lost: bool, deadline: u64) {
        let Stored { persons, form, fills, shard, .. } = &self.store.rows[ticket.row];
        let (form, fills, keys) = (*form, *fills, persons.clone());
        let (id, shard) = (ticket.row.to_string(), shard.to_string());
        let deadline = if self.careful { deadline } else { SHORT_LEASE };
        let acquire = Acquire {
            id: &id,
            keys: &keys,
            shard: &shard,
            form,
            fills,
            deadline,
            lost,
            spare: false,
        };
        self.ask_limiter(ticket, Asked::Acquire(acquire));
    }

    /// It says what came of its call.
    pub(super) fn release(&mut self, ticket: Ticket, told: &Effect) {
        let Effect::Release { outcome, unsent, token, write, goes_on, landed, pace, after } = told
        else {
            unreachable!()
        };
        let Stored { form, fills, .. } = self.store.rows[ticket.row];
        let id = ticket.row.to_string();
        let release = Release {
            id: &id,
            form,
            fills,
            token: token.as_deref().unwrap_or_default(),
            said: outcome.as_ref().map(said).unwrap_or_default(),
            unsent: *unsent,
            write: *write,
            goes_on: *goes_on,
            landed: landed.filter(|_| self.careful),
            left: pace.map(|pace| pace.left),
            until: pace.map(|pace| pace.until),
            after: *after,
        };
        self.ask_limiter(ticket, Asked::Release(release));
    }

    /// What an account's limiter has done comes back to it.
    fn came(&mut self, account: usize, number: u64, event: Asked<'_>) {
        let (now, fate) = (self.limiter_clock(account), self.befalls(account));
        let tasks = self.accounts[account].host.heard(number, event, now, fate);
        self.carry_out(account, tasks);
    }

    fn limiter_clock(&self, account: usize) -> u64 {
        self.clock().saturating_add_signed(self.accounts[account].ahead)
    }

    fn befalls(&mut self, account: usize) -> Befalls {
        let traps = self.below(50) == 0;
        let dies = (self.below(200) == 0).then(|| self.below(6) as usize);
        self.seen.traps += u64::from(traps);
        self.seen.deaths += u64::from(dies.is_some());
        Befalls { traps, full: self.now < self.accounts[account].full, dies }
    }

    /// What a limiter has the world do.
    pub(super) fn carry_out(&mut self, account: usize, tasks: Vec<Task<Asker>>) {
        let life = self.accounts[account].host.life;
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
                    let (ahead, reset) =
                        (self.accounts[account].ahead, self.accounts[account].crm.quota);
                    let reset = reset
                        .saturating_add_signed(self.skew + ahead)
                        .max(self.limiter_clock(account));
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
        let Asker { ticket, asked, quiet } = asker;
        self.judge_quiet(self.store.rows[ticket.row].account, quiet, reply.as_ref());
        let late = asked + LIMITER_DEADLINE;
        let bad = self.below(2 * self.slow) == 0;
        let way = self.below(if bad { 20_000 } else { 20 });
        let is_lost = self.below(400) == 0 || (self.clock() + way > late && reply.is_some());
        let time = if is_lost { self.when(late) } else { self.now + way };
        let reply = reply.filter(|_| !is_lost);
        let heard = match reply {
            None => {
                self.seen.unanswered += 1;
                Heard::Failed(Failure { code: "gate.failed".to_owned(), ..Failure::default() })
            }
            Some(Reply::Wait { until, scope, target }) => {
                Heard::Held { until, scope: scope.name().to_owned(), target }
            }
            Some(Reply::Granted { uncertain_until, others, kept, probe, version, token }) => {
                let Account { host, limits, .. } =
                    &self.accounts[self.store.rows[ticket.row].account];
                assert!(host.limiter().leases.len() <= limits.at_once as usize, "too many at once");
                assert!(
                    host.limiter().calls.len() <= limits.calls as usize,
                    "too many in a window"
                );
                // A host that is not careful believes a grant for ever.
                let since = if self.careful { asked } else { u64::MAX };
                Heard::Granted {
                    asked: since,
                    uncertain_until,
                    others,
                    kept,
                    probe,
                    version,
                    token,
                    stands: true,
                }
            }
            Some(Reply::Released { hold, until, opened, blamed }) => {
                self.seen.blamed += u64::from(blamed);
                Heard::Released { hold, until, blamed, opened }
            }
        };
        self.said(time, ticket, heard);
    }

    /// A system that asked for quiet has it, whoever wants to go out: but for what a person's clock or a full disk takes
    /// away, and where a quota that is back opens the limiter.
    fn judge_quiet(&mut self, account: usize, quiet: u64, reply: Option<&Reply>) {
        let (now, stepped) = (self.now, self.stepped);
        let account = &mut self.accounts[account];
        match reply {
            Some(Reply::Released { .. }) => account.quiet = account.quiet.max(quiet),
            Some(Reply::Granted { .. })
                if !stepped && !account.was_full && account.crm.quota == 0 =>
            {
                assert!(
                    now >= account.quiet,
                    "a call goes out {} ms too early",
                    account.quiet - now
                );
            }
            _ => {}
        }
    }

    /// A sign-in comes to its end.
    pub(super) fn signed(&mut self, account: usize, number: u64, login: Option<Login>) {
        let good = self.accounts[account].crm.token;
        let failed = |code: &'static str| Said {
            kind: Came::Failed,
            code,
            message: code,
            ..Said::default()
        };
        let (value, said) = match login {
            None => (good.to_string(), None),
            Some(Login::Dead) => ((good + 1_000 + number).to_string(), None),
            Some(Login::Stalls) => (String::new(), Some(failed("network.timeout"))),
            Some(Login::Unsent) => (String::new(), Some(Said::default())),
            Some(Login::Down) => (
                String::new(),
                Some(Said { kind: Came::Retry, code: "auth.down", ..Said::default() }),
            ),
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
}

/// For how long a release says that the system wants no calls.
fn quiet_of(event: &Asked<'_>) -> u64 {
    match event {
        Asked::Release(Release { said, after, .. })
            if said.kind == Came::Retry
                && (said.reason == Some(Reason::Rate) || after.is_some()) =>
        {
            after.unwrap_or_default().max(said.after.unwrap_or_default())
        }
        _ => 0,
    }
}
