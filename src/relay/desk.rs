//! What a person at the operator's desk may do, and when what they ruled takes place. The relay's Worker carries it out by
//! tables that are generated out of these.

use Right::{Operate, Values, View};

/// What a key of the operator's allows. None of them holds another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To see ids, states, codes, times and counts.
    View,
    /// To send leads on, to give them up, to move them, and to let senders through.
    Operate,
    /// To see what visitors typed.
    Values,
}

impl Right {
    /// All of them.
    pub const ALL: [Right; 3] = [View, Operate, Values];

    /// As the options and a session have it.
    pub const fn name(self) -> &'static str {
        match self {
            View => "view",
            Operate => "operate",
            Values => "values",
        }
    }
}

/// The rights that a call needs, all of them. A call that is not here needs [`OTHERS`].
pub const CALLS: &[(&str, &[Right])] = &[
    ("GET /operator/today", &[View]),
    ("GET /operator/stored", &[View]),
    ("POST /operator/search", &[View]),
    ("GET /operator/lead", &[View]),
    ("GET /operator/status", &[View]),
    ("GET /operator/leads", &[View]),
    ("GET /operator/attention", &[View]),
    ("GET /operator/rounds", &[View]),
    ("GET /operator/metrics", &[View]),
    ("GET /operator/setup", &[View]),
    ("GET /operator/audit", &[View]),
    ("GET /operator/passes", &[View]),
    ("GET /operator/pending", &[View]),
    ("GET /operator/session", &[View]),
    ("GET /operator/export", &[View, Values]),
    ("POST /operator/correct", &[Operate, Values]),
    ("POST /operator/erase", &[Operate, Values]),
];

/// The calls that show what visitors typed to whom may see it and asks for it: that is written down of these, and not of a look at
/// the set-up meanwhile.
pub const SHOWS: &[&str] = &["POST /operator/search", "GET /operator/lead", "GET /operator/export"];

/// What a call needs that is not in [`CALLS`].
pub const OTHERS: &[Right] = &[Operate];

/// A person can take back for so long, in milliseconds, that leads go out or are given up.
pub const UNDO: u64 = 10_000;

/// The most bytes of a call's body.
pub const MOST_BODY: usize = 1 << 20;

/// The two keys of the options without names of their own: what each is called, by which option, and what it allows.
pub const KEYS: &[(&str, &str, &[Right])] =
    &[("operator", "operatorKey", &[View, Operate]), (VALUES, "valueKey", &[Values])];

/// The key for values, which opens nothing by itself.
pub const VALUES: &str = "values";

/// By what somebody asks: the `key` in the call, what Cloudflare Access `asserts`, or a `session`; else the code of why nobody knows
/// them. What a browser adds by itself counts only where the call comes from the console.
pub const fn asks([has_key, is_asserted, has_session, is_console]: [bool; 4]) -> &'static str {
    match (has_key, is_asserted, has_session) {
        (true, ..) => "key",
        (_, false, false) => "operator.key",
        _ if !is_console => "operator.origin",
        (_, true, _) => "assertion",
        _ => "session",
    }
}

/// How somebody is answered whom nobody knows: the status, by the code.
pub const UNKNOWN: &[(&str, u16)] =
    &[("operator.key", 401), ("operator.session", 401), ("operator.origin", 403)];

/// Whether Access's assertion is believed: it is of the owner's team, and for this relay; it has an end, which is not over; it has
/// begun, where it says when; and it names somebody.
pub const fn admits(
    [is_of_team, is_for_us, has_end, is_before_end, has_begun, is_named]: [bool; 6],
) -> bool {
    is_of_team && is_for_us && has_end && is_before_end && has_begun && is_named
}

/// How assertions may be signed, and of what kind the keys of that are.
pub const SIGNED: (&str, &str) = ("RS256", "RSA");

/// Whether a team's keys are asked for: there are none, they are too old, or one is missing and nobody has asked of late.
pub const fn fetches([has_keys, is_old, has_this, is_recent]: [bool; 4]) -> bool {
    !has_keys || is_old || (!has_this && !is_recent)
}

/// The longest assertion.
pub const MOST_ASSERTION: usize = 8_192;

/// Whether a session that has lost keys is one: who can neither see nor do anything has nothing to see values of.
pub const fn stays(views: bool, operates: bool) -> bool {
    views || operates
}

/// What comes of a sign-in: a session `begins`, one that there is gets `more`, or the code of why not. A key that is given has to
/// open, and without one there has to be a session; a key for values has to allow them.
pub const fn signs([has_key, opens, has_session, has_value_key, sees]: [bool; 5]) -> &'static str {
    match (has_key, opens, has_session) {
        (true, false, _) | (false, _, false) => "operator.key",
        _ if has_value_key && !sees => "value.key",
        (true, ..) => "begins",
        _ => "more",
    }
}

/// What somebody is told who lacks a right, and what the log says of it, where it does.
pub const fn lacks(right: Right) -> (&'static str, Option<&'static str>) {
    match right {
        Values => ("value.key", Some("values.refused")),
        _ => ("operator.role", None),
    }
}

/// What is written down of a call that needs these rights: `nothing` of one that changes nothing and shows no value, who `acts`, or
/// who `sees` values: whoever has them shown, and whoever makes a call that needs that right.
pub fn audits(rights: &[Right], shows: bool, wants: bool) -> &'static str {
    if shows && wants || rights.contains(&Values) {
        "sees"
    } else if rights.contains(&Operate) {
        "acts"
    } else {
        "nothing"
    }
}

/// Whom an erasure is about: one `lead`, or a `person`; `which` where neither is said, or both.
pub const fn erases(has_lead: bool, has_person: bool) -> &'static str {
    match (has_lead, has_person) {
        (true, false) => "lead",
        (false, true) => "person",
        _ => "which",
    }
}

