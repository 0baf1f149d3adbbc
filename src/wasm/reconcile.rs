//! Whether stored leads are still there, at the border.

use super::edge::whole;
use super::given::from_js;
use crate::catalogue::records;
use crate::crm::request::System;
use crate::relay::reconcile::{Heard, Place, Reconciliation};
use wasm_bindgen::prelude::*;

/// The state of an account of this system, and behind it what the host does: see [`Reconciliation::step`]. Nothing of a system that
/// takes no leads. `heard`: the outcome of a call, or the time until which the limiter lets none go. Numbers: now, what times are
/// divided by, whether nobody had asked about the rows, and the place at which they end.
///
/// # Errors
/// `outcome.invalid` for what is none.
#[wasm_bindgen(js_name = stepReconciliation)]
pub fn step(
    system: &str,
    state: &str,
    rows: &str,
    heard: JsValue,
    numbers: &[f64],
) -> Result<String, JsValue> {
    let Some(records) = System::from_name(system).and_then(records) else {
        return Ok(String::new());
    };
    let number = |at: usize| numbers.get(at).map(|number| whole(*number)).unwrap_or_default();
    let (now, scale, by) = (number(0), number(1), records.by);
    let heard = match heard.as_f64() {
        Some(until) => Heard::Later(whole(until)),
        None if heard.is_undefined() => Heard::Nothing,
        None => Heard::of(&from_js(heard, "outcome.invalid")?, by, now, scale),
    };
    let end = Place { ended: number(3), row: number(4) };
    let mut machine = Reconciliation::unpacked(state);
    Ok(machine.step((by, records.most), rows, (number(2) > 0, end), &heard, (now, scale)))
}
