//! How TypeScript writes what the tables hold.

use crate::Outcome;
use std::fmt::Write;

/// Text as JavaScript and JSON write it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The type of one of these texts.
pub(super) fn union<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(" | ")
}

/// The members of an object of texts, a line each.
pub(super) fn members<'a>(
    out: &mut String,
    rows: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Outcome<()> {
    for (name, text) in rows {
        writeln!(out, "  {}: {},", quoted(name), quoted(text))?;
    }
    Ok(())
}
