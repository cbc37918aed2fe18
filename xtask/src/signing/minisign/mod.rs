//! minisign's files: public keys, secret keys and signatures, read strictly and written as the stock tool
//! writes them (<https://jedisct1.github.io/minisign/>, "Key format" and "Signature format").
//!
//! Of its two signature algorithms only the default, `ED` (Ed25519 over the BLAKE2b-512 hash of the file), is
//! written and accepted. `Ed`, the legacy one, signs the file itself: the stock tool makes it on request only,
//! and two readings of one signature file are one too many.

mod key_id;
mod public_key;
mod secret_key;
mod signature;
mod stretching;

pub use key_id::KeyId;
pub use public_key::PublicKey;
pub use secret_key::{Protection, Sealed, SecretKey, SecretKeyError};
pub use signature::{Defect, Field, SignatureFile};
pub(super) use signature::{globally_signed, may_be_commented};
pub use stretching::Effort;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blake2::{Blake2b512, Digest as _};

/// What the first line of each file begins with.
const UNTRUSTED_COMMENT: &str = "untrusted comment: ";

/// Marks an Ed25519 key, and a signature in the legacy form.
const ALGORITHM: [u8; 2] = *b"Ed";

/// Marks a signature over the hash of the file.
const ALGORITHM_PREHASHED: [u8; 2] = *b"ED";

/// What is signed instead of the file: its BLAKE2b-512 hash.
pub fn prehash(bytes: &[u8]) -> [u8; 64] {
    Blake2b512::digest(bytes).into()
}

/// The `N` bytes that `text` stands for: RFC 4648 base64 with padding, no white space and no stray bits, so
/// that exactly one text stands for each value.
fn strict_base64<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
