//! [`Call`]: a call from its parameters to its outcome, whatever it takes to get there: parts, a new token, the other
//! API version; and the pages of what is found. The host sends, and says what it heard.

use crate::operation::{INVALID, Operation, Paging, Refusal, named};
use crate::outcome::{Outcome, Reason};
use crate::report::{Issue, Severity};
use crate::value::{Entries, Value};
use std::borrow::Cow;

/// A part of a call: as many records as one request takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The parameters of its request.
    pub params: Entries<'static>,
    /// The position of its first record among the caller's.
    pub offset: usize,
    /// How many records it has; 1 where the operation has no batch.
    pub records: usize,
    /// The parameter with the records.
    list: &'static str,
}

impl Part {
    /// An issue of this part's records at the caller's position.
    pub fn rebased(&self, issue: Issue) -> Issue {
        let moved = issue
            .field
            .strip_prefix(self.list)
            .and_then(|rest| rest.strip_prefix('['))
            .and_then(|rest| rest.split_once(']'))
            .and_then(|(index, rest)| {
                let index = index.parse::<usize>().ok()?.checked_add(self.offset)?;
                Some([self.list, "[", &index.to_string(), "]", rest].concat())
            });
        match moved {
            Some(field) if !self.list.is_empty() => Issue { field, ..issue },
            _ => issue,
        }
    }

    /// The outcome of each of its records; what became of the whole request became of each of them. A record that the
    /// reply left out is unknown, so that those of later parts keep their places.
    pub fn outcomes(&self, outcome: Outcome) -> Vec<Outcome> {
        match outcome {
            Outcome::Batch { mut results } => {
                results.resize(self.records, Outcome::Unknown { why: Cow::Borrowed("reply.no_result") });
                results
            }
            single => vec![single; self.records],
        }
    }
}

impl Operation {
    /// The parts of a call with more records than one request takes, in the caller's order; one where there is nothing to
    /// split. Each is sent by itself, and the next one after its reply: side by side they could make doubles.
    ///
    /// ```
    /// use fieldpost::{Value, operation};
    /// let sync = operation("marketo.lead.sync").unwrap();
    /// let lead = |n: usize| Value::Map(vec![("email".into(), Value::from(format!("lead{n}@example.com")))]);
    /// let parts = sync.parts(vec![("input".into(), Value::List((0..301).map(lead).collect()))]);
    /// assert_eq!(parts.iter().map(|part| (part.offset, part.records)).collect::<Vec<_>>(), [(0, 300), (300, 1)]);
    /// ```
    pub fn parts(&self, params: Entries<'static>) -> Vec<Part> {
        let records = |value: &Value<'_>| match value {
            Value::List(items) => Some(items.len()),
            Value::Map(entries) => Some(entries.len()),
            _ => None,
        };
        let whole = |params, records, list| vec![Part { params, offset: 0, records, list }];
        let Some((lists, most)) = self.more.batch else { return whole(params, 1, "") };
        let found = lists.iter().find_map(|list| Some((*list, named(&params, list).and_then(records)?)));
        let Some((list, count)) = found else { return whole(params, 1, "") };
        let most = usize::from(most).max(1);
        if count <= most {
            return whole(params, count, list);
        }
        let chunks: Vec<Value<'static>> = match named(&params, list) {
            Some(Value::List(items)) => items.chunks(most).map(|some| Value::List(some.to_vec())).collect(),
            Some(Value::Map(entries)) => entries.chunks(most).map(|some| Value::Map(some.to_vec())).collect(),
            _ => Vec::new(),
        };
        let mut offset = 0_usize;
        let part = |chunk: Value<'static>| {
            let (at, count) = (offset, records(&chunk).unwrap_or(1));
            offset = offset.saturating_add(count);
            let with = |(name, value): &(Cow<'static, str>, Value<'static>)| {
                (name.clone(), if name == list { chunk.clone() } else { value.clone() })
            };
            Part { params: params.iter().map(with).collect(), offset: at, records: count, list }
        };
        chunks.into_iter().map(part).collect()
    }

    /// The parameters of the next page, by the parameters of this one and what was found; nothing after the last.
    ///
    /// A token goes on until there is none or a page is empty: `moreResult: false` has none. An offset goes on while
    /// pages are full and records are left; Pardot's `output=mobile` gives all at once.
    ///
    /// ```
    /// use fieldpost::{Outcome, Value, operation};
    /// let filter = operation("marketo.lead.filter").unwrap();
    /// let params = vec![("filterType".into(), "id".into()), ("filterValues".into(), "1,2".into())];
    /// let page = |next| Outcome::Found { records: vec![Value::Null], total: None, next };
    /// let next = filter.next_page(&params, &page(Some("GWP55==".into()))).unwrap();
    /// assert_eq!(next[2], ("nextPageToken".into(), "GWP55==".into()));
    /// assert_eq!(filter.next_page(&next, &page(None)), None);
    /// ```
    pub fn next_page(&self, params: &Entries<'static>, outcome: &Outcome) -> Option<Entries<'static>> {
        let Outcome::Found { records, total, next } = outcome else { return None };
        let (name, value) = match self.more.paging {
            Paging::None => return None,
            Paging::Token(name) => {
                (name, Value::from(next.clone().filter(|next| !next.is_empty() && !records.is_empty())?))
            }
            Paging::Offset(page) => {
                let number = |name| {
                    named(params, name).and_then(Value::as_text).and_then(|text| text.parse::<u64>().ok())
                };
                let found = u64::try_from(records.len()).ok()?;
                let seen = number("offset").unwrap_or_default().saturating_add(found);
                let asked = number("limit").unwrap_or_else(|| u64::from(page));
                let is_last =
                    found < asked || found > u64::from(page) || total.is_some_and(|total| seen >= total);
                if is_last {
                    return None;
                }
                ("offset", Value::Number(seen.to_string().into()))
            }
        };
        let others = params.iter().filter(|(known, _)| known != name).cloned();
        Some(others.chain(std::iter::once((Cow::Borrowed(name), value))).collect())
    }
}

