//! RSA keys that signatures are verified with.

use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};

use crate::der::{self, SEQUENCE};
use crate::verify::algorithms::Hash;
use crate::verify::certificate::Values;

/// Fewest bits of a modulus: less is 80 bits of security, and public CAs may not issue for it (CA/Browser
/// Forum Baseline Requirements, section 6.1.5).
pub const MIN_RSA_BITS: usize = 2048;
/// Most bits of a modulus. Time grows with the square of it and memory with it, a server chooses it, and no
/// root of the public programmes has more.
pub const MAX_RSA_BITS: usize = 4096;

const INTEGER: u8 = 0x02;

/// The modulus and the exponent of an RSAPublicKey, RFC 8017, appendix A.1.1.
#[derive(Clone, Copy, Debug)]
pub(super) struct RsaKey<'a> {
    /// Big-endian, without zeros in front.
    modulus: &'a [u8],
    /// Big-endian, without zeros in front.
    exponent: &'a [u8],
}

impl<'a> RsaKey<'a> {
    /// Reads the contents of the BIT STRING of a SubjectPublicKeyInfo.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut numbers = Values(der::only(bytes, SEQUENCE).ok()?.contents);
        let modulus = positive(numbers.next(INTEGER).ok()?.contents)?;
        let exponent = positive(numbers.next(INTEGER).ok()?.contents)?;
        numbers.end().ok()?;
        Some(Self { modulus, exponent })
    }

    /// Bits of the modulus.
    pub(super) fn bits(&self) -> usize {
        let zeros = self.modulus.first().map_or(0, |byte| byte.leading_zeros());
        let bits = self.modulus.len().saturating_mul(8);
        bits.saturating_sub(usize::try_from(zeros).unwrap_or_default())
    }

    /// Whether the size is one that signatures are verified with.
    pub(super) fn has_allowed_size(&self) -> bool {
        (MIN_RSA_BITS..=MAX_RSA_BITS).contains(&self.bits())
    }

    /// RSASSA-PKCS1-v1_5, RFC 8017, section 8.2.2. The DigestInfo must be there, with its NULL.
    pub(super) fn verifies_pkcs1(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let scheme = match hash {
            Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        };
        self.usable_for(signature)
            .is_some_and(|key| hash.of(message, |hash| key.verify(scheme, hash, signature).is_ok()))
    }

    /// RSASSA-PSS, RFC 8017, section 8.1.2, with MGF1 of the same hash and a salt as long as the hash: RFC
    /// 8446, section 4.2.3, for handshakes, and the parameters of the identifiers for certificates.
    pub(super) fn verifies_pss(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let scheme = match hash {
            Hash::Sha256 => Pss::new_with_salt::<Sha256>(32),
            Hash::Sha384 => Pss::new_with_salt::<Sha384>(48),
            Hash::Sha512 => Pss::new_with_salt::<Sha512>(64),
        };
        self.usable_for(signature)
            .is_some_and(|key| hash.of(message, |hash| key.verify(scheme, hash, signature).is_ok()))
    }

    /// The key, when its numbers and the signature's length and value are in range. The `rsa` crate does not
    /// compare a PSS signature with the modulus.
    fn usable_for(&self, signature: &[u8]) -> Option<RsaPublicKey> {
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
        let in_range = signature.len() == self.modulus.len() && signature < self.modulus;
        if !self.has_allowed_size() || !odd(self.modulus) || !odd(self.exponent) || !in_range {
            return None;
        }
        // At most 32 bits, a word of the machine: a longer exponent is no key of a CA, and costs more time.
        if self.exponent == [1] || self.exponent.len() > 4 {
            return None;
        }
        let modulus = BigUint::from_bytes_be(self.modulus);
        let exponent = BigUint::from_bytes_be(self.exponent);
        RsaPublicKey::new_with_max_size(modulus, exponent, MAX_RSA_BITS).ok()
    }
}

/// A positive DER INTEGER in the fewest bytes, without the zero that keeps it positive.
fn positive(contents: &[u8]) -> Option<&[u8]> {
    match contents {
        [0, 0x80..=0xFF, ..] => contents.strip_prefix(&[0]),
        [1..=0x7F, ..] => Some(contents),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{RsaKey, positive};

    #[test]
    fn integers_are_positive_and_short() {
        assert_eq!(positive(&[3]), Some(&[3][..]));
        assert_eq!(positive(&[0, 0x80]), Some(&[0x80][..]));
        for refused in [&[][..], &[0], &[0x80], &[0, 0x7F], &[0, 0, 0x80]] {
            assert_eq!(positive(refused), None);
        }
    }

    #[test]
    fn bits_count_from_the_highest_one() {
        let key = |modulus| RsaKey {
            modulus,
            exponent: &[3],
        };
        assert_eq!(key(&[0x80, 0]).bits(), 16);
        assert_eq!(key(&[0x01, 0]).bits(), 9);
        assert!(!key(&[0x80, 1]).has_allowed_size());
        assert!(!key(&[0x7F; 256]).has_allowed_size());
        assert!(key(&[0x80; 256]).has_allowed_size());
        assert!(key(&[0xFF; 512]).has_allowed_size());
        assert!(!key(&[0x01; 513]).has_allowed_size());
    }
}
