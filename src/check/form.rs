//! [`Form`]: a list of fields, and the one engine that checks both what visitors type and what operations are given.

mod constraint;
#[cfg(feature = "full")]
pub(crate) mod packed;
mod record;
mod spec;

pub use constraint::Constraint;
pub(crate) use record::find;
#[cfg(all(feature = "build", not(feature = "full"), target_arch = "wasm32"))]
pub(crate) use record::list;
pub use spec::Spec;

use crate::check::field::{Field, Kind};
use crate::check::report::{FieldReport, Issue, Report, Severity};
use crate::check::rules;
use crate::check::writer::ReportWriter;
use crate::code;
use crate::packed::typed::{pack, pack_entries};
use crate::value::{Entries, Value};
use std::borrow::Cow;

/// The most values that one check takes.
pub const MAX_VALUES: usize = 1_000;

/// What happens to a value whose name the form does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It is left out with a warning; the lead goes on. For visitors.
    Drop,
    /// It is an error. For parameters.
    Refuse,
    /// It is checked as this kind and kept: a CRM's custom field.
    Take(Kind),
}

/// A list of fields: a visitor's form, or the parameters of an operation.
#[derive(Clone, Debug)]
pub struct Form<'a> {
    /// The fields, in order.
    pub fields: Cow<'a, [Field<'a>]>,
    /// What happens to other names.
    pub unknown: Unknown,
    /// What must hold between fields.
    pub constraints: Cow<'a, [Constraint<'a>]>,
    /// An explicit null stays in the clean values: as a parameter it clears what the CRM has.
    pub clears: bool,
}

impl<'a> Form<'a> {
    /// A visitor's form. What its hidden fields hold no visitor can mend, so it stops no lead: what is wrong is left out.
    pub fn new(fields: Vec<Field<'a>>) -> Self {
        let fields = fields
            .into_iter()
            .map(|field| if field.kind == Kind::Hidden { field.lenient() } else { field });
        let fields = fields.collect();
        Form {
            fields: Cow::Owned(fields),
            unknown: Unknown::Drop,
            constraints: Cow::Borrowed(&[]),
            clears: false,
        }
    }

    /// The parameters of an operation.
    pub const fn params(
        fields: &'a [Field<'a>],
        unknown: Unknown,
        constraints: &'a [Constraint<'a>],
    ) -> Self {
        Form {
            fields: Cow::Borrowed(fields),
            unknown,
            constraints: Cow::Borrowed(constraints),
            clears: true,
        }
    }

    /// Reads a spec `{ fields: { name: { kind, required?, label?, min?, max?, choices?, … } }, anyOf? }`; the page of
    /// specs has all members. The form borrows its names from the spec.
    ///
    /// ```
    /// use fieldpost::{Form, Spec, Value};
    /// let json: Value = serde_json::from_str(r#"{ "fields": { "email": { "kind": "email", "required": true } } }"#)?;
    /// let spec = Spec::from(&json);
    /// assert!(Form::from_spec(&spec).unwrap().field("email").unwrap().required);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// The issues name the place in the spec.
    pub fn from_spec(spec: &'a Spec) -> Result<Self, Vec<Issue>> {
        let mut writer = ReportWriter::native();
        Form::read(spec.letters(), &mut writer).ok_or_else(|| Issue::all(&writer))
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Checks the values. A name that comes more than once is one list for a kind of several values; for others its last value
    /// that is not empty counts, with a warning where they differ.
    ///
    /// ```
    /// use fieldpost::{Field, Form, Kind, Value};
    /// let form = Form::new(vec![Field::new("email", Kind::Email).required()]);
    /// let report = form.check(vec![("email".into(), Value::from(" ann@GMIAL.com "))]);
    /// assert!(report.ok());
    /// assert_eq!(report.values[0].1, Value::from("ann@gmial.com"));
    /// assert_eq!(report.issues[0].suggestion.as_deref(), Some("ann@gmail.com"));
    /// ```
    pub fn check(&self, values: Entries<'_>) -> Report {
        let mut writer = ReportWriter::native();
        self.write(&pack_entries(&values), &mut writer);
        Report::of(&writer)
    }

    /// Checks one value as the field of that name.
    pub fn check_field(&self, name: &str, value: Value<'_>) -> FieldReport {
        let mut writer = ReportWriter::native();
        self.write_field(name.as_bytes(), &pack(&value), &mut writer);
        FieldReport::of(&writer)
    }

    /// Checks packed values.
    pub(crate) fn write(&self, values: &[u8], writer: &mut ReportWriter) {
        writer.clear();
        #[cfg(not(all(feature = "build", not(feature = "full"), target_arch = "wasm32")))]
        self.hold(values, writer);
        #[cfg(all(feature = "build", not(feature = "full"), target_arch = "wasm32"))]
        crate::memory::peers::held(self, values, writer);
    }

    /// Adds what is said of packed values.
    pub(crate) fn hold(&self, values: &[u8], writer: &mut ReportWriter) {
        record::check(&self.fields, self.unknown, self.clears, values, writer);
        for constraint in self.constraints.iter() {
            constraint.check(writer);
        }
    }

    /// Checks one packed value as the field of that name.
    pub(crate) fn write_field(&self, name: &[u8], value: &[u8], writer: &mut ReportWriter) {
        writer.clear();
        writer.enter(name);
        match self.fields.iter().find(|field| field.name.as_bytes() == name) {
            Some(field) => {
                let value = record::one(field.kind, value, writer);
                rules::write(field, value, writer);
            }
            None => writer.warn(&code::UNKNOWN_FIELD),
        }
    }
}

/// Issues that stop, without those that only warn.
pub(crate) fn errors(issues: Vec<Issue>) -> Vec<Issue> {
    issues.into_iter().filter(|issue| issue.severity == Severity::Error).collect()
}
