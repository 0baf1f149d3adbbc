//! The rows of Pardot's exports.

use super::prospects::{FORMAT, JSON};
use crate::check::field::{Field, Kind};
use crate::check::form::{Form, Unknown};
use crate::check::report::{Issue, Report};
use crate::code;
use crate::crm::operation::{
    Check, Files, Job, Must, NOW, Paging, RequestEncoding, ResponseParser, States, given, named,
    range,
};
use crate::value::{Entries, Value, cut, joined};
use std::borrow::Cow;

const DOCS: &str = "https://developer.salesforce.com/docs/marketing/pardot/guide/export-v4.html";

const OBJECTS: &[&str] = choices![
    "externalActivity",
    "visitorActivity",
    "listMembership",
    "prospect",
    "prospectAccount",
    "visitor"
];

const PROCEDURE: &[Field] = &[
    Field::new("name", Kind::Hidden).required(),
    Field::new("arguments", Kind::Record).open(Kind::Custom).required(),
];

const CREATE: &[Field] = &[
    Field::new("object", Kind::Choice).choices(OBJECTS).required(),
    Field::new("fields", Kind::Labels).max(150),
    Field::new("procedure", Kind::Record).of(PROCEDURE).required(),
    // The moment to which an open range is measured; it is not sent.
    Field::new(NOW, Kind::Hidden),
];

/// An export takes minutes, and each question counts against the account's calls.
pub(crate) static STATES: States = States {
    state: "state",
    done: "Complete",
    over: &["Failed", "Canceled"],
    code: &code::CRM_STATE,
    expired: "isExpired",
    gone: &code::CRM_EXPIRED,
    refs: "resultRefs",
    first: 60_000,
    most: 600_000,
};

pub(crate) static FILES: Files =
    Files { types: &["csv", "octet-stream", "text/plain"], params: file };

row!(
    EXPORT_CREATE, Pardot, "pardot.export.create",
    "Asks for an export of one object over at most a year; it takes minutes.",
    "POST", "/api/export/version/{version}/do/create?format=json",
    Form::params(CREATE, Unknown::Refuse, &[]), RequestEncoding::Json, ResponseParser::PardotExport, 30, Creates, DOCS,
    {
        checks: &[Check(Must::Times, &[NOW]), Check(Must::Procedure, &[])], unsent: &[NOW], job: Job::Asked,
        permission: "View ability of the exported object: Prospects > Visitors, Prospects > Prospect Accounts, Prospect > External Activity, and Marketing > Segmentation > Lists for list memberships",
    }
);

row!(
    EXPORT_READ, Pardot, "pardot.export.read",
    "Reads an export's state and, once it is complete, where its files are.",
    "GET", "/api/export/version/{version}/do/read/id/{id}?format={format}",
    Form::params(&[Field::new("id", Kind::Id).required(), FORMAT], Unknown::Refuse, &[]), RequestEncoding::Query,
    ResponseParser::PardotFound("export"), 30, Safe, DOCS,
    {
        defaults: JSON, job: Job::Read(&STATES),
        permission: "The user who created the export, or Admin > Exports > View",
    }
);

