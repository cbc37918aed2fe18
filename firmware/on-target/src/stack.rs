//! How deep the stack was: what is below is painted, and paint that is gone was used.

use core::arch::asm;
use core::ptr::{read_volatile, write_volatile};

const PAINT: u32 = 0xA5C3_5AC3;

/// Kept free below the stack pointer while it is painted: the painter's own frame.
const OWN: usize = 64;

/// Paints everything below the caller's frame; where that is.
#[inline(never)]
pub(crate) fn paint() -> usize {
    let here = pointer();
    let mut place = bottom();
    while place.addr() < here - OWN {
        // SAFETY: below the stack pointer, and within the memory of the stack.
        unsafe {
            write_volatile(place, PAINT);
            place = place.add(1);
        }
    }
    here
}

/// The most bytes that were used below `here` since it was painted.
#[inline(never)]
pub(crate) fn used_below(here: usize) -> usize {
    let mut place = bottom();
    // SAFETY: within the memory of the stack.
    while place.addr() < here && unsafe { read_volatile(place) } == PAINT {
        // SAFETY: as above.
        place = unsafe { place.add(1) };
    }
    here - place.addr()
}

fn bottom() -> *mut u32 {
    unsafe extern "C" {
        static mut _stack_bottom: u32;
    }
    &raw mut _stack_bottom
}

fn pointer() -> usize {
    let here;
    // SAFETY: it reads a register.
    unsafe { asm!("mv {}, sp", out(reg) here, options(nomem, nostack)) };
    here
}
