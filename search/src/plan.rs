//! What is searched: small worlds, and what may befall one.

use crate::crm::Kind;
use fieldpost::System;

/// A world: its system, how many calls may be out at once, and the person and the outbox of each lead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) system: System,
    pub(crate) kind: Kind,
    pub(crate) at_once: u32,
    pub(crate) lag: u64,
    pub(crate) leads: &'static [(usize, usize)],
}

pub(crate) const SHARDS: usize = 2;

/// Two leads of one person, and one of another.
const LEADS: &[(usize, usize)] = &[(0, 0), (0, 1), (1, 0)];

/// One that repeats an activity, one that would create a person twice, and one with a single lease.
pub(crate) const PLANS: [Plan; 3] = [
    Plan {
        name: "marketo",
        system: System::Marketo,
        kind: Kind::Form,
        at_once: 2,
        lag: 0,
        leads: LEADS,
    },
    Plan {
        name: "pardot",
        system: System::Pardot,
        kind: Kind::Creates,
        at_once: 2,
        lag: 20_000,
        leads: LEADS,
    },
    Plan {
        name: "one",
        system: System::Marketo,
        kind: Kind::Form,
        at_once: 1,
        lag: 0,
        leads: LEADS,
    },
];

/// The more befalls a world, the fewer leads it has.
pub(crate) fn leads(faults: usize) -> usize {
    match faults {
        0 | 1 => 3,
        2 => 2,
        _ => 1,
    }
}

impl Plan {
    /// The same world with its first leads.
    pub(crate) fn of(self, leads: usize) -> Self {
        Plan { leads: &self.leads[..leads], ..self }
    }

    pub(crate) fn people(self) -> usize {
        self.leads.iter().map(|(person, _)| person + 1).max().unwrap_or_default()
    }
}

/// The faults that may strike, once each.
pub(crate) const FAULTS: [&str; 5] = ["crash", "reply", "alarm", "token", "disk"];

/// What befalls a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The outbox dies before this effect.
    OutboxDies(u32),
    /// The limiter dies before this effect.
    LimiterDies(usize),
    /// A call never arrives.
    Dropped,
    /// It is carried out, and nobody hears of it.
    Unheard,
    /// The connection breaks at once, and the call is carried out late.
    Broken,
    /// What the limiter says is lost.
    Unanswered,
    /// This question to the limiter is lost.
    Unasked(u32),
    /// The alarm never rings.
    NoAlarm,
    /// The token is good for nothing any more.
    NoToken,
    OutboxFull,
    /// The limiter's disk is, at this question.
    LimiterFull(u32),
}

impl Fault {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Fault::OutboxDies(_) | Fault::LimiterDies(_) => "crash",
            Fault::Dropped
            | Fault::Unheard
            | Fault::Broken
            | Fault::Unanswered
            | Fault::Unasked(_) => "reply",
            Fault::NoAlarm => "alarm",
            Fault::NoToken => "token",
            Fault::OutboxFull | Fault::LimiterFull(_) => "disk",
        }
    }
}

/// What a step consisted of, each of which may go wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Steps {
    /// The outbox's effects.
    pub(crate) outbox: u32,
    /// What the limiter was asked or told.
    pub(crate) asked: u32,
    /// The limiter's effects.
    pub(crate) host: usize,
}
