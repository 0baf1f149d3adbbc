//! [`More`]: what a row of the full build says beside its parameters: the other API version, checks between parameters,
//! defaults, batches and pages.

use super::{Check, Operation};
use crate::report::Report;
use crate::value::{Entries, Value};
use std::borrow::Cow;

/// How the next page of an operation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// There is one page.
    None,
    /// With the reply's `next` as this parameter.
    Token(&'static str),
    /// With how many records came before as `offset`, and pages of `limit` records.
    Offset(u16),
}

/// What only the full build has a use for.
#[derive(Clone, Copy, Debug)]
pub struct More {
    /// The row of Pardot's version 3, where it is another one.
    pub older: Option<&'static Operation>,
    /// What must hold between parameters.
    pub checks: &'static [Check],
    /// Other spellings of a parameter, with the one that is sent.
    pub aliases: &'static [(&'static str, &'static str)],
    /// What is sent where nothing is given.
    pub defaults: &'static [(&'static str, &'static str)],
    /// Parameters that only the checks read.
    pub unsent: &'static [&'static str],
    /// The parameter with the records, and how many of them one call takes.
    pub batch: Option<(&'static str, u16)>,
    /// How the next page is asked for.
    pub paging: Paging,
    /// What the API user must be allowed, where the vendor's page says it.
    pub permission: &'static str,
}

impl More {
    /// Nothing more.
    pub const NONE: More = More {
        older: None,
        checks: &[],
        aliases: &[],
        defaults: &[],
        unsent: &[],
        batch: None,
        paging: Paging::None,
        permission: "",
    };

    /// Adds the defaults and takes away what is not sent.
    pub(super) fn finish(&self, values: &mut Entries<'_>) {
        for (name, value) in self.defaults {
            if !values.iter().any(|(known, value)| known == name && !value.is_empty()) {
                values.retain(|(known, _)| known != name);
                values.push((Cow::Borrowed(*name), Value::from(*value)));
            }
        }
        values.retain(|(name, _)| !self.unsent.contains(&name.as_ref()));
    }
}

impl Operation {
    /// The row that serves an API version.
    pub fn row(&self, version: u8) -> &Operation {
        match self.more.older {
            Some(older) if version == 3 => older,
            _ => self,
        }
    }

    /// Checks the parameters for an API version: the clean ones, what stops them, and warnings.
    ///
    /// ```
    /// use fieldpost::{Value, operation};
    /// let query = operation("pardot.prospect.query").unwrap();
    /// let report = query.check(vec![("new".into(), true.into()), ("assigned".into(), true.into())], 4);
    /// assert!(report.ok());
    /// assert_eq!(report.issues[0].code, "params.overridden");
    /// ```
    pub fn check<'a>(&self, params: Entries<'a>, version: u8) -> Report<'a> {
        let row = self.row(version);
        let params = params
            .into_iter()
            .map(|(name, value)| {
                let known = row.more.aliases.iter().find(|(other, _)| *other == name);
                let value =
                    if row.more.batch.is_some_and(|(list, _)| list == name) { listed(value) } else { value };
                (known.map_or(name, |(_, sent)| Cow::Borrowed(*sent)), value)
            })
            .collect();
        let mut report = row.params.check(params);
        for check in row.more.checks {
            check.judge(&mut report);
        }
        report
    }
}

/// A batch that is keyed by id or e-mail, as version 3 prints it, as a list of records with their keys.
fn listed(value: Value<'_>) -> Value<'_> {
    let Value::Map(entries) = value else { return value };
    let record = |(key, value): (Cow<'_, str>, _)| match value {
        Value::Map(fields) => {
            let name = if key.bytes().all(|byte| byte.is_ascii_digit()) { "id" } else { "email" };
            let key = (Cow::Borrowed(name), Value::from(key.into_owned()));
            Value::Map(std::iter::once(key).chain(fields).collect())
        }
        other => other,
    };
    Value::List(entries.into_iter().map(record).collect())
}
