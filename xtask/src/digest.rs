//! SHA-256 as people and files write it.

use sha2::{Digest as _, Sha256};

/// SHA-256 (FIPS 180-4) of `bytes`: 64 lowercase hexadecimal digits, as `sha256sum` prints it.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}
