//! Fieldpost's own relay: what a page sends to it, and what it answers.

pub use crate::crm::answers;

use crate::check::field::{Field, Kind};
use crate::check::form::{Form, Unknown};
use crate::check::report::{Issue, Severity};
use crate::code::call;
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
use crate::crm::operation::More;
use crate::crm::operation::{Operation, Repeat, RequestEncoding, ResponseParser, reference};
use crate::crm::outcome::Outcome;
use crate::crm::request::System;
use crate::value::Value;
use std::borrow::Cow;

/// The version of the page's contract; a relay takes the one before, too.
pub const WIRE_VERSION: u8 = 1;

const SUBMIT: &[Field] = &[
    Field::new("form", Kind::Hidden).required().max(64),
    Field::new("v", Kind::Hidden),
    Field::new("token", Kind::Hidden),
    Field::new("key", Kind::Hidden).max(64),
    Field::new("page", Kind::Hidden),
    Field::new("query", Kind::Hidden),
    Field::new("referrer", Kind::Hidden),
    // The visitor's first and last touch, as `fieldpost/touch` keeps them.
    Field::new("first", Kind::Hidden),
    Field::new("last", Kind::Hidden),
    // The cookies by which Marketo and Pardot know the visitor.
    Field::new("mkto_trk", Kind::Hidden),
    Field::new("pardot", Kind::Hidden),
    Field::new("turnstile", Kind::Hidden),
    // What the relay's own page carries, so that a lead that comes again is known.
    Field::new("again", Kind::Hidden),
    Field::new("values", Kind::Record).open(Kind::Custom).required(),
];

/// `relay.lead.submit`.
pub static LEAD_SUBMIT: Operation = Operation {
    name: "relay.lead.submit",
    system: System::Relay,
    summary: reference("Hands a visitor's lead to the relay."),
    method: "POST",
    path: "/leads/{form}",
    params: Form::params(SUBMIT, Unknown::Refuse, &[]),
    encoding: RequestEncoding::LeadForm,
    parser: ResponseParser::Relay,
    timeout: 30_000,
    // The same key gets the same answer.
    repeat: Repeat::Safe,
    docs: reference("https://www.npmjs.com/package/fieldpost"),
    #[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
    more: More::NONE,
};

/// The outcome of the relay's answer `{ v, id, state, issues }`, already parsed.
pub fn read(status: u16, body: &Value<'_>) -> Outcome {
    let unreadable = Outcome::Unknown { why: Cow::Borrowed(call::UNREADABLE.name()) };
    let id = || body.get("id").and_then(Value::as_text).map(str::to_owned);
    let issues = || match body.get("issues") {
        Some(Value::List(items)) => items.iter().map(issue).collect(),
        _ => Vec::new(),
    };
    match body.get("state").and_then(Value::as_text) {
        // A page cannot tell created from updated, and need not.
        Some("stored") => Outcome::Stored {
            id: id(),
            status: "stored".to_owned(),
            warnings: issues(),
            record: None,
        },
        Some("queued") => id().map_or(unreadable, |id| Outcome::Queued { id }),
        Some("refused") => Outcome::Refused { issues: issues(), fault: answers::fault(status) },
        Some("retry") => Outcome::Retry {
            after: None,
            code: Cow::Borrowed(if status == 429 {
                call::HTTP_429.name()
            } else {
                call::RELAY_BUSY.name()
            }),
            reason: crate::crm::outcome::Reason::Busy,
        },
        _ => unreadable,
    }
}

fn issue(value: &Value<'_>) -> Issue {
    let text = |name| value.get(name).and_then(Value::as_text).map(str::to_owned);
    Issue {
        field: text("field").unwrap_or_default(),
        code: Cow::Owned(text("code").unwrap_or_default()),
        severity: if text("severity").as_deref() == Some("warning") {
            Severity::Warning
        } else {
            Severity::Error
        },
        message: Cow::Owned(text("message").unwrap_or_default()),
        limit: None,
        suggestion: text("suggestion"),
    }
}

#[cfg(test)]
mod tests {
    use super::answers::{ANSWERS, Meaning};
    use super::{Outcome, Value, read};

    /// What is read is what the table says.
    #[test]
    fn an_answer_is_read_as_the_table_has_it() {
        for row in ANSWERS {
            let body = Value::Map(vec![
                ("id".into(), Value::from("1")),
                ("state".into(), Value::from(row.state.name())),
                ("issues".into(), Value::List(Vec::new())),
            ]);
            let meaning = match read(row.status, &body) {
                Outcome::Stored { .. } | Outcome::Queued { .. } => Meaning::Taken,
                Outcome::Refused { fault, .. } if fault.is_lead() => Meaning::Values,
                _ => Meaning::NotNow,
            };
            assert_eq!(meaning, row.meaning, "{} {}", row.status, row.code);
        }
    }
}
