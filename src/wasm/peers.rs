//! What the modules of a page are to each other: see [`crate::memory::peers`], which calls what is exported here.

#![allow(unsafe_code, reason = "what another module has comes by its address")]

use crate::check::field::Field;
use crate::check::rules;
use crate::check::writer::ReportWriter;
use crate::code::Code;
#[cfg(not(feature = "build"))]
use crate::host::Ask;
use crate::packed::Node;
use std::{ptr, slice};

#[cfg(feature = "late")]
use super::ask;
#[cfg(feature = "lean")]
use crate::check::form::Form;
#[cfg(feature = "late")]
use crate::packed::{Buffer, put};
#[cfg(feature = "build")]
use crate::{
    catalogue::operations,
    check::{field::Kind, form},
    crm::operation::INVALID,
    crm::request::Target,
    packed::Buffer,
};

/// The least question that asks for advice.
#[cfg(not(feature = "build"))]
pub(super) const MEANT: u32 = Ask::Meant as u32;
#[cfg(feature = "late")]
const REPAIRED: u32 = Ask::Repaired as u32;

/// Why a call is not built.
#[cfg(feature = "build")]
const BAD_PARAMS: u32 = 1;
pub(super) const BAD_ACCOUNT: u32 = 2;
pub(super) const UNKNOWN: u32 = 3;

/// A call that is to be built: the name of its operation, its account and its parameters, packed.
#[allow(dead_code, reason = "one module writes it, and another reads it")]
pub(super) struct Call<'a> {
    pub(super) name: &'a [u8],
    pub(super) account: &'a [u8],
    pub(super) values: &'a [u8],
}

/// The verdict on a value: nothing, or the code of what is wrong.
///
/// # Safety
/// All of it is another module's of the same memory and the same build.
#[unsafe(no_mangle)]
unsafe extern "C" fn judge(
    _: u32,
    field: &Field<'_>,
    value: *const u8,
    length: usize,
    writer: &mut ReportWriter,
) -> *const Code {
    // SAFETY: the caller has it.
    let value = unsafe { slice::from_raw_parts(value, length) };
    let node = Node::of(value);
    #[cfg(feature = "build")]
    if field.kind == Kind::Records {
        form::list(field, value, true, writer);
        return ptr::null();
    }
    // A function is reached by its own module alone.
    #[cfg(feature = "late")]
    let host = std::mem::replace(&mut writer.host, ask);
    let verdict = rules::judge(field, node, value, writer);
    #[cfg(feature = "late")]
    {
        writer.host = host;
    }
    verdict.err().map_or(ptr::null(), ptr::from_ref)
}

/// Adds what is said of a record.
///
/// # Safety
/// As above.
#[cfg(feature = "lean")]
#[unsafe(export_name = "r")]
unsafe extern "C" fn record(
    form: &Form<'_>,
    values: *const u8,
    length: usize,
    writer: &mut ReportWriter,
) {
    // SAFETY: the caller has it.
    form.hold(unsafe { slice::from_raw_parts(values, length) }, writer);
}

/// Adds advice about a text, and says whether there is any.
///
/// # Safety
/// As above.
#[cfg(feature = "late")]
#[unsafe(no_mangle)]
unsafe extern "C" fn advise(about: u32, text: *const u8, length: usize, out: &mut Buffer) -> bool {
    // SAFETY: the caller has it.
    let text = unsafe { slice::from_raw_parts(text, length) };
    match about {
        MEANT => rules::typo::put_meant(text, out),
        REPAIRED => rules::repair::put_repaired(text, out),
        _ => {
            put(out, rules::phone::place(text).as_bytes());
            true
        }
    }
}

/// Builds a call; what comes back is 0, or why not.
#[cfg(feature = "build")]
#[unsafe(no_mangle)]
extern "C" fn call(call: &Call<'_>, writer: &mut ReportWriter, out: &mut Buffer) -> u32 {
    let Some(operation) = operations().find(|operation| operation.name.as_bytes() == call.name)
    else {
        return UNKNOWN;
    };
    match operation.write_to(call.values, Target::NONE, Node::of(call.account), writer, out) {
        Ok(()) => 0,
        Err(INVALID) => BAD_PARAMS,
        Err(_) => BAD_ACCOUNT,
    }
}
