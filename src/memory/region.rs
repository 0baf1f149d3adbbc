//! The memory of the edge build: a region. What a call takes stands one after the other, and nothing is given back by
//! itself; once a region is full, the script makes a fresh instance in the same memory, as it does after a trap, and the
//! next call finds all of it free. Nobody has to say of each text and list when it is over: a twentieth of the code.

#![allow(unsafe_code, reason = "a global allocator is unsafe by its nature")]

use core::arch::wasm32;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;

/// WebAssembly hands out memory in pages of 64 KiB.
const PAGE: usize = 1 << 16;

/// A region is begun anew at the end of a call once so much was taken since something was kept in it; and as much as is kept,
/// which has to be made again then.
const FULL: usize = 16 << 20;

pub(crate) struct Region {
    /// The first address that nobody has; 0 before the first one is asked for.
    free: Cell<usize>,
    /// Where what is kept from call to call ends; 0 while nothing is.
    kept: Cell<usize>,
}

// SAFETY: wasm without shared memory has one thread.
unsafe impl Sync for Region {}

unsafe extern "C" {
    /// Where the linker's own part of the memory ends.
    static __heap_base: u8;
}

fn begin() -> usize {
    (&raw const __heap_base).addr()
}

impl Region {
    pub(crate) const fn new() -> Self {
        Region { free: Cell::new(0), kept: Cell::new(0) }
    }

    /// What was taken until now is of use to later calls.
    pub(crate) fn keep(&self) {
        self.kept.set(self.free.get());
    }

    /// Whether the next call should find a fresh one.
    pub(crate) fn is_full(&self) -> bool {
        let kept = self.kept.get().max(begin());
        self.free.get().saturating_sub(kept) > FULL.max(kept - begin())
    }

    /// Room behind all that there is.
    #[inline(never)]
    fn take(&self, size: usize, align: usize) -> *mut u8 {
        let start = self.free.get().max(begin()).next_multiple_of(align);
        let held = wasm32::memory_size(0) * PAGE;
        // No memory has as much as would wrap.
        let end = start.wrapping_add(size);
        if end > held && wasm32::memory_grow(0, (end - held).div_ceil(PAGE)) == usize::MAX {
            return ptr::null_mut();
        }
        self.free.set(end);
        ptr::without_provenance_mut(start)
    }

    /// Room for what has grown: where it stands, if it is the last.
    #[inline(never)]
    fn retake(&self, old: *mut u8, was: usize, size: usize, align: usize) -> *mut u8 {
        if old.addr() + was == self.free.get() {
            self.free.set(old.addr());
        }
        let new = self.take(size, align);
        if new != old && !new.is_null() {
            // SAFETY: what is new lies behind all that is old, and has room for the smaller of both.
            unsafe { ptr::copy_nonoverlapping(old, new, was.min(size)) };
        }
        new
    }
}

// SAFETY: all that was handed out stays where it is, for as long as the instance lives.
unsafe impl GlobalAlloc for Region {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.take(layout.size(), layout.align())
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.retake(old, layout.size(), size, layout.align())
    }
}
