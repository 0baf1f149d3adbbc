//! What is closed: the account, or one target of it, a form or one parameter of a form. Nothing goes there but a probe at
//! a slow pace, and the probe that succeeds opens it.

use super::{Answer, Ask, Limiter, Scope};
use crate::crm::outcome::Fault;
use crate::value::has_part;

/// Of this code a target is closed just because the options do not have it.
const GONE: &str = "params.target";

/// So many parameters of one form are closed one by one; with more of them the whole form is.
const PARAMS: usize = 32;

/// An account that nothing can pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// The fault's code.
    pub code: String,
    /// What has to be mended, as a sentence.
    pub message: String,
    /// Since when.
    pub since: u64,
    /// When it is asked again.
    pub probe_at: u64,
    /// What asks.
    pub by: By,
    /// The delivery that asked last: another one comes first.
    pub asked: String,
}

/// What shows that a closed account is mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// A token: there was none.
    Token,
    /// A harmless read.
    Read,
    /// One waiting lead, where a read shows nothing.
    #[default]
    Lead,
}

impl By {
    pub(super) fn name(self) -> &'static str {
        match self {
            By::Token => "token",
            By::Read => "read",
            By::Lead => "lead",
        }
    }

    pub(super) fn from_name(name: &str) -> Self {
        [By::Token, By::Read].into_iter().find(|by| by.name() == name).unwrap_or(By::Lead)
    }
}

/// A form, or a parameter of it, that the account does not take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The form.
    pub form: String,
    /// The parameter: leads that do not fill it go on.
    pub param: Option<String>,
    /// The fault's code.
    pub code: String,
    /// What has to be mended, as a sentence.
    pub message: String,
    /// Since when.
    pub since: u64,
    /// When it is asked again.
    pub probe_at: u64,
    /// The delivery that asked last: another one comes first.
    pub asked: String,
}

impl Target {
    /// `form`, or `form/param`.
    pub fn name(&self) -> String {
        match &self.param {
            Some(param) => [&self.form, "/", param].concat(),
            None => self.form.clone(),
        }
    }

    fn concerns(&self, form: &str, fills: &str) -> bool {
        self.form == form && self.param.as_ref().is_none_or(|param| has_part(fills, '\n', param))
    }
}

/// What the host has to do before a call can go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Nothing.
    Open = 0,
    /// Wait: it was asked a moment ago.
    Wait = 1,
    /// Ask for a token.
    Token = 2,
    /// Make the harmless read.
    Read = 3,
}

/// What came of a call, as far as it concerns others.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The delivery.
    pub id: &'a str,
    /// The lead's form.
    pub form: &'a str,
    /// The names of the parameters that the lead fills, a line each.
    pub fills: &'a str,
    /// The call was not made: who was to ask has not asked.
    pub unsent: bool,
    /// The call was a write, and the system has it.
    pub stored: bool,
    /// Whose fault it is that the system did not take it.
    pub fault: Option<Fault>,
    /// The parameter that the system named; empty where it named none.
    pub param: &'a str,
    /// The fault's code.
    pub code: &'a str,
    /// What has to be mended, as a sentence.
    pub message: &'a str,
    /// What is closed is asked about once in so many milliseconds.
    pub every: u64,
}

/// What the host does after a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// The closed target that this delivery waits for.
    pub hold: Option<String>,
    /// When what is closed is asked again; 0 where nothing is.
    pub until: u64,
    /// What was closed or opened, for the log.
    pub events: Vec<Arrived>,
}

/// A line of the log: its event, form and code.
pub type Arrived = (&'static str, String, String);

/// What the harmless read came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The account takes it.
    Good,
    /// It does not.
    Refused,
    /// The read itself is not allowed, so it shows nothing: a lead has to.
    Forbidden,
    /// Nobody can tell.
    Unknown,
}

/// When this delivery may ask. Who asked last waits a little longer, so that another one asks where there is one: what is
/// wrong may be wrong with that one lead.
fn turn_of(asked: &str, probe_at: u64, ask: &Ask<'_>) -> u64 {
    if asked == ask.id { probe_at.saturating_add(ask.every >> 2) } else { probe_at }
}

impl Limiter {
    /// What stands before the next call, whoever makes it.
    pub fn door(&self, now: u64) -> Door {
        match &self.closed {
            None => Door::Open,
            Some(closed) if closed.probe_at > now => Door::Wait,
            Some(closed) => match closed.by {
                By::Token => Door::Token,
                By::Read => Door::Read,
                By::Lead => Door::Open,
            },
        }
    }

