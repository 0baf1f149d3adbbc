//! What is wrong with an account, or with the way of a form to it, before the first lead. It asks the system what it has,
//! and compares: a machine without I/O. The host keeps what was heard and asks again with all of it, until there is a
//! verdict; nothing else is kept between two steps.

mod fields;
mod mapping;

pub use mapping::mapping;

use crate::catalogue::{harmless, operation};
use crate::check::report::{Issue, Severity};
use crate::code::{Code, OPERATION_UNKNOWN, found};
use crate::crm::operation::Refusal;
use crate::crm::outcome::{Outcome, Reason};
use crate::crm::request::{Account, Request, System};
use crate::crm::systems::reply::Reply;
use crate::crm::systems::speaks;
use crate::crm::systems::token::Token;

/// What came of a question.
#[derive(Clone, Debug)]
pub enum Heard {
    /// An answer.
    Reply(Reply),
    /// None: `network.timeout` …
    Failed(String),
}

/// What is next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// This question.
    Ask(Request),
    /// Nothing: this was found.
    Found(Vec<Issue>),
}

/// The next question, or what keeps it from being asked.
fn next(asked: Result<Request, Refusal>) -> Next {
    match asked {
        Ok(request) => Next::Ask(request),
        Err(refusal) => Next::Found(refusal.issues),
    }
}

/// What the read that changes nothing says of an account whose sign-in gave a token, and this scope where the system says one.
pub fn account(account: &Account, scope: &str, heard: &[Heard]) -> Next {
    let mut issues = Vec::new();
    let (Some(read), [first, more @ ..]) = (harmless(account.system), heard) else {
        return match harmless(account.system) {
            Some(read) => next(read.request(account)),
            None => Next::Found(issues),
        };
    };
    let mut outcome = outcome(read.operation, account, first);
    // The account may speak the other version: it is asked in that one.
    if let Outcome::Retry { code, .. } = &outcome
        && let Some(version) = speaks(code)
    {
        let other = Account { version: Some(version), ..account.clone() };
        let Some(heard) = more.first() else { return next(read.request(&other)) };
        find(&mut issues, "version", &found::VERSION, if version == 3 { "3" } else { "4" }, false);
        outcome = self::outcome(read.operation, &other, heard);
    }
    let wrong = wrong(outcome);
    if account.system == System::Pardot && Token::lacks_scope(scope) {
        // Where the system lets it read all the same, it may know better.
        find(&mut issues, "clientId", &found::SCOPE, "", !wrong.is_empty());
    }
    issues.extend(wrong);
    Next::Found(issues)
}

/// Adds what was found.
#[inline(never)]
fn find(all: &mut Vec<Issue>, field: &str, code: &'static Code, limit: &str, stops: bool) {
    let mut issue = Issue::error(field, code);
    if !limit.is_empty() {
        issue = issue.with_limit(limit);
    }
    if !stops {
        issue.severity = Severity::Warning;
    }
    all.push(issue);
}

/// What became of a question.
fn outcome(name: &str, account: &Account, heard: &Heard) -> Outcome {
    match (operation(name), heard) {
        (Some(asked), Heard::Reply(reply)) => asked.row(account.version.unwrap_or(4)).read(reply),
        (_, Heard::Failed(code)) => Outcome::Unknown { why: code.clone().into() },
        (None, _) => Outcome::Unknown { why: OPERATION_UNKNOWN.name.into() },
    }
}

/// What is wrong where a read did not come to records.
fn wrong(outcome: Outcome) -> Vec<Issue> {
    let mut issues = Vec::new();
    match outcome {
        Outcome::Refused { issues, .. } => return issues,
        Outcome::Retry { reason: Reason::Token, .. } => {
            find(&mut issues, "credentials", &found::TOKEN, "", true);
        }
        Outcome::Retry { code, .. } => find(&mut issues, "", &found::LATER, &code, false),
        Outcome::Unknown { why } => find(&mut issues, "baseUrl", &found::UNREACHED, &why, true),
        _ => {}
    }
    issues
}
