//! What stays from call to call, and where the script writes and reads.

use super::ask;
use crate::check::form::Form;
use crate::check::writer::ReportWriter;
use crate::code;
use crate::packed::{Buffer, CLOSE, List, MAP, NO, YES, put};
use std::cell::UnsafeCell;
use wasm_bindgen::prelude::*;

/// What stays from call to call.
pub(super) struct State {
    pub(super) input: Buffer,
    pub(super) output: Buffer,
    /// What the visitor typed is drafted here, and parameters there: the one may be made of the other.
    pub(super) typed: ReportWriter,
    pub(super) params: ReportWriter,
    /// The parameters of a call that a form's clean values are put together to.
    pub(super) call: Buffer,
    /// The forms of this instance with their specs. They are few and live as long as the page.
    pub(super) forms: List<(&'static [u8], &'static Form<'static>)>,
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
    call: Buffer::new(),
    forms: List::new(),
}));

/// Runs one call on the state, the output cleared, and gives the output's length.
#[allow(
    unsafe_code,
    reason = "a static that changes needs it, and a RefCell would bring its panics along"
)]
pub(super) fn with_state(act: impl FnOnce(&mut State)) -> usize {
    // SAFETY: one thread; the host's answers to `ask` call no export, so no call is ever inside another.
    let state = unsafe { &mut *STATE.0.get() };
    state.output.clear();
    act(state);
    state.output.len()
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
pub(super) fn refuse_size(writer: &mut ReportWriter) {
    writer.clear();
    writer.error(&code::TOO_LARGE);
}

pub(super) fn too_large(writer: &mut ReportWriter, out: &mut Buffer) {
    refuse_size(writer);
    put(out, &writer.issues);
}

/// Yes or no, and the clean values.
pub(super) fn put_report(writer: &ReportWriter, out: &mut Buffer) {
    put(out, &[if writer.failed { NO } else { YES }, MAP]);
    put(out, &writer.values);
    out.push(CLOSE);
}
