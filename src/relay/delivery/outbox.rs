//! One lead on its way to one account: look up, write, doubt, done.
//!
//! A write whose reply was lost is never simply repeated where that could make a second person: the system is asked
//! first, and its "no such person" counts only once the lost call can no longer arrive and the system's reads have
//! caught up with its writes.

mod decide;
mod recipe;

pub use recipe::{LookUp, Recipe, When};

use super::backoff;
use super::guard::Seen;
use crate::check::report::{Issue, Severity};
use crate::crm::operation::Repeat;
use crate::crm::outcome::{Fault, Outcome, Reason};
use crate::crossing::{members, words};
use crate::value::{self, Value};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// So many refused tokens in a row are the call's own fault, where a read passes: other calls may meet the first ones.
const REFUSED_TOKENS: u32 = 5;

/// So many look-ups in a row that find nobody, where the write says that somebody is there, are the lead's end.
const CONTRADICTIONS: u32 = 8;

/// The times that the machine goes by, in milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Timing {
    /// After this long a call can no longer arrive.
    pub deadline: u64,
    /// The first wait of the backoff.
    pub base: u64,
    /// The longest wait of the backoff.
    pub cap: u64,
    /// What [`LookUp::lag`] and the systems' own waiting times are divided by; 1 but in tests.
    pub scale: u64,
}

/// Which of the recipe's calls comes next, or is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// The look-up.
    LookUp,
    /// Who has the [guard](crate::relay::delivery::guard::Guard)'s key. Since version 3 of the stored state.
    Holders,
    /// The write of a person who is not known.
    Write,
    /// The write of the person who was found.
    Found,
}

words! {
    Call { "probe" LookUp, "holders" Holders, "write" Write, "found" Found, }
}

/// Where the delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The next call goes out at `next`.
    Waiting,
    /// A call is out since `sent`; if nothing is heard until `next`, it is lost.
    Sent,
    /// The system has the lead.
    Done,
    /// A person must look at it.
    Dead,
}

words! {
    Phase { "waiting" Waiting, "sent" Sent, "done" Done, "dead" Dead, }
}

/// What a delivery knows of whose its [guard](crate::relay::delivery::guard::Guard)'s key is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// What the holders say, for as long as nobody else can write.
    #[default]
    Asked,
    /// The lead has only one of the guard's keys, so it is written as the system matches it.
    Lone,
    /// A write without it was lost: its repeat is the same.
    Settled,
}

words! {
    Key { "asked" Asked, "lone" Lone, "settled" Settled, }
}

/// The state of one delivery.
#[allow(clippy::struct_excessive_bools, reason = "they are kept under these names, each by itself")]
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Where it stands.
    pub phase: Phase,
    /// Which call is next, or out.
    pub call: Call,
    /// When there is something to do.
    pub next: u64,
    /// When the call that is out was sent.
    pub sent: u64,
    /// Tries that failed in a row.
    pub attempts: u32,
    /// The id of the person who was found.
    pub record: Option<String>,
    /// Until then a look-up's "no such person" does not count.
    pub uncertain_until: Option<u64>,
    /// A call without a look-up was repeated after its reply was lost.
    pub maybe_repeated: bool,
    /// Tokens that were refused in a row: nobody's fault, so they count apart. Since version 2 of the stored state.
    pub renewals: u32,
    /// The lead has nothing that the person could be looked up by. Since version 2.
    pub blind: bool,
    /// Until then a list of holders that shows nobody else proves nothing. Since version 3, as all that follows.
    pub others: Option<u64>,
    /// What is known of whose the guard's key is.
    pub key: Key,
    /// The next page of the holders.
    pub page: Option<String>,
    /// Whom the pages before it have shown.
    pub seen: Seen,
    /// The parameters that are left out, with blanks between.
    pub without: String,
    /// What was left out goes behind the guard's [`aside`](crate::relay::delivery::guard::Guard::aside).
    pub aside: bool,
    /// A person has corrected what this record says: by whatever it is known, too.
    pub corrected: bool,
    /// It was blamed once for a refusal of which nobody was sure, and goes once more.
    pub blamed: bool,
    /// What the last call came to.
    pub outcome: Option<Outcome>,
}

