//! QEMU's machine `virt`: its start, its serial port, its switch, its counter of instructions.

use core::arch::{asm, global_asm};
use core::fmt::{self, Write as _};
use core::ptr::{
    read_volatile, with_exposed_provenance, with_exposed_provenance_mut, write_volatile,
};

/// The serial port, a 16550: what is sent, and the state of the line.
const SENT: usize = 0x1000_0000;
const STATE: usize = 0x1000_0005;
/// In the state: the port takes another byte.
const READY: u8 = 0x20;
/// The switch, `SiFive`'s test device: this value ends QEMU with 0, and [`FAILED`] with the exit code in its upper half.
const SWITCH: usize = 0x0010_0000;
const PASSED: u32 = 0x5555;
const FAILED: u32 = 0x0001_3333;

global_asm!(
    ".section .start, \"ax\"",
    ".global _start",
    "_start:",
    "la sp, _stack_top",
    ".option push",
    ".option norelax",
    "la gp, __global_pointer$",
    ".option pop",
    "la t0, 1f",
    "csrw mtvec, t0",
    "call run",
    // An exception: an instruction that the chip does not have, or a load from nowhere.
    ".balign 4",
    "1:",
    "csrr a0, mcause",
    "csrr a1, mepc",
    "la sp, _stack_top",
    "call exception",
);

#[unsafe(no_mangle)]
extern "C" fn exception(cause: usize, at: usize) -> ! {
    say(format_args!("exception {cause} at {at:#010x}\n"));
    finish(false)
}

/// The memory that QEMU puts the vectors into.
pub(crate) fn vectors() -> &'static [u8] {
    unsafe extern "C" {
        static _vectors_bottom: u8;
        static _vectors_top: u8;
    }
    let (bottom, top) = (&raw const _vectors_bottom, &raw const _vectors_top);
    // SAFETY: the linker script reserves this memory, QEMU fills it before the first instruction, and nothing writes there.
    unsafe { core::slice::from_raw_parts(bottom, top.addr() - bottom.addr()) }
}

/// Prints.
pub(crate) fn say(text: fmt::Arguments<'_>) {
    // It never fails.
    let _ = SerialPort.write_fmt(text);
}

/// Ends QEMU: with 0 where all was answered.
pub(crate) fn finish(well: bool) -> ! {
    let value = if well { PASSED } else { FAILED };
    // SAFETY: the switch of this machine.
    unsafe { write_volatile(with_exposed_provenance_mut(SWITCH), value) };
    loop {
        core::hint::spin_loop();
    }
}

/// How many instructions were executed. Exact where QEMU counts them: `-icount`.
pub(crate) fn instructions() -> u64 {
    loop {
        let (high, low, again): (u32, u32, u32);
        // SAFETY: they read counters.
        unsafe {
            asm!(
                "csrr {high}, minstreth",
                "csrr {low}, minstret",
                "csrr {again}, minstreth",
                high = out(reg) high,
                low = out(reg) low,
                again = out(reg) again,
                options(nomem, nostack),
            );
        }
        if high == again {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

struct SerialPort;

impl fmt::Write for SerialPort {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            // SAFETY: the registers of this machine's serial port.
            unsafe {
                while read_volatile(with_exposed_provenance::<u8>(STATE)) & READY == 0 {}
                write_volatile(with_exposed_provenance_mut(SENT), byte);
            }
        }
        Ok(())
    }
}
