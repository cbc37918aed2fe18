//! One signature block: a key, and its signature of the padded image.

use std::ops::Range;

use super::layout::{
    self, BLOCK_LENGTH, BLOCK_START, CRC, END, EXPONENT, IMAGE_DIGEST, KEY, MAGIC, MODULUS,
    MONTGOMERY_M, MONTGOMERY_R, RESERVED, SIGNATURE, VERSION,
};
use super::public_key::{PUBLIC_EXPONENT, PublicKey};
use crate::image::accounting::signature_sector;
use crate::image::{ERASED, Fault, Faults};

/// A signature block whose every field is right. Only [`Block::sign`] and the reader of a sector make one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Block {
    bytes: Vec<u8>,
    key: PublicKey,
}

/// A signature that is not the one of the key it came with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it is not this key's RSA-PSS signature (SHA-256, salt of 32 bytes) of the padded image")]
pub struct NotSigned;

impl Block {
    /// The block of `key` with its `signature`, big-endian, of the padded image that has this `digest`.
    ///
    /// # Errors
    ///
    /// A signature that is another one.
    pub fn sign(key: PublicKey, digest: &[u8; 32], signature: &[u8]) -> Result<Self, NotSigned> {
        if !key.verifies(digest, signature) {
            return Err(NotSigned);
        }
        let mut bytes = Vec::with_capacity(BLOCK_LENGTH);
        bytes.extend(BLOCK_START);
        bytes.extend(digest);
        bytes.extend(key.block_bytes());
        bytes.extend(signature.iter().rev());
        bytes.extend(signature_sector::crc(&bytes).to_le_bytes());
        bytes.resize(BLOCK_LENGTH, 0);
        Ok(Self { bytes, key })
    }

    /// The key that signed.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The bytes, as they stand in the sector.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads block `index` of a sector, which follows a padded image with this `digest`; `faults` gets what is wrong
    /// with it, counted from the start of the sector.
    pub(super) fn read(
        bytes: &[u8],
        index: usize,
        digest: &[u8; 32],
        faults: &mut Faults,
    ) -> Option<Self> {
        let reader = Reader { bytes, index };
        let mut found = reader.fixed(digest);
        let key = reader.key(digest, &mut found);
        let crc = signature_sector::crc(reader.at(0..CRC.start)).to_le_bytes();
        found.extend(reader.differs(CRC, &crc, "of the block before it"));
        let whole = found.is_empty();
        found.into_iter().for_each(|fault| faults.add(fault));
        key.filter(|_| whole).map(|key| Self {
            bytes: bytes.to_vec(),
            key,
        })
    }
}

/// Whether `bytes`, of the length of a block, are one, damaged perhaps, and not erased flash: a key and a signature
/// have few bytes of ones.
pub(super) fn is_there(bytes: &[u8]) -> bool {
    let erased = bytes.iter().filter(|byte| **byte == ERASED).count();
    erased * 2 < bytes.len()
}

struct Reader<'a> {
    bytes: &'a [u8],
    index: usize,
}

impl Reader<'_> {
    fn at(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The fields that are the same in every block over the image.
    fn fixed(&self, digest: &[u8; 32]) -> Vec<Fault> {
        let exponent = PUBLIC_EXPONENT.to_le_bytes();
        let fields: [(Range<usize>, &[u8], &str); 6] = [
            (MAGIC, &BLOCK_START[..1], "in every block"),
            (VERSION, &BLOCK_START[1..2], "for RSA"),
            (RESERVED, &BLOCK_START[2..], "in every block"),
            (IMAGE_DIGEST, digest, "the SHA-256 of the padded image"),
            (EXPONENT, &exponent, "that of every key"),
            (END, &[0; END.end - END.start], "zeros"),
        ];
        let faults = fields.into_iter();
        faults
            .filter_map(|(range, expected, why)| self.differs(range, expected, why))
            .collect()
    }

    fn differs(&self, range: Range<usize>, expected: &[u8], why: &str) -> Option<Fault> {
        let found = self.at(range.clone());
        let (shown, expected_shown) = (shortened(found), shortened(expected));
        (found != expected).then(|| {
            self.fault(
                &range,
                format!("is {shown}, must be {expected_shown}: {why}"),
            )
        })
    }

    /// Modulus, R, M' and signature: of what does not fit together, the one is named that the others speak against.
    fn key(&self, digest: &[u8; 32], faults: &mut Vec<Fault>) -> Option<PublicKey> {
        let key = match PublicKey::of_modulus(self.at(MODULUS)) {
            Ok(key) => key,
            Err(error) => {
                faults.push(self.fault(&MODULUS, error.to_string()));
                return None;
            }
        };
        let expected = key.block_bytes();
        let part = |range: Range<usize>| {
            let within = range.start - KEY.start..range.end - KEY.start;
            expected.get(within).unwrap_or_default()
        };
        let why = "as the modulus has it";
        let r = self.differs(MONTGOMERY_R, part(MONTGOMERY_R), why);
        let m = self.differs(MONTGOMERY_M, part(MONTGOMERY_M), why);
        if self.is_signed(&key, digest) {
            faults.extend(r.into_iter().chain(m));
        } else if r.is_some() {
            let problem = "neither R nor the signature is one of this modulus";
            faults.push(self.fault(&MODULUS, problem.to_owned()));
        } else {
            faults.push(self.fault(&SIGNATURE, format!("{NotSigned}")));
            faults.extend(m);
        }
        Some(key)
    }

    /// Whether the signature is of the padded image, or, where that was changed, of the image that the block names.
    fn is_signed(&self, key: &PublicKey, digest: &[u8; 32]) -> bool {
        let signature: Vec<u8> = self.at(SIGNATURE).iter().rev().copied().collect();
        let named = self.at(IMAGE_DIGEST).first_chunk().unwrap_or(digest);
        key.verifies(digest, &signature) || named != digest && key.verifies(named, &signature)
    }

    fn fault(&self, range: &Range<usize>, problem: String) -> Fault {
        Fault {
            field: layout::field(self.index, range),
            problem,
        }
    }
}

/// Hexadecimal, of long values only the first bytes.
fn shortened(bytes: &[u8]) -> String {
    const SHOWN: usize = 32;
    match bytes.get(..SHOWN) {
        Some(start) if bytes.len() > SHOWN => format!("{}…", hex::encode(start)),
        _ => hex::encode(bytes),
    }
}
