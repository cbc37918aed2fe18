//! How deep the main task's stack has been: it is painted at boot, and what was used is not paint any more.
//!
//! An overflow does not go unseen without it: esp-hal and esp-rtos keep a watchpoint on the word at the stack's end, and
//! what writes there ends in a panic.

use core::arch::asm;

/// What unused words of the stack hold.
const PAINT: u32 = 0x5AA5_C33C;
/// Words at the end that are not painted: the guard word, which must not be written, is among them.
const GUARD_WORDS: usize = 32;
/// Bytes below the stack pointer that are not painted: an unoptimised build calls functions to paint.
const MARGIN_BYTES: usize = 256;

unsafe extern "C" {
    // Of the linker script of esp-hal. The stack grows from the start down to the end.
    static mut _stack_end: u32;
    static mut _stack_start: u32;
}

/// Paints what is not in use. Call it first of all, from the main task.
pub(crate) fn paint() {
    let top: usize;
    // SAFETY: it reads a register. Whatever function this is inlined into, its frame is above the stack pointer.
    unsafe { asm!("mv {}, sp", out(reg) top, options(nomem, nostack, preserves_flags)) };
    let mut word = words_of_stack().wrapping_add(GUARD_WORDS);
    while word.addr() < top.saturating_sub(MARGIN_BYTES) {
        // SAFETY: within the stack, and below all frames.
        unsafe { word.write_volatile(PAINT) };
        word = word.wrapping_add(1);
    }
}

/// Bytes of the main task's stack.
pub(crate) fn size() -> usize {
    let start = (&raw const _stack_start).addr();
    start.saturating_sub(words_of_stack().addr())
}

/// Bytes of it that were never used since it was painted.
pub(crate) fn never_used() -> usize {
    let first = words_of_stack().wrapping_add(GUARD_WORDS);
    let limit = (size() / size_of::<u32>()).saturating_sub(GUARD_WORDS);
    // SAFETY: within the stack; words of frames may change while they are read, and are no paint either way.
    let is_paint = |index: &usize| unsafe { first.wrapping_add(*index).read_volatile() } == PAINT;
    (0..limit).take_while(is_paint).count() * size_of::<u32>()
}

fn words_of_stack() -> *mut u32 {
    &raw mut _stack_end
}
