//! Countries and states as `fieldpost/places` reads them.

use super::HEAD;
use super::messages::{data, quoted};
use crate::Outcome;
use std::fmt::Write;
use std::path::Path;

pub(super) fn tables(root: &Path) -> Outcome<String> {
    let mut text = HEAD.to_owned();
    for (name, file) in [("COUNTRIES", "countries"), ("STATES", "states")] {
        let data = data(root, &format!("src/data/{file}.txt"))?;
        writeln!(text, "\n/** {} */\nexport const {name} =", data.source)?;
        let lines: Vec<String> = (data.lines.iter().enumerate())
            .map(|(at, line)| {
                format!("  {}", quoted(&if at == 0 { line.clone() } else { format!("\n{line}") }))
            })
            .collect();
        writeln!(text, "{};", lines.join(" +\n"))?;
    }
    Ok(text)
}
