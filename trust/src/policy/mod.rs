//! `policy.toml`: read with places, all errors at once.

mod model;

pub use model::*;
