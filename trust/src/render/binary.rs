//! The one binary form, as the device's own writer makes it.

use device::store::{
    AnchorContents, Day, EndpointContents, KeyContents, KeySetContents, PinContents,
    StoreContents as DeviceContents, TrustStore,
};
use sha2::{Digest, Sha256};

use super::{RenderError, rust};
use crate::anchors::Certificate;
use crate::date::Date;
use crate::store::{ApprovedAnchor, ApprovedKeys, ApprovedPin, ApprovedStore, StoreContents};

/// A store in its binary form and as Rust source. Only an [`ApprovedStore`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RenderedStore {
    bytes: Vec<u8>,
    identity: [u8; 32],
    source: String,
}

impl RenderedStore {
    /// Renders `store`. The bytes are read back with the device's reader before anyone gets them.
    ///
    /// # Errors
    ///
    /// When the store is too large for the format, or the device would refuse it.
    pub fn new(store: &ApprovedStore) -> Result<Self, RenderError> {
        let bytes = bytes(store.contents())?;
        let read = TrustStore::read_exact(&bytes)
            .map_err(|error| RenderError::Binary(device::store::WriteError::Refused(error)))?;
        let identity = *read.sha256();
        let source = rust::source(store, &read)?;
        Ok(Self {
            bytes,
            identity,
            source,
        })
    }

    /// The binary form: what stands in the image and in the trust-store partition.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The store's identity, which the device logs: SHA-256 of all bytes but the last 32, which are it.
    pub fn identity(&self) -> &[u8; 32] {
        &self.identity
    }

    /// SHA-256 of [`RenderedStore::bytes`], as `sha256sum` prints it for the binary file.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// `firmware/src/trust_store.rs`.
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// The bytes that a device would read, of `contents` that are not approved yet.
pub(super) fn bytes(contents: &StoreContents) -> Result<Vec<u8>, RenderError> {
    device_contents(contents)?
        .write()
        .map_err(RenderError::Binary)
}

fn device_contents(contents: &StoreContents) -> Result<DeviceContents, RenderError> {
    let endpoints = contents.endpoints.iter().map(|endpoint| EndpointContents {
        name: endpoint.name.clone(),
        url: endpoint.url.clone(),
        redirects: endpoint.redirects.clone(),
    });
    Ok(DeviceContents {
        sequence: contents.sequence,
        product: contents.product.clone(),
        dates: contents.dates,
        anchors: contents
            .anchors
            .iter()
            .map(anchor)
            .collect::<Result<_, _>>()?,
        pins: contents.pins.iter().map(pin).collect::<Result<_, _>>()?,
        endpoints: endpoints.collect(),
        release_keys: keys(&contents.release_keys),
        rescue_keys: keys(&contents.rescue_keys),
    })
}

fn anchor(anchor: &ApprovedAnchor) -> Result<AnchorContents, RenderError> {
    anchor_contents(&anchor.name, &anchor.certificate, anchor.effective_end.date)
}

/// What a store holds of an anchor.
///
/// # Errors
/// A date that the binary form cannot say.
pub(crate) fn anchor_contents(
    name: &str,
    certificate: &Certificate,
    effective_end: Date,
) -> Result<AnchorContents, RenderError> {
    let day = |date| day(date, name);
    Ok(AnchorContents {
        name: name.to_owned(),
        fingerprint: certificate.fingerprint,
        not_before: day(certificate.not_before)?,
        not_after: day(certificate.not_after)?,
        effective_end: day(effective_end)?,
        subject: certificate.subject.clone(),
        spki: certificate.spki.clone(),
    })
}

fn pin(pin: &ApprovedPin) -> Result<PinContents, RenderError> {
    Ok(PinContents {
        host: pin.host.clone(),
        spki_sha256: pin.spki_sha256,
        expires: day(pin.expires, &pin.host)?,
        after_expiry: pin.after_expiry,
    })
}

fn keys(set: &ApprovedKeys) -> KeySetContents {
    let keys = set.keys.iter().map(|key| KeyContents {
        id: key.id,
        public: key.ed25519,
    });
    KeySetContents {
        threshold: set.threshold,
        keys: keys.collect(),
    }
}

fn day(date: Date, anchor: &str) -> Result<Day, RenderError> {
    Day::from_days_since_epoch(date.days_since_epoch()).ok_or_else(|| RenderError::Day {
        anchor: anchor.to_owned(),
        date,
    })
}
