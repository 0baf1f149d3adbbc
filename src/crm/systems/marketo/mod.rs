//! Marketo Engage's lead database: JSON, HTTP 200 for refusals too, a bearer token of one hour.

#[cfg(feature = "full")]
mod assets;
#[cfg(feature = "full")]
mod errors;
#[cfg(feature = "full")]
mod leads;
#[cfg(feature = "full")]
mod reply;

#[cfg(feature = "full")]
pub use assets::{
    CAMPAIGN_TRIGGER, FIELD_BROWSE, FIELD_CREATE, FIELD_GET, FIELD_UPDATE, FORM_FIELDS, LIST_ADD,
    LIST_IS_MEMBER, LIST_REMOVE, PROGRAM_CHANGE_STATUS,
};
#[cfg(feature = "full")]
pub(crate) use assets::{changed_field, new_fields};
#[cfg(feature = "full")]
pub use errors::{
    ABOUT, ALREADY, LEAD, LEAD_KNOWN, OF_A_READ, READ, READ_KNOWN, REQUEST, REQUEST_KNOWN,
};
#[cfg(feature = "full")]
pub use leads::{
    LEAD_ASSOCIATE, LEAD_BY_LIST, LEAD_BY_PROGRAM, LEAD_DELETE, LEAD_DESCRIBE, LEAD_DESCRIBE2,
    LEAD_FILTER, LEAD_GET, LEAD_LIST_MEMBERSHIP, LEAD_MERGE, LEAD_PARTITION,
    LEAD_PROGRAM_MEMBERSHIP, LEAD_PUSH, LEAD_SMART_CAMPAIGN_MEMBERSHIP, LEAD_SYNC,
};
#[cfg(feature = "full")]
pub(crate) use leads::{push, sync, unique_ids};
#[cfg(feature = "full")]
pub use reply::{read_done, read_found, read_records};

use crate::check::field::{Field, Kind};
use crate::check::form::{Form, Unknown};
use crate::crm::operation::{More, Operation, Repeat, RequestEncoding, ResponseParser, reference};
use crate::crm::request::System;

const LEAD_FORM_FIELDS: &[Field] = &[Field::new("email", Kind::Email).required().max(255)];

const VISITOR_DATA: &[Field] = &[
    Field::new("pageURL", Kind::Url),
    Field::new("queryString", Kind::Hidden),
    // Feeds the inferred fields, and takes IPv4 only.
    Field::new("leadClientIpAddress", Kind::Ipv4),
    Field::new("userAgentString", Kind::Hidden),
];

const SUBMISSION: &[Field] = &[
    Field::new("leadFormFields", Kind::Record).of(LEAD_FORM_FIELDS).open(Kind::Custom).required(),
    Field::new("visitorData", Kind::Record).of(VISITOR_DATA),
    Field::new("cookie", Kind::Cookie),
];

const SUBMIT_FORM: &[Field] = &[
    Field::new("formId", Kind::Integer).required().min(1),
    Field::new("programId", Kind::Integer).min(1),
    // The page's prose says a single object; its sample and the published schema an array of exactly one.
    Field::new("input", Kind::Records).of(SUBMISSION).required().min(1).max(1),
];

/// `marketo.lead.submitForm`.
pub static LEAD_SUBMIT_FORM: Operation = Operation {
    name: "marketo.lead.submitForm",
    system: System::Marketo,
    summary: reference(
        "Submits a Marketo form: upserts the lead by e-mail and adds a form activity.",
    ),
    method: "POST",
    path: "/rest/v1/leads/submitForm.json",
    params: Form::params(SUBMIT_FORM, Unknown::Refuse, &[]),
    encoding: RequestEncoding::Json,
    parser: ResponseParser::MarketoRecords,
    timeout: 30_000,
    repeat: Repeat::Activity,
    docs: reference(
        "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads#submit-form",
    ),
    more: More::NONE,
};
