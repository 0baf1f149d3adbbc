//! What goes for whoever sends a lead: whose page it is, how much one address may send, what they said to the challenge, what they
//! agreed to, and how long they wait to hear what becomes of the lead.
//!
//! Rules of few answers: the generator writes them as tables, so none of them is in the module.

use super::arrival::{FAILED, MAX_BYTES, MET, MISSING, UNREACHABLE};
use crate::code::{Code, relay};
use crate::crm::answers::{Answer, State};

/// Whether a page's origin is one of the form's or the relay's own: as the owner or the request's own address has it, or by what
/// the browser says, where a proxy has left out the port.
pub const fn is_known(is_listed: bool, is_own_site: bool, is_own_host: bool) -> bool {
    is_listed || is_own_site && is_own_host
}

/// What becomes of the count of an address with one lead more: it `begins` anew where its time has run out, it `counts`, or the
/// address is `over` its share until then.
pub const fn counting(is_running: bool, is_used_up: bool) -> &'static str {
    match (is_running, is_used_up) {
        (false, _) => "begins",
        (_, true) => "over",
        _ => "counts",
    }
}

/// The most bytes of a sealed lead: one that may come open may come sealed. Before it is a line of the page's own, of which version,
/// key, token and their names take 400 bytes; then a point of P-256, and what AES-GCM adds to a text.
pub const MAX_SEALED: usize = MAX_BYTES + 1_024 + 65 + 16;

/// Siteverify refuses longer answers to a challenge.
pub const LONGEST_ANSWER: usize = 2_048;

/// What is said of an answer to a challenge at once; nothing where it has to be asked about.
pub const fn answered(is_given: bool, fits: bool) -> Option<u32> {
    match (is_given, fits) {
        (false, _) => Some(MISSING),
        (_, false) => Some(FAILED),
        _ => None,
    }
}

/// What is said of one that was asked about: whether that was possible, whether it holds, and whether it is of a page of ours and
/// meant for this form.
pub const fn verified([is_heard, holds, is_here, is_meant]: [bool; 4]) -> u32 {
    match (is_heard, holds && is_here && is_meant) {
        (false, _) => UNREACHABLE,
        (_, true) => MET,
        _ => FAILED,
    }
}

/// What is kept beside a form's values: `nothing`, the `consents` that were given, or `all`, where the visitor came from as well.
pub const fn keeps(has_some: bool, has_all: bool) -> &'static str {
    match (has_some, has_all) {
        (false, _) => "nothing",
        (_, false) => "consents",
        _ => "all",
    }
}

/// So long somebody waits for what becomes of a lead.
pub const PATIENCE: u64 = 5_000;

/// So many may wait in one outbox at once.
pub const MOST_WAITING: u32 = 256;

/// Whether somebody goes on waiting: nothing has become of the lead, there is time and room, and somebody still works at it.
pub const fn waits([is_open, has_time, has_room, goes_on]: [bool; 4]) -> bool {
    is_open && has_time && has_room && goes_on
}

/// What a sender is told where the relay itself breaks, by the code of what broke: nothing untrue of a lead that may have been
/// taken, just now or when it came first, and what its owner has to mend where that is known.
pub fn broke(is_offered: bool, is_again: bool, code: &str) -> &'static Code {
    match (is_offered || is_again, code) {
        (true, _) => &relay::OUTBOX_UNKNOWN,
        (_, code) if code == relay::RELAY_OPTIONS.name() => &relay::RELAY_OPTIONS,
        _ => &relay::RELAY_FAILED,
    }
}

/// What a page is told of a lead that it has saved: pages of before keep such a one, too, only where nobody calls it refused.
pub const fn saved(state: State) -> State {
    match state {
        State::Refused => State::Retry,
        other => other,
    }
}

