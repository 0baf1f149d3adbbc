//! What a person rules, at the border: words (U+0001 between) in, the same out.

use super::edge::whole;
use super::given::from_json;
use crate::catalogue::{deletes, recipe};
use crate::crm::request::System;
use crate::crossing::written;
use crate::relay::ruling::{Move, Ruled, Ways, corrected, moved, removable, replay};
use crate::value::parts;
use crate::value::{joined, number};
use wasm_bindgen::prelude::*;

/// What becomes of a delivery that a person sends on (`replay`), gives to another account (`move`), or sends once more when its
/// lead was corrected (`correct`): `stays` and why, or `goes`, where it stands then and its state, both empty where they stay as
/// they are. Of a test lead (`remove`) `goes`, the operation that takes its record out of the system, and the record. `given`:
/// whether there is its form, and whether that goes to its account; of a replay what bars its lead; of a correction whether it is
/// about the same person; of a move whether the form goes to the other account, whether the lead goes there already, of which
/// system the old account was, whether a person is sure, where the delivery stands, when it is due, and what times are divided by.
/// A yes is `1`, a no `0`, and what is not there is empty.
#[wasm_bindgen(js_name = ruleDelivery)]
pub fn rule_delivery(what: &str, system: &str, state: &str, given: &str, now: f64) -> String {
    let known = System::from_name(system);
    let kept = (from_json(state, "delivery.state").ok(), known.and_then(recipe));
    let mut words = parts(given, '\u{1}');
    let mut word = || words.next().unwrap_or_default();
    if what == "remove" {
        let (Some(state), Some(recipe)) = &kept else { return stays("delivery.state") };
        let operation = known.and_then(deletes);
        return match removable(state, recipe, operation.is_some()) {
            Ok(record) => joined(&["goes", operation.unwrap_or_default(), record], "\u{1}"),
            Err(code) => stays(code),
        };
    }
    let ways = Ways { has_form: word() == "1", goes: word() == "1" };
    let now = whole(now);
    let ruled = match what {
        "move" => {
            let to = Move {
                from: ways,
                has_target: word() == "1",
                is_there: word() == "1",
                was: Some(word()).filter(|was| !was.is_empty()),
                sure: word() == "1",
                phase: word(),
                next: number(word()).unwrap_or_default(),
                scale: number(word()).unwrap_or_default(),
                system,
            };
            moved(kept, to, now)
        }
        "correct" => corrected(kept, word() == "1", ways, now),
        _ => replay(kept, Some(word()).filter(|bar| !bar.is_empty()), ways, now),
    };
    match ruled {
        Ruled::Stays(code) => stays(code),
        Ruled::Goes(mut state) => ["goes\u{1}waiting\u{1}", &written(&mut state)].concat(),
        Ruled::Moves => "goes\u{1}\u{1}".to_owned(),
    }
}

fn stays(code: &str) -> String {
    ["stays\u{1}", code].concat()
}
