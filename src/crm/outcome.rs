//! [`Outcome`]: what became of a call, and [`Class`]: what each of a vendor's codes means for it.

use crate::check::report::Issue;
use crate::code::{Code, call};
#[cfg(feature = "full")]
use crate::crossing::{place, word};
use crate::value::Value;
use std::borrow::Cow;

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[cfg_attr(feature = "types", ts(tag = "kind", rename_all = "lowercase"))]
pub enum Outcome {
    /// The system has it.
    Stored {
        /// The record's id, where the system says it.
        #[cfg_attr(feature = "types", ts(optional))]
        id: Option<String>,
        /// The system's word: `created`, `updated`, `deleted` …
        status: String,
        /// What the system did not take as it was sent.
        warnings: Vec<Issue>,
        /// The record as the reply has it. A relay keeps none.
        #[cfg_attr(feature = "types", ts(optional, type = "Record<string, unknown>"))]
        record: Option<Value<'static>>,
    },
    /// The records that were asked for; none is `found` too.
    Found {
        /// In the system's order.
        #[cfg_attr(feature = "types", ts(type = "Record<string, unknown>[]"))]
        records: Vec<Value<'static>>,
        /// How many there are in all.
        #[cfg_attr(feature = "types", ts(optional))]
        total: Option<u64>,
        /// What the next page is asked with.
        #[cfg_attr(feature = "types", ts(optional))]
        next: Option<String>,
    },
    /// One outcome for each record of a batch, in input order.
    Batch {
        /// In input order.
        results: Vec<Outcome>,
    },
    /// The system does not take it as it is; sending it again changes nothing.
    Refused {
        /// Why, by field where the system says so. A miss by id has the code `not_found`.
        issues: Vec<Issue>,
        /// Who has to mend it; the lead itself where nothing is said.
        #[cfg_attr(feature = "types", ts(optional, type = "Exclude<Fault, \"lead\">"))]
        fault: Fault,
    },
    /// The relay holds it durably.
    Queued {
        /// The relay's id of the lead.
        id: String,
    },
    /// Not done; it may be sent again.
    Retry {
        /// Milliseconds to wait at least, where the system says so.
        #[cfg_attr(feature = "types", ts(optional))]
        after: Option<u64>,
        /// Why.
        #[cfg_attr(feature = "types", ts(type = "CallCode | (string & {})"))]
        code: Cow<'static, str>,
        /// What has to change first.
        reason: Reason,
    },
    /// Nobody can tell whether it was done.
    Unknown {
        /// Why not.
        #[cfg_attr(feature = "types", ts(type = "CallCode | (string & {})"))]
        why: Cow<'static, str>,
    },
}

impl Outcome {
    /// What the system has, without a warning.
    #[cfg(feature = "full")]
    pub(crate) fn stored(id: Option<String>, status: &str, record: Option<Value<'static>>) -> Self {
        Outcome::Stored { id, status: status.to_owned(), warnings: Vec::new(), record }
    }

    /// Without the records that a write gave back: they hold what the lead's owner typed, and more.
    #[cfg(feature = "full")]
    pub(crate) fn forget(&mut self) {
        match self {
            Outcome::Stored { record, .. } => *record = None,
            Outcome::Batch { results } => results.iter_mut().for_each(Self::forget),
            _ => {}
        }
    }

    /// A refusal that is the lead's own fault.
    pub fn refused(issues: Vec<Issue>) -> Self {
        Outcome::Refused { issues, fault: Fault::Lead }
    }
}

// What a write gave back is told to whoever made the call; a relay keeps none of it.
#[cfg(feature = "full")]
crate::crossing::tagged! {
    both Outcome, "kind", Outcome::Unknown { why: Cow::Borrowed("") },
    "stored" Stored { "?id" id, "status" status, "warnings" warnings, ">record" record }
    "found" Found { "records" records, "?total" total, "?next" next }
    "batch" Batch { "results" results }
    "refused" Refused { "issues" issues, "?fault" fault }
    "queued" Queued { "!id" id }
    "retry" Retry { "?after" after, "code" code, "!reason" reason }
    "unknown" Unknown { "why" why }
}

