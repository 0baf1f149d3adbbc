//! The way into an outbox at the border: rows (U+0002 between) of words (U+0001 between) in, the same out. What is not there
//! is an empty word.

use super::edge::whole;
use crate::catalogue::recipe;
use crate::crm::request::System;
use crate::crossing::written;
use crate::relay::acceptance::{
    Answer, Asked, Batch, Effect, Found, Known, Offer, Room, answer, gathers, has_place, spend,
};
use crate::relay::delivery::outbox::Delivery;
use crate::relay::words::{ROW, WORD, Words};
use crate::value::{decimal, number};
use wasm_bindgen::prelude::*;

/// The words of a row, in their order.
struct Row<'a>(Words<'a>);

impl<'a> Row<'a> {
    fn of(row: &'a str) -> Self {
        Row(Words::of(row, WORD))
    }

    fn word(&mut self) -> &'a str {
        self.0.read()
    }

    fn maybe(&mut self) -> Option<&'a str> {
        Some(self.word()).filter(|word| !word.is_empty())
    }

    fn number(&mut self) -> u64 {
        number(self.word()).unwrap_or_default()
    }

    /// The lead that has a key: its id, its body, and where its deliveries stand.
    fn known(&mut self) -> Option<Known<'a>> {
        let (id, body, phases) = (self.maybe(), self.word(), self.word());
        id.map(|id| Known { id, body, phases })
    }
}

/// Effects as rows: a name, the number of the lead that it is about, and what belongs to it.
struct Rows(String);

impl Rows {
    fn row(&mut self, name: &str, at: usize, words: &[&str]) {
        if !self.0.is_empty() {
            self.0.push(ROW);
        }
        self.0.push_str(name);
        self.0.push(WORD);
        self.0.push_str(&decimal(at as u64));
        for word in words {
            self.0.push(WORD);
            self.0.push_str(word);
        }
    }

    fn effect(&mut self, at: usize, effect: &Effect<'_>) {
        match effect {
            Effect::Put { review, standing: [standing, phase] } => {
                self.row("put", at, &[review, standing, phase]);
            }
            Effect::Took => self.row("took", at, &[]),
            Effect::Spend(until) => self.row("spend", at, &[&decimal(*until)]),
            Effect::Due => self.row("due", at, &[]),
            Effect::Reserve(until) => self.row("reserve", at, &[&decimal(*until)]),
            Effect::Promise(shard, until) => {
                self.row("promise", at, &[&decimal(*until), shard]);
            }
            Effect::Tell(Answer { id, state, held, shard }) => {
                let held = if *held { "held" } else { "" };
                match shard {
                    Some(shard) => self.row("tell", at, &[id, state, held, shard]),
                    None => self.row("tell", at, &[id, state, held]),
                }
            }
        }
    }
}

/// What becomes of leads that are written together. `room` has what is there and what may be: leads that wait for a system,
/// leads that wait for a person, bytes. A row for each lead: its id, key, body, nonce, reasons for a person to look, source
/// and bytes; then what the rows say: the lead that has its key, the shard that the key was promised to, whose its token is,
/// and how many leads of its source wait for a person. Before all, the state that a delivery to each of `systems` begins with,
/// the empty one for an account that there is not.
#[wasm_bindgen(js_name = acceptOffers)]
pub fn accept_offers(room: &[f64], systems: &str, offers: &str, now: f64) -> String {
    let of = |at: usize| room.get(at).copied().map_or(0, whole);
    let room = Room { queued: [of(0), of(1)], review: [of(2), of(3)], bytes: [of(4), of(5)] };
    let mut batch = Batch::new(room, whole(now));
    let mut rows = Rows(String::new());
    for system in systems.split(WORD) {
        let recipe = System::from_name(system).and_then(recipe);
        let begins = |recipe| Delivery::new(recipe, whole(now));
        // The options have no such account yet: its leads wait until they do.
        let mut state = recipe.map_or_else(|| Delivery::begun(whole(now)), begins);
        rows.row("state", 0, &[system, &written(&mut state)]);
    }
    for (at, offer) in offers.split(ROW).enumerate() {
        let mut words = Row::of(offer);
        let effects = batch.take(Offer {
            id: words.word(),
            key: words.word(),
            body: words.word(),
            nonce: words.maybe(),
            review: words.word(),
            source: words.word(),
            bytes: words.number(),
            found: Found { known: words.known(), moved: words.maybe(), ..Found::default() },
            user: words.maybe(),
            of_source: words.number(),
        });
        for effect in &effects {
            rows.effect(at, effect);
        }
    }
    rows.0
}

/// What is said of a key to who asks `known`, or to `reserve` or `claim` it, and what is written down for that. `given` has
/// the hash of what was entered, and what the rows say: the lead that has the key, the shard that it was promised to, the hash
/// of what is being checked under it; of a claim also a word where it was promised, the shard that it was promised to, and the
/// one that it is to be promised to.
#[wasm_bindgen(js_name = answerKey)]
pub fn answer_key(asked: &str, given: &str, now: f64) -> String {
    let mut words = Row::of(given);
    let body = words.maybe();
    let mut found = Found {
        known: words.known(),
        moved: words.maybe(),
        running: words.maybe(),
        promised: None,
    };
    let is_promised = words.maybe().is_some();
    let promised = words.word();
    found.promised = is_promised.then_some(promised);
    let asked = match asked {
        "reserve" => Asked::Reserve,
        "claim" => Asked::Claim(words.word()),
        _ => Asked::Known,
    };
    let mut rows = Rows(String::new());
    for effect in answer(asked, body, found, whole(now)) {
        rows.effect(0, &effect);
    }
    rows.0
}

/// Whether a form token was another lead's (`spent`), and until when it is remembered that it is now this one's.
#[wasm_bindgen(js_name = spendToken)]
pub fn spend_token(user: &str, key: &str, now: f64) -> String {
    let (spent, until) = spend(Some(user).filter(|user| !user.is_empty()), key, whole(now));
    let mut rows = Rows(String::new());
    if let Some(until) = until {
        rows.effect(0, &Effect::Spend(until));
    }
    rows.row(if spent { "spent" } else { "free" }, 0, &[]);
    rows.0
}

/// The place that there is for one more lead in the next write: none (0), or it is the first one (1) or the next (2).
/// A number, because every lead asks.
#[wasm_bindgen(js_name = placeFor)]
pub fn place_for(arrived: u32, characters: u32, more: u32) -> u32 {
    match arrived {
        _ if !has_place(arrived, characters, more) => 0,
        0 => 1,
        _ => 2,
    }
}

/// Whether leads that are to be written are waited for one more turn.
#[wasm_bindgen(js_name = gathers)]
pub fn gathers_more(before: u32, arrived: u32, began: f64, now: f64) -> bool {
    gathers(before, arrived, whole(began), whole(now))
}
