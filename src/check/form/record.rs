//! A record against its fields: what came under which name, in the order of the fields.

use super::{MAX_VALUES, Unknown};
use crate::check::field::{Field, Kind};
use crate::check::rules::elsewhere::{ALL, PARAMS};
use crate::check::rules::{self, choice};
use crate::check::writer::{Given, ReportWriter, put_decimal};
use crate::code;
use crate::packed::{
    Buffer, CLOSE, END, LIST, MAP, NULL, Node, PackedValues, TEXT, YES, put, text_of,
};

/// The most bytes of an unknown name that are shown.
const MAX_SHOWN: usize = 64;

/// Checks the packed entries of a record, and writes those that are clean and not empty: the fields' in their order, and
/// behind them those of other names where such are taken.
pub(super) fn check(
    fields: &[Field<'_>],
    unknown: Unknown,
    clears: bool,
    record: &[u8],
    writer: &mut ReportWriter,
) {
    let base = writer.given.len();
    if sort(fields, record, writer) {
        let mut next = base;
        let mut list = Buffer::new();
        for (index, field) in fields.iter().enumerate() {
            let (_, value, merged) = take(&mut next, index, record, writer, &mut list);
            // Most parameters are absent; of those only the required and the boxes that stayed empty say something.
            if !value.is_empty() || field.required || field.kind == Kind::Consent {
                // A record of a program's has each name once; a key that it has beside its own contradicts it.
                let several = !clears || (writer.place.is_empty() && merged);
                entry(field, field.name.as_bytes(), value, several, clears, writer);
            }
        }
        while let Some(field) = writer.given.get(next).map(|given| given.field) {
            let (name, value, _) = take(&mut next, field, record, writer, &mut list);
            match unknown {
                // A lead that a page sends has little else.
                Unknown::Take(Kind::Custom)
                    if !ALL
                        && value.first() == Some(&TEXT)
                        && (3..=rules::MAX_BYTES + 2).contains(&value.len()) =>
                {
                    put(&mut writer.values, name);
                    writer.values.push(END);
                    put(&mut writer.values, value);
                }
                Unknown::Take(kind) => {
                    entry(&Field::new("", kind), name, value, false, clears, writer);
                }
                Unknown::Refuse => writer.error_at(clip(name), &code::PARAM_UNKNOWN),
                Unknown::Drop => {
                    let outer = writer.enter(clip(name));
                    writer.warn(&code::UNKNOWN_FIELD);
                    writer.place.truncate(outer);
                }
            }
        }
    } else {
        writer.error(&code::TOO_LARGE);
    }
    writer.given.truncate(base);
}

/// Finds the field of each entry and sorts them by it; the entries of other names are numbered behind the fields, the
/// same name alike. False when there are too many.
fn sort(fields: &[Field<'_>], record: &[u8], writer: &mut ReportWriter) -> bool {
    let base = writer.given.len();
    let mut rest = PackedValues(record);
    // Values mostly come in the order of the fields.
    let mut expected = 0_usize;
    while !rest.is_done() {
        let start = record.len().saturating_sub(rest.0.len());
        let name = rest.text();
        let middle = record.len().saturating_sub(rest.0.len());
        let value = rest.value();
        let field =
            number(name, expected, fields, record, writer.given.get(base..).unwrap_or_default());
        expected = field + 1;
        let given = Given {
            name: (start, start + name.len()),
            value: (middle, middle + value.len()),
            field,
        };
        // Into its place: those of later fields move on.
        let mut at = writer.given.len();
        writer.given.push(given);
        while let Some(before) = at.checked_sub(1).filter(|before| *before >= base) {
            let Some(other) = writer.given.get(before).copied().filter(|other| other.field > field)
            else {
                break;
            };
            if let Some(place) = writer.given.get_mut(at) {
                *place = other;
            }
            at = before;
        }
        if let Some(place) = writer.given.get_mut(at) {
            *place = given;
        }
        if writer.given.len().saturating_sub(base) > MAX_VALUES {
            return false;
        }
    }
    true
}

/// The place of the field of that name, or the number of another name.
fn number(
    name: &[u8],
    expected: usize,
    fields: &[Field<'_>],
    record: &[u8],
    given: &[Given],
) -> usize {
    let mut at = expected;
    for _ in fields {
        if at >= fields.len() {
            at = 0;
        }
        if fields.get(at).is_some_and(|field| field.name.as_bytes() == name) {
            return at;
        }
        at += 1;
    }
    let known = given
        .iter()
        .find(|other| other.field >= fields.len() && self::at(record, other.name) == name);
    known.map_or(fields.len() + given.len(), |other| other.field)
}

/// Takes the entries of a field: its name, its value, or all of them as a list that is written, and whether it is that.
fn take<'r>(
    next: &mut usize,
    field: usize,
    record: &'r [u8],
    writer: &ReportWriter,
    list: &'r mut Buffer,
) -> (&'r [u8], &'r [u8], bool) {
    list.clear();
    let rest = writer.given.get(*next..).unwrap_or_default();
    let count = rest.iter().take_while(|given| given.field == field).count();
    *next += count;
    let Some((given, others)) = rest.get(..count).and_then(<[_]>::split_first) else {
        return (&[], &[], false);
    };
    let (name, value) = (at(record, given.name), at(record, given.value));
    if others.is_empty() {
        return (name, value, false);
    }
    list.push(LIST);
    for given in rest.iter().take(count) {
        match at(record, given.value) {
            [LIST, items @ .., CLOSE] => put(list, items),
            value => put(list, value),
        }
    }
    list.push(CLOSE);
    (name, list, true)
}

/// Of a list for a field of one value the value that counts: the last that is not empty, and who sent others is told so. What
/// stands twice in a page is nobody's fault who fills it in. A box may have a hidden twin, which says no where the box says
/// nothing: before it as Rails has it, behind it in ASP.NET. What the box says counts.
#[inline(never)]
pub(super) fn one<'v>(kind: Kind, value: &'v [u8], writer: &mut ReportWriter) -> &'v [u8] {
    let [LIST, items @ .., CLOSE] = value else { return value };
    if matches!(kind, Kind::Labels | Kind::Choices | Kind::Records | Kind::Custom | Kind::Any) {
        return value;
    }
    let ticks = matches!(kind, Kind::Boolean | Kind::Consent);
    let mut items = PackedValues(items);
    let mut told: &[u8] = &[];
    let (mut said, mut differs) = (false, false);
    while !items.is_done() {
        let item = items.value();
        let says = item == [YES] || choice::says(text_of(item).unwrap_or_default(), ticks);
        differs |= !ticks && !told.is_empty() && told != item;
        if says || !said {
            (told, said) = (item, says);
        }
    }
    if differs && said {
        writer.warn(&code::TWICE);
    }
    told
}

