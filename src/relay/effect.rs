//! What an outbox's host is asked to do. Every word here is one function of the host's.

use crate::crm::outcome::Outcome;
use crate::crossing::{Crossing, Passage, members, serde, tagged};

/// A value of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[cfg_attr(feature = "types", ts(untagged))]
pub enum Bind {
    /// Text.
    Text(String),
    /// A number, a time in milliseconds since 1970, or a yes.
    Number(u64),
}

/// A statement of the host's, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Statement {
    /// Which one.
    pub name: &'static str,
    /// Its values, in order.
    pub values: Vec<Bind>,
}

impl Statement {
    /// Of an account, and of something in it.
    pub(super) fn of(name: &'static str, texts: &[&str], numbers: &[u64]) -> Self {
        let mut values = Vec::new();
        for text in texts {
            values.push(Bind::Text((*text).to_owned()));
        }
        for number in numbers {
            values.push(Bind::Number(*number));
        }
        Statement { name, values }
    }
}

/// What the host does next. What belongs to one delivery is about the one that the event was about.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[cfg_attr(feature = "types", ts(tag = "do", rename_all = "lowercase"))]
pub enum Effect {
    /// Run these, and tell all their rows in one [`Rows`](super::outbox::Event::Rows).
    Look {
        /// The event that they belong to.
        of: u32,
        /// The alarm is set by them, too.
        arm: bool,
        /// In this order.
        statements: Vec<Statement>,
    },
    /// Set the platform's one alarm, so many milliseconds from now: what is near must not be past by the time it is set. Who
    /// waits for what was promised waits until it stands.
    Alarm {
        /// How many.
        after: u64,
    },
    /// Ring after so many milliseconds, in place of a timer that is running.
    Timer {
        /// How many.
        after: u64,
    },
    /// Take this delivery on its way: its first effect is [`Effect::Acquire`].
    Start {
        /// Which of the rows that were shown.
        id: String,
        /// Where it goes.
        account: String,
        /// The event that it belongs to.
        of: u32,
        /// Its last call may still be out.
        lost: bool,
        /// How long it needs its lease.
        deadline: u64,
    },
    /// A delivery that is due waits for a closed target.
    Mark {
        /// Which delivery.
        id: String,
        /// For what.
        target: String,
        /// Why, where a person has to act on dead letters first.
        code: Option<&'static str>,
    },
    /// A line of the log: names, codes and numbers.
    Log {
        /// What has happened.
        #[cfg_attr(feature = "types", ts(type = "LogEvent"))]
        event: &'static str,
        /// Which delivery.
        #[cfg_attr(feature = "types", ts(optional))]
        id: Option<String>,
        /// Which account.
        #[cfg_attr(feature = "types", ts(optional))]
        account: Option<String>,
        /// Which form.
        #[cfg_attr(feature = "types", ts(optional))]
        form: Option<String>,
        /// Why.
        #[cfg_attr(feature = "types", ts(optional))]
        code: Option<String>,
        /// The parameter that it is about: a path, which ends with the owner's name for it.
        #[cfg_attr(feature = "types", ts(optional))]
        param: Option<String>,
        /// Milliseconds.
        #[cfg_attr(feature = "types", ts(optional))]
        wait: Option<u64>,
    },
    /// One more of these.
    Count {
        /// The counter.
        name: String,
    },

