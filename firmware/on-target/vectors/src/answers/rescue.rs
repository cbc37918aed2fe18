//! Rescue stores.

use alloc::format;
use alloc::string::String;

use device::rescue::{InForce, RescueStore};
use device::store::TrustStore;

use super::shown;
use crate::form::{Malformed, Parts};
use crate::meter::Meter;

pub(super) fn rescue<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let (envelope, image) = (parts.bytes()?, parts.bytes()?);
    let image = match TrustStore::read_exact(image) {
        Ok(image) => image,
        refused => return Ok(shown(&refused)),
    };
    let envelope = envelope.to_vec();
    let verified = meter.measure(|| RescueStore::verify(envelope, &image));
    let payload = verified.clone().ok().map(RescueStore::into_payload);
    let in_force = InForce::of(&image, payload.as_ref());
    Ok(format!("{} {in_force:?}", shown(&verified)))
}
