//! Releases: what `dist/<version>/` holds.

pub mod manifest;
