//! What must not make two people one, and what a lead can do without: a recipe's rows beside its calls.

use crate::crm::outcome::Outcome;
use crate::crossing::words;
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
    /// Whoever the lead is of, and somebody else too: the system could take either for the lead.
    Both,
    /// Somebody else, or somebody of whom nobody knows.
    Others,
    /// That is for the next page to say.
    More(String),
}

/// Whom the pages of the list have shown so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen {
    /// Nobody.
    #[default]
    Nobody,
    /// Whoever the lead is of.
    Own,
    /// People without an identity, and nobody else.
    Nameless,
    /// Somebody else.
    Others,
    /// Whoever the lead is of, and somebody beside them.
    Both,
}

words! {
    Seen { "nobody" Nobody, "own" Own, "nameless" Nameless, "others" Others, "both" Both, }
}

impl Seen {
    fn and(self, other: Seen) -> Seen {
        match (self, other) {
            (Seen::Nobody, seen) | (seen, Seen::Nobody) => seen,
            (one, two) if one == two => one,
            (Seen::Nameless, Seen::Others) | (Seen::Others, Seen::Nameless) => Seen::Others,
            _ => Seen::Both,
        }
    }
}

impl Guard {
    /// Who has the key, of a lead whose identity is `own`, after the pages that showed `seen`.
    pub(super) fn held(
        &self,
        outcome: &Outcome,
        page: Option<&str>,
        own: &str,
        by_key: bool,
        seen: &mut Seen,
    ) -> Held {
        let Outcome::Found { records, total, next } = outcome else { return Held::Others };
        let of = |record: &Value<'_>| match record
            .get(self.identity)
            .and_then(Value::as_text)
            .map(str::trim)
        {
            None | Some("") => Seen::Nameless,
            Some(known) if known.eq_ignore_ascii_case(own.trim()) => Seen::Own,
            Some(_) => Seen::Others,
        };
        *seen = records.iter().map(of).fold(*seen, Seen::and);
        match seen {
            Seen::Both => return Held::Both,
            // Who it is of makes no difference, so no other page does.
            Seen::Others | Seen::Nameless if !by_key => return Held::Others,
            _ => {}
        }
        let shown = u64::try_from(records.len()).unwrap_or(u64::MAX);
        match next {
            Some(next) if !records.is_empty() && page != Some(next) => {
                return Held::More(next.clone());
            }
            // What is not shown may be somebody else.
            None if page.is_none() && total.is_some_and(|total| total > shown) => {
                *seen = seen.and(Seen::Others);
            }
            _ => {}
        }
        match seen {
            Seen::Nobody => Held::Nobody,
            // With the owner's leave, who has none yet is given this one.
            Seen::Own | Seen::Nameless => Held::Own,
            Seen::Others => Held::Others,
            Seen::Both => Held::Both,
        }
    }
}
