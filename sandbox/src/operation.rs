//! What a stand-in is made of: a table of operations and a few functions. A new operation is a new row.

use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::limit::{Limit, Limits, Usage};
use crate::state::SandboxState;
use crate::system::Name;

/// The second half of a call: what happens after the processing time, when the write is done.
///
/// Look-up and write are two steps with time between them and no transaction around them, because that is how
/// overlapping upserts of one key come to make two persons at the vendors'.
pub(crate) type Commit = Box<dyn FnOnce(&SandboxState, i64) -> Result<Reply, Reply> + Send>;

/// The first half: check, look up, decide.
pub(crate) type Plan = fn(&Call, &SandboxState, i64) -> Result<Commit, Reply>;

/// Whether a call needs a token. Calls for tokens do not, and no vendor counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Open,
    Token,
}

#[derive(Debug)]
pub(crate) struct Operation {
    /// As in the catalogue.
    pub(crate) name: &'static str,
    pub(crate) methods: &'static [&'static str],
    pub(crate) path: &'static str,
    /// What may follow the path: nothing, in most.
    pub(crate) ends: &'static [&'static str],
    pub(crate) access: Access,
    pub(crate) plan: Plan,
}

/// The ends of a path that is whole as it stands.
pub(crate) const WHOLE: &[&str] = &[""];

/// The name under which calls for a token stand in the ledger, whatever the system.
pub(crate) const TOKEN: &str = "auth.token";

/// An error by the vendor's own number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: Option<String>,
    /// Seconds.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), ..Self::default() }
    }

    pub(crate) fn saying(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: Some(message.into()), retry_after: None }
    }
}

#[derive(Debug)]
pub(crate) struct System {
    pub(crate) name: Name,
    /// The path prefixes that belong to it.
    pub(crate) prefixes: &'static [&'static str],
    pub(crate) operations: &'static [Operation],
    /// Makes of a call that goes in another's clothes what it stands for.
    pub(crate) tunnel: fn(&mut Call),
    /// The ledger's key: e-mail lower-cased, else phone, else id.
    pub(crate) key: fn(&Call) -> String,
    /// Token, headers, sizes.
    pub(crate) admit: fn(&Call, &SandboxState, i64) -> Result<(), Reply>,
    pub(crate) refuse: fn(&Call, &SandboxState, &Refusal) -> Reply,
    /// The code for a path that is no operation, and for one that is but not with this method.
    pub(crate) unrouted: (&'static str, &'static str),
    pub(crate) limit_code: fn(Limit) -> &'static str,
    /// Headers that every answer of the system carries.
    pub(crate) headers: fn(Reply, &Usage, &Limits, i64) -> Reply,
}
