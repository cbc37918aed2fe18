//! Secret keys and their files. What holds secret bytes is zeroised when it goes, and shows nothing when
//! it is printed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest as _};
use device::rescue::Envelope;
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use super::stretching::{Effort, TooMuchEffort, stretch};
use super::{
    ALGORITHM, KeyId, PublicKey, SignatureFile, UNTRUSTED_COMMENT, globally_signed, prehash,
};
use crate::signing::dsse::PreAuthenticationEncoding;
use crate::signing::password::Password;

/// An Ed25519 secret key with its id, ready to sign.
pub struct SecretKey {
    key_id: KeyId,
    /// Zeroises itself.
    ed25519: SigningKey,
}

/// How a secret key file hides the key.
#[derive(Clone, Copy, Debug)]
pub enum Protection<'a> {
    /// Not at all: who reads the file has the key.
    None,
    /// By a password.
    Password {
        /// The password.
        password: &'a Password,
        /// 32 random bytes.
        salt: [u8; 32],
        /// What a guess costs.
        effort: Effort,
    },
}

/// Why a text is not a secret key that can be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SecretKeyError {
    /// No secret key file at all.
    #[error("it is not a minisign secret key file (a comment, then the base64 of 158 bytes)")]
    Form,
    /// The checksum does not agree.
    #[error("its checksum does not agree: the file is damaged")]
    Damaged,
    /// The checksum does not agree after decryption.
    #[error("the password is wrong, or the file is damaged")]
    Password,
    /// The public half belongs to another secret half; signing with it would give the secret half away.
    #[error("its public half does not belong to its secret half")]
    Halves,
    /// An absurd password hash.
    #[error(transparent)]
    Effort(#[from] TooMuchEffort),
}

/// The parts of the 158 bytes of a secret key file.
mod part {
    use std::ops::Range;

    pub(super) const ALGORITHM: Range<usize> = 0..2;
    pub(super) const STRETCHING: Range<usize> = 2..4;
    pub(super) const CHECKSUM_ALGORITHM: Range<usize> = 4..6;
    pub(super) const SALT: Range<usize> = 6..38;
    pub(super) const OPERATIONS: Range<usize> = 38..46;
    pub(super) const MEMORY: Range<usize> = 46..54;
    /// From here to the end a password hides the bytes.
    pub(super) const HIDDEN: Range<usize> = 54..158;
    pub(super) const KEY_ID: Range<usize> = 54..62;
    pub(super) const KEY_PAIR: Range<usize> = 62..126;
    pub(super) const CHECKSUM: Range<usize> = 126..158;
    pub(super) const TOTAL: usize = 158;
    pub(super) const TOTAL_HIDDEN: usize = 104;
}

const SCRYPT: [u8; 2] = *b"Sc";
const UNPROTECTED: [u8; 2] = [0, 0];
const BLAKE2B: [u8; 2] = *b"B2";

type Parts = Zeroizing<[u8; part::TOTAL]>;

impl SecretKey {
    /// The key of this seed (RFC 8032, 5.1.5).
    pub fn from_seed(key_id: KeyId, seed: &Zeroizing<[u8; 32]>) -> Self {
        Self {
            key_id,
            ed25519: SigningKey::from_bytes(seed),
        }
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        let ed25519 = self.ed25519.verifying_key().to_bytes();
        PublicKey {
            key_id: self.key_id,
            ed25519,
        }
    }

    /// Signs `bytes`, in minisign's default form. The same key, bytes and comment give the same signature.
    pub fn sign(&self, bytes: &[u8], trusted_comment: String) -> SignatureFile {
        let signature = self.ed25519.sign(&prehash(bytes)).to_bytes();
        let global = self
            .ed25519
            .sign(&globally_signed(&signature, &trusted_comment))
            .to_bytes();
        SignatureFile::new(self.key_id, signature, trusted_comment, global)
    }

    /// Signs a statement for a DSSE envelope. The same key and statement give the same signature.
    pub fn sign_statement(&self, statement: &PreAuthenticationEncoding) -> [u8; 64] {
        self.ed25519.sign(statement.as_bytes()).to_bytes()
    }

    /// Signs a rescue store. The same key and envelope give the same signature.
    pub fn sign_rescue(&self, envelope: &Envelope<'_>) -> [u8; 64] {
        self.ed25519.sign(&envelope.message()).to_bytes()
    }

