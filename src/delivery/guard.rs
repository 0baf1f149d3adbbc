//! What must not make two people one, and what a lead can do without: a recipe's rows beside its calls.

use crate::outcome::Outcome;
use crate::value::Value;

/// A key that several people may have, like a phone of the house, though the system's write takes who has it for the same.
#[derive(Debug)]
pub struct Guard {
    /// The operation that lists who has the key.
    pub operation: &'static str,
    /// The parameter of the list that takes the next page's token.
    pub page: &'static str,
    /// The key.
    pub key: &'static str,
    /// What says who somebody is. A lead without it is written as the system matches it.
    pub identity: &'static str,
    /// Where a key that is left out goes, of somebody who is not there yet: what is sent replaces what is there.
    pub aside: Aside,
    /// Left out where somebody else has the key.
    pub taken: Leave,
    /// Left out instead, where the owner lets the key say who somebody is: theirs is never replaced.
    pub kept: Leave,
}

/// A parameter of free text, and what stands before the value in it.
#[derive(Clone, Copy, Debug)]
pub struct Aside {
    /// The parameter.
    pub param: &'static str,
    /// What the value is called there.
    pub label: &'static str,
}

/// A parameter that can be left out.
#[derive(Clone, Copy, Debug)]
pub struct Leave {
    /// Its name.
    pub param: &'static str,
    /// The code of the warning that says so.
    pub warning: &'static str,
}

/// A parameter that a lead can do without.
#[derive(Clone, Copy, Debug)]
pub struct Spare {
    /// The system refuses the lead with this code for its sake.
    pub code: &'static str,
    /// What goes then.
    pub leave: Leave,
}

/// Who has the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Nobody.
    Nobody,
    /// Whoever the lead is of, and nobody else.
    Own,
    /// Somebody else too, or somebody of whom nobody knows.
    Others,
    /// That is for the next page to say.
    More(String),
}

impl Guard {
    /// Who has the key, of a lead whose identity is `own`.
    pub(super) fn held(&self, outcome: &Outcome, page: Option<&str>, own: &str, by_key: bool) -> Held {
        let Outcome::Found { records, total, next } = outcome else { return Held::Others };
        let is_other = |record: &Value<'_>| {
            let known = record.get(self.identity).and_then(Value::as_text).unwrap_or_default().trim();
            // With the owner's leave, who has none yet is given this one.
            if known.is_empty() { !by_key } else { !known.eq_ignore_ascii_case(own.trim()) }
        };
        if records.iter().any(is_other) {
            return Held::Others;
        }
        let shown = u64::try_from(records.len()).unwrap_or(u64::MAX);
        match next {
            Some(next) if !records.is_empty() && page != Some(next) => Held::More(next.clone()),
            // What is not shown may be somebody else.
            None if page.is_none() && total.is_some_and(|total| total > shown) => Held::Others,
            _ if records.is_empty() && page.is_none() => Held::Nobody,
            _ => Held::Own,
        }
    }
}
