//! The rows of Pardot's prospects: version 4, and version 3 where it is another one.

use super::{CREATE, DOCS, DOCS_3, EMAIL, FIELD_RULES, ID, NAMED, OWN_FIELDS, SOME_ID_3};
use crate::check::field::{Field, Kind};
use crate::check::form::{Constraint, Form, Unknown};
use crate::check::report::{Issue, Report};
use crate::code;
use crate::crm::operation::{
    Check, Must, Paging, RequestEncoding, ResponseParser, Wide, given, is_new, misnamed, named,
};
use crate::packed::typed::pack;
use crate::value::{Entries, Value, decimal, joined};
use std::borrow::Cow;

const FID: Field = Field::new("fid", Kind::Hidden).max(18);
pub(super) const FORMAT: Field =
    Field::new("format", Kind::Choice).choices(choices!["json", "xml"]);
/// XML comes where nothing is said.
pub(super) const JSON: &[(&str, &str)] = &[("format", "json")];

const IDENTIFIED: &[Field] = &[ID, FID, EMAIL];
const BY_RECORD: &[Constraint] = &[Constraint::OneOf(&["id", "fid"])];
const BY_ANY: &[Constraint] = &[Constraint::OneOf(&["id", "fid", "email"])];
const BY_ID_OR_EMAIL: &[Constraint] = &[Constraint::OneOf(&["id", "email"])];
const SOME_ID: &[Constraint] = &[Constraint::AnyOf(&["id", "fid", "email"])];

const USER_EMAIL: Field = Field::new("user_email", Kind::Email);
const USER_ID: Field = Field::new("user_id", Kind::Id);
const GROUP_ID: Field = Field::new("group_id", Kind::Id);
const OUTPUT: Field =
    Field::new("output", Kind::Choice).choices(choices!["full", "simple", "mobile"]);
/// How many, or whether they are limited at all: the page does not say which, and clients send either.
const RELATED: Field = Field::new("limit_related_records", Kind::Custom);
const RELATED_CHECK: &[Check] = &[Check(Must::CountOrFlag, &["limit_related_records"])];

row!(
    PROSPECT_ASSIGN, Pardot, "pardot.prospect.assign",
    "Assigns a prospect to exactly one user or group; Salesforce is not told.",
    "POST", "/api/prospect/version/{version}/do/assign/{id,fid}?format={format}",
    Form::params(
        &[ID, FID, USER_EMAIL, USER_ID, GROUP_ID, OUTPUT, FORMAT],
        Unknown::Refuse,
        &[Constraint::OneOf(&["id", "fid"]), Constraint::OneOf(&["user_email", "user_id", "group_id"])],
    ),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Safe, DOCS, { older: Some(&PROSPECT_ASSIGN_3), defaults: JSON, }
);

row!(
    PROSPECT_ASSIGN_3, Pardot, "pardot.prospect.assign",
    "Assigns a prospect to exactly one user or group; the CRM is not told.",
    "POST", "/api/prospect/version/3/do/assign/{id,email}?format={format}",
    Form::params(
        &[ID, EMAIL, USER_EMAIL, USER_ID, GROUP_ID, OUTPUT, FORMAT],
        Unknown::Refuse,
        &[Constraint::OneOf(&["id", "email"]), Constraint::OneOf(&["user_email", "user_id", "group_id"])],
    ),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Safe, DOCS_3, { defaults: JSON, }
);

row!(
    PROSPECT_UNASSIGN, Pardot, "pardot.prospect.unassign",
    "Takes a prospect from its user or group; Salesforce is not told.",
    "POST", "/api/prospect/version/{version}/do/unassign/{id,fid}?format={format}",
    Form::params(&[ID, FID, OUTPUT, FORMAT], Unknown::Refuse, BY_RECORD),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Safe, DOCS, { older: Some(&PROSPECT_UNASSIGN_3), defaults: JSON, }
);

row!(
    PROSPECT_UNASSIGN_3, Pardot, "pardot.prospect.unassign",
    "Takes a prospect from its user or group; the CRM is not told.",
    "POST", "/api/prospect/version/3/do/unassign/{id,email}?format={format}",
    Form::params(&[ID, EMAIL, OUTPUT, FORMAT], Unknown::Refuse, BY_ID_OR_EMAIL),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Safe, DOCS_3, { defaults: JSON, }
);

row!(
    PROSPECT_READ, Pardot, "pardot.prospect.read",
    "Reads the prospect of an id or CRM id, or all prospects of an e-mail.",
    "GET", "/api/prospect/version/{version}/do/read/{id,fid,email}?format={format}",
    Form::params(&[ID, FID, EMAIL, RELATED, OUTPUT, FORMAT], Unknown::Refuse, BY_ANY),
    RequestEncoding::Query, ResponseParser::PardotRead, 30, Safe, DOCS, { older: Some(&PROSPECT_READ_3), checks: RELATED_CHECK, defaults: JSON, }
);

