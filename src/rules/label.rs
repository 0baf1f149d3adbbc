//! Labels: short texts, as a list or separated by commas.

use super::{choice, text};
use crate::code::{self, Code};
use crate::field::Field;
use crate::report::FieldReport;
use crate::value::Value;
use std::borrow::Cow;
use text::Wrong;

/// The most characters of one label: what a text field of the CRMs holds.
const MAX_LENGTH: i64 = 255;
/// The most items of one list: more than any lead has, and few enough to compare each with each.
const MAX_ITEMS: usize = 1_000;

/// Trimmed, empty ones dropped, each once whatever its (ASCII) case, in the order given. Commas separate only within a
/// text: an element of a list keeps its own.
pub fn check<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    let mut list = List::new(field, true);
    list.read(value)
        .and_then(|()| list.done(&code::LABELS_FEW, &code::LABELS_MANY))
        .unwrap_or_else(Wrong::report)
}

/// The items of a list, of labels or of choices.
pub(super) struct List<'a, 'f> {
    field: &'f Field,
    labels: bool,
    kept: Vec<Value<'a>>,
    seen: usize,
}

impl<'a, 'f> List<'a, 'f> {
    pub(super) fn new(field: &'f Field, labels: bool) -> Self {
        List { field, labels, kept: Vec::new(), seen: 0 }
    }

    pub(super) fn read(&mut self, value: Value<'a>) -> Result<(), Wrong> {
        match value {
            Value::List(items) => items.into_iter().try_for_each(|item| self.add(text::typed(item))),
            Value::Text(text) if self.labels => {
                let commas = text.bytes().enumerate().filter(|(_, byte)| *byte == b',').map(|(at, _)| at);
                let mut start = 0_usize;
                for end in commas.chain([text.len()]) {
                    let label = match &text {
                        Cow::Borrowed(text) => Cow::Borrowed(text.get(start..end).unwrap_or_default()),
                        Cow::Owned(text) => Cow::Owned(text.get(start..end).unwrap_or_default().to_owned()),
                    };
                    self.add(Some(text::nfc(label)))?;
                    start = end.saturating_add(1);
                }
                Ok(())
            }
            single => self.add(text::typed(single)),
        }
    }

    fn add(&mut self, item: Option<Cow<'a, str>>) -> Result<(), Wrong> {
        let item = text::trim(text::tidy(item.ok_or(&code::KIND)?, false));
        if item.is_empty() {
            return Ok(());
        }
        self.seen = self.seen.saturating_add(1);
        if self.seen > MAX_ITEMS {
            return Err((&code::TOO_LARGE).into());
        }
        if self.labels {
            if text::count(&item) > 255 {
                return Err(Wrong(&code::LABELS_LONG, Some(MAX_LENGTH)));
            }
        } else if !choice::allowed(self.field, &item) {
            return Err((&code::CHOICE_UNKNOWN).into());
        }
        let same = |known: &Value<'_>| match known.as_text() {
            Some(known) if self.labels => known.eq_ignore_ascii_case(&item),
            known => known == Some(&item),
        };
        if !self.kept.iter().any(same) {
            self.kept.push(Value::Text(item));
        }
        Ok(())
    }

    pub(super) fn done(&mut self, few: &'static Code, many: &'static Code) -> Result<FieldReport<'a>, Wrong> {
        // An empty list is no list; whether it may be is for `required` to say.
        if self.kept.is_empty() {
            return Ok(FieldReport::default());
        }
        text::within(self.kept.len(), self.field, few, many)?;
        Ok(FieldReport::clean(Value::List(std::mem::take(&mut self.kept))))
    }
}
