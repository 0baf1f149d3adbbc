//! What a check says: [`Issue`], [`FieldReport`], [`Report`].

use crate::check::writer::{EXTENSION, ReportWriter};
use crate::code::Code;
use crate::packed::PackedValues;
use crate::packed::typed::{letters, unpack, unpack_entries};
use crate::value::{Entries, Value, cut};
use std::borrow::Cow;

/// Whether an issue stops the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "lowercase"))]
pub enum Severity {
    /// The lead cannot go on like this.
    Error,
    /// The lead goes on; a person may look at it.
    Warning,
}

#[cfg(feature = "full")]
crate::crossing::words! {
    Severity { "error" Error, "warning" Warning, }
}

/// What is wrong with one field. Only `suggestion` may hold what the visitor typed, and it is never logged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Issue {
    /// The field's name; nested parameters as `input[0].leadFormFields.email`. Empty for the whole.
    pub field: String,
    /// Stable, like `phone.area_code`: a row of the table of codes, or a vendor's number like `pardot.4`.
    #[cfg_attr(feature = "types", ts(type = "Code | (string & {})"))]
    pub code: Cow<'static, str>,
    /// Whether it stops the lead.
    pub severity: Severity,
    /// English, for people; free to change.
    pub message: Cow<'static, str>,
    /// What the sentence of the code has for its `{}`: for those who say it in another language.
    #[cfg_attr(feature = "types", ts(optional))]
    pub limit: Option<String>,
    /// The corrected text, where there is one.
    #[cfg_attr(feature = "types", ts(optional))]
    pub suggestion: Option<String>,
}

#[cfg(feature = "full")]
crate::crossing::members! {
    both Issue,
    Issue {
        field: String::new(),
        code: Cow::Borrowed(""),
        severity: Severity::Error,
        message: Cow::Borrowed(""),
        limit: None,
        suggestion: None,
    },
    "!field" field, "!code" code, "!severity" severity, "!message" message, "?limit" limit, "?suggestion" suggestion,
}

/// What the script around the module says with a code: its sentence, and of one that is told by its number the name before it.
#[cfg(all(target_arch = "wasm32", feature = "edge"))]
#[inline(never)]
fn asked(code: &str) -> String {
    let mut said = crate::packed::Buffer::new();
    crate::host::native(crate::host::Ask::Sentence, code.as_bytes(), &mut said);
    letters(&said)
}

/// The sentence of a code: the one that is here, or what the script around the module says.
pub(crate) fn sentence(code: &str, here: &'static str) -> Cow<'static, str> {
    #[cfg(all(target_arch = "wasm32", feature = "edge"))]
    {
        let _ = here;
        Cow::Owned(asked(code))
    }
    #[cfg(not(all(target_arch = "wasm32", feature = "edge")))]
    {
        let _ = code;
        Cow::Borrowed(here)
    }
}

/// Name and sentence of what a report writer has in their place: the edge module's has a number, which is one sign.
fn named(code: String, message: String, limit: &str) -> (String, String) {
    #[cfg(all(target_arch = "wasm32", feature = "edge"))]
    if code.len() == 1 {
        let said = asked(&code);
        if let Some((name, sentence)) = crate::value::cut_at(&said, crate::code::BETWEEN) {
            let mut sentence = Cow::Owned(sentence.to_owned());
            fill(&mut sentence, limit);
            return (name.to_owned(), sentence.into_owned());
        }
    }
    let _ = limit;
    (code, message)
}

/// What is said with a code of ours.
pub(crate) fn said(code: &Code) -> Cow<'static, str> {
    sentence(code.name(), code.sentence())
}

/// Puts the limit where a sentence has a place for it.
fn fill(sentence: &mut Cow<'static, str>, limit: &str) {
    if let Some((before, after)) = cut(sentence, "{}") {
        *sentence = Cow::Owned([before, limit, after].concat());
    }
}

impl Issue {
    /// An issue of `code` that stops the lead.
    pub fn error(field: &str, code: &'static Code) -> Self {
        Issue {
            field: field.to_owned(),
            code: Cow::Borrowed(code.name()),
            severity: Severity::Error,
            message: said(code),
            limit: None,
            suggestion: None,
        }
    }

    /// An issue of `code` that lets the lead through.
    pub fn warning(field: &str, code: &'static Code) -> Self {
        Issue { severity: Severity::Warning, ..Issue::error(field, code) }
    }

