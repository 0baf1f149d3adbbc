//! The allocator of the lean build: a list of free blocks for each power of two.
//!
//! The engine keeps its few buffers from call to call, so there is little to do; a page carries it in two hundred bytes,
//! where a general allocator takes three thousand.

#![allow(unsafe_code, reason = "a global allocator is unsafe by its nature")]
#![allow(
    clippy::cast_ptr_alignment,
    reason = "blocks have 16 bytes or more and are aligned to their size"
)]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr;

/// Blocks have 16 bytes or more, so that a free one holds the address of the next.
const SMALLEST: u32 = 4;
/// WebAssembly hands out memory in pages of 64 KiB.
const PAGE: usize = 1 << 16;

pub(super) struct Blocks {
    state: UnsafeCell<State>,
}

struct State {
    /// The first free block of each power of two.
    free: [*mut u8; 32],
    /// Where memory begins that nobody has had yet, and where it ends.
    fresh: usize,
    end: usize,
}

// SAFETY: wasm without shared memory has one thread.
unsafe impl Sync for Blocks {}

impl Blocks {
    pub(super) const fn new() -> Self {
        Blocks { state: UnsafeCell::new(State { free: [ptr::null_mut(); 32], fresh: 0, end: 0 }) }
    }
}

/// The power of two that a layout fits in. A block is aligned to its own size, up to a page.
fn power(layout: Layout) -> u32 {
    let size = layout.size().max(layout.align()).max(1);
    (usize::BITS.wrapping_sub(size.wrapping_sub(1).leading_zeros())).max(SMALLEST)
}

// SAFETY: a block is handed out once until it is given back, and has the size and alignment of its power of two.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let power = power(layout);
        // SAFETY: one thread, and nothing here calls anything that allocates.
        let state = unsafe { &mut *self.state.get() };
        let Some(first) = state.free.get_mut(power as usize) else { return ptr::null_mut() };
        if !first.is_null() {
            let block = *first;
            // SAFETY: a free block holds the address of the next.
            *first = unsafe { block.cast::<*mut u8>().read() };
            return block;
        }
        let size = 1_usize << power;
        // Of more than a page nothing needs to be aligned.
        let mask = size.min(PAGE).wrapping_sub(1);
        let start = state.fresh.wrapping_add(mask) & !mask;
        let end = start.wrapping_add(size);
        if end > state.end {
            let pages = end.wrapping_sub(state.end).wrapping_add(PAGE - 1) / PAGE;
            let before = core::arch::wasm32::memory_grow(0, pages);
            if before == usize::MAX {
                return ptr::null_mut();
            }
            let grown = before.wrapping_mul(PAGE);
            if state.end != grown {
                // Somebody else grew the memory, or this is the first time: what was left stays unused.
                state.fresh = grown;
                state.end = grown.wrapping_add(pages.wrapping_mul(PAGE));
                // SAFETY: the same call again; the memory that it needs is there now.
                return unsafe { self.alloc(layout) };
            }
            state.end = grown.wrapping_add(pages.wrapping_mul(PAGE));
        }
        state.fresh = end;
        start as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: one thread, and nothing here calls anything that allocates.
        let state = unsafe { &mut *self.state.get() };
        if let Some(first) = state.free.get_mut(power(layout) as usize) {
            // SAFETY: the block is given back, and has room for an address.
            unsafe { block.cast::<*mut u8>().write(*first) };
            *first = block;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps to `GlobalAlloc`'s contract for sizes.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if power(wanted) == power(layout) {
            return block;
        }
        // SAFETY: both layouts are the caller's, and the blocks do not overlap.
        unsafe {
            let larger = self.alloc(wanted);
            if !larger.is_null() {
                ptr::copy_nonoverlapping(block, larger, layout.size().min(size));
                self.dealloc(block, layout);
            }
            larger
        }
    }
}
