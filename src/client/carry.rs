//! A host's loop for native code: it carries effects out, one call at a time, and decides nothing.

use super::{Call, Client, Effect, Event, Failure, Goal, NOTHING, Row};
use crate::crm::operation::Operation;
use crate::crm::outcome::Outcome;
use crate::crm::request::Request;
use crate::crm::systems::reply::Reply;
use crate::value::{Entries, Value};
use std::borrow::Cow;
use std::collections::VecDeque;

/// What carrying out takes.
pub trait Host {
    /// Sends a request and reads its answer, both within so many milliseconds.
    ///
    /// # Errors
    /// `network.timeout` or `network.failed`: there is no answer.
    fn fetch(&mut self, request: &Request, deadline: u64) -> Result<Reply, Cow<'static, str>>;

    /// Signs a text by RS256 with a private key (PKCS#8 in Base64), and gives the JWT; nothing where it cannot. Only accounts
    /// that sign in by one need it.
    fn sign(&mut self, key: &str, text: &str) -> Option<String> {
        let _ = (key, text);
        None
    }

    /// Keeps a refresh token that has taken the place of the account's.
    ///
    /// # Errors
    /// The code of why it could not be kept, which is the call's then.
    fn renew(&mut self, refresh_token: &str) -> Result<(), Cow<'static, str>> {
        let _ = refresh_token;
        Ok(())
    }

    /// Waits for so many milliseconds.
    fn sleep(&mut self, milliseconds: u64);

    /// Milliseconds since 1970.
    fn now(&mut self) -> u64;

    /// Shows how far a job is: the system's word, how many questions were asked, and milliseconds until the next.
    fn progress(&mut self, state: &str, asked: u64, wait: u64) {
        let _ = (state, asked, wait);
    }
}

/// What a call gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// What became of it, or of a page.
    Outcome(Outcome),
    /// The records of a page.
    Records(Vec<Value<'static>>),
    /// The addresses of a job's files.
    Files(Vec<String>),
    /// A file.
    File(String),
}

impl Client {
    /// What became of a call.
    ///
    /// # Errors
    /// `params.invalid` with issues at the caller's positions, `account.invalid`, and whatever keeps the account from a token.
    pub fn call(
        &mut self,
        host: &mut impl Host,
        operation: &'static Operation,
        params: &Entries<'_>,
    ) -> Result<Outcome, Failure> {
        match self.carry(host, Call::new(operation, Goal::Outcome), params).next() {
            Some(Ok(Given::Outcome(outcome))) => Ok(outcome),
            Some(Err(failure)) => Err(failure),
            _ => Err(Failure {
                code: Cow::Borrowed(crate::code::call::UNREADABLE.name),
                message: NOTHING,
                issues: Vec::new(),
            }),
        }
    }

    /// All that a call gives, one after another; each is asked for when it is due.
    pub fn carry<'c, H: Host>(
        &'c mut self,
        host: &'c mut H,
        call: Call,
        params: &Entries<'_>,
    ) -> Carried<'c, H> {
        let rows = vec![Row::from(params)];
        Carried {
            client: self,
            host,
            call,
            rows,
            due: 0,
            next: Some(Happened::Begin),
            effects: VecDeque::new(),
            added: Vec::new(),
            head: Reply::default(),
        }
    }
}

/// An event that owns what came with it.
enum Happened {
    Begin,
    Go,
    Head,
    Signed(Option<String>),
    Reply(Reply),
    Failed(Cow<'static, str>),
}

/// A call that is carried out as its gifts are asked for.
pub struct Carried<'c, H> {
    client: &'c mut Client,
    host: &'c mut H,
    call: Call,
    rows: Vec<Row>,
    due: usize,
    next: Option<Happened>,
    effects: VecDeque<Effect>,
    added: Vec<Outcome>,
    /// The answer whose head was asked for; a native host has read it all.
    head: Reply,
}

impl<H: Host> Carried<'_, H> {
    fn step(&mut self) -> Option<()> {
        let happened = self.next.take()?;
        let event = match &happened {
            Happened::Begin => Event::Begin,
            Happened::Go => Event::Go,
            Happened::Head => Event::Head(&self.head),
            Happened::Signed(signed) => Event::Signed(signed.as_deref()),
            Happened::Reply(reply) => Event::Reply(reply),
            Happened::Failed(code) => Event::Failed(code),
        };
        let row = self.rows.get(self.due)?;
        let now = self.host.now();
        self.effects = self.client.step(&mut self.call, row, event, now).into();
        Some(())
    }
}

impl<H: Host> Iterator for Carried<'_, H> {
    type Item = Result<Given, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(effect) = self.effects.pop_front() else {
                self.step()?;
                continue;
            };
            match effect {
                Effect::Keep { rows } => self.rows = rows,
                Effect::Go { row } => {
                    self.due = usize::try_from(row).unwrap_or_default();
                    self.next = Some(Happened::Go);
                }
                Effect::Park { wait } => {
                    self.host.sleep(wait);
                    self.next = Some(Happened::Go);
                }
                Effect::Sign(unsigned) => {
                    let signed = self.host.sign(&unsigned.key, &unsigned.text);
                    self.next = Some(Happened::Signed(signed));
                }
                Effect::Renew { refresh_token } => {
                    if let Err(code) = self.host.renew(&refresh_token) {
                        self.client.forget();
                        self.effects.clear();
                        return Some(Err(Failure { code, message: NOTHING, issues: Vec::new() }));
                    }
                }
                // Nobody else is here.
                Effect::Tell => {}
                Effect::Fetch { request, deadline, head } => {
                    self.next = Some(match self.host.fetch(&request, deadline) {
                        Err(code) => Happened::Failed(code),
                        Ok(reply) if !head => Happened::Reply(reply),
                        Ok(reply) => {
                            self.head = reply;
                            Happened::Head
                        }
                    });
                }
                Effect::Read { .. } => {
                    self.next = Some(Happened::Reply(std::mem::take(&mut self.head)));
                }
                Effect::Sleep { wait } => self.host.sleep(wait),
                Effect::Progress { state, asked, wait } => self.host.progress(&state, asked, wait),
                Effect::Add { outcomes, times } => {
                    for _ in 0..times {
                        self.added.extend_from_slice(&outcomes);
                    }
                }
                Effect::Batch => {
                    let results = std::mem::take(&mut self.added);
                    return Some(Ok(Given::Outcome(Outcome::Batch { results })));
                }
                Effect::Give { outcome } => return Some(Ok(Given::Outcome(outcome))),
                Effect::Records { records } => return Some(Ok(Given::Records(records))),
                Effect::Files { refs } => return Some(Ok(Given::Files(refs))),
                Effect::Stream { .. } => {
                    return Some(Ok(Given::File(std::mem::take(&mut self.head.body))));
                }
                Effect::Fail(failure) | Effect::Deny(failure) => return Some(Err(failure)),
            }
        }
    }
}
