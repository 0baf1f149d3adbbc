//! The pages of what is found.

use super::split;
use crate::crm::operation::{Operation, Paging};
use crate::crm::outcome::Outcome;
use crate::packed::Node;
use crate::packed::typed::pack;
use crate::value::{self, Value, decimal};

/// Packed parameters with one of them set.
pub(super) fn with(row: &[u8], name: &str, to: &Value<'_>) -> Vec<u8> {
    split::with(row, name, &[&pack(to)])
}

/// The parameters of the next page; nothing after the last.
///
/// A token goes on until there is none or a page is empty: `moreResult: false` has none. An offset goes on while pages are
/// full and records are left; Pardot's `output=mobile` gives all at once.
pub(super) fn next(operation: &Operation, row: &[u8], outcome: &Outcome) -> Option<Vec<u8>> {
    let Outcome::Found { records, total, next } = outcome else { return None };
    let (name, to) = match operation.more.paging {
        Paging::None => return None,
        Paging::Token(name) => {
            let token = next.as_deref().filter(|next| !next.is_empty() && !records.is_empty())?;
            (name, Value::from(token))
        }
        Paging::Offset(page) => {
            let number = |name: &str| {
                let text = Node::of(split::value(row, name)).text()?;
                value::number::<u64>(str::from_utf8(text).ok()?)
            };
            let found = u64::try_from(records.len()).ok()?;
            let seen = number("offset").unwrap_or_default().saturating_add(found);
            let asked = number("limit").unwrap_or_else(|| u64::from(page));
            let is_last = found < asked
                || found > u64::from(page)
                || total.is_some_and(|total| seen >= total);
            if is_last {
                return None;
            }
            ("offset", Value::Number(decimal(seen).into()))
        }
    };
    Some(with(row, name, &to))
}