    /// The same issue with its limit, also in its sentence.
    #[must_use]
    pub fn with_limit(mut self, limit: &str) -> Self {
        fill(&mut self.message, limit);
        self.limit = Some(limit.to_owned());
        self
    }

    /// The issues of a report writer.
    pub(crate) fn all(writer: &ReportWriter) -> Vec<Issue> {
        let mut issues = PackedValues(&writer.issues);
        let mut all = Vec::new();
        while !issues.is_done() {
            let mut next = || letters(issues.text());
            let (field, code, severity, message, limit, suggestion) =
                (next(), next(), next(), next(), next(), next());
            let (code, message) = named(code, message, &limit);
            all.push(Issue {
                field,
                code: Cow::Owned(code),
                severity: if severity == "e" { Severity::Error } else { Severity::Warning },
                message: Cow::Owned(message),
                limit: (!limit.is_empty()).then_some(limit),
                suggestion: (!suggestion.is_empty()).then_some(suggestion),
            });
        }
        all
    }
}

/// What is worth knowing about a value that is no issue; a set of [`Flags::NAMES`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
    /// None of them.
    pub const NONE: Flags = Flags(0);
    /// A mailbox of a function, like `info@` (RFC 2142).
    pub const ROLE: Flags = Flags(1);
    /// A mailbox at a free provider.
    pub const FREE: Flags = Flags(1 << 1);
    /// A mailbox that is thrown away.
    pub const DISPOSABLE: Flags = Flags(1 << 2);
    /// A toll-free number.
    pub const TOLL_FREE: Flags = Flags(1 << 3);
    /// A premium-rate number.
    pub const PREMIUM: Flags = Flags(1 << 4);
    /// A personal 5XX number.
    pub const PERSONAL: Flags = Flags(1 << 5);
    /// A number of the US government (710).
    pub const GOVERNMENT: Flags = Flags(1 << 6);
    /// A number of another country than those of the North American plan.
    pub const INTERNATIONAL: Flags = Flags(1 << 7);
    /// A number set aside for films (555-0100 to 555-0199).
    pub const FICTION: Flags = Flags(1 << 8);

    /// The names, lowest bit first.
    pub const NAMES: &'static [&'static str] = &[
        "role",
        "free",
        "disposable",
        "toll_free",
        "premium",
        "personal",
        "government",
        "international",
        "fiction",
    ];

    /// Adds `other`.
    pub fn insert(&mut self, other: Flags) {
        self.0 |= other.0;
    }

    /// Whether all of `other` are set.
    pub fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Their number: a bit for each, in the order of [`Flags::NAMES`].
    pub fn bits(self) -> u16 {
        self.0
    }

    /// The names of those that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Flags::NAMES
            .iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 >> bit & 1 == 1)
            .map(|(_, name)| *name)
    }
}

/// The verdict on one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldReport {
    /// The clean value; [`Value::Null`] when empty or wrong.
    pub value: Value<'static>,
    /// What is wrong; the `field` of each is filled in by the form.
    pub issues: Vec<Issue>,
    /// What is worth knowing.
    pub flags: Flags,
    /// A phone number's extension, digits only.
    pub ext: Option<String>,
    /// A phone number's region, like `US-NY`, where the area code tells.
    pub region: Option<&'static str>,
}

impl FieldReport {
    /// What a report writer says of one value.
    pub(crate) fn of(writer: &ReportWriter) -> Self {
        let mut value = unpack(&writer.values);
        let mut ext = None;
        if writer.extension > 0
            && let Value::Text(number) = &mut value
        {
            let mut number = std::mem::take(number).into_owned();
            ext = Some(number.split_off(number.len().saturating_sub(writer.extension)));
            number.truncate(number.len().saturating_sub(EXTENSION.len()));
            value = Value::from(number);
        }
        let region = (!writer.region.is_empty()).then_some(writer.region);
        FieldReport { value, issues: Issue::all(writer), flags: writer.flags, ext, region }
    }

    /// No issue stops the lead.
    pub fn ok(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity == Severity::Warning)
    }
}

/// The verdict on a whole form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The clean values that are not empty, in the order of the form.
    pub values: Entries<'static>,
    /// What is wrong, in the order of the form.
    pub issues: Vec<Issue>,
}

impl Report {
    /// What a report writer says of named values.
    pub(crate) fn of(writer: &ReportWriter) -> Self {
        Report { values: unpack_entries(PackedValues(&writer.values)), issues: Issue::all(writer) }
    }

    /// No issue stops the lead.
    pub fn ok(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity == Severity::Warning)
    }
}
