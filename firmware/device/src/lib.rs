//! What the device decides. Host tools link the same code.
#![no_std]
#![forbid(unsafe_code)]
