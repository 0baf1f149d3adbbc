//! One token for all calls that run. Only the first of them asks for it; the others are parked, and never for longer than the
//! request for it may take: who asked may be gone, with its event or its page.

use super::{Effect, Failure, NOTHING, Step};
use crate::check::report::{Issue, said};
use crate::code::call;
use crate::crm::outcome::Outcome;
use crate::crm::systems::reply::Reply;
use crate::crm::systems::token::{self, Asked};
use std::borrow::Cow;

/// Marketo hands out a token in its last second; it is asked again this often.
const TRIES: u64 = 4;

/// Milliseconds until a request for a token is given up.
const DEADLINE: u64 = 35_000;

/// Milliseconds before a token is asked for again, where the system does not say it, and at most.
const PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 5_000;

/// Milliseconds that a host may take to say what came of a request.
const SLACK: u64 = 1_000;

impl Step<'_> {
    /// Milliseconds until a request for a token is given up.
    fn token_deadline(&self) -> u64 {
        self.client.patience.unwrap_or(DEADLINE)
    }

    /// Goes on with the token, or waits for it, or asks for it.
    pub(super) fn go(&mut self) {
        if self.now < self.client.token_until {
            return self.send();
        }
        let wait = self.client.asking_until.saturating_sub(self.now);
        // A clock that has stepped back must keep nobody.
        if wait == 0 || wait > self.token_deadline().wrapping_add(LONGEST_PAUSE).wrapping_add(SLACK)
        {
            self.call.tries = 0;
            return self.ask(0);
        }
        self.say(Effect::Park { wait });
    }

    /// Asks for a token after so many milliseconds.
    fn ask(&mut self, wait: u64) {
        let deadline = self.token_deadline();
        self.client.asking_until =
            self.now.wrapping_add(wait).wrapping_add(deadline).wrapping_add(SLACK);
        self.client.tokens = self.client.tokens.wrapping_add(1);
        self.call.used = self.client.tokens;
        self.call.tries = self.call.tries.wrapping_add(1);
        if wait > 0 {
            self.say(Effect::Sleep { wait });
        }
        self.sign_in(wait, None);
    }

    /// Signs in, with the JWT that the host has signed where it takes one.
    pub(super) fn sign_in(&mut self, wait: u64, signed: Option<&str>) {
        let account = &self.client.account;
        let asked = match account.known_host() {
            // Its time begins once it is signed, after the wait.
            Ok(()) => token::request(
                account,
                &self.client.credentials,
                self.now.wrapping_add(wait),
                signed,
            ),
            Err(issue) => Err(vec![issue]),
        };
        match asked {
            Err(issues) => self.no_account(issues),
            // The key itself is the token.
            Ok(Asked::Key) => {
                self.client.asking_until = 0;
                self.call.tries = 0;
                self.client.account.token.clone_from(&self.client.credentials.key);
                self.client.token_until = u64::MAX;
                self.send();
            }
            Ok(Asked::Sign(unsigned)) => self.say(Effect::Sign(unsigned)),
            Ok(Asked::Call(request)) => {
                let deadline = self.token_deadline();
                self.say(Effect::Fetch { request, deadline, head: false });
            }
        }
    }

    /// What the owner says of the account lets nobody ask for a token.
    pub(super) fn no_account(&mut self, issues: Vec<Issue>) {
        self.client.asking_until = 0;
        self.call.tries = 0;
        self.fail(Cow::Borrowed(call::ACCOUNT.name), NOTHING, issues);
    }

    /// Takes the answer to the request for a token.
    pub(super) fn signed(&mut self, reply: &Reply) {
        let system = self.client.account.system;
        match token::read(reply, system, token::grant(system, &self.client.credentials)) {
            Ok(got) => {
                if let Some(refresh_token) = got.refresh_token {
                    self.client.credentials.refresh_token = Some(refresh_token.clone());
                    // The one that was sent is dead: this one is kept before anything rests on it.
                    self.say(Effect::Renew { refresh_token });
                }
                self.client.account.token = Some(got.token);
                self.client.token_until = self.now.wrapping_add(token::usable(got.lifetime));
                self.client.asking_until = 0;
                self.say(Effect::Tell);
                // Whatever its life, it is good for the call that has asked for it.
                self.send();
            }
            Err(Outcome::Refused { issues, .. }) => {
                self.deny(Cow::Borrowed("auth.refused"), issues);
            }
            Err(Outcome::Retry { after, .. }) if self.call.tries < TRIES => {
                self.ask(after.unwrap_or(PAUSE).min(LONGEST_PAUSE));
            }
            Err(_) => self.deny(Cow::Borrowed(call::AUTH_BUSY.name), Vec::new()),
        }
    }

    /// There is no token, for this call and for those that wait for it; the next one asks again.
    pub(super) fn deny(&mut self, code: Cow<'static, str>, issues: Vec<Issue>) {
        self.call.tries = 0;
        // Another call may have asked once more meanwhile.
        if self.client.tokens == self.call.used {
            self.client.asking_until = 0;
        }
        let message = said(&call::AUTH_BUSY);
        self.say(Effect::Deny(Failure { code, message, issues }));
    }
}
