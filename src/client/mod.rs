//! The client: a call from its parameters to its outcome, whatever it takes to get there. More records than one request
//! takes, a token, the other API version, all pages of a query, an export that takes its time.
//!
//! It decides and does nothing itself. [`Client::step`] takes an [`Event`] and says what the host does next, as [`Effect`]s.
//! The state has two parts: the [`Client`], which all of its calls share, and the [`Call`]. Each is a few numbers wherever a
//! host keeps them. The parameters are not among them: they are [`Row`]s, one for each request, which the host keeps and
//! hands back when they are due. [`carry`] is a host's loop for native code.

pub mod carry;
mod job;
mod paging;
mod split;
mod state;
mod token;

pub use carry::{Given, Host};
pub use state::{CALL, CLIENT};

use crate::check::report::{Issue, Severity};
use crate::code::{call, found};
use crate::crm::operation::{INVALID, Job, NOW, Operation, Paging, moment};
use crate::crm::outcome::{Outcome, Reason};
use crate::crm::request::{Account, Request};
use crate::crm::systems;
use crate::crm::systems::reply::Reply;
use crate::crm::systems::token::{Credentials, Unsigned};
use crate::crossing::members;
use crate::packed::PackedValues;
use crate::packed::typed::{pack_entries, unpack, unpack_entries};
use crate::value::{Entries, Value, cut};
use std::borrow::Cow;

/// Milliseconds that an answer may take longer than the system itself, on its way.
const WAY: u64 = 5_000;

/// The most milliseconds that an owner may have to wait for, more than thirty years.
const LONGEST: u64 = 1 << 40;

/// An account with what all calls to it share: its token, and the version that it was found to speak.
#[derive(Clone, Debug)]
pub struct Client {
    account: Account,
    credentials: Credentials,
    patience: Option<u64>,
    /// Until when the account's token is used; 0 where there is none.
    token_until: u64,
    /// Until when a call asks for a token; 0 where none does.
    asking_until: u64,
    /// How many tokens were asked for.
    tokens: u64,
}

impl Client {
    /// A client of an account; a token in it is not used.
    pub fn new(account: Account, credentials: Credentials) -> Client {
        Client { account, credentials, patience: None, token_until: 0, asking_until: 0, tokens: 0 }
    }

    /// The same, with the milliseconds until a request is given up. Where nothing is said, they are five seconds more than
    /// the system itself takes.
    #[must_use]
    pub fn with_patience(self, milliseconds: u64) -> Client {
        Client { patience: Some(milliseconds.min(LONGEST)), ..self }
    }

    /// Forgets its token: the next call signs in.
    fn forget(&mut self) {
        self.token_until = 0;
    }

    /// The version that the account speaks, as far as anybody knows.
    fn version(&self) -> u8 {
        self.account.version.unwrap_or(4)
    }
}

/// What a call is to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// What became of it.
    Outcome,
    /// The outcome of each page; the last is the one that ends them.
    Pages,
    /// The records of all pages.
    Records,
    /// The files of a job, once it is done. The milliseconds before the first question and between two at most, where they
    /// are not those of the system's table.
    Job {
        /// Before the first question.
        first: Option<u64>,
        /// Between two questions, at most.
        most: Option<u64>,
    },
    /// A file as it comes.
    File,
}

/// A call under way.
#[derive(Clone, Debug)]
pub struct Call {
    operation: &'static Operation,
    goal: Goal,
    /// The request that is due, and how many there are.
    row: u64,
    rows: u64,
    /// How often this call has asked for the token that it waits for; 0 where it does not.
    tries: u64,
    /// Which token its request carries, and in which version it is written.
    used: u64,
    spoken: u8,
    /// A new token and the other version are tried once for each request.
    renewed: bool,
    switched: bool,
    /// Of a job: milliseconds until the next question, and how many were asked.
    wait: u64,
    asked: u64,
    /// When its request left.
    left: u64,
}

impl Call {
    /// A call that has not begun.
    pub fn new(operation: &'static Operation, goal: Goal) -> Call {
        Call::restored(operation, goal, [0; CALL])
    }
}

/// The parameters of one request. The host keeps it and need not know what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(Vec<u8>);

impl Row {
    /// What stands in it.
    pub fn params(&self) -> Entries<'static> {
        unpack_entries(PackedValues(&self.0))
    }

    /// A row that comes back over the border.
    #[cfg(feature = "edge")]
    pub(crate) fn packed(text: String) -> Self {
        Row(text.into_bytes())
    }

    /// A row that goes out over the border.
    #[cfg(feature = "edge")]
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match str::from_utf8(&self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(crate::value::letters(&self.0)),
        }
    }
}

