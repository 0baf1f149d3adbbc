//! What came of a call, and what that means for the account: whose fault it is, whether its token is any good, how long
//! everybody keeps quiet.

use super::memory::{Stage, WORD};
use super::{
    AccountLimiter, Effect, Effects, NO_KEY, NO_TOKEN, NOT_TAKEN, Release, Reply, SOON, say,
};
use crate::crm::outcome::{Fault, Reason};
use crate::relay::limiter::{Keep, Looked, PROBE_EVERY, Settled, Told};
use crate::relay::words::Words;

/// What became of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// No call was made.
    #[default]
    Nothing,
    /// The system has it.
    Stored,
    /// It was read.
    Found,
    /// The system does not take it.
    Refused,
    /// It may be sent again.
    Retry,
    /// Nobody can tell.
    Unknown,
    /// It is something else, which says nothing here.
    Other,
    /// Something of ours failed: an option that is wrong, a deadline that has passed.
    Failed,
}

impl Kind {
    /// By its name, as outcomes have it.
    pub fn from_name(name: &str) -> Self {
        match name {
            "" => Kind::Nothing,
            "stored" => Kind::Stored,
            "found" => Kind::Found,
            "refused" => Kind::Refused,
            "retry" => Kind::Retry,
            "unknown" => Kind::Unknown,
            "failed" => Kind::Failed,
            _ => Kind::Other,
        }
    }
}

/// An outcome, as far as it concerns the account.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// What became of the call.
    pub kind: Kind,
    /// Whose fault a refusal is.
    pub fault: Option<Fault>,
    /// What has to change before a repeat.
    pub reason: Option<Reason>,
    /// A repeat's code, or a failure's.
    pub code: &'a str,
    /// Of the first issue: its field, code and sentence; of a failure without one its own sentence.
    pub field: &'a str,
    /// See `field`.
    pub issue: &'a str,
    /// See `field`.
    pub message: &'a str,
    /// Milliseconds that the outcome asks to wait.
    pub after: Option<u64>,
}

impl<'a> Said<'a> {
    /// Code and sentence of a refusal.
    pub(super) fn about(&self) -> (&'a str, String) {
        (super::or(self.issue, "refused"), self.sentence())
    }

    fn sentence(&self) -> String {
        match self.field {
            "" => self.message.to_owned(),
            field => [field, ": ", self.message].concat(),
        }
    }

    /// What a failure says that somebody can mend.
    pub(super) fn told(&self, otherwise: &'static str) -> (&'a str, String) {
        if self.code.is_empty() {
            return (otherwise, NO_TOKEN.to_owned());
        }
        if self.issue.is_empty() {
            // An error that has no sentence says its code.
            let message = if self.message == self.code { NO_TOKEN } else { self.message };
            return (self.code, message.to_owned());
        }
        // What is wrong with the account has a code of its own.
        (if self.issue.starts_with("account.") { self.issue } else { self.code }, self.sentence())
    }

    /// What a harmless read shows of its account.
    pub(super) fn judged(&self) -> (Looked, &'a str, String) {
        let nothing = |looked| (looked, "", String::new());
        let says = |looked, (code, message)| (looked, code, message);
        match (self.kind, self.fault) {
            (Kind::Refused, Some(Fault::Account)) => says(Looked::Refused, self.about()),
            (Kind::Refused, Some(Fault::Unsure | Fault::Writes)) => {
                says(Looked::Forbidden, self.about())
            }
            (Kind::Retry, _) if self.reason == Some(Reason::Token) => {
                (Looked::Refused, self.code, NOT_TAKEN.to_owned())
            }
            (Kind::Failed, _) => says(Looked::Refused, self.told("account.invalid")),
            (Kind::Nothing | Kind::Retry | Kind::Unknown, _) => nothing(Looked::Unknown),
            _ => nothing(Looked::Good),
        }
    }
}

