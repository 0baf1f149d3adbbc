//! The rows of the prospects API that read.

use crate::check::field::{Field, Kind};
use crate::check::form::{Form, Unknown};
use crate::crm::operation::{Check, Must, Paging, RequestEncoding, ResponseParser, Wide};

const DOCS: &str = "https://docs.hiringcenterpro.com/prospects";

const LIST: &[Field] = &[
    Field::new("email", Kind::Hidden),
    Field::new("phone", Kind::Hidden),
    Field::new("name", Kind::Hidden),
    Field::new("title", Kind::Hidden),
    Field::new("company", Kind::Hidden),
    Field::new("stage", Kind::Hidden),
    Field::new("label", Kind::Labels).max(10),
    Field::new("limit", Kind::Integer).min(1),
    // The newest answers have a `nextPageToken`; the oldest one has no second page.
    Field::new("pageToken", Kind::Hidden),
];

row!(
    PROSPECT_LIST, Prospects, "prospects.prospect.list",
    "Lists the prospects that fit all filters; of several labels, any.",
    "GET", "/v2/prospects",
    Form::params(LIST, Unknown::Refuse, &[]), RequestEncoding::Wide(Wide::Repeated), ResponseParser::ProspectsFound, 30, Safe, DOCS,
    // The page's own default is 1.
    { checks: &[Check(Must::NoComma, &["label"])], defaults: &[("limit", "100")], paging: Paging::Token("pageToken"), }
);

row!(
    PROSPECT_GET,
    Prospects,
    "prospects.prospect.get",
    "Reads one prospect by its id.",
    "GET",
    "/v2/prospects/{prospectId}",
    Form::params(
        &[Field::new("prospectId", Kind::Hidden).required().max(255)],
        Unknown::Refuse,
        &[]
    ),
    RequestEncoding::Query,
    ResponseParser::ProspectsFound,
    30,
    Safe,
    DOCS,
    {}
);