impl From<&Entries<'_>> for Row {
    fn from(params: &Entries<'_>) -> Self {
        Row(pack_entries(params))
    }
}

/// What happened to a call. With each comes the row that is due.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// It begins, with the caller's parameters as its row.
    Begin,
    /// What [`Effect::Go`] or [`Effect::Park`] asked for.
    Go,
    /// The head of an answer, where the effect asked for that; no body has been read.
    Head(&'e Reply),
    /// The JWT that [`Effect::Sign`] asked for; nothing where the host can do nothing with the key.
    Signed(Option<&'e str>),
    /// The answer to the request that is out.
    Reply(&'e Reply),
    /// There is none: `network.timeout`, `network.failed` …
    Failed(&'e str),
}

/// What the host does, in this order. Where the last one brings an event, that is the next step; where none does, the call is
/// over.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keeps these rows in the place of those before.
    Keep {
        /// In the order of the requests.
        rows: Vec<Row>,
    },
    /// Comes back with [`Event::Go`] and this row, which stays the one that is due.
    Go {
        /// Its place among those that are kept.
        row: u64,
    },
    /// Comes back with [`Event::Go`] when another call's [`Effect::Tell`] says so, and after this time at the latest: another
    /// call asks for the token.
    Park {
        /// Milliseconds.
        wait: u64,
    },
    /// Signs a text with the key, and comes back with [`Event::Signed`].
    Sign(Unsigned),
    /// Keeps a refresh token for good before it goes on; the one that the credentials have is dead. What cannot be kept
    /// fails the call.
    Renew {
        /// The one that the next sign-in needs.
        refresh_token: String,
    },
    /// All calls of this client that are parked go on.
    Tell,
    /// All calls of this client that are parked fail as this one does.
    Deny(Failure),
    /// Sends a request, and comes back with its answer: [`Event::Reply`], [`Event::Head`] or [`Event::Failed`].
    Fetch {
        /// What is sent.
        request: Request,
        /// Milliseconds until it is given up, over head and body.
        deadline: u64,
        /// Only the head is waited for.
        head: bool,
    },
    /// Reads the body of the answer whose head came, and comes back with [`Event::Reply`] or [`Event::Failed`].
    Read {
        /// Milliseconds that are left.
        deadline: u64,
    },
    /// Waits.
    Sleep {
        /// Milliseconds.
        wait: u64,
    },
    /// Shows how far a job is.
    Progress {
        /// The system's word.
        state: String,
        /// How many questions were asked.
        asked: u64,
        /// Milliseconds until the next one; 0 where there is none.
        wait: u64,
    },
    /// Keeps what became of some records behind those before.
    Add {
        /// In the caller's order.
        outcomes: Vec<Outcome>,
        /// How many times: what became of a whole request became of each of its records.
        times: u64,
    },
    /// Gives all that was added, as one outcome.
    Batch,
    /// Gives what became of the call, or of a page.
    Give {
        /// It.
        outcome: Outcome,
    },
    /// Gives a page's records.
    Records {
        /// In the system's order.
        records: Vec<Value<'static>>,
    },
    /// Gives the addresses of a job's files, in no order.
    Files {
        /// For `download`.
        refs: Vec<String>,
    },
    /// Gives the body of the answer whose head came, as it comes.
    Stream {
        /// Milliseconds without a byte after which it is given up.
        stall: u64,
    },
    /// The call fails.
    Fail(Failure),
}

/// Why a call gives nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Failure {
    /// Stable.
    pub code: Cow<'static, str>,
    /// English, for people; empty where the issues say it.
    pub message: Cow<'static, str>,
    /// What is wrong, where the system or a check says it.
    pub issues: Vec<Issue>,
}

members! {
    said Failure, Failure { code: Cow::Borrowed(""), message: Cow::Borrowed(""), issues: Vec::new() },
    "code" code, "message" message, "issues" issues,
}

impl Client {
    /// Moves a call on. `row` is the one that is due, `now` in milliseconds since 1970.
    pub fn step(&mut self, call: &mut Call, row: &Row, event: Event<'_>, now: u64) -> Vec<Effect> {
        let asks = call.tries > 0;
        let mut step = Step { client: self, call, row, now, out: Vec::new() };
        match event {
            Event::Begin => step.begin(),
            Event::Go => step.go(),
            Event::Head(reply) => step.head(reply),
            Event::Signed(Some(signed)) => step.sign_in(0, Some(signed)),
            Event::Signed(None) => step.no_account(vec![Issue::error("privateKey", &found::KEY)]),
            Event::Reply(reply) if asks => step.signed(reply),
            Event::Reply(reply) => step.heard(reply),
            Event::Failed(code) if asks => step.deny(Cow::Owned(code.to_owned()), Vec::new()),
            Event::Failed(code) => step.lost(code),
        }
        step.out
    }
}

/// One step: what it may change, and what it says.
struct Step<'s> {
    client: &'s mut Client,
    call: &'s mut Call,
    row: &'s Row,
    now: u64,
    out: Vec<Effect>,
}

