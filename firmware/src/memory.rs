//! How much memory is left: said at each step of the boot, and again whenever somebody asks.
//!
//! The heap has two regions, and no allocation spans both. The main task's stack is what nothing else has of the data RAM;
//! `firmware/main_stack.x` keeps the build from leaving it too little.

use crate::console::say;
use crate::stack;

/// RAM that the bootloader no longer needs.
const RECLAIMED_HEAP_BYTES: usize = 64 * 1024;
/// Heap beside it. Of both together the radio takes 47 to 57 KiB, a TLS connection with its TCP buffers 31 KiB, and
/// verifying its chain at most 48 KiB while that lasts: a quarter is free then, for a manifest or a rescue store.
const HEAP_BYTES: usize = 120 * 1024;

/// Gives the heap its memory. Call it once, before anything is allocated.
pub(crate) fn add_heap() {
    esp_alloc::heap_allocator!(#[esp_hal::ram(reclaimed)] size: RECLAIMED_HEAP_BYTES);
    esp_alloc::heap_allocator!(size: HEAP_BYTES);
}

/// Prints how much is free, and how little it has been, in bytes.
pub(crate) fn print(step: &str) {
    let heap = esp_alloc::HEAP.stats();
    say!(
        "memory: {step}: heap {} of {} free, {} at the least; stack {} of {} never used",
        heap.size.saturating_sub(heap.current_usage),
        heap.size,
        heap.size.saturating_sub(heap.max_usage),
        stack::never_used(),
        stack::size(),
    );
}
