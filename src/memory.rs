//! Lists that are written: the standard library's, and in a page's modules one that takes a tenth of its code.

#[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
mod page;

use std::borrow::Cow;

#[cfg(any(feature = "full", not(target_arch = "wasm32")))]
pub(crate) use std::vec::Vec as List;

#[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
pub(crate) use page::{List, leak};

/// Bytes that are being written.
pub(crate) type Buffer = List<u8>;

/// A list that is kept: on a page for good, since forms live as long as it does.
pub(crate) fn kept<'a, T: Copy>(list: List<T>) -> Cow<'a, [T]> {
    #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
    return Cow::Owned(list);
    #[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
    Cow::Borrowed(list.leak())
}
