//! The blocks that lists grow in. The first module of a page hands them out; the others, which have its memory, ask it.

#![allow(unsafe_code, reason = "memory is handed out and reached by address")]
#![allow(
    clippy::cast_ptr_alignment,
    reason = "blocks have 16 bytes or more and are aligned to their size"
)]

use super::SMALLEST;
use super::page::Room;
use core::arch::wasm32;
use std::cell::UnsafeCell;
use std::ptr::{self, NonNull};

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

/// Moves what is in a room to a larger block: of so many bytes more at least.
#[unsafe(export_name = "g")]
#[inline(never)]
pub(super) extern "C" fn grow(room: &mut Room, more: usize) {
    let size = room.used.wrapping_add(more).max(SMALLEST).next_power_of_two();
    let taken = block(size);
    // SAFETY: the block is larger than what is used, and nobody else has it.
    unsafe { ptr::copy_nonoverlapping(room.start.as_ptr(), taken, room.used) };
    leave(room);
    // SAFETY: no block begins at 0, where the stacks are.
    room.start = unsafe { NonNull::new_unchecked(taken) };
    room.size = size;
}

/// Takes back the block of a room.
#[unsafe(export_name = "v")]
#[inline(never)]
pub(super) extern "C" fn leave(room: &mut Room) {
    if room.size > 0 {
        give_back(room.start.as_ptr(), room.size);
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
