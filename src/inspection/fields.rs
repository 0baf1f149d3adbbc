//! The fields that a system has, as far as it says: what a mapping is compared with.

use crate::check::field::{Field, Kind};
use crate::check::form::Form;
use crate::check::rules;
use crate::value::parts;
use crate::value::{Value, number};

/// A field of the system's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known<'k> {
    /// Its name as a parameter.
    pub(super) name: &'k str,
    /// The system's word for its type.
    pub(super) word: &'k str,
    /// The most characters that it takes; 0 where nobody says it.
    pub(super) most: i64,
    /// Nothing is written without it.
    pub(super) required: bool,
    pub(super) stands: Stands,
}

/// Whether it may be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stands {
    #[default]
    Open,
    /// Not on the form that is filled.
    Aside,
    /// By nobody.
    ReadOnly,
}

/// The words for types that not every text fits, with the kind that says which does. Whatever is not here takes text.
const WORDS: &[(&str, Kind)] = &[
    ("boolean", Kind::Boolean),
    ("integer", Kind::Integer),
    ("score", Kind::Integer),
    ("percent", Kind::Integer),
    ("float", Kind::Number),
    ("currency", Kind::Number),
    ("number", Kind::Number),
    ("date", Kind::Date),
    ("datetime", Kind::Date),
    ("email", Kind::Email),
    ("url", Kind::Url),
];

/// No address has more characters.
const ADDRESS: i64 = 254;

impl Known<'_> {
    fn kind(&self) -> Option<Kind> {
        WORDS.iter().find(|(word, _)| self.word.eq_ignore_ascii_case(word)).map(|(_, kind)| *kind)
    }

    /// Whether a value of the owner's fits.
    pub(super) fn takes(&self, value: Value<'_>) -> bool {
        self.kind().is_none_or(|kind| rules::check(&Field::new("", kind), value).ok())
    }

    /// Whether the values of a form's field fit. What a page sets by itself nobody knows before.
    pub(super) fn fits(&self, field: &Field<'_>) -> bool {
        let Some(kind) = self.kind() else { return true };
        match field.kind {
            Kind::Hidden => true,
            Kind::Choice => !field
                .choices
                .any(|choice| !self.takes(Value::from(str::from_utf8(choice).unwrap_or_default()))),
            Kind::Consent => kind == Kind::Boolean,
            Kind::Integer => matches!(kind, Kind::Integer | Kind::Number),
            own => own == kind,
        }
    }

    /// Whether the form's field takes more characters than the system does.
    pub(super) fn is_shorter_than(&self, field: &Field<'_>) -> bool {
        let longest = match field.kind {
            Kind::Text | Kind::Name | Kind::Url => field.max.unwrap_or(i64::MAX),
            Kind::Email => ADDRESS,
            Kind::Choice => {
                let mut longest = 0;
                field.choices.any(|text| {
                    longest = longest.max(text.len());
                    false
                });
                i64::try_from(longest).unwrap_or(i64::MAX)
            }
            _ => 0,
        };
        self.most > 0 && longest > self.most
    }
}

/// What the parameters of an operation say of its fields.
pub(super) fn of_form(form: &'static Form<'static>) -> Vec<Known<'static>> {
    let mut all = Vec::new();
    for field in form.fields.iter() {
        let word = if field.kind == Kind::Boolean { "boolean" } else { "" };
        let most = field.max.unwrap_or_default();
        all.push(Known {
            name: field.name,
            word,
            most,
            required: field.required,
            ..Known::default()
        });
    }
    all
}

/// A text of a record, or nothing.
#[inline(never)]
fn text<'r>(record: &'r Value<'_>, outer: &str, name: &str) -> &'r str {
    let record = if outer.is_empty() { Some(record) } else { record.get(outer) };
    match record.and_then(|record| record.get(name)) {
        Some(Value::Bool(true)) => "true",
        found => found.and_then(Value::as_text).unwrap_or_default(),
    }
}

/// Marketo's fields: those of the form, under the description's names, and those that are aside of it. Where the form's were
/// not read nothing is aside; where nothing is described the form's are all there is.
pub(super) fn marketo<'k>(
    form: Option<&'k Vec<Value<'static>>>,
    described: &'k [Value<'static>],
) -> Vec<Known<'k>> {
    let mut all = Vec::new();
    let on_form = form.map(Vec::as_slice).unwrap_or_default();
    for field in described {
        let mut known = Known {
            name: text(field, "rest", "name"),
            word: text(field, "", "dataType"),
            most: number(text(field, "", "length")).unwrap_or_default(),
            ..Known::default()
        };
        // A form's fields may go by the older names of SOAP: `FirstName`.
        let soap = text(field, "soap", "name");
        let found = on_form.iter().find(|field| {
            let id = text(field, "", "id");
            id.eq_ignore_ascii_case(known.name) || id.eq_ignore_ascii_case(soap)
        });
        known.required = known.name == "email"
            || found.is_some_and(|field| text(field, "", "required") == "true");
        if text(field, "rest", "readOnly") == "true" {
            known.stands = Stands::ReadOnly;
        } else if form.is_some() && found.is_none() {
            known.stands = Stands::Aside;
        }
        all.push(known);
    }
    if all.is_empty() {
        for field in on_form {
            let required = text(field, "", "required") == "true";
            all.push(Known { name: text(field, "", "id"), required, ..Known::default() });
        }
    }
    all
}

/// What Pardot has in every account, as its page of fields lists it: texts, then numbers, then yes or no.
const TEXTS: &str = "email salutation first_name last_name company website job_title department country address_one \
    address_two city state territory zip phone fax source annual_revenue employees industry years_in_business \
    comments notes crm_owner_fid";
const NUMBERS: &str = "campaign_id prospect_account_id profile_id user_id score";
const FLAGS: &str = "is_do_not_email is_do_not_call opted_out is_reviewed is_starred is_archived";

/// Pardot's fields: everybody's, and the account's own.
pub(super) fn pardot<'k>(own: &'k [Value<'static>]) -> Vec<Known<'k>> {
    let mut all = Vec::new();
    for (names, word, most) in [(TEXTS, "", 255), (NUMBERS, "integer", 0), (FLAGS, "boolean", 0)] {
        for name in parts(names, ' ') {
            let required = name == "email";
            all.push(Known { name, word, most, required, ..Known::default() });
        }
    }
    for field in own {
        let (name, word) = (text(field, "", "field_id"), text(field, "", "type"));
        all.push(Known { name, word, ..Known::default() });
    }
    all
}

/// A parameter without the number behind its last `_`.
pub(super) fn stem(param: &str) -> &str {
    let digits = param.bytes().rev().take_while(u8::is_ascii_digit).count();
    let name = param.get(..param.len().saturating_sub(digits)).unwrap_or_default();
    match name.strip_suffix('_') {
        Some(stem) if digits > 0 => stem,
        _ => param,
    }
}
