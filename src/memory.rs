//! Lists that are written: the standard library's, and in a page's modules one that takes a tenth of its code.

#[cfg(all(feature = "lean", not(any(feature = "full", not(target_arch = "wasm32")))))]
mod blocks;
#[cfg(any(
    all(feature = "edge", target_arch = "wasm32"),
    not(any(feature = "full", not(target_arch = "wasm32")))
))]
mod copy;
#[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
mod page;
#[cfg(all(
    any(feature = "lean", feature = "build"),
    not(any(feature = "full", not(target_arch = "wasm32")))
))]
pub(crate) mod peers;
#[cfg(all(feature = "edge", target_arch = "wasm32"))]
pub(crate) mod region;
mod shared;

use std::borrow::Cow;

#[cfg(any(feature = "full", not(target_arch = "wasm32")))]
pub(crate) use std::vec::Vec as List;

#[cfg(all(feature = "lean", not(any(feature = "full", not(target_arch = "wasm32")))))]
pub(crate) use blocks::leak;
#[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
pub(crate) use page::List;
pub(crate) use shared::shared;

/// Blocks have 16 bytes or more, so that a free one holds the address of the next.
#[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
const SMALLEST: usize = 16;

/// Bytes that are being written.
pub(crate) type Buffer = List<u8>;

/// A list that is kept: on a page for good, since forms live as long as it does.
pub(crate) fn kept<'a, T: Copy>(list: List<T>) -> Cow<'a, [T]> {
    #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
    return Cow::Owned(list);
    #[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
    Cow::Borrowed(list.leak())
}

/// Adds bytes to others.
pub(crate) fn add(out: &mut Buffer, bytes: &[u8]) {
    #[cfg(all(feature = "edge", target_arch = "wasm32"))]
    copy::add(out, bytes);
    #[cfg(not(all(feature = "edge", target_arch = "wasm32")))]
    out.extend_from_slice(bytes);
}
