//! A copy of bytes in a module.

#![allow(unsafe_code, reason = "memory is written by address")]

use std::ptr;

/// Below this many bytes a copy is a loop: to copy memory, V8 leaves the module.
const SHORT: usize = 16;

/// Copies bytes.
///
/// # Safety
/// There is room for them at `to`, and they are no part of it.
pub(super) unsafe fn copy(bytes: &[u8], mut to: *mut u8) {
    // SAFETY: each place is within the room.
    unsafe {
        if bytes.len() < SHORT {
            for byte in bytes {
                // The compiler would take another loop for such a copy.
                to.write_volatile(*byte);
                to = to.add(1);
            }
        } else {
            ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
    }
}

/// Adds bytes to the standard library's list.
#[cfg(feature = "edge")]
pub(super) fn add(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len());
    // SAFETY: there is room for them behind the others, and they are written before they are counted.
    unsafe {
        copy(bytes, out.as_mut_ptr().add(out.len()));
        out.set_len(out.len() + bytes.len());
    }
}
