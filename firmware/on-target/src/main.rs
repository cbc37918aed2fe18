//! Answers test vectors with the device's code as RV32IMC machine code, and counts what each answer takes.
//!
//! It runs under QEMU, `-machine virt`, which puts a file of vectors into memory (`virt.x`). It prints one line for each, as
//! [`vectors::Line`] has it, and ends QEMU. The host answers the same vectors and compares.

#![no_std]
#![no_main]

extern crate alloc;

mod heap;
mod machine;
mod meter;
mod stack;

use core::panic::PanicInfo;

use vectors::{Line, Vectors, answer};

use crate::machine::{finish, say};
use crate::meter::Counters;

/// Called by the machine's first instructions.
#[unsafe(no_mangle)]
extern "C" fn run() -> ! {
    heap::initialise();
    match Vectors::read(machine::vectors()) {
        Ok(vectors) => {
            for (index, vector) in vectors.enumerate() {
                let mut counters = Counters::default();
                let answer = answer(&vector, &mut counters);
                let cost = counters.cost();
                say(format_args!(
                    "{}\n",
                    Line {
                        index,
                        cost,
                        answer
                    }
                ));
            }
            finish(true)
        }
        Err(problem) => {
            say(format_args!("these are no vectors: {problem}\n"));
            finish(false)
        }
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    say(format_args!("panic: {info}\n"));
    finish(false)
}
