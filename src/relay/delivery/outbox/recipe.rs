//! How a lead reaches a system, as data: what is asked, what is written, and what a repeat does.

use crate::crm::operation::Repeat;
use crate::relay::delivery::guard::{Guard, Spare};

/// How a lead reaches a system, as data; the rows stand in the catalogue.
#[derive(Debug)]
pub struct Recipe {
    /// Asks whether the person is known, where the system's write would create a second one.
    pub look_up: Option<LookUp>,
    /// Asks whose a key is that several people may have, where the system's write would make them one.
    pub guard: Option<Guard>,
    /// The operation that writes a person who is not known, or any where there is no probe.
    pub write: &'static str,
    /// What a repeat of `write` does after a lost reply.
    pub repeat: Repeat,
    /// What a lead can do without, should the system refuse it for that.
    pub spare: &'static [Spare],
    /// The header whose value makes the system answer a write that comes again as it did before. Sent along, but not relied
    /// on.
    pub once: Option<&'static str>,
}

/// The look-up of a [`Recipe`].
#[derive(Debug)]
pub struct LookUp {
    /// The operation that looks the person up.
    pub operation: &'static str,
    /// When it is asked.
    pub when: When,
    /// What it looks for: the first of these parameters that the lead has.
    pub keys: &'static [&'static str],
    /// The operation that writes a person who was found, by id; nothing where the write itself finds the person.
    pub found: Option<&'static str>,
    /// The codes by which `write` says that the person is there, after a look-up that found nobody.
    pub there: &'static [&'static str],
    /// Milliseconds by which the system's reads may lag behind its writes.
    pub lag: u64,
}

/// When a person is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before each write: the write would create a second person.
    Always,
    /// Before a write is repeated whose reply was lost: the write finds the person, but only once reads have caught up.
    Uncertain,
}

impl Recipe {
    /// The kinds of keys, `e` for an e-mail and `p` for a phone, that look-ups go by.
    pub fn kinds(&self) -> &'static str {
        let keys = self.look_up.as_ref().map_or(&[][..], |look_up| look_up.keys);
        match (keys.contains(&"email"), keys.contains(&"phone")) {
            (true, false) => "e",
            (false, true) => "p",
            _ => "ep",
        }
    }

    /// By how many milliseconds reads lag behind the writes of other leads about the same person; 0 where the write
    /// finds the person itself.
    pub fn lag(&self) -> u64 {
        let asks_first = |look_up: &&LookUp| look_up.when == When::Always || self.guard.is_some();
        self.look_up.as_ref().filter(asks_first).map_or(0, |look_up| look_up.lag)
    }
}
