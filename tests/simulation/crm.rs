//! The model CRM: it writes late, reads later, and its answers get lost.

use fieldpost::outcome::{Fault, Reason};
use fieldpost::{Issue, Outcome, Value};

/// The longest that a call can take, from the moment it was sent until it has been carried out.
pub(crate) const LONGEST: u64 = 30_000;

/// A parameter that every third lead fills.
pub(crate) const EXTRA: &str = "extra";

/// How the CRM finds somebody it knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Upserts by key and adds an activity.
    Form,
    /// Always creates; reads by key, updates by id.
    Creates,
    /// Upserts by key.
    Upsert,
}

/// What the CRM may know somebody by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Who {
    pub(crate) email: Option<usize>,
    pub(crate) phone: Option<usize>,
}

impl Who {
    fn shares(self, other: Who) -> bool {
        let same = |one: Option<usize>, other| one.is_some() && one == other;
        same(self.email, other.email) || same(self.phone, other.phone)
    }
}

/// Somebody as each write left them.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) who: Who,
    pub(crate) versions: Vec<(u64, Who)>,
}

impl Person {
    fn seen(&self, at: u64) -> Option<Who> {
        self.versions.iter().rev().find(|(since, _)| *since <= at).map(|(_, who)| *who)
    }
}

/// A write that is being carried out.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) who: Who,
    pub(crate) until: u64,
    /// Whom it found when it came.
    pub(crate) found: Option<usize>,
}

#[derive(Clone, Debug)]
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
    /// How it says that one is not.
    pub(crate) says_401: bool,
    pub(crate) login: Option<(Login, u64)>,
    /// The day's quota is used up until then.
    pub(crate) quota: u64,
    /// Calls that came while it was.
    pub(crate) knocks: Vec<u64>,
    /// What it said to those whose connection broke.
    pub(crate) unheard: u64,
    /// The leads that it refuses, until they are mended.
    pub(crate) mended: bool,
    /// Calls that met what is wrong.
    pub(crate) met: Vec<u64>,
    /// What is wrong with the account, or with one form, until when.
    pub(crate) trouble: Option<Trouble>,
}

/// What is wrong where tokens come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Login {
    /// It is away for the moment.
    Down,
    /// It takes the credentials no more.
    Refused,
    /// It never comes to an end.
    Stalls,
    /// It gives tokens that the system does not take.
    Dead,
    /// The host sends nothing.
    Unsent,
}

/// A fault that somebody has to mend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble {
    pub(crate) fault: Fault,
    /// Of a target's.
    pub(crate) form: usize,
    /// Of a target's: only those leads meet it that fill one parameter.
    pub(crate) param: bool,
    pub(crate) until: u64,
}

