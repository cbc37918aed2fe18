//! Signatures of releases: detached, in minisign's form, by a threshold of different Ed25519 keys.
//!
//! [`verify::signatures`] is the only maker of [`verify::VerifiedBytes`]: who holds one holds bytes that the
//! policy's keys signed. [`release_directory::ReleaseDirectory`] is the same for signing: only a release whose hashes
//! agree can be signed.

pub mod dsse;
pub mod key_file;
pub mod minisign;
pub mod password;
pub mod release_directory;
pub mod select;
pub mod trusted_comment;
pub mod verify;

#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod stock;