/// What the host does after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Sends what [`Call::part`] says, if it still says anything.
    GoOn,
    /// Gets a new token first, and sends the same part again.
    NewToken,
    /// Speaks this API version from now on, and sends the same part again.
    Version(u8),
}

/// A call under way.
///
/// ```
/// use fieldpost::delivery::call::{Call, Then};
/// use fieldpost::{Outcome, Reply, Value, operation};
///
/// let read = operation("pardot.prospect.read").unwrap();
/// let mut call = Call::new(read, vec![("id".into(), Value::from("7"))], 4).unwrap();
/// let mut version = 4;
/// # let bodies = [r#"{"@attributes":{"stat":"fail","version":1,"err_code":89},"err":"x"}"#,
/// #     r#"{"@attributes":{"stat":"ok","version":1},"prospect":{"id":7}}"#];
/// # let mut replies = bodies.map(|body| Reply { status: 200, body: body.into(), ..Reply::default() }).into_iter();
/// while let Some(part) = call.part() {
///     let payload = read.payload(part.params.clone(), version).unwrap();
///     // … the host sends it, and gets a reply:
///     # let _ = payload;
///     # let reply = replies.next().unwrap();
///     let outcome = read.row(version).read_for(&reply, &part.params);
///     match call.heard(outcome) {
///         Then::GoOn => {}
///         Then::NewToken => { /* asks for one */ }
///         Then::Version(other) => version = other,
///     }
/// }
/// assert_eq!(version, 3);
/// assert!(matches!(call.outcome(), Some(Outcome::Found { records, .. }) if records.len() == 1));
/// ```
#[derive(Clone, Debug)]
pub struct Call {
    parts: std::collections::VecDeque<Part>,
    is_split: bool,
    results: Vec<Outcome>,
    warnings: Vec<Issue>,
    renewed: bool,
    switched: bool,
}

impl Call {
    /// A call of these parameters; everything is checked before the first part is sent.
    ///
    /// # Errors
    /// `params.invalid` with issues at the caller's positions.
    pub fn new(operation: &Operation, params: Entries<'static>, version: u8) -> Result<Call, Refusal> {
        let parts = operation.parts(params);
        let mut issues = Vec::new();
        for part in &parts {
            let found = operation.check(part.params.clone(), version).issues;
            issues.extend(found.into_iter().map(|issue| part.rebased(issue)));
        }
        if issues.iter().any(|issue| issue.severity == Severity::Error) {
            issues.retain(|issue| issue.severity == Severity::Error);
            return Err(Refusal { code: INVALID, issues });
        }
        Ok(Call {
            is_split: parts.len() > 1,
            parts: parts.into(),
            results: Vec::new(),
            warnings: issues,
            renewed: false,
            switched: false,
        })
    }

    /// What is sent next; nothing once the call is over.
    pub fn part(&self) -> Option<&Part> {
        self.parts.front()
    }

    /// Takes what became of the part that was sent. A new token and the other version are tried once for each part: who
    /// is refused with a new token will be refused again.
    pub fn heard(&mut self, outcome: Outcome) -> Then {
        if let Outcome::Retry { reason, code, .. } = &outcome {
            match reason {
                Reason::Token if !self.renewed => {
                    self.renewed = true;
                    return Then::NewToken;
                }
                Reason::Version if !self.switched => {
                    self.switched = true;
                    return Then::Version(if code == "pardot.88" { 4 } else { 3 });
                }
                _ => {}
            }
        }
        (self.renewed, self.switched) = (false, false);
        if let Some(part) = self.parts.pop_front() {
            if self.is_split {
                self.results.extend(part.outcomes(outcome));
            } else {
                self.results.push(outcome);
            }
        }
        Then::GoOn
    }

    /// What became of the call, once every part was heard; of one that was split, what became of each record, in the
    /// caller's order.
    pub fn outcome(self) -> Option<Outcome> {
        if !self.parts.is_empty() {
            return None;
        }
        if self.is_split {
            return Some(Outcome::Batch { results: self.results });
        }
        match self.results.into_iter().next()? {
            Outcome::Stored { id, status, mut warnings } => {
                warnings.extend(self.warnings);
                Some(Outcome::Stored { id, status, warnings })
            }
            outcome => Some(outcome),
        }
    }
}
