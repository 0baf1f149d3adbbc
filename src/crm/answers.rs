//! Every answer of a relay to a lead, and what each means for whoever keeps the lead until it is taken.
//!
//! One table for all who speak of it: the relay answers out of it, page and client read by [`fault`], and `docs/errors.md`
//! shows it.

use crate::code::{Code, relay};
use crate::crm::outcome::Fault;

/// What an answer means for a lead that its sender has kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The relay has it: what was kept may go.
    Taken,
    /// These values are not taken: whoever entered them is shown why.
    Values,
    /// Not now: who asked, how or when is wrong, and not what was entered. It is kept, and sent again.
    NotNow,
}

/// The `state` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Every system has it.
    Stored,
    /// The relay has it, and has written it down.
    Queued,
    /// It is not taken as it is.
    Refused,
    /// It is not taken now.
    Retry,
    /// Nobody can tell whether it was taken.
    Unknown,
}

impl State {
    /// All of them.
    pub const ALL: [State; 5] =
        [State::Stored, State::Queued, State::Refused, State::Retry, State::Unknown];

    /// As an answer has it.
    pub fn name(self) -> &'static str {
        match self {
            State::Stored => "stored",
            State::Queued => "queued",
            State::Refused => "refused",
            State::Retry => "retry",
            State::Unknown => "unknown",
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The code of the answer's one issue; empty where the issues are the form's own, or there are none.
    pub code: &'static str,
    /// The answer's `state`.
    pub state: State,
    /// What it means for a lead that was kept.
    pub meaning: Meaning,
    /// The word that stands above it on the relay's own page.
    pub heading: &'static str,
    /// The word that a visitor reads on that page instead of what helps only who made the form's.
    pub plain: &'static str,
    /// A header that comes with it, and its value; where one address sends too much it says how long that lasts.
    pub header: Option<(&'static str, &'static str)>,
}

const REFUSED: &str = "page.refused";

/// Every answer to a `POST` but a browser's own, which follows the form.
pub const ANSWERS: &[Answer] = &[
    plain(200, State::Stored, Meaning::Taken),
    plain(202, State::Queued, Meaning::Taken),
    plain(422, State::Refused, Meaning::Values),
    Answer { meaning: Meaning::Values, ..refused(422, &relay::KEY_REUSED) },
    refused(400, &relay::BODY_CUT),
    refused(400, &relay::BODY_FIELDS),
    Answer { plain: "page.unread", ..refused(400, &relay::BODY_JSON) },
    Answer { plain: "page.unread", ..refused(400, &relay::BODY_MULTIPART) },
    Answer { plain: "page.mistake", ..refused(400, &relay::KEY_INVALID) },
    Answer { plain: "page.mistake", ..refused(400, &relay::WIRE_VERSION) },
    refused(403, &relay::ORIGIN_FORBIDDEN),
    refused(404, &relay::NOT_FOUND),
    Answer { header: Some(("allow", "GET, HEAD, POST, OPTIONS")), ..refused(405, &relay::METHOD) },
    Answer { heading: "page.moment", ..later(409, &relay::KEY_RUNNING, "1") },
    // A secret that is gone may be put back.
    later(409, &relay::SEAL_UNKNOWN, "600"),
    refused(413, &relay::BODY_SIZE),
    Answer { plain: "page.unread", ..refused(415, &relay::BODY_TYPE) },
    Answer { header: None, ..later(429, &relay::ADDRESS_LIMIT, "") },
    later(429, &relay::REVIEW_FULL, "600"),
    later(500, &relay::RELAY_FAILED, "60"),
    later(500, &relay::RELAY_OPTIONS, "60"),
    unsure(500, "60"),
    later(503, &relay::OUTBOX_FULL, "60"),
    later(503, &relay::OUTBOX_UNAVAILABLE, "30"),
    unsure(503, "30"),
];

/// The place of an answer in the table, which has it.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the table has no more rows than a byte has numbers"
)]
pub const fn row(status: u16, code: &str) -> u8 {
    let mut at = 0;
    while at < ANSWERS.len() {
        if ANSWERS[at].status == status && is_same(ANSWERS[at].code, code) {
            break;
        }
        at += 1;
    }
    at as u8
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Without an issue of its own.
const fn plain(status: u16, state: State, meaning: Meaning) -> Answer {
    Answer { status, code: "", state, meaning, heading: REFUSED, plain: "", header: None }
}

const fn refused(status: u16, code: &Code) -> Answer {
    Answer { code: code.name(), ..plain(status, State::Refused, Meaning::NotNow) }
}

/// It may be taken after so many seconds.
const fn later(status: u16, code: &Code, seconds: &'static str) -> Answer {
    let header = Some(("retry-after", seconds));
    Answer { code: code.name(), header, ..plain(status, State::Retry, Meaning::NotNow) }
}

const fn unsure(status: u16, seconds: &'static str) -> Answer {
    let again = later(status, &relay::OUTBOX_UNKNOWN, seconds);
    Answer { heading: "page.unsure", state: State::Unknown, ..again }
}

/// Who has to mend what was refused. A page knows no codes: of its values speaks one status alone, so that whatever else
/// stands between page and relay, or is yet to come, costs no lead.
pub fn fault(status: u16) -> Fault {
    if status == 422 { Fault::Lead } else { Fault::Target }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn what_the_table_does_not_have_is_no_fault_of_a_leads() {
        for status in (400..=599).filter(|status| *status != 422) {
            assert!(!fault(status).is_lead(), "{status}");
        }
    }
}
