//! An account as one machine: its limiter, its token, and what each outcome means for everybody else. It says when a token
//! is asked for and when no longer, whether what is closed is mended, and what a call that wants to go out is told.
//!
//! [`AccountLimiter::step`] is all there is. Each event has a number that the host gives once. What the host is to do
//! because of it carries that number, and so does the answer to who asked, which may come with a later event. A number of a
//! life before says nothing to this one.

mod memory;
mod outcome;

pub use outcome::{Kind, Said};

use super::limiter::{Answer, Ask, By, Door, Limiter, Limits, Looked, Part, Scope, Settled, Spare};
use crate::value::has_part;
use memory::{Memory, Preparing, Stage, Token};

/// What is closed is asked about this often: somebody has to mend it.
const EVERY: u64 = 60_000;

/// A day, of which calls that nobody waits for have a share.
const DAY: u64 = 24 * 60 * 60 * 1_000;

/// After so many sign-ins that failed for the moment, the account is closed.
const TRIES: u32 = 3;

/// How long a sign-in may take, and the harmless read.
const SIGN_IN: u64 = 30_000;
const READ: u64 = 35_000;

/// No test divides a sign-in's time below this: where it is late three times, the account is closed.
const LEAST_SIGN_IN: u64 = 1_000;

/// Where nobody says how long to wait, and after the first failure.
const SOON: u64 = 1_000;

const NO_TOKEN: &str = "The system gives no token for the account's credentials.";
const NO_KEY: &str = "The system refuses the account's key.";
const NOT_TAKEN: &str = "The system refuses the tokens that it has just issued: check the API user, its role and the account's address.";

/// What the options and the system's tables say of an account.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What may be asked of it.
    pub limits: Limits,
    /// Milliseconds by which the system's reads lag behind its writes; 0 where nobody is looked up before a write.
    pub lag: u64,
    /// The kinds of keys that the system's reads are asked by, see [`Limiter::kinds`].
    pub kinds: &'static str,
    /// Its token is the owner's key, which nobody renews.
    pub keyed: bool,
    /// The zone in which its day of calls is counted.
    pub zone: String,
    /// So many calls of a day may be such that nobody waits for.
    pub share: u32,
    /// What all times are divided by; 1 but in tests.
    pub scale: u64,
    /// The codes of a token that has come to its end. It is replaced, and no more.
    pub expired: &'static [&'static str],
    /// The codes that ask for another version of the API, and for which.
    pub versions: &'static [(&'static str, u8)],
    /// What is closed by the options themselves. No call could show that it is mended; other options do.
    pub wrong: Vec<Wrong>,
}

/// What the options say that no call could be made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    /// The form; empty for the whole account.
    pub form: String,
    /// The parameter whose leads alone wait, or with `!` before it those that do not fill it; empty for all of the form.
    pub param: String,
    /// The finding's code.
    pub code: String,
    /// What has to be mended, as a sentence.
    pub message: String,
    /// Since when.
    pub since: u64,
}

impl Wrong {
    fn concerns(&self, form: &str, fills: &str) -> bool {
        let fills = |param| has_part(fills, '\n', param);
        let is_held = || match self.param.strip_prefix('!') {
            Some(param) => !fills(param),
            None => self.param.is_empty() || fills(&self.param),
        };
        self.form.is_empty() || (self.form == form && is_held())
    }

    /// `form`, or `form/param`; nothing for the whole account.
    fn target(&self) -> Option<String> {
        match (self.form.as_str(), self.param.as_str()) {
            ("", _) => None,
            (form, "") => Some(form.to_owned()),
            (form, param) => Some([form, "/", param].concat()),
        }
    }
}

/// A call that wants to go out; see [`Ask`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Acquire<'a> {
    /// The delivery.
    pub id: &'a str,
    /// The persons it is about.
    pub keys: &'a str,
    /// The outbox that asks.
    pub shard: &'a str,
    /// The lead's form.
    pub form: &'a str,
    /// The parameters that the lead fills, a line each.
    pub fills: &'a str,
    /// After this many milliseconds the call cannot be running any more.
    pub deadline: u64,
    /// Nobody heard what became of this delivery's last call.
    pub lost: bool,
    /// No lead waits for it: it has a share of the day's calls, and goes where nobody else wants to.
    pub spare: bool,
}

