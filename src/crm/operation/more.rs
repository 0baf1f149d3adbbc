//! [`More`]: what a row of the full build says beside its parameters: the other API version, checks between parameters,
//! defaults, batches and pages.

use super::{Check, Operation, RequestEncoding, SEPARATORS, place, reference};
use crate::check::report::{Issue, Report};
use crate::check::writer::ReportWriter;
use crate::code::{self, Code};
use crate::crm::request::Target;
use crate::packed::PackedValues;
use crate::packed::typed::{letters, pack_entries, unpack_entries};
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

/// What an operation has to do with a job that takes its time: one asks for it, one reads how far it is, one fetches what
/// came of it.
#[derive(Clone, Copy, Debug)]
pub enum Job {
    /// Nothing.
    None,
    /// Asks for it. Where [`NOW`] is not given, a client gives the moment.
    Asked,
    /// Reads how far it is.
    Read(&'static States),
    /// Fetches a file of it.
    Fetched(&'static Files),
}

/// How the reply to [`Job::Read`] says how far a job is, and how often to ask.
#[derive(Clone, Copy, Debug)]
pub struct States {
    /// The member of the record with the state.
    pub state: &'static str,
    /// The state in which the files are there.
    pub done: &'static str,
    /// The states in which it ended without any.
    pub over: &'static [&'static str],
    /// What is said of these.
    pub code: &'static Code,
    /// The member of the record which says that its files are gone.
    pub expired: &'static str,
    /// What is said of that.
    pub gone: &'static Code,
    /// The member of the record with the addresses of the files.
    pub refs: &'static str,
    /// Milliseconds before the first question.
    pub first: u64,
    /// Milliseconds between two questions, at most.
    pub most: u64,
}

/// The files of [`Job::Fetched`].
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// What the type of a file's content may hold; whatever has another one is an answer about the file.
    pub types: &'static [&'static str],
    /// The parameters of a file by its address; nothing for any other address.
    pub params: fn(&str) -> Option<Entries<'static>>,
}