members! {
    both Delivery, Delivery::begun(0),
    "!phase" phase, "!call" call, "!next" next, "!sent" sent, "!attempts" attempts, "record" record, "doubt" uncertain_until,
    "!maybe_repeated" maybe_repeated, "renewals" renewals, "blind" blind, "others" others, "key" key, "page" page, "seen" seen,
    "without" without, "aside" aside, "corrected" corrected, "?blamed" blamed, "outcome" outcome,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// `next` has come.
    Due {
        /// Until then a look-up that finds nobody proves nothing, as the limiter says.
        uncertain_until: Option<u64>,
        /// Until then a list of a key's holders that shows nobody else proves nothing, as the limiter says.
        others: Option<u64>,
        /// Nobody else can have written this person since the last call.
        kept: bool,
        /// The limiter's lease is this delivery's until then, at least.
        lease: Option<u64>,
    },
    /// The call came to this.
    Outcome {
        /// What it came to.
        outcome: Outcome,
    },
    /// The list of a key's holders came to this.
    Listed {
        /// What it came to.
        outcome: Outcome,
        /// The lead's own [`identity`](crate::relay::delivery::guard::Guard::identity).
        identity: String,
        /// The owner lets the key alone say who somebody is.
        by_key: bool,
    },
    /// The call was not sent: the limiter has no lease for it yet.
    Held {
        /// When to ask the limiter again.
        until: u64,
    },
    /// The look-up was not sent: the lead has none of its keys.
    Blind,
    /// The refusal of which nobody was sure is this lead's own fault: the account takes others.
    Blamed,
}

/// What the host does next.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "effect", rename_all = "lowercase")]
pub enum Effect {
    /// Send this operation and tell the outcome.
    Send {
        /// The operation's name.
        operation: &'static str,
        /// The id it is about, for the write of a person who was found.
        record: Option<String>,
        /// What the request is kept under: the same call is the same request, byte for byte.
        kept: String,
    },
    /// Come back at `next`.
    Wait,
    /// Nothing: the system has the lead.
    Done,
    /// Nothing, until a person replays it.
    Dead,
}

impl Delivery {
    /// A lead for an account of which nobody knows the system: what its first call is shows when it goes out.
    pub fn begun(next: u64) -> Self {
        Delivery {
            phase: Phase::Waiting,
            call: Call::Write,
            next,
            sent: 0,
            attempts: 0,
            record: None,
            uncertain_until: None,
            maybe_repeated: false,
            renewals: 0,
            blind: false,
            others: None,
            key: Key::Asked,
            page: None,
            seen: Seen::Nobody,
            without: String::new(),
            aside: false,
            corrected: false,
            blamed: false,
            outcome: None,
        }
    }

    /// A lead that was just accepted.
    pub fn new(recipe: &Recipe, now: u64) -> Self {
        let mut delivery = Delivery::begun(now);
        delivery.call = delivery.first(recipe);
        delivery
    }

    /// The same lead, sent on by a person: from the start, but what is not known of an earlier write stays not known.
    #[must_use]
    pub fn replayed(&self, recipe: &Recipe, now: u64) -> Self {
        let mut fresh = Delivery::new(recipe, now);
        if fresh.call == Call::Write && self.uncertain_until.is_some() {
            fresh.call = Call::LookUp;
        }
        // By its new e-mail nobody would find it.
        if self.corrected && self.record.is_some() {
            fresh.call = Call::Found;
            fresh.record.clone_from(&self.record);
            fresh.corrected = true;
        }
        fresh.uncertain_until = self.uncertain_until;
        fresh.maybe_repeated = self.maybe_repeated;
        fresh
    }

