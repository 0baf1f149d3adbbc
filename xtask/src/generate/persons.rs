//! By what a person is known.

use super::HEAD;
use super::script::quoted;
use crate::Outcome;
use fieldpost::relay::persons::{KINDS, MOST};
use std::fmt::Write;

/// `pkg/src/relay/lead/persons.gen.ts`.
pub(super) fn table() -> Outcome<String> {
    let mut out = HEAD.to_owned();
    out.push_str("\n/** By what a person is known: what stands before a hash of it, what a value looks like of which no field says what it is, how long what somebody is looked for by may be and what is in it, and how it is made plain. */\nexport const PERSONS = {\n");
    for kind in KINDS {
        let (most, is) = kind.known;
        let plain: Vec<_> =
            kind.plain.iter().map(|(what, with)| format!("[{what}, {}]", quoted(with))).collect();
        writeln!(
            out,
            "  {}: {{ mark: {}, looks: {}, most: {most}, is: {is}, plain: [{}] as readonly (readonly [RegExp, string])[] }},",
            kind.name,
            quoted(kind.mark),
            kind.looks,
            plain.join(", ")
        )?;
    }
    writeln!(
        out,
        "}} as const;\n\n/** The most persons of one lead. */\nexport const MOST_PERSONS = {MOST};"
    )?;
    Ok(out)
}
