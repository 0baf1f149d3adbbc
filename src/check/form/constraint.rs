//! What must hold between fields.

use super::find;
use crate::check::field::Texts;
use crate::check::rules::is_empty;
use crate::check::writer::ReportWriter;
use crate::code::{self, Code};
use crate::packed::{Node, YES, put};

/// What must hold between fields; see the page of specs.
#[derive(Clone, Copy, Debug)]
pub enum Constraint<'a> {
    /// Exactly one of these is given.
    OneOf(&'a [&'a str]),
    /// At least one of these parameters is given.
    AnyOf(&'a [&'a str]),
    /// At least one of these fields is filled in.
    Filled(Texts<'a>),
    /// A field has the same value as another: an address that is typed twice.
    EqualTo(&'a str, &'a str),
    /// A field is required when another has this value: a text, or any yes or anything at all where the text is empty.
    RequiredIf(&'a str, &'a str, &'a str),
}

impl Constraint<'_> {
    /// Checks a record that was written. One that was given but is wrong has its own issue.
    pub(super) fn check(&self, writer: &mut ReportWriter) {
        match *self {
            Constraint::OneOf(names) => count(Texts::These(names), 1, &code::PARAM_ONE_OF, writer),
            Constraint::AnyOf(names) => {
                count(Texts::These(names), usize::MAX, &code::PARAM_ANY_OF, writer);
            }
            Constraint::Filled(names) => count(names, usize::MAX, &code::ANY_OF, writer),
            Constraint::EqualTo(name, other) => {
                let (name, other) = (name.as_bytes(), other.as_bytes());
                let same = find(&writer.values, name) == find(&writer.values, other);
                if !same && !writer.has_error_at(name) && !writer.has_error_at(other) {
                    writer.error_at(name, &code::EQUAL);
                }
            }
            Constraint::RequiredIf(name, other, text) => {
                let value = find(&writer.values, other.as_bytes());
                let applies = match Node::of(value) {
                    Node::Null | Node::Bool(false) => false,
                    node => {
                        text.is_empty() || value == [YES] || node.text() == Some(text.as_bytes())
                    }
                };
                if applies && !is_given(name.as_bytes(), writer) {
                    writer.error_at(name.as_bytes(), &code::REQUIRED);
                }
            }
        }
    }
}

fn count(names: Texts<'_>, most: usize, code: &'static Code, writer: &mut ReportWriter) {
    let mut given = 0_usize;
    let mut first: &[u8] = &[];
    names.any(|name| {
        if first.is_empty() {
            first = name;
        } else {
            put(&mut writer.limit, b", ");
        }
        put(&mut writer.limit, name);
        given += usize::from(is_given(name, writer));
        false
    });
    if given == 0 || given > most {
        writer.error_at(first, code);
    }
    writer.limit.clear();
}

fn is_given(name: &[u8], writer: &ReportWriter) -> bool {
    !is_empty(find(&writer.values, name)) || writer.has_error_at(name)
}
