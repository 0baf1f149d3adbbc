//! The limiter in pieces, as the host keeps it: a row for each call that is out, each person who was just written, each
//! closed target and each call of the window, and one for the rest. A call writes its own rows and no other.

use super::{Budget, By, Call, Closed, Fresh, Lease, Limiter, Quota, Share, Target};
use crate::relay::words::{Words, added};
use crate::value::{self, decimal};
use crate::value::{cut_at, has_sign};

/// A row: its name, and its text; nothing where it goes.
pub type Part = (String, Option<String>);

const ACCOUNT: &str = "account";
const CLOSED: &str = "closed";
const SHARE: &str = "share";
const LEASE: &str = "lease ";
const FRESH: &str = "fresh ";
const TARGET: &str = "target ";
const CALL: &str = "call ";
/// Remembered and not stored: after a restart a read may be fooled once more.
const OPENED: &str = "~opened";

/// What has changed since it was last written down.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Changes {
    names: Vec<String>,
    calls: Vec<Call>,
    /// Rows of calls that no longer count, for the next ones: there are no more rows than calls that ever counted at once.
    free: Vec<u32>,
    /// So many rows of calls there are.
    rows: u32,
}

impl Changes {
    pub(super) fn account(&mut self) {
        self.add(ACCOUNT, "");
    }

    pub(super) fn closed(&mut self) {
        self.add(CLOSED, "");
    }

    pub(super) fn share(&mut self) {
        self.add(SHARE, "");
    }

    pub(super) fn opened(&mut self) {
        self.add(OPENED, "");
    }

    pub(super) fn lease(&mut self, id: &str) {
        self.add(LEASE, id);
    }

    pub(super) fn fresh(&mut self, key: &str) {
        self.add(FRESH, key);
    }

    pub(super) fn target(&mut self, name: &str) {
        self.add(TARGET, name);
    }

    pub(super) fn call(&mut self, call: Call) {
        self.calls.push(call);
    }

    /// The row of the next call: the first that is free, so that an instance that knows the rows alone takes the same.
    pub(super) fn row(&mut self) -> u32 {
        let first = self.free.iter().copied().min();
        self.free.retain(|row| Some(*row) != first);
        first.unwrap_or_else(|| {
            self.rows = self.rows.saturating_add(1);
            self.rows - 1
        })
    }

    /// The call in this row no longer counts.
    pub(super) fn free(&mut self, row: u32) {
        self.free.push(row);
    }

    fn add(&mut self, kind: &str, name: &str) {
        let name = [kind, name].concat();
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }
}

impl Limiter {
    /// The rows that have changed since this was last asked.
    pub fn changes(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        for Call { began, row } in std::mem::take(&mut self.changes.calls) {
            parts.push(([CALL, &decimal(row)].concat(), Some(decimal(began))));
        }
        for name in std::mem::take(&mut self.changes.names) {
            let text = self.text(&name);
            parts.push((name, text));
        }
        parts
    }

