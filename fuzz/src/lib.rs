//! What the fuzz targets share: the image readers, and tools to get past checksums.
//!
//! A fuzzer cannot guess a SHA-256. Each target of a sealed format therefore reads every input twice: as it
//! is, and with lengths, checksums and digests made right ([`seal`]), so that what stands behind them is
//! reached.

#[path = "../../xtask/src/exit.rs"]
mod exit;
#[path = "../../xtask/src/failure.rs"]
#[allow(dead_code, reason = "the image readers need less of it than the tool")]
mod failure;

pub mod coverage;
pub mod findings;
pub mod image;
pub mod project;
pub mod questions;
pub mod sample;
pub mod seal;
