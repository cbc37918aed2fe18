//! Signatures of minisign: detached, ed25519 over the BLAKE2b-512 hash of a file
//! (<https://jedisct1.github.io/minisign/>, "Signature format").

use core::fmt;

use blake2::{Blake2b512, Digest as _};
use ed25519_dalek::{Signature, VerifyingKey};

use super::base64;
use super::key_id::KeyId;
use crate::store::layout::PUBLIC_KEY_LENGTH;
use crate::store::{Key, KeySet};

/// Longest signature file in bytes. Those of this project have fewer than 500; the rest is room for a longer trusted comment.
pub const MAX_SIGNATURE: usize = 2048;

/// A signature file as read. Nothing in it is verified.
pub(super) struct SignatureFile<'a> {
    key_id: KeyId,
    signature: [u8; SIGNATURE_LENGTH],
    trusted_comment: &'a [u8],
    /// Over signature and trusted comment.
    global_signature: [u8; SIGNATURE_LENGTH],
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// The algorithm is neither that of minisign nor its legacy one.
    Algorithm([u8; 2]),
    /// It is not four lines, each ended by a line feed.
    Lines,
    /// It signs the file itself, not its hash: minisign makes it on request only, and two readings of one file are one too
    /// many.
    Legacy,
    /// A line is not what it must be.
    Line {
        /// From 1.
        number: u8,
        /// What it must be.
        expected: &'static str,
    },
    /// It has more than [`MAX_SIGNATURE`] bytes.
    TooLong {
        /// Bytes found.
        length: usize,
    },
    /// It is by no key that counts.
    UnknownKey(KeyId),
    /// The trusted comment is not the one that was signed.
    WrongComment(KeyId),
    /// The signature is not by this key, or not for these bytes.
    WrongSignature(KeyId),
}

/// What is signed instead of the file: its BLAKE2b-512 hash.
pub(super) fn prehash(bytes: &[u8]) -> [u8; 64] {
    Blake2b512::digest(bytes).into()
}

impl<'a> SignatureFile<'a> {
    /// Reads a signature file.
    ///
    /// The first line is for people and nobody vouches for it, so any comment may stand there.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, SignatureError> {
        let length = bytes.len();
        if length > MAX_SIGNATURE {
            return Err(SignatureError::TooLong { length });
        }
        let [untrusted, signature, trusted, global] = lines(bytes)?;
        if !untrusted.starts_with(UNTRUSTED_COMMENT) {
            return Err(line(1, "an untrusted comment"));
        }
        let (key_id, signature) = key_id_and_signature(signature)?;
        let trusted_comment = trusted.strip_prefix(TRUSTED_COMMENT);
        Ok(Self {
            key_id,
            signature,
            trusted_comment: trusted_comment.ok_or(line(3, "a trusted comment"))?,
            global_signature: base64::decode(global).ok_or(line(4, "the base64 of 64 bytes"))?,
        })
    }

    /// The key among `keys` that made both signatures, for a file with this hash.
    pub(super) fn verify<'k>(
        &self,
        hash: &[u8; 64],
        keys: &KeySet<'k>,
    ) -> Result<Key<'k>, SignatureError> {
        // An id names a key and does not prove it. No two keys of a store have one.
        let key = keys.keys().find(|key| *key.id == self.key_id.0);
        let key = key.ok_or(SignatureError::UnknownKey(self.key_id))?;
        self.verify_with(hash, key.public).map(|()| key)
    }

    fn verify_with(
        &self,
        hash: &[u8; 64],
        public: &[u8; PUBLIC_KEY_LENGTH],
    ) -> Result<(), SignatureError> {
        let wrong = SignatureError::WrongSignature(self.key_id);
        let key = VerifyingKey::from_bytes(public).map_err(|_| wrong)?;
        // Strict: no key of small order, with which anything verifies, and no signature that somebody could turn into
        // another one.
        let signature = Signature::from_bytes(&self.signature);
        key.verify_strict(hash, &signature).map_err(|_| wrong)?;

        let mut signed = alloc::vec::Vec::from(self.signature);
        signed.extend_from_slice(self.trusted_comment);
        let global = Signature::from_bytes(&self.global_signature);
        key.verify_strict(&signed, &global)
            .map_err(|_| SignatureError::WrongComment(self.key_id))
    }
}

const UNTRUSTED_COMMENT: &[u8] = b"untrusted comment: ";
const TRUSTED_COMMENT: &[u8] = b"trusted comment: ";
const SIGNATURE_LENGTH: usize = 64;

/// The hash of the file is signed.
const PREHASHED: [u8; 2] = *b"ED";
/// The file is signed.
const LEGACY: [u8; 2] = *b"Ed";

fn lines(bytes: &[u8]) -> Result<[&[u8]; 4], SignatureError> {
    let body = bytes.strip_suffix(b"\n").ok_or(SignatureError::Lines)?;
    let mut lines = body.split(|byte| *byte == b'\n');
    let mut next = || lines.next().ok_or(SignatureError::Lines);
    let found = [next()?, next()?, next()?, next()?];
    match lines.next() {
        None => Ok(found),
        Some(_) => Err(SignatureError::Lines),
    }
}

fn key_id_and_signature(text: &[u8]) -> Result<(KeyId, [u8; SIGNATURE_LENGTH]), SignatureError> {
    let malformed = line(2, "the base64 of 74 bytes");
    let bytes: [u8; 74] = base64::decode(text).ok_or(malformed)?;
    let (algorithm, rest) = bytes.split_first_chunk::<2>().ok_or(malformed)?;
    let (key_id, rest) = rest.split_first_chunk().ok_or(malformed)?;
    let signature = rest.first_chunk().ok_or(malformed)?;
    match *algorithm {
        PREHASHED => Ok((KeyId(*key_id), *signature)),
        LEGACY => Err(SignatureError::Legacy),
        other => Err(SignatureError::Algorithm(other)),
    }
}

const fn line(number: u8, expected: &'static str) -> SignatureError {
    SignatureError::Line { number, expected }
}

impl core::error::Error for SignatureError {}

impl fmt::Display for SignatureError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(found) => {
                let shown = found.escape_ascii();
                write!(formatter, "its algorithm is '{shown}', must be 'ED'")
            }
            Self::Lines => formatter.write_str("it is not four lines, each ended by a line feed"),
            Self::Legacy => {
                formatter.write_str("it signs the file and not its hash, minisign's legacy form")
            }
            Self::Line { number, expected } => {
                write!(formatter, "line {number} is not {expected}")
            }
            Self::TooLong { length } => write!(
                formatter,
                "it has {length} bytes, {MAX_SIGNATURE} are allowed"
            ),
            Self::UnknownKey(key) => write!(formatter, "it is by {key}, which may not sign"),
            Self::WrongComment(key) => {
                write!(formatter, "its trusted comment is not what {key} signed")
            }
            Self::WrongSignature(key) => {
                write!(formatter, "it is not by {key}, or not for these bytes")
            }
        }
    }
}
