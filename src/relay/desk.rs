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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_there_once_and_only_reads_need_less_than_to_operate() {
        for (at, (call, rights)) in CALLS.iter().enumerate() {
            assert!(CALLS[..at].iter().all(|(other, _)| other != call), "{call} is there twice");
            let is_read = call.starts_with("GET ") || *call == "POST /operator/search";
            assert!(is_read || rights.contains(&Operate), "{call} changes something");
        }
    }
}
