//! The device's code as RV32IMC machine code, under QEMU: the same answers as on the host, and what they cost.
//!
//! `cargo xtask test` lets the tests of `device` write down what they ask, and says where in `PERENNIAL_VECTORS`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "it shows what was measured")]

mod on_target {
    mod answers;
    mod comparison;
    mod costs;
    mod machine;
}
