//! [`Wait`]: when to ask an export's state again. Each question counts against the account's calls, and an export takes
//! minutes.

use crate::outcome::Outcome;
use crate::report::Issue;
use crate::value::Value;

/// Waiting for an export: the host sleeps for [`Wait::after`], calls `pardot.export.read`, and says what it heard.
///
/// ```
/// use fieldpost::systems::pardot::{Asked, Wait};
/// use fieldpost::{Reply, operation};
/// let mut wait = Wait::default();
/// assert_eq!(wait.after(), 60_000);
/// let reply = |state: &str| Reply {
///     status: 200,
///     body: format!(r#"{{"export":{{"id":7,"state":"{state}","resultRefs":"https://…/do/downloadResults/id/7/file/0"}}}}"#),
///     ..Reply::default()
/// };
/// let read = operation("pardot.export.read").unwrap();
/// assert_eq!(wait.heard(&read.read(&reply("Processing"))), Asked::Again { state: Some("Processing".into()) });
/// assert_eq!(wait.after(), 90_000);
/// let Asked::Complete { refs } = wait.heard(&read.read(&reply("Complete"))) else { panic!() };
/// assert_eq!(fieldpost::systems::pardot::file_of(&refs[0]), Some(("7", "0")));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    after: u64,
    most: u64,
}

/// What an answer of `pardot.export.read` means for who waits.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Ask again after [`Wait::after`]; the state, where it was said.
    Again {
        /// `Waiting` or `Processing`.
        state: Option<String>,
    },
    /// The files are there.
    Complete {
        /// Their addresses, in no order.
        refs: Vec<String>,
    },
    /// It has failed or was cancelled.
    Over {
        /// `Failed` or `Canceled`.
        state: String,
    },
    /// Its state could not be read, and asking again changes nothing.
    Unreadable {
        /// What the system said.
        issues: Vec<Issue>,
    },
}

impl Default for Wait {
    /// A minute first, ten minutes at most.
    fn default() -> Self {
        Wait::new(60_000, 600_000)
    }
}

impl Wait {
    /// The milliseconds before the first question, and between two at most.
    pub const fn new(first: u64, most: u64) -> Self {
        Wait { after: first, most }
    }

    /// Milliseconds until the next question.
    pub const fn after(&self) -> u64 {
        self.after
    }

    /// Takes an answer; the next question waits half as long again, or as long as the system says.
    pub fn heard(&mut self, outcome: &Outcome) -> Asked {
        let longer = self.after.saturating_add(self.after / 2);
        let record = match outcome {
            Outcome::Retry { after, .. } => {
                self.after = longer.max(after.unwrap_or_default()).min(self.most);
                return Asked::Again { state: None };
            }
            Outcome::Refused { issues, .. } => return Asked::Unreadable { issues: issues.clone() },
            Outcome::Found { records, .. } => records.first(),
            _ => None,
        };
        let text = |name| record.and_then(|record| record.get(name)).and_then(Value::as_text);
        let Some(state) = text("state").map(str::to_owned) else {
            return Asked::Unreadable { issues: Vec::new() };
        };
        match state.as_str() {
            "Complete" => {
                let refs = match record.and_then(|record| record.get("resultRefs")) {
                    Some(Value::List(refs)) => {
                        refs.iter().filter_map(Value::as_text).map(str::to_owned).collect()
                    }
                    _ => Vec::new(),
                };
                Asked::Complete { refs }
            }
            "Failed" | "Canceled" => Asked::Over { state },
            _ => {
                self.after = longer.min(self.most);
                Asked::Again { state: Some(state) }
            }
        }
    }
}

/// The id and the number of a file by its address: `pardot.export.download` takes them, and the token goes to the
/// account's own host.
pub fn file_of(reference: &str) -> Option<(&str, &str)> {
    let rest = reference.split_once("/do/downloadResults/id/")?.1;
    let (id, rest) = rest.split_once("/file/")?;
    let file = rest.split(['/', '?', '#']).next()?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(id) && digits(file)).then_some((id, file))
}
