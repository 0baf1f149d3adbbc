//! Alerts at the border: texts in (U+0002 between rows, U+0001 between words), a text out.

use super::edge::whole;
use crate::relay::alerts::{Channel, Fact, Limits};
use wasm_bindgen::prelude::*;

/// What a channel does, and its state then: see [`Channel::packed`]. `looked`: `given` has a row for each fact (kind, account, form,
/// code, how much), `flag` says that all have answered. `told`, and `failed` with a code in `given` and what the receiver asked for in
/// `after`. Any other word shows it as it is. `limits`: of the review, of the queue, hours until it is told again, what times
/// are divided by.
#[wasm_bindgen(js_name = stepAlerts)]
pub fn step(
    state: &str,
    event: &str,
    given: &str,
    flag: bool,
    after: f64,
    limits: &[f64],
    now: f64,
) -> String {
    let limit = |at: usize| limits.get(at).map(|limit| whole(*limit)).unwrap_or_default();
    let limits = Limits { review: limit(0), queue: limit(1), repeat: limit(2), scale: limit(3) };
    let now = whole(now);
    let mut channel = Channel::unpacked(state);
    match event {
        "looked" => {
            let facts: Vec<Fact<'_>> = given.split('\u{2}').filter_map(Fact::of).collect();
            channel.look(&facts, flag, limits, now);
        }
        "told" => channel.told(limits, now),
        "failed" => channel.failed(given, whole(after), limits, now),
        _ => {}
    }
    channel.packed(limits, now)
}
