//! Who signs releases and rescue stores of the samples, and the image's store that has their keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blake2::{Blake2b512, Digest as _};
use device::rescue::{Envelope, EnvelopeContents, SignatureContents};
use device::store::{KeyContents, KeySetContents, StoreContents, TrustStore};
use ed25519_dalek::{Signer as _, SigningKey};

use crate::sample;

/// Somebody who signs, with a key of the identifier `[number; 8]`.
#[derive(Clone, Copy, Debug)]
pub struct Signer(pub u8);

/// The release keys of [`image_store`]; two must sign.
pub const RELEASERS: [Signer; 2] = [Signer(10), Signer(11)];
/// The rescue keys of [`image_store`]; two must sign.
pub const RESCUERS: [Signer; 3] = [Signer(20), Signer(21), Signer(22)];
/// Whose key the image does not have.
pub const STRANGER: Signer = Signer(30);
/// The sequence of [`image_store`].
pub const IMAGE_SEQUENCE: u64 = 7;

/// The store in the image of the device.
pub fn image_store() -> Vec<u8> {
    let sample = sample::store(1, false);
    let store = TrustStore::read_exact(&sample).expect("the sample is a store");
    let contents = StoreContents {
        sequence: IMAGE_SEQUENCE,
        release_keys: keys(&RELEASERS),
        rescue_keys: keys(&RESCUERS),
        ..StoreContents::from(&store)
    };
    contents.write().expect("a store")
}

fn keys(signers: &[Signer]) -> KeySetContents {
    KeySetContents {
        threshold: 2,
        keys: signers.iter().map(|signer| signer.key()).collect(),
    }
}

impl Signer {
    /// The public key, as a store has it.
    pub fn key(self) -> KeyContents {
        KeyContents {
            id: [self.0; 8],
            public: self.secret().verifying_key().to_bytes(),
        }
    }

    /// A signature file of minisign for `bytes`.
    pub fn sign_release(self, bytes: &[u8]) -> String {
        let comment = "file:release.json";
        let hash: [u8; 64] = Blake2b512::digest(bytes).into();
        let signature = self.secret().sign(&hash).to_bytes();
        let global = [&signature[..], comment.as_bytes()].concat();
        let global = self.secret().sign(&global).to_bytes();
        let signature = [&b"ED"[..], &[self.0; 8], &signature].concat();
        format!(
            "untrusted comment: a sample\n{}\ntrusted comment: {comment}\n{}\n",
            STANDARD.encode(signature),
            STANDARD.encode(global),
        )
    }

    /// A signature for an envelope.
    pub fn sign_rescue(self, message: &[u8]) -> SignatureContents {
        SignatureContents {
            key_id: [self.0; 8],
            signature: self.secret().sign(message).to_bytes(),
        }
    }

    fn secret(self) -> SigningKey {
        SigningKey::from_bytes(&[self.0; 32])
    }
}

/// The envelope of `contents`, signed by `signers` in place of whoever signed it. `None` where it has no form.
pub fn sign_envelope(mut contents: EnvelopeContents, signers: &[Signer]) -> Option<Vec<u8>> {
    contents.signatures.clear();
    let unsigned = contents.write().ok()?;
    let message = Envelope::read(&unsigned).ok()?.message();
    let signatures = signers.iter().map(|signer| signer.sign_rescue(&message));
    contents.signatures = signatures.collect();
    contents.write().ok()
}