impl Trouble {
    /// Whether a call meets it. An account's meets reads, too; one that nobody is sure of looks like a firewall.
    fn meets(self, form: usize, write: bool, now: u64) -> bool {
        now < self.until
            && match self.fault {
                Fault::Account | Fault::Unsure => true,
                Fault::Writes => write,
                _ => write && form == self.form,
            }
    }
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
            says_401: false,
            login: None,
            quota: 0,
            knocks: Vec::new(),
            unheard: 0,
            mended: false,
            met: Vec::new(),
            trouble: None,
        }
    }

    /// A call comes: what the CRM says to it before it does anything, or nothing where it goes on.
    pub(crate) fn knock(
        &mut self,
        token: u64,
        poison: bool,
        (form, write): (usize, bool),
        now: u64,
    ) -> Option<Outcome> {
        if now < self.quota {
            self.knocks.push(now);
            return Some(retry("crm.quota", Reason::Quota, 900_000));
        }
        if token != self.token {
            return Some(self.no_token());
        }
        if let Some(trouble) = self.trouble.filter(|trouble| trouble.meets(form, write, now)) {
            self.met.push(now);
            return Some(closed(trouble));
        }
        (poison && !self.mended).then(|| refused("crm.field"))
    }

    fn no_token(&self) -> Outcome {
        let code = if self.says_401 { "http.401" } else { "crm.token" };
        Outcome::Retry { after: None, code: code.into(), reason: Reason::Token }
    }

    /// What a harmless read gets.
    pub(crate) fn look(&self, token: u64, now: u64) -> Outcome {
        if token != self.token {
            return self.no_token();
        }
        match self.trouble.filter(|trouble| trouble.meets(usize::MAX, false, now)) {
            Some(trouble) => closed(trouble),
            None => Outcome::Found { records: Vec::new(), total: None, next: None },
        }
    }

    /// What is wrong now where tokens come from.
    pub(crate) fn login(&self, now: u64) -> Option<Login> {
        self.login.filter(|(_, until)| now < *until).map(|(login, _)| login)
    }

    /// Who is visible to a read by one key.
    pub(crate) fn read(&self, key: Who, now: u64) -> Outcome {
        let seen = self.people.iter().enumerate().filter_map(|(id, person)| {
            let who = person.seen(now.saturating_sub(self.lag))?;
            who.shares(key).then_some((id, who))
        });
        let record = |(id, who): (usize, Who)| -> Value<'static> {
            let email = who.email.map_or(Value::Null, |email| Value::from(email.to_string()));
            [("id", Value::from(id.to_string())), ("email", email)].into_iter().collect()
        };
        let records: Vec<Value<'static>> = seen.map(record).collect();
        if records.is_empty() && self.kind == Kind::Creates {
            return refused("not_found");
        }
        Outcome::Found { records, total: None, next: None }
    }

    /// Whether somebody of this key is here but not yet visible.
    pub(crate) fn lags(&self, key: Who, now: u64) -> bool {
        let seen = now.saturating_sub(self.lag);
        self.people.iter().any(|person| {
            person.who.shares(key) && person.seen(seen).is_none_or(|who| !who.shares(key))
        })
    }

    /// Begins a write; two of one person at once are what must never be.
    pub(crate) fn begin(&mut self, who: Who, id: Option<usize>, until: u64, now: u64) {
        let overlaps = self.running.iter().any(|write| write.who.shares(who) && write.until > now);
        assert!(!overlaps, "two writes of {who:?} at once");
        let by = |key: Who| self.people.iter().position(|person| person.who.shares(key));
        let found = match self.kind {
            Kind::Creates => id,
            // By e-mail, else by phone.
            Kind::Form | Kind::Upsert => {
                by(Who { phone: None, ..who }).or_else(|| by(Who { email: None, ..who }))
            }
        };
        self.running.push(Running { who, until, found });
    }

    /// Carries it out.
    pub(crate) fn commit(&mut self, who: Who, lead: usize, now: u64) -> Outcome {
        let at = self.running.iter().position(|write| write.who == who && write.until <= now);
        let write = self.running.remove(at.expect("a write that began"));
        self.written[lead] += 1;
        let id = write.found.unwrap_or_else(|| {
            self.people.push(Person { who: Who::default(), versions: Vec::new() });
            self.people.len() - 1
        });
        let person = &mut self.people[id];
        // What is sent takes the place of what is there.
        if let (Some(known), Some(sent)) = (person.who.email, who.email) {
            assert_eq!(known, sent, "two people became one by phone {:?}", who.phone);
        }
        person.who =
            Who { email: who.email.or(person.who.email), phone: who.phone.or(person.who.phone) };
        person.versions.push((now, person.who));
        let status = if write.found.is_some() { "updated" } else { "created" };
        Outcome::Stored {
            id: Some(id.to_string()),
            status: status.to_owned(),
            warnings: Vec::new(),
            record: None,
        }
    }
}

pub(crate) fn retry(code: &'static str, reason: Reason, after: u64) -> Outcome {
    Outcome::Retry { after: Some(after), code: code.into(), reason }
}

fn closed(trouble: Trouble) -> Outcome {
    let field = if trouble.param { EXTRA } else { "" };
    let issue =
        Issue { code: "crm.closed".into(), ..Issue::error(field, &fieldpost::code::REQUIRED) };
    Outcome::Refused { issues: vec![issue], fault: trouble.fault }
}

pub(crate) fn refused(code: &'static str) -> Outcome {
    let issue = Issue { code: code.into(), ..Issue::error("", &fieldpost::code::REQUIRED) };
    Outcome::refused(vec![issue])
}

pub(crate) fn lost() -> Outcome {
    Outcome::Unknown { why: "network.failed".into() }
}
