//! Releases: what `dist/<version>/` holds.

pub mod contents;
pub mod folder;
pub mod integrity;
pub mod manifest;
pub mod place;
