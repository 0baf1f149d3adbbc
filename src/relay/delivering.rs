//! One delivery under way: it asks for its lease, makes its request, sends it, tells the limiter what came of it, and goes on
//! as far as it goes now. Where it stands between two calls is [`Delivery`]'s to say; what is here lives as long as the
//! object does.

use super::effect::{Effect, Pace};
use super::outbox::Stepping;
use super::run::{At, Failure, Heard, Run, Then};
use super::schedule::{NET, line};
use crate::check::report::{Issue, Severity};
use crate::code::operator::PARAMS_TARGET;
use crate::crm::outcome::{Fault, Outcome};
use crate::relay::delivery::blame::{self, Written};
use crate::relay::delivery::outbox::{self as inner, Delivery, Event, Phase, Timing};
use std::borrow::Cow;

/// How long a call may take, the system's own 30 s and some of the way; then nobody can tell. A lease outlives it by what
/// may pass between the limiter's word and the call; where more has passed, the limiter is asked again.
pub const DEADLINE: u64 = 35_000;
/// See [`DEADLINE`].
pub const LEASE: u64 = 45_000;
/// What an answer of a limiter may take, in milliseconds: a sign-in of 30 s and a read of 35 may stand before it, and its own way.
pub const LIMITER_DEADLINE: u64 = 75_000;

/// No answer to one lead is longer; one that is would fill the memory that all deliveries share.
pub const LONGEST_REPLY: usize = 1 << 20;

/// The sender ends a call by itself; it is waited for a little longer.
const SLACK: u64 = 5_000;

/// The waits of the backoff.
const BACKOFF_BASE: u64 = 1_000;
const BACKOFF_CAP: u64 = 10 * 60 * 1_000;

/// What stops the module so many times stops it each time: a person has to look.
const TRAPS: u32 = 3;

/// What broke is asked again after this long.
const STUMBLED: u64 = 30_000;

/// A delivery keeps its lease between a look-up and its write for no longer than this.
const GOES_ON: u64 = 10_000;

/// Who is told to wait until a time that is past asks again after this long: the limiter's clock is behind then.
const BEHIND: u64 = 100;

/// The codes of a module that stopped, and of a disk that is full.
const TRAP: &str = "wasm.trap";
const DISK: &str = "storage.full";

