//! What the fuzz targets share: the image readers, and tools to get past checksums.
//!
//! A fuzzer cannot guess a SHA-256. Each target of a sealed format therefore reads every input twice: as it
//! is, and with lengths, checksums and digests made right ([`seal`]), so that what stands behind them is
//! reached.

#[path = "../../firmware/device/src/crc32.rs"]
mod crc32;
#[path = "../../xtask/src/exit.rs"]
mod exit;
#[path = "../../xtask/src/failure.rs"]
#[allow(dead_code, reason = "the image readers need less of it than the tool")]
mod failure;

pub mod client_seeds;
pub mod coverage;
pub mod findings;
pub mod image;
pub mod input;
pub mod project;
pub mod questions;
#[path = "../../firmware/on-target/vectors/src/known.rs"]
pub mod random;
pub mod sample;
pub mod seal;
pub mod signers;
mod start_seeds;