row!(
    EXPORT_QUERY, Pardot, "pardot.export.query",
    "Lists exports with their states, newest first; without their files.",
    "GET", "/api/export/version/{version}/do/query?format={format}",
    Form::params(
        &[
            Field::new("created_after", Kind::Hidden),
            Field::new("created_before", Kind::Hidden),
            Field::new("updated_after", Kind::Hidden),
            Field::new("updated_before", Kind::Hidden),
            Field::new("status", Kind::Choice).choices(choices!["Complete", "Failed", "Processing", "Waiting"]),
            Field::new("object", Kind::Choice).choices(OBJECTS),
            Field::new("limit", Kind::Integer).min(1).max(200),
            Field::new("offset", Kind::Integer).min(0),
            Field::new("sort_by", Kind::Choice).choices(choices!["id", "created_at", "updated_at"]),
            Field::new("sort_order", Kind::Choice).choices(choices!["ascending", "descending"]),
            FORMAT,
        ],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Query, ResponseParser::PardotFound("export"), 30, Safe, DOCS,
    {
        checks: &[
            Check(Must::Times, &["created_after", "created_before", "updated_after", "updated_before"]),
            Check(Must::Needs, &["sort_order", "sort_by"]),
        ],
        defaults: JSON, paging: Paging::Offset(200), permission: "Admin > Exports > View",
    }
);

row!(
    EXPORT_DOWNLOAD, Pardot, "pardot.export.download",
    "Downloads one file of a complete export as CSV; files and rows come in no order, times in the zone that its maker had then, and after 7 days nothing.",
    "GET", "/api/export/version/{version}/do/downloadResults/id/{id}/file/{file}",
    Form::params(
        &[Field::new("id", Kind::Id).required(), Field::new("file", Kind::Id).required()],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Query, ResponseParser::PardotCsv, 300, Safe, DOCS,
    { job: Job::Fetched(&FILES), permission: "The user who created the export, or Admin > Exports > View", }
);

row!(
    EXPORT_CANCEL, Pardot, "pardot.export.cancel",
    "Cancels an export that is neither complete nor failed.",
    "POST", "/api/export/version/{version}/do/cancel/id/{id}?format={format}",
    Form::params(&[Field::new("id", Kind::Id).required(), FORMAT], Unknown::Refuse, &[]), RequestEncoding::IndexedForm,
    ResponseParser::PardotExport, 30, Safe, DOCS, { defaults: JSON, }
);

/// A procedure: its object and name, the stem of its `_after` and `_before`, and its other arguments as the page's
/// section prints them.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// All twelve.
pub const PROCEDURES: &[Row] = &[
    ("externalActivity", "filter_by_created_at", "created", &[]),
    ("externalActivity", "filter_by_activity_date", "activity", &[]),
    ("visitorActivity", "filter_by_created_at", "created", &["type", "prospect_only"]),
    ("visitorActivity", "filter_by_updated_at", "updated", &["type", "prospectOnly"]),
    ("listMembership", "filter_by_created_at", "created", &["deleted"]),
    ("listMembership", "filter_by_updated_at", "updated", &["deleted"]),
    ("prospect", "filter_by_created_at", "created", &["deleted"]),
    ("prospect", "filter_by_updated_at", "updated", &[]),
    ("prospectAccount", "filter_by_prospect_updated_at", "prospect_updated", &["prospect_deleted"]),
    ("prospectAccount", "filter_by_updated_at", "updated", &["deleted"]),
    ("visitor", "filter_by_prospect_updated_at", "prospect_updated", &["prospect_deleted"]),
    ("visitor", "filter_by_updated_at", "updated", &["deleted"]),
];

/// The fields of an object, where its section prints them; of the others it sends the reader to the account.
const FIELDS: &[(&str, &[&str])] = &[(
    "externalActivity",
    &[
        "id",
        "extension",
        "extensionSalesforceId",
        "type",
        "typeSalesforceId",
        "prospectId",
        "value",
        "activityDate",
        "createdAt",
        "createdById",
    ],
)];

/// An object's fields are its own, where they are known.
fn own_fields(report: &Report, object: &str) -> Option<Issue> {
    let (_, known) = FIELDS.iter().find(|(of, _)| *of == object)?;
    let Value::List(fields) = given(report, "fields")? else { return None };
    let fits = |field: &Value<'_>| field.as_text().is_some_and(|name| known.contains(&name));
    if fields.iter().all(fits) {
        return None;
    }
    Some(Issue::error("fields", &code::PARAM_ARGUMENT).with_limit(&joined(known, ", ")))
}

/// The procedure fits the object, its arguments fit the procedure, and the range is a year at most.
pub(crate) fn procedure(report: &mut Report) {
    let now = given(report, NOW).and_then(Value::as_text).map(str::to_owned);
    let object = given(report, "object").and_then(Value::as_text).unwrap_or_default().to_owned();
    let mut issues: Vec<_> = own_fields(report, &object).into_iter().collect();
    if let Some((_, Value::Map(parts))) =
        report.values.iter_mut().find(|(name, _)| name == "procedure")
    {
        let name = named(parts, "name").and_then(Value::as_text).unwrap_or_default();
        let row = PROCEDURES.iter().find(|(of, known, ..)| *of == object && *known == name);
        let Some((_, _, stem, others)) = row else {
            if !object.is_empty() && !name.is_empty() {
                let known: Vec<_> = PROCEDURES
                    .iter()
                    .filter(|(of, ..)| *of == object)
                    .map(|(_, name, ..)| *name)
                    .collect();
                issues.push(
                    Issue::error("procedure.name", &code::PARAM_ARGUMENT)
                        .with_limit(&joined(&known, ", ")),
                );
            }
            report.issues.extend(issues);
            return;
        };
        let (after, before) = ([stem, "_after"].concat(), [stem, "_before"].concat());
        let place = |name: &str| ["procedure.arguments.", name].concat();
        if let Some((_, Value::Map(arguments))) =
            parts.iter_mut().find(|(name, _)| name == "arguments")
        {
            for (name, value) in arguments.iter_mut() {
                // Two sections print the same argument in two spellings; each is sent as its section has it.
                if matches!(name.as_ref(), "prospect_only" | "prospectOnly")
                    && let Some(printed) = others.iter().find(|known| known.starts_with("prospect"))
                {
                    *name = Cow::Borrowed(*printed);
                }
                let known = **name == *after || **name == *before;
                if !known && !others.contains(&name.as_ref()) {
                    let all = [&[after.as_str(), before.as_str()], *others].concat();
                    issues.push(
                        Issue::error(&place(name), &code::PARAM_ARGUMENT)
                            .with_limit(&joined(&all, ", ")),
                    );
                    continue;
                }
                let text = match value {
                    Value::Bool(true) => "true",
                    Value::Bool(false) => "false",
                    other => other.as_text().unwrap_or_default(),
                };
                let fits = match name.as_ref() {
                    "deleted" | "prospect_deleted" => matches!(text, "true" | "false" | "all"),
                    "prospect_only" | "prospectOnly" => matches!(text, "true" | "false"),
                    _ => true,
                };
                if !fits {
                    issues.push(Issue::error(&place(name), &code::CHOICE_UNKNOWN));
                }
                if known && crate::crm::operation::time(text).is_none() {
                    issues.push(Issue::error(&place(name), &code::PARAM_TIME));
                }
            }
            let text =
                |name: &str| named(arguments, name).and_then(Value::as_text).map(str::to_owned);
            let (start, end) = (text(&after), text(&before));
            if start.is_none() {
                issues.push(Issue::error(&place(&after), &code::REQUIRED));
            }
            let span = range(
                start.as_deref(),
                end.as_deref(),
                now.as_deref(),
                &place(&after),
                &place(&before),
            );
            issues.extend(span);
        }
    }
    report.issues.extend(issues);
}

/// The parameters of a file by its address. They are all that is taken of it: the token goes to the account's own host.
fn file(address: &str) -> Option<Entries<'static>> {
    let (_, rest) = cut(address, "/do/downloadResults/id/")?;
    let (id, rest) = cut(rest, "/file/")?;
    let length =
        rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    // Whether they are numbers is the parameters' own affair.
    let part = |name: &'static str, text: &str| (Cow::Borrowed(name), Value::from(text.to_owned()));
    Some(vec![part("id", id), part("file", rest.get(..length)?)])
}