    /// The secret key file, as stock minisign writes it.
    pub fn to_file(&self, protection: Protection<'_>) -> Result<Zeroizing<String>, TooMuchEffort> {
        let mut parts = self.open_parts();
        let kind = match protection {
            Protection::None => "unencrypted",
            Protection::Password {
                password,
                salt,
                effort,
            } => {
                parts[part::STRETCHING].copy_from_slice(&SCRYPT);
                parts[part::SALT].copy_from_slice(&salt);
                parts[part::OPERATIONS].copy_from_slice(&effort.operations.to_le_bytes());
                parts[part::MEMORY].copy_from_slice(&effort.memory.to_le_bytes());
                hide(&mut parts, password, &salt, effort)?;
                "encrypted"
            }
        };
        let mut file = Zeroizing::new(String::with_capacity(300));
        file.push_str(UNTRUSTED_COMMENT);
        file.push_str("minisign ");
        file.push_str(kind);
        file.push_str(" secret key\n");
        STANDARD.encode_string(&parts[..], &mut file);
        file.push('\n');
        Ok(file)
    }

    fn open_parts(&self) -> Parts {
        let mut parts = Zeroizing::new([0; part::TOTAL]);
        parts[part::ALGORITHM].copy_from_slice(&ALGORITHM);
        parts[part::STRETCHING].copy_from_slice(&UNPROTECTED);
        parts[part::CHECKSUM_ALGORITHM].copy_from_slice(&BLAKE2B);
        parts[part::KEY_ID].copy_from_slice(&self.key_id.0);
        parts[part::KEY_PAIR].copy_from_slice(&Zeroizing::new(self.ed25519.to_keypair_bytes())[..]);
        let checksum = checksum(&parts);
        parts[part::CHECKSUM].copy_from_slice(&checksum);
        parts
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}, hidden)", self.key_id)
    }
}

/// A secret key file that is read but not opened.
pub struct Sealed(Parts);

impl Sealed {
    /// Reads the two lines of a secret key file.
    pub fn from_file(text: &str) -> Result<Self, SecretKeyError> {
        let body = text.strip_suffix('\n').ok_or(SecretKeyError::Form)?;
        let (comment, encoded) = body.split_once('\n').ok_or(SecretKeyError::Form)?;
        if !comment.starts_with(UNTRUSTED_COMMENT) {
            return Err(SecretKeyError::Form);
        }
        // The decoder wants room for a whole group of three bytes more.
        let mut decoded = Zeroizing::new([0; part::TOTAL + 3]);
        let length = STANDARD
            .decode_slice(encoded, &mut decoded[..])
            .map_err(|_| SecretKeyError::Form)?;
        let mut parts = Zeroizing::new([0; part::TOTAL]);
        parts.copy_from_slice(&decoded[..part::TOTAL]);
        let known = length == part::TOTAL
            && parts[part::ALGORITHM] == ALGORITHM
            && parts[part::CHECKSUM_ALGORITHM] == BLAKE2B
            && [SCRYPT, UNPROTECTED]
                .iter()
                .any(|known| parts[part::STRETCHING] == *known);
        known.then_some(Self(parts)).ok_or(SecretKeyError::Form)
    }

    /// Whether a password hides the key.
    pub fn is_encrypted(&self) -> bool {
        self.0[part::STRETCHING] == SCRYPT
    }

    /// The key of a file that no password hides.
    pub fn open(&self) -> Result<SecretKey, SecretKeyError> {
        // Stock minisign up to 0.11 leaves the checksum out of such a file.
        let unwritten = self.0[part::CHECKSUM].iter().all(|byte| *byte == 0);
        if !unwritten && self.0[part::CHECKSUM] != checksum(&self.0) {
            return Err(SecretKeyError::Damaged);
        }
        key(&self.0)
    }

    /// The key of a file that `password` hides.
    pub fn decrypt(&self, password: &Password) -> Result<SecretKey, SecretKeyError> {
        let mut parts = self.0.clone();
        let salt = bytes(&parts[part::SALT])?;
        let effort = Effort {
            operations: u64::from_le_bytes(bytes(&parts[part::OPERATIONS])?),
            memory: u64::from_le_bytes(bytes(&parts[part::MEMORY])?),
        };
        hide(&mut parts, password, &salt, effort)?;
        if parts[part::CHECKSUM] != checksum(&parts) {
            return Err(SecretKeyError::Password);
        }
        key(&parts)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(hidden)")
    }
}

