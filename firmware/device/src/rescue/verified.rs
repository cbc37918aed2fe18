//! The one way to a rescue store: signatures, hash and contents are right.

use alloc::vec::Vec;

use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

use crate::rescue::envelope::{Envelope, Opening, Signature};
use crate::rescue::error::RescueError;
use crate::rescue::layout::{HASH_LENGTH, SIGNED_BEFORE};
use crate::store::{Key, KeySet, TrustStore};
use crate::verify::Moment;

/// A store that enough rescue keys of the image signed, for this product. Only [`RescueStore::verify`] makes one.
///
/// ```compile_fail,E0451
/// # fn forge(issued: device::verify::Moment) -> device::rescue::RescueStore {
/// device::rescue::RescueStore { bytes: Vec::new(), payload_length: 0, sequence: 1, issued }
/// # }
/// ```
///
/// Reading one is for everybody:
///
/// ```
/// fn sequence(store: &device::rescue::RescueStore) -> u64 {
///     store.sequence()
/// }
/// ```
///
/// It says nothing of its age: whether it may replace the store in force is asked by [`write()`](super::write()) and
/// [`InForce`](super::InForce). When it stands in flash, [`RescuePayload`] is all that stays of it in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RescueStore {
    /// The whole envelope; the payload is its end.
    bytes: Vec<u8>,
    payload_length: usize,
    sequence: u64,
    issued: Moment,
}

impl RescueStore {
    /// Verifies the envelope `bytes` with the rescue keys of `image`: no more than 16 signatures, one hash and one
    /// reading of the payload, which is not read before it is known to be authentic.
    ///
    /// # Errors
    ///
    /// The first reason why not: its form, its product, its signatures, its payload.
    pub fn verify(bytes: Vec<u8>, image: &TrustStore<'_>) -> Result<Self, RescueError> {
        let envelope = Envelope::read(&bytes)?;
        envelope.opening().check(image)?;
        Self::of_authentic(bytes)
    }

    /// An envelope whose opening was checked, if the payload is the one that was signed.
    pub(super) fn of_authentic(bytes: Vec<u8>) -> Result<Self, RescueError> {
        let envelope = Envelope::read(&bytes)?;
        envelope.store()?;
        Ok(Self {
            payload_length: envelope.payload().len(),
            sequence: envelope.sequence(),
            issued: envelope.issued(),
            bytes,
        })
    }

    /// The whole envelope.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number that must rise.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// When it was issued, as its signers say.
    pub const fn issued(&self) -> Moment {
        self.issued
    }

    /// What is needed of it when it is in force: the payload, in no more memory than that takes.
    pub fn into_payload(self) -> RescuePayload {
        let mut bytes = self.bytes;
        let start = bytes.len().saturating_sub(self.payload_length);
        bytes.drain(..start);
        bytes.shrink_to_fit();
        RescuePayload {
            bytes,
            sequence: self.sequence,
        }
    }
}

/// The payload of a [`RescueStore`]. Nothing else makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RescuePayload {
    bytes: Vec<u8>,
    sequence: u64,
}

impl RescuePayload {
    /// The number that must rise.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Bytes of the heap that it takes.
    pub const fn memory(&self) -> usize {
        self.bytes.capacity()
    }

    /// The store. `None` never is: it was read before.
    pub(super) fn store(&self) -> Option<TrustStore<'_>> {
        TrustStore::read_exact(&self.bytes).ok()
    }
}

impl<'a> Envelope<'a> {
    /// The payload, when it is the store that the envelope says it is. It is as authentic as the envelope: not at all.
    ///
    /// # Errors
    ///
    /// Its hash, its form, its product, its sequence: the first that is not right.
    pub fn store(&self) -> Result<TrustStore<'a>, RescueError> {
        let computed: [u8; HASH_LENGTH] = Sha256::digest(self.payload()).into();
        if computed != *self.payload_sha256() {
            return Err(RescueError::PayloadSha256 {
                computed,
                said: *self.payload_sha256(),
            });
        }
        let store = TrustStore::read_exact(self.payload()).map_err(RescueError::Payload)?;
        if store.product() != self.product() {
            return Err(RescueError::PayloadProduct {
                found: store.product().into(),
            });
        }
        if store.sequence() != self.sequence() {
            return Err(RescueError::PayloadSequence {
                found: store.sequence(),
                said: self.sequence(),
            });
        }
        Ok(store)
    }

    /// What each key signs.
    pub fn message(&self) -> Vec<u8> {
        self.opening().message()
    }
}

impl Opening<'_> {
    /// Whether it is authentic: for the product of `image`, and signed by enough of its rescue keys. The payload is the one that
    /// they signed when it has the hash that stands here.
    pub(super) fn check(&self, image: &TrustStore<'_>) -> Result<(), RescueError> {
        let product = self.head.product;
        if product != image.product() {
            let found = product.into();
            return Err(RescueError::ForeignProduct { found });
        }
        check_signatures(self, &image.rescue_keys())
    }

    fn message(&self) -> Vec<u8> {
        let length = SIGNED_BEFORE.len().saturating_add(self.head.signed.len());
        let mut message = Vec::with_capacity(length);
        message.extend(SIGNED_BEFORE);
        message.extend(self.head.signed);
        message
    }
}

/// Counts the rescue keys that signed. A wrong signature of one of them refuses all; those of other keys say nothing.
fn check_signatures(opening: &Opening<'_>, keys: &KeySet<'_>) -> Result<(), RescueError> {
    let message = opening.message();
    let mut valid = 0_usize;
    for signature in opening.signatures() {
        let Some(key) = keys.keys().find(|key| key.id == signature.key_id) else {
            continue;
        };
        if !verifies(key, &message, signature) {
            return Err(RescueError::Signature { key_id: *key.id });
        }
        // No two signatures of an envelope name one key, and no two keys of a store are one.
        valid = valid.saturating_add(1);
    }
    if keys.is_met_by(valid) {
        return Ok(());
    }
    Err(RescueError::TooFewSignatures {
        valid,
        threshold: keys.threshold,
        others: opening.signatures().len().saturating_sub(valid),
    })
}

/// Ed25519 as RFC 8032 has it, without the signatures and keys that several messages or signers could share.
fn verifies(key: Key<'_>, message: &[u8], signature: Signature<'_>) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature.signature);
    VerifyingKey::from_bytes(key.public)
        .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}
