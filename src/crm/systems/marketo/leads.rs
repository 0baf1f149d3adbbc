//! The rows of Marketo's leads.

use crate::check::field::{Field, Kind};
use crate::check::form::{Constraint, Form, Unknown};
use crate::check::report::{Issue, Report};
use crate::code;
use crate::crm::operation::{
    Check, Must, Paging, RequestEncoding, ResponseParser, Wide, given, is_new, named,
};
use crate::value::{Value, decimal};

/// The most records of one call.
pub(super) const BATCH: u16 = 300;
const MANY: i64 = 300;

macro_rules! leads {
    ($anchor:literal) => {
        concat!(
            "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads#",
            $anchor
        )
    };
}

const READ_ONLY_LEAD: &str = "Read-Only Lead";
const WRITE_LEAD: &str = "Read-Write Lead";

const FIELDS: Field = Field::new("fields", Kind::Labels);
const BATCH_SIZE: Field = Field::new("batchSize", Kind::Integer).min(1).max(MANY);
const TOKEN: Field = Field::new("nextPageToken", Kind::Hidden);
const LEAD_ID: Field = Field::new("id", Kind::Id).required();

/// In a JSON body Marketo's ids are numbers.
const RECORD_ID: Field = Field::new("id", Kind::Integer).min(1);

/// `email` is the one field with a rule of its own: Marketo takes ASCII only.
const LEAD: &[Field] = &[RECORD_ID, Field::new("email", Kind::Email).max(255)];

const PUSHED: &[Field] = &[
    RECORD_ID,
    Field::new("email", Kind::Email).max(255),
    // With it the new lead has no history: the reverse of submitForm's `cookie`.
    Field::new("cookies", Kind::Cookie),
    Field::new("mktToken", Kind::Hidden),
];

pub(super) const BY_ID: &[Field] = &[Field::new("id", Kind::Integer).min(1).required()];

row!(
    LEAD_DESCRIBE, Marketo, "marketo.lead.describe",
    "Lists the fields of leads, as the older description has them.",
    "GET", "/rest/v1/leads/describe.json",
    Form::params(&[], Unknown::Refuse, &[]), RequestEncoding::Query, ResponseParser::MarketoFound, 30, Safe, leads!("describe"),
    { permission: READ_ONLY_LEAD, }
);

row!(
    LEAD_DESCRIBE2, Marketo, "marketo.lead.describe2",
    "Lists the fields of leads and which of them can be searched.",
    "GET", "/rest/v1/leads/describe2.json",
    Form::params(&[], Unknown::Refuse, &[]), RequestEncoding::Query, ResponseParser::MarketoFound, 30, Safe, leads!("describe"),
    { permission: READ_ONLY_LEAD, }
);

row!(
    LEAD_GET, Marketo, "marketo.lead.get",
    "Reads one lead by its id; a field that is asked for and absent is null.",
    "GET", "/rest/v1/lead/{id}.json",
    Form::params(&[LEAD_ID, FIELDS], Unknown::Refuse, &[]), RequestEncoding::Wide(Wide::LongCsv), ResponseParser::MarketoFound, 30, Safe,
    leads!("query"), { permission: READ_ONLY_LEAD, }
);

