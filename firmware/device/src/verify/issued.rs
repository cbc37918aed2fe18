//! Whether one certificate was signed by another's key.

use crate::verify::algorithms;
use crate::verify::certificate::Certificate;
use crate::verify::error::KeyHolder;
use crate::verify::proof::key_parts;
use crate::verify::sent::key_problem;

/// Whether `certificate`, the DER of one, is signed by the key in `issuer`, the DER of a SubjectPublicKeyInfo: `None` where
/// the device cannot tell, because it cannot read them, or has no such algorithm or size of key.
pub fn is_signed_by(certificate: &[u8], issuer: &[u8]) -> Option<bool> {
    let certificate = Certificate::read(certificate).ok()?;
    let (algorithm, key) = key_parts(issuer)?;
    if key_problem(KeyHolder::Anchor(0), algorithm, key).is_some() {
        return None;
    }
    is_signed_with(&certificate, algorithm, key)
}

/// The same with the AlgorithmIdentifier of the key, and the contents of its BIT STRING.
pub(super) fn is_signed_with(
    certificate: &Certificate<'_>,
    key_algorithm: &[u8],
    key: &[u8],
) -> Option<bool> {
    let algorithm = algorithms::ALL.iter().find(|known| {
        known.signature_id().as_ref() == certificate.algorithm
            && known.key_id().as_ref() == key_algorithm
    })?;
    Some(algorithm.verifies(key, certificate.signed, certificate.signature))
}