/// Whose fault a refusal is, and so what waits until it is mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "lowercase"))]
pub enum Fault {
    /// The lead's: its values do not fit. No other lead waits.
    #[default]
    Lead,
    /// Unsure: an HTTP 401, 403, 404 or 405 that says no more. It is the account's only where a harmless read gets one, too,
    /// and else the lead's.
    Unsure,
    /// The target's: what one form sends to one account does not fit, whatever the lead.
    Target,
    /// The account's, for this kind of call alone: a permission to write is missing. A read does not show it mended.
    Writes,
    /// The account's: its credentials, its scopes, its address.
    Account,
}

#[cfg(feature = "full")]
crate::crossing::words! {
    silent Fault { "lead" Lead, "unsure" Unsure, "target" Target, "writes" Writes, "account" Account, }
}

impl Fault {
    /// By its name, as outcomes have it.
    #[cfg(feature = "full")]
    pub fn from_name(name: &str) -> Option<Self> {
        place(Self::WORDS, name).and_then(|at| Self::EACH.get(at)).copied()
    }

    /// Its name, as outcomes have it.
    #[cfg(feature = "full")]
    pub fn name(self) -> &'static str {
        word(Self::WORDS, self as usize)
    }

    /// Whether the lead alone has to be mended.
    pub fn is_lead(&self) -> bool {
        *self == Fault::Lead
    }
}

/// What has to change before a call can be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "lowercase"))]
pub enum Reason {
    /// The token: a new one is needed.
    Token,
    /// The rate or the number of calls at once.
    Rate,
    /// The day's quota: wait until its reset.
    Quota,
    /// The system's own trouble, or the way to it: there was no answer.
    Busy,
    /// The account speaks the other API version.
    Version,
}

#[cfg(feature = "full")]
crate::crossing::words! {
    Reason { "token" Token, "rate" Rate, "quota" Quota, "busy" Busy, "version" Version, }
}

#[cfg(feature = "full")]
impl Reason {
    /// By its name, as outcomes have it.
    pub fn from_name(name: &str) -> Option<Self> {
        place(Self::WORDS, name).and_then(|at| Self::EACH.get(at)).copied()
    }
}

/// What a vendor's code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Sending it again changes nothing; whose fault it is.
    Refused(Fault),
    /// There is no such record.
    Missing,
    /// What was asked for is so already.
    Done,
    /// Not done; again after this many milliseconds, once the reason is gone.
    Retry(Reason, u64),
    /// A read may be repeated; of a write nobody can tell.
    Unclear,
}

/// A row of a vendor's error table.
#[derive(Clone, Copy, Debug)]
pub struct VendorCode {
    /// The vendor's number.
    pub number: u16,
    /// With the system's name before it: `pardot.4`.
    pub name: &'static str,
    /// What it means for a call.
    pub class: Class,
    /// Our sentence. The vendor's own is never shown: it may hold what the visitor typed.
    pub sentence: &'static str,
}

/// What an HTTP status means where the body says nothing of the vendor's.
pub fn of_status(status: u16, retry_after: Option<u64>, is_write: bool) -> Outcome {
    let retry = |code: &Code, after, reason| Outcome::Retry {
        after,
        code: Cow::Borrowed(code.name()),
        reason,
    };
    let unclear = |code: &Code| {
        if is_write {
            Outcome::Unknown { why: Cow::Borrowed(code.name()) }
        } else {
            retry(code, retry_after, Reason::Busy)
        }
    };
    let refused = |code: &'static Code, fault| Outcome::Refused {
        issues: vec![Issue::error("", code)],
        fault,
    };
    match status {
        200..=299 => unclear(&call::UNREADABLE),
        300..=399 => unclear(&call::REDIRECT),
        401 => retry(&call::HTTP_401, None, Reason::Token),
        // A firewall that takes offence at one visitor's text, or credentials that may do nothing.
        403 => refused(&call::HTTP_403, Fault::Unsure),
        // Firewalls hide behind these, too; else the address is another host's.
        404 | 410 => refused(&call::HTTP_404, Fault::Unsure),
        405 => refused(&call::HTTP_4XX, Fault::Unsure),
        408 => unclear(&call::HTTP_408),
        413 => refused(&call::HTTP_413, Fault::Lead),
        414 => refused(&call::HTTP_414, Fault::Lead),
        429 => retry(&call::HTTP_429, retry_after, Reason::Rate),
        400..=499 => refused(&call::HTTP_4XX, Fault::Lead),
        502 => unclear(&call::HTTP_502),
        503 => unclear(&call::HTTP_503),
        504 => unclear(&call::HTTP_504),
        _ => unclear(&call::HTTP_5XX),
    }
}
