//! Rules that stand in another module. A page has three, compiled of this crate with a feature each: `lean` has the rules that
//! most forms need, `late` those of seven kinds more and the advice, `build` those of parameters alone. Whoever needs a rule of
//! another one's asks for its verdict through the host, which carries the bytes over. Natively and at the edge all rules
//! are here.

use crate::check::field::{Field, Kind};
use crate::check::writer::{ReportWriter, Verdict, put_decimal};
use crate::code;
use crate::host::Ask;
use crate::packed::{Buffer, CLOSE, END, LIST, PackedValues, put, put_text};

const ALL: bool = cfg!(any(feature = "full", not(target_arch = "wasm32")));
/// The rules that most forms need are here.
pub(crate) const VALUES: bool = ALL || cfg!(feature = "lean");
/// The rules of [`Kind::LATE`] are here, and what is advice.
pub(crate) const LATE: bool = ALL || cfg!(feature = "late");
/// The rules of parameters are here.
pub(crate) const PARAMS: bool = ALL || cfg!(feature = "build");

/// Whether the rule of a kind is in this module.
pub(super) fn is_here(kind: Kind) -> bool {
    match kind {
        Kind::Custom | Kind::Any | Kind::Record | Kind::Records => true,
        Kind::Id | Kind::Ipv4 | Kind::Cookie => PARAMS,
        _ if Kind::LATE.contains(&kind) => LATE,
        _ => VALUES,
    }
}

/// Asks for the verdict on a value, and adds what is clean. Warnings stay where they are said: whose values are parameters has
/// read them before.
pub(super) fn ask(field: &Field<'_>, packed: &[u8], writer: &mut ReportWriter) -> Verdict {
    let mut question = Buffer::new();
    question.push(field.kind as u8);
    question.push(field.options.of_visitor() | u8::from(field.required));
    for bound in [field.min, field.max] {
        if let Some(bound) = bound {
            put_decimal(&mut question, bound);
        }
        question.push(END);
    }
    question.push(LIST);
    field.choices.any(|choice| {
        put_text(&mut question, choice);
        false
    });
    question.push(CLOSE);
    put(&mut question, packed);
    let mut said = Buffer::new();
    // Whoever sends something to be checked has made sure that its rule is there: see `pkg/src/core/core.ts`.
    if !(writer.host)(Ask::Elsewhere, &question, &mut said) {
        return Err(&code::KIND);
    }
    let Some((number, rest)) = said.split_first() else { return Err(&code::KIND) };
    let mut rest = PackedValues(rest);
    let (limit, suggestion) = (rest.text(), rest.text());
    put(&mut writer.limit, limit);
    put(&mut writer.suggestion, suggestion);
    put(&mut writer.values, rest.0);
    writer.elsewhere = *number;
    if *number == 0 { Ok(()) } else { Err(&code::ELSEWHERE) }
}

/// Answers what another module asked: the number of a code, 0 where all is well, the limit, the suggestion, the clean value.
#[cfg(any(feature = "lean", feature = "late"))]
pub(crate) fn answer(question: &[u8], writer: &mut ReportWriter, out: &mut Buffer) {
    use super::number::whole;
    use crate::check::field::{Options, Texts};
    use crate::packed::Node;
    writer.clear();
    let [kind, options, rest @ ..] = question else { return };
    let kind = Kind::ALL.get(usize::from(*kind)).copied().unwrap_or(Kind::Any);
    let mut rest = PackedValues(rest);
    let mut field = Field::new("", kind).with(Options::of_bits(*options));
    field.required = options & 1 == 1;
    field.min = whole(rest.text());
    field.max = whole(rest.text());
    if let [_, choices @ .., _] = rest.value() {
        field.choices = Texts::Packed(choices);
    }
    let verdict = super::judge(&field, Node::of(rest.0), rest.0, writer);
    out.push(verdict.err().map_or(0, |code| writer.number(code)));
    for text in [&mut writer.limit, &mut writer.suggestion] {
        put(out, text);
        out.push(END);
        text.clear();
    }
    put(out, &writer.values);
}
