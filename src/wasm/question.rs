//! What one module of a page answers another.

#[cfg(feature = "late")]
use super::{MEANT, PLACE, REPAIRED};
use super::{State, with_state};
use crate::check::rules;
#[cfg(feature = "late")]
use crate::packed::put;
use wasm_bindgen::prelude::*;

/// Answers what another module asks about the bytes that it has written; less than 0 when there is no answer.
#[wasm_bindgen]
pub fn answer(question: u32, length: usize) -> i32 {
    let mut is_known = true;
    let length = with_state(|state| {
        let State { input, output, typed, .. } = state;
        let Some(asked) = input.get(..length) else {
            is_known = false;
            return;
        };
        match question {
            #[cfg(feature = "late")]
            MEANT => is_known = rules::typo::put_meant(asked, output),
            #[cfg(feature = "late")]
            REPAIRED => is_known = rules::repair::put_repaired(asked, output),
            #[cfg(feature = "late")]
            PLACE => put(output, rules::phone::place(asked).as_bytes()),
            _ => rules::elsewhere::answer(asked, typed, output),
        }
    });
    if is_known { i32::try_from(length).unwrap_or(-1) } else { -1 }
}