fn at(record: &[u8], (from, to): (usize, usize)) -> &[u8] {
    record.get(from..to).unwrap_or_default()
}

/// Checks one entry and writes it, its name with it. It may be `several` in a visitor's form, or where its name came more
/// than once; a list that a program gives as a parameter of one value is its own mistake.
fn entry(
    field: &Field<'_>,
    name: &[u8],
    value: &[u8],
    several: bool,
    clears: bool,
    writer: &mut ReportWriter,
) {
    let start = writer.values.len();
    put(&mut writer.values, name);
    writer.values.push(END);
    let inner = writer.values.len();
    let outer = writer.enter(clip(name));
    let value = if several && value.first() == Some(&LIST) {
        one(field.kind, value, writer)
    } else {
        value
    };
    if matches!(field.kind, Kind::Record | Kind::Records) {
        match (field.kind, Node::of(value)) {
            // No visitor's field has a record: it is the lead itself, as its form has just written it.
            (Kind::Record, Node::Map(_)) if !writer.vouched.is_empty() => {
                put(&mut writer.values, value);
            }
            (Kind::Record, Node::Map(entries)) => nested(field, entries, clears, writer),
            (Kind::Records, Node::List(_) | Node::Map(_)) if PARAMS => {
                list(field, value, clears, writer);
            }
            // Parameters alone have such a field; what is wrong is said there.
            #[cfg(all(feature = "lean", not(feature = "full"), target_arch = "wasm32"))]
            (Kind::Records, Node::List(_) | Node::Map(_)) => {
                let _ = rules::elsewhere::ask(field, value, writer);
            }
            (_, Node::Null) if !field.required => {}
            (_, Node::Null) => writer.error(&code::REQUIRED),
            _ => writer.error(&code::KIND),
        }
    } else {
        rules::write(field, value, writer);
    }
    writer.place.truncate(outer);
    // A list of the owner's own without any item clears as well.
    let clear = value == [NULL] || (field.kind == Kind::Custom && value == [LIST, CLOSE]);
    if clears && clear {
        writer.values.truncate(inner);
        writer.values.push(NULL);
    } else if rules::is_empty(writer.values.get(inner..).unwrap_or_default()) {
        writer.values.truncate(start);
    }
}

