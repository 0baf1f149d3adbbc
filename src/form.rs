//! [`Form`]: a list of fields, and the one engine that checks both what visitors type and what operations are given.

use crate::code::{self, Code};
use crate::field::{Field, Kind};
use crate::report::{FieldReport, Issue, Report, Severity};
use crate::rules;
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

/// What must hold between fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// Exactly one of these is given.
    OneOf(&'static [&'static str]),
    /// At least one of these is given.
    AnyOf(&'static [&'static str]),
}

/// A list of fields: a visitor's form, or the parameters of an operation.
#[derive(Clone, Debug)]
pub struct Form {
    /// The fields, in order.
    pub fields: Cow<'static, [Field]>,
    /// What happens to other names.
    pub unknown: Unknown,
    /// What must hold between fields.
    pub constraints: &'static [Constraint],
    /// An explicit null stays in the clean values: as a parameter it clears what the CRM has.
    pub clears: bool,
}

impl Form {
    /// A visitor's form.
    pub fn new(fields: Vec<Field>) -> Self {
        Form { fields: Cow::Owned(fields), unknown: Unknown::Drop, constraints: &[], clears: false }
    }

    /// The parameters of an operation.
    pub const fn params(
        fields: &'static [Field],
        unknown: Unknown,
        constraints: &'static [Constraint],
    ) -> Self {
        Form { fields: Cow::Borrowed(fields), unknown, constraints, clears: true }
    }

