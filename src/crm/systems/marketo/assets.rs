//! The rows of Marketo's lead fields, static lists, programs and forms.

use super::leads::{BATCH, BY_ID};
use crate::check::field::{Field, Kind};
use crate::check::form::{Constraint, Form, Unknown};
use crate::check::report::{Issue, Report};
use crate::code;
use crate::crm::operation::{
    Check, Must, Paging, RequestEncoding, ResponseParser, Wide, given, is_new, named,
};
use crate::value::{Value, decimal};

const FIELDS_DOCS: &str = "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads#fields";
const LISTS_DOCS: &str = "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/list-membership";
const PROGRAMS_DOCS: &str = "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/program-members";
const CAMPAIGNS_DOCS: &str = "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/assets/smart-campaigns#trigger";
const FORMS_DOCS: &str =
    "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/assets/form-fields";
const SCHEMA: &str = "Read-Write Schema Standard Field, Read-Write Schema Custom Field";

const NAME: Field = Field::new("fieldApiName", Kind::Hidden).required();
const LIST_ID: Field = Field::new("listId", Kind::Id).required();

const NEW_FIELD: &[Field] = &[
    Field::new("displayName", Kind::Text).required().max(255),
    Field::new("name", Kind::Hidden).required().max(255),
    Field::new("dataType", Kind::Choice).required().choices(choices![
        "boolean",
        "currency",
        "date",
        "datetime",
        "email",
        "float",
        "integer",
        "percent",
        "phone",
        "score",
        "string",
        "text",
        "url",
        "reference",
        "formula",
    ]),
    Field::new("description", Kind::Text),
    Field::new("isHidden", Kind::Boolean),
    Field::new("isHtmlEncodingInEmail", Kind::Boolean),
    Field::new("isSensitive", Kind::Boolean),
];

/// What the page's table says the API may change; `displayName` and `isHidden` of custom fields only.
const CHANGED_FIELD: &[Field] = &[
    Field::new("displayName", Kind::Text).max(255),
    Field::new("description", Kind::Text),
    Field::new("isHidden", Kind::Boolean),
    Field::new("isHtmlEncodingInEmail", Kind::Boolean),
    Field::new("isSensitive", Kind::Boolean),
];

