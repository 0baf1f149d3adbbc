//! What a check says: [`Issue`], [`FieldReport`], [`Report`].

use crate::code::Code;
use crate::value::{Entries, Value};
use std::borrow::Cow;

/// Whether an issue stops the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Severity {
    /// The lead cannot go on like this.
    Error,
    /// The lead goes on; a person may look at it.
    Warning,
}

/// What is wrong with one field. Only `suggestion` may hold what the visitor typed, and it is never logged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Issue {
    /// The field's name; nested parameters as `input[0].leadFormFields.email`. Empty for the whole.
    pub field: String,
    /// Stable, like `phone.area_code`; a row of [`crate::code`] or a vendor's number like `pardot.4`.
    pub code: Cow<'static, str>,
    /// Whether it stops the lead.
    pub severity: Severity,
    /// English, for people.
    pub message: Cow<'static, str>,
    /// The corrected text, where there is one.
    #[cfg_attr(feature = "full", serde(skip_serializing_if = "Option::is_none", default))]
    pub suggestion: Option<String>,
}

impl Issue {
    /// An issue of `code` that stops the lead.
    pub fn error(field: &str, code: &'static Code) -> Self {
        Issue {
            field: field.to_owned(),
            code: Cow::Borrowed(code.name),
            severity: Severity::Error,
            message: Cow::Borrowed(code.sentence),
            suggestion: None,
        }
    }

    /// An issue of `code` that lets the lead through.
    pub fn warning(field: &str, code: &'static Code) -> Self {
        Issue { severity: Severity::Warning, ..Issue::error(field, code) }
    }

    /// Fills the `{}` of the sentence with the limit that was passed.
    #[must_use]
    pub fn with_limit(mut self, limit: &str) -> Self {
        if let Some((before, after)) = self.message.split_once("{}") {
            self.message = Cow::Owned([before, limit, after].concat());
        }
        self
    }

    /// Puts the issue of a nested field under its parent's name.
    pub(crate) fn under(&mut self, parent: &str) {
        let joint = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = [parent, joint, &self.field].concat();
    }
}

/// What is worth knowing about a value that is no issue; a set of [`Flags::NAMES`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
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

    /// The names of those that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Flags::NAMES.iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| *name)
    }
}

/// The verdict on one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldReport<'a> {
    /// The clean value; [`Value::Null`] when empty or wrong.
    pub value: Value<'a>,
    /// What is wrong; the `field` of each is filled in by the form.
    pub issues: Vec<Issue>,
    /// What is worth knowing.
    pub flags: Flags,
    /// A phone number's extension, digits only.
    pub ext: Option<Cow<'a, str>>,
    /// A phone number's region, like `US-NY`, where the area code tells.
    pub region: Option<&'static str>,
}

impl<'a> FieldReport<'a> {
    /// A value with nothing to say about it.
    pub fn clean(value: Value<'a>) -> Self {
        FieldReport { value, ..FieldReport::default() }
    }

    /// A value that cannot be used.
    pub fn wrong(code: &'static Code) -> Self {
        let mut report = FieldReport::default();
        report.error(code);
        report
    }

    /// No issue stops the lead.
    pub fn ok(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity == Severity::Warning)
    }

    /// Adds an issue that stops the lead and drops the value.
    pub fn error(&mut self, code: &'static Code) {
        self.issues.push(Issue::error("", code));
        self.value = Value::Null;
    }

    /// Adds an issue that stops the lead, with the limit that was passed.
    pub fn error_limit(&mut self, code: &'static Code, limit: &str) {
        self.issues.push(Issue::error("", code).with_limit(limit));
        self.value = Value::Null;
    }

    /// Adds an issue that lets the lead through.
    pub fn warn(&mut self, code: &'static Code) {
        self.issues.push(Issue::warning("", code));
    }
}

/// The verdict on a whole form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report<'a> {
    /// The clean values that are not empty, in the order of the form.
    pub values: Entries<'a>,
    /// What is wrong, in the order of the form.
    pub issues: Vec<Issue>,
}

impl Report<'_> {
    /// No issue stops the lead.
    pub fn ok(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity == Severity::Warning)
    }
}
