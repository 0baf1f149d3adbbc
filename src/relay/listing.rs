//! What a person sees of an outbox: where a lead as a whole stands, which leads a list means and how they are found, where a page
//! ends, and what of a lead that is done is forgotten.
//!
//! Rules of few answers and clauses of SQL: the generator writes them as tables, so none of them is in the module.

use super::ruling::Ways;

/// Where a lead as a whole stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// What it is called.
    pub name: &'static str,
    /// What holds of a row of `leads` that stands so.
    pub is: String,
    /// How such leads are found.
    pub found: Found,
}

/// How the leads of a state are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By the indexes of those that wait for a person, all or of one phase.
    ForPerson(Option<&'static str>),
    /// Among those that are not finished.
    Open,
    /// Among all.
    All,
}

/// The states of a lead. The first that holds is its state; `person` is `review` or `dead`, and of those that wait the ones whose
/// account or form is gone.
pub fn states() -> Vec<State> {
    let has = |phase: &str| {
        format!("EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id AND phase = '{phase}')")
    };
    let [review, dead, discarded, done] = ["review", "dead", "discarded", "done"].map(has);
    let open = |is: &str| format!("(finished IS NULL{is})");
    let over = |is: &str| format!("(finished IS NOT NULL AND {is})");
    let none = "NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id)";
    let state = |name, is, found| State { name, is, found };
    vec![
        state("review", open(&format!(" AND {review}")), Found::ForPerson(Some("review"))),
        state(
            "dead",
            open(&format!(" AND NOT {review} AND {dead}")),
            Found::ForPerson(Some("dead")),
        ),
        state("waiting", open(&format!(" AND NOT {review} AND NOT {dead}")), Found::Open),
        state("discarded", over(&discarded), Found::All),
        state("delivered", over(&format!("NOT {discarded} AND {done}")), Found::All),
        state("erased", over(none), Found::All),
        state(PERSON, open(""), Found::ForPerson(None)),
    ]
}

/// The state that is others together, so that no lead is called so.
pub const PERSON: &str = "person";

/// The phases of a delivery that waits for a system.
pub const WAITS: [&str; 2] = ["waiting", "sent"];

/// The phases of one that waits for a person.
pub const FOR_PERSON: [&str; 2] = ["dead", "review"];

/// The phases of one that is over.
pub const OVER: [&str; 2] = ["done", "discarded"];

/// The phases of which values may be kept for longer than the lead is open: whoever asks for these means what was delivered.
pub const KEPT: [&str; 1] = ["done"];

/// Kinds of outcomes that say which record it is.
pub const HAS_RECORD: [&str; 1] = ["stored"];

/// Codes that stand in no row: today's options say them.
pub fn gone() -> Vec<&'static str> {
    let mut codes: Vec<_> = [(false, false), (true, false)]
        .into_iter()
        .filter_map(|(has_form, goes)| Ways { has_form, goes }.gone())
        .collect();
    codes.sort_unstable();
    codes
}

/// By what leads are found that somebody means, the narrowest way first: `named` ones; those that are `gone`, whose code no row
/// has; those that wait for a `person`, by an index that has few others; these and, where nothing else is asked for, the ones that
/// `wait` in vain; those that are `open`; or `all`.
pub const fn finds(
    [is_named, is_gone, is_of_person, is_for_person, is_open, has_more]: [bool; 6],
) -> &'static str {
    match (is_named, is_gone, is_of_person, is_for_person) {
        (true, ..) => "named",
        (_, true, ..) => "gone",
        (_, _, true, _) => "person",
        (_, _, _, true) => {
            if has_more {
                "person"
            } else {
                "waits"
            }
        }
        _ => {
            if is_open {
                "open"
            } else {
                "all"
            }
        }
    }
}

/// Whether a delivery is meant: of the phase and the code that are asked for.
pub const fn means([asks_phase, is_phase, asks_code, is_code]: [bool; 4]) -> bool {
    (!asks_phase || is_phase) && (!asks_code || is_code)
}

/// So much text is in one page of a list, and one line more.
pub const MOST_TEXT: usize = 512 << 10;
/// So many leads are looked at for one.
pub const MOST_LEADS: usize = 500;

/// Whether a page ends with a lead: it is full, and that was not the last that was looked at.
pub const fn ends(is_full: bool, is_last: bool) -> bool {
    is_full && !is_last
}

/// The names of fields that one table may have as columns, their length, and how many are told apart of what a person has sent on.
pub const MOST_NAMES: usize = 1_000;
/// See [`MOST_NAMES`].
pub const MOST_NAME: usize = 200;
/// See [`MOST_NAMES`].
pub const MOST_STATES: usize = 100;

/// So much of an answer is handed on at a time.
pub const PIECE: usize = 64 << 10;

/// The most bytes of a stored request: the platform's rows end at 2 MB.
pub const LARGEST: usize = 1_500_000;

/// Whether what an owner says is a number of days.
pub const fn is_days(is_number: bool, is_counted: bool) -> bool {
    is_number && is_counted
}

/// How far what is forgotten goes on, from when the last lead of a portion was done: past that where there are no others of its
/// millisecond, or where a whole portion is of one.
pub const fn passes(is_all: bool, is_one_time: bool) -> u8 {
    (is_all || is_one_time) as u8
}

/// Why the record of a test lead stays, by its delivery's code: it is out already.
pub const STAYS: [(&str, &str); 1] = [("test.removed", "test.removed")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_that_waits_for_a_person_is_found_by_an_index() {
        let states = states();
        for State { name, is, found } in &states {
            let is_for_person = FOR_PERSON.contains(name) || *name == PERSON;
            assert_eq!(matches!(found, Found::ForPerson(_)), is_for_person, "{name}");
            assert_eq!(is.starts_with("(finished IS NULL"), *found != Found::All, "{name}");
        }
        assert_eq!(states.iter().filter(|state| state.found == Found::Open).count(), 1);
        assert_eq!(gone(), ["account.gone", "form.gone"]);
    }

    #[test]
    fn leads_are_found_by_the_narrowest_way() {
        assert_eq!(finds([true; 6]), "named");
        assert_eq!(finds([false, true, true, true, true, true]), "gone");
        assert_eq!(finds([false, false, true, false, true, true]), "person");
        // What waits in vain has no phase and no code that somebody would ask for.
        assert_eq!(finds([false, false, false, true, false, true]), "person");
        assert_eq!(finds([false, false, false, true, false, false]), "waits");
        assert_eq!(finds([false, false, false, false, true, true]), "open");
        assert_eq!(finds([false, false, false, false, false, true]), "all");
    }

    #[test]
    fn what_is_not_asked_for_does_not_matter() {
        assert!(means([false, false, false, false]) && means([true, true, true, true]));
        assert!(!means([true, false, false, true]) && !means([false, true, true, false]));
    }

    #[test]
    fn a_page_ends_where_more_comes_and_no_millisecond_is_passed_by() {
        assert!(ends(true, false) && !ends(true, true) && !ends(false, false));
        assert_eq!([passes(false, false), passes(true, false), passes(false, true)], [0, 1, 1]);
        assert!(is_days(true, true) && !is_days(true, false) && !is_days(false, true));
    }
}