fn key(parts: &Parts) -> Result<SecretKey, SecretKeyError> {
    let pair = Zeroizing::new(bytes(&parts[part::KEY_PAIR])?);
    let ed25519 = SigningKey::from_keypair_bytes(&pair).map_err(|_| SecretKeyError::Halves)?;
    Ok(SecretKey {
        key_id: KeyId(bytes(&parts[part::KEY_ID])?),
        ed25519,
    })
}

/// Hides the key, or shows it again: the bytes are combined with a stream that the password gives.
fn hide(
    parts: &mut Parts,
    password: &Password,
    salt: &[u8; 32],
    effort: Effort,
) -> Result<(), TooMuchEffort> {
    let stream = stretch::<{ part::TOTAL_HIDDEN }>(password.as_bytes(), salt, effort)?;
    for (byte, mask) in parts[part::HIDDEN].iter_mut().zip(stream.iter()) {
        *byte ^= mask;
    }
    Ok(())
}

/// BLAKE2b-256 over algorithm, key id and key pair.
fn checksum(parts: &Parts) -> [u8; 32] {
    let mut hash = Blake2b::<U32>::new();
    hash.update(&parts[part::ALGORITHM]);
    hash.update(&parts[part::KEY_ID]);
    hash.update(&parts[part::KEY_PAIR]);
    hash.finalize().into()
}

fn bytes<const N: usize>(slice: &[u8]) -> Result<[u8; N], SecretKeyError> {
    slice.try_into().map_err(|_| SecretKeyError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> SecretKey {
        SecretKey::from_seed(KeyId([3; 8]), &Zeroizing::new([0xa7; 32]))
    }

    fn protected(password: &Password) -> Zeroizing<String> {
        let protection = Protection::Password {
            password,
            salt: [9; 32],
            effort: Effort::TEST,
        };
        sample().to_file(protection).unwrap()
    }

    #[test]
    fn comes_back_from_its_file_with_and_without_a_password() {
        let open = Sealed::from_file(&sample().to_file(Protection::None).unwrap()).unwrap();
        assert!(!open.is_encrypted());
        assert_eq!(open.open().unwrap().public(), sample().public());

        let password = Password::new("correct horse").unwrap();
        let sealed = Sealed::from_file(&protected(&password)).unwrap();
        assert!(sealed.is_encrypted());
        assert_eq!(
            sealed.decrypt(&password).unwrap().public(),
            sample().public()
        );
        let wrong = Password::new("correct horsf").unwrap();
        assert_eq!(
            sealed.decrypt(&wrong).unwrap_err(),
            SecretKeyError::Password
        );
    }

    #[test]
    fn a_password_hides_seed_and_key_id() {
        let file = protected(&Password::new("correct horse").unwrap());
        let bytes = STANDARD.decode(file.lines().nth(1).unwrap()).unwrap();
        assert!(
            !bytes
                .windows(8)
                .any(|window| window == [0xa7; 8] || window == [3; 8])
        );
    }

    #[test]
    fn a_changed_bit_of_an_open_key_is_seen() {
        let file = sample().to_file(Protection::None).unwrap();
        let encoded = file.lines().nth(1).unwrap();
        let bytes = STANDARD.decode(encoded).unwrap();
        let hidden = part::KEY_ID.start * 8..part::CHECKSUM.end * 8;
        for bit in hidden.chain(0..part::SALT.start * 8) {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let text = format!("untrusted comment: x\n{}\n", STANDARD.encode(&changed));
            let opened = Sealed::from_file(&text).and_then(|sealed| sealed.open());
            assert!(opened.is_err(), "bit {bit}");
        }
    }

    #[test]
    fn halves_that_do_not_belong_together_are_refused_even_without_a_checksum() {
        let mut parts = sample().open_parts();
        parts[part::KEY_PAIR.start + 40] ^= 1;
        parts[part::CHECKSUM].fill(0);
        assert_eq!(Sealed(parts).open().unwrap_err(), SecretKeyError::Halves);
    }

    #[test]
    fn debug_and_errors_show_no_secret() {
        let key = sample();
        let file = key.to_file(Protection::None).unwrap();
        let sealed = Sealed::from_file(&file).unwrap();
        let password = Password::new("correct horse").unwrap();
        let shown = format!(
            "{key:?} {key:#?} {sealed:?} {password:?} {:?}",
            SecretKeyError::Halves
        );
        for secret in [
            "a7a7",
            "A7A7",
            "167",
            "p6en",
            "horse",
            file.lines().nth(1).unwrap(),
        ] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
