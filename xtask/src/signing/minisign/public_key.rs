//! Public keys and their files.

use ed25519_dalek::VerifyingKey;

use super::{ALGORITHM, KeyId, UNTRUSTED_COMMENT, strict_base64, to_base64};

/// An Ed25519 public key with its id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PublicKey {
    /// By which people know it.
    pub key_id: KeyId,
    /// The key as RFC 8032 writes it.
    pub ed25519: [u8; 32],
}

/// Why a text is not a public key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PublicKeyError {
    /// Not the base64 of `Ed`, 8 bytes and 32 bytes.
    #[error(
        "it is not the 56 characters of a minisign public key (base64 of `Ed`, key id and key)"
    )]
    Form,
    /// The 32 bytes are no point of the curve, or one of the few with which anything verifies.
    #[error("its 32 bytes are no usable Ed25519 public key")]
    Point,
    /// The file has other lines than the two of a public key file.
    #[error("it has not the two lines of a minisign public key file")]
    Lines,
}

impl PublicKey {
    /// Reads the form that stands in `policy.toml`: `RW…`.
    pub fn from_base64(text: &str) -> Result<Self, PublicKeyError> {
        let bytes: [u8; 42] = strict_base64(text.as_bytes()).ok_or(PublicKeyError::Form)?;
        let (algorithm, rest) = bytes.split_at(2);
        let (key_id, ed25519) = rest.split_at(8);
        let (Ok(key_id), Ok(ed25519)) = (key_id.try_into(), ed25519.try_into()) else {
            return Err(PublicKeyError::Form);
        };
        if algorithm != ALGORITHM {
            return Err(PublicKeyError::Form);
        }
        let key_id = KeyId(key_id);
        let key = Self { key_id, ed25519 };
        let usable = key.verifying_key().is_some();
        usable.then_some(key).ok_or(PublicKeyError::Point)
    }

    /// Reads a public key file: a comment and the key.
    pub fn from_file(text: &str) -> Result<Self, PublicKeyError> {
        let body = text.strip_suffix('\n').ok_or(PublicKeyError::Lines)?;
        match body.split('\n').collect::<Vec<_>>().as_slice() {
            [comment, key] if comment.starts_with(UNTRUSTED_COMMENT) => Self::from_base64(key),
            _ => Err(PublicKeyError::Lines),
        }
    }

    /// The form that stands in `policy.toml`: `RW…`.
    pub fn to_base64(self) -> String {
        to_base64(&[&ALGORITHM[..], &self.key_id.0, &self.ed25519].concat())
    }

    /// The public key file, as stock minisign writes it (see [`KeyId`] for leading zeros).
    pub fn to_file(self) -> String {
        let (id, key) = (self.key_id, self.to_base64());
        format!("{UNTRUSTED_COMMENT}minisign public key {id}\n{key}\n")
    }

    /// The key as the arithmetic wants it; `None` when it is no point of the curve, or one of small order.
    pub(super) fn verifying_key(&self) -> Option<VerifyingKey> {
        let key = VerifyingKey::from_bytes(&self.ed25519).ok()?;
        (!key.is_weak()).then_some(key)
    }

    /// Whether `signature` over `message` is by this key (RFC 8032, 5.1.7, cofactorless; signatures that
    /// somebody could turn into another valid one are refused).
    pub(in crate::signing) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.verifying_key()
            .is_some_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of the stock tool.
    const FILE: &str = "untrusted comment: minisign public key 389249579514571B\n\
        RWQbVxSVV0mSOJq29KByx9K2/7oC2Tzrtohg+zRHkA9j6yMxwTKwOdBf\n";

    #[test]
    fn a_file_of_the_stock_tool_is_read_and_written_again_to_the_byte() {
        let key = PublicKey::from_file(FILE).unwrap();
        assert_eq!(key.to_file(), FILE);
        assert_eq!(key.key_id.to_string(), "389249579514571B");
    }

    #[test]
    fn other_texts_are_refused_for_what_they_are() {
        let key = FILE.lines().nth(1).unwrap();
        for bad in [
            &key[1..],
            &format!("{key} "),
            &key.replacen("RW", "RX", 1),
            "",
        ] {
            assert_eq!(
                PublicKey::from_base64(bad),
                Err(PublicKeyError::Form),
                "{bad}"
            );
        }
        let crlf = FILE.replace('\n', "\r\n");
        assert_eq!(PublicKey::from_file(&crlf), Err(PublicKeyError::Form));
        for bad in [key, FILE.trim_end(), &format!("{FILE}\n"), ""] {
            assert_eq!(
                PublicKey::from_file(bad),
                Err(PublicKeyError::Lines),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_key_with_which_anything_verifies_is_refused() {
        // The neutral element, of order 1.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let key_id = KeyId([1; 8]);
        let key = PublicKey {
            key_id,
            ed25519: neutral,
        };
        assert_eq!(
            PublicKey::from_base64(&key.to_base64()),
            Err(PublicKeyError::Point)
        );
    }
}
