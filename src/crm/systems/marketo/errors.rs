//! Adobe's error codes. A 607 is asked again every 15 minutes until the quota's reset, midnight Central.

use crate::crm::outcome::{Class, Fault, Reason, VendorCode};

/// The lead's own fault: its values do not fit, or a record of its own stands in the way.
const REFUSED: Class = Class::Refused(Fault::Lead);

/// What the owner sends with each lead of a form does not fit, whatever the lead.
const TARGET: Class = Class::Refused(Fault::Target);

/// The account may not make this kind of call, whatever is in it; a read may pass all the same.
const WRITES: Class = Class::Refused(Fault::Writes);

/// Nothing of the account can pass.
const ACCOUNT: Class = Class::Refused(Fault::Account);

const fn row(number: u16, name: &'static str, class: Class, sentence: &'static str) -> VendorCode {
    VendorCode { number, name, class, sentence }
}

known!(REQUEST_KNOWN, "marketo.", REQUEST);
known!(LEAD_KNOWN, "marketo.", LEAD);
known!(READ_KNOWN, "marketo.", OF_A_READ, READ);

/// Codes of a whole request (`errors`): nothing was executed, but for 604 and the gateway's 502, where nobody can tell.
pub const REQUEST: &[VendorCode] = &[
    row(413, "marketo.413", REFUSED, "The request is larger than 1 MB."),
    row(414, "marketo.414", REFUSED, "The URL is longer than 8 KB."),
    row(500, "marketo.500", Class::Retry(Reason::Busy, 5_000), "Marketo had an internal error."),
    row(502, "marketo.502", Class::Unclear, "Marketo's gateway timed out."),
    row(
        600,
        "marketo.600",
        Class::Retry(Reason::Token, 0),
        "The access token was empty or missing.",
    ),
    row(601, "marketo.601", Class::Retry(Reason::Token, 0), "The access token is not valid."),
    row(602, "marketo.602", Class::Retry(Reason::Token, 0), "The access token has expired."),
    row(
        603,
        "marketo.603",
        WRITES,
        "The API user may not do this. Give its role Read-Write Person, and allow the address.",
    ),
    row(604, "marketo.604", Class::Unclear, "The request timed out inside Marketo."),
    row(
        605,
        "marketo.605",
        WRITES,
        "Marketo does not take this HTTP method here. Is baseUrl the endpoint of Admin > Web Services?",
    ),
    row(
        606,
        "marketo.606",
        Class::Retry(Reason::Rate, 20_000),
        "More than 100 calls within 20 seconds.",
    ),
    row(
        607,
        "marketo.607",
        Class::Retry(Reason::Quota, 900_000),
        "The day's quota of calls is used up.",
    ),
    row(
        608,
        "marketo.608",
        Class::Retry(Reason::Busy, 5_000),
        "The API is unavailable for the moment.",
    ),
    row(
        609,
        "marketo.609",
        TARGET,
        "Marketo could not read the request, or there is no form of this id. Is formId right?",
    ),
    row(
        610,
        "marketo.610",
        ACCOUNT,
        "There is nothing at this address. Is baseUrl the endpoint of Admin > Web Services?",
    ),
    row(611, "marketo.611", Class::Retry(Reason::Busy, 5_000), "Marketo had an unhandled error."),
    row(612, "marketo.612", WRITES, "The content type is not JSON."),
    row(613, "marketo.613", REFUSED, "The multipart request is malformed."),
    row(
        614,
        "marketo.614",
        Class::Retry(Reason::Busy, 5_000),
        "The Marketo subscription cannot be reached for the moment.",
    ),
    row(615, "marketo.615", Class::Retry(Reason::Rate, 1_000), "More than 10 calls at once."),
    row(
        616,
        "marketo.616",
        WRITES,
        "The subscription does not allow this. Ask Marketo for another type.",
    ),
    row(701, "marketo.701", REFUSED, "A value is missing that may not be blank."),
    row(702, "marketo.702", Class::Missing, "Nothing was found."),
    row(
        703,
        "marketo.703",
        WRITES,
        "This feature is switched off in the subscription. Switch it on.",
    ),
    row(704, "marketo.704", REFUSED, "A date is not valid."),
    row(709, "marketo.709", REFUSED, "A business rule of the subscription forbids this."),
    row(710, "marketo.710", REFUSED, "The parent folder does not exist."),
    row(711, "marketo.711", REFUSED, "The folder is of the wrong type."),
    row(712, "marketo.712", REFUSED, "Person accounts cannot be merged with others."),
    row(713, "marketo.713", Class::Retry(Reason::Busy, 5_000), "Marketo had a transient error."),
    row(714, "marketo.714", REFUSED, "There is no default record type."),
    row(718, "marketo.718", REFUSED, "There is no such sales person."),
    row(
        719,
        "marketo.719",
        Class::Retry(Reason::Busy, 5_000),
        "Marketo waited too long for a lock.",
    ),
];