    /// Moves on. `random` is 32 random bits.
    pub fn step(
        &mut self,
        recipe: &Recipe,
        timing: Timing,
        event: Event,
        now: u64,
        random: u32,
    ) -> Effect {
        match (event, self.phase) {
            (_, Phase::Done) => Effect::Done,
            (_, Phase::Dead) => Effect::Dead,
            (Event::Due { .. }, _) if now < self.next => Effect::Wait,
            // The word that there is a lease was long on its way: a call that went out now could outlive the lease, and
            // the next one about this person would meet it.
            (Event::Due { lease: Some(until), .. }, Phase::Waiting)
                if until < now.saturating_add(timing.deadline) =>
            {
                self.wait(now)
            }
            (Event::Due { uncertain_until, others, kept, .. }, Phase::Waiting) => {
                // "No such person" holds for as long as nobody else can write; after that it is asked again.
                if self.call == Call::Write && !kept && self.first(recipe) != Call::Write {
                    return self.decide_anew(recipe, now);
                }
                let still = |until: &u64| *until > now;
                match self.call {
                    Call::LookUp => {
                        self.uncertain_until =
                            self.uncertain_until.max(uncertain_until.filter(still));
                    }
                    Call::Holders => {
                        self.others = self.others.max(others.filter(still));
                        // The pages are one list only as long as nobody else can write.
                        self.page.take_if(|_| !kept);
                        if self.page.is_none() {
                            self.seen = Seen::Nobody;
                        }
                    }
                    Call::Write | Call::Found => {}
                }
                self.phase = Phase::Sent;
                self.sent = now;
                self.next = now.saturating_add(timing.deadline);
                Effect::Send {
                    operation: self.operation(recipe),
                    record: self.record.clone(),
                    kept: self.kept(recipe),
                }
            }
            (Event::Due { .. }, Phase::Sent) => {
                let lost = Outcome::Unknown { why: Cow::Borrowed("delivery.lost") };
                self.came_to(recipe, timing, lost, now, random)
            }
            // A call that is out stays out: only its deadline makes it lost, and only a look-up what comes next.
            (Event::Held { until }, _) => {
                self.next = until.max(now);
                Effect::Wait
            }
            // One refused token is nobody's fault, whichever lead it met.
            (Event::Blamed, Phase::Waiting) if self.renewals > 0 => Effect::Wait,
            // The account may have been mended between the call and the read, so the lead goes once more.
            (Event::Blamed, Phase::Waiting) if !self.blamed => {
                self.blamed = true;
                Effect::Wait
            }
            (Event::Blamed, Phase::Waiting) => {
                self.phase = Phase::Dead;
                Effect::Dead
            }
            (Event::Blamed, _) => Effect::Wait,
            (Event::Blind, _) if self.call == Call::Holders => {
                self.key = Key::Lone;
                self.turn_to(
                    if self.uncertain_until.is_some() { Call::LookUp } else { Call::Write },
                    now,
                )
            }
            (Event::Blind, _) => {
                self.blind = true;
                // A write whose reply was lost is behind this look-up: without it the repeat may be a second one.
                self.maybe_repeated |= self.uncertain_until.take().is_some();
                self.turn_to(Call::Write, now)
            }
            (Event::Outcome { outcome }, _) => {
                let outcome = self.suspected(outcome);
                self.came_to(recipe, timing, outcome, now, random)
            }
            (Event::Listed { outcome, identity, by_key }, _) => match (&recipe.guard, &outcome) {
                (Some(guard), Outcome::Found { .. }) if self.call == Call::Holders => {
                    let held = guard.held(
                        &outcome,
                        self.page.as_deref(),
                        &identity,
                        by_key,
                        &mut self.seen,
                    );
                    let attempts = self.attempts.saturating_add(1);
                    let again = now.saturating_add(backoff::delay(
                        attempts,
                        timing.base,
                        timing.cap,
                        random,
                    ));
                    self.listed(guard, held, by_key, again, now)
                }
                _ => self.came_to(recipe, timing, outcome, now, random),
            },
        }
    }

