//! What a page's modules call of each other. They have one memory, the first one's, so that an address means the same to all of
//! them; and they are compiled of one source by one compiler, so that a type is laid out alike. Only the addresses of functions
//! are each module's own.

#![allow(unsafe_code, reason = "another module is reached by address")]

#[cfg(feature = "lean")]
use super::Buffer;
use std::ptr;

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Asks for the verdict by the rule of a kind; the script knows in which module it is.
    #[cfg(feature = "lean")]
    fn rule(
        kind: u32,
        field: *const u8,
        value: *const u8,
        length: usize,
        writer: *mut u8,
    ) -> *const u8;
    #[cfg(feature = "lean")]
    fn advise(about: u32, text: *const u8, length: usize, out: *mut u8) -> i32;
    #[cfg(feature = "lean")]
    fn call(call: *const u8, writer: *mut u8, out: *mut u8) -> u32;
    #[cfg(feature = "build")]
    #[link_name = "r"]
    fn record(form: *const u8, values: *const u8, length: usize, writer: *mut u8);
}

/// The verdict of another module on a value.
#[cfg(feature = "lean")]
pub(crate) fn verdict<F, W, C>(
    kind: u8,
    field: &F,
    value: &[u8],
    writer: &mut W,
) -> Result<(), &'static C> {
    let (field, writer) = (ptr::from_ref(field).cast(), ptr::from_mut(writer).cast());
    // SAFETY: the other side takes them for what they are, and a verdict is a row of a table, which stays where it is.
    match unsafe {
        rule(kind.into(), field, value.as_ptr(), value.len(), writer).cast::<C>().as_ref()
    } {
        None => Ok(()),
        Some(code) => Err(code),
    }
}

/// Adds advice about a text; false where there is none, or nobody yet who would give it.
#[cfg(feature = "lean")]
pub(crate) fn advice(about: u32, text: &[u8], out: &mut Buffer) -> bool {
    // SAFETY: the other side reads the text and writes to the list.
    unsafe { advise(about, text.as_ptr(), text.len(), ptr::from_mut(out).cast()) != 0 }
}

/// Has a call built that this module does not know. The answer is the number of a refusal.
#[cfg(feature = "lean")]
pub(crate) fn built<C, W>(of: &C, writer: &mut W, out: &mut Buffer) -> u32 {
    let (of, writer) = (ptr::from_ref(of).cast(), ptr::from_mut(writer).cast());
    // SAFETY: the other side takes them for what they are.
    unsafe { call(of, writer, ptr::from_mut(out).cast()) }
}

/// Has a record checked, which is the first module's to do.
#[cfg(feature = "build")]
pub(crate) fn held<F, W>(form: &F, values: &[u8], writer: &mut W) {
    let (form, writer) = (ptr::from_ref(form).cast(), ptr::from_mut(writer).cast());
    // SAFETY: the other side takes them for what they are.
    unsafe { record(form, values.as_ptr(), values.len(), writer) }
}
