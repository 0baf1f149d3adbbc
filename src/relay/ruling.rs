//! What a person rules about a delivery: that it goes on, that it goes to another account, or that what was delivered goes once
//! more, corrected. And whether the record of a test lead may be taken out of its system again.

use super::delivering::DEADLINE;
use super::delivery::outbox::{Call, Delivery, Event, Phase, Recipe, Timing, When};
use crate::crm::outcome::Outcome;

/// Which ways the options have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// There is the lead's form.
    pub has_form: bool,
    /// It goes to the delivery's account.
    pub goes: bool,
}

impl Ways {
    /// Why nobody asks about the delivery any more.
    pub fn gone(self) -> Option<&'static str> {
        match self {
            Ways { has_form: false, .. } => Some("form.gone"),
            Ways { goes: false, .. } => Some("account.gone"),
            _ => None,
        }
    }
}

/// What becomes of it.
#[allow(clippy::large_enum_variant, reason = "there is one at a time, and it is kept nowhere")]
#[derive(Clone, Debug, PartialEq)]
pub enum Ruled<'a> {
    /// It stays where it is, with a code that says why.
    Stays(&'a str),
    /// It goes on from this state.
    Goes(Delivery),
    /// What was refused or is held stays so: where it goes is another question.
    Moves,
}

/// A state that a version of this or another time has written, and the recipe of the system that it goes to.
pub type Kept<'a> = (Option<Delivery>, Option<&'a Recipe>);

/// Sends a delivery on, unless something bars its lead: it begins anew, but keeps what is not known of an earlier write.
pub fn replay<'a>(kept: Kept<'_>, bar: Option<&'a str>, ways: Ways, now: u64) -> Ruled<'a> {
    match (bar.or_else(|| ways.gone()), kept) {
        (Some(code), _) => Ruled::Stays(code),
        (_, (_, None)) => Ruled::Stays("account.invalid"),
        (_, (None, _)) => Ruled::Stays("delivery.state"),
        (_, (Some(state), Some(recipe))) => Ruled::Goes(state.replayed(recipe, now)),
    }
}

/// A delivery that is to go to another account.
#[derive(Clone, Copy, Debug)]
pub struct Move<'a> {
    /// Where it stands.
    pub phase: &'a str,
    /// When it is due, or its call is over.
    pub next: u64,
    /// The ways of its form to the account that it waits for.
    pub from: Ways,
    /// Its form goes to the other account.
    pub has_target: bool,
    /// Its lead goes there already.
    pub is_there: bool,
    /// The systems of both accounts; nothing where nobody knows of which one the old one was.
    pub was: Option<&'a str>,
    /// See [`Move::was`].
    pub system: &'a str,
    /// A person says so of what the relay cannot know: that the old account does not have it, or of which system it was.
    pub sure: bool,
    /// What times are divided by.
    pub scale: u64,
}

/// Gives a delivery to an account of the same system. It may be another CRM or the same one under another name, so the
/// delivery begins anew, but keeps what is not known of an earlier write: where the system can be asked, it is asked first.
pub fn moved(kept: Kept<'_>, to: Move<'_>, now: u64) -> Ruled<'static> {
    let Move { phase, next, from, has_target, is_there, was, system, sure, scale } = to;
    let why = match from.gone() {
        None => Some("account.there"),
        Some("form.gone") => Some("form.gone"),
        _ if !has_target => Some("account.target"),
        _ if is_there => Some("account.twice"),
        _ if !may_take(was.is_none(), was == Some(system)) => Some("account.system"),
        _ if was.is_none() && !sure => Some("account.unknown"),
        _ if phase == "sent" && next > now => Some("delivery.out"),
        _ => None,
    };
    let (mut state, recipe) = match (why, kept) {
        (Some(code), _) => return Ruled::Stays(code),
        (_, (_, None)) => return Ruled::Stays("account.target"),
        (_, (None, _)) => return Ruled::Stays("delivery.state"),
        (_, (Some(state), Some(recipe))) => (state, recipe),
    };
    if is_uncertain(&state) && !sure {
        return Ruled::Stays("delivery.doubt");
    }
    // A record is one of the old account's.
    state.corrected = false;
    if !matches!(phase, "waiting" | "sent") {
        return Ruled::Moves;
    }
    if phase == "sent" {
        // Nobody has written down yet that the answer was lost. It begins anew, so no backoff is left of it; until when the
        // call may arrive, and when reads show it, is kept.
        let scaled = |time: u64| time.checked_div(scale).unwrap_or(time);
        let timing = Timing { deadline: scaled(DEADLINE), base: 1_000, cap: 600_000, scale };
        let due = Event::Due { uncertain_until: None, others: None, kept: false, lease: None };
        state.step(recipe, timing, due, now, 0);
    }
    Ruled::Goes(state.replayed(recipe, now))
}