row!(
    LEAD_FILTER, Marketo, "marketo.lead.filter",
    "Reads the leads whose field has one of the values; beyond 8 KB it is sent as a POST.",
    "GET", "/rest/v1/leads.json",
    Form::params(
        &[
            Field::new("filterType", Kind::Hidden).required(),
            Field::new("filterValues", Kind::Labels).required().max(MANY),
            FIELDS, BATCH_SIZE, TOKEN,
        ],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Wide(Wide::LongCsv), ResponseParser::MarketoFound, 60, Safe, leads!("query"),
    { checks: &[Check(Must::NoComma, &["filterValues"])], paging: Paging::Token("nextPageToken"), permission: READ_ONLY_LEAD, }
);

row!(
    LEAD_SYNC, Marketo, "marketo.lead.sync",
    "Creates or updates up to 300 leads by a key, which is e-mail where nothing else is said.",
    "POST", "/rest/v1/leads.json",
    Form::params(
        &[
            Field::new("action", Kind::Choice).choices(choices!["createOrUpdate", "createOnly", "updateOnly", "createDuplicate"]),
            Field::new("lookupField", Kind::Hidden),
            Field::new("partitionName", Kind::Hidden),
            Field::new("asyncProcessing", Kind::Boolean),
            Field::new("input", Kind::Records).of(LEAD).open(Kind::Custom).required().min(1).max(MANY),
        ],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Json, ResponseParser::MarketoRecords, 90, Creates, leads!("create-and-update"),
    {
        checks: &[
            Check(Must::OnlyWith, &["partitionName", "action", "createOrUpdate", "createOnly"]),
            Check(Must::Sync, &[]),
        ],
        batch: Some((&["input"], BATCH)),
        permission: WRITE_LEAD,
    }
);

row!(
    LEAD_PUSH, Marketo, "marketo.lead.push",
    "Upserts up to 300 leads and adds an activity to a program. A record's `cookies` means no history.",
    "POST", "/rest/v1/leads/push.json",
    Form::params(
        &[
            Field::new("programName", Kind::Hidden).required(),
            Field::new("programStatus", Kind::Hidden),
            Field::new("lookupField", Kind::Hidden),
            Field::new("source", Kind::Text),
            Field::new("reason", Kind::Text),
            Field::new("partitionName", Kind::Hidden),
            Field::new("input", Kind::Records).of(PUSHED).open(Kind::Custom).required().min(1).max(MANY),
        ],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Json, ResponseParser::MarketoRecords, 90, Activity, leads!("push-lead-to-marketo"),
    { checks: &[Check(Must::Push, &[])], batch: Some((&["input"], BATCH)), permission: WRITE_LEAD, }
);

const PARTITIONED: &[Field] = &[
    Field::new("id", Kind::Integer).min(1).required(),
    Field::new("partitionName", Kind::Hidden).required(),
];

row!(
    LEAD_PARTITION, Marketo, "marketo.lead.partition",
    "Moves up to 300 leads to other partitions.",
    "POST", "/rest/v1/leads/partitions.json",
    Form::params(
        &[Field::new("input", Kind::Records).of(PARTITIONED).required().min(1).max(MANY)],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Json, ResponseParser::MarketoRecords, 60, Safe, leads!("update-lead-partition"),
    { checks: &[Check(Must::UniqueIds, &[])], batch: Some((&["input"], BATCH)), permission: WRITE_LEAD, }
);

row!(
    LEAD_MERGE, Marketo, "marketo.lead.merge",
    "Merges up to 25 leads into one; its own values win, and its empty ones are filled. With Salesforce beside it a contact wins over a lead, and either over what is in Marketo alone, whichever is named.",
    "POST", "/rest/v1/leads/{id}/merge.json",
    Form::params(
        &[
            LEAD_ID,
            Field::new("leadId", Kind::Id),
            Field::new("leadIds", Kind::Labels).max(25),
            Field::new("mergeInCRM", Kind::Boolean),
        ],
        Unknown::Refuse,
        &[Constraint::OneOf(&["leadId", "leadIds"])],
    ),
    RequestEncoding::Wide(Wide::Csv), ResponseParser::MarketoDone("merged"), 180, Safe, leads!("merge"),
    { checks: &[Check(Must::Ids, &["leadIds"])], permission: WRITE_LEAD, }
);

row!(
    LEAD_ASSOCIATE, Marketo, "marketo.lead.associate",
    "Ties a Munchkin cookie to a lead; what the cookie did before stays with an earlier lead.",
    "POST", "/rest/v1/leads/{id}/associate.json",
    Form::params(&[LEAD_ID, Field::new("cookie", Kind::Cookie).required()], Unknown::Refuse, &[]),
    RequestEncoding::Query, ResponseParser::MarketoDone("associated"), 60, Safe, leads!("associate-web-activity"),
    { permission: WRITE_LEAD, }
);

row!(
    LEAD_DELETE, Marketo, "marketo.lead.delete",
    "Deletes up to 300 leads.",
    "POST", "/rest/v1/leads/delete.json",
    Form::params(
        &[Field::new("input", Kind::Records).of(BY_ID).required().min(1).max(MANY)],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Json, ResponseParser::MarketoRecords, 30, Safe, leads!("delete"),
    { checks: &[Check(Must::UniqueIds, &[])], batch: Some((&["input"], BATCH)), permission: WRITE_LEAD, }
);

const MEMBERSHIP: &[Field] = &[
    LEAD_ID,
    BATCH_SIZE,
    TOKEN,
    Field::new("earliestUpdatedAt", Kind::Hidden),
    Field::new("latestUpdatedAt", Kind::Hidden),
];

row!(
    LEAD_LIST_MEMBERSHIP, Marketo, "marketo.lead.listMembership",
    "Lists the static lists that a lead is on.",
    "GET", "/rest/v1/leads/{id}/listMembership.json",
    Form::params(MEMBERSHIP, Unknown::Refuse, &[]), RequestEncoding::Wide(Wide::Csv), ResponseParser::MarketoFound, 30, Safe,
    leads!("membership"), { paging: Paging::Token("nextPageToken"), permission: READ_ONLY_LEAD, }
);

row!(
    LEAD_PROGRAM_MEMBERSHIP, Marketo, "marketo.lead.programMembership",
    "Lists the programs that a lead is in, all or those of the given ids.",
    "GET", "/rest/v1/leads/{id}/programMembership.json",
    Form::params(
        &[
            LEAD_ID, BATCH_SIZE, TOKEN,
            Field::new("earliestUpdatedAt", Kind::Hidden),
            Field::new("latestUpdatedAt", Kind::Hidden),
            Field::new("filterType", Kind::Choice).choices(choices!["programId"]),
            Field::new("filterValues", Kind::Labels).max(MANY),
        ],
        Unknown::Refuse,
        &[],
    ),
    RequestEncoding::Wide(Wide::Csv), ResponseParser::MarketoFound, 30, Safe, leads!("programs"),
    {
        checks: &[Check(Must::Needs, &["filterType", "filterValues"]), Check(Must::Needs, &["filterValues", "filterType"]), Check(Must::Ids, &["filterValues"])],
        paging: Paging::Token("nextPageToken"),
        permission: READ_ONLY_LEAD,
    }
);

row!(
    LEAD_SMART_CAMPAIGN_MEMBERSHIP, Marketo, "marketo.lead.smartCampaignMembership",
    "Lists the smart campaigns that a lead is in.",
    "GET", "/rest/v1/leads/{id}/smartCampaignMembership.json",
    Form::params(MEMBERSHIP, Unknown::Refuse, &[]), RequestEncoding::Wide(Wide::Csv), ResponseParser::MarketoFound, 30, Safe,
    leads!("smart-campaigns"), { paging: Paging::Token("nextPageToken"), permission: READ_ONLY_LEAD, }
);

row!(
    LEAD_BY_LIST, Marketo, "marketo.lead.byList",
    "Reads the leads on a static list.",
    "GET", "/rest/v1/list/{listId}/leads.json",
    Form::params(&[Field::new("listId", Kind::Id).required(), FIELDS, BATCH_SIZE, TOKEN], Unknown::Refuse, &[]),
    RequestEncoding::Wide(Wide::LongCsv), ResponseParser::MarketoFound, 60, Safe, leads!("membership"),
    { paging: Paging::Token("nextPageToken"), permission: READ_ONLY_LEAD, }
);

row!(
    LEAD_BY_PROGRAM, Marketo, "marketo.lead.byProgram",
    "Reads the leads in a program, each with its `membership`.",
    "GET", "/rest/v1/leads/programs/{programId}.json",
    Form::params(&[Field::new("programId", Kind::Id).required(), FIELDS, BATCH_SIZE, TOKEN], Unknown::Refuse, &[]),
    RequestEncoding::Wide(Wide::LongCsv), ResponseParser::MarketoFound, 30, Safe, leads!("programs"),
    { paging: Paging::Token("nextPageToken"), permission: READ_ONLY_LEAD, }
);

/// Fields of the company record. The page of leads says that this cannot change them, and there is an error for it, 1021;
/// Adobe's article ka-28156 says that it can.
const COMPANY: &[&str] = &[
    "company",
    "site",
    "billingStreet",
    "billingCity",
    "billingState",
    "billingCountry",
    "billingPostalCode",
    "mainPhone",
    "annualRevenue",
    "numberOfEmployees",
    "industry",
    "sicCode",
    "website",
];

pub(crate) fn sync(report: &mut Report) {
    let action =
        given(report, "action").and_then(Value::as_text).unwrap_or("createOrUpdate").to_owned();
    let key = given(report, "lookupField").and_then(Value::as_text).unwrap_or("email").to_owned();
    let mut issues = Vec::new();
    each(report, |place, record| {
        for (name, _) in record {
            if COMPANY.contains(&name.as_ref()) {
                issues.push(Issue::warning(&[place, ".", name].concat(), &code::PARAM_COMPANY));
            }
        }
        if action != "updateOnly" && named(record, "id").is_some() {
            issues.push(
                Issue::error(&[place, ".id"].concat(), &code::PARAM_ONLY_WITH)
                    .with_limit("action updateOnly"),
            );
        }
    });
    // createDuplicate makes two on purpose.
    if action != "createDuplicate" {
        issues.extend(keys(report, &key));
    }
    report.issues.extend(issues);
}

pub(crate) fn push(report: &mut Report) {
    let key = given(report, "lookupField").and_then(Value::as_text).unwrap_or("email").to_owned();
    let issues = keys(report, &key);
    report.issues.extend(issues);
}

/// A key that is missing, or that comes twice (1036).
fn keys(report: &Report, key: &str) -> Vec<Issue> {
    let mut seen = Vec::new();
    let mut issues = Vec::new();
    each(report, |place, record| {
        let field = [place, ".", key].concat();
        let known_wrong = report.issues.iter().any(|issue| issue.field == field);
        match named(record, key).and_then(Value::as_text) {
            Some(text) if !text.is_empty() => {
                // The database compares without regard to case. That of letters beyond ASCII is left to it: Unicode's
                // tables weigh more than all of these checks.
                if !is_new(&mut seen, &text.to_ascii_lowercase()) {
                    issues.push(Issue::error(&field, &code::PARAM_DUPLICATE));
                }
            }
            _ if known_wrong => {}
            _ => issues.push(Issue::error(&field, &code::REQUIRED)),
        }
    });
    issues
}

/// Ids that come twice.
pub(crate) fn unique_ids(report: &mut Report) {
    let missing = given(report, "input").is_none();
    let issues = if missing { Vec::new() } else { keys(report, "id") };
    report
        .issues
        .extend(issues.into_iter().filter(|issue| issue.code == code::PARAM_DUPLICATE.name));
}

fn each(report: &Report, mut act: impl FnMut(&str, &crate::value::Entries<'_>)) {
    if let Some(Value::List(records)) = given(report, "input") {
        for (index, record) in records.iter().enumerate() {
            if let Value::Map(record) = record {
                let index = decimal(index);
                act(&["input[", &index, "]"].concat(), record);
            }
        }
    }
}
