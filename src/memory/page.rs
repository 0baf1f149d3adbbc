//! The memory of a page's modules: lists, and the blocks that they grow in.
//!
//! The engine keeps its few lists from call to call, so there is little to do. A page carries all of it in four hundred
//! bytes; the standard library's lists and a general allocator would take ten times that.

#![allow(unsafe_code, reason = "memory is handed out and reached by address")]
#![allow(
    clippy::cast_ptr_alignment,
    reason = "blocks have 16 bytes or more and are aligned to their size"
)]

use core::arch::wasm32;
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::slice;

/// Blocks have 16 bytes or more, so that a free one holds the address of the next.
const SMALLEST: usize = 16;
/// WebAssembly hands out memory in pages of 64 KiB.
const PAGE: usize = 1 << 16;

/// A list for each power of two: a free block holds the address of the next one of its size.
struct Blocks(UnsafeCell<State>);

struct State {
    free: [*mut u8; 32],
    /// Where memory begins that nobody has had yet, and where it ends.
    fresh: usize,
    end: usize,
}

// SAFETY: wasm without shared memory has one thread.
unsafe impl Sync for Blocks {}

static BLOCKS: Blocks =
    Blocks(UnsafeCell::new(State { free: [ptr::null_mut(); 32], fresh: 0, end: 0 }));

/// A block of so many bytes, which are a power of two: one that was given back, or fresh memory. Without any the module
/// stops, as it does wherever it cannot go on.
fn block(size: usize) -> *mut u8 {
    // SAFETY: one thread, and nothing here calls anything that takes a block.
    let state = unsafe { &mut *BLOCKS.0.get() };
    let Some(first) = state.free.get_mut(size.trailing_zeros() as usize) else {
        wasm32::unreachable()
    };
    if !first.is_null() {
        let taken = *first;
        // SAFETY: a free block holds the address of the next.
        *first = unsafe { taken.cast::<*mut u8>().read() };
        return taken;
    }
    // Of what is in lists nothing needs to be aligned to more than 16 bytes, which all sizes are multiples of.
    if state.end.wrapping_sub(state.fresh) < size {
        let pages = size.div_ceil(PAGE);
        let before = wasm32::memory_grow(0, pages);
        if before == usize::MAX {
            wasm32::unreachable();
        }
        let grown = before.wrapping_mul(PAGE);
        // What is left of the memory before is used first where this follows it.
        if state.end != grown {
            state.fresh = grown;
        }
        state.end = grown.wrapping_add(pages.wrapping_mul(PAGE));
    }
    let taken = state.fresh as *mut u8;
    state.fresh = state.fresh.wrapping_add(size);
    taken
}

/// Takes back a block of that size.
fn give_back(taken: *mut u8, size: usize) {
    // SAFETY: one thread, and nothing here calls anything that takes a block.
    let state = unsafe { &mut *BLOCKS.0.get() };
    if let Some(first) = state.free.get_mut(size.trailing_zeros() as usize) {
        // SAFETY: nobody uses the block any more, and it has room for an address.
        unsafe { taken.cast::<*mut u8>().write(*first) };
        *first = taken;
    }
}

/// A place in memory for the items of a list; all of it in bytes.
struct Room {
    start: NonNull<u8>,
    used: usize,
    size: usize,
}

impl Room {
    /// Makes room for so many bytes more.
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        let needed = self.used.wrapping_add(more);
        if needed <= self.size {
            return;
        }
        let size = needed.max(SMALLEST).next_power_of_two();
        let taken = block(size);
        // SAFETY: the block is larger than what is used, and nobody else has it.
        unsafe { ptr::copy_nonoverlapping(self.start.as_ptr(), taken, self.used) };
        self.leave();
        // SAFETY: no block begins at 0, where the stack is.
        self.start = unsafe { NonNull::new_unchecked(taken) };
        self.size = size;
    }

    #[inline(never)]
    fn leave(&mut self) {
        if self.size > 0 {
            give_back(self.start.as_ptr(), self.size);
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Keeps something for good.
pub(crate) fn leak<T>(item: T) -> &'static T {
    const { assert!(align_of::<T>() <= SMALLEST, "blocks are aligned to less") };
    let place = block(size_of::<T>().max(SMALLEST).next_power_of_two()).cast::<T>();
    // SAFETY: the block has room for it, and nobody else has the block.
    unsafe {
        place.write(item);
        &*place
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
        // The usual way calls nothing.
        if self.room.size.wrapping_sub(self.room.used) < Self::SIZE {
            self.room.grow(Self::SIZE);
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
        self.room.grow(bytes.len());
        // SAFETY: there is room for them behind the others, so they are no part of it.
        unsafe {
            let end = self.room.start.add(self.room.used).as_ptr();
            ptr::copy_nonoverlapping(bytes.as_ptr(), end, bytes.len());
        }
        self.room.used = self.room.used.wrapping_add(bytes.len());
    }

    /// Makes room for so many bytes of the host's at the end, and says where.
    pub(crate) fn lend(&mut self, size: usize) -> usize {
        self.room.grow(size);
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
