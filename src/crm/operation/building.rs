//! How the full build checks the parameters of an operation, and builds its request.

use super::{Operation, RequestEncoding};
use crate::check::report::{Issue, Report};
use crate::check::writer::ReportWriter;
use crate::code;
use crate::crm::request::Target;
use crate::packed::PackedValues;
use crate::packed::typed::{letters, pack_entries, unpack_entries};
use crate::value::{Entries, Value, has_sign};
use std::borrow::Cow;

impl Operation {
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
        row.hold(&mut writer);
        row.judged(&writer)
    }

    /// The parameters under the names and in the lists that this row has.
    fn named<'p>(&self, params: Entries<'p>) -> Entries<'p> {
        let mut all = Vec::with_capacity(params.len());
        for (mut name, mut value) in params {
            if self.more.batch.is_some_and(|(lists, _)| lists.contains(&name.as_ref())) {
                value = listed(value);
            }
            if let Some((_, sent)) = self.more.aliases.iter().find(|(other, _)| *other == name) {
                name = Cow::Borrowed(*sent);
            }
            all.push((name, value));
        }
        all
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
        for check in self.more.checks {
            check.judge(&mut report);
        }
        report
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
            let named = row.named(unpack_entries(PackedValues(params)));
            // A name that becomes another's is not the form's.
            writer.vouched = &[];
            row.params.write(&pack_entries(&named), writer);
        }
        row.hold(writer);
        let is_plain = !row.more.rewrites() && !matches!(row.encoding, RequestEncoding::Wide(_));
        // What is judged once more is what was said of them.
        let is_settled = writer.issues.is_empty() || !has_sign(row.path, '{');
        if is_plain && row.more.checks.is_empty() && is_settled {
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
            let mut all = vec![(Cow::Borrowed(name), Value::from(key.clone().into_owned()))];
            for (of, value) in fields {
                // The key may stand in the record once more; another value would be a change of the key, and is refused.
                if of != name || value.as_text() != Some(&key) {
                    all.push((of, value));
                }
            }
            Value::Map(all)
        }
        other => other,
    };
    Value::List(entries.into_iter().map(record).collect())
}
