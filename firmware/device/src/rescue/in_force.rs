//! Which servers are trusted now: those of the image, or of a rescue store.

use crate::rescue::verified::RescuePayload;
use crate::store::{Anchor, Endpoint, KeySet, Pin, TrustStore};
use crate::verify::Verifier;

/// The store in force: anchors, pins and endpoints of the image or of a rescue store above it, and all else of the image.
///
/// The rescue store itself is not handed out: its keys must not be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce<'a> {
    image: TrustStore<'a>,
    servers: TrustStore<'a>,
    origin: Origin,
}

/// Where the store in force comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The image.
    Image,
    /// A rescue store.
    Rescue,
}

impl<'a> InForce<'a> {
    /// The store in force when `image` runs and `rescue` is what it verified: the one with the higher sequence, and the
    /// image's where they are equal.
    pub fn of(image: &TrustStore<'a>, rescue: Option<&'a RescuePayload>) -> Self {
        let above = rescue.filter(|rescue| rescue.sequence() > image.sequence());
        let (servers, origin) = match above.and_then(RescuePayload::store) {
            Some(store) => (store.with_dates(image.dates()), Origin::Rescue),
            None => (image.clone(), Origin::Image),
        };
        Self {
            image: image.clone(),
            servers,
            origin,
        }
    }

    /// Decides by the anchors and pins in force. Which dates are checked is the image's to say.
    pub fn verifier(&self) -> Verifier<'a> {
        Verifier::new(self.servers.clone())
    }

    /// The endpoints in force, in the order in which they are tried.
    pub fn endpoints(&self) -> impl ExactSizeIterator<Item = Endpoint<'a>> + Clone + use<'a> {
        self.servers.endpoints()
    }

    /// The anchors in force, by fingerprint.
    pub fn anchors(&self) -> impl ExactSizeIterator<Item = Anchor<'a>> + Clone + use<'a> {
        self.servers.anchors()
    }

    /// The pins in force, by host and then by pin.
    pub fn pins(&self) -> impl ExactSizeIterator<Item = Pin<'a>> + Clone + use<'a> {
        self.servers.pins()
    }

    /// The keys that sign releases: the image's.
    pub fn release_keys(&self) -> KeySet<'a> {
        self.image.release_keys()
    }

    /// The keys that sign rescue stores: the image's.
    pub fn rescue_keys(&self) -> KeySet<'a> {
        self.image.rescue_keys()
    }

    /// The product.
    pub const fn product(&self) -> &'a str {
        self.image.product()
    }

    /// The sequence of the store in force.
    pub const fn sequence(&self) -> u64 {
        self.servers.sequence()
    }

    /// The identity of the store in force.
    pub const fn sha256(&self) -> &'a [u8; 32] {
        self.servers.sha256()
    }

    /// Where the store in force comes from.
    pub const fn origin(&self) -> Origin {
        self.origin
    }
}
