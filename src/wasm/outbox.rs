//! An outbox's machine at the border. Its schedule crosses as [text](Schedule::packed), what it hears as an object, and what the
//! host does next as JSON.

use super::edge::{Answer, failure, whole};
use super::given::{from_js, from_json, object, to_js};
use crate::catalogue::recipe;
use crate::crm::request::System;
use crate::crossing::{members, written};
use crate::relay::delivery::outbox::{Delivery, Recipe};
use crate::relay::outbox::{Event, Kit, Moment, Stepped, step};
use crate::relay::run::Run;
use crate::relay::schedule::Schedule;
use crate::relay::sender::{Leaves, leaves};
use wasm_bindgen::prelude::*;

/// The schedule of an outbox that begins. `accounts` has a name, a system and the forms that go there for each, between
/// U+0002 and U+0001.
#[wasm_bindgen(js_name = beginOutbox)]
pub fn begin(accounts: &str, scale: f64, is_paid: bool, most_dead: f64) -> String {
    let mut schedule = Schedule::new(whole(scale.round()), is_paid, whole(most_dead));
    for account in accounts.split('\u{2}') {
        let words: Vec<&str> = account.split('\u{1}').collect();
        if let [name, system, forms @ ..] = words.as_slice() {
            schedule.add(name, system, forms);
        }
    }
    schedule.packed()
}

/// What happens to an outbox: an object of the host's with the members of its kind.
#[derive(Default)]
struct Happened {
    kind: String,
    rows: String,
    first: bool,
    counts: bool,
    of: u32,
    arm: bool,
}

members! {
    none Happened, Happened::default(),
    "!event" kind, "rows" rows, "first" first, "counts" counts, "of" of, "arm" arm,
}

impl Happened {
    fn event(&self) -> Option<Event<'_>> {
        let Happened { kind, rows, first, counts, of, arm } = self;
        Some(match kind.as_str() {
            "woken" => Event::Woken,
            "arrived" => {
                let mut accounts = Vec::new();
                for account in rows.split('\u{1}') {
                    accounts.push(account.to_owned());
                }
                Event::Arrived(accounts)
            }
            "alarm" => Event::Alarm,
            "ring" => Event::Ring,
            "acted" => Event::Acted { first: *first, counts: *counts },
            "rows" => Event::Rows { of: *of, arm: *arm, rows },
            "unread" => Event::Unread,
            "unarmed" => Event::Unarmed,
            _ => return None,
        })
    }
}

fn recipe_of(system: &str) -> Option<&'static Recipe> {
    System::from_name(system).and_then(recipe)
}

fn read(state: &str) -> Option<Delivery> {
    from_json(state, "delivery.state").ok()
}

/// Moves an outbox on, and with `run` the delivery that hears something: `{ schedule, run, effects }`.
///
/// # Errors
/// `delivery.state` for an event that this version does not know.
#[wasm_bindgen(js_name = stepOutbox)]
pub fn step_outbox(
    schedule: &str,
    run: JsValue,
    event: JsValue,
    now: f64,
    random: u32,
    newest: u32,
) -> Answer {
    let kit =
        Kit { recipe: &recipe_of, read: &read, write: &|delivery| written(&mut delivery.clone()) };
    let at = Moment { now: whole(now), random, newest };
    let mut schedule = Schedule::unpacked(schedule);
    let mut run: Option<Run> = from_js(run, "delivery.state")?;
    let happened: Happened;
    let event = if run.is_some() {
        Event::Heard(from_js(event, "delivery.state")?)
    } else {
        happened = from_js(event, "delivery.state")?;
        happened.event().ok_or_else(|| failure("delivery.state", &[]))?
    };
    let effects = step(&mut schedule, run.as_mut(), event, kit, at);
    to_js(&mut Stepped { schedule: schedule.packed(), run, effects })
}

/// What an operator may see of a schedule: `{ running, full: { account, form, dead }[] }`, the targets that wait for a person.
///
/// # Errors
/// None that a caller could cause.
#[wasm_bindgen(js_name = outboxStatus)]
pub fn status(schedule: &str) -> Answer {
    struct Full<'a> {
        account: &'a str,
        form: &'a str,
        dead: u64,
    }
    members! {
        none Full<'_>, Full { account: "", form: "", dead: 0 },
        "account" account, "form" form, "dead" dead,
    }
    let Schedule { running, letters, .. } = Schedule::unpacked(schedule);
    let mut full: Vec<Full> = Vec::new();
    for one in letters.iter().filter(|one| one.full) {
        full.push(Full { account: &one.account, form: &one.form, dead: one.dead });
    }
    object("running full", &mut [&mut running.len(), &mut full])
}

/// Whether one more call leaves a sender: how many milliseconds it may take, or why it does not.
#[wasm_bindgen(js_name = leaves)]
pub fn leaves_sender(out: u32, deadline: f64, ends: f64, now: f64) -> JsValue {
    match leaves(out, whole(deadline), whole(ends), whole(now)) {
        Leaves::Within(left) => f64::from(u32::try_from(left).unwrap_or(u32::MAX)).into(),
        Leaves::Late => "late".into(),
        Leaves::Full => "full".into(),
    }
}
