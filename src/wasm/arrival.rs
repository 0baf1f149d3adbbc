//! The way of a request at the border: numbers in and out, so that each step costs next to nothing.

use super::edge::whole;
use crate::relay::arrival::{self, Arrival};
use crate::relay::{shards, token};
use crate::value::{decimal, joined};
use wasm_bindgen::prelude::*;

/// What follows of what was heard, for a request that has come this far: the state's bits are `pkg/src/relay/arrival.gen.ts`'s.
#[wasm_bindgen]
#[allow(clippy::cast_precision_loss, reason = "a state has 50 bits")]
pub fn arrive(state: f64, heard: u32) -> f64 {
    let mut arrival = Arrival::unpacked(whole(state));
    arrival.step(heard);
    arrival.packed() as f64
}

/// Whether a lead's key is one.
#[wasm_bindgen(js_name = isKey)]
pub fn is_key(key: &str) -> bool {
    arrival::is_key(key)
}

/// A form token as words (U+0001 between): what it says where its MAC is ours, and where it is not, when it was issued, its
/// nonce and its MAC.
#[wasm_bindgen(js_name = readFormToken)]
pub fn read_form_token(token: &str, now: f64) -> String {
    let token::Token { issued, nonce, mac, says, holder } = token::read(token, whole(now));
    joined(&[&decimal(says), &decimal(holder), issued, nonce, mac], "\u{1}")
}

/// What is asked next about a key: see [`shards::next`].
#[wasm_bindgen(js_name = nextShard)]
pub fn next_shard(homes: &[u32], walk: u32, said: u32, named: u32) -> u32 {
    shards::next(homes, walk, said, named)
}