/// A call that is over, or was not made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Release<'a> {
    /// The delivery.
    pub id: &'a str,
    /// The lead's form.
    pub form: &'a str,
    /// The parameters that the lead fills, a line each.
    pub fills: &'a str,
    /// The token that the call had.
    pub token: &'a str,
    /// What came of it.
    pub said: Said<'a>,
    /// The request could not be made, so no call was.
    pub unsent: bool,
    /// The call was a write: after an unknown outcome it may still be running.
    pub write: bool,
    /// The write that relies on this look-up comes next.
    pub goes_on: bool,
    /// After so many milliseconds the call can no longer be running, whatever became of it.
    pub landed: Option<u64>,
    /// What the reply's headers leave of calls …
    pub left: Option<u64>,
    /// … until then, in milliseconds since 1970.
    pub until: Option<u64>,
    /// How long the reply's headers ask for quiet, in milliseconds.
    pub after: Option<u64>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A delivery asks for a lease.
    Acquire(Acquire<'a>),
    /// A delivery gives its lease back.
    Release(Release<'a>),
    /// The sign-in gave this token, for so many milliseconds.
    Signed(&'a str, u64),
    /// The sign-in gave none.
    NotSigned(Said<'a>),
    /// What the harmless read came to.
    Looked(Said<'a>),
    /// When the account's day turns.
    Midnight(u64),
}

/// What the host has to do, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write this row down, or take it away. A disk that takes no more fails the answers of this step.
    Store(Part),
    /// Keep this in memory alone, for an instance of the module that begins anew.
    Remember(Part),
    /// Ask for a token, for no longer than so many milliseconds.
    SignIn(u64, u64),
    /// Make the harmless read.
    Look {
        /// The event's.
        number: u64,
        /// The token of the moment.
        token: String,
        /// The API's version, where the account has said it.
        version: Option<u8>,
        /// For no longer than so many milliseconds.
        deadline: u64,
    },
    /// Say when the day turns next in this zone.
    Midnight(u64, String),
    /// Answer who asked with this number.
    Answer(u64, Reply),
    /// A line of the log: its event, form and code.
    Log(&'static str, String, String),
}

/// What who asked is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// There is a lease, see [`Answer::Granted`].
    Granted {
        /// Until then a look-up that finds nobody proves nothing.
        uncertain_until: Option<u64>,
        /// Until then a look-up by a key of several people proves nothing.
        others: Option<u64>,
        /// Nobody else wrote since this delivery's last call.
        kept: bool,
        /// What it is about is closed, and this call finds out whether it still is.
        probe: bool,
        /// The API's version, as the account said.
        version: Option<u8>,
        /// For this one call.
        token: String,
    },
    /// Not before then, see [`Answer::Wait`].
    Wait {
        /// When to ask again.
        until: u64,
        /// Who waits.
        scope: Scope,
        /// The closed target's name.
        target: Option<String>,
    },
    /// What follows of a call for its delivery.
    Released {
        /// The closed target that it waits for.
        hold: Option<String>,
        /// When what is closed is asked again; 0 where nothing is.
        until: u64,
        /// Something that was asked about is mended.
        opened: bool,
        /// The refusal of which nobody was sure is the lead's own.
        blamed: bool,
    },
}

/// An account's limiter and its token.
#[derive(Clone, Debug)]
pub struct AccountLimiter {
    settings: Settings,
    limiter: Limiter,
    memory: Memory,
}

/// What one event leads to.
type Effects = Vec<Effect>;

impl AccountLimiter {
    /// The account of what was stored and what was remembered; of a new one there is neither.
    pub fn new<'a>(
        settings: Settings,
        parts: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> Self {
        let mut limiter = Limiter::from_parts(parts.clone());
        limiter.kinds = settings.kinds;
        AccountLimiter { settings, limiter, memory: Memory::from_parts(parts) }
    }

    /// What is stored of it.
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// Opens what the owner has taken out of the options, since no lead may ever ask about it: `goes` says whether a form
    /// goes to this account, with this parameter where one is named.
    pub fn prune(&mut self, goes: impl Fn(&str, Option<&str>) -> bool, now: u64) -> Vec<Effect> {
        let every = self.divided(EVERY);
        let settled = self.limiter.prune(goes, every, now);
        let mut out = Vec::new();
        say(settled, &mut out);
        self.ordered(out)
    }

    /// Takes what happened and says what the host has to do.
    pub fn step(&mut self, number: u64, event: Event<'_>, now: u64) -> Vec<Effect> {
        let mut out = Vec::new();
        match event {
            Event::Acquire(acquire) => self.acquire(number, acquire, now, &mut out),
            Event::Release(release) => self.release(number, release, now, &mut out),
            Event::Signed(value, usable) => {
                if self.memory.sign.signing == Some(number) {
                    self.signed(value, now.saturating_add(usable), &mut out);
                    self.went_through_sign_in(number, now, &mut out);
                }
            }
            Event::NotSigned(said) => {
                if self.memory.sign.signing == Some(number) {
                    self.not_signed(said, now, &mut out);
                    self.went_through_sign_in(number, now, &mut out);
                }
            }
            Event::Looked(said) => {
                if self.memory.sign.looking == Some(number) {
                    self.looked(said, now, &mut out);
                }
            }
            Event::Midnight(at) => self.midnight(number, at, now, &mut out),
        }
        self.ordered(out)
    }

    /// What changed stands before what anybody is told.
    fn ordered(&mut self, mut out: Effects) -> Effects {
        let mut parts = self.limiter.changes();
        self.memory.changes(&mut parts);
        let mut effects = Vec::new();
        for part in parts {
            let is_memory = memory::is_one(&part.0);
            effects.push(if is_memory { Effect::Remember(part) } else { Effect::Store(part) });
        }
        effects.append(&mut out);
        effects
    }

    fn divided(&self, milliseconds: u64) -> u64 {
        milliseconds.checked_div(self.settings.scale).unwrap_or(milliseconds)
    }

    fn usable(&self, now: u64) -> Option<&Token> {
        self.memory.token.as_ref().filter(|token| token.until > now)
    }

    fn acquire(&mut self, number: u64, mut acquire: Acquire<'_>, now: u64, out: &mut Effects) {
        // Nobody signs in for what cannot be sent.
        let mut wrong = self.settings.wrong.iter();
        if let Some(wrong) = wrong.find(|one| one.concerns(acquire.form, acquire.fills)) {
            let (target, until) = (wrong.target(), now.saturating_add(self.divided(EVERY)));
            let scope = if target.is_none() { Scope::Account } else { Scope::Target };
            out.push(Effect::Answer(number, Reply::Wait { until, scope, target }));
            return;
        }
        let door = self.limiter.door(now);
        let waits = match door {
            Door::Wait => false,
            Door::Open => self.usable(now).is_none(),
            // Whether it is mended a lead finds out.
            Door::Token | Door::Read if acquire.spare => false,
            Door::Token | Door::Read => true,
        };
        if !waits {
            return self.lease(number, acquire, now, out);
        }
        let text = acquire.text();
        self.memory.wait(number, Stage::Lease, text);
        // One at a time, whoever asks.
        if self.memory.sign.preparing.is_none() {
            self.prepare(number, door, now, out);
        }
    }

    /// Sees what stands before a call: that there is a token, and that a closed account is mended.
    fn prepare(&mut self, number: u64, door: Door, now: u64, out: &mut Effects) {
        // Only a new token opens what a sign-in has closed, and one that was good for nothing shows nothing.
        let proven = self.memory.token.as_ref().is_some_and(|token| token.proven);
        if door == Door::Token || (door == Door::Read && !proven) {
            self.memory.put_token(None);
        }
        let may = door != Door::Open || now >= self.memory.sign.not_before;
        if self.usable(now).is_none() && (may || self.memory.sign.signing.is_some()) {
            self.memory.signs(|sign| sign.preparing = Some(Preparing::of(door)));
            return self.sign_in(number, now, out);
        }
        self.prepared(number, Preparing::of(door), now, out);
    }

    /// There is a token, or none is to be had now.
    fn prepared(&mut self, number: u64, preparing: Preparing, now: u64, out: &mut Effects) {
        if preparing != Preparing::TokenThenRead || self.usable(now).is_none() {
            return self.serve(now, out);
        }
        self.memory.signs(|sign| sign.preparing = Some(Preparing::Read));
        self.look(number, now, out);
    }

    /// Answers everybody who waits for a lease.
    fn serve(&mut self, now: u64, out: &mut Effects) {
        self.memory.signs(|sign| sign.preparing = None);
        for (number, text) in self.memory.take(Stage::Lease) {
            self.lease(number, Acquire::read(&text), now, out);
        }
    }

    fn lease(&mut self, number: u64, acquire: Acquire<'_>, now: u64, out: &mut Effects) {
        // Without a token there is no lease to ask for.
        let Some(token) = self.usable(now).map(|token| token.value.clone()) else {
            return self.wait(number, now, out);
        };
        let Acquire { id, keys, shard, form, fills, deadline, lost, spare } = acquire;
        let day = self.divided(DAY);
        let spare = spare.then_some(Spare { most: self.settings.share, day });
        let (lag, every) = (self.divided(self.settings.lag), self.divided(EVERY));
        let ask = Ask { id, keys, shard, deadline, lag, lost, form, fills, every, spare };
        let version = self.limiter.version;
        let reply = match self.limiter.acquire(self.settings.limits, ask, now) {
            Answer::Granted { uncertain_until, others, kept, probe } => {
                Reply::Granted { uncertain_until, others, kept, probe, version, token }
            }
            Answer::Wait { until, scope, target } => Reply::Wait { until, scope, target },
        };
        out.push(Effect::Answer(number, reply));
    }

    /// The account waits for its token.
    fn wait(&self, number: u64, now: u64, out: &mut Effects) {
        let probe_at = self.limiter.closed.as_ref().map_or(0, |closed| closed.probe_at);
        let soon = now.saturating_add(self.divided(SOON));
        let until = self.memory.sign.not_before.max(probe_at).max(soon);
        out.push(Effect::Answer(
            number,
            Reply::Wait { until, scope: Scope::Account, target: None },
        ));
    }

    /// One sign-in at a time: of two, the one that is refused would close the account over the other's token.
    fn sign_in(&mut self, number: u64, now: u64, out: &mut Effects) {
        if self.memory.sign.signing.is_some() {
            return;
        }
        let not_before = now.saturating_add(self.divided(SOON));
        self.memory.signs(|sign| {
            sign.signing = Some(number);
            sign.not_before = not_before;
        });
        out.push(Effect::SignIn(number, self.divided(SIGN_IN).max(LEAST_SIGN_IN)));
    }

    fn signed(&mut self, value: &str, until: u64, out: &mut Effects) {
        self.memory.put_token(Some(Token { value: value.to_owned(), until, proven: false }));
        self.memory.signs(|sign| {
            sign.not_before = 0;
            sign.failed = 0;
            sign.unsent = 0;
            sign.refused.clear();
        });
        let settled = self.limiter.signed_in();
        say(settled, out);
    }

    /// The leads have done nothing wrong: they wait until somebody has mended it. What may pass is asked soon, a few times.
    fn not_signed(&mut self, said: Said<'_>, now: u64, out: &mut Effects) {
        // The host would not let it out, so no sign-in has failed. It may say so until its day turns, and each try is a request
        // of that day.
        if said.kind == Kind::Nothing {
            let unsent = self.memory.sign.unsent.saturating_add(1);
            let not_before = now.saturating_add(self.divided(doubled(unsent).min(EVERY)));
            self.memory.signs(|sign| (sign.unsent, sign.not_before) = (unsent, not_before));
            return;
        }
        let (code, message) = match said.kind {
            Kind::Refused => said.about(),
            Kind::Retry => (said.code, String::new()),
            Kind::Failed => said.told("auth.busy"),
            _ => ("auth.busy", String::new()),
        };
        let (code, message) = (or(code, "auth.refused"), or(&message, NO_TOKEN));
        // What is missing or wrong in the options does not pass by itself.
        let lasts = said.kind == Kind::Refused
            || (said.kind == Kind::Failed && said.code == "account.invalid");
        let failed = self.memory.sign.failed.saturating_add(1);
        let closes = lasts || self.limiter.closed.is_some() || failed >= TRIES;
        let after = if said.kind == Kind::Retry { said.after.unwrap_or_default() } else { 0 };
        let pause = if closes { EVERY } else { doubled(failed).max(after).min(EVERY) };
        let not_before = now.saturating_add(self.divided(pause));
        self.memory.signs(|sign| {
            sign.failed = failed;
            sign.unsent = 0;
            sign.refusals = sign.refusals.saturating_add(1);
            code.clone_into(&mut sign.refused);
            sign.not_before = not_before;
        });
        out.push(Effect::Log("auth.refused", String::new(), code.to_owned()));
        if closes {
            let settled = self.limiter.close(By::Token, code, message, self.divided(EVERY), now);
            say(settled, out);
        }
    }

    /// Whoever waited for the sign-in goes on.
    fn went_through_sign_in(&mut self, number: u64, now: u64, out: &mut Effects) {
        self.memory.signs(|sign| sign.signing = None);
        for (waiting, text) in self.memory.take(Stage::Token) {
            self.ask_the_account(waiting, &text, number, now, out);
        }
        match self.memory.sign.preparing {
            None | Some(Preparing::Read) => {}
            Some(preparing) => self.prepared(number, preparing, now, out),
        }
    }

    /// The harmless read of an account: one at a time.
    fn look(&mut self, number: u64, now: u64, out: &mut Effects) {
        let Some(token) = self.usable(now).map(|token| token.value.clone()) else { return };
        if self.memory.sign.looking.is_some() {
            return;
        }
        self.memory.signs(|sign| sign.looking = Some(number));
        let (version, deadline) = (self.limiter.version, self.divided(READ));
        out.push(Effect::Look { number, token, version, deadline });
    }

    /// The system no longer takes the token. Whether the one before was refused as well, with nothing good between: then
    /// the next one is not asked for at full speed.
    fn drop_token(&mut self, code: &str, now: u64, out: &mut Effects) -> bool {
        let proven = self.memory.token.as_ref().is_some_and(|token| token.proven);
        let fruitless = if proven { 1 } else { self.memory.sign.fruitless.saturating_add(1) };
        self.memory.put_token(None);
        let again = fruitless >= 2;
        let not_before =
            now.saturating_add(self.divided(doubled(fruitless.saturating_sub(1)).min(EVERY)));
        self.memory.signs(|sign| {
            sign.fruitless = fruitless;
            if again {
                sign.not_before = not_before;
                sign.refusals = sign.refusals.saturating_add(1);
            }
        });
        if again {
            out.push(Effect::Log("token.refused", String::new(), code.to_owned()));
        }
        again
    }

    /// The read of a closed account, or of one that a refusal has put in doubt, came to this.
    fn looked(&mut self, said: Said<'_>, now: u64, out: &mut Effects) {
        self.memory.signs(|sign| sign.looking = None);
        let (looked, code, message) = said.judged();
        let was_closed = self.limiter.closed.is_some();
        let is_asked = self.memory.sign.preparing == Some(Preparing::Read);
        // Where it was closed meanwhile and the read passes, it is mended, too.
        if is_asked || (was_closed && looked == Looked::Good) {
            self.limiter.called(self.settings.limits, now);
            let every = self.divided(EVERY);
            let settled = self.limiter.looked(looked, code, &message, every, now);
            say(settled, out);
        }
        for (number, text) in self.memory.take(Stage::Read) {
            self.found_out(number, &text, looked, was_closed, now, out);
        }
        if is_asked {
            self.serve(now, out);
        }
    }

    /// What an operator may see.
    pub fn status(&self, now: u64) -> Status<'_> {
        let (limiter, sign) = (&self.limiter, &self.memory.sign);
        let by_token = limiter.closed.as_ref().filter(|closed| closed.by == By::Token);
        let refused = by_token.map_or(sign.refused.as_str(), |closed| closed.code.as_str());
        Status {
            limiter,
            quiet_until: if limiter.quiet_until > now { limiter.quiet_until } else { 0 },
            quota: limiter.quota.map(|quota| quota.reset).filter(|reset| *reset > now),
            refused: (!refused.is_empty()).then_some(refused),
            refusals: sign.refusals,
            wrong: &self.settings.wrong,
        }
    }
}

/// What an operator may see of an account.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a> {
    /// What is out, what is closed, and the rest that is stored.
    pub limiter: &'a Limiter,
    /// Until when no call goes out; 0 for now.
    pub quiet_until: u64,
    /// When a used-up quota is back.
    pub quota: Option<u64>,
    /// Why there is no token.
    pub refused: Option<&'a str>,
    /// Sign-ins that failed since the object began.
    pub refusals: u32,
    /// What the options themselves have closed.
    pub wrong: &'a [Wrong],
}

/// One second, doubled for each time that it failed before.
fn doubled(times: u32) -> u64 {
    SOON << times.saturating_sub(1).min(16)
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// What was closed or opened is said.
fn say(settled: Settled, out: &mut Effects) {
    for (event, form, code) in settled.events {
        out.push(Effect::Log(event, form, code));
    }
}

#[cfg(test)]
mod tests;
