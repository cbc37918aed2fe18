//! Single signatures.

use alloc::format;
use alloc::string::String;

use device::verify::is_signed_by;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::form::{Malformed, Parts};
use crate::meter::Meter;

pub(super) fn signature<M: Meter>(
    parts: &mut Parts<'_>,
    meter: &mut M,
) -> Result<String, Malformed> {
    let (certificate, issuer) = (parts.bytes()?, parts.bytes()?);
    let signed = meter.measure(|| is_signed_by(certificate, issuer));
    Ok(format!("{signed:?}"))
}

/// The signatures of releases and rescue stores, without their frame.
pub(super) fn ed25519<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let (key, message, signature) = (parts.bytes()?, parts.bytes()?, parts.bytes()?);
    let signed = meter.measure(|| {
        let key = VerifyingKey::try_from(key).ok()?;
        let signature = Signature::try_from(signature).ok()?;
        Some(key.verify_strict(message, &signature).is_ok())
    });
    Ok(format!("{signed:?}"))
}