    /// The limiter of these rows; one that cannot be read counts for nothing.
    pub fn from_parts<'a>(parts: impl Iterator<Item = (&'a str, &'a str)>) -> Limiter {
        let mut limiter = Limiter::default();
        for (name, text) in parts {
            // Leads keep their leases and accounts stay closed, or the row says nothing at all.
            let _ = limiter.adopt(name, text);
        }
        limiter
    }

    fn adopt(&mut self, name: &str, text: &str) -> Option<()> {
        let mut words = Words::of(text, ' ');
        if let Some(id) = name.strip_prefix(LEASE) {
            let lease = added(&mut self.leases);
            id.clone_into(&mut lease.id);
            lease.cross(&mut words);
            drop_last(&mut self.leases, words.fits);
        } else if let Some(key) = name.strip_prefix(FRESH) {
            let fresh = added(&mut self.fresh);
            key.clone_into(&mut fresh.key);
            fresh.cross(&mut words);
            drop_last(&mut self.fresh, words.fits);
        } else if let Some(row) = name.strip_prefix(CALL) {
            let call = Call { began: value::number(text)?, row: value::number(row)? };
            // In the order of time, which is that of the host's rows: nearly all of them come last.
            let mut at = self.calls.len();
            while at > 0 && self.calls[at - 1].began > call.began {
                at -= 1;
            }
            self.calls.insert(at, call);
            self.changes.rows = self.changes.rows.max(call.row.saturating_add(1));
        } else if let Some(name) = name.strip_prefix(TARGET) {
            let target = added(&mut self.targets);
            let (form, param) = cut_at(name, '/').unwrap_or((name, ""));
            form.clone_into(&mut target.form);
            if form.len() < name.len() {
                target.param = Some(param.to_owned());
            }
            target.cross(&mut words);
            drop_last(&mut self.targets, words.fits);
        } else if name == CLOSED {
            self.closed.insert(Closed::default()).cross(&mut words);
            self.closed.take_if(|_| !words.fits);
        } else if name == SHARE {
            self.share.cross(&mut words);
        } else if name == OPENED {
            cross_opened(self.opened.insert(Default::default()), &mut words);
            self.opened.take_if(|_| !words.fits);
        } else if name == ACCOUNT {
            self.cross(&mut words);
        }
        Some(())
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let mut words = Words::out(' ');
        if let Some(id) = name.strip_prefix(LEASE) {
            self.leases.iter_mut().find(|lease| lease.id == id)?.cross(&mut words);
        } else if let Some(key) = name.strip_prefix(FRESH) {
            self.fresh.iter_mut().find(|fresh| fresh.key == key)?.cross(&mut words);
        } else if let Some(name) = name.strip_prefix(TARGET) {
            self.targets.iter_mut().find(|target| target.name() == name)?.cross(&mut words);
        } else if name == CLOSED {
            self.closed.as_mut()?.cross(&mut words);
        } else if name == SHARE {
            self.share.cross(&mut words);
        } else if name == OPENED {
            cross_opened(self.opened.as_mut()?, &mut words);
        } else {
            self.cross(&mut words);
        }
        Some(words.text)
    }

    fn cross(&mut self, words: &mut Words<'_>) {
        let mut quiet_until = Some(self.quiet_until);
        words.maybe(&mut quiet_until);
        self.quiet_until = quiet_until.unwrap_or_default();
        let mut left = self.budget.map(|budget| budget.left.into());
        let mut until = self.budget.map(|budget| budget.until);
        words.maybe(&mut left);
        words.maybe(&mut until);
        self.budget = left
            .zip(until)
            .map(|(left, until)| Budget { left: u32::try_from(left).unwrap_or(u32::MAX), until });
        let mut reset = self.quota.map(|quota| quota.reset);
        let mut every = self.quota.map(|quota| quota.every);
        words.maybe(&mut reset);
        words.maybe(&mut every);
        self.quota = reset.zip(every).map(|(reset, every)| Quota { reset, every });
        let mut version = self.version.map(u64::from);
        words.maybe(&mut version);
        self.version = version.and_then(|version| u8::try_from(version).ok());
    }
}

impl Lease {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.until);
        let mut marks = match (self.lost, self.goes_on) {
            (false, false) => "-",
            (true, false) => "l",
            (false, true) => "g",
            (true, true) => "lg",
        }
        .to_owned();
        words.word(&mut marks);
        (self.lost, self.goes_on) = (has_sign(&marks, 'l'), has_sign(&marks, 'g'));
        words.remainder(&mut self.about);
    }
}

impl Fresh {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.until);
        // Rows of a release before have nothing there.
        if words.is_done() {
            self.by = super::anybody();
        } else {
            words.remainder(&mut self.by);
        }
    }
}

impl Target {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.since);
        words.number(&mut self.probe_at);
        words.word(&mut self.asked);
        words.word(&mut self.code);
        words.remainder(&mut self.message);
    }
}

impl Closed {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.since);
        words.number(&mut self.probe_at);
        let mut by = self.by.name().to_owned();
        words.word(&mut by);
        self.by = By::from_name(&by);
        words.word(&mut self.asked);
        words.word(&mut self.code);
        words.remainder(&mut self.message);
    }
}

impl Share {
    fn cross(&mut self, words: &mut Words<'_>) {
        words.number(&mut self.since);
        words.few(&mut self.used);
    }
}

fn drop_last<T>(all: &mut Vec<T>, fits: bool) {
    if !fits {
        all.pop();
    }
}

fn cross_opened((code, at): &mut (String, u64), words: &mut Words<'_>) {
    words.number(at);
    words.remainder(code);
}
