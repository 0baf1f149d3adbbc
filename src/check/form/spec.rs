//! A form out of a spec: what the owner's page or configuration says, as data.

use super::{Constraint, Form, Unknown};
use crate::check::field::{Field, Kind, Options, Texts};
#[cfg(any(feature = "full", not(target_arch = "wasm32")))]
use crate::check::rules;
use crate::check::rules::number;
use crate::check::writer::ReportWriter;
use crate::code;
use crate::packed::typed::pack;
use crate::packed::{Buffer, List, Node, PackedValues, kept, text_of};
use crate::value::Value;

/// A spec, packed. The form that is made of it borrows its names.
#[cfg_attr(any(feature = "full", not(target_arch = "wasm32")), derive(Clone, Debug))]
pub struct Spec(Buffer);

impl From<&Value<'_>> for Spec {
    fn from(value: &Value<'_>) -> Self {
        Spec(pack(value))
    }
}

impl Spec {
    /// The packed spec as text: the packers make UTF-8 only.
    pub(super) fn letters(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<'a> Form<'a> {
    /// Reads a packed spec. What does not fit is an issue in the report.
    pub(crate) fn read(all: &'a str, writer: &mut ReportWriter) -> Option<Self> {
        writer.clear();
        let spec = Node::of(all.as_bytes());
        let (mut fields, mut constraints) = (List::new(), List::new());
        let outer = writer.enter(b"fields");
        if let Node::Map(mut entries) = Node::of(spec.get(b"fields")) {
            while !entries.is_done() {
                let (name, rules) = entries.entry();
                let inner = writer.enter(name);
                // A script's objects have no name twice.
                #[cfg(feature = "full")]
                if fields.iter().any(|known: &Field<'_>| known.name.as_bytes() == name) {
                    writer.error(&code::KIND);
                }
                if let Some(field) = field(all, name, Node::of(rules), &mut constraints, writer) {
                    fields.push(field);
                }
                writer.place.truncate(inner);
            }
        } else {
            writer.error(&code::KIND);
        }
        writer.place.truncate(outer);
        match Node::of(spec.get(b"anyOf")) {
            Node::Null => {}
            Node::List(mut sets) => {
                while !sets.is_done() {
                    constraints.push(Constraint::Filled(texts(sets.value(), b"anyOf", writer)));
                }
            }
            _ => writer.error_at(b"anyOf", &code::KIND),
        }
        (!writer.failed).then(|| Form {
            fields: kept(fields),
            constraints: kept(constraints),
            unknown: Unknown::Drop,
            clears: false,
        })
    }
}

/// One field, or an issue for each member that does not fit.
fn field<'a>(
    all: &'a str,
    name: &'a [u8],
    rules: Node<'a>,
    constraints: &mut List<Constraint<'a>>,
    writer: &mut ReportWriter,
) -> Option<Field<'a>> {
    let name = text(all, name);
    let kind = text_of(rules.get(b"kind")).and_then(Kind::from_bytes);
    let Some(kind) = kind else {
        writer.error_at(b"kind", &code::KIND);
        return None;
    };
    let mut field = Field::new(name, kind);
    field.required = is_true(rules, b"required", writer);
    field.min = whole(rules, b"min", writer);
    field.max = whole(rules, b"max", writer);
    field.label = letters(all, rules, b"label", writer);
    field.pattern = letters(all, rules, b"pattern", writer);
    #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
    rules::hold_pattern(field.pattern, writer);
    field.choices = match rules.get(b"choices") {
        [] => field.choices,
        choices => texts(choices, b"choices", writer),
    };
    for (member, option) in Options::NAMES {
        if is_true(rules, member.as_bytes(), writer) {
            field = field.with(*option);
        }
    }
    // What must hold between fields is for visitors to mend, who do not see this one.
    if kind == Kind::Hidden {
        return Some(field.lenient());
    }
    let other = letters(all, rules, b"equalTo", writer);
    if !other.is_empty() {
        constraints.push(Constraint::EqualTo(name, other));
    }
    match Node::of(rules.get(b"requiredIf")) {
        Node::Null => {}
        Node::Map(mut conditions) => {
            while !conditions.is_done() {
                let (other, value) = conditions.entry();
                let value = text_of(value).unwrap_or_default();
                constraints.push(Constraint::RequiredIf(name, text(all, other), text(all, value)));
            }
        }
        _ => writer.error_at(b"requiredIf", &code::KIND),
    }
    Some(field)
}

fn is_true(rules: Node<'_>, member: &[u8], writer: &mut ReportWriter) -> bool {
    match Node::of(rules.get(member)) {
        Node::Bool(yes) => yes,
        Node::Null => false,
        _ => {
            writer.error_at(member, &code::KIND);
            false
        }
    }
}

fn whole(rules: Node<'_>, member: &[u8], writer: &mut ReportWriter) -> Option<i64> {
    let found = match Node::of(rules.get(member)) {
        Node::Null => return None,
        Node::Number(digits) => number::whole(digits),
        _ => None,
    };
    if found.is_none() {
        writer.error_at(member, &code::KIND);
    }
    found
}

fn letters<'a>(all: &'a str, rules: Node<'a>, member: &[u8], writer: &mut ReportWriter) -> &'a str {
    match Node::of(rules.get(member)) {
        Node::Text(letters) => text(all, letters),
        Node::Null => "",
        _ => {
            writer.error_at(member, &code::KIND);
            ""
        }
    }
}

fn texts<'a>(packed: &'a [u8], member: &[u8], writer: &mut ReportWriter) -> Texts<'a> {
    match Node::of(packed) {
        Node::Null => Texts::These(&[]),
        Node::List(PackedValues(items)) => {
            let mut rest = PackedValues(items);
            while !rest.is_done() {
                if text_of(rest.value()).is_none() {
                    writer.error_at(member, &code::KIND);
                }
            }
            Texts::Packed(items)
        }
        _ => {
            writer.error_at(member, &code::KIND);
            Texts::These(&[])
        }
    }
}

/// A part of the packed spec as text: cut out again at its place, because a look at each letter would take more code.
fn text<'a>(all: &'a str, part: &[u8]) -> &'a str {
    let from = part.as_ptr().addr().wrapping_sub(all.as_ptr().addr());
    all.get(from..from + part.len()).unwrap_or_default()
}
