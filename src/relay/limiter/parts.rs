//! The limiter in pieces, as the host keeps it: a row for each call that is out, each person who was just written, each
//! closed target and each call of the window, and one for the rest. A call writes its own rows and no other.

use super::{Budget, By, Closed, Fresh, Lease, Limiter, Limits, Quota, Share, Target};
use crate::relay::Piece;
use crate::value::decimal;

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
    calls: Vec<(u32, u64)>,
    /// Where the next call is written: the calls of a window take turns in as many rows as a window has calls.
    place: u32,
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

    pub(super) fn call(&mut self, now: u64, limits: Limits) {
        let place = self.place.checked_rem(limits.calls).unwrap_or_default();
        self.calls.push((place, now));
        self.place = place.saturating_add(1);
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
        let calls = std::mem::take(&mut self.changes.calls);
        let names = std::mem::take(&mut self.changes.names);
        let calls =
            calls.iter().map(|(place, began)| (number(CALL, *place), Some(decimal(*began))));
        calls.chain(names.into_iter().map(|name| (name.clone(), self.text(&name)))).collect()
    }

    /// The rows of what is closed.
    pub fn shut(&self) -> Vec<Part> {
        let targets = self.targets.iter().map(|target| [TARGET, &target.name()].concat());
        let names = self.closed.iter().map(|_| CLOSED.to_owned()).chain(targets);
        names.map(|name| (name.clone(), self.text(&name))).collect()
    }

    /// The limiter of these rows; one that cannot be read counts for nothing.
    pub fn from_parts<'a>(parts: impl Iterator<Item = (&'a str, &'a str)>) -> Limiter {
        let mut limiter = Limiter::default();
        let mut calls: Vec<(u64, u32)> = Vec::new();
        for (name, text) in parts {
            // Leads keep their leases and accounts stay closed, or the row says nothing at all.
            let _ = limiter.adopt(name, text, &mut calls);
        }
        limiter.changes.place = calls.last().map_or(0, |(_, place)| place.saturating_add(1));
        limiter.calls = calls.into_iter().map(|(began, _)| began).collect();
        limiter
    }

    fn adopt(&mut self, name: &str, text: &str, calls: &mut Vec<(u64, u32)>) -> Option<()> {
        let mut words = text.splitn(6, ' ');
        if let Some(id) = name.strip_prefix(LEASE) {
            let mut words = text.splitn(3, ' ');
            let until = words.next()?.parse().ok()?;
            let marks = words.next()?;
            let mut lines = words.next()?.split('\n');
            self.leases.push(Lease {
                id: id.to_owned(),
                keys: lines.next()?.to_owned(),
                until,
                lost: marks.contains('l'),
                goes_on: marks.contains('g'),
                probe: lines.map(str::to_owned).collect(),
            });
        } else if let Some(key) = name.strip_prefix(FRESH) {
            let (until, by) = text.split_once(' ').unwrap_or((text, super::ANYBODY));
            self.fresh.push(Fresh {
                key: key.to_owned(),
                until: until.parse().ok()?,
                by: by.to_owned(),
            });
        } else if let Some(place) = name.strip_prefix(CALL) {
            // In the order of time: a sort for this alone would weigh more than all the rest.
            let began = text.parse().ok()?;
            let at = calls.iter().filter(|(other, _)| *other <= began).count();
            calls.insert(at, (began, place.parse().ok()?));
        } else if let Some(name) = name.strip_prefix(TARGET) {
            let (form, param) = match name.split_once('/') {
                Some((form, param)) => (form, Some(param.to_owned())),
                None => (name, None),
            };
            let mut words = text.splitn(5, ' ');
            self.targets.push(Target {
                form: form.to_owned(),
                param,
                since: words.next()?.parse().ok()?,
                probe_at: words.next()?.parse().ok()?,
                asked: words.next()?.to_owned(),
                code: words.next()?.to_owned(),
                message: words.next()?.to_owned(),
            });
        } else if name == CLOSED {
            let mut words = text.splitn(6, ' ');
            self.closed = Some(Closed {
                since: words.next()?.parse().ok()?,
                probe_at: words.next()?.parse().ok()?,
                by: By::from_name(words.next()?),
                asked: words.next()?.to_owned(),
                code: words.next()?.to_owned(),
                message: words.next()?.to_owned(),
            });
        } else if name == SHARE {
            let (since, used) = text.split_once(' ')?;
            self.share = Share { since: since.parse().ok()?, used: used.parse().ok()? };
        } else if name == OPENED {
            let (at, code) = text.split_once(' ')?;
            self.opened = Some((code.to_owned(), at.parse().ok()?));
        } else if name == ACCOUNT {
            let mut number = || words.next().and_then(|word| word.parse::<u64>().ok());
            self.quiet_until = number().unwrap_or_default();
            let (left, until) = (number(), number());
            self.budget = left.zip(until).map(|(left, until)| Budget {
                left: u32::try_from(left).unwrap_or(u32::MAX),
                until,
            });
            let (reset, every) = (number(), number());
            self.quota = reset.zip(every).map(|(reset, every)| Quota { reset, every });
            self.version = number().and_then(|version| u8::try_from(version).ok());
        }
        Some(())
    }

    fn text(&self, name: &str) -> Option<String> {
        if let Some(id) = name.strip_prefix(LEASE) {
            let lease = self.leases.iter().find(|lease| lease.id == id)?;
            let marks = match (lease.lost, lease.goes_on) {
                (false, false) => "-",
                (true, false) => "l",
                (false, true) => "g",
                (true, true) => "lg",
            };
            let mut text = [&decimal(lease.until), " ", marks, " ", &lease.keys].concat();
            for probed in &lease.probe {
                text.push('\n');
                text.push_str(probed);
            }
            Some(text)
        } else if let Some(key) = name.strip_prefix(FRESH) {
            let fresh = self.fresh.iter().find(|fresh| fresh.key == key);
            fresh.map(|fresh| [&decimal(fresh.until), " ", &fresh.by].concat())
        } else if let Some(name) = name.strip_prefix(TARGET) {
            let target = self.targets.iter().find(|target| target.name() == name)?;
            let mut out = Piece::new(' ');
            out.number(target.since);
            out.number(target.probe_at);
            for word in [&target.asked, &target.code, &target.message] {
                out.word(word);
            }
            Some(out.text)
        } else if name == CLOSED {
            let closed = self.closed.as_ref()?;
            let mut out = Piece::new(' ');
            out.number(closed.since);
            out.number(closed.probe_at);
            for word in [closed.by.name(), &closed.asked, &closed.code, &closed.message] {
                out.word(word);
            }
            Some(out.text)
        } else if name == SHARE {
            Some([&decimal(self.share.since), " ", &decimal(self.share.used)].concat())
        } else if name == OPENED {
            let (code, at) = self.opened.as_ref()?;
            Some([&decimal(*at), " ", code].concat())
        } else {
            let mut out = Piece::new(' ');
            out.number(self.quiet_until);
            out.maybe(self.budget.map(|budget| budget.left.into()));
            out.maybe(self.budget.map(|budget| budget.until));
            out.maybe(self.quota.map(|quota| quota.reset));
            out.maybe(self.quota.map(|quota| quota.every));
            out.maybe(self.version.map(u64::from));
            Some(out.text)
        }
    }
}

fn number(kind: &str, place: u32) -> String {
    [kind, &decimal(place)].concat()
}