impl Stepping<'_> {
    /// What a delivery does with what it hears.
    pub(super) fn hear(&mut self, run: &mut Run, heard: Heard) {
        if matches!(heard, Heard::Granted { .. } | Heard::Held { .. } | Heard::Released { .. }) {
            self.schedule.limiter_said(&run.account);
        }
        match heard {
            Heard::Granted { .. } => self.granted(run, heard),
            Heard::Held { until, scope, target } => self.turned_away(run, until, &scope, target),
            Heard::Slept => self.again(run),
            Heard::Rendered { write, identity, stands } if stands => {
                self.rendered(run, write, identity);
            }
            Heard::Rendered { .. } => self.release(run, Then::Leave),
            Heard::Called { outcome, pace, after } => self.called(run, outcome, pace, after),
            Heard::Unsent { why, code } => self.unsent(run, &why, code),
            Heard::Released { hold, until, blamed, opened } => match run.then {
                Then::Leave => self.leave(run),
                Then::Again => self.again(run),
                Then::Settle | Then::Proceed => self.settle(run, hold, until, blamed, opened),
                Then::Stumble => self.stumble(run),
                Then::Refused => self.leave_alone(run),
            },
            Heard::Failed(failure) => self.failed(run, failure),
            // Nothing of this account is asked for a while.
            Heard::Broken => {
                self.schedule.hold(&run.account, self.after(STUMBLED));
                self.leave(run);
            }
        }
    }

    fn after(&self, milliseconds: u64) -> u64 {
        self.now.saturating_add(self.schedule.scaled(milliseconds))
    }

    /// The next round: the rest is the next event's where this one may do no more. The lease, where there is one, is
    /// somebody else's meanwhile.
    fn again(&mut self, run: &mut Run) {
        if self.schedule.budgets.go_on(run.of) {
            run.at = At::Asking;
            let deadline = self.schedule.scaled(LEASE);
            self.out.push(Effect::Acquire { lost: run.phase == "sent", deadline });
        } else if run.goes_on {
            self.release(run, Then::Leave);
        } else {
            self.leave(run);
        }
    }

    /// It is as far as it goes now: there is room for another one.
    fn leave(&mut self, run: &mut Run) {
        self.out.push(Effect::Leave {});
        self.schedule.leave(&run.id);
        self.schedule.look(
            std::slice::from_ref(&run.account),
            true,
            run.of,
            self.now,
            &mut self.out,
        );
    }

    /// Gives the lease back; no call was made.
    fn release(&mut self, run: &mut Run, then: Then) {
        self.tell(run, then, Told::default());
    }

    fn tell(&mut self, run: &mut Run, then: Then, told: Told) {
        run.at = At::Releasing;
        run.then = then;
        let Told { outcome, unsent, token, write, goes_on, landed, pace, after } = told;
        self.out.push(Effect::Release {
            outcome,
            unsent,
            token,
            write,
            goes_on,
            landed,
            pace,
            after,
        });
    }

    fn turned_away(&mut self, run: &mut Run, until: u64, scope: &str, target: Option<String>) {
        let until = if until > self.now { until } else { self.after(BEHIND) };
        let left = until.saturating_sub(self.now);
        let is_account = scope == "account";
        // Between a look-up and its write nobody else may come, so the lease is kept for a while.
        if run.goes_on && is_account && left < self.schedule.scaled(GOES_ON) {
            run.at = At::Sleeping;
            self.out.push(Effect::Sleep { after: left.max(1) });
            return;
        }
        if is_account {
            self.schedule.hold(&run.account, until);
            self.schedule.narrow(&run.account);
        } else if let Some(target) = target {
            self.wait_for(run, target, until);
        } else if self.step(run, Event::Held { until }).is_none() {
            return self.stumbles(run, "delivery.state");
        }
        if run.goes_on {
            self.release(run, Then::Leave);
        } else {
            self.leave(run);
        }
    }

    fn granted(&mut self, run: &mut Run, heard: Heard) {
        let Heard::Granted { asked, uncertain_until, others, kept, probe, version, token, stands } =
            heard
        else {
            return;
        };
        run.goes_on = false;
        if self.schedule.widen(&run.account) {
            self.schedule.look(
                std::slice::from_ref(&run.account),
                false,
                run.of,
                self.now,
                &mut self.out,
            );
        }
        // Nobody would be let through without a question, were it still closed.
        if let (false, Some(hold)) = (probe, &run.hold) {
            self.schedule.open(&run.account, hold);
        }
        if !stands {
            return self.release(run, Then::Leave);
        }
        let lease = Some(asked.saturating_add(self.schedule.scaled(LEASE)));
        let Some((delivery, effect)) =
            self.moved(run, Event::Due { uncertain_until, others, kept, lease })
        else {
            return self.gives_up(run, "delivery.state".to_owned());
        };
        let inner::Effect::Send { operation, kept: call, .. } = effect else {
            let again = delivery.phase == Phase::Waiting && delivery.next <= self.now;
            self.write(run, &delivery, false, false);
            return self.release(run, if again { Then::Again } else { Then::Leave });
        };
        run.before = Some((run.state.clone(), run.phase.clone(), run.code.clone()));
        let state = (self.kit.write)(&delivery);
        run.due = Some(state.clone());
        operation.clone_into(&mut run.operation);
        run.token = token;
        run.at = At::Rendering;
        // What has no way any more is its owner's to mend.
        if !self.schedule.has_way(&run.account, &run.form) {
            let issue = Issue::error("deliver", &PARAMS_TARGET);
            return self.unmade(run, vec![issue], Fault::Target);
        }
        self.out.push(Effect::Render { state, call, version });
    }

    /// "Sent" is written with the request, not before it: what stops here has sent nothing, and must not read as a lost reply.
    fn rendered(&mut self, run: &mut Run, write: bool, identity: Option<String>) {
        let Some(delivery) = run.due.take().and_then(|state| (self.kit.read)(&state)) else {
            return self.stumbles(run, "delivery.state");
        };
        self.write(run, &delivery, false, true);
        let deadline = self.schedule.scaled(DEADLINE);
        run.at = At::Sending;
        run.write = write;
        run.identity = identity;
        run.began = self.now;
        self.out.push(Effect::Send {
            operation: run.operation.clone(),
            token: run.token.clone(),
            deadline,
            ends: self.now.saturating_add(deadline),
            patience: self.schedule.scaled(DEADLINE.saturating_add(SLACK)),
        });
    }

    /// The request could not be made, and no call was.
    fn unmade(&mut self, run: &mut Run, issues: Vec<Issue>, fault: Fault) {
        let outcome = Outcome::Refused { issues, fault };
        if let Some(due) = run.due.take() {
            run.state = due;
        }
        if self.step(run, Event::Outcome { outcome: outcome.clone() }).is_none() {
            return self.stumbles(run, "delivery.state");
        }
        let told = Told { outcome: Some(outcome), unsent: true, ..Told::default() };
        self.tell(run, Then::Settle, told);
    }

    fn called(&mut self, run: &mut Run, outcome: Outcome, pace: Option<Pace>, after: Option<u64>) {
        self.schedule.passed();
        let is_known = !matches!(outcome, Outcome::Retry { .. } | Outcome::Unknown { .. });
        let by_key = self
            .recipe(run)
            .and_then(|recipe| recipe.guard.as_ref())
            .is_some_and(|guard| guard.key == run.by);
        let event = match run.identity.take() {
            Some(identity) => Event::Listed { outcome: outcome.clone(), identity, by_key },
            None => Event::Outcome { outcome: outcome.clone() },
        };
        let Some(delivery) = self.step(run, event) else {
            return self.stumbles(run, "delivery.state");
        };
        let again = delivery.phase == Phase::Waiting && delivery.next <= self.now;
        run.goes_on = again && !run.write && is_known;
        let landed =
            run.began.saturating_add(self.schedule.scaled(DEADLINE)).saturating_sub(self.now);
        // What the machine makes of one refused token after the other.
        let heard = match delivery.outcome {
            Some(refused @ Outcome::Refused { .. }) => refused,
            _ => outcome,
        };
        let (token, write, goes_on) = (std::mem::take(&mut run.token), run.write, run.goes_on);
        let told = Told {
            // Whom a look-up has found concerns nobody else.
            outcome: Some(inner::told(&heard)),
            unsent: false,
            token: Some(token),
            write,
            goes_on,
            landed: Some(landed),
            pace,
            after,
        };
        self.tell(run, if again { Then::Proceed } else { Then::Settle }, told);
    }

    /// The call has not left: the delivery stands where it stood, tries and all, and waits a moment.
    fn unsent(&mut self, run: &mut Run, why: &str, code: String) {
        let next = self.after(NET);
        if let Some((state, phase, code)) = run.before.take() {
            let was = std::mem::replace(&mut run.state, state.clone());
            self.out.push(Effect::Restore {
                state,
                phase: known(&phase),
                code: code.clone(),
                next,
                was,
            });
            run.phase = phase;
            run.code = code;
        }
        self.schedule.hold(&run.account, next);
        let then = match why {
            "host" => Then::Refused,
            "failed" => Then::Stumble,
            _ => Then::Leave,
        };
        run.why = code;
        self.release(run, then);
    }

    /// What the limiter says of a call that was answered.
    fn settle(
        &mut self,
        run: &mut Run,
        hold: Option<String>,
        until: u64,
        blamed: bool,
        opened: bool,
    ) {
        let waits = hold.is_some() || until > 0 || blamed;
        if blamed && self.step(run, Event::Blamed).is_none() {
            return self.stumbles(run, "delivery.state");
        }
        let opens = if opened { run.hold.clone() } else { None };
        match hold {
            Some(target) => self.wait_for(run, target, until),
            None => self.schedule.hold(&run.account, until),
        }
        if let Some(hold) = opens {
            self.schedule.open(&run.account, &hold);
        }
        if !waits && run.then == Then::Proceed { self.again(run) } else { self.leave(run) }
    }

    /// Waits for a closed target. Its owner mends what the request is made of, so it is made anew.
    fn wait_for(&mut self, run: &Run, target: String, until: u64) {
        self.schedule.note(&run.account, &target, until);
        self.out.push(Effect::Hold { target });
    }

    fn failed(&mut self, run: &mut Run, failure: Failure) {
        let Failure { code, host, message, issues, map, constants } = failure;
        let said = |issues: Vec<Issue>| {
            if issues.is_empty() { vec![issue("", &code, Cow::Owned(message))] } else { issues }
        };
        if run.at == At::Rendering {
            return match code.as_str() {
                "lookup.blind" => {
                    if let Some(due) = run.due.take() {
                        run.state = due;
                    }
                    match self.step(run, Event::Blind) {
                        Some(_) => self.release(run, Then::Again),
                        None => self.stumbles(run, "delivery.state"),
                    }
                }
                "params.size" => self.unmade(run, said(issues), Fault::Lead),
                "account.invalid" => self.unmade(run, said(issues), Fault::Account),
                "params.invalid" => {
                    let mut issues = said(issues);
                    let constants: Vec<&str> = constants.iter().map(String::as_str).collect();
                    let (fault, param) =
                        blame::blame(&issues, Written { map: &map, constants: &constants });
                    if let (Some(param), Some(first)) = (param, issues.first_mut()) {
                        first.field = param;
                    }
                    self.unmade(run, issues, fault);
                }
                _ => self.gives_up(run, code),
            };
        }
        let is_ours = host || [TRAP, DISK].contains(&code.as_str());
        if !is_ours && matches!(run.at, At::Asking | At::Releasing) {
            self.schedule.limiter_failed(&run.account, self.now);
        }
        match (run.at, run.then) {
            (At::Releasing, Then::Stumble) => self.stumble(run),
            (At::Releasing, Then::Refused) => self.leave_alone(run),
            _ if host => self.leave_alone(run),
            // It may have got its lease, and could not go on.
            (At::Asking, _) if [TRAP, DISK].contains(&code.as_str()) => self.gives_up(run, code),
            _ => self.stumbles(run, &code),
        }
    }

    fn leave_alone(&mut self, run: &mut Run) {
        self.schedule.leave_alone(run.of, self.now, &mut self.out);
        self.leave(run);
    }

    /// What broke is noted once the lease is somebody else's.
    fn gives_up(&mut self, run: &mut Run, code: String) {
        run.why = code;
        self.release(run, Then::Stumble);
    }

    fn stumble(&mut self, run: &mut Run) {
        let code = std::mem::take(&mut run.why);
        self.stumbles(run, if code.is_empty() { "delivery.failed" } else { &code });
    }

    /// What a broken delivery does instead of looping at full speed.
    fn stumbles(&mut self, run: &mut Run, code: &str) {
        self.out.push(line("delivery.failed", |line| {
            line.id = Some(run.id.clone());
            line.code = Some(code.to_owned());
        }));
        let next = self.after(STUMBLED);
        // That is no lead's fault, and passes for all of them at once.
        if code == DISK {
            self.schedule.hold(&run.account, next);
        }
        // Else the system has answered for good; only the limiter was not told.
        if run.phase != "done" && run.phase != "dead" {
            let trouble = run.trouble.unwrap_or_default().saturating_add(u32::from(code == TRAP));
            let dead = code == "delivery.state" || trouble >= TRAPS;
            let phase = if dead { "dead" } else { known(&run.phase) };
            let trouble = Some(trouble).filter(|trouble| *trouble > 0);
            // A lost call may run for longer than that, and its lease is asked for no sooner.
            let next = next.max((self.kit.read)(&run.state).map_or(0, |known| known.next));
            self.out.push(Effect::Stumble { phase, code: code.to_owned(), next, trouble });
            if dead {
                self.died(run, code, None);
            }
        }
        self.leave(run);
    }

    fn died(&mut self, run: &Run, code: &str, param: Option<String>) {
        self.out.push(line("delivery.dead", |line| {
            line.id = Some(run.id.clone());
            line.account = Some(run.account.clone());
            line.code = Some(code.to_owned());
            line.param = param;
        }));
        self.out.push(Effect::Count { name: ["died ", code].concat() });
        self.out.push(Effect::Ended {});
        self.schedule.died(&run.account, &run.form, &mut self.out);
    }

    fn recipe(&self, run: &Run) -> Option<&'static inner::Recipe> {
        (self.kit.recipe)(&self.schedule.account(&run.account)?.system)
    }

    /// Where an event takes a delivery; nothing is written down yet. Nothing for a state that nobody can read.
    fn moved(&self, run: &Run, event: Event) -> Option<(Delivery, inner::Effect)> {
        let mut delivery = (self.kit.read)(&run.state)?;
        let scaled = |time| self.schedule.scaled(time);
        let timing = Timing {
            deadline: scaled(DEADLINE),
            base: scaled(BACKOFF_BASE),
            cap: scaled(BACKOFF_CAP),
            scale: self.schedule.scale,
        };
        let effect = delivery.step(self.recipe(run)?, timing, event, self.now, self.random);
        Some((delivery, effect))
    }

    /// Moves a delivery on and writes down where it stands.
    fn step(&mut self, run: &mut Run, event: Event) -> Option<Delivery> {
        let answered = matches!(event, Event::Outcome { .. } | Event::Listed { .. });
        let (delivery, _) = self.moved(run, event)?;
        self.write(run, &delivery, answered, false);
        Some(delivery)
    }

    /// Writes down where a delivery stands, and what belongs to it. With an answer it is out of trouble.
    fn write(&mut self, run: &mut Run, delivery: &Delivery, answered: bool, keep: bool) {
        let state = (self.kit.write)(delivery);
        let phase = name_of(delivery.phase);
        let code = delivery.outcome.as_ref().map(code_of);
        let kind = delivery.outcome.as_ref().map_or("", kind_of);
        self.out.push(Effect::Write {
            state: state.clone(),
            phase,
            next: delivery.next,
            code: code.clone(),
            maybe_repeated: delivery.maybe_repeated,
            warning: self.recipe(run).and_then(|recipe| delivery.warning(recipe)),
            answered,
            keep,
        });
        let count = |what: &[&str]| Effect::Count { name: what.concat() };
        if answered {
            self.out.push(count(&["calls ", &run.account, " ", kind]));
            run.trouble = None;
        }
        if answered && phase == "done" && !run.test {
            self.out.push(count(&["delivered ", &run.account]));
        }
        run.state = state;
        run.code.clone_from(&code);
        let was = std::mem::replace(&mut run.phase, phase.to_owned());
        match phase {
            "dead" if was != phase => {
                let param = delivery.outcome.as_ref().and_then(about);
                self.died(run, code.as_deref().unwrap_or_default(), param);
            }
            "done" if was != phase => self.out.push(Effect::Ended {}),
            _ => {}
        }
    }
}

