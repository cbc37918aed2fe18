//! Releases: what `dist/<version>/` holds.

pub mod contents;
pub mod manifest;
pub mod place;
