//! [`More`]: what a row says beside its parameters, which no first module of a page has a use for: the other API version, what
//! must hold between parameters, defaults, batches and pages.

#[cfg(feature = "full")]
use super::{Check, Must, reference};
use super::{Operation, Rule};
#[cfg(feature = "full")]
use crate::code::Code;
#[cfg(feature = "full")]
use crate::value::{Entries, Value};
#[cfg(feature = "full")]
use std::borrow::Cow;

/// How the next page of an operation is asked for.
#[cfg(feature = "full")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// There is one page.
    None,
    /// With the reply's `next` as this parameter.
    Token(&'static str),
    /// With how many records came before as `offset`, and pages of `limit` records.
    Offset(u16),
}

/// What an operation has to do with a job that takes its time: one asks for it, one reads how far it is, one fetches what
/// came of it.
#[cfg(feature = "full")]
#[derive(Clone, Copy, Debug)]
pub enum Job {
    /// Nothing.
    None,
    /// Asks for it. Where [`NOW`] is not given, a client gives the moment.
    Asked,
    /// Reads how far it is.
    Read(&'static States),
    /// Fetches a file of it.
    Fetched(&'static Files),
}

/// How the reply to [`Job::Read`] says how far a job is, and how often to ask.
#[cfg(feature = "full")]
#[derive(Clone, Copy, Debug)]
pub struct States {
    /// The member of the record with the state.
    pub state: &'static str,
    /// The state in which the files are there.
    pub done: &'static str,
    /// The states in which it ended without any.
    pub over: &'static [&'static str],
    /// What is said of these.
    pub code: &'static Code,
    /// The member of the record which says that its files are gone.
    pub expired: &'static str,
    /// What is said of that.
    pub gone: &'static Code,
    /// The member of the record with the addresses of the files.
    pub refs: &'static str,
    /// Milliseconds before the first question.
    pub first: u64,
    /// Milliseconds between two questions, at most.
    pub most: u64,
}

/// The files of [`Job::Fetched`].
#[cfg(feature = "full")]
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// What the type of a file's content may hold; whatever has another one is an answer about the file.
    pub types: &'static [&'static str],
    /// The parameters of a file by its address; nothing for any other address.
    pub params: fn(&str) -> Option<Entries<'static>>,
}

/// The parameter to which open ranges of time are measured.
#[cfg(feature = "full")]
pub const NOW: &str = "now";

/// What a row says beside its parameters.
#[derive(Clone, Copy, Debug)]
pub struct More {
    /// The row of Pardot's version 3, where it is another one.
    pub older: Option<&'static Operation>,
    /// What must hold of parameters, wherever they are taken.
    pub rules: &'static [Rule],
    /// What must hold between parameters, in Workers and Node.
    #[cfg(feature = "full")]
    pub checks: &'static [Check],
    /// Other spellings of a parameter, with the one that is sent.
    #[cfg(feature = "full")]
    pub aliases: &'static [(&'static str, &'static str)],
    /// What is sent where nothing is given.
    #[cfg(feature = "full")]
    pub defaults: &'static [(&'static str, &'static str)],
    /// Parameters that only the checks read.
    #[cfg(feature = "full")]
    pub unsent: &'static [&'static str],
    /// The parameters that may hold the records, and how many of them one call takes.
    #[cfg(feature = "full")]
    pub batch: Option<(&'static [&'static str], u16)>,
    /// How the next page is asked for.
    #[cfg(feature = "full")]
    pub paging: Paging,
    /// What it has to do with a job that takes its time.
    #[cfg(feature = "full")]
    pub job: Job,
    /// What the API user must be allowed, where the vendor's page says it.
    #[cfg(feature = "full")]
    pub permission: &'static str,
}

impl More {
    /// Nothing more.
    pub const NONE: More = More {
        older: None,
        rules: &[],
        #[cfg(feature = "full")]
        checks: &[],
        #[cfg(feature = "full")]
        aliases: &[],
        #[cfg(feature = "full")]
        defaults: &[],
        #[cfg(feature = "full")]
        unsent: &[],
        #[cfg(feature = "full")]
        batch: None,
        #[cfg(feature = "full")]
        paging: Paging::None,
        #[cfg(feature = "full")]
        job: Job::None,
        #[cfg(feature = "full")]
        permission: "",
    };

    /// Without what only the reference shows, where that is not wanted.
    pub(crate) const fn without_reference(self) -> More {
        More {
            #[cfg(feature = "full")]
            permission: reference(self.permission),
            ..self
        }
    }
}

#[cfg(feature = "full")]
impl More {
    /// Whether something else may be sent than what the form wrote.
    pub(super) fn rewrites(&self) -> bool {
        let own = |Check(must, _): &Check| *must == Must::Procedure;
        !self.defaults.is_empty() || !self.unsent.is_empty() || self.checks.iter().any(own)
    }

    /// Adds the defaults and takes away what is not sent.
    pub(super) fn finish(&self, values: &mut Entries<'_>) {
        for (name, value) in self.defaults {
            if !values.iter().any(|(known, value)| known == name && !value.is_empty()) {
                values.retain(|(known, _)| known != name);
                values.push((Cow::Borrowed(*name), Value::from(*value)));
            }
        }
        values.retain(|(name, _)| !self.unsent.contains(&name.as_ref()));
    }
}
