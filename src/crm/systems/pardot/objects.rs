//! The rows of Pardot's custom redirects, dynamic content, e-mail templates and e-mails, in the account's version.

use super::prospects::{FORMAT, JSON};
use crate::check::field::{Field, Kind};
use crate::check::form::{Constraint, Form, Unknown};
use crate::crm::operation::{Check, Must, Paging, RequestEncoding, ResponseParser, Wide};

macro_rules! guide {
    ($page:literal) => {
        concat!("https://developer.salesforce.com/docs/marketing/pardot/guide/", $page, "-v4.html")
    };
}

const ID: Field = Field::new("id", Kind::Id).required();
const BY_ID: &[Field] = &[ID, FORMAT];

const QUERY: &[Field] = &[
    // The pages say that the fields to return can be chosen, and print no parameter for it: it is that of prospects.
    Field::new("fields", Kind::Labels),
    Field::new("created_after", Kind::Hidden),
    Field::new("created_before", Kind::Hidden),
    Field::new("id_greater_than", Kind::Id),
    Field::new("id_less_than", Kind::Id),
    Field::new("updated_after", Kind::Hidden),
    Field::new("updated_before", Kind::Hidden),
    Field::new("limit", Kind::Integer).min(1).max(200),
    Field::new("offset", Kind::Integer).min(0),
    // All records, and few members of each.
    Field::new("output", Kind::Choice).choices(choices!["mobile"]),
    Field::new("sort_by", Kind::Choice).choices(choices!["created_at", "id", "updated_at"]),
    Field::new("sort_order", Kind::Choice).choices(choices!["ascending", "descending"]),
    FORMAT,
];
const QUERY_CHECKS: &[Check] =
    &[Check(Must::Times, &["created_after", "created_before", "updated_after", "updated_before"])];

row!(
    CUSTOM_REDIRECT_READ, Pardot, "pardot.customRedirect.read",
    "Reads one custom redirect.",
    "GET", "/api/customRedirect/version/{version}/do/read/id/{id}?format={format}",
    Form::params(BY_ID, Unknown::Refuse, &[]), RequestEncoding::Query, ResponseParser::PardotFound("customRedirect"), 30, Safe,
    guide!("custom-redirects"), { defaults: JSON, }
);

row!(
    CUSTOM_REDIRECT_QUERY, Pardot, "pardot.customRedirect.query",
    "Finds custom redirects, at most 200 at a time.",
    "GET", "/api/customRedirect/version/{version}/do/query?format={format}",
    Form::params(QUERY, Unknown::Refuse, &[]), RequestEncoding::Wide(Wide::Csv), ResponseParser::PardotFound("customRedirect"), 30, Safe,
    guide!("custom-redirects"), { checks: QUERY_CHECKS, defaults: JSON, paging: Paging::Offset(200), }
);

row!(
    CUSTOM_FIELD_QUERY, Pardot, "pardot.customField.query",
    "Finds the account's own fields of prospects, at most 200 at a time.",
    "GET", "/api/customField/version/{version}/do/query?format={format}",
    Form::params(QUERY, Unknown::Refuse, &[]), RequestEncoding::Wide(Wide::Csv), ResponseParser::PardotFound("customField"), 30, Safe,
    guide!("custom-fields"), { checks: QUERY_CHECKS, defaults: JSON, paging: Paging::Offset(200), }
);

row!(
    DYNAMIC_CONTENT_READ, Pardot, "pardot.dynamicContent.read",
    "Reads one dynamic content with its variations.",
    "GET", "/api/dynamicContent/version/{version}/do/read/id/{id}?format={format}",
    Form::params(BY_ID, Unknown::Refuse, &[]), RequestEncoding::Query, ResponseParser::PardotFound("dynamicContent"), 30, Safe,
    guide!("dynamic-content"), { defaults: JSON, }
);

row!(
    DYNAMIC_CONTENT_QUERY, Pardot, "pardot.dynamicContent.query",
    "Finds dynamic content, at most 200 at a time.",
    "GET", "/api/dynamicContent/version/{version}/do/query?format={format}",
    Form::params(QUERY, Unknown::Refuse, &[]), RequestEncoding::Wide(Wide::Csv), ResponseParser::PardotFound("dynamicContent"), 30, Safe,
    guide!("dynamic-content"), { checks: QUERY_CHECKS, defaults: JSON, paging: Paging::Offset(200), }
);

const ARCHIVED: Field = Field::new("archived", Kind::Boolean);

row!(
    EMAIL_TEMPLATE_READ, Pardot, "pardot.emailTemplate.read",
    "Reads one e-mail template; an archived one only with `archived`.",
    "GET", "/api/emailTemplate/version/{version}/do/read/id/{id}?format={format}",
    Form::params(&[ID, ARCHIVED, FORMAT], Unknown::Refuse, &[]), RequestEncoding::Query, ResponseParser::PardotFound("emailTemplate"),
    30, Safe, guide!("email-templates"), { defaults: JSON, }
);

