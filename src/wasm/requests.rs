//! Requests of operations.

use super::{put_report, too_large, with_state};
use crate::catalogue::operations;
use crate::check::field::Field;
use crate::code;
use crate::crm::operation::INVALID;
use crate::crm::request::Target;
use crate::packed::{CLOSE, MAP, NO, NULL, Node, PackedValues, put, put_text};
use wasm_bindgen::prelude::*;

/// Some form's fields: whose box was not ticked said nothing.
#[cfg(feature = "build")]
static VOUCHED: [Field<'static>; 1] = [Field::new("", crate::check::field::Kind::Any)];

/// An operation's name without the version of the API behind it: `pardot.prospect.read@3`.
#[cfg(feature = "full")]
fn in_version(name: &[u8]) -> (&[u8], Target<'static>) {
    match name.strip_suffix(b"@3") {
        Some(name) => (name, Target { version: 3, ..Target::NONE }),
        None => (name, Target::NONE),
    }
}

/// A page has the newest alone.
#[cfg(not(feature = "full"))]
fn in_version(name: &[u8]) -> (&[u8], Target<'static>) {
    (name, Target::NONE)
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
        let mut vouched: &'static [Field<'static>] = &[];
        #[cfg(feature = "build")]
        if number < -1 {
            // The module that has the form has checked them.
            vouched = &VOUCHED;
        }
        let form = usize::try_from(number).ok().and_then(|number| state.forms.get(number));
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
        let (name, target) = in_version(name);
        match operations().find(|operation| operation.name.as_bytes() == name) {
            Some(operation) => {
                writer.vouched = vouched;
                let built = operation.build(values, &target, writer, out);
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
