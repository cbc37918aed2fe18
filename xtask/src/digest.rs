//! SHA-256 as people and files write it.

use sha2::{Digest as _, Sha256};

/// `dirHash` of in-toto's DigestSet, which is Hash1 of Go's `dirhash` in hexadecimal: SHA-256 over what `sha256sum` prints of the files, given
/// as names and their SHA-256, in the order of the names.
pub fn directory_hash(files: &[(&str, &str)]) -> String {
    let lines = files.iter().map(|(name, hash)| format!("{hash}  {name}\n"));
    sha256_hex(lines.collect::<String>())
}

/// SHA-256 (FIPS 180-4) of `bytes`: 64 lowercase hexadecimal digits, as `sha256sum` prints it.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}