    /// Reads a spec `{ fields: { name: { kind, required?, label?, min?, max?, choices? } } }`.
    ///
    /// # Errors
    /// The issues name the place in the spec.
    pub fn from_spec(spec: &Value<'_>) -> Result<Self, Vec<Issue>> {
        let Some(Value::Map(entries)) = spec.get("fields") else {
            return Err(vec![Issue::error("fields", &code::KIND)]);
        };
        let mut fields = Vec::with_capacity(entries.len());
        let mut issues = Vec::new();
        for (name, rules) in entries {
            match field_from_spec(name, rules) {
                Ok(field) => fields.push(field),
                Err(place) => issues.push(Issue::error(&["fields.", name, ".", place].concat(), &code::KIND)),
            }
        }
        if issues.is_empty() { Ok(Form::new(fields)) } else { Err(issues) }
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Checks the values; a name that comes more than once is one list.
    ///
    /// ```
    /// use fieldpost::{Field, Form, Kind, Value};
    /// let form = Form::new(vec![Field::new("email", Kind::Email).required()]);
    /// let report = form.check(vec![("email".into(), Value::from(" ann@GMIAL.com "))]);
    /// assert!(report.ok());
    /// assert_eq!(report.values[0].1, Value::from("ann@gmial.com"));
    /// assert_eq!(report.issues[0].suggestion.as_deref(), Some("ann@gmail.com"));
    /// ```
    pub fn check<'a>(&self, values: Entries<'a>) -> Report<'a> {
        let mut report = self.check_record(&self.fields, self.unknown, values);
        for constraint in self.constraints {
            let (names, code, fits): (_, &'static Code, fn(usize) -> bool) = match constraint {
                Constraint::OneOf(names) => (names, &code::PARAM_ONE_OF, |given| given == 1),
                Constraint::AnyOf(names) => (names, &code::PARAM_ANY_OF, |given| given > 0),
            };
            // One that was given but is wrong has its own issue.
            let is_given = |name: &&&str| {
                report.values.iter().any(|(known, value)| known == **name && !value.is_empty())
                    || report.issues.iter().any(|issue| issue.field == **name)
            };
            let given = names.iter().filter(is_given).count();
            if !fits(given) {
                let first = names.first().copied().unwrap_or_default();
                report.issues.push(Issue::error(first, code).with_limit(&names.join(", ")));
            }
        }
        report
    }

    /// Checks one value as the field of that name.
    pub fn check_field<'a>(&self, name: &str, value: Value<'a>) -> FieldReport<'a> {
        let mut report = match self.field(name) {
            Some(field) => rules::check(field, value),
            None => FieldReport {
                issues: vec![Issue::warning(name, &code::UNKNOWN_FIELD)],
                ..FieldReport::default()
            },
        };
        for issue in &mut report.issues {
            name.clone_into(&mut issue.field);
        }
        report
    }

    fn check_record<'a>(&self, fields: &[Field], unknown: Unknown, values: Entries<'a>) -> Report<'a> {
        let mut report = Report::default();
        if values.len() > MAX_VALUES {
            report.issues.push(Issue::error("", &code::TOO_LARGE));
            return report;
        }
        let mut slots: Vec<Option<Value<'a>>> = fields.iter().map(|_| None).collect();
        let mut others: Entries<'a> = Vec::new();
        for (position, (name, value)) in values.into_iter().enumerate() {
            // Values mostly come in the order of the fields.
            let in_order = fields.get(position).is_some_and(|field| field.name == name);
            let at =
                if in_order { Some(position) } else { fields.iter().position(|field| field.name == name) };
            match at.and_then(|at| slots.get_mut(at)) {
                Some(slot) => add(slot, value),
                None => match others.iter_mut().find(|(other, _)| *other == name) {
                    Some((_, first)) => {
                        let mut slot = Some(std::mem::take(first));
                        add(&mut slot, value);
                        *first = slot.unwrap_or_default();
                    }
                    None => others.push((name, value)),
                },
            }
        }
        report.values.reserve(fields.len());
        for (field, slot) in fields.iter().zip(slots) {
            // Strings that a const table holds cost nothing to name; those of a spec are copied.
            let name = || match &field.name {
                Cow::Borrowed(name) => Cow::Borrowed(*name),
                Cow::Owned(name) => Cow::Owned(name.clone()),
            };
            self.check_one(field, name, slot, &mut report);
        }
        for (name, value) in others {
            match unknown {
                Unknown::Drop => report.issues.push(Issue::warning(clip(&name), &code::UNKNOWN_FIELD)),
                Unknown::Refuse => report.issues.push(Issue::error(clip(&name), &code::PARAM_UNKNOWN)),
                Unknown::Take(kind) => {
                    let field = Field::new("", kind);
                    let held = name.clone();
                    self.check_one(&field, || held, Some(value), &mut report);
                    for issue in report.issues.iter_mut().filter(|issue| issue.field.is_empty()) {
                        clip(&name).clone_into(&mut issue.field);
                    }
                }
            }
        }
        report
    }

    fn check_one<'a>(
        &self,
        field: &Field,
        name: impl FnOnce() -> Cow<'a, str>,
        given: Option<Value<'a>>,
        report: &mut Report<'a>,
    ) {
        let cleared = self.clears && matches!(given, Some(Value::Null));
        let value = given.unwrap_or_default();
        let mut verdict = match field.kind {
            Kind::Record => self.check_nested(field, value),
            Kind::Records => self.check_list(field, value),
            _ => rules::check(field, value),
        };
        if !verdict.issues.is_empty() {
            for mut issue in verdict.issues.drain(..) {
                issue.under(&field.name);
                report.issues.push(issue);
            }
        }
        let value = match (verdict.value, verdict.ext) {
            (Value::Text(number), Some(ext)) => {
                Value::Text(Cow::Owned([number.as_ref(), " ext. ", ext.as_ref()].concat()))
            }
            (value, _) => value,
        };
        if cleared || !value.is_empty() {
            report.values.push((name(), value));
        }
    }

    fn check_nested<'a>(&self, field: &Field, value: Value<'a>) -> FieldReport<'a> {
        let entries = match value {
            Value::Map(entries) => entries,
            Value::Null if field.required => return FieldReport::wrong(&code::REQUIRED),
            Value::Null => return FieldReport::default(),
            _ => return FieldReport::wrong(&code::KIND),
        };
        let unknown = field.open.map_or(Unknown::Refuse, Unknown::Take);
        let report = self.check_record(field.fields, unknown, entries);
        FieldReport { value: Value::Map(report.values), issues: report.issues, ..FieldReport::default() }
    }

    fn check_list<'a>(&self, field: &Field, value: Value<'a>) -> FieldReport<'a> {
        let items = match value {
            Value::List(items) => items,
            Value::Null if field.required => return FieldReport::wrong(&code::REQUIRED),
            Value::Null => return FieldReport::default(),
            _ => return FieldReport::wrong(&code::KIND),
        };
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let mut report = FieldReport::default();
        if let Some(most) = field.max.filter(|most| count > *most) {
            report.error_limit(&code::PARAM_COUNT_MANY, &decimal(most));
            return report;
        }
        if let Some(fewest) = field.min.filter(|fewest| count < *fewest) {
            report.error_limit(&code::PARAM_COUNT_FEW, &decimal(fewest));
            return report;
        }
        let mut clean = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let nested = match item {
                Value::Map(_) => self.check_nested(field, item),
                _ => FieldReport::wrong(&code::KIND),
            };
            for mut issue in nested.issues {
                issue.under(&["[", &decimal(i64::try_from(index).unwrap_or(i64::MAX)), "]"].concat());
                report.issues.push(issue);
            }
            clean.push(nested.value);
        }
        report.value = Value::List(clean);
        report
    }
}

