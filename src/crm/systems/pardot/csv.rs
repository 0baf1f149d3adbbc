//! The CSV of an export (RFC 4180): a header row, quoted texts, line ends of either kind, no byte-order mark.

use crate::value::Value;
use std::borrow::Cow;

/// The rows as records of the header's names; an empty cell is null. Nothing where a quote is never closed or a row has
/// more cells than the header.
pub(super) fn read(text: &str) -> Option<Vec<Value<'static>>> {
    let mut rows = rows(text.trim_start_matches('\u{FEFF}'))?.into_iter();
    let Some(header) = rows.next() else { return Some(Vec::new()) };
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        if row.len() > header.len() {
            return None;
        }
        let mut cells = row.into_iter();
        let record = header.iter().map(|name| {
            let value = match cells.next() {
                Some(cell) if !cell.is_empty() => Value::from(cell),
                _ => Value::Null,
            };
            (Cow::Owned(name.clone()), value)
        });
        records.push(Value::Map(record.collect()));
    }
    Some(records)
}

fn rows(text: &str) -> Option<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut is_quoted = false;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if is_quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if cell.is_empty() => is_quoted = true,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted && signs.peek() == Some(&'\n') => {}
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    if is_quoted {
        return None;
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    // A line without anything is no record.
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    Some(rows)
}