/// The parameter to which open ranges of time are measured.
pub const NOW: &str = "now";

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
    /// The parameters that may hold the records, and how many of them one call takes.
    pub batch: Option<(&'static [&'static str], u16)>,
    /// How the next page is asked for.
    pub paging: Paging,
    /// What it has to do with a job that takes its time.
    pub job: Job,
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
        job: Job::None,
        permission: "",
    };

    /// Without what only the reference shows, where that is not wanted.
    pub(crate) const fn without_reference(self) -> More {
        More { permission: reference(self.permission), ..self }
    }

    /// Whether something else may be sent than what the form wrote.
    fn rewrites(&self) -> bool {
        let own = |check: &Check| matches!(check, Check::Own(_));
        !self.defaults.is_empty() || !self.unsent.is_empty() || self.checks.iter().any(own)
    }

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
    pub fn check(&self, params: Entries<'_>, version: u8) -> Report {
        let mut writer = ReportWriter::native();
        let row = self.row(version);
        row.params.write(&pack_entries(&row.named(params)), &mut writer);
        row.judged(&writer)
    }

    /// The parameters under the names and in the lists that this row has.
    fn named<'p>(&self, params: Entries<'p>) -> Entries<'p> {
        let named = |(name, value): (Cow<'p, str>, Value<'p>)| {
            let known = self.more.aliases.iter().find(|(other, _)| *other == name);
            let value = if self.more.batch.is_some_and(|(lists, _)| lists.contains(&name.as_ref()))
            {
                listed(value)
            } else {
                value
            };
            (known.map_or(name, |(_, sent)| Cow::Borrowed(*sent)), value)
        };
        params.into_iter().map(named).collect()
    }

    /// What the row's form wrote, and what its other checks say of it.
    fn judged(&self, writer: &ReportWriter) -> Report {
        let mut report = Report::of(writer);
        for issue in &mut report.issues {
            // A list of fields or ids is none of labels, which the sentence speaks of.
            if issue.code == code::LABELS_MANY.name && !issue.field.starts_with("label") {
                let most = issue.limit.as_deref().unwrap_or_default();
                *issue = Issue::error(&issue.field, &code::PARAM_COUNT_MANY).with_limit(most);
            }
        }
        self.refuse_dots(&mut report);
        for check in self.more.checks {
            check.judge(&mut report);
        }
        report
    }

    /// A segment of dots would climb out of the path: every host takes `..` away with what stands before it, also where
    /// the dots are escaped (WHATWG URL, 4.4).
    fn refuse_dots(&self, report: &mut Report) {
        let dots = |(name, value): &&(Cow<'_, str>, Value<'_>)| {
            matches!(value.as_text(), Some("." | "..")) && self.has_place(name)
        };
        let issues: Vec<_> = report
            .values
            .iter()
            .filter(dots)
            .map(|(name, _)| Issue::error(name, &code::KIND))
            .collect();
        report.issues.extend(issues);
    }

    /// Whether the path may hold this parameter.
    fn has_place(&self, name: &str) -> bool {
        let mut rest = self.path.as_bytes();
        while let Some((_, names, after)) = place(rest) {
            if names.split(|byte| SEPARATORS.contains(byte)).any(|known| known == name.as_bytes()) {
                return true;
            }
            rest = after;
        }
        false
    }

    /// Checks packed parameters and writes the request of those that are clean; false when something is wrong with them.
    pub(crate) fn build(
        &self,
        params: &[u8],
        target: &Target<'_>,
        writer: &mut ReportWriter,
        out: &mut Vec<u8>,
    ) -> bool {
        let row = self.row(target.version);
        if row.more.aliases.is_empty() && row.more.batch.is_none() {
            row.params.write(params, writer);
        } else {
            let mut named = row.named(unpack_entries(PackedValues(params)));
            // A box of the form's that was not ticked says nothing.
            named.retain(|(_, value)| writer.vouched.is_empty() || *value != Value::Bool(false));
            // A name that becomes another's is not the form's.
            writer.vouched = &[];
            row.params.write(&pack_entries(&named), writer);
        }
        let is_plain = !row.more.rewrites() && !matches!(row.encoding, RequestEncoding::Wide(_));
        if is_plain && row.more.checks.is_empty() && !row.path.contains('{') {
            if !writer.failed {
                row.write(&writer.values, target, out);
            }
            return !writer.failed;
        }
        let report = row.judged(writer);
        let packed = std::mem::take(&mut writer.values);
        writer.clear();
        for issue in &report.issues {
            writer.add(issue);
        }
        if writer.failed {
            return false;
        }
        if is_plain {
            row.write(&packed, target, out);
            return true;
        }
        let mut values = report.values;
        row.more.finish(&mut values);
        let packed = pack_entries(&values);
        match row.encoding {
            RequestEncoding::Wide(wide) => {
                let mut path = Vec::new();
                row.put_path(&packed, target.version, &mut path);
                values.retain(|(name, _)| !row.is_in_path(name.as_bytes(), &packed));
                wide.lay_out(row.method, letters(&path), values).write(target, out);
            }
            _ => row.write(&packed, target, out),
        }
        true
    }
}

/// A batch that is keyed by id or e-mail, as version 3 prints it, as a list of records with their keys.
fn listed(value: Value<'_>) -> Value<'_> {
    let Value::Map(entries) = value else { return value };
    let record = |(key, value): (Cow<'_, str>, _)| match value {
        Value::Map(fields) => {
            let name = if key.bytes().all(|byte| byte.is_ascii_digit()) { "id" } else { "email" };
            // The key may stand in the record once more; another value would be a change of the key, and is refused.
            let others = fields
                .into_iter()
                .filter(|(of, value)| *of != name || value.as_text() != Some(&key));
            let others: Entries<'_> = others.collect();
            let key = (Cow::Borrowed(name), Value::from(key.clone().into_owned()));
            Value::Map(std::iter::once(key).chain(others).collect())
        }
        other => other,
    };
    Value::List(entries.into_iter().map(record).collect())
}