fn nested(field: &Field<'_>, entries: PackedValues<'_>, clears: bool, writer: &mut ReportWriter) {
    let unknown = field.open.map_or(Unknown::Refuse, Unknown::Take);
    writer.values.push(MAP);
    #[cfg(not(all(feature = "build", not(feature = "full"), target_arch = "wasm32")))]
    check(field.fields, unknown, clears, entries.0, writer);
    // Where its fields are checked, the records of the list are.
    #[cfg(all(feature = "build", not(feature = "full"), target_arch = "wasm32"))]
    {
        // It owns nothing that would have to be given back.
        let form = std::mem::ManuallyDrop::new(super::Form {
            clears,
            ..super::Form::params(field.fields, unknown, &[])
        });
        crate::memory::peers::held(&*form, entries.0, writer);
    }
    writer.values.push(CLOSE);
}

/// Checks a packed list of records, or one record in its place: a page of Marketo's says so.
pub(crate) fn list(field: &Field<'_>, value: &[u8], clears: bool, writer: &mut ReportWriter) {
    let items = match value {
        [LIST, items @ .., CLOSE] => items,
        one => one,
    };
    let items = PackedValues(items);
    let mut count = 0_i64;
    let mut rest = items;
    while !rest.is_done() {
        rest.value();
        count += 1;
    }
    let (limit, code) = match (field.min, field.max) {
        (_, Some(most)) if count > most => (most, &code::PARAM_COUNT_MANY),
        (Some(fewest), _) if count < fewest => (fewest, &code::PARAM_COUNT_FEW),
        _ => {
            writer.values.push(LIST);
            let mut rest = items;
            for index in 0..count {
                let mut name = Buffer::new();
                name.push(b'[');
                put_decimal(&mut name, index);
                name.push(b']');
                let outer = writer.enter(&name);
                match Node::of(rest.value()) {
                    Node::Map(entries) => nested(field, entries, clears, writer),
                    _ => writer.error(&code::KIND),
                }
                writer.place.truncate(outer);
            }
            writer.values.push(CLOSE);
            return;
        }
    };
    put_decimal(&mut writer.limit, limit);
    writer.error(code);
}

/// A name that a stranger chose, short enough to show.
fn clip(name: &[u8]) -> &[u8] {
    let mut end = name.len().min(MAX_SHOWN);
    // Not inside a character.
    while name.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end = end.saturating_sub(1);
    }
    name.get(..end).unwrap_or_default()
}

/// The packed value under `name` in a record that was written; nothing where there is none.
pub(crate) fn find<'r>(record: &'r [u8], name: &[u8]) -> &'r [u8] {
    PackedValues(record).find(name)
}