row!(
    PROSPECT_READ_3, Pardot, "pardot.prospect.read",
    "Reads the prospect of an id or an e-mail.",
    "GET", "/api/prospect/version/3/do/read/{id,email}?format={format}",
    Form::params(&[ID, EMAIL, RELATED, OUTPUT, FORMAT], Unknown::Refuse, BY_ID_OR_EMAIL),
    RequestEncoding::Query, ResponseParser::PardotRead, 30, Safe, DOCS_3, { checks: RELATED_CHECK, defaults: JSON, }
);

row!(
    PROSPECT_UPDATE, Pardot, "pardot.prospect.update",
    "Changes the fields that are given of one prospect; an e-mail beside an id is the new address.",
    "POST", "/api/prospect/version/{version}/do/update/{id|fid|email}?format=json",
    Form::params(IDENTIFIED, OWN_FIELDS, SOME_ID),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Safe, DOCS, { older: Some(&PROSPECT_UPDATE_3), rules: FIELD_RULES, }
);

row!(
    PROSPECT_UPDATE_3, Pardot, "pardot.prospect.update",
    "Changes the fields that are given of one prospect; by e-mail the e-mail itself cannot be changed.",
    "POST", "/api/prospect/version/3/do/update/{id|email}?format=json",
    Form::params(&[ID, EMAIL], OWN_FIELDS, SOME_ID_3),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Safe, DOCS_3, { rules: FIELD_RULES, }
);

row!(
    PROSPECT_CREATE_3, Pardot, "pardot.prospect.create",
    "Creates a prospect; a known e-mail is error 9.",
    "POST", "/api/prospect/version/3/do/create?format=json",
    Form::params(CREATE, OWN_FIELDS, &[]),
    RequestEncoding::IndexedForm, ResponseParser::PardotWrite, 30, Safe, DOCS_3, { rules: FIELD_RULES, }
);

row!(
    PROSPECT_DELETE, Pardot, "pardot.prospect.delete",
    "Deletes a prospect; Pardot answers 204.",
    // No format: a 204 has none, and an error is read in either.
    "POST", "/api/prospect/version/{version}/do/delete/{id,fid,email}",
    Form::params(&[ID, FID, EMAIL, FORMAT], Unknown::Refuse, BY_ANY),
    RequestEncoding::IndexedForm, ResponseParser::PardotGone, 30, Safe, DOCS, { older: Some(&PROSPECT_DELETE_3), }
);

row!(
    PROSPECT_DELETE_3,
    Pardot,
    "pardot.prospect.delete",
    "Deletes a prospect; Pardot answers 204, and takes POST and DELETE only.",
    "POST",
    "/api/prospect/version/3/do/delete/{id,email}",
    Form::params(&[ID, EMAIL, FORMAT], Unknown::Refuse, BY_ID_OR_EMAIL),
    RequestEncoding::IndexedForm,
    ResponseParser::PardotGone,
    30,
    Safe,
    DOCS_3,
    {}
);

const GRADES: &[&str] =
    choices!["A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F"];

const QUERY: &[Field] = &[
    Field::new("assigned", Kind::Boolean),
    Field::new("assigned_to_user", Kind::Hidden),
    Field::new("created_after", Kind::Hidden),
    Field::new("created_before", Kind::Hidden),
    Field::new("deleted", Kind::Boolean),
    Field::new("grade_equal_to", Kind::Choice).choices(GRADES),
    Field::new("grade_greater_than", Kind::Choice).choices(GRADES),
    Field::new("grade_less_than", Kind::Choice).choices(GRADES),
    Field::new("id_greater_than", Kind::Id),
    Field::new("id_less_than", Kind::Id),
    Field::new("is_starred", Kind::Boolean),
    Field::new("last_activity_before", Kind::Hidden),
    Field::new("last_activity_after", Kind::Hidden),
    Field::new("last_activity_never", Kind::Boolean),
    Field::new("list_id", Kind::Id),
    Field::new("new", Kind::Boolean),
    Field::new("score_equal_to", Kind::Integer),
    Field::new("score_greater_than", Kind::Integer),
    Field::new("score_less_than", Kind::Integer),
    Field::new("updated_after", Kind::Hidden),
    Field::new("updated_before", Kind::Hidden),
    Field::new("fields", Kind::Labels),
    Field::new("limit", Kind::Integer).min(1).max(200),
    Field::new("offset", Kind::Integer).min(0),
    // Bulk leaves the total out.
    Field::new("output", Kind::Choice).choices(choices!["full", "simple", "mobile", "bulk"]),
    Field::new("sort_by", Kind::Choice).choices(choices![
        "created_at",
        "id",
        "last_activity_at",
        "updated_at"
    ]),
    Field::new("sort_order", Kind::Choice).choices(choices!["ascending", "descending"]),
    FORMAT,
];

