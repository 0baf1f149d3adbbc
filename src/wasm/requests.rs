//! Requests of operations.

#[cfg(feature = "lean")]
use super::peers;
use super::{State, put_report, refuse_size, with_state};
use crate::catalogue::operations;
use crate::check::field::Field;
use crate::check::writer::ReportWriter;
use crate::code;
use crate::crm::operation::{INVALID, Operation};
use crate::crm::request::Target;
use crate::packed::{Buffer, CLOSE, END, MAP, NO, NULL, Node, PackedValues, put, put_text};
use wasm_bindgen::prelude::*;

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
/// there is no host. With the number of a form the values are checked as its own first: yes or no, the clean values. Other
/// parameters of the operation stand in the account's place then, and without a name nothing is built. Then the request as a
/// list, or nothing where the report is not ok, or the code of a refusal; then issues.
#[wasm_bindgen]
pub fn payload(number: i32, length: usize) -> usize {
    with_state(|state| {
        let State { input, output: out, typed, params: writer, call, forms } = state;
        let given = input.get(..length);
        let mut rest = PackedValues(given.unwrap_or_default());
        let (name, mut account) = rest.entry();
        let mut values = rest.0;
        let (bare, target) = in_version(name);
        let operation = operations().find(|operation| operation.name.as_bytes() == bare);
        typed.clear();
        let mut vouched: &'static [Field<'static>] = &[];
        if let Some((_, form)) = usize::try_from(number).ok().and_then(|number| forms.get(number)) {
            match given {
                Some(_) => form.write(values, typed),
                None => refuse_size(typed),
            }
            put_report(typed, out);
            if typed.failed || name.is_empty() {
                out.push(NULL);
                put(out, &typed.issues);
                return;
            }
            let others = if let [MAP, others @ .., CLOSE] = account { others } else { &[] };
            account = &[];
            let is_lead = operation.is_some_and(Operation::takes_lead);
            // A parameter that the owner gives may have the name of a field, and nobody has judged it.
            if is_lead || others.is_empty() {
                vouched = &form.fields;
            }
            call.clear();
            put(call, others);
            put_clean(&typed.values, is_lead, call);
            values = call;
        }
        writer.clear();
        writer.vouched = vouched;
        let code = match operation {
            _ if given.is_none() => {
                refuse_size(writer);
                Some(INVALID)
            }
            Some(operation) => {
                operation.write_to(values, target, Node::of(account), writer, out).err()
            }
            None => other(bare, account, values, writer, out),
        };
        writer.vouched = &[];
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

/// The parameter that a lead is, up to its values.
const LEAD: &[u8] = &[b'v', b'a', b'l', b'u', b'e', b's', END, MAP];

/// Adds a form's clean values as parameters: a lead is one by itself. To a CRM each is one, and a box that was not ticked is
/// none: a no that nobody said would withdraw what was agreed to before.
fn put_clean(values: &[u8], is_lead: bool, call: &mut Buffer) {
    if is_lead {
        put(call, LEAD);
        put(call, values);
        call.push(CLOSE);
        return;
    }
    let mut rest = PackedValues(values);
    while !rest.is_done() {
        let (name, value) = rest.entry();
        if value != [NO] {
            put(call, name);
            call.push(END);
            put(call, value);
        }
    }
}

/// What no row here is for.
#[cfg(feature = "edge")]
#[allow(clippy::unnecessary_wraps, reason = "a page's build asks another module here")]
fn other(
    _: &[u8],
    _: &[u8],
    _: &[u8],
    writer: &mut ReportWriter,
    _: &mut Buffer,
) -> Option<&'static str> {
    writer.error_at(b"operation", &code::OPERATION_UNKNOWN);
    Some(INVALID)
}

/// What no row here is for, another module of the page may build.
#[cfg(feature = "lean")]
fn other(
    name: &[u8],
    account: &[u8],
    values: &[u8],
    writer: &mut ReportWriter,
    out: &mut Buffer,
) -> Option<&'static str> {
    match crate::memory::peers::built(&peers::Call { name, account, values }, writer, out) {
        0 => return None,
        peers::BAD_ACCOUNT => return Some("account.invalid"),
        peers::UNKNOWN => writer.error_at(b"operation", &code::OPERATION_UNKNOWN),
        _ => {}
    }
    Some(INVALID)
}
