//! Pardot (Account Engagement), API version 4: form bodies, `format=json`, a Salesforce token and a business unit.

#[cfg(feature = "full")]
mod csv;
#[cfg(feature = "full")]
mod errors;
#[cfg(feature = "full")]
mod export;
#[cfg(feature = "full")]
mod objects;
#[cfg(feature = "full")]
mod prospects;
#[cfg(feature = "full")]
mod reply;
#[cfg(feature = "full")]
mod tree;

#[cfg(feature = "full")]
pub use errors::{ABOUT, CODES, KNOWN, SPEAKS};
#[cfg(feature = "full")]
pub use export::{
    EXPORT_CANCEL, EXPORT_CREATE, EXPORT_DOWNLOAD, EXPORT_QUERY, EXPORT_READ, PROCEDURES,
};
#[cfg(feature = "full")]
pub use objects::{
    CUSTOM_FIELD_QUERY, CUSTOM_REDIRECT_QUERY, CUSTOM_REDIRECT_READ, DYNAMIC_CONTENT_QUERY,
    DYNAMIC_CONTENT_READ, EMAIL_LIST_SEND, EMAIL_ONE_TO_ONE_SEND, EMAIL_READ, EMAIL_STATS,
    EMAIL_TEMPLATE_LIST, EMAIL_TEMPLATE_READ,
};
#[cfg(feature = "full")]
pub use prospects::{
    PROSPECT_ASSIGN, PROSPECT_BATCH_CREATE, PROSPECT_BATCH_UPDATE, PROSPECT_BATCH_UPSERT,
    PROSPECT_DELETE, PROSPECT_QUERY, PROSPECT_READ, PROSPECT_UNASSIGN, PROSPECT_UPDATE,
};
#[cfg(feature = "full")]
pub use prospects::{
    PROSPECT_ASSIGN_3, PROSPECT_BATCH_CREATE_3, PROSPECT_BATCH_UPDATE_3, PROSPECT_BATCH_UPSERT_3,
    PROSPECT_CREATE_3, PROSPECT_DELETE_3, PROSPECT_QUERY_3, PROSPECT_READ_3, PROSPECT_UNASSIGN_3,
    PROSPECT_UPDATE_3, PROSPECT_UPSERT_3,
};
#[cfg(feature = "full")]
pub use reply::{
    read_batch, read_csv, read_export, read_found, read_gone, read_made, read_objects, read_write,
};

use crate::check::field::{Field, Kind};
use crate::check::form::{Constraint, Unknown};
#[cfg(feature = "full")]
use crate::crm::operation::More;
use crate::crm::operation::{Operation, Repeat, RequestEncoding, ResponseParser, reference};
use crate::crm::request::System;

const DOCS: &str = "https://developer.salesforce.com/docs/marketing/pardot/guide/prospects-v4.html";

const IDENTIFIERS: &[&str] = &["id", "fid", "email"];

/// `list_12` and custom fields are named by the account's owner, so any other name is taken as it is.
const OWN_FIELDS: Unknown = Unknown::Take(Kind::Custom);

const CREATE: &[Field] = &[Field::new("email", Kind::Email).required().max(255)];

const IDENTIFIED: &[Field] = &[
    Field::new("id", Kind::Id),
    Field::new("fid", Kind::Hidden),
    Field::new("email", Kind::Email).max(255),
];

/// `pardot.prospect.create`.
pub static PROSPECT_CREATE: Operation = Operation {
    name: "pardot.prospect.create",
    system: System::Pardot,
    summary: reference(
        "Creates a prospect; version 4 always creates, even where the e-mail is known. Without `campaign_id` it joins the oldest campaign.",
    ),
    method: "POST",
    // The address may also stand in the path; in the body it stays out of logs.
    path: "/api/prospect/version/{version}/do/create?format=json",
    params: params!(CREATE, OWN_FIELDS, &[]),
    encoding: RequestEncoding::IndexedForm,
    parser: ResponseParser::PardotWrite,
    timeout: 30_000,
    repeat: Repeat::Creates,
    docs: DOCS,
    #[cfg(feature = "full")]
    more: More {
        older: Some(&prospects::PROSPECT_CREATE_3),
        checks: prospects::FIELD_CHECKS,
        ..More::NONE
    },
};

/// `pardot.prospect.upsert`.
pub static PROSPECT_UPSERT: Operation = Operation {
    name: "pardot.prospect.upsert",
    system: System::Pardot,
    summary: reference(
        "Updates the prospect of an id or CRM id; by e-mail version 4 always creates.",
    ),
    method: "POST",
    path: "/api/prospect/version/{version}/do/upsert/{id,fid,email}?format=json",
    params: params!(IDENTIFIED, OWN_FIELDS, &[Constraint::AnyOf(IDENTIFIERS)]),
    encoding: RequestEncoding::IndexedForm,
    parser: ResponseParser::PardotWrite,
    timeout: 30_000,
    repeat: Repeat::Creates,
    docs: DOCS,
    #[cfg(feature = "full")]
    more: More {
        older: Some(&prospects::PROSPECT_UPSERT_3),
        checks: prospects::FIELD_CHECKS,
        ..More::NONE
    },
};
