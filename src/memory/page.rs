//! The lists of a page's modules.
//!
//! The engine keeps its few lists from call to call, so there is little to do. A page carries all of it in four hundred
//! bytes; the standard library's lists and a general allocator would take ten times that.

#![allow(unsafe_code, reason = "memory is handed out and reached by address")]
#![allow(
    clippy::cast_ptr_alignment,
    reason = "blocks have 16 bytes or more and are aligned to their size"
)]

use super::SMALLEST;
#[cfg(feature = "lean")]
use super::blocks::{grow, leave};
use super::copy::copy;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::slice;

/// A place in memory for the items of a list; all of it in bytes.
#[repr(C)]
pub(super) struct Room {
    pub(super) start: NonNull<u8>,
    pub(super) used: usize,
    pub(super) size: usize,
}

// Who hands memory out: the first module, which has it.
#[cfg(not(feature = "lean"))]
#[link(wasm_import_module = "host")]
unsafe extern "C" {
    #[link_name = "g"]
    safe fn grow(room: &mut Room, more: usize);
    #[link_name = "v"]
    safe fn leave(room: &mut Room);
}

impl Room {
    /// Whether so many bytes more do not fit: who asks first calls nothing, as a rule.
    fn lacks(&self, more: usize) -> bool {
        self.size.wrapping_sub(self.used) < more
    }

    /// Makes room for so many bytes more.
    #[inline(never)]
    fn reach(&mut self, more: usize) {
        if self.lacks(more) {
            grow(self, more);
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        leave(self);
    }
}

/// What `Vec` is elsewhere.
pub(crate) struct List<T: Copy> {
    room: Room,
    items: PhantomData<T>,
}

impl<T: Copy> List<T> {
    const SIZE: usize = {
        assert!(align_of::<T>() <= SMALLEST, "blocks are aligned to less");
        size_of::<T>()
    };

    pub(crate) const fn new() -> Self {
        // Nothing is read or written there.
        let start = NonNull::<u128>::dangling().cast();
        List { room: Room { start, used: 0, size: 0 }, items: PhantomData }
    }

    #[inline(never)]
    pub(crate) fn push(&mut self, item: T) {
        if self.room.lacks(Self::SIZE) {
            self.room.reach(Self::SIZE);
        }
        // SAFETY: there is room for it behind the others.
        unsafe { self.room.start.add(self.room.used).cast::<T>().write(item) };
        self.room.used = self.room.used.wrapping_add(Self::SIZE);
    }

    pub(crate) fn clear(&mut self) {
        self.room.used = 0;
    }

    #[inline(never)]
    pub(crate) fn truncate(&mut self, length: usize) {
        self.room.used = self.room.used.min(length.wrapping_mul(Self::SIZE));
    }

    /// The items, which stay where they are for good.
    pub(crate) fn leak<'a>(self) -> &'a [T]
    where
        T: 'a,
    {
        let all: *const [T] = &raw const *self;
        std::mem::forget(self);
        // SAFETY: nobody gives the block back any more.
        unsafe { &*all }
    }
}

impl List<u8> {
    pub(crate) fn extend_from_slice(&mut self, bytes: &[u8]) {
        if self.room.lacks(bytes.len()) {
            self.room.reach(bytes.len());
        }
        // SAFETY: there is room for them behind the others, so they are no part of it.
        unsafe { copy(bytes, self.room.start.add(self.room.used).as_ptr()) };
        self.room.used = self.room.used.wrapping_add(bytes.len());
    }

    /// Makes room for so many bytes of the host's at the end, and says where.
    pub(crate) fn lend(&mut self, size: usize) -> usize {
        self.room.reach(size);
        self.room.start.addr().get().wrapping_add(self.room.used)
    }

    /// Takes what the host has written there.
    pub(crate) fn take(&mut self, length: usize) {
        self.room.used = self.room.used.wrapping_add(length).min(self.room.size);
    }
}

impl<T: Copy> Default for List<T> {
    fn default() -> Self {
        List::new()
    }
}

impl<T: Copy> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: so many items were written there.
        unsafe {
            slice::from_raw_parts(self.room.start.cast().as_ptr(), self.room.used / Self::SIZE)
        }
    }
}

impl<T: Copy> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: the same, and who has the list has them alone.
        unsafe {
            slice::from_raw_parts_mut(self.room.start.cast().as_ptr(), self.room.used / Self::SIZE)
        }
    }
}
