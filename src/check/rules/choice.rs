//! Choices: one, yes or no, and consent.

use super::text;
use crate::check::field::Field;
use crate::check::writer::{ReportWriter, Verdict};
use crate::code;
use crate::packed::{NO, Node, YES};

/// Whether this is one of the field's choices, letter for letter. A field without choices takes any text.
pub(super) fn allowed(field: &Field<'_>, text: &[u8]) -> bool {
    field.choices.is_empty() || field.choices.any(|choice| choice == text)
}

pub(super) fn put_bool(yes: bool, writer: &mut ReportWriter) {
    writer.values.push(if yes { YES } else { NO });
}

/// What a text says to a question of yes or no, in the words that HTML, JSON and query strings use for it. `on` is what
/// a browser sends for a checkbox without a value.
pub(super) fn answer(text: &[u8]) -> Option<bool> {
    const WORDS: [&[u8]; 8] = [b"true", b"1", b"yes", b"on", b"false", b"0", b"no", b"off"];
    WORDS.iter().position(|word| text.eq_ignore_ascii_case(word)).map(|at| at < 4)
}

/// Whether a text says anything, and of a box that `ticks` a yes. A browser sends a ticked box's own value and nothing for an
/// empty box, so any text but a word for no is a yes: the site chose it (`value="agree"`).
#[inline(never)]
pub(crate) fn says(text: &[u8], ticks: bool) -> bool {
    let text = text::trim(text);
    !text.is_empty() && (!ticks || answer(text) != Some(false))
}

/// Whether somebody agreed: only yes counts.
pub(super) fn consent(field: &Field<'_>, node: Node<'_>, writer: &mut ReportWriter) -> Verdict {
    let yes = match node {
        Node::Bool(yes) => yes,
        Node::Null => false,
        _ => says(node.text().ok_or(&code::KIND)?, true),
    };
    put_bool(yes, writer);
    if yes || !field.required { Ok(()) } else { Err(&code::CONSENT_REQUIRED) }
}
