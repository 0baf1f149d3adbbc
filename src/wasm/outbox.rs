//! An outbox's machine at the border. Its schedule crosses as [text](Schedule::packed), what it hears as an object, and what the
//! host does next as JSON.

use super::edge::{Answer, failure, from_js, from_json, to_js, whole};
use super::written::written;
use crate::catalogue::recipe;
use crate::crm::request::System;
use crate::relay::delivery::outbox::{Delivery, Recipe};
use crate::relay::effect::Pace;
use crate::relay::outbox::{Event, Kit, Moment, Stepped, step};
use crate::relay::run::{Failure, Heard, Run};
use crate::relay::schedule::Schedule;
use crate::relay::sender::{Leaves, leaves};
use js_sys::Reflect;
use serde::Serialize;
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

/// What happens to an outbox, or what a delivery hears: an object of the host's with the members of its kind. They are read
/// one by one: a type with all of them weighs 5 KB.
struct Happened(JsValue);

impl Happened {
    fn get(&self, name: &str) -> JsValue {
        Reflect::get(&self.0, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
    }

    fn maybe(&self, name: &str) -> Option<String> {
        self.get(name).as_string()
    }

    fn text(&self, name: &str) -> String {
        self.maybe(name).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name).as_f64().map(|number| whole(number + 0.5))
    }

    fn yes(&self, name: &str) -> bool {
        self.get(name).as_bool() == Some(true)
    }

    fn of(&self) -> u32 {
        self.number("of").and_then(|of| u32::try_from(of).ok()).unwrap_or_default()
    }

    fn event<'a>(&self, kind: &str, rows: &'a str) -> Option<Event<'a>> {
        Some(match kind {
            "woken" => Event::Woken,
            "arrived" => Event::Arrived(rows.split('\u{1}').map(str::to_owned).collect()),
            "alarm" => Event::Alarm,
            "ring" => Event::Ring,
            "acted" => Event::Acted { first: self.yes("first"), counts: self.yes("counts") },
            "rows" => Event::Rows { of: self.of(), arm: self.yes("arm"), rows },
            "unread" => Event::Unread,
            "unarmed" => Event::Unarmed,
            _ => return None,
        })
    }

    fn heard(&self, kind: &str) -> Result<Heard, JsValue> {
        let until = self.number("until").unwrap_or_default();
        Ok(match kind {
            "granted" => Heard::Granted {
                asked: self.number("asked").unwrap_or_default(),
                uncertain_until: self.number("doubt"),
                others: self.number("others"),
                kept: self.yes("kept"),
                probe: self.yes("probe"),
                version: self.number("version").and_then(|version| u8::try_from(version).ok()),
                token: self.text("token"),
                stands: self.yes("stands"),
            },
            "wait" => {
                Heard::Held { until, scope: self.text("scope"), target: self.maybe("target") }
            }
            "slept" => Heard::Slept,
            "rendered" => Heard::Rendered {
                write: self.yes("write"),
                identity: self.maybe("identity"),
                stands: self.yes("stands"),
            },
            "called" => Heard::Called {
                outcome: from_js(self.get("outcome"), "delivery.state")?,
                pace: self.number("left").map(|left| Pace { left, until }),
                after: self.number("after"),
            },
            "unsent" => Heard::Unsent { why: self.text("unsent"), code: self.text("code") },
            "released" => Heard::Released {
                hold: self.maybe("hold"),
                until,
                blamed: self.yes("blamed"),
                opened: self.yes("opened"),
            },
            "failed" => Heard::Failed(Failure {
                code: self.text("code"),
                host: self.yes("host"),
                message: self.text("message"),
                issues: from_js(self.get("issues"), "delivery.state")?,
                map: from_js(self.get("map"), "delivery.state")?,
                constants: from_js(self.get("constants"), "delivery.state")?,
            }),
            "broken" => Heard::Broken,
            _ => return Err(failure("delivery.state", &[])),
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
    let kit = Kit { recipe: &recipe_of, read: &read, write: &|delivery| written(delivery) };
    let at = Moment { now: whole(now), random, newest };
    let mut schedule = Schedule::unpacked(schedule);
    let mut run: Option<Run> = from_js(run, "delivery.state")?;
    let happened = Happened(event);
    let (kind, rows) = (happened.text("event"), happened.text("rows"));
    let event = match &run {
        Some(_) => Event::Heard(happened.heard(&kind)?),
        None => happened.event(&kind, &rows).ok_or_else(|| failure("delivery.state", &[]))?,
    };
    let effects = step(&mut schedule, run.as_mut(), event, kit, at);
    to_js(&Stepped { schedule: schedule.packed(), run, effects })
}

/// What an operator may see of a schedule: `{ running, full: { account, form, dead }[] }`, the targets that wait for a person.
///
/// # Errors
/// None that a caller could cause.
#[wasm_bindgen(js_name = outboxStatus)]
pub fn status(schedule: &str) -> Answer {
    #[derive(Serialize)]
    struct Full<'a> {
        account: &'a str,
        form: &'a str,
        dead: u64,
    }
    #[derive(Serialize)]
    struct Status<'a> {
        running: usize,
        full: Vec<Full<'a>>,
    }
    let Schedule { running, letters, .. } = Schedule::unpacked(schedule);
    let full = letters.iter().filter(|one| one.full);
    to_js(&Status {
        running: running.len(),
        full: full
            .map(|one| Full { account: &one.account, form: &one.form, dead: one.dead })
            .collect(),
    })
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