const QUERY_TIMES: Check = Check(
    Must::Times,
    &[
        "created_after",
        "created_before",
        "last_activity_before",
        "last_activity_after",
        "updated_after",
        "updated_before",
    ],
);
const OVERRIDES: Check = Check(Must::Overrides, &["assigned_to_user", "assigned"]);
const NEW_OVERRIDES: Check = Check(
    Must::Overrides,
    &["new", "assigned", "assigned_to_user", "last_activity_before", "last_activity_after"],
);

row!(
    PROSPECT_QUERY, Pardot, "pardot.prospect.query",
    "Finds prospects, at most 200 at a time; related records are not among them.",
    "GET", "/api/prospect/version/{version}/do/query?format={format}",
    Form::params(QUERY, Unknown::Refuse, &[]),
    RequestEncoding::Wide(Wide::Csv), ResponseParser::PardotRead, 30, Safe, DOCS,
    {
        older: Some(&PROSPECT_QUERY_3), checks: &[QUERY_TIMES, OVERRIDES, NEW_OVERRIDES], defaults: JSON,
        paging: Paging::Offset(200),
    }
);

row!(
    PROSPECT_QUERY_3, Pardot, "pardot.prospect.query",
    "Finds prospects, at most 200 at a time; related records are not among them.",
    "GET", "/api/prospect/version/3/do/query?format={format}",
    Form::params(QUERY, Unknown::Refuse, &[]),
    RequestEncoding::Wide(Wide::Csv), ResponseParser::PardotRead, 30, Safe, DOCS_3,
    {
        checks: &[QUERY_TIMES, OVERRIDES, NEW_OVERRIDES, Check(Must::TrueOnly, &["last_activity_never"])], defaults: JSON,
        paging: Paging::Offset(200),
    }
);

const NUMBER: Field = Field::new("id", Kind::Integer).min(1);
const RECORD: &[Field] = &[NUMBER, FID, EMAIL];
const CREATED: &[Field] = &[Field::new("email", Kind::Email).required().max(255)];
const RECORD_3: &[Field] = &[NUMBER, EMAIL];
const INPUT_FORMAT: Field =
    Field::new("input_format", Kind::Choice).choices(choices!["json", "xml"]);

const fn listing(fields: &'static [Field<'static>]) -> Field<'static> {
    Field::new("prospects", Kind::Records).of(fields).open(Kind::Custom).required().min(1).max(50)
}

const RECORD_4: &[Field] = &[NUMBER, FID];
const UPDATED: &[Field] = &[listing(RECORD_4), INPUT_FORMAT, FORMAT];
const UPSERTED: &[Field] = &[listing(RECORD), INPUT_FORMAT, FORMAT];
const MADE: &[Field] = &[listing(CREATED), INPUT_FORMAT, FORMAT];
const KEYED: &[Field] = &[listing(RECORD_3), INPUT_FORMAT, FORMAT];

/// The parameter with the records, and how many of them one call takes.
const BATCH: Option<(&[&str], u16)> = Some((&["prospects"], 50));
const LIST: RequestEncoding = RequestEncoding::Wide(Wide::Batch);
const MAP: RequestEncoding = RequestEncoding::Wide(Wide::KeyedBatch);

row!(
    PROSPECT_BATCH_CREATE, Pardot, "pardot.prospect.batchCreate",
    "Creates up to 50 prospects; version 4 always creates, even where an e-mail is known.",
    "POST", "/api/prospect/version/{version}/do/batchCreate?format={format}",
    Form::params(MADE, Unknown::Refuse, &[]), LIST, ResponseParser::PardotBatch("created"), 30, Creates, DOCS,
    { older: Some(&PROSPECT_BATCH_CREATE_3), checks: &[Check(Must::Records, &["email"])], defaults: JSON, batch: BATCH, }
);

row!(
    PROSPECT_BATCH_CREATE_3, Pardot, "pardot.prospect.batchCreate",
    "Creates up to 50 prospects, each with an e-mail that nobody has.",
    "POST", "/api/prospect/version/3/do/batchCreate?format={format}",
    Form::params(MADE, Unknown::Refuse, &[]), MAP, ResponseParser::PardotBatch("created"), 30, Safe, DOCS_3,
    { checks: &[Check(Must::Keyed, &["email"])], defaults: JSON, batch: BATCH, }
);

row!(
    PROSPECT_BATCH_UPDATE, Pardot, "pardot.prospect.batchUpdate",
    "Changes up to 50 prospects by id or CRM id, never by e-mail.",
    "POST", "/api/prospect/version/{version}/do/batchUpdate?format={format}",
    Form::params(UPDATED, Unknown::Refuse, &[]), LIST, ResponseParser::PardotBatch("updated"), 30, Safe, DOCS,
    { older: Some(&PROSPECT_BATCH_UPDATE_3), checks: &[Check(Must::Records, &["id", "fid"])], defaults: JSON, batch: BATCH, }
);