    /// The closed names that this call would ask about; or that it has to wait. One call asks about each at a time.
    pub(super) fn probes(&self, ask: &Ask<'_>, now: u64) -> Result<Vec<String>, Answer> {
        let own = self.leases.iter().find(|lease| lease.id == ask.id && !lease.lost);
        let is_asking =
            |name: &str| own.is_some_and(|lease| lease.probes().any(|known| known == name));
        let mut names = Vec::new();
        if let Some(closed) = &self.closed {
            let probe_at = turn_of(&closed.asked, closed.probe_at, ask);
            if !is_asking("") && (closed.by != By::Lead || probe_at > now) {
                let until = probe_at.max(now.saturating_add(super::SOON));
                return Err(Answer::wait(until, Scope::Account));
            }
            names.push(String::new());
        }
        for target in self.targets.iter().filter(|target| target.concerns(ask.form, ask.fills)) {
            let name = target.name();
            let probe_at = turn_of(&target.asked, target.probe_at, ask);
            if !is_asking(&name) && probe_at > now {
                return Err(Answer::Wait {
                    until: probe_at,
                    scope: Scope::Target,
                    target: Some(name),
                });
            }
            names.push(name);
        }
        Ok(names)
    }

    /// The names that this delivery's call asks about.
    fn probes_of(&self, id: &str) -> Vec<String> {
        let mut names = Vec::new();
        if let Some(lease) = self.leases.iter().find(|lease| lease.id == id) {
            names.extend(lease.probes().map(str::to_owned));
        }
        names
    }

    /// A call that asks about these goes out: nobody else does before `until`.
    pub(super) fn asked_about(&mut self, names: &[String], id: &str, until: u64) {
        for name in names {
            if let (true, Some(closed)) = (name.is_empty(), &mut self.closed) {
                closed.probe_at = until;
                id.clone_into(&mut closed.asked);
                self.changes.closed();
            }
            for target in self.targets.iter_mut().filter(|target| target.name() == *name) {
                target.probe_at = until;
                id.clone_into(&mut target.asked);
                self.changes.target(name);
            }
        }
    }

    /// A clock that was set back must not keep anything closed.
    pub(super) fn not_asked_after(&mut self, longest: u64) {
        let times = self.targets.iter_mut().map(|target| &mut target.probe_at);
        for probe_at in times.chain(self.closed.as_mut().map(|closed| &mut closed.probe_at)) {
            *probe_at = (*probe_at).min(longest);
        }
    }

    /// Takes what came of a call, before its lease is given back.
    pub fn settle(&mut self, told: Told<'_>, now: u64) -> Settled {
        if told.unsent {
            self.asked_about(&self.probes_of(told.id), "", now);
            // While a quota is used up, who has a lease is its probe.
            if self.quota.is_some() {
                self.quiet_until = now;
                self.changes.account();
            }
            return Settled::default();
        }
        match told.fault {
            Some(Fault::Account) => self.close(By::Read, told.code, told.message, told.every, now),
            Some(Fault::Writes) => {
                // A read would pass all the same.
                let settled = self.close(By::Lead, told.code, told.message, told.every, now);
                if let Some(closed) = &mut self.closed {
                    told.id.clone_into(&mut closed.asked);
                }
                settled
            }
            Some(Fault::Target) => self.close_target(&told, now),
            None if told.stored => self.opens(&self.probes_of(told.id)),
            _ => Settled::default(),
        }
    }

    /// Nothing of this account can pass.
    pub fn close(&mut self, by: By, code: &str, message: &str, every: u64, now: u64) -> Settled {
        let until = now.saturating_add(every);
        // The read said that all was well, and the next lead that it was not.
        let fooled = self.opened.as_ref().is_some_and(|(known, at)| {
            known == code && *at > now.saturating_sub(every.saturating_mul(2))
        });
        let by = match by {
            By::Read if fooled => By::Lead,
            by => by,
        };
        let mut settled = Settled { until, ..Settled::default() };
        self.changes.closed();
        if let Some(closed) = &mut self.closed {
            closed.by = if by == By::Read { closed.by } else { by };
            closed.probe_at = until;
            code.clone_into(&mut closed.code);
            message.clone_into(&mut closed.message);
        } else {
            settled.events.push(("account.closed", String::new(), code.to_owned()));
            self.closed = Some(Closed {
                code: code.to_owned(),
                message: message.to_owned(),
                since: now,
                probe_at: until,
                by,
                asked: String::new(),
            });
        }
        settled
    }

