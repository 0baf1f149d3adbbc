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
pub(crate) use export::{FILES, STATES, procedure};
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
    PROSPECT_UPDATE_3,
};
#[cfg(feature = "full")]
pub(crate) use prospects::{keyed, records};
#[cfg(feature = "full")]
pub use reply::{
    read_batch, read_csv, read_export, read_found, read_gone, read_made, read_objects, read_write,
};

use crate::check::field::{Field, Kind};
use crate::check::form::{Constraint, Form, Unknown};
use crate::code;
use crate::crm::operation::{
    More, Named, Operation, Repeat, RequestEncoding, ResponseParser, Rule, reference,
};
use crate::crm::request::System;

const DOCS: &str = "https://developer.salesforce.com/docs/marketing/pardot/guide/prospects-v4.html";
const DOCS_3: &str =
    "https://developer.salesforce.com/docs/marketing/pardot/guide/prospects-v3.html";

const IDENTIFIERS: &[&str] = &["id", "fid", "email"];

/// `list_12` and custom fields are named by the account's owner, so any other name is taken as it is.
const OWN_FIELDS: Unknown = Unknown::Take(Kind::Custom);

const ID: Field = Field::new("id", Kind::Id);
const EMAIL: Field = Field::new("email", Kind::Email).max(255);
const SOME_ID_3: &[Constraint] = &[Constraint::AnyOf(&["id", "email"])];

const CREATE: &[Field] = &[EMAIL.required()];

const IDENTIFIED: &[Field] = &[ID, Field::new("fid", Kind::Hidden), EMAIL];

/// Of names that end with an id, a list takes 1 and 0, a criterion three words. No credentials in a body, and the answer's
/// format stands in the path.
const NAMED: &[Named] = &[
    ("list_#", &["1", "0"], &code::CHOICE_UNKNOWN),
    ("profile_criteria_#", &["match", "nomatch", "unknown"], &code::CHOICE_UNKNOWN),
    ("prospect_account_id", &["#", ""], &code::PARAM_IDS),
    ("user_key", &[], &code::PARAM_UNKNOWN),
    ("api_key", &[], &code::PARAM_UNKNOWN),
    ("format", &["json", "JSON"], &code::PARAM_UNKNOWN),
];

pub(crate) const FIELD_RULES: &[Rule] =
    &[Rule::AtMostOne(&["user_id", "crm_owner_fid"]), Rule::Named(NAMED)];

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
    params: Form::params(CREATE, OWN_FIELDS, &[]),
    encoding: RequestEncoding::IndexedForm,
    parser: ResponseParser::PardotWrite,
    timeout: 30_000,
    repeat: Repeat::Creates,
    docs: reference(DOCS),
    more: More {
        // Its request is the same.
        #[cfg(feature = "full")]
        older: Some(&prospects::PROSPECT_CREATE_3),
        rules: FIELD_RULES,
        ..More::NONE
    },
};

row!(
    PROSPECT_UPSERT, Pardot, "pardot.prospect.upsert",
    "Updates the prospect of an id or CRM id; by e-mail version 4 always creates.",
    "POST", "/api/prospect/version/{version}/do/upsert/{id,fid,email}?format=json",
    Form::params(IDENTIFIED, OWN_FIELDS, &[Constraint::AnyOf(IDENTIFIERS)]),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Creates, DOCS, { older: Some(&PROSPECT_UPSERT_3), rules: FIELD_RULES, }
);

row!(
    PROSPECT_UPSERT_3, Pardot, "pardot.prospect.upsert",
    "Updates the prospect of an id, else of the e-mail, else creates it.",
    "POST", "/api/prospect/version/3/do/upsert/{id|email}?format=json",
    Form::params(&[ID, EMAIL], OWN_FIELDS, SOME_ID_3),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Safe, DOCS_3, { rules: FIELD_RULES, }
);
