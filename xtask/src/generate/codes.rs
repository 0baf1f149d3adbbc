//! `docs/codes.md`: every code with its sentence, in every language.

use super::NOTE;
use super::messages::{LANGUAGES, of_language, rows};
use crate::Outcome;
use fieldpost::code::{ISSUES, Weight};
use std::fmt::Write;
use std::path::Path;

pub(super) fn page(root: &Path) -> Outcome<String> {
    let languages = LANGUAGES.map(|name| of_language(root, name));
    let mut tables = Vec::new();
    for data in &languages {
        tables.push(rows(data.as_ref().map_err(ToString::to_string)?)?);
    }
    let mut page = format!(
        "# Codes\n\n{NOTE}\n\
         Every issue has a `code`, which programs compare and which stays, and a `message`, which people read and which may\n\
         change. *stops*: an error, the lead does not go on. *warns*: the lead goes on, and somebody may look at it. A parameter\n\
         that a system takes as it is (the phone number of `prospects.prospect.upsert`) has its errors lowered to warnings, and\n\
         so has a field of kind `hidden`, which no visitor can mend: what is wrong with it is left out.\n\
         `{{}}` is the limit that was passed, never what the visitor typed.\n\n\
         How to say something else, or the same in another language, is in [messages.md](messages.md). Codes that begin with a\n\
         system's name and a number (`marketo.1006`, `pardot.4`) are the vendor's own.\n"
    );
    for section in ISSUES {
        write!(page, "\n## {}\n\n", section.title)?;
        if !section.note.is_empty() {
            write!(page, "{}\n\n", section.note)?;
        }
        writeln!(page, "| code | | English | {} |", LANGUAGES.join(" | "))?;
        writeln!(page, "|---|---|---{}|", "|---".repeat(LANGUAGES.len()))?;
        for row in section.rows {
            let weight = match row.weight {
                Weight::Stops => "stops",
                Weight::Warns => "warns",
                Weight::Either => "stops or warns",
            };
            write!(page, "| `{}` | {weight} | {}", row.name, row.sentence)?;
            for table in &tables {
                let said = table.iter().find(|(name, _)| *name == row.name).map(|(_, said)| *said);
                write!(page, " | {}", said.ok_or_else(|| format!("{} has no translation", row.name))?)?;
            }
            page.push_str(" |\n");
        }
    }
    Ok(page)
}
