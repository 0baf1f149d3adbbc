//! Labels: short texts, as a list or separated by commas. And some of a field's choices.

use super::{choice, text};
use crate::check::field::Field;
use crate::check::writer::{ReportWriter, Verdict, put_decimal};
use crate::code;
use crate::packed::{CLOSE, END, LIST, Node, PackedValues, TEXT, text_of};

/// The most characters of one label: what a text field of the CRMs holds.
const MAX_LENGTH: usize = 255;
/// The most items of one list: more than any lead has, and few enough to compare each with each.
const MAX_ITEMS: usize = 1_000;

/// Labels are trimmed, empty ones dropped, each is there once whatever its (ASCII) case, in the order given. Commas
/// separate only within a text: an element of a list keeps its own. Choices are letter for letter, and a text is one.
pub(super) fn list(
    field: &Field<'_>,
    node: Node<'_>,
    labels: bool,
    writer: &mut ReportWriter,
) -> Verdict {
    let start = writer.values.len();
    writer.values.push(LIST);
    let (mut read, mut kept) = (0_usize, 0_usize);
    let mut add = |text: &[u8]| {
        read += 1;
        if read > MAX_ITEMS {
            return Err(&code::TOO_LARGE);
        }
        kept += item(field, text, labels, start, writer)?;
        Ok(())
    };
    match node {
        Node::Text(mut rest) if labels => {
            while let Some((label, tail)) = text::cut(rest, b',') {
                add(label)?;
                rest = tail;
            }
            add(rest)?;
        }
        Node::List(mut items) => {
            while !items.is_done() {
                match Node::of(items.value()) {
                    Node::Null => add(b"")?,
                    item => add(item.text().ok_or(&code::KIND)?)?,
                }
            }
        }
        Node::Null => {}
        node => add(node.text().ok_or(&code::KIND)?)?,
    }
    // An empty list is no list; whether it may be is for `required` to say.
    if kept == 0 {
        writer.values.truncate(start);
        return Ok(());
    }
    writer.values.push(CLOSE);
    let (few, many) = if labels {
        (&code::LABELS_FEW, &code::LABELS_MANY)
    } else {
        (&code::CHOICES_FEW, &code::CHOICES_MANY)
    };
    text::within(kept, field, few, many, writer)
}

/// Adds an item to the list that begins at `start`, and says how many that makes: one, or none where it is empty or
/// there already.
fn item(
    field: &Field<'_>,
    text: &[u8],
    labels: bool,
    start: usize,
    writer: &mut ReportWriter,
) -> Result<usize, &'static code::Code> {
    let at = writer.values.len();
    let inner = at + 1;
    writer.values.push(TEXT);
    text::tidy(text, false, writer);
    text::trim_last(writer, inner);
    let (before, this) = writer.values.split_at_checked(inner).unwrap_or_default();
    let mut known = PackedValues(before.get(start + 1..at).unwrap_or_default());
    let mut fresh = !this.is_empty();
    while fresh && !known.is_done() {
        let other = text_of(known.value()).unwrap_or_default();
        fresh = if labels { !other.eq_ignore_ascii_case(this) } else { other != this };
    }
    if !fresh {
        writer.values.truncate(at);
        return Ok(0);
    }
    if labels && text::count(this) > MAX_LENGTH {
        put_decimal(&mut writer.limit, 255);
        return Err(&code::LABELS_LONG);
    }
    if !labels && !choice::allowed(field, this) {
        return Err(&code::CHOICE_UNKNOWN);
    }
    writer.values.push(END);
    Ok(1)
}
