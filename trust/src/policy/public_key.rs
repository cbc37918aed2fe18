//! Public keys in minisign's form: the second line of a public key file, base64 of `Ed`, 8 bytes key id and 32 bytes key
//! (<https://jedisct1.github.io/minisign/#public-key-format>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An Ed25519 public key with its identifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PublicKey {
    /// Key id, the 8 bytes that minisign prints as a hexadecimal number (little-endian).
    pub key_id: [u8; 8],
    /// The key, RFC 8032.
    pub ed25519: [u8; 32],
}

impl PublicKey {
    /// Reads `RW…`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
        let [b'E', b'd', rest @ ..] = bytes.as_slice() else {
            return Err("it does not begin with \"Ed\"".to_owned());
        };
        let split = rest.split_first_chunk::<8>();
        let parts = split.and_then(|(id, key)| Some((*id, <[u8; 32]>::try_from(key).ok()?)));
        let (key_id, ed25519) = parts.ok_or_else(|| format!("{} bytes, not 42", bytes.len()))?;
        Ok(Self { key_id, ed25519 })
    }

    /// `RW…`
    pub fn to_text(&self) -> String {
        STANDARD.encode([&b"Ed"[..], &self.key_id, &self.ed25519].concat())
    }
}
