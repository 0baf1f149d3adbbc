//! A delivery under way as the host holds it, and what it hears.

use super::effect::Pace;
use crate::check::report::Issue;
use crate::crm::outcome::Outcome;
use crate::crossing::{members, tagged, words};

/// What a delivery waits to hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "lowercase"))]
pub enum At {
    /// The limiter's word.
    #[default]
    Asking,
    /// That the wait for its lease is over.
    Sleeping,
    /// The request.
    Rendering,
    /// What came of the call.
    Sending,
    /// That the limiter has heard of it.
    Releasing,
}

words! {
    At { "asking" Asking, "sleeping" Sleeping, "rendering" Rendering, "sending" Sending, "releasing" Releasing, }
}

/// What follows once the limiter has heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "lowercase"))]
pub enum Then {
    /// Nothing, for now.
    #[default]
    Leave,
    /// The next round.
    Again,
    /// What the limiter says of others, and nothing.
    Settle,
    /// The same, and the next round where nothing speaks against it.
    Proceed,
    /// What broke is noted, whatever the limiter has heard.
    Stumble,
    /// The host sends nothing more for a while, whatever the limiter has heard.
    Refused,
}

words! {
    Then { "leave" Leave, "again" Again, "settle" Settle, "proceed" Proceed, "stumble" Stumble, "refused" Refused, }
}

/// A delivery under way, as the host holds it between two events. The first members come from its row.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Run {
    /// Which one.
    pub id: String,
    /// Where it goes.
    pub account: String,
    /// Its lead's form.
    pub form: String,
    /// The machine's state, as it is kept.
    pub state: String,
    /// Where it stands.
    pub phase: String,
    /// Why.
    pub code: Option<String>,
    /// The closed target that it asks about.
    pub hold: Option<String>,
    /// So many times in a row the module stopped over it.
    pub trouble: Option<u32>,
    /// A person has sent its lead to see how it arrives.
    pub test: bool,
    /// The key that the owner lets say who somebody is.
    pub by: String,
    /// The event that it belongs to.
    pub of: u32,
    /// What it waits to hear.
    pub at: At,
    /// And then.
    pub then: Then,
    /// It keeps its lease for the write that relies on its look-up.
    pub goes_on: bool,
    /// The state that is written down together with the request.
    pub due: Option<String>,
    /// What broke, while the limiter is told.
    pub why: String,
    /// The operation of its call.
    pub operation: String,
    /// The token that its call has.
    pub token: String,
    /// Its call is a write.
    pub write: bool,
    /// Whose lead a list of holders is for.
    pub identity: Option<String>,
    /// When its call left.
    pub began: u64,
    /// Where it stood before its call: state, phase and code.
    pub before: Option<(String, String, Option<String>)>,
}

members! {
    both Run, Run::default(),
    "!id" id, "!account" account, "!form" form, "!state" state, "!phase" phase, "code" code, "hold" hold, "trouble" trouble,
    "test" test, "by" by, "of" of, "at" at, "then" then, "goes_on" goes_on, "due" due, "why" why, "operation" operation,
    "token" token, "write" write, "identity" identity, "began" began, "before" before,
}

/// What a delivery hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The limiter has a lease for it.
    Granted {
        /// When the limiter was asked.
        asked: u64,
        /// Until then a look-up that finds nobody proves nothing.
        uncertain_until: Option<u64>,
        /// Until then a list of holders that shows nobody else proves nothing.
        others: Option<u64>,
        /// Nobody else can have written this person since the last call.
        kept: bool,
        /// What it is about is closed, and this call finds out whether it still is.
        probe: bool,
        /// The API version that the account turned out to speak.
        version: Option<u8>,
        /// The token of the moment.
        token: String,
        /// It is where it was: nobody has erased it or sent it on meanwhile.
        stands: bool,
    },
    /// The limiter has none.
    Held {
        /// When to ask again.
        until: u64,
        /// Who waits: `account`, `target` or `person`.
        scope: String,
        /// The closed target that it waits for.
        target: Option<String>,
    },
    /// It has waited.
    Slept,
    /// Its request is there.
    Rendered {
        /// It is no read.
        write: bool,
        /// Whose lead a list of holders is for.
        identity: Option<String>,
        /// It is where it was.
        stands: bool,
    },
    /// The call came to this.
    Called {
        /// What it came to.
        outcome: Outcome,
        /// What the reply said of the account's pace.
        pace: Option<Pace>,
        /// How long the system asked to be left alone.
        after: Option<u64>,
    },
    /// The call has not left.
    Unsent {
        /// `host`, `full`, `late` or `failed`.
        why: String,
        /// The code of what failed.
        code: String,
    },
    /// The limiter has heard.
    Released {
        /// The closed target that the delivery waits for.
        hold: Option<String>,
        /// When what is closed is asked again; 0 where nothing is.
        until: u64,
        /// The refusal of which nobody was sure is the lead's own.
        blamed: bool,
        /// Something that was asked about is mended.
        opened: bool,
    },
    /// What it asked for, or one of its effects, failed.
    Failed(Failure),
    /// Not even that could be written down.
    Broken,
}

/// What the host could not do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    /// A stable code.
    pub code: String,
    /// The host refused to send, so nothing has left.
    pub host: bool,
    /// A sentence about it, where there are no issues.
    pub message: String,
    /// What is wrong with a request.
    pub issues: Vec<Issue>,
    /// The owner's mapping: parameter → where its value comes from.
    pub map: Vec<(String, String)>,
    /// The parameters that are the same for each lead.
    pub constants: Vec<String>,
}

tagged! {
    read Heard, "event", Heard::Slept,
    "granted" Granted {
        "asked" asked, "doubt" uncertain_until, "others" others, "kept" kept, "probe" probe, "version" version, "token" token,
        "stands" stands,
    }
    "wait" Held { "until" until, "scope" scope, "target" target }
    "slept" Slept {}
    "rendered" Rendered { "write" write, "identity" identity, "stands" stands }
    "called" Called { "!outcome" outcome, "pace" pace, "after" after }
    "unsent" Unsent { "unsent" why, "code" code }
    "released" Released { "hold" hold, "until" until, "blamed" blamed, "opened" opened }
    "broken" Broken {}
    ; "failed" Failed
}

members! {
    none Failure, Failure::default(),
    "code" code, "host" host, "message" message, "issues" issues, "map" map, "constants" constants,
}
