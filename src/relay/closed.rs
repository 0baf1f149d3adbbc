//! The closed targets that an outbox knows of, and the dead letters that close one.

use super::effect::Effect;
use super::schedule::{Schedule, line};
use crate::value::parts;

/// Why a lead waits whose target has as many dead letters as may be.
pub(super) const FULL: &str = "dead.full";

/// A closed target as this outbox knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Of which account.
    pub account: String,
    /// `form`, or `form/param`.
    pub name: String,
    /// When the limiter may be asked about it again.
    pub until: u64,
    /// Its leads may go.
    pub open: bool,
    /// The delivery that is asking about it; empty where none is.
    pub scout: String,
}

/// The dead letters of a form's way into an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    /// Into which account.
    pub account: String,
    /// Of which form.
    pub form: String,
    /// How many.
    pub dead: u64,
    /// As many as may be: what comes now waits for a person.
    pub full: bool,
}

impl Schedule {
    pub(super) fn of(&mut self, account: &str, name: &str) -> Option<&mut Target> {
        self.targets.iter_mut().find(|target| target.account == account && target.name == name)
    }

    /// A target is closed until then, at least.
    pub(super) fn note(&mut self, account: &str, name: &str, until: u64) {
        self.drop(account, name);
        let (account, name) = (account.to_owned(), name.to_owned());
        self.targets.push(Target { account, name, until, open: false, scout: String::new() });
    }

    pub(super) fn drop(&mut self, account: &str, name: &str) {
        self.targets.retain(|target| target.account != account || target.name != name);
    }

    /// The target is open: its leads go, some at a time.
    pub(super) fn open(&mut self, account: &str, name: &str) {
        if !self.is_full(account, name)
            && let Some(target) = self.of(account, name)
        {
            target.open = true;
        }
    }

    /// Whether a target, or a parameter of it, waits for a person.
    pub(super) fn is_full(&self, account: &str, name: &str) -> bool {
        let form = form_of(name);
        self.letters.iter().any(|one| one.full && one.account == account && one.form == form)
    }

    /// When there is something to do about an account's targets.
    pub(super) fn asks(&self, account: &str) -> Option<u64> {
        let own = self.targets.iter().filter(|one| {
            one.account == account && one.scout.is_empty() && !self.is_full(account, &one.name)
        });
        own.map(|one| if one.open { 0 } else { one.until }).min()
    }

    /// One more dead letter.
    pub(super) fn died(&mut self, account: &str, form: &str, out: &mut Vec<Effect>) {
        let letters = self.letters_of(account, form);
        letters.dead = letters.dead.saturating_add(1);
        self.weigh(out);
    }

    fn letters_of(&mut self, account: &str, form: &str) -> &mut Letters {
        let known = self.letters.iter().position(|one| one.account == account && one.form == form);
        let at = known.unwrap_or_else(|| {
            let (account, form) = (account.to_owned(), form.to_owned());
            self.letters.push(Letters { account, form, dead: 0, full: false });
            self.letters.len() - 1
        });
        &mut self.letters[at]
    }

    /// Dead letters were counted anew: there are none but these.
    pub(super) fn counted(&mut self, rows: &[(&str, &str, u64)], out: &mut Vec<Effect>) {
        for one in &mut self.letters {
            one.dead = 0;
        }
        for (account, form, dead) in rows {
            self.letters_of(account, form).dead = *dead;
        }
        self.weigh(out);
    }

    /// At its bound a target closes: what comes then waits instead of dying, and goes out when a person has acted on enough
    /// of the dead letters. So those never keep a lead from being taken by their number.
    fn weigh(&mut self, out: &mut Vec<Effect>) {
        let most = self.most_dead;
        for at in 0..self.letters.len() {
            let Some(one) = self.letters.get_mut(at).filter(|one| one.full != (one.dead >= most))
            else {
                continue;
            };
            one.full = !one.full;
            let Letters { account, form, full, .. } = one.clone();
            out.push(line(if full { "target.closed" } else { "target.opened" }, |line| {
                line.account = Some(account.clone());
                line.form = Some(form.clone());
                line.code = Some(FULL.to_owned());
            }));
            if full {
                self.note(&account, &form, 0);
            } else {
                self.open(&account, &form);
            }
        }
    }
}

/// The form of a target's name.
fn form_of(name: &str) -> &str {
    parts(name, '/').next().unwrap_or(name)
}
