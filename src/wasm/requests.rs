//! Requests of operations.

#[cfg(not(feature = "build"))]
use super::put_report;
use super::{State, refuse_size, with_state};
use crate::catalogue::operations;
use crate::check::field::Field;
use crate::code;
use crate::crm::operation::INVALID;
use crate::crm::request::Target;
#[cfg(not(feature = "build"))]
use crate::packed::NULL;
use crate::packed::{Node, PackedValues, put, put_text};
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

/// Builds the request of the operation whose name comes before a packed account and the packed values; without an account
/// there is no host. With the number of a form the values are checked as its own first: yes or no, the clean values. Then the
/// request as a list, or nothing where the report is not ok, or the code of a refusal; then issues.
#[wasm_bindgen]
pub fn payload(number: i32, length: usize) -> usize {
    with_state(|state| {
        let State { input, output: out, typed, params: writer, forms } = state;
        let given = input.get(..length);
        let mut rest = PackedValues(given.unwrap_or_default());
        let (name, account) = rest.entry();
        let mut values = rest.0;
        typed.clear();
        #[cfg(not(feature = "build"))]
        let mut vouched: &'static [Field<'static>] = &[];
        // The module that has the form has checked them.
        #[cfg(feature = "build")]
        let vouched: &'static [Field<'static>] = if number < -1 { &VOUCHED } else { &[] };
        #[cfg(not(feature = "build"))]
        if let Some((_, form)) = usize::try_from(number).ok().and_then(|number| forms.get(number)) {
            match given {
                Some(_) => form.write(values, typed),
                None => refuse_size(typed),
            }
            put_report(typed, out);
            if typed.failed {
                out.push(NULL);
                put(out, &typed.issues);
                return;
            }
            values = &typed.values;
            vouched = &form.fields;
        }
        #[cfg(feature = "build")]
        let _ = forms;
        writer.clear();
        let (name, target) = in_version(name);
        let code = match operations().find(|operation| operation.name.as_bytes() == name) {
            _ if given.is_none() => {
                refuse_size(writer);
                Some(INVALID)
            }
            Some(operation) => {
                writer.vouched = vouched;
                let account = Node::of(account);
                let refused = operation.write_to(values, target, account, writer, out).err();
                writer.vouched = &[];
                refused
            }
            None => {
                writer.error_at(b"operation", &code::OPERATION_UNKNOWN);
                Some(INVALID)
            }
        };
        let issues = match code {
            Some(code) => {
                put_text(out, code.as_bytes());
                &writer.issues
            }
            None => &typed.issues,
        };
        put(out, issues);
    })
}