/// Sends what a system has once more, as a person has corrected it. Where the system can be told which record is meant, it is
/// that one, whatever was changed; else only for whom it knows by the same e-mail and phone: nobody becomes a second person.
pub fn corrected<'a>(kept: Kept<'_>, is_same_person: bool, ways: Ways, now: u64) -> Ruled<'a> {
    let has_write =
        |recipe: &Recipe| recipe.look_up.as_ref().is_some_and(|own| own.found.is_some());
    match kept {
        (Some(mut state), Some(recipe)) => {
            state.record =
                record_of(&state).filter(|_| has_write(recipe)).map(|(id, _)| id.to_owned());
            state.corrected = state.record.is_some();
            let bar = (!state.corrected && !is_same_person).then_some("correct.person");
            replay((Some(state), Some(recipe)), bar, ways, now)
        }
        kept => replay(kept, None, ways, now),
    }
}

/// The record that a test lead has made, which may be taken out of its system again; else the code of why it stays. That is so
/// only where the system was asked before and had nobody, and says that it has made a new one.
///
/// # Errors
/// The code of why it stays.
pub fn removable<'a>(
    state: &'a Delivery,
    recipe: &Recipe,
    has_delete: bool,
) -> Result<&'a str, &'static str> {
    let asks = recipe.look_up.as_ref().is_some_and(|look_up| look_up.when == When::Always);
    match state {
        Delivery { phase, .. } if *phase != Phase::Done => Err("test.waits"),
        _ if !has_delete => Err("test.stays"),
        Delivery { blind, .. } if *blind || !asks => Err("test.unasked"),
        Delivery { maybe_repeated: true, .. } | Delivery { uncertain_until: Some(_), .. } => {
            Err("test.doubt")
        }
        Delivery { call: Call::Write, record: None, .. } => match record_of(state) {
            Some((id, "created")) => Ok(id),
            _ => Err("test.doubt"),
        },
        _ => Err("test.there"),
    }
}

/// What the system said of the record that it has stored: its id, and whether it is new.
fn record_of(state: &Delivery) -> Option<(&str, &str)> {
    match &state.outcome {
        Some(Outcome::Stored { id: Some(id), status, .. }) => Some((id, status)),
        _ => None,
    }
}

/// Whether an account may take what waits for another one: both are of one system, as far as anybody knows.
pub const fn may_take(is_unknown: bool, is_same: bool) -> bool {
    is_unknown || is_same
}

/// What follows for a lead that a person sends on: `check`, where it was kept as it came, `goes`, or what bars it.
pub const fn bars(has_form: bool, is_raw: bool) -> &'static str {
    match (has_form, is_raw) {
        (false, _) => "form.gone",
        (_, true) => "check",
        _ => "goes",
    }
}

/// What follows for a lead whose form has another name now: `check`, or why it stays. `has_way` says whether the new one goes to
/// any of its accounts.
pub const fn renames(has_old: bool, has_way: bool) -> &'static str {
    match (has_old, has_way) {
        (true, _) => "form.there",
        (_, false) => "account.target",
        _ => "check",
    }
}

/// Whether a lead that was kept as it came is kept as the form makes it now: it passes, or a person sends on what passes of it.
pub const fn mends(passes: bool, anyway: bool) -> bool {
    passes || anyway
}

/// What follows of the form's check.
pub const fn checked(passes: bool) -> &'static str {
    if passes { "goes" } else { "lead.invalid" }
}

/// Whether what asked to be left alone is asked again: with the first of what a person sends on, not with each portion of it.
pub const fn lets_ask(is_first: bool, is_replay: bool) -> bool {
    is_first && is_replay
}

/// Whether the outbox looks what is due: something has moved, or what was left alone is asked again.
pub const fn looks(lets_ask: bool, has_moved: bool) -> bool {
    lets_ask || has_moved
}

/// Codes of what stopped a ruling that a person is told as they are; of all others they are told that the outbox failed.
pub const STOPPED: &[(&str, &str)] =
    &[("storage.locked", "storage.locked"), ("other", "outbox.failed")];

/// What becomes of one delivery of a lead whose form has another name now: it `stays`, for the new form does not go to its account;
/// it `goes` with a request that is made anew; or it `repeats` the one that may have arrived, or looks it up.
pub const fn renamed(has_way: bool, is_out: bool) -> &'static str {
    match (has_way, is_out) {
        (false, _) => "stays",
        (_, true) => "repeats",
        _ => "goes",
    }
}

/// Whether nobody can tell if the system has it: a call is out, or its answer was lost.
fn is_uncertain(state: &Delivery) -> bool {
    state.phase == Phase::Sent
        || state.uncertain_until.is_some()
        || state.maybe_repeated
        || matches!(state.outcome, Some(Outcome::Unknown { .. }))
}