row!(
    EMAIL_TEMPLATE_LIST, Pardot, "pardot.emailTemplate.listOneToOne",
    "Lists the templates for one-to-one e-mails.",
    "GET", "/api/emailTemplate/version/{version}/do/listOneToOne?format={format}",
    Form::params(&[ARCHIVED, FORMAT], Unknown::Refuse, &[]), RequestEncoding::Query, ResponseParser::PardotFound("emailTemplates"),
    30, Safe, guide!("email-templates"), { defaults: JSON, }
);

const LIST_SEND: &[Field] = &[
    Field::new("campaign_id", Kind::Id).required(),
    Field::new("from_name", Kind::Text),
    Field::new("from_email", Kind::Email),
    Field::new("from_user_id", Kind::Id),
    Field::new("from_assigned_user", Kind::Boolean),
    Field::new("from_account_owner", Kind::Boolean),
    Field::new("replyto_email", Kind::Email),
    Field::new("list_ids[]", Kind::Labels).required(),
    Field::new("suppression_list_ids[]", Kind::Labels),
    Field::new("tags[]", Kind::Labels),
    Field::new("operational_email", Kind::Boolean),
    Field::new("name", Kind::Text),
    Field::new("subject", Kind::Text),
    Field::new("text_content", Kind::Text),
    Field::new("html_content", Kind::Text),
    Field::new("email_template_id", Kind::Id),
    Field::new("scheduled_time", Kind::Hidden),
    FORMAT,
];

const ONE_TO_ONE: &[Field] = &[
    Field::new("campaign_id", Kind::Id).required(),
    Field::new("prospect_id", Kind::Id),
    Field::new("prospect_email", Kind::Email).max(255),
    Field::new("from_name", Kind::Text),
    Field::new("from_email", Kind::Email),
    Field::new("from_user_id", Kind::Id),
    Field::new("replyto_email", Kind::Email),
    Field::new("tags[]", Kind::Labels),
    Field::new("operational_email", Kind::Boolean),
    Field::new("name", Kind::Text),
    Field::new("subject", Kind::Text),
    Field::new("text_content", Kind::Text),
    Field::new("html_content", Kind::Text),
    Field::new("email_template_id", Kind::Id),
    FORMAT,
];

/// The three ways to say what is sent, and by whom.
const WAYS: Check = Check(
    Must::Sets,
    &[
        "email_template_id",
        "text_content + name + subject + from_email + from_name",
        "text_content + name + subject + from_user_id",
    ],
);
const CONTENTS: Check = Check(Must::OptOut, &["text_content", "html_content"]);

row!(
    EMAIL_LIST_SEND, Pardot, "pardot.email.listSend",
    "Sends an e-mail to the prospects of lists, now or at a time.",
    "POST", "/api/email/version/{version}/do/send?format={format}",
    Form::params(LIST_SEND, Unknown::Refuse, &[]), RequestEncoding::Wide(Wide::RepeatedForm), ResponseParser::PardotMade("email", "sent"),
    30, Creates, guide!("emails"),
    {
        checks: &[
            WAYS, CONTENTS, Check(Must::Ids, &["list_ids[]", "suppression_list_ids[]"]), Check(Must::Timestamp, &["scheduled_time"]),
        ],
        aliases: &[
            ("list_ids", "list_ids[]"), ("suppression_list_ids", "suppression_list_ids[]"), ("tags", "tags[]"),
        ],
        defaults: JSON,
    }
);

row!(
    EMAIL_ONE_TO_ONE_SEND, Pardot, "pardot.email.oneToOneSend",
    "Sends an e-mail to one prospect, by id or e-mail.",
    "POST", "/api/email/version/{version}/do/send/{prospect_id,prospect_email}?format={format}",
    Form::params(ONE_TO_ONE, Unknown::Refuse, &[Constraint::OneOf(&["prospect_id", "prospect_email"])]),
    RequestEncoding::Wide(Wide::RepeatedForm), ResponseParser::PardotMade("email", "sent"), 30, Creates, guide!("emails"),
    { checks: &[WAYS, CONTENTS], aliases: &[("tags", "tags[]")], defaults: JSON, }
);

row!(
    EMAIL_READ, Pardot, "pardot.email.read",
    "Reads an e-mail; with `include_message` false without its bodies.",
    "GET", "/api/email/version/{version}/do/read/id/{id}?format={format}",
    Form::params(&[ID, Field::new("include_message", Kind::Boolean), FORMAT], Unknown::Refuse, &[]),
    RequestEncoding::Query, ResponseParser::PardotFound("email"), 30, Safe, guide!("emails"), { defaults: JSON, }
);

row!(
    EMAIL_STATS, Pardot, "pardot.email.stats",
    "Reads the 17 figures of a list e-mail.",
    "GET", "/api/email/version/{version}/do/stats/id/{id}?format={format}",
    Form::params(BY_ID, Unknown::Refuse, &[]), RequestEncoding::Query, ResponseParser::PardotFound("stats"), 30, Safe,
    guide!("emails"), { defaults: JSON, }
);