/// What a ruling lacks that is to be about some leads: of what is moved that is nothing, all else is about ids, a code or a phase.
pub const fn is_about([has_ids, has_code, has_phase]: [bool; 3]) -> bool {
    has_ids || has_code || has_phase
}

/// Whether a page of lines ends before a line: never within the lines of one lead; but where it has as many as were asked for, or
/// as many bytes as may be.
pub const fn breaks([is_same, is_full, is_heavy]: [bool; 3]) -> bool {
    !is_same && (is_full || is_heavy)
}

/// How texts of a call are spelled, as JavaScript's patterns have it: their name, the longest that is looked at, and the pattern.
pub const SPELLED: &[(&str, usize, &str)] = &[
    // What somebody looks for a lead by.
    (
        "id",
        320,
        r"/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:\/[^\s]{1,200})?$/i",
    ),
    ("email", 320, r"/^[^\s@]+@[^\s@]+$/"),
    ("phone", 320, r"/^(?:[^\p{Nd}]*\p{Nd}){7}/u"),
    // Senders that are let through.
    ("domain", 320, r"/^@?(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}$/u"),
    ("sender", 320, r"/^[^\s@]+@[^\s@]+\.[^\s@]+$/"),
    // The name of a round begins with its time.
    ("round", 40, r"/^[0-9a-z]{8,9}-[0-9a-f]{8}$/"),
    // A reason stays when the lead's values are gone, and stands in the log: nobody is named in it.
    ("reason", 200, r"/^(?!.*@)(?!.*\d(?:[^\p{L}\d]*\d){6})/su"),
];

/// Numbers of a call: their name, and what they may be.
pub const RANGES: &[(&str, u64, u64)] =
    &[("days", 1, 366), ("limit", 1, (1 << 53) - 1), ("time", 0, (1 << 47) - 1)];

/// So many rows has one answer at most, and so many bytes one that is held as a whole; and so many columns a table.
pub const MOST_ROWS: u64 = 10_000;
/// See [`MOST_ROWS`].
pub const MOST_PAGE: usize = 1 << 20;
/// See [`MOST_ROWS`].
pub const MOST_COLUMNS: usize = 1_000;

/// So many ids are named where it is written down what a call was about.
pub const MOST_TOLD: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_adds_counts_from_the_console_alone() {
        for (asserted, session) in [(true, false), (false, true), (true, true)] {
            assert_eq!(asks([false, asserted, session, false]), "operator.origin");
            assert_eq!(asks([true, asserted, session, false]), "key");
        }
        assert_eq!(asks([false, true, true, true]), "assertion");
        assert_eq!(asks([false, false, true, true]), "session");
        assert_eq!(asks([false, false, false, true]), "operator.key");
    }

    #[test]
    fn an_assertion_lacks_nothing() {
        assert!(admits([true; 6]));
        for lacks in 0..6 {
            let mut has = [true; 6];
            has[lacks] = false;
            assert!(!admits(has), "{has:?}");
        }
    }

    #[test]
    fn a_stranger_makes_nobody_ask_for_keys_again_and_again() {
        assert!(fetches([false, false, false, true]) && fetches([true, true, true, true]));
        assert!(fetches([true, false, false, false]));
        assert!(!fetches([true, false, false, true]) && !fetches([true, false, true, false]));
    }

    #[test]
    fn a_session_begins_with_a_key_that_opens_and_gets_values_by_one_that_allows_them() {
        for (has_session, has_value_key) in [(false, false), (true, false), (true, true)] {
            assert_eq!(signs([true, false, has_session, has_value_key, true]), "operator.key");
        }
        assert_eq!(signs([false, false, false, true, true]), "operator.key");
        assert_eq!(signs([true, true, false, false, false]), "begins");
        assert_eq!(signs([true, true, true, true, false]), "value.key");
        assert_eq!(signs([false, false, true, true, true]), "more");
        assert_eq!(signs([false, false, true, true, false]), "value.key");
        assert!(stays(true, false) && stays(false, true) && !stays(false, false));
    }

    #[test]
    fn whoever_sees_values_or_changes_something_is_written_down() {
        assert_eq!(audits(&[View], false, true), "nothing");
        assert_eq!(audits(&[View], true, true), "sees");
        assert_eq!(audits(&[View], true, false), "nothing");
        assert_eq!(audits(&[Operate], false, false), "acts");
        assert_eq!(audits(&[Operate, Values], false, false), "sees");
        assert_eq!(lacks(Values), ("value.key", Some("values.refused")));
        assert_eq!(lacks(View).0, "operator.role");
    }

    #[test]
    fn what_is_one_lead_or_one_person_is_erased_and_nothing_else() {
        assert_eq!([erases(true, false), erases(false, true)], ["lead", "person"]);
        assert_eq!([erases(true, true), erases(false, false)], ["which"; 2]);
        assert!(!is_about([false; 3]) && is_about([false, false, true]));
        assert!(is_about([true, false, false]) && is_about([false, true, false]));
    }

    #[test]
    fn what_is_about_one_lead_is_never_on_two_pages() {
        assert!(!breaks([true, true, true]) && !breaks([false, false, false]));
        assert!(breaks([false, true, false]) && breaks([false, false, true]));
    }

    #[test]
    fn each_call_is_there_once_and_only_reads_need_less_than_to_operate() {
        for (at, (call, rights)) in CALLS.iter().enumerate() {
            assert!(CALLS[..at].iter().all(|(other, _)| other != call), "{call} is there twice");
            let is_read = call.starts_with("GET ") || *call == "POST /operator/search";
            assert!(is_read || rights.contains(&Operate), "{call} changes something");
        }
    }
}
