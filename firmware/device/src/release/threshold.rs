//! Whether enough different keys signed a manifest.

use alloc::vec::Vec;
use core::fmt;

use super::key_id::KeyId;
use super::signature::{SignatureError, SignatureFile, prehash};
use crate::store::KeySet;
use crate::store::layout::PUBLIC_KEY_LENGTH;

/// Longest manifest in bytes.
///
/// The reference firmware's has 10 KiB and grows by some 110 bytes with each file that the verdict is made from. The ledger is one,
/// however many releases it has. It is held whole, because nothing of it counts before all of it is verified: beside a TLS connection more
/// would not fit the heap. The builder must refuse to make a longer one.
pub const MAX_MANIFEST: usize = 32 * 1024;

/// Counts the different keys that signed a manifest.
///
/// Who checks a release before it goes out refuses it for one bad signature (`cargo xtask verify`). A device only asks
/// whether enough of the keys it knows signed: a release that other keys signed too, later ones among them, must reach the
/// oldest device, and a damaged file must not shut out what other files prove.
pub struct Tally<'a, 'k> {
    bytes: &'a [u8],
    hash: [u8; 64],
    keys: KeySet<'k>,
    signers: Vec<&'k [u8; PUBLIC_KEY_LENGTH]>,
}

/// A manifest that enough different keys signed. Only [`Tally::finish`] makes one.
///
/// ```compile_fail
/// let bytes = b"{}";
/// device::release::Signed { bytes };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    bytes: &'a [u8],
}

/// Not enough different keys signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// Different keys that signed.
    pub found: usize,
    /// Different keys that must sign.
    pub needed: u8,
}

/// A manifest has more than [`MAX_MANIFEST`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// Bytes found.
    pub length: usize,
}

impl<'a, 'k> Tally<'a, 'k> {
    /// Begins to count who of `keys` signed `manifest`: of the release keys of the store in the running image. Those of a
    /// store that came by rescue do not count, or who may rescue could also sign releases.
    ///
    /// # Errors
    ///
    /// The manifest is too long.
    pub fn new(manifest: &'a [u8], keys: KeySet<'k>) -> Result<Self, TooLong> {
        let length = manifest.len();
        if length > MAX_MANIFEST {
            return Err(TooLong { length });
        }
        Ok(Self {
            bytes: manifest,
            hash: prehash(manifest),
            keys,
            signers: Vec::new(),
        })
    }

    /// Counts the signature in `file`, a signature file of minisign, and gives its key. A key that signed twice counts once.
    ///
    /// # Errors
    ///
    /// Why it does not count. Others may.
    pub fn count(&mut self, file: &[u8]) -> Result<KeyId, SignatureError> {
        let key = SignatureFile::parse(file)?.verify(&self.hash, &self.keys)?;
        if !self.signers.contains(&key.public) {
            self.signers.push(key.public);
        }
        Ok(KeyId(*key.id))
    }

    /// Whether enough keys signed, so that no other signature needs to be fetched.
    pub fn is_met(&self) -> bool {
        self.keys.is_met_by(self.signers.len())
    }

    /// The manifest, when enough different keys signed it.
    ///
    /// # Errors
    ///
    /// How many did.
    pub fn finish(self) -> Result<Signed<'a>, Unsigned> {
        match self.is_met() {
            true => Ok(Signed { bytes: self.bytes }),
            false => Err(Unsigned {
                found: self.signers.len(),
                needed: self.keys.threshold,
            }),
        }
    }
}

impl<'a> Signed<'a> {
    /// The bytes that were signed.
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }
}

impl core::error::Error for Unsigned {}

impl fmt::Display for Unsigned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, needed } = self;
        write!(
            formatter,
            "{found} of the {needed} different keys that must sign have signed"
        )
    }
}

impl core::error::Error for TooLong {}

impl fmt::Display for TooLong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.length;
        write!(
            formatter,
            "the manifest has {length} bytes, {MAX_MANIFEST} are allowed"
        )
    }
}