/// What the limiter is told.
#[derive(Default)]
struct Told {
    outcome: Option<Outcome>,
    unsent: bool,
    token: Option<String>,
    write: bool,
    goes_on: bool,
    landed: Option<u64>,
    pace: Option<Pace>,
    after: Option<u64>,
}

fn issue(field: &str, code: &str, message: Cow<'static, str>) -> Issue {
    let (field, code) = (field.to_owned(), Cow::Owned(code.to_owned()));
    Issue { field, code, severity: Severity::Error, message, limit: None, suggestion: None }
}

fn name_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "waiting",
        Phase::Sent => "sent",
        Phase::Done => "done",
        Phase::Dead => "dead",
    }
}

/// The phase of a row.
fn known(phase: &str) -> &'static str {
    [Phase::Sent, Phase::Done, Phase::Dead]
        .into_iter()
        .map(name_of)
        .find(|name| *name == phase)
        .unwrap_or("waiting")
}

fn kind_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Stored { .. } => "stored",
        Outcome::Found { .. } => "found",
        Outcome::Batch { .. } => "batch",
        Outcome::Refused { .. } => "refused",
        Outcome::Queued { .. } => "queued",
        Outcome::Retry { .. } => "retry",
        Outcome::Unknown { .. } => "unknown",
    }
}

/// The parameter that a refusal names first.
fn about(outcome: &Outcome) -> Option<String> {
    let Outcome::Refused { issues, .. } = outcome else { return None };
    issues.first().map(|issue| issue.field.clone()).filter(|field| !field.is_empty())
}

/// What an operator may see of an outcome.
fn code_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused { issues, .. } => {
            issues.first().map_or("refused", |issue| issue.code.as_ref())
        }
        Outcome::Retry { code, .. } => code,
        Outcome::Unknown { why } => why,
        other => kind_of(other),
    }
    .to_owned()
}
