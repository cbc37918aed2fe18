//! RSA keys as Secure Boot v2 takes them, and what the eFuses hold of one.

use rsa::pss::Pss;
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPublicKey};
use sha2::{Digest as _, Sha256};

use super::layout::{EXPONENT, KEY, MODULUS, MONTGOMERY_M, MONTGOMERY_R, NUMBER_LENGTH};

/// Bits of the only keys that the chip takes.
pub const KEY_BITS: usize = 3072;
/// The public exponent that every tool of the vendor makes keys with.
pub const PUBLIC_EXPONENT: u32 = 65537;
/// Bytes of the salt of a signature: those of the digest.
const SALT_LENGTH: usize = 32;

/// A public key that the chip takes: RSA of 3072 bits with the exponent 65537.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey(RsaPublicKey);

/// Why the chip does not take a key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
    /// Another size.
    #[error(
        "it is an RSA key of {0} bits, Secure Boot v2 of the ESP32-C3 takes {KEY_BITS} bits only"
    )]
    Bits(usize),
    /// Another exponent.
    #[error("its public exponent is {0}, it must be {PUBLIC_EXPONENT}")]
    Exponent(String),
    /// No product of two large primes.
    #[error("its modulus is an even number: it is no RSA key")]
    Even,
    /// What the arithmetic refuses.
    #[error("it is no RSA key: {0}")]
    Refused(String),
}

impl PublicKey {
    /// The key with these numbers.
    ///
    /// # Errors
    ///
    /// Why the chip does not take it.
    pub fn new(modulus: &BigUint, exponent: &BigUint) -> Result<Self, KeyError> {
        if modulus.bits() != KEY_BITS {
            return Err(KeyError::Bits(modulus.bits()));
        }
        if *exponent != BigUint::from(PUBLIC_EXPONENT) {
            return Err(KeyError::Exponent(exponent.to_string()));
        }
        if modulus.to_bytes_le().first().is_none_or(|low| low % 2 == 0) {
            return Err(KeyError::Even);
        }
        RsaPublicKey::new(modulus.clone(), exponent.clone())
            .map(Self)
            .map_err(|error| KeyError::Refused(error.to_string()))
    }

    /// The key with this little-endian modulus, as a signature block has it.
    ///
    /// # Errors
    ///
    /// As [`PublicKey::new`].
    pub(super) fn of_modulus(little_endian: &[u8]) -> Result<Self, KeyError> {
        let modulus = BigUint::from_bytes_le(little_endian);
        Self::new(&modulus, &BigUint::from(PUBLIC_EXPONENT))
    }

    /// The bytes of a signature block that describe the key: modulus, exponent, R and M'.
    pub fn block_bytes(&self) -> [u8; KEY.end - KEY.start] {
        let mut bytes = [0; KEY.end - KEY.start];
        let mut put = |place: std::ops::Range<usize>, value: &[u8]| {
            let start = place.start - KEY.start;
            for (to, from) in bytes.iter_mut().skip(start).zip(value) {
                *to = *from;
            }
        };
        put(MODULUS, &self.0.n().to_bytes_le());
        put(EXPONENT, &PUBLIC_EXPONENT.to_le_bytes());
        put(MONTGOMERY_R, &self.montgomery_r().to_bytes_le());
        put(MONTGOMERY_M, &self.montgomery_m().to_le_bytes());
        bytes
    }

    /// What is burnt into the eFuses: the SHA-256 of [`PublicKey::block_bytes`].
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.block_bytes()).into()
    }

    /// Whether `signature`, big-endian, is this key's RSA-PSS signature (SHA-256, salt of 32 bytes; RFC 8017) of the
    /// message whose SHA-256 is `digest`.
    pub fn verifies(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        let scheme = Pss::new_with_salt::<Sha256>(SALT_LENGTH);
        signature.len() == NUMBER_LENGTH && self.0.verify(scheme, digest, signature).is_ok()
    }

    /// R = 2^6144 mod n: brings a number into the form in which the chip multiplies.
    fn montgomery_r(&self) -> BigUint {
        (BigUint::from(1_u8) << (KEY_BITS * 2)) % self.0.n()
    }

    /// M' = -n^-1 mod 2^32. Each step doubles the number of right bits; n is its own inverse in the lowest three.
    fn montgomery_m(&self) -> u32 {
        let low = self.0.n().to_bytes_le().into_iter().take(4).rev();
        let low = low.fold(0_u32, |number, byte| number << 8 | u32::from(byte));
        let inverse = (0..4).fold(low, |inverse, _| {
            inverse.wrapping_mul(2_u32.wrapping_sub(low.wrapping_mul(inverse)))
        });
        inverse.wrapping_neg()
    }
}
