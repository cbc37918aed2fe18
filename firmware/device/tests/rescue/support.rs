//! An image's store, a rescue store for it, and who signs.

use device::rescue::{Envelope, EnvelopeContents, RescueError, RescueStore, SignatureContents};
use device::store::{KeyContents, KeySetContents, StoreContents, TrustStore};
use ed25519_dalek::{Signer as _, SigningKey};
use vectors::Kind;

use crate::certificates::{moment, root, store};

pub(crate) const PRODUCT: &str = "perennial-reference";
/// The sequence of [`image`].
pub(crate) const IMAGE_SEQUENCE: u64 = 5;

/// Somebody who signs, with a key of the identifier `[number; 8]`.
#[derive(Clone, Copy)]
pub(crate) struct Person(pub(crate) u8);

/// The rescue keys of [`image`]; two must sign.
pub(crate) const RESCUERS: [Person; 3] = [Person(20), Person(21), Person(22)];
/// A release key of [`image`].
pub(crate) const RELEASER: Person = Person(10);
/// Whose key the image does not have.
pub(crate) const STRANGER: Person = Person(30);

impl Person {
    pub(crate) fn key(self) -> KeyContents {
        KeyContents {
            id: [self.0; 8],
            public: self.secret().verifying_key().to_bytes(),
        }
    }

    pub(crate) fn sign(self, message: &[u8]) -> SignatureContents {
        SignatureContents {
            key_id: [self.0; 8],
            signature: self.secret().sign(message).to_bytes(),
        }
    }

    fn secret(self) -> SigningKey {
        SigningKey::from_bytes(&[self.0; 32])
    }
}

pub(crate) fn keys(threshold: u8, people: &[Person]) -> KeySetContents {
    KeySetContents {
        threshold,
        keys: people.iter().map(|person| person.key()).collect(),
    }
}

/// What the image trusts: one anchor, one endpoint.
pub(crate) fn image() -> StoreContents {
    StoreContents {
        sequence: IMAGE_SEQUENCE,
        product: PRODUCT.into(),
        release_keys: keys(1, &[RELEASER]),
        rescue_keys: keys(2, &RESCUERS),
        ..store([root("Old").anchor()])
    }
}

/// What a rescue store holds: another anchor, and keys of its own that nobody may ask.
pub(crate) fn payload(sequence: u64) -> StoreContents {
    StoreContents {
        sequence,
        product: PRODUCT.into(),
        release_keys: keys(1, &[STRANGER]),
        rescue_keys: keys(1, &[Person(31)]),
        ..store([root("New").anchor()])
    }
}

/// An envelope around `payload` that nobody has signed.
pub(crate) fn unsigned(payload: &StoreContents) -> EnvelopeContents {
    let bytes = payload.write().unwrap();
    let store = TrustStore::read_exact(&bytes).unwrap();
    EnvelopeContents::unsigned(&store, moment("2031-05-04T12:00:00Z"))
}

/// The same, signed by `people`.
pub(crate) fn signed(mut contents: EnvelopeContents, people: &[Person]) -> EnvelopeContents {
    let bytes = contents.write().unwrap();
    let message = Envelope::read(&bytes).unwrap().message();
    let signatures = people.iter().map(|person| person.sign(&message));
    contents.signatures.extend(signatures);
    contents
}

/// The bytes of an envelope of this sequence that enough rescuers signed.
pub(crate) fn rescue_bytes(sequence: u64) -> Vec<u8> {
    let contents = signed(unsigned(&payload(sequence)), &RESCUERS[..2]);
    contents.write().unwrap()
}

/// What the device says of an envelope.
pub(crate) fn verify(bytes: &[u8]) -> Result<RescueStore, RescueError> {
    let image = image().write().unwrap();
    vectors::record(Kind::Rescue, &[bytes, &image]);
    let image = TrustStore::read_exact(&image).unwrap();
    RescueStore::verify(bytes.to_vec(), &image)
}

/// A rescue store of this sequence.
pub(crate) fn rescue(sequence: u64) -> RescueStore {
    verify(&rescue_bytes(sequence)).unwrap()
}
