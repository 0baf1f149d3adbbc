//! Every answer of a relay to a lead, and what each means for whoever keeps the lead until it is taken.
//!
//! One table for all who speak of it: the relay answers out of it, page and client read by [`fault`], and `docs/errors.md`
//! shows it.

use crate::outcome::Fault;

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

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The code of the answer's one issue; empty where the issues are the form's own, or there are none.
    pub code: &'static str,
    /// The answer's `state`.
    pub state: &'static str,
    /// What it means for a lead that was kept.
    pub meaning: Meaning,
}

/// Every answer to a `POST` but a browser's own, which follows the form.
pub const ANSWERS: &[Answer] = &[
    row(200, "", "stored", Meaning::Taken),
    row(202, "", "queued", Meaning::Taken),
    row(422, "", "refused", Meaning::Values),
    row(422, "key.reused", "refused", Meaning::Values),
    row(400, "body.cut", "refused", Meaning::NotNow),
    row(400, "body.fields", "refused", Meaning::NotNow),
    row(400, "body.json", "refused", Meaning::NotNow),
    row(400, "body.multipart", "refused", Meaning::NotNow),
    row(400, "key.invalid", "refused", Meaning::NotNow),
    row(400, "wire.version", "refused", Meaning::NotNow),
    row(403, "origin.forbidden", "refused", Meaning::NotNow),
    row(404, "not_found", "refused", Meaning::NotNow),
    row(405, "method", "refused", Meaning::NotNow),
    row(409, "key.running", "retry", Meaning::NotNow),
    row(409, "seal.unknown", "retry", Meaning::NotNow),
    row(413, "body.size", "refused", Meaning::NotNow),
    row(415, "body.type", "refused", Meaning::NotNow),
    row(429, "address.limit", "retry", Meaning::NotNow),
    row(429, "review.full", "retry", Meaning::NotNow),
    row(500, "relay.failed", "retry", Meaning::NotNow),
    row(500, "outbox.unknown", "unknown", Meaning::NotNow),
    row(503, "outbox.full", "retry", Meaning::NotNow),
    row(503, "outbox.unavailable", "retry", Meaning::NotNow),
    row(503, "outbox.unknown", "unknown", Meaning::NotNow),
];

const fn row(status: u16, code: &'static str, state: &'static str, meaning: Meaning) -> Answer {
    Answer { status, code, state, meaning }
}

/// Who has to mend what was refused. A page knows no codes: of its values speaks one status alone, so that whatever else
/// stands between page and relay, or is yet to come, costs no lead.
pub fn fault(status: u16) -> Fault {
    if status == 422 { Fault::Lead } else { Fault::Target }
}

#[cfg(test)]
mod tests {
    use super::{ANSWERS, Meaning, fault};
    use crate::outcome::Outcome;
    use crate::value::Value;

    /// What is read is what the table says.
    #[test]
    fn an_answer_is_read_as_the_table_has_it() {
        for row in ANSWERS {
            let body = Value::Map(vec![
                ("id".into(), Value::from("1")),
                ("state".into(), Value::from(row.state)),
                ("issues".into(), Value::List(Vec::new())),
            ]);
            let meaning = match super::super::read(row.status, &body) {
                Outcome::Stored { .. } | Outcome::Queued { .. } => Meaning::Taken,
                Outcome::Refused { fault, .. } if fault.is_lead() => Meaning::Values,
                _ => Meaning::NotNow,
            };
            assert_eq!(meaning, row.meaning, "{} {}", row.status, row.code);
        }
    }

    #[test]
    fn what_the_table_does_not_have_is_no_fault_of_a_leads() {
        for status in (400..=599).filter(|status| *status != 422) {
            assert!(!fault(status).is_lead(), "{status}");
        }
    }
}
