//! What must hold between fields.

use super::find;
use crate::code::{self, Code};
use crate::draft::Draft;
use crate::field::Texts;
use crate::rules::is_empty;
use crate::tape::{Node, YES, put};

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
    pub(super) fn check(&self, draft: &mut Draft) {
        match *self {
            Constraint::OneOf(names) => count(Texts::These(names), 1, &code::PARAM_ONE_OF, draft),
            Constraint::AnyOf(names) => count(Texts::These(names), usize::MAX, &code::PARAM_ANY_OF, draft),
            Constraint::Filled(names) => count(names, usize::MAX, &code::ANY_OF, draft),
            Constraint::EqualTo(name, other) => {
                let (name, other) = (name.as_bytes(), other.as_bytes());
                let same = find(&draft.values, name) == find(&draft.values, other);
                if !same && !draft.has_error_at(name) && !draft.has_error_at(other) {
                    draft.error_at(name, &code::EQUAL);
                }
            }
            Constraint::RequiredIf(name, other, text) => {
                let value = find(&draft.values, other.as_bytes());
                let applies = match Node::of(value) {
                    Node::Null | Node::Bool(false) => false,
                    node => text.is_empty() || value == [YES] || node.text() == Some(text.as_bytes()),
                };
                if applies && !is_given(name.as_bytes(), draft) {
                    draft.error_at(name.as_bytes(), &code::REQUIRED);
                }
            }
        }
    }
}

fn count(names: Texts<'_>, most: usize, code: &'static Code, draft: &mut Draft) {
    let mut given = 0_usize;
    let mut first: &[u8] = &[];
    names.any(|name| {
        if first.is_empty() {
            first = name;
        } else {
            put(&mut draft.limit, b", ");
        }
        put(&mut draft.limit, name);
        given = given.saturating_add(usize::from(is_given(name, draft)));
        false
    });
    if given == 0 || given > most {
        draft.error_at(first, code);
    }
    draft.limit.clear();
}

fn is_given(name: &[u8], draft: &Draft) -> bool {
    !is_empty(find(&draft.values, name)) || draft.has_error_at(name)
}