/// A call that is over, once it is clear what that means. Times in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default)]
struct Over<'a> {
    id: &'a str,
    form: &'a str,
    fills: &'a str,
    code: &'a str,
    message: &'a str,
    param: &'a str,
    fault: Option<Fault>,
    /// No call was made, and nobody is to blame.
    unsent: bool,
    /// The account took the call.
    good: bool,
    /// It was a write, and the system has it.
    stored: bool,
    keep: Keep,
    landed: Option<u64>,
    quiet: Option<u64>,
    left: Option<u64>,
    until: Option<u64>,
    version: Option<u64>,
}

impl<'a> Over<'a> {
    fn text(&mut self) -> String {
        let mut words = Words::out(WORD);
        self.cross(&mut words);
        words.text
    }

    fn read(text: &'a str) -> Over<'a> {
        let mut over = Over::default();
        over.cross(&mut Words::of(text, WORD));
        over
    }

    #[inline(never)]
    fn cross(&mut self, words: &mut Words<'a>) {
        words.flag(&mut self.unsent);
        words.flag(&mut self.good);
        words.flag(&mut self.stored);
        let (mut goes_on, mut lost) = (self.keep == Keep::GoesOn, self.keep == Keep::Lost);
        words.flag(&mut goes_on);
        words.flag(&mut lost);
        self.keep = Keep::of(goes_on, lost);
        words.maybe(&mut self.landed);
        words.maybe(&mut self.quiet);
        words.maybe(&mut self.left);
        words.maybe(&mut self.until);
        words.maybe(&mut self.version);
        words.text(&mut self.id);
        words.text(&mut self.form);
        words.text(&mut self.fills);
        words.text(&mut self.code);
        words.text(&mut self.message);
        words.text(&mut self.param);
        let mut fault = self.fault.map_or("", Fault::name);
        words.text(&mut fault);
        self.fault = Fault::from_name(fault);
    }
}

impl AccountLimiter {
    /// A call is over: what that means is clear at once, or once somebody has asked the account itself.
    pub(super) fn release(
        &mut self,
        number: u64,
        release: Release<'_>,
        now: u64,
        out: &mut Effects,
    ) {
        let Release { id, form, fills, said, .. } = release;
        let is_retry = said.kind == Kind::Retry;
        let is_refused = said.kind == Kind::Refused;
        let mut fault = is_refused.then(|| said.fault.unwrap_or_default());
        let took = matches!(said.kind, Kind::Stored | Kind::Found)
            || matches!(fault, Some(Fault::Lead | Fault::Target));
        let good = took && !release.unsent;
        let (code, mut message) = match said.kind {
            Kind::Refused => said.about(),
            Kind::Retry => (said.code, String::new()),
            _ => ("", String::new()),
        };
        let known = self.memory.token.as_ref().filter(|token| token.value == release.token);
        // A late refusal of an old token must not cost the new one.
        if let Some(proven) = known.map(|token| token.proven) {
            if good && !proven {
                self.prove();
            }
            let is_token = is_retry && said.reason == Some(Reason::Token);
            if is_token && self.drop_token(code, now, out) && !self.settings.expired.contains(&code)
            {
                // A token that was just issued is refused, too: by the system, or by something before it that says no more.
                fault =
                    Some(if code.starts_with("http.") { Fault::Unsure } else { Fault::Account });
                message.push_str(if self.settings.keyed { NO_KEY } else { NOT_TAKEN });
            }
        }
        // What was wrong with one lead before a call was made says nothing of what is closed.
        let unsent = match fault {
            None => said.kind == Kind::Nothing,
            Some(Fault::Lead) => release.unsent,
            Some(_) => false,
        };
        let lost = release.write && said.kind == Kind::Unknown;
        let is_rate = said.reason == Some(Reason::Rate) || release.after.is_some();
        let pause = release.after.unwrap_or_default().max(said.after.unwrap_or(SOON));
        let asks = |reason| is_retry && said.reason == Some(reason);
        let versions = self.settings.versions.iter().find(|(known, _)| *known == said.code);
        let mut over = Over {
            id,
            form,
            fills,
            code,
            message: &message,
            param: if is_refused { said.field } else { "" },
            fault: if unsent { None } else { fault },
            unsent,
            good,
            stored: release.write && said.kind == Kind::Stored,
            keep: Keep::of(release.goes_on, lost),
            landed: release.landed.filter(|_| lost).map(|landed| now.saturating_add(landed)),
            quiet: (is_retry && is_rate).then(|| now.saturating_add(self.divided(pause))),
            left: release.left,
            until: release.until,
            version: versions
                .filter(|_| asks(Reason::Version))
                .map(|(_, version)| u64::from(*version)),
        };
        if over.fault == Some(Fault::Unsure) && is_retry {
            self.memory.wait(number, Stage::Token, over.text());
            self.sign_in(number, now, out);
        } else if over.fault == Some(Fault::Unsure) {
            self.ask_the_account(number, &over.text(), number, now, out);
        } else if asks(Reason::Quota) {
            self.memory.wait(number, Stage::Midnight, over.text());
            out.push(Effect::Midnight(number, self.settings.zone.clone()));
        } else {
            self.settle(number, &over, false, now, out);
        }
    }

