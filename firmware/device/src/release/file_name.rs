//! The files of a release on a server.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use super::key_id::KeyId;
use crate::store::KeySet;

/// The manifest.
pub const MANIFEST: &str = "release.json";
/// The signature of whoever signed first.
pub const FIRST_SIGNATURE: &str = "release.json.minisig";
/// Longest name of a file in a release, in bytes.
pub const MAX_FILE_NAME: usize = 64;

/// The files in which signatures of `keys` stand, in the order in which they are asked for: that of whoever signed first,
/// then one for each key. None of them has to be there.
pub fn signature_files<'a>(keys: &KeySet<'a>) -> impl Iterator<Item = String> + use<'a> {
    let named = |id: KeyId| format!("{MANIFEST}.{id}.minisig");
    let of_keys = keys.keys().map(move |key| named(KeyId(*key.id)));
    core::iter::once(FIRST_SIGNATURE.to_owned()).chain(of_keys)
}

/// Whether `name` is a file name and nothing else: it is put behind the URL of an endpoint, and must not lead out of it.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    (1..=MAX_FILE_NAME).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}
