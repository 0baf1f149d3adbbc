//! The stand-ins. A system is a table of operations and a few functions; a new operation is a new row.

pub(crate) mod marketo;
pub(crate) mod pardot;
pub(crate) mod prospects;

use serde_json::{Map, Value};

use crate::call::{Call, matches};
use crate::desk::Desk;
use crate::limit::{Gate, Limit, Limits};
use crate::reply::Reply;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Marketo,
    Pardot,
    Prospects,
}

impl Name {
    pub(crate) const ALL: [Self; 3] = [Self::Marketo, Self::Pardot, Self::Prospects];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Marketo => "marketo",
            Self::Pardot => "pardot",
            Self::Prospects => "prospects",
        }
    }
}

/// The second half of a call: what happens after the processing time, when the write is done.
///
/// Look-up and write are two steps with time between them and no transaction around them, because that is how
/// overlapping upserts of one key come to make two persons at the vendors' [A6].
pub(crate) type Commit = Box<dyn FnOnce(&Desk, i64) -> Result<Reply, Reply> + Send>;

/// The first half: check, look up, decide.
pub(crate) type Plan = fn(&Call, &Desk, i64) -> Result<Commit, Reply>;

/// Whether a call needs a token. Calls for tokens do not, and no vendor counts them [A2].
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
    pub(crate) access: Access,
    pub(crate) plan: Plan,
}

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
    /// The ledger's key: e-mail lower-cased, else phone, else id.
    pub(crate) key: fn(&Call) -> String,
    /// Token, headers, sizes.
    pub(crate) admit: fn(&Call, &Desk, i64) -> Result<(), Reply>,
    pub(crate) refuse: fn(&Call, &Desk, &Refusal) -> Reply,
    /// The code for a path that is no operation, and for one that is but not with this method.
    pub(crate) unrouted: (&'static str, &'static str),
    pub(crate) limit_code: fn(Limit) -> &'static str,
    /// Headers that every answer of the system carries.
    pub(crate) headers: fn(Reply, &Gate, &Limits, i64) -> Reply,
}

const SYSTEMS: [&System; 3] = [&marketo::SYSTEM, &pardot::SYSTEM, &prospects::SYSTEM];

/// Where a request belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Route {
    Found(&'static Operation),
    WrongMethod(&'static Operation),
    Unknown,
}

/// Finds the system and the operation of a call and leaves the path's values in it.
pub(crate) fn route(call: &mut Call) -> Option<(&'static System, Route)> {
    let system = SYSTEMS
        .into_iter()
        .find(|system| system.prefixes.iter().any(|prefix| call.path.starts_with(prefix)))?;
    // Marketo's way round its own limit of 8 KB: a POST that is read as a GET.
    if system.name == Name::Marketo && call.method == "POST" && call.params.get("_method") == Some("GET") {
        "GET".clone_into(&mut call.method);
        call.query = call.params.clone();
    }
    let mut wrong_method = Route::Unknown;
    for operation in system.operations {
        let Some(captures) = matches(operation.path, &call.path) else { continue };
        call.captures = captures;
        if operation.methods.contains(&call.method.as_str()) {
            return Some((system, Route::Found(operation)));
        }
        wrong_method = Route::WrongMethod(operation);
    }
    Some((system, wrong_method))
}

pub(crate) fn has_operation(name: &str) -> bool {
    SYSTEMS.iter().any(|system| system.operations.iter().any(|operation| operation.name == name))
}

/// The values of a call as the ledger keeps them: the body's JSON or the merged parameters, without secrets.
pub(crate) fn shown(call: &Call) -> Value {
    if let Some(body) = call.json() {
        return body;
    }
    let mut members = Map::new();
    for (name, value) in call.params.iter() {
        let value = if is_secret(name) { "•••" } else { value };
        members.insert(name.to_owned(), Value::from(value));
    }
    Value::Object(members)
}

fn is_secret(name: &str) -> bool {
    matches!(name, "client_secret" | "password" | "refresh_token" | "api_key" | "user_key" | "access_token")
}
