//! Releases: which files of a server are one, whom they are from, and whether a device takes them.
//!
//! Each step takes what only the one before it makes, so nothing is installed that was not signed and judged:
//!
//! ```text
//! release.json and *.minisig ─► Tally ─(threshold met)─► Signed ─► Manifest ─► judge ─(newer)─► Candidate ─► install
//! ```
//!
//! Files and fields are described in `docs/release.md`; `cargo xtask build-firmware` writes them.

mod acceptance;
mod base64;
mod edition;
mod file_name;
mod key_id;
mod manifest;
mod release_image;
mod signature;
mod threshold;

pub use acceptance::{Candidate, Refusal, Running, SecureBoot, Standing, judge};
pub use edition::{Edition, MAX_VERSION, VersionError};
pub use file_name::{FIRST_SIGNATURE, MANIFEST, MAX_FILE_NAME, signature_files};
pub use key_id::KeyId;
pub use manifest::{Artefact, Manifest, ManifestError, Padded, SCHEMA, TextField};
pub use release_image::{ReleaseImage, SIGNED_IMAGE};
pub use signature::{MAX_SIGNATURE, SignatureError};
pub use threshold::{MAX_MANIFEST, Signed, Tally, TooLong, Unsigned};