    /// A call went through with the token.
    fn prove(&mut self) {
        if let Some(mut token) = self.memory.token.take() {
            token.proven = true;
            self.memory.put_token(Some(token));
        }
        self.memory.signs(|sign| sign.fruitless = 0);
    }

    /// A refusal of which nobody is sure waits for the harmless read, which an event sets off. Without a token there is none.
    pub(super) fn ask_the_account(
        &mut self,
        number: u64,
        text: &str,
        event: u64,
        now: u64,
        out: &mut Effects,
    ) {
        if self.usable(now).is_none() {
            return self.found_out(number, text, Looked::Unknown, false, now, out);
        }
        self.memory.wait(number, Stage::Read, text.to_owned());
        self.look(event, now, out);
    }

    /// Where the read gets it too, it is the account's; and where it may not read at all, a lead has to ask.
    pub(super) fn found_out(
        &mut self,
        number: u64,
        text: &str,
        looked: Looked,
        was_closed: bool,
        now: u64,
        out: &mut Effects,
    ) {
        let fault = match looked {
            Looked::Refused => Some(Fault::Account),
            Looked::Forbidden => Some(Fault::Writes),
            Looked::Good | Looked::Unknown => None,
        };
        // Mended between this call and the read: the lead goes once more before anybody blames it.
        let blamed = looked == Looked::Good && !was_closed;
        let mut over = Over::read(text);
        over.fault = fault;
        self.settle(number, &over, blamed, now, out);
    }

    /// The day's quota is used up until the day turns.
    pub(super) fn midnight(&mut self, number: u64, at: u64, now: u64, out: &mut Effects) {
        if let Some(text) = self.memory.take_one(number, Stage::Midnight) {
            let reset = now.saturating_add(self.divided(at.saturating_sub(now)));
            self.settle(number, &Over::read(&text), false, now, out);
            self.limiter.spent(reset, self.divided(PROBE_EVERY), now);
        }
    }

    fn settle(&mut self, number: u64, over: &Over<'_>, blamed: bool, now: u64, out: &mut Effects) {
        let Over { id, form, fills, code, message, param, fault, unsent, good, stored, .. } = *over;
        if stored {
            self.limiter.stored(id, self.divided(self.settings.lag), now);
        }
        let every = self.divided(super::EVERY);
        let told = Told { id, form, fills, unsent, stored, fault, param, code, message, every };
        let Settled { hold, until, events } = self.limiter.settle(told, now);
        self.limiter.release(id, over.keep, over.landed);
        if good {
            self.limiter.opened();
        }
        if let (Some(left), Some(until)) = (over.left, over.until) {
            self.limiter.heard(u32::try_from(left).unwrap_or(u32::MAX), until);
        }
        if let Some(quiet) = over.quiet {
            self.limiter.quiet(quiet);
        }
        if let Some(version) = over.version.and_then(|version| u8::try_from(version).ok()) {
            self.limiter.speaks(version);
        }
        let opened = events.iter().any(|(event, ..)| event.ends_with(".opened"));
        say(Settled { events, ..Settled::default() }, out);
        out.push(Effect::Answer(number, Reply::Released { hold, until, opened, blamed }));
    }
}