impl Step<'_> {
    #[inline(never)]
    fn say(&mut self, effect: Effect) {
        self.out.push(effect);
    }

    fn fail(&mut self, code: Cow<'static, str>, message: Cow<'static, str>, issues: Vec<Issue>) {
        self.say(Effect::Fail(Failure { code, message, issues }));
    }

    /// Milliseconds until the request of this operation is given up.
    fn patience(&self) -> u64 {
        self.client.patience.unwrap_or(u64::from(self.call.operation.timeout).wrapping_add(WAY))
    }

    /// Adds what a check has to say of a row, at the caller's positions; `at` is the row's own.
    fn find(&self, row: &Row, at: u64, severity: Severity, all: &mut Vec<Issue>) {
        let operation = self.call.operation;
        for mut issue in operation.check(row.params(), self.client.version()).issues {
            if issue.severity == severity {
                split::rebase(operation, row, at, &mut issue);
                all.push(issue);
            }
        }
    }

    /// Everything is checked before the first request is sent.
    fn begin(&mut self) {
        let Call { operation, goal, .. } = *self.call;
        let address = split::value(&self.row.0, "ref");
        let given = match operation.more.job {
            // An open range is measured to now.
            Job::Asked if split::value(&self.row.0, NOW).is_empty() => {
                Some(paging::with(&self.row.0, NOW, &Value::from(moment(self.now))))
            }
            Job::Fetched(files) if matches!(goal, Goal::File) && !address.is_empty() => {
                let params = unpack(address).as_text().and_then(files.params);
                let Some(params) = params else {
                    const NO_ADDRESS: &str = "This is not the address of an export's file.";
                    return self.fail(
                        Cow::Borrowed(INVALID),
                        Cow::Borrowed(NO_ADDRESS),
                        Vec::new(),
                    );
                };
                Some(pack_entries(&params))
            }
            // In any other order a record may be on two pages, or on none.
            _ if matches!(goal, Goal::Pages | Goal::Records)
                && matches!(operation.more.paging, Paging::Offset(_))
                && split::value(&self.row.0, "sort_by").is_empty() =>
            {
                Some(paging::with(&self.row.0, "sort_by", &Value::from("id")))
            }
            _ => None,
        };
        let rows = split::rows(operation, given.as_ref().unwrap_or(&self.row.0));
        let mut issues = Vec::new();
        for (at, row) in (0..).zip(&rows) {
            self.find(row, at, Severity::Error, &mut issues);
        }
        if !issues.is_empty() {
            return self.fail(Cow::Borrowed(INVALID), NOTHING, issues);
        }
        let is_kept = given.is_some() || rows.len() > 1;
        if let (Goal::Job { first, .. }, Job::Read(states)) = (goal, operation.more.job) {
            let wait = first.unwrap_or(states.first).min(LONGEST);
            self.call.wait = wait;
            self.say(Effect::Sleep { wait });
        } else if !is_kept {
            return self.go();
        }
        if is_kept {
            self.call.rows = rows.len() as u64;
            self.say(Effect::Keep { rows });
        }
        self.say(Effect::Go { row: 0 });
    }

    /// Sends the request that is due, with the token that there is.
    fn send(&mut self) {
        self.call.tries = 0;
        self.call.used = self.client.tokens;
        self.call.spoken = self.client.version();
        self.call.left = self.now;
        match self.call.operation.request(self.row.params(), &self.client.account) {
            Ok(request) => {
                let (deadline, head) = (self.patience(), matches!(self.call.goal, Goal::File));
                self.say(Effect::Fetch { request, deadline, head });
            }
            Err(mut refusal) => {
                for issue in &mut refusal.issues {
                    split::rebase(self.call.operation, self.row, self.call.row, issue);
                }
                self.fail(Cow::Borrowed(refusal.code), NOTHING, refusal.issues);
            }
        }
    }

    /// A file goes through as it comes; whatever else there is instead of one is read.
    fn head(&mut self, reply: &Reply) {
        let of = reply.header("content-type").unwrap_or_default();
        let is_file = match self.call.operation.more.job {
            Job::Fetched(files) => files.types.iter().any(|known| cut(of, known).is_some()),
            _ => false,
        };
        self.say(if is_file && (200..300).contains(&reply.status) {
            Effect::Stream { stall: self.patience() }
        } else {
            let gone = self.now.saturating_sub(self.call.left);
            Effect::Read { deadline: self.patience().saturating_sub(gone).max(1) }
        });
    }

    /// A read may be repeated; of a write nobody can tell.
    fn lost(&mut self, code: &str) {
        let code = Cow::Owned(code.to_owned());
        self.settled(if self.call.operation.is_write() {
            Outcome::Unknown { why: code }
        } else {
            Outcome::Retry { after: None, code, reason: Reason::Busy }
        });
    }

    /// Sends again with a new token or in the other version where the system says so, each once: who is refused with a new
    /// token will be refused again.
    fn heard(&mut self, reply: &Reply) {
        let spoken = self.call.spoken;
        let outcome = self.call.operation.row(spoken).read_for(reply, &self.row.params());
        if let Outcome::Retry { reason, code, .. } = &outcome {
            match reason {
                Reason::Token if !self.call.renewed => {
                    self.call.renewed = true;
                    // Another call may have renewed it already.
                    if self.client.tokens == self.call.used {
                        self.client.token_until = 0;
                    }
                    return self.go();
                }
                Reason::Version if !self.call.switched => {
                    self.call.switched = true;
                    // Another call may have switched it already.
                    if self.client.version() == spoken {
                        self.client.account.version = systems::speaks(code);
                    }
                    return self.go();
                }
                _ => {}
            }
        }
        self.settled(outcome);
    }

    /// What became of the request that is due.
    fn settled(&mut self, outcome: Outcome) {
        let Call { operation, goal, rows, .. } = *self.call;
        (self.call.renewed, self.call.switched) = (false, false);
        if rows > 1 {
            let (outcomes, times) = split::each(outcome, split::count(operation, self.row));
            self.say(Effect::Add { outcomes, times });
            let row = self.call.row.wrapping_add(1);
            self.call.row = row;
            if row < rows {
                self.say(Effect::Go { row });
            } else if matches!(goal, Goal::Outcome | Goal::Pages) {
                self.say(Effect::Batch);
            } else {
                // Many records were sent, and none was asked for.
                self.fail(Cow::Borrowed(call::UNREADABLE.name), Cow::Borrowed(NO_PAGE), Vec::new());
            }
            return;
        }
        match (goal, operation.more.job) {
            (Goal::Outcome, _) => self.give(outcome),
            (Goal::Pages | Goal::Records, _) => self.page(outcome),
            (Goal::Job { most, .. }, Job::Read(states)) => self.progressed(states, most, outcome),
            _ => self.without(outcome, "The file could not be downloaded."),
        }
    }

    /// Gives an outcome; what a check has to say stands beside what is stored.
    fn give(&mut self, mut outcome: Outcome) {
        if let Outcome::Stored { warnings, .. } = &mut outcome {
            self.find(self.row, 0, Severity::Warning, warnings);
        }
        self.say(Effect::Give { outcome });
    }

    /// Gives a page, and goes on to the next one where there is one.
    fn page(&mut self, outcome: Outcome) {
        let next = paging::next(self.call.operation, &self.row.0, &outcome);
        match (self.call.goal, outcome) {
            (Goal::Records, Outcome::Found { records, .. }) => {
                self.say(Effect::Records { records });
            }
            (Goal::Records, other) => self.without(other, NO_PAGE),
            (_, outcome) => self.give(outcome),
        }
        if let Some(row) = next {
            self.say(Effect::Keep { rows: vec![Row(row)] });
            self.say(Effect::Go { row: 0 });
        }
    }

    /// Fails with what an outcome says in place of what was asked for.
    fn without(&mut self, outcome: Outcome, message: &'static str) {
        let mut code = Cow::Borrowed(call::UNREADABLE.name);
        let mut found = Vec::new();
        match outcome {
            Outcome::Refused { issues, .. } => {
                found = issues;
                if let Some(first) = found.first() {
                    code.clone_from(&first.code);
                }
            }
            Outcome::Retry { code: said, .. } => code = said,
            _ => {}
        }
        self.fail(code, Cow::Borrowed(message), found);
    }
}

const NO_PAGE: &str = "A page could not be read.";

/// The issues say it.
const NOTHING: Cow<'static, str> = Cow::Borrowed("");