/// What stands behind their names in the script of the edge build, which has the sentences.
pub const OF_A_READ: &str = " read";

/// What a read means by codes that say something else of a record.
pub const READ: &[VendorCode] = &[row(
    1003,
    "marketo.1003",
    REFUSED,
    "Marketo does not take this search: more than 1,000 leads fit, or a value is none of this field's.",
)];

/// What an operation's record is so already, by the reason why it was skipped.
pub const ALREADY: &[(&str, u16)] = &[("marketo.lead.delete", 1004), ("marketo.list.remove", 1015)];

/// The one parameter that a code is about, where its message does not say it.
pub const ABOUT: &[(u16, &str)] = &[
    (1008, "partitionName"),
    (1009, "partitionName"),
    (1010, "partitionName"),
    (1011, "lookupField"),
    (1012, "cookie"),
    (1025, "programStatus"),
];

/// Codes of one record (`reasons`).
pub const LEAD: &[VendorCode] = &[
    row(501, "marketo.501", REFUSED, "Marketo could not push this lead."),
    row(1001, "marketo.1001", REFUSED, "A value is of the wrong type."),
    row(1002, "marketo.1002", REFUSED, "A required parameter is missing."),
    row(1003, "marketo.1003", REFUSED, "A value is not valid for this operation."),
    row(1004, "marketo.1004", Class::Missing, "There is no such lead."),
    row(1005, "marketo.1005", REFUSED, "The lead exists already."),
    row(
        1006,
        "marketo.1006",
        TARGET,
        "A field does not exist, or is not on this form. Add it to the form in Marketo, or take it out of the map.",
    ),
    row(1007, "marketo.1007", REFUSED, "Several leads have this key."),
    row(1008, "marketo.1008", REFUSED, "The API user has no access to the partition."),
    row(1009, "marketo.1009", REFUSED, "The partition must be named."),
    row(1010, "marketo.1010", REFUSED, "The lead lives in another partition."),
    row(1011, "marketo.1011", TARGET, "This field cannot be a key or a filter. Name another one."),
    row(1012, "marketo.1012", REFUSED, "The tracking cookie is not valid."),
    row(1013, "marketo.1013", Class::Missing, "There is no such object."),
    row(1014, "marketo.1014", REFUSED, "The object could not be created."),
    row(1015, "marketo.1015", REFUSED, "The lead is not in the list."),
    row(1016, "marketo.1016", Class::Retry(Reason::Busy, 60_000), "Too many imports are queued."),
    row(1017, "marketo.1017", REFUSED, "The object exists already."),
    row(
        1018,
        "marketo.1018",
        WRITES,
        "The native CRM sync of the subscription forbids this. Change it in the CRM.",
    ),
    row(
        1019,
        "marketo.1019",
        Class::Retry(Reason::Busy, 60_000),
        "An import is running on this list.",
    ),
    row(
        1020,
        "marketo.1020",
        Class::Retry(Reason::Quota, 900_000),
        "The day's limit of copies is used up.",
    ),
    row(1021, "marketo.1021", REFUSED, "Company fields cannot be changed here."),
    row(1022, "marketo.1022", REFUSED, "The object is in use."),
    row(1025, "marketo.1025", REFUSED, "There is no such program status."),
    row(
        1026,
        "marketo.1026",
        WRITES,
        "Custom objects are switched off in the subscription. Switch them on.",
    ),
    row(1027, "marketo.1027", REFUSED, "There are too many activity types."),
    row(1028, "marketo.1028", REFUSED, "There are too many activity attributes."),
    row(1029, "marketo.1029", Class::Retry(Reason::Busy, 60_000), "Too many jobs are queued."),
    row(1035, "marketo.1035", REFUSED, "This filter type is not supported."),
    row(1036, "marketo.1036", REFUSED, "The same key came twice in one request."),
    row(1037, "marketo.1037", Class::Done, "The lead is in or past this status already."),
    row(1042, "marketo.1042", REFUSED, "The time lies too far ahead."),
    row(1048, "marketo.1048", REFUSED, "The custom object is a draft."),
    row(1049, "marketo.1049", REFUSED, "The activity's attributes are too large."),
    row(1076, "marketo.1076", REFUSED, "The CRM refused the merge."),
    row(1077, "marketo.1077", REFUSED, "The CRM refused the merge."),
    row(1078, "marketo.1078", REFUSED, "The CRM refused the merge."),
    row(1079, "marketo.1079", REFUSED, "The CRM refused the merge."),
    row(1080, "marketo.1080", REFUSED, "More than 25 leads in one merge."),
];