row!(
    FIELD_BROWSE, Marketo, "marketo.field.browse",
    "Lists the fields of leads with what can be changed about them.",
    "GET", "/rest/v1/leads/schema/fields.json",
    Form::params(
        &[Field::new("batchSize", Kind::Integer).min(1).max(300), Field::new("nextPageToken", Kind::Hidden)],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Query, ResponseParser::MarketoFound, 30, Safe, FIELDS_DOCS,
    { paging: Paging::Token("nextPageToken"), permission: SCHEMA, }
);

row!(
    FIELD_GET, Marketo, "marketo.field.get",
    "Reads one field of leads by its API name.",
    "GET", "/rest/v1/leads/schema/fields/{fieldApiName}.json",
    Form::params(&[NAME], Unknown::Refuse, &[]), RequestEncoding::Query, ResponseParser::MarketoFound, 30, Safe, FIELDS_DOCS,
    { permission: SCHEMA, }
);

row!(
    FIELD_CREATE, Marketo, "marketo.field.create",
    "Creates up to 100 custom fields. A field can never be deleted again, only hidden.",
    "POST", "/rest/v1/leads/schema/fields.json",
    Form::params(
        &[Field::new("input", Kind::Records).of(NEW_FIELD).required().min(1).max(100)],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Json, ResponseParser::MarketoRecords, 30, Creates, FIELDS_DOCS,
    {
        checks: &[Check(Must::NewFields, &[]), Check(Must::Forever, &["input"])],
        batch: Some((&["input"], 100)),
        permission: SCHEMA,
    }
);

row!(
    FIELD_UPDATE, Marketo, "marketo.field.update",
    "Changes a field: description, HTML encoding and sensitivity; name and hiding of custom fields only.",
    "POST", "/rest/v1/leads/schema/fields/{fieldApiName}.json",
    Form::params(
        &[NAME, Field::new("input", Kind::Records).of(CHANGED_FIELD).required().min(1).max(1)],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Json, ResponseParser::MarketoRecords, 30, Safe, FIELDS_DOCS,
    { checks: &[Check(Must::ChangedField, &[])], permission: SCHEMA, }
);

const MEMBERS: &[Field] = &[
    LIST_ID,
    Field::new("id", Kind::Labels).max(300),
    Field::new("input", Kind::Records).of(BY_ID).min(1).max(300),
];
const ONE_OF: &[Constraint] = &[Constraint::OneOf(&["id", "input"])];

row!(
    LIST_ADD, Marketo, "marketo.list.add",
    "Puts up to 300 leads on a static list; `id` as a list, or `input` with a record each.",
    "POST", "/rest/v1/lists/{listId}/leads.json",
    Form::params(MEMBERS, Unknown::Refuse, ONE_OF), RequestEncoding::Wide(Wide::RepeatedOrJson), ResponseParser::MarketoRecords, 30, Safe,
    LISTS_DOCS, { checks: &[Check(Must::Ids, &["id"]), Check(Must::UniqueIds, &[])], batch: Some((&["input", "id"], BATCH)), permission: "Read-Write Lead", }
);

row!(
    LIST_REMOVE, Marketo, "marketo.list.remove",
    "Takes up to 300 leads off a static list.",
    "DELETE", "/rest/v1/lists/{listId}/leads.json",
    Form::params(MEMBERS, Unknown::Refuse, ONE_OF), RequestEncoding::Wide(Wide::RepeatedOrJson), ResponseParser::MarketoRecords, 30, Safe,
    LISTS_DOCS, { checks: &[Check(Must::Ids, &["id"]), Check(Must::UniqueIds, &[])], batch: Some((&["input", "id"], BATCH)), permission: "Read-Write Lead", }
);

row!(
    LIST_IS_MEMBER, Marketo, "marketo.list.isMember",
    "Says of each lead whether it is on a static list.",
    "GET", "/rest/v1/lists/{listId}/leads/ismember.json",
    Form::params(&[LIST_ID, Field::new("id", Kind::Labels).required().max(300)], Unknown::Refuse, &[]),
    RequestEncoding::Wide(Wide::Repeated), ResponseParser::MarketoFound, 30, Safe, LISTS_DOCS,
    { checks: &[Check(Must::Ids, &["id"])], permission: "Read-Only Lead", }
);

row!(
    PROGRAM_CHANGE_STATUS, Marketo, "marketo.program.changeStatus",
    "Moves up to 300 leads to a status of a program.",
    "POST", "/rest/v1/leads/programs/{programId}/status.json",
    Form::params(
        &[
            Field::new("programId", Kind::Id).required(),
            Field::new("status", Kind::Hidden).required(),
            Field::new("input", Kind::Records).of(BY_ID).required().min(1).max(300),
        ],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Json, ResponseParser::MarketoRecords, 30, Safe, PROGRAMS_DOCS,
    { checks: &[Check(Must::UniqueIds, &[])], batch: Some((&["input"], BATCH)), permission: "Read-Write Lead", }
);

const TOKEN: &[Field] =
    &[Field::new("name", Kind::Hidden).required(), Field::new("value", Kind::Hidden).required()];

const REQUESTED: &[Field] = &[
    Field::new("leads", Kind::Records).of(BY_ID).required().min(1).max(100),
    // The campaign's own, `{{my.name}}`, which these take the place of.
    Field::new("tokens", Kind::Records).of(TOKEN).max(100),
];

row!(
    CAMPAIGN_TRIGGER, Marketo, "marketo.campaign.trigger",
    "Runs up to 100 leads through a smart campaign that waits to be requested; again, where it is called again.",
    "POST", "/rest/v1/campaigns/{id}/trigger.json",
    Form::params(
        &[
            Field::new("id", Kind::Id).required(),
            Field::new("input", Kind::Record).of(REQUESTED).required(),
        ],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Json, ResponseParser::MarketoDone("requested"), 30, Activity, CAMPAIGNS_DOCS,
    { permission: "Execute Campaign", }
);

row!(
    FORM_FIELDS, Marketo, "marketo.form.fields",
    "Lists the fields of a form: what submitForm may send.",
    "GET", "/rest/asset/v1/form/{id}/fields.json",
    Form::params(
        &[Field::new("id", Kind::Id).required(), Field::new("status", Kind::Choice).choices(choices!["approved", "draft"])],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Query, ResponseParser::MarketoFound, 30, Safe, FORMS_DOCS, { permission: "Read-Only Assets", }
);

/// Names begin with a letter, have letters, digits and `_`; they and the shown ones come once.
pub(crate) fn new_fields(report: &mut Report) {
    let (mut names, mut shown) = (Vec::new(), Vec::new());
    let mut issues = Vec::new();
    if let Some(Value::List(records)) = given(report, "input") {
        for (index, record) in records.iter().enumerate() {
            let Value::Map(record) = record else { continue };
            let index = decimal(index);
            let place = |name: &str| ["input[", &index, "].", name].concat();
            for (member, seen) in [("name", &mut names), ("displayName", &mut shown)] {
                let text = named(record, member).and_then(Value::as_text);
                if text.is_some_and(|text| !is_new(seen, text)) {
                    issues.push(Issue::error(&place(member), &code::PARAM_DUPLICATE));
                }
            }
            if let Some(name) = named(record, "name").and_then(Value::as_text) {
                let fits = name.starts_with(|first: char| first.is_ascii_alphabetic())
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                if !fits {
                    issues.push(Issue::error(&place("name"), &code::PARAM_NAME));
                }
            }
            if let Some(shown) = named(record, "displayName").and_then(Value::as_text)
                && !shown.bytes().all(|byte| {
                    !byte.is_ascii() || byte.is_ascii_alphanumeric() || b" _-".contains(&byte)
                })
            {
                issues.push(Issue::error(&place("displayName"), &code::TEXT_CHARACTER));
            }
        }
    }
    report.issues.extend(issues);
}

/// Marketo's own fields, as its page of fields lists them.
const STANDARD: &[&str] = &[
    "salutation",
    "firstName",
    "middleName",
    "lastName",
    "dateOfBirth",
    "email",
    "phone",
    "mobilePhone",
    "fax",
    "title",
    "unsubscribed",
    "company",
    "address",
    "city",
    "state",
    "country",
    "postalCode",
    "leadSource",
    "leadScore",
    "rating",
    "website",
    "doNotCall",
    "emailInvalid",
    "department",
    "personType",
    "id",
    "createdAt",
    "updatedAt",
];

pub(crate) fn changed_field(report: &mut Report) {
    let is_standard = given(report, "fieldApiName")
        .and_then(Value::as_text)
        .is_some_and(|name| STANDARD.contains(&name));
    let mut issues = Vec::new();
    if let (true, Some(Value::List(records))) = (is_standard, given(report, "input")) {
        for record in records {
            for name in ["displayName", "isHidden"] {
                if record.get(name).is_some() {
                    issues.push(Issue::error(&["input[0].", name].concat(), &code::PARAM_STANDARD));
                }
            }
        }
    }
    report.issues.extend(issues);
}
