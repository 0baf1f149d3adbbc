//! The model CRM: it writes late, reads later, and its answers get lost.

use fieldpost::outcome::Reason;
use fieldpost::{Issue, Outcome, Value};

/// The longest that a call can take, from the moment it was sent until it has been carried out.
pub(crate) const LONGEST: u64 = 30_000;

/// How the CRM finds somebody it knows.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Upserts by key and adds an activity.
    Form,
    /// Always creates; reads by key, updates by id.
    Creates,
    /// Upserts by key.
    Upsert,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) key: usize,
    pub(crate) since: u64,
}

/// A write that is being carried out.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) key: usize,
    pub(crate) until: u64,
    /// Whom it found when it came.
    pub(crate) found: Option<usize>,
}

pub(crate) struct Crm {
    pub(crate) kind: Kind,
    /// Reads lag behind writes by this.
    pub(crate) lag: u64,
    pub(crate) people: Vec<Person>,
    pub(crate) running: Vec<Running>,
    /// For each lead how often it was written.
    pub(crate) written: Vec<u32>,
    /// The number of the token that is good.
    pub(crate) token: u64,
    /// The day's quota is used up until then.
    pub(crate) quota: u64,
    /// Calls that came while it was.
    pub(crate) knocks: Vec<u64>,
    /// The leads that it refuses, until they are mended.
    pub(crate) mended: bool,
}

impl Crm {
    pub(crate) fn new(kind: Kind, lag: u64, leads: usize) -> Self {
        Crm {
            kind,
            lag,
            people: Vec::new(),
            running: Vec::new(),
            written: vec![0; leads],
            token: 0,
            quota: 0,
            knocks: Vec::new(),
            mended: false,
        }
    }

    /// A call comes: what the CRM says to it before it does anything, or nothing where it goes on.
    pub(crate) fn knock(&mut self, token: u64, poison: bool, now: u64) -> Option<Outcome> {
        if now < self.quota {
            self.knocks.push(now);
            return Some(retry("crm.quota", Reason::Quota, 900_000));
        }
        if token != self.token {
            return Some(retry("crm.token", Reason::Token, 0));
        }
        (poison && !self.mended).then(|| refused("crm.field"))
    }

    /// Who is visible to a read.
    pub(crate) fn read(&self, key: usize, now: u64) -> Outcome {
        let seen = self.people.iter().enumerate();
        let seen = seen.filter(|(_, person)| person.key == key && person.since + self.lag <= now);
        let records: Vec<Value<'static>> = seen
            .map(|(id, _)| {
                [("id", Value::from(id.to_string())), ("email", Value::from(key.to_string()))]
                    .into_iter()
                    .collect()
            })
            .collect();
        if records.is_empty() && self.kind == Kind::Creates {
            return refused("not_found");
        }
        Outcome::Found { records, total: None, next: None }
    }

    /// Whether somebody of this key is here but not yet visible.
    pub(crate) fn lags(&self, key: usize, now: u64) -> bool {
        self.people.iter().any(|person| person.key == key && person.since + self.lag > now)
    }

    /// Begins a write; two of one person at once are what must never be.
    pub(crate) fn begin(&mut self, key: usize, id: Option<usize>, until: u64, now: u64) {
        let overlaps = self.running.iter().any(|write| write.key == key && write.until > now);
        assert!(!overlaps, "two writes of person {key} at once");
        let found = match self.kind {
            Kind::Creates => id,
            Kind::Form | Kind::Upsert => self.people.iter().position(|person| person.key == key),
        };
        self.running.push(Running { key, until, found });
    }

    /// Carries it out.
    pub(crate) fn commit(&mut self, key: usize, lead: usize, now: u64) -> Outcome {
        let at = self.running.iter().position(|write| write.key == key && write.until <= now);
        let write = self.running.remove(at.expect("a write that began"));
        self.written[lead] += 1;
        let id = write.found.unwrap_or_else(|| {
            self.people.push(Person { key, since: now });
            self.people.len() - 1
        });
        let status = if write.found.is_some() { "updated" } else { "created" };
        Outcome::Stored { id: Some(id.to_string()), status: status.to_owned(), warnings: Vec::new() }
    }
}

pub(crate) fn retry(code: &'static str, reason: Reason, after: u64) -> Outcome {
    Outcome::Retry { after: Some(after), code: code.into(), reason }
}

pub(crate) fn refused(code: &'static str) -> Outcome {
    let issue = Issue { code: code.into(), ..Issue::error("", &fieldpost::code::REQUIRED) };
    Outcome::refused(vec![issue])
}

pub(crate) fn lost() -> Outcome {
    Outcome::Unknown { why: "network.failed".into() }
}
