//! [`Rule`]: what must hold of an operation's parameters beyond what their form says, wherever its request is built.

use crate::check::form::find;
use crate::check::rules::is_empty;
use crate::check::writer::ReportWriter;
use crate::code::{self, Code};
use crate::crm::operation::flat;
use crate::packed::{LIST, PackedValues, put};

/// What must hold of clean parameters. What only Workers and Node ask is a `Check`.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// At most one of these is given.
    AtMostOne(&'static [&'static str]),
    /// What parameters may hold whose name says it.
    Named(&'static [Named]),
}

/// What a parameter may hold whose name says it: the name, the texts that fit, and what is said of any other. A `#` at the end
/// of a name or of a text stands for an id; null is an empty text.
pub type Named = (&'static str, &'static [&'static str], &'static Code);

impl Rule {
    /// Adds what is said of the parameters that a form wrote.
    pub(super) fn hold(&self, values: &[u8], writer: &mut ReportWriter) {
        match *self {
            Rule::AtMostOne(names) => {
                let mut given =
                    names.iter().filter(|name| !is_empty(find(values, name.as_bytes())));
                if let (Some(_), Some(second)) = (given.next(), given.next()) {
                    for name in names {
                        if !writer.limit.is_empty() {
                            put(&mut writer.limit, b", ");
                        }
                        put(&mut writer.limit, name.as_bytes());
                    }
                    writer.error_at(second.as_bytes(), &code::PARAM_EXCLUSIVE);
                }
            }
            Rule::Named(rows) => {
                let mut rest = PackedValues(values);
                while !rest.is_done() {
                    let (name, value) = rest.entry();
                    if let Some(code) = misnamed(rows, name, value) {
                        writer.error_at(name, code);
                    }
                }
            }
        }
    }
}

/// What is said of a packed value that does not fit its name.
pub(crate) fn misnamed(rows: &[Named], name: &[u8], value: &[u8]) -> Option<&'static Code> {
    let (_, texts, code) = rows.iter().find(|(pattern, ..)| is_like(name, pattern))?;
    let text = flat(value, [b"0", b"1"]);
    let fits = value.first() != Some(&LIST) && texts.iter().any(|pattern| is_like(text, pattern));
    (!fits).then_some(code)
}

fn is_like(text: &[u8], pattern: &str) -> bool {
    match pattern.strip_suffix('#') {
        Some(start) => text
            .strip_prefix(start.as_bytes())
            .is_some_and(|id| !id.is_empty() && id.iter().all(u8::is_ascii_digit)),
        None => text == pattern.as_bytes(),
    }
}
