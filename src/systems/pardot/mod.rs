//! Pardot (Account Engagement), API version 4: form bodies, `format=json`, a Salesforce token and a business unit.

#[cfg(feature = "full")]
mod errors;
#[cfg(feature = "full")]
mod reply;

#[cfg(feature = "full")]
pub use errors::CODES;
#[cfg(feature = "full")]
pub use reply::{read_found, read_write};

use crate::field::{Field, Kind, Texts};
use crate::form::{Constraint, Form, Unknown};
use crate::operation::{Layout, Operation, Reading, Repeat, reference};
use crate::request::System;

const DOCS: &str =
    reference("https://developer.salesforce.com/docs/marketing/pardot/guide/prospects-v4.html");

const IDENTIFIERS: Texts<'static> = Texts::These(&["id", "fid", "email"]);

/// `list_12` and custom fields are named by the account's owner, so any other name is taken as it is.
const OWN_FIELDS: Unknown = Unknown::Take(Kind::Custom);

const CREATE: &[Field] = &[Field::new("email", Kind::Email).required().max(255)];

const IDENTIFIED: &[Field] =
    &[Field::new("id", Kind::Id), Field::new("fid", Kind::Hidden), Field::new("email", Kind::Email).max(255)];

const READ_OUTPUT: &[&str] = &["full", "simple", "mobile"];

const READ: &[Field] = &[
    Field::new("id", Kind::Id),
    Field::new("fid", Kind::Hidden),
    Field::new("email", Kind::Email).max(255),
    Field::new("limit_related_records", Kind::Integer).min(0),
    Field::new("output", Kind::Choice).choices(READ_OUTPUT),
];

/// `pardot.prospect.create`.
pub static PROSPECT_CREATE: Operation = Operation {
    name: "pardot.prospect.create",
    system: System::Pardot,
    summary: reference("Creates a prospect; version 4 always creates, even where the e-mail is known."),
    method: "POST",
    // The address may also stand in the path; in the body it stays out of logs.
    path: "/api/prospect/version/{version}/do/create?format=json",
    params: Form::params(CREATE, OWN_FIELDS, &[]),
    layout: Layout::IndexedForm,
    reading: Reading::PardotWrite,
    timeout: 30_000,
    repeat: Repeat::Creates,
    docs: DOCS,
    v3: None,
};

/// `pardot.prospect.upsert`.
pub static PROSPECT_UPSERT: Operation = Operation {
    name: "pardot.prospect.upsert",
    system: System::Pardot,
    summary: reference("Updates the prospect of an id or CRM id; by e-mail version 4 always creates."),
    method: "POST",
    path: "/api/prospect/version/{version}/do/upsert/{id,fid,email}?format=json",
    params: Form::params(IDENTIFIED, OWN_FIELDS, &[Constraint::AnyOf(IDENTIFIERS)]),
    layout: Layout::IndexedForm,
    reading: Reading::PardotWrite,
    timeout: 30_000,
    repeat: Repeat::Creates,
    docs: DOCS,
    v3: None,
};

/// `pardot.prospect.update`.
pub static PROSPECT_UPDATE: Operation = Operation {
    name: "pardot.prospect.update",
    system: System::Pardot,
    summary: reference("Changes the fields that are given of one prospect."),
    method: "POST",
    path: "/api/prospect/version/{version}/do/update/{id,fid,email}?format=json",
    params: Form::params(IDENTIFIED, OWN_FIELDS, &[Constraint::AnyOf(IDENTIFIERS)]),
    layout: Layout::IndexedForm,
    reading: Reading::PardotWrite,
    timeout: 30_000,
    repeat: Repeat::Safe,
    docs: DOCS,
    v3: None,
};

/// `pardot.prospect.read`.
pub static PROSPECT_READ: Operation = Operation {
    name: "pardot.prospect.read",
    system: System::Pardot,
    summary: reference("Reads the prospect of an id or CRM id, or all prospects of an e-mail."),
    method: "GET",
    path: "/api/prospect/version/{version}/do/read/{id,fid,email}?format=json",
    params: Form::params(READ, Unknown::Refuse, &[Constraint::OneOf(IDENTIFIERS)]),
    layout: Layout::Query,
    reading: Reading::PardotRead,
    timeout: 30_000,
    repeat: Repeat::Safe,
    docs: DOCS,
    v3: None,
};

/// The operations that only the full build has.
#[cfg(feature = "full")]
pub(crate) static OTHERS: &[&Operation] = &[&PROSPECT_READ, &PROSPECT_UPDATE];