    /// Ask the account's limiter for a lease.
    Acquire {
        /// Its last call may still be out.
        lost: bool,
        /// How long it needs it.
        deadline: u64,
    },
    /// Tell the limiter that the lease is free, and what came of the call.
    Release {
        /// What came of it, where there was one.
        #[cfg_attr(feature = "types", ts(optional))]
        outcome: Option<Outcome>,
        /// The request could not be made.
        #[cfg_attr(feature = "types", ts(optional, as = "Option<bool>"))]
        unsent: bool,
        /// The token that the call had.
        #[cfg_attr(feature = "types", ts(optional))]
        token: Option<String>,
        /// The call was a write.
        #[cfg_attr(feature = "types", ts(optional, as = "Option<bool>"))]
        write: bool,
        /// The write that relies on this look-up comes next.
        #[cfg_attr(feature = "types", ts(rename = "goesOn", optional, as = "Option<bool>"))]
        goes_on: bool,
        /// After so many milliseconds the call can no longer be running.
        #[cfg_attr(feature = "types", ts(optional))]
        landed: Option<u64>,
        /// What the reply said of the account's pace.
        #[cfg_attr(feature = "types", ts(optional))]
        pace: Option<Pace>,
        /// How long the system asked to be left alone.
        #[cfg_attr(feature = "types", ts(optional))]
        after: Option<u64>,
    },
    /// Make the request of the call, or find the one that was made for it.
    Render {
        /// Where the delivery stands.
        state: String,
        /// What the request is kept under.
        call: String,
        /// The API version that the account turned out to speak.
        #[cfg_attr(feature = "types", ts(type = "3 | 4 | null"))]
        version: Option<u8>,
    },
    /// Send the request that was made.
    Send {
        /// The operation.
        operation: String,
        /// With this token.
        token: String,
        /// How long the call may take.
        deadline: u64,
        /// When it must have ended, whatever happened on its way.
        ends: u64,
        /// How long the sender is waited for.
        patience: u64,
    },
    /// Come back after so many milliseconds.
    Sleep {
        /// How many.
        after: u64,
    },
    /// Write down where the delivery stands: in one transaction with what belongs to it.
    Write {
        /// The machine's state, as it is kept.
        state: String,
        /// Where it stands.
        phase: &'static str,
        /// When there is something to do.
        next: u64,
        /// Why.
        code: Option<String>,
        /// A call was repeated after its reply was lost.
        maybe_repeated: bool,
        /// What the system does not get as the lead has it.
        warning: Option<&'static str>,
        /// An answer has come, so it is out of trouble.
        answered: bool,
        /// The request that was just made is kept with it.
        keep: bool,
    },
    /// The call has not left: the delivery stands where it stood, unless somebody has changed it since.
    Restore {
        /// Where it stood.
        state: String,
        /// Where it stood.
        phase: &'static str,
        /// Why.
        code: Option<String>,
        /// When there is something to do.
        next: u64,
        /// Where it must stand.
        was: String,
    },
    /// What is broken waits, or becomes a dead letter. Its state stays as it is, for nobody may be able to read it.
    Stumble {
        /// Where it stands.
        phase: &'static str,
        /// Why.
        code: String,
        /// When there is something to do.
        next: u64,
        /// So many times in a row the module stopped over it.
        trouble: Option<u32>,
    },
    /// It waits for this closed target; its request is made anew then.
    Hold {
        /// Its name.
        target: String,
    },
    /// Something has become of its lead: who waits for that is told.
    Ended {},
    /// It is as far as it goes now.
    Leave {},
}

/// What a system said it still takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Pace {
    /// So many calls …
    pub left: u64,
    /// … until then.
    pub until: u64,
}

serde!(said Bind);

impl Crossing for Bind {
    fn begin() -> Self {
        Bind::Number(0)
    }

    fn cross(&mut self, passage: &mut Passage<'_>) {
        match self {
            Bind::Text(text) => text.cross(passage),
            Bind::Number(number) => number.cross(passage),
        }
    }
}

members! {
    said Statement, Statement { name: "", values: Vec::new() },
    "name" name, "values" values,
}

members! {
    said Pace, Pace { left: 0, until: 0 },
    "!left" left, "!until" until,
}

// A host reads them, and nobody here does.
tagged! {
    said Effect, "do", Effect::Leave {},
    "look" Look { "of" of, "arm" arm, "statements" statements }
    "alarm" Alarm { "after" after }
    "timer" Timer { "after" after }
    "start" Start { "id" id, "account" account, "of" of, "lost" lost, "deadline" deadline }
    "mark" Mark { "id" id, "target" target, "code" code }
    "log" Log {
        "event" event, "?id" id, "?account" account, "?form" form, "?code" code, "?param" param, "?wait" wait,
    }
    "count" Count { "name" name }
    "acquire" Acquire { "lost" lost, "deadline" deadline }
    "release" Release {
        "?outcome" outcome, "?unsent" unsent, "?token" token, "?write" write, "?goesOn" goes_on, "?landed" landed, "?pace" pace,
        "?after" after,
    }
    "render" Render { "state" state, "call" call, "version" version }
    "send" Send {
        "operation" operation, "token" token, "deadline" deadline, "ends" ends, "patience" patience,
    }
    "sleep" Sleep { "after" after }
    "write" Write {
        "state" state, "phase" phase, "next" next, "code" code, "maybe_repeated" maybe_repeated, "warning" warning,
        "answered" answered, "keep" keep,
    }
    "restore" Restore { "state" state, "phase" phase, "code" code, "next" next, "was" was }
    "stumble" Stumble { "phase" phase, "code" code, "next" next, "trouble" trouble }
    "hold" Hold { "target" target }
    "ended" Ended {}
    "leave" Leave {}
}