/// A second value under one name makes a list of both.
fn add<'a>(slot: &mut Option<Value<'a>>, value: Value<'a>) {
    *slot = Some(match slot.take() {
        None => value,
        Some(Value::List(mut items)) => {
            items.push(value);
            Value::List(items)
        }
        Some(first) => Value::List(vec![first, value]),
    });
}

/// A name that a stranger chose, short enough to show.
fn clip(name: &str) -> &str {
    let mut end = name.len().min(64);
    while !name.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    name.get(..end).unwrap_or_default()
}

/// A whole number's text, without the weight of `fmt`.
pub fn decimal(n: i64) -> String {
    let mut digits = Vec::new();
    let mut rest = n.unsigned_abs();
    loop {
        // A remainder of ten fits in a byte.
        digits.push(b'0'.wrapping_add(u8::try_from(rest.wrapping_rem(10)).unwrap_or_default()));
        rest = rest.wrapping_div(10);
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        digits.push(b'-');
    }
    digits.iter().rev().map(|byte| char::from(*byte)).collect()
}

/// One field of a spec, or the member that does not fit.
fn field_from_spec(name: &str, rules: &Value<'_>) -> Result<Field, &'static str> {
    let kind = rules.get("kind").and_then(Value::as_text).and_then(Kind::from_name).ok_or("kind")?;
    let whole = |member: &'static str| match rules.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(text)) => text.parse::<i64>().map(Some).map_err(|_| member),
        Some(_) => Err(member),
    };
    let choices = match rules.get("choices") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(items)) => items
            .iter()
            .map(|item| item.as_text().map(|text| Cow::Owned(text.to_owned())).ok_or("choices"))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err("choices"),
    };
    let label = match rules.get("label") {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::Text(text)) => Cow::Owned(text.clone().into_owned()),
        Some(_) => return Err("label"),
    };
    let required = match rules.get("required") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(required)) => *required,
        Some(_) => return Err("required"),
    };
    Ok(Field {
        name: Cow::Owned(name.to_owned()),
        required,
        min: whole("min")?,
        max: whole("max")?,
        choices: Cow::Owned(choices),
        label,
        ..Field::new("", kind)
    })
}

/// Issues that stop, without those that only warn.
pub fn errors(issues: Vec<Issue>) -> Vec<Issue> {
    issues.into_iter().filter(|issue| issue.severity == Severity::Error).collect()
}
