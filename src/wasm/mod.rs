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
mod client;
#[cfg(feature = "edge")]
mod edge;
#[cfg(feature = "edge")]
mod given;
#[cfg(feature = "edge")]
mod limiter;
#[cfg(not(feature = "edge"))]
mod memory;
#[cfg(feature = "edge")]
mod outbox;
#[cfg(feature = "edge")]
mod written;

use crate::catalogue::operations;
use crate::check::field::{Field, Kind, Options};
use crate::check::form::Form;
use crate::check::rules;
use crate::check::writer::{EXTENSION, ReportWriter, put_decimal};
use crate::code;
use crate::crm::operation::INVALID;
use crate::crm::request::Target;
use crate::host::Ask;
use crate::packed::{CLOSE, END, MAP, NO, NULL, NUMBER, Node, PackedValues, YES, put, put_text};
use std::cell::UnsafeCell;
use wasm_bindgen::prelude::*;

#[cfg(not(feature = "edge"))]
#[global_allocator]
static ALLOCATOR: memory::Blocks = memory::Blocks::new();

/// Serde and the machines of delivery allocate all the time.
#[cfg(feature = "edge")]
#[allow(unsafe_code, reason = "a global allocator is unsafe by its nature")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// What stays from call to call.
struct State {
    input: Vec<u8>,
    output: Vec<u8>,
    /// What the visitor typed is drafted here, and parameters there: the one may be made of the other.
    typed: ReportWriter,
    params: ReportWriter,
    /// The forms of this instance with their specs. They are few and live as long as the page.
    forms: Vec<(&'static [u8], &'static Form<'static>)>,
}

struct Shared(UnsafeCell<State>);

#[allow(unsafe_code, reason = "a static must say that it may be shared")]
// SAFETY: wasm without shared memory has one thread.
unsafe impl Sync for Shared {}

static STATE: Shared = Shared(UnsafeCell::new(State {
    input: Vec::new(),
    output: Vec::new(),
    typed: ReportWriter::new(ask),
    params: ReportWriter::new(ask),
    forms: Vec::new(),
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

fn ask(question: Ask, text: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    // Neither answer is longer: NFC takes at most three times the bytes, an ASCII form that fits a domain 254.
    let room = text.len().saturating_mul(3).saturating_add(256);
    out.resize(start.saturating_add(room), 0);
    let to = out.as_mut_ptr().addr().wrapping_add(start);
    let number = match question {
        Ask::AsciiDomain => 0,
        Ask::Nfc => 1,
        Ask::Pattern => 2,
        #[cfg(feature = "full")]
        Ask::Repeats => 3,
    };
    let length = host_answer(number, text.as_ptr().addr(), text.len(), to, room);
    out.truncate(start.saturating_add(usize::try_from(length).unwrap_or_default()));
    length >= 0
}

/// Where the script writes `size` bytes before a call.
#[wasm_bindgen]
pub fn input(size: usize) -> usize {
    let mut place = 0;
    with_state(|state| {
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

/// Makes a form of a packed spec. The answer is its number, or nothing and issues.
#[wasm_bindgen]
pub fn form(length: usize) -> usize {
    with_state(|state| {
        let Some(spec) = state.input.get(..length) else {
            state.output.push(NULL);
            return too_large(&mut state.typed, &mut state.output);
        };
        let known = state.forms.iter().position(|(known, _)| *known == spec);
        let number = known.or_else(|| {
            let spec: &'static [u8] = Box::leak(spec.into());
            // SAFETY: the host's encoder wrote it, and makes UTF-8 only.
            #[allow(
                unsafe_code,
                reason = "to look at each letter again would weigh 300 bytes in a page"
            )]
            let letters = unsafe { str::from_utf8_unchecked(spec) };
            let form = Form::read(letters, &mut state.typed)?;
            state.forms.push((spec, Box::leak(Box::new(form))));
            state.forms.len().checked_sub(1)
        });
        match number {
            Some(number) => put_number(number, &mut state.output),
            None => {
                state.output.push(NULL);
                put(&mut state.output, &state.typed.issues);
            }
        }
    })
}

/// Checks packed values: yes or no, the clean values, issues.
#[wasm_bindgen]
pub fn check(number: usize, length: usize) -> usize {
    with_state(|state| {
        let Some((_, form)) = state.forms.get(number) else { return };
        match state.input.get(..length) {
            Some(values) => form.write(values, &mut state.typed),
            None => refuse_size(&mut state.typed),
        }
        put_report(&state.typed, &mut state.output);
        put(&mut state.output, &state.typed.issues);
    })
}

/// Checks a packed value behind its name as a field of a form; the answer is that of [`check_kind`].
#[wasm_bindgen]
pub fn check_field(number: usize, length: usize) -> usize {
    with_state(|state| {
        let Some((_, form)) = state.forms.get(number) else { return };
        match state.input.get(..length) {
            Some(entry) => {
                let (name, value) = PackedValues(entry).entry();
                form.write_field(name, value, &mut state.typed);
            }
            None => refuse_size(&mut state.typed),
        }
        put_field_report(&state.typed, &mut state.output);
    })
}

/// Checks one packed value as the kind of that place in [`Kind::VISITOR`]; bit 0 of `options` is `required`, the others
/// are those of [`Options`]. The answer: yes or no, the clean value, the number of the flags, extension and region, issues. Less
/// than 0 says that the clean value is the one that was typed and that there is no issue: −1, less the number of the flags.
#[wasm_bindgen]
pub fn check_kind(kind: usize, options: u8, length: usize) -> i32 {
    let mut same = None;
    let length = with_state(|state| {
        let kind = Kind::VISITOR.get(kind).map_or(Kind::Text, |(_, kind)| *kind);
        let mut field = Field::new("", kind).with(Options::of_bits(options));
        field.required = options & 1 == 1;
        let typed = state.input.get(..length).unwrap_or_default();
        let writer = &mut state.typed;
        writer.clear();
        if length > state.input.len() {
            refuse_size(writer);
        } else {
            rules::write(&field, typed, writer);
        }
        if writer.issues.is_empty()
            && writer.values == typed
            && writer.region.is_empty()
            && writer.extension == 0
        {
            same = Some(i32::from(writer.flags.bits()));
        } else {
            put_field_report(writer, &mut state.output);
        }
    });
    match same {
        Some(flags) => !flags,
        None => i32::try_from(length).unwrap_or(i32::MAX),
    }
}

/// Builds the request of the operation whose name comes before the packed values. With the number of a form they are
/// checked as its values first: yes or no, the clean values. Then the request as a list, or nothing where the report is
/// not ok, or the code of a refusal; then issues.
#[wasm_bindgen]
pub fn payload(number: i32, length: usize) -> usize {
    with_state(|state| {
        let mut rest = PackedValues(state.input.get(..length).unwrap_or_default());
        let name = rest.text();
        let mut values = rest.0;
        let out = &mut state.output;
        let form = usize::try_from(number).ok().and_then(|number| state.forms.get(number));
        let mut vouched: &'static [Field<'static>] = &[];
        if length > state.input.len() {
            if form.is_some() {
                put(out, &[NO, MAP, CLOSE, NULL]);
            } else {
                put_text(out, INVALID.as_bytes());
            }
            return too_large(&mut state.params, out);
        }
        state.typed.clear();
        if let Some((_, form)) = form {
            form.write(values, &mut state.typed);
            put_report(&state.typed, out);
            if state.typed.failed {
                out.push(NULL);
                put(out, &state.typed.issues);
                return;
            }
            values = &state.typed.values;
            vouched = &form.fields;
        }
        let writer = &mut state.params;
        writer.clear();
        match operations().find(|operation| operation.name.as_bytes() == name) {
            Some(operation) => {
                writer.vouched = vouched;
                let built = operation.build(values, &Target::NONE, writer, out);
                writer.vouched = &[];
                if built {
                    put(out, &state.typed.issues);
                    return;
                }
            }
            None => writer.error_at(b"operation", &code::OPERATION_UNKNOWN),
        }
        put_text(out, INVALID.as_bytes());
        put(out, &writer.issues);
    })
}

/// Builds the whole request of an operation's name, a packed account and the parameters: a list, or the code of a
/// refusal and issues.
#[wasm_bindgen]
pub fn request(length: usize) -> usize {
    with_state(|state| {
        let mut rest = PackedValues(state.input.get(..length).unwrap_or_default());
        let (name, account) = rest.entry();
        let writer = &mut state.params;
        if length > state.input.len() {
            put_text(&mut state.output, INVALID.as_bytes());
            return too_large(writer, &mut state.output);
        }
        writer.clear();
        let refused = match operations().find(|operation| operation.name.as_bytes() == name) {
            Some(operation) => {
                operation.write_request(rest.0, Node::of(account), writer, &mut state.output).err()
            }
            None => {
                writer.error_at(b"operation", &code::OPERATION_UNKNOWN);
                Some(INVALID)
            }
        };
        if let Some(code) = refused {
            put_text(&mut state.output, code.as_bytes());
            put(&mut state.output, &writer.issues);
        }
    })
}

/// The script had more to say than it may write.
fn refuse_size(writer: &mut ReportWriter) {
    writer.clear();
    writer.error(&code::TOO_LARGE);
}

fn too_large(writer: &mut ReportWriter, out: &mut Vec<u8>) {
    refuse_size(writer);
    put(out, &writer.issues);
}

/// Yes or no, and the clean values.
fn put_report(writer: &ReportWriter, out: &mut Vec<u8>) {
    put(out, &[if writer.failed { NO } else { YES }, MAP]);
    put(out, &writer.values);
    out.push(CLOSE);
}

fn put_field_report(writer: &ReportWriter, out: &mut Vec<u8>) {
    out.push(if writer.failed { NO } else { YES });
    match (writer.values.as_slice(), writer.extension) {
        ([], _) => out.push(NULL),
        (value, 0) => put(out, value),
        // The extension stands for itself here.
        (value, length) => {
            let end = value
                .len()
                .saturating_sub(length)
                .saturating_sub(EXTENSION.len())
                .saturating_sub(1);
            put(out, value.get(..end).unwrap_or_default());
            out.push(END);
        }
    }
    put_number(writer.flags.bits().into(), out);
    let end = writer.values.len().saturating_sub(1);
    let extension =
        writer.values.get(end.saturating_sub(writer.extension)..end).unwrap_or_default();
    put_text(out, extension);
    put_text(out, writer.region.as_bytes());
    put(out, &writer.issues);
}

fn put_number(number: usize, out: &mut Vec<u8>) {
    out.push(NUMBER);
    put_decimal(out, i64::try_from(number).unwrap_or(i64::MAX));
    out.push(END);
}
