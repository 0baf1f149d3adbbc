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
#[cfg(any(feature = "lean", feature = "late"))]
mod question;
#[cfg(not(feature = "late"))]
mod requests;
#[cfg(feature = "edge")]
mod ruling;
#[cfg(any(feature = "lean", feature = "edge"))]
mod values;
#[cfg(feature = "edge")]
mod written;

use crate::check::form::Form;
use crate::check::writer::ReportWriter;
use crate::code;
use crate::host::Ask;
use crate::packed::{Buffer, CLOSE, List, MAP, NO, YES, put};
use std::cell::UnsafeCell;
use wasm_bindgen::prelude::*;

/// Serde and the machines of delivery allocate all the time.
#[cfg(feature = "edge")]
#[allow(unsafe_code, reason = "a global allocator is unsafe by its nature")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// What stays from call to call.
struct State {
    input: Buffer,
    output: Buffer,
    /// What the visitor typed is drafted here, and parameters there: the one may be made of the other.
    typed: ReportWriter,
    params: ReportWriter,
    /// The forms of this instance with their specs. They are few and live as long as the page.
    forms: List<(&'static [u8], &'static Form<'static>)>,
}

struct Shared(UnsafeCell<State>);

#[allow(unsafe_code, reason = "a static must say that it may be shared")]
// SAFETY: wasm without shared memory has one thread.
unsafe impl Sync for Shared {}

static STATE: Shared = Shared(UnsafeCell::new(State {
    input: Buffer::new(),
    output: Buffer::new(),
    typed: ReportWriter::new(ask),
    params: ReportWriter::new(ask),
    forms: List::new(),
}));

/// Runs one call on the state, the output cleared, and gives the output's length.
#[allow(
    unsafe_code,
    reason = "a static that changes needs it, and a RefCell would bring its panics along"
)]
fn with_state(act: impl FnOnce(&mut State)) -> usize {
    // SAFETY: one thread; the host's answers to `ask` call no export, so no call is ever inside another.
    let state = unsafe { &mut *STATE.0.get() };
    state.output.clear();
    act(state);
    state.output.len()
}

#[wasm_bindgen(raw_module = "../../dist/core/host.js")]
extern "C" {
    /// Answers a question of [`Ask`] about the text at `from` and writes the answer to `to`. Gives its length, or less
    /// than 0 when there is none.
    #[wasm_bindgen(js_name = answer)]
    fn host_answer(question: u32, from: usize, length: usize, to: usize, room: usize) -> i32;
}

/// What a page's modules ask each other; see `pkg/src/core/host.ts`.
const ELSEWHERE: u32 = 4;
const MEANT: u32 = 5;
const REPAIRED: u32 = 6;
const PLACE: u32 = 7;

fn ask(question: Ask, text: &[u8], out: &mut Buffer) -> bool {
    // Neither answer is longer: NFC takes at most three times the bytes, an ASCII form that fits a domain 254.
    let room = text.len().saturating_mul(3).saturating_add(256);
    let number = match question {
        Ask::AsciiDomain => 0,
        Ask::Nfc => 1,
        Ask::Pattern => 2,
        Ask::Elsewhere => ELSEWHERE,
        Ask::Meant => MEANT,
        Ask::Repaired => REPAIRED,
        Ask::Place => PLACE,
        #[cfg(feature = "full")]
        Ask::Repeats => 3,
    };
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

/// Where the script writes `size` bytes before a call.
#[wasm_bindgen]
pub fn input(size: usize) -> usize {
    let mut place = 0;
    with_state(|state| {
        #[cfg(not(feature = "edge"))]
        {
            // The script writes before anything is read.
            state.input.clear();
            state.input.lend(size);
            state.input.take(size);
        }
        #[cfg(feature = "edge")]
        if state.input.len() < size {
            state.input.resize(size, 0);
        }
        place = state.input.as_ptr().addr();
    });
    place
}

/// Where the answer of the last call stands.
#[wasm_bindgen]
pub fn output() -> usize {
    let mut place = 0;
    // The output is cleared, its bytes stay where they are.
    with_state(|state| place = state.output.as_ptr().addr());
    place
}

/// The script had more to say than it may write.
fn refuse_size(writer: &mut ReportWriter) {
    writer.clear();
    writer.error(&code::TOO_LARGE);
}

fn too_large(writer: &mut ReportWriter, out: &mut Buffer) {
    refuse_size(writer);
    put(out, &writer.issues);
}

/// Yes or no, and the clean values.
fn put_report(writer: &ReportWriter, out: &mut Buffer) {
    put(out, &[if writer.failed { NO } else { YES }, MAP]);
    put(out, &writer.values);
    out.push(CLOSE);
}