    /// The operation of the call that is next, or out.
    pub fn operation(&self, recipe: &Recipe) -> &'static str {
        match (self.call, &recipe.look_up, &recipe.guard) {
            (Call::Holders, _, Some(guard)) => guard.operation,
            (Call::LookUp, Some(look_up), _) => look_up.operation,
            (Call::Found, Some(look_up), _) => look_up.found.unwrap_or(recipe.write),
            _ => recipe.write,
        }
    }

    /// A system that refuses one new token after the other, and does not say why, refuses this call.
    fn suspected(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Retry { reason: Reason::Token, code, .. }
                if code.starts_with("http.")
                    && self.renewals.saturating_add(1) >= REFUSED_TOKENS =>
            {
                let message = Cow::Borrowed("The system refuses this call with each new token.");
                let severity = Severity::Error;
                let issue = Issue {
                    field: String::new(),
                    code,
                    severity,
                    message,
                    limit: None,
                    suggestion: None,
                };
                Outcome::Refused { issues: vec![issue], fault: Fault::Unsure }
            }
            outcome => outcome,
        }
    }

    fn came_to(
        &mut self,
        recipe: &Recipe,
        timing: Timing,
        outcome: Outcome,
        now: u64,
        random: u32,
    ) -> Effect {
        self.outcome = Some(told(&outcome));
        let again = |attempts| {
            now.saturating_add(backoff::delay(attempts, timing.base, timing.cap, random))
        };
        let renewals = std::mem::take(&mut self.renewals);
        match outcome {
            Outcome::Found { records, .. } if self.call == Call::LookUp => match latest(&records) {
                // The write finds this person by itself now, so it is repeated as it was.
                Some(_)
                    if recipe.look_up.as_ref().is_some_and(|look_up| look_up.found.is_none()) =>
                {
                    self.uncertain_until = None;
                    self.decided(recipe, true, now)
                }
                Some(id) => {
                    self.record = Some(id);
                    self.turn_to(Call::Found, now)
                }
                None => self.absent(recipe, again(self.attempts.saturating_add(1)), now),
            },
            Outcome::Refused { issues, .. } if is_missing(&issues) && self.call == Call::LookUp => {
                self.absent(recipe, again(self.attempts.saturating_add(1)), now)
            }
            // What the lead can do without goes, and the lead is sent once more.
            Outcome::Refused { issues, .. } if self.can_spare(recipe, &issues) => self.wait(now),
            // Somebody deleted the person between the look-up and the write.
            Outcome::Refused { issues, .. } if is_missing(&issues) && self.call == Call::Found => {
                self.attempts = self.attempts.saturating_add(1);
                self.record = None;
                self.call = Call::LookUp;
                self.wait(again(self.attempts))
            }
            // Another program wrote this person after the look-up, or reads lag behind: both end.
            Outcome::Refused { issues, .. } if self.is_there(recipe, &issues) => {
                self.attempts = self.attempts.saturating_add(1);
                self.turn_to(Call::LookUp, again(self.attempts))
            }
            Outcome::Refused { fault: Fault::Lead, .. } => {
                self.phase = Phase::Dead;
                Effect::Dead
            }
            // The limiter finds out whose fault it is. Should its word be lost, the call is simply made again.
            Outcome::Refused { fault: Fault::Unsure, .. } => {
                self.attempts = self.attempts.saturating_add(1);
                self.wait(again(self.attempts))
            }
            // Somebody has to mend the account or the form; the limiter knows when. This lead has not failed, and the next
            // to ask is another one.
            Outcome::Refused { fault: Fault::Target | Fault::Writes | Fault::Account, .. } => {
                self.wait(again(1))
            }
            Outcome::Stored { .. } if matches!(self.call, Call::Write | Call::Found) => {
                self.phase = Phase::Done;
                self.uncertain_until = None;
                Effect::Done
            }
            // An expired token is nobody's fault, and a version that is not spoken neither: it costs the lead no try. Only
            // what is refused again waits.
            Outcome::Retry { reason: Reason::Token | Reason::Version, .. } => {
                self.renewals = renewals.saturating_add(1);
                let until = if renewals == 0 { now } else { again(renewals) };
                self.wait(until)
            }
            // The limiter holds the account back for as long as it takes; this lead has not failed either.
            Outcome::Retry { after, reason: Reason::Rate | Reason::Quota, .. } => {
                self.wait(again(1).max(asked(after, timing, now)))
            }
            Outcome::Retry { after, .. } => {
                self.attempts = self.attempts.saturating_add(1);
                self.wait(again(self.attempts).max(asked(after, timing, now)))
            }
            _ => self.unknown(recipe, timing, again(self.attempts.saturating_add(1))),
        }
    }

    /// Nobody can tell whether the call was done. It may still arrive until its deadline, so nothing of this person goes
    /// out before.
    fn unknown(&mut self, recipe: &Recipe, timing: Timing, again: u64) -> Effect {
        self.attempts = self.attempts.saturating_add(1);
        let landed = self.sent.saturating_add(timing.deadline);
        let mut next = again;
        match (self.call, &recipe.look_up) {
            (Call::LookUp | Call::Holders, _) => {}
            (Call::Write, Some(look_up)) if !self.blind => {
                let lag = look_up.lag.checked_div(timing.scale).unwrap_or(look_up.lag);
                self.uncertain_until = Some(landed.saturating_add(lag));
                if recipe.guard.is_some() && !self.without.is_empty() {
                    self.key = Key::Settled;
                }
                self.call = match self.first(recipe) {
                    Call::Write => Call::LookUp,
                    first => first,
                };
                next = again.max(landed);
            }
            (Call::Write, _) => {
                self.maybe_repeated |= self.blind || recipe.repeat == Repeat::Activity;
                next = again.max(landed);
            }
            (Call::Found, _) => next = again.max(landed),
        }
        self.wait(next)
    }

    /// The look-up found nobody.
    fn absent(&mut self, recipe: &Recipe, again: u64, now: u64) -> Effect {
        match self.uncertain_until {
            Some(until) if now < until => {
                self.attempts = self.attempts.saturating_add(1);
                self.wait(again.min(until).max(now.saturating_add(1)))
            }
            _ => {
                self.uncertain_until = None;
                self.decided(recipe, false, now)
            }
        }
    }

    fn turn_to(&mut self, call: Call, now: u64) -> Effect {
        self.call = call;
        self.wait(now)
    }

    fn wait(&mut self, until: u64) -> Effect {
        self.phase = Phase::Waiting;
        self.next = until;
        Effect::Wait
    }
}