/// What the relay's own page has of the form: `none` of it, where the page that sent it is not the form's; the form with the `same`
/// lead, which is known when it comes again, where it may have been taken, or is being taken; else a `fresh` one.
pub const fn offers(status: u16, state: State) -> &'static str {
    match (status, state) {
        (403, _) => "none",
        (_, State::Retry | State::Unknown) => "same",
        _ => "fresh",
    }
}

/// The word above the relay's own page. Who has sent nothing is told the answer's own; and of a lead that comes again, from an
/// address that has sent too much, nobody has looked whether it was taken when it came first.
pub fn heading(row: &Answer, is_sent: bool, is_again: bool) -> &'static str {
    match (is_sent, is_again) {
        (false, _) => row.code,
        (_, true) if row.code == relay::ADDRESS_LIMIT.name() => "page.unsure",
        _ => row.heading,
    }
}

/// The codes of which a sender is told more than that the relay failed.
pub const TOLD: &[&Code] = &[&relay::RELAY_OPTIONS];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::answers::ANSWERS;

    #[test]
    fn an_origin_is_known_by_the_list_or_by_what_the_browser_says_of_this_host() {
        assert!(is_known(true, false, false) && is_known(false, true, true));
        assert!(!is_known(false, true, false) && !is_known(false, false, true));
    }

    #[test]
    fn a_challenge_is_met_by_an_answer_that_holds_here_and_for_this() {
        assert_eq!((answered(false, true), answered(true, false)), (Some(MISSING), Some(FAILED)));
        assert_eq!(answered(true, true), None);
        assert_eq!(verified([true; 4]), MET);
        assert_eq!(verified([false, true, true, true]), UNREACHABLE);
        for (holds, is_here, is_meant) in
            [(false, true, true), (true, false, true), (true, true, false)]
        {
            assert_eq!(verified([true, holds, is_here, is_meant]), FAILED);
        }
    }

    #[test]
    fn where_somebody_came_from_is_kept_with_every_consent_alone() {
        assert_eq!(
            [keeps(false, false), keeps(true, false), keeps(true, true)],
            ["nothing", "consents", "all"]
        );
        // A form that asks for none.
        assert_eq!(keeps(false, true), "nothing");
    }

    #[test]
    fn of_a_lead_that_may_have_been_taken_nothing_untrue_is_said() {
        for code in ["relay.options", "other"] {
            assert_eq!(broke(true, false, code).name(), "outbox.unknown");
            assert_eq!(broke(false, true, code).name(), "outbox.unknown");
            assert_eq!(broke(false, false, code).name() == code, TOLD[0].name() == code);
        }
    }

    #[test]
    fn nobody_waits_for_what_is_over_or_stands_still() {
        assert!(waits([true; 4]));
        for lacks in 0..4 {
            let mut has = [true; 4];
            has[lacks] = false;
            assert!(!waits(has), "{has:?}");
        }
    }

    #[test]
    fn a_share_is_over_once_its_time_still_runs_and_more_came() {
        assert_eq!([counting(true, false), counting(true, true)], ["counts", "over"]);
        assert_eq!([counting(false, false), counting(false, true)], ["begins"; 2]);
    }

    #[test]
    fn a_page_never_calls_a_lead_refused_that_another_has_saved_or_that_may_be_there() {
        for row in ANSWERS {
            assert_ne!(saved(row.state), State::Refused, "{}", row.code);
            let may_be_there = matches!(row.state, State::Retry | State::Unknown);
            assert_eq!(offers(row.status, row.state) == "same", may_be_there, "{}", row.code);
        }
        let limit = |row: &&Answer| row.code == "address.limit";
        let headings = ANSWERS.iter().find(limit).map(|row| {
            [(true, true), (true, false), (false, true)]
                .map(|(is_sent, is_again)| heading(row, is_sent, is_again))
        });
        assert_eq!(headings, Some(["page.unsure", "page.refused", "address.limit"]));
        assert_eq!(offers(403, State::Refused), "none");
        assert_eq!(offers(415, State::Refused), "fresh");
    }
}
