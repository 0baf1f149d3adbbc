//! The prospects API of `HiringCenter` (v2): JSON, a bearer key, times in milliseconds.

#[cfg(feature = "full")]
mod reply;
#[cfg(feature = "full")]
mod rows;

#[cfg(feature = "full")]
pub use reply::{read_found, read_write};
#[cfg(feature = "full")]
pub use rows::{PROSPECT_GET, PROSPECT_LIST};

use crate::check::field::{Field, Kind, Options};
use crate::check::form::{Form, Unknown};
#[cfg(feature = "full")]
use crate::crm::operation::{Check, Must};
use crate::crm::operation::{More, Operation, Repeat, RequestEncoding, ResponseParser, reference};
use crate::crm::request::System;

const LICENSE_STATUS: &[&str] = &["not_started", "in_progress", "licensed"];

/// The vendor's page asks for an address and nothing of its letters.
const EMAIL: Field = Field::new("email", Kind::Email).with(Options::INTERNATIONAL);

/// An object, and not what is in it.
const RESUME: Field = Field::new("resume", Kind::Record).open(Kind::Any);

const UPSERT: &[Field] = &[
    Field::new("firstName", Kind::Name).required(),
    Field::new("lastName", Kind::Name).required(),
    EMAIL,
    // The system stores the lead with a null phone and says so in `message`.
    Field::new("phone", Kind::Phone).lenient(),
    Field::new("stageId", Kind::Hidden),
    Field::new("pipelineId", Kind::Hidden),
    Field::new("licenseStatus", Kind::Choice).choices(LICENSE_STATUS),
    Field::new("labels", Kind::Labels),
    Field::new("notes", Kind::Text),
    Field::new("title", Kind::Text),
    Field::new("company", Kind::Text),
    Field::new("userId", Kind::Hidden),
    Field::new("streetAddress", Kind::Text),
    Field::new("city", Kind::Text),
    Field::new("state", Kind::Text),
    Field::new("postalCode", Kind::Text),
    Field::new("officeId", Kind::Hidden),
    Field::new("sourceId", Kind::Hidden),
    Field::new("newSourceName", Kind::Text),
    RESUME,
    Field::new("muteWebhook", Kind::Boolean),
    Field::new("jobId", Kind::Hidden),
    Field::new("update", Kind::Boolean),
];

/// `prospects.prospect.upsert`.
pub static PROSPECT_UPSERT: Operation = Operation {
    name: "prospects.prospect.upsert",
    system: System::Prospects,
    summary: reference(
        "Creates a prospect, or with `update` changes the one with the same e-mail or phone.",
    ),
    method: "POST",
    path: "/v2/prospects",
    params: Form::params(UPSERT, Unknown::Refuse, &[]),
    encoding: RequestEncoding::Json,
    parser: ResponseParser::ProspectsWrite,
    timeout: 30_000,
    // With `update` it finds its own earlier record by e-mail or phone.
    repeat: Repeat::Safe,
    docs: reference("https://docs.hiringcenterpro.com/prospects"),
    more: More {
        #[cfg(feature = "full")]
        checks: &[
            Check(Must::Overrides, &["stageId", "pipelineId"]),
            Check(Must::Overrides, &["sourceId", "newSourceName"]),
        ],
        ..More::NONE
    },
};
