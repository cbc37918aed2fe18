//! From the files of a release on a server to an image in the spare slot; and every broken release that is not installed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accepted;
mod arbitrary;
mod board;
mod broken;
mod broken_images;
mod broken_manifests;
mod broken_signatures;
mod broken_transfer;
mod costs;
mod cuts;
mod for_others;
mod keys;
mod minisign;
mod real;
mod recorded;
mod resume;
mod server;
mod standing;
#[path = "../store/support.rs"]
#[allow(dead_code, reason = "only its sample store is needed")]
mod stores;
mod update;