/// Until when a system asked to be left alone.
fn asked(after: Option<u64>, timing: Timing, now: u64) -> u64 {
    now.saturating_add(after.unwrap_or_default().checked_div(timing.scale).unwrap_or_default())
}

/// What is kept of an outcome: the records of a look-up are somebody else's, and have been judged.
pub(crate) fn told(outcome: &Outcome) -> Outcome {
    match outcome {
        Outcome::Found { total, .. } => {
            Outcome::Found { records: Vec::new(), total: *total, next: None }
        }
        other => other.clone(),
    }
}

fn is_missing(issues: &[Issue]) -> bool {
    issues.iter().any(|issue| issue.code == "not_found")
}

/// The id of the person to write to, of several with one e-mail: who was active last, else changed last, else the
/// highest id. The times are of one system and sort as text.
fn latest(records: &[Value<'static>]) -> Option<String> {
    let mut latest = None;
    for record in records {
        let text = |name| record.get(name).and_then(Value::as_text);
        let said = |name| text(name).unwrap_or_default();
        if let Some(id) = text("id") {
            let number: u64 = value::number(id).unwrap_or_default();
            latest = latest.max(Some((said("last_activity_at"), said("updated_at"), number, id)));
        }
    }
    latest.map(|(.., id)| id.to_owned())
}