    fn close_target(&mut self, told: &Told<'_>, now: u64) -> Settled {
        let until = now.saturating_add(told.every);
        let (mut is_whole, mut known, mut params) = (false, false, 0);
        for target in self.targets.iter().filter(|target| target.form == told.form) {
            match &target.param {
                Some(param) => {
                    params += 1;
                    known |= param == told.param;
                }
                None => is_whole = true,
            }
        }
        // Only a name that we sent is one; what else a reply holds may be anything.
        let named = !told.param.is_empty() && has_part(told.fills, '\n', told.param);
        let param =
            (named && !is_whole && (known || params < PARAMS)).then(|| told.param.to_owned());
        if param.is_none() && params > 0 {
            let Limiter { targets, changes, .. } = self;
            targets.retain(|target| {
                let goes = target.form == told.form && target.param.is_some();
                if goes {
                    changes.target(&target.name());
                }
                !goes
            });
        }
        let mut settled = Settled { until, ..Settled::default() };
        let same = |target: &&mut Target| target.form == told.form && target.param == param;
        let name = if let Some(target) = self.targets.iter_mut().find(same) {
            target.probe_at = until;
            told.id.clone_into(&mut target.asked);
            told.code.clone_into(&mut target.code);
            told.message.clone_into(&mut target.message);
            target.name()
        } else {
            let target = Target {
                form: told.form.to_owned(),
                param,
                code: told.code.to_owned(),
                message: told.message.to_owned(),
                since: now,
                probe_at: until,
                asked: told.id.to_owned(),
            };
            let name = target.name();
            settled.events.push(("target.closed", name.clone(), told.code.to_owned()));
            self.targets.push(target);
            name
        };
        self.changes.target(&name);
        settled.hold = Some(name);
        settled
    }

    /// Opens the targets that the owner has taken out of the options, for no lead may ever ask about them. Leads of a form
    /// that is gone may still wait, and say so: then they ask, and it stays closed until nobody has asked for a while.
    pub fn prune(
        &mut self,
        goes: impl Fn(&str, Option<&str>) -> bool,
        every: u64,
        now: u64,
    ) -> Settled {
        let long_ago = now.saturating_sub(every.saturating_mul(5));
        let mut gone = Vec::new();
        for target in &self.targets {
            let is_asked =
                target.param.is_none() && target.code == GONE && target.probe_at > long_ago;
            if !is_asked && !goes(&target.form, target.param.as_deref()) {
                gone.push(target.name());
            }
        }
        self.opens(&gone)
    }

    /// What was asked about is mended.
    fn opens(&mut self, names: &[String]) -> Settled {
        let mut settled = Settled::default();
        for name in names {
            if let (true, Some(closed)) = (name.is_empty(), &self.closed) {
                settled.events.push(("account.opened", String::new(), closed.code.clone()));
                self.closed = None;
                self.changes.closed();
            }
            let Limiter { targets, changes, .. } = self;
            targets.retain(|target| {
                let goes = target.name() == *name;
                if goes {
                    settled.events.push(("target.opened", name.clone(), target.code.clone()));
                    changes.target(name);
                }
                !goes
            });
        }
        settled
    }

    /// There is a token, where there was none.
    pub fn signed_in(&mut self) -> Settled {
        match &self.closed {
            Some(closed) if closed.by == By::Token => self.opens(&[String::new()]),
            _ => Settled::default(),
        }
    }

    /// The harmless read of a closed account came to this.
    pub fn looked(
        &mut self,
        looked: Looked,
        code: &str,
        message: &str,
        every: u64,
        now: u64,
    ) -> Settled {
        let Some(closed) = &mut self.closed else { return Settled::default() };
        self.changes.closed();
        match looked {
            Looked::Good => {
                self.opened = Some((closed.code.clone(), now));
                self.changes.opened();
                return self.opens(&[String::new()]);
            }
            Looked::Refused => {
                code.clone_into(&mut closed.code);
                message.clone_into(&mut closed.message);
                closed.probe_at = now.saturating_add(every);
            }
            Looked::Forbidden => {
                closed.by = By::Lead;
                closed.probe_at = now;
            }
            Looked::Unknown => closed.probe_at = now.saturating_add(every),
        }
        Settled { until: closed.probe_at, ..Settled::default() }
    }
}