row!(
    PROSPECT_BATCH_UPDATE_3, Pardot, "pardot.prospect.batchUpdate",
    "Changes up to 50 prospects by id or e-mail.",
    "POST", "/api/prospect/version/3/do/batchUpdate?format={format}",
    Form::params(KEYED, Unknown::Refuse, &[]), MAP, ResponseParser::PardotBatch("updated"), 30, Safe, DOCS_3,
    { checks: &[Check(Must::Keyed, &["id", "email"])], defaults: JSON, batch: BATCH, }
);

row!(
    PROSPECT_BATCH_UPSERT, Pardot, "pardot.prospect.batchUpsert",
    "Changes prospects by id or CRM id; a record with an e-mail alone always creates.",
    "POST", "/api/prospect/version/{version}/do/batchUpsert?format={format}",
    Form::params(UPSERTED, Unknown::Refuse, &[]), LIST, ResponseParser::PardotBatch("upserted"), 30, Creates, DOCS,
    { older: Some(&PROSPECT_BATCH_UPSERT_3), checks: &[Check(Must::Records, &["id", "fid", "email"])], defaults: JSON, batch: BATCH, }
);

row!(
    PROSPECT_BATCH_UPSERT_3, Pardot, "pardot.prospect.batchUpsert",
    "Changes or creates up to 50 prospects by id or e-mail.",
    "POST", "/api/prospect/version/3/do/batchUpsert?format={format}",
    Form::params(KEYED, Unknown::Refuse, &[]), MAP, ResponseParser::PardotBatch("upserted"), 30, Safe, DOCS_3,
    { checks: &[Check(Must::Keyed, &["id", "email"])], defaults: JSON, batch: BATCH, }
);

/// Each record of a batch: names that an element may have, fields named by id, one owner.
fn each(report: &mut Report, mut judge: impl FnMut(&str, &Entries<'_>) -> Vec<Issue>) {
    let mut issues = Vec::new();
    if let Some(Value::List(records)) = given(report, "prospects") {
        for (index, record) in records.iter().enumerate() {
            let Value::Map(record) = record else { continue };
            let place = ["prospects[", &decimal(index), "]."].concat();
            let wrong = |(name, _): &&(Cow<'_, str>, Value<'_>)| {
                !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                    || !name.bytes().all(|byte| {
                        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
                    })
            };
            issues.extend(
                record
                    .iter()
                    .filter(wrong)
                    .map(|_| Issue::error(place.trim_end_matches('.'), &code::PARAM_NAME)),
            );
            issues.extend(record.iter().filter_map(|(name, value)| {
                let code = misnamed(NAMED, name.as_bytes(), &pack(value))?;
                Some(Issue::error(&[&place, name.as_ref()].concat(), code))
            }));
            if named(record, "user_id").is_some() && named(record, "crm_owner_fid").is_some() {
                issues.push(
                    Issue::error(&[&place, "crm_owner_fid"].concat(), &code::PARAM_EXCLUSIVE)
                        .with_limit("user_id, crm_owner_fid"),
                );
            }
            issues.extend(judge(&place, record));
        }
    }
    // A record that is wrong already is not told twice that it lacks its key.
    issues.retain(|issue| !report.issues.iter().any(|known| known.field == issue.field));
    report.issues.extend(issues);
}

fn lacks(place: &str, record: &Entries<'_>, keys: &'static [&'static str]) -> Vec<Issue> {
    let found = keys.iter().any(|key| named(record, key).is_some_and(|value| !value.is_empty()));
    if found {
        return Vec::new();
    }
    let first = keys.first().copied().unwrap_or_default();
    vec![
        Issue::error(&[place, first].concat(), &code::PARAM_ANY_OF).with_limit(&joined(keys, ", ")),
    ]
}

/// Each record has one of the keys.
pub(crate) fn records(report: &mut Report, keys: &'static [&'static str]) {
    each(report, |place, record| lacks(place, record, keys));
}

/// Version 3 answers by key, so that each must come once.
pub(crate) fn keyed(report: &mut Report, keys: &'static [&'static str]) {
    let mut seen = Vec::new();
    each(report, |place, record| {
        let key = keys.iter().find_map(|key| {
            let text =
                named(record, key).and_then(Value::as_text).filter(|text| !text.is_empty())?;
            Some((*key, text.to_ascii_lowercase()))
        });
        match key {
            Some((name, text)) if !is_new(&mut seen, &text) => {
                vec![Issue::error(&[place, name].concat(), &code::PARAM_DUPLICATE)]
            }
            Some(_) => Vec::new(),
            None => lacks(place, record, keys),
        }
    });
}
