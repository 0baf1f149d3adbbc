//! The border to JavaScript, and the only code that knows it.
//!
//! The hot calls cross with numbers alone: the script writes a packed text ([`crate::packed`]) into [`input`], calls, and
//! reads the answer's bytes at [`output`]. `pkg/src/core/core.ts` is the other side. The wide and rare calls of the edge build
//! are in [`edge`], [`client`] and [`limiter`].

#![allow(clippy::single_match_else, reason = "both arms are answers, none is the exception")]
#![allow(
    unreachable_pub,
    reason = "wasm-bindgen exports only what is `pub`; Rust's own callers cannot reach it and need not"
)]

#[cfg(feature = "edge")]
mod acceptance;
#[cfg(feature = "edge")]
mod alerts;
#[cfg(feature = "edge")]
mod arrival;
#[cfg(feature = "edge")]
mod client;
#[cfg(feature = "edge")]
mod edge;
#[cfg(feature = "edge")]
mod given;
#[cfg(feature = "edge")]
mod limiter;
#[cfg(feature = "edge")]
mod outbox;
#[cfg(not(feature = "edge"))]
mod peers;
#[cfg(feature = "edge")]
mod reconcile;
#[cfg(any(feature = "lean", feature = "edge"))]
mod requests;
#[cfg(feature = "edge")]
mod ruling;
#[cfg(any(feature = "lean", feature = "edge"))]
mod state;
#[cfg(any(feature = "lean", feature = "edge"))]
mod values;

#[cfg(not(feature = "build"))]
use crate::host::Ask;
#[cfg(not(feature = "build"))]
use crate::packed::Buffer;
#[cfg(any(feature = "lean", feature = "edge"))]
use state::{State, put_report, refuse_size, too_large, with_state};
#[cfg(not(feature = "build"))]
use wasm_bindgen::prelude::*;

#[cfg(feature = "edge")]
#[global_allocator]
static ALLOCATOR: crate::memory::region::Region = crate::memory::region::Region::new();

#[cfg(not(feature = "build"))]
#[wasm_bindgen(raw_module = "../../dist/core/host.js")]
extern "C" {
    /// Answers a question of [`Ask`] about the text at `from` and writes the answer to `to`. Gives its length, or less
    /// than 0 when there is none.
    #[wasm_bindgen(js_name = answer)]
    fn host_answer(question: u32, from: usize, length: usize, to: usize, room: usize) -> i32;
}

#[cfg(not(feature = "build"))]
fn ask(question: Ask, text: &[u8], out: &mut Buffer) -> bool {
    // Neither answer is longer: NFC takes at most three times the bytes, an ASCII form that fits a domain 254.
    let room = text.len().saturating_mul(3).saturating_add(256);
    let number = question as u32;
    // Advice is another module's to give.
    #[cfg(feature = "lean")]
    if number >= peers::MEANT {
        return crate::memory::peers::advice(number, text, out);
    }
    let (from, length) = (text.as_ptr().addr(), text.len());
    #[cfg(not(feature = "edge"))]
    let length = {
        let said = host_answer(number, from, length, out.lend(room), room);
        out.take(usize::try_from(said).unwrap_or_default());
        said
    };
    #[cfg(feature = "edge")]
    let length = {
        let start = out.len();
        out.resize(start + room, 0);
        let to = out.as_mut_ptr().addr().wrapping_add(start);
        let said = host_answer(number, from, length, to, room);
        out.truncate(start.saturating_add(usize::try_from(said).unwrap_or_default()));
        said
    };
    length >= 0
}
